"""Pictures, videos and emoji of an article, whatever lazy loader hid them."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from bot.core.model import Image
from bot.feed.identity import web_url
from bot.feed.text import clean, shorten
from bot.feed.transcript.phrases import pattern, phrase

ALT_LIMIT = 1024
"""Characters of an alternative text: as many as Discord shows (its OpenAPI, Media Gallery)."""

LEAST_SIDE = 200
"""Pixels: "The minimum allowed image dimension is 200 x 200 pixels" (Meta for Developers, Sharing,
Images in Link Shares)."""

LARGEST_ICON = 64
"""Pixels: the first side that a picture of an article may have. Share icons have 16 to 48."""

Attributes = Mapping[str, str | None]

# Lazy loaders leave a placeholder in src and the picture in one of these, here best first.
_SOURCES = phrase("image_sources").split()
_SOURCE_SETS = frozenset(name for name in _SOURCES if name.endswith("srcset"))
_SOURCE_SET_LIMIT = 8000
_NO_PICTURE = pattern("no_picture")
_NAMED_SIZE = re.compile(r"-(\d{2,5})x(\d{2,5})\.\w{3,4}$")
_SIZE_SUFFIX = re.compile(r"-\d{2,4}x\d{2,4}(?=\.\w{3,4}$)|-scaled(?=\.\w{3,4}$)")
_NOT_SHOWN = re.compile(r"(?i)\.(?:svgz?|ico|cur|bmp|tiff?|heic|psd|pdf)$")
_STYLED_SIDE = re.compile(r"(?i)(?:^|[;\s])(?:width|height)\s{0,3}:\s{0,3}(\d{1,5}px)")
_PIXELS = re.compile(r"(\d{1,6})(?:\.\d{1,4})?(?:px)?")
_EMOJI_CLASS = re.compile(r"(?:^|\s)(?:emoji|wp-smiley|twemoji)(?:\s|$)")
_EMOJI_SOURCE = re.compile(r"(?i)/(?:core/emoji|twemoji|emoji)/")
_TEXT_BY_DEFAULT = pattern("text_by_default")
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")
_VIDEO_HOSTS = pattern("video_hosts")
_BARE_ADDRESS = re.compile(r"https?://\S+")
_VIDEO_FILE = re.compile(r"(?i)\.(?:mp4|webm|mov|m4v|ogv)(?:$|\?)")


def emoji(attributes: Attributes) -> str | None:
    """The character that an emoji picture stands for, or None where it is no emoji."""
    source = attributes.get("src") or ""
    if _EMOJI_CLASS.search(attributes.get("class") or "") or _EMOJI_SOURCE.search(source):
        character = (attributes.get("alt") or "")[:16]
        return character + "\ufe0f" if _TEXT_BY_DEFAULT.fullmatch(character) else character
    return None


def picture(attributes: Attributes, base_url: str) -> Image | None:
    """The picture of an ``<img>``, or None for icons, counters, spacers, faces of writers, types
    that Discord does not show, and data: addresses."""
    if _is_icon(attributes) or "avatar" in (attributes.get("class") or "").lower().split():
        return None
    for url in addresses(attributes):
        absolute = web_url(url, base_url)
        if absolute and not is_no_picture(absolute):
            return Image(absolute, alt=shorten(attributes.get("alt") or "", ALT_LIMIT))
    return None


def is_no_picture(url: str) -> bool:
    """Whether an address is that of a counter, a placeholder, a face, an emoji, or of a file that
    Discord does not show."""
    return bool(
        _NO_PICTURE.search(url)
        or _EMOJI_SOURCE.search(url)
        or _NOT_SHOWN.search(urlsplit(url).path)
    )


def same_picture(url: str) -> str:
    """A key that all sizes and both schemes of one uploaded picture share."""
    parts = urlsplit(url)
    return (
        parts.netloc
        + _SIZE_SUFFIX.sub("", parts.path)
        + ("" if "/wp-content/" in parts.path else f"?{parts.query}")
    )


def embedded_video(url: str, base_url: str) -> str | None:
    """The address at which a person watches what `url` embeds; None where that is no video."""
    absolute = web_url(url, base_url)
    if not absolute:
        return None
    parts = urlsplit(absolute)
    host = (parts.hostname or "").lower()
    if _VIDEO_FILE.search(absolute):
        return absolute
    if not _VIDEO_HOSTS.search(host):
        return None
    if "youtu" in host:
        return _youtube(parts.path, parts.query, host)
    if host == "player.vimeo.com":
        number = re.search(r"/video/(\d+)", parts.path)
        return f"https://vimeo.com/{number[1]}" if number else absolute
    return absolute.replace("/embed/video/", "/video/") if "dailymotion" in host else absolute


def bare_video(text: str) -> str | None:
    """The video of a line that is nothing but its address, which WordPress would embed."""
    if not _BARE_ADDRESS.fullmatch(text):
        return None
    return embedded_video(text, "")


def _youtube(path: str, query: str, host: str) -> str | None:
    found = re.search(r"/(?:embed|v|shorts|live)/([^/?&]+)", path)
    name = found[1] if found else (parse_qs(query).get("v") or [""])[0]
    if host.endswith("youtu.be"):
        name = path.strip("/")
    if _YOUTUBE_ID.fullmatch(name) and name != "videoseries":
        return f"https://www.youtube.com/watch?v={name}"
    playlist = (parse_qs(query).get("list") or [""])[0]
    if playlist and re.fullmatch(r"[\w-]+", playlist):
        return f"https://www.youtube.com/playlist?list={playlist}"
    return None


def addresses(attributes: Attributes) -> list[str]:
    """What an ``<img>`` may show, best first, thumbnails last; never a data: address."""
    told = ((name, attributes.get(name) or "") for name in _SOURCES)
    urls = (_largest(value) if name in _SOURCE_SETS else value for name, value in told)
    found = [clean(url) for url in urls if url and not url.lstrip().lower().startswith("data:")]
    return sorted(found, key=lambda url: any(side < LEAST_SIDE for side in named_size(url)))


def named_size(url: str) -> list[int]:
    """Width and height in the name that WordPress gives to a smaller size of an uploaded picture:
    ``face-150x150.jpg``."""
    found = _NAMED_SIZE.search(url.partition("?")[0][-40:])
    return [int(side) for side in found.groups()] if found else []


def with_source_set(sets: Attributes, source: Attributes) -> dict[str, str]:
    """`sets` with what a ``<source>`` of a ``<picture>`` adds to its ``<img>``."""
    both = ((name, f"{sets.get(name) or ''}, {source.get(name) or ''}") for name in _SOURCE_SETS)
    return {name: value[:_SOURCE_SET_LIMIT] for name, value in both if value != ", "}


def _largest(source_set: str) -> str:
    """The candidate of a srcset with the greatest width or density (HTML standard, 4.8.4.2.1)."""
    best, size = "", -1.0
    for candidate in re.split(r",\s+", source_set.strip(", \n")[:_SOURCE_SET_LIMIT]):
        url, _, descriptor = candidate.strip().partition(" ")
        number = re.match(r"\d+(?:\.\d+)?", descriptor.strip())
        if float(number[0] if number else 1) > size:
            best, size = url.rstrip(","), float(number[0] if number else 1)
    return best


def _is_icon(attributes: Attributes) -> bool:
    """Whether a side is stated that only icons, rules and counters have."""
    stated = [attributes.get("width") or "", attributes.get("height") or ""]
    stated += _STYLED_SIDE.findall((attributes.get("style") or "")[:500])
    sides = (_PIXELS.fullmatch(length.strip()[:10]) for length in stated)
    return any(int(side[1]) < LARGEST_ICON for side in sides if side)
