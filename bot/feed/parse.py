"""From a body's bytes to interviews: RSS, RDF, Atom and JSON Feed; REST posts; article pages.

Pure and bound to the CPU: call it off the event loop. The sources: RSS 2.0 (rssboard.org), RFC 4287
(Atom), JSON Feed 1.1 (jsonfeed.org), Media RSS, RSS 1.0's syndication module, WebSub (W3C).
"""

import calendar
import html
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.core.errors import ParseError
from bot.core.model import Interview
from bot.feed.article import parse_article
from bot.feed.entry import Post, collect, plain_title
from bot.feed.identity import web_url
from bot.feed.jsonposts import (
    dicts,
    is_json,
    is_json_feed,
    json_feed_hubs,
    json_feed_posts,
    load_json,
    parse_posts,
)
from bot.feed.syndication import syndicated

__all__ = ["ParsedFeed", "parse_any", "parse_article", "parse_feed", "parse_posts"]

_HTML_START = re.compile(
    rb"(?is)^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*){0,5}<(?:!doctype\s+html|html)\b"
)
_PICTURE_NAME = re.compile(r"(?i)\.(?:jpe?g|png|gif|webp|avif)(?:$|\?)")


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed's interviews in the feed's order and what it says of itself.

    ``ttl`` is how many seconds the feed asks to be left alone, ``hub_url`` its WebSub hub and
    ``self_url`` the address under which that knows it.
    """

    interviews: tuple[Interview, ...]
    title: str
    hub_url: str | None = None
    ttl: int | None = None
    warnings: tuple[str, ...] = ()
    self_url: str | None = None


def parse_feed(body: bytes, *, url: str, content_type: str | None = None) -> ParsedFeed:
    """The interviews of a feed. `url` is where it came from: relative addresses start there.

    A feed that is not well-formed is read as far as it goes, with a warning. Raises ParseError, and
    nothing else, when `body` is no feed at all.
    """
    if not body.strip():
        raise ParseError("error.parse.empty", url=url)
    if is_json(body):
        return _parse_json_feed(load_json(body, url), url)
    if _HTML_START.match(body[:4096]):
        raise ParseError("error.parse.html", url=url)
    return _parse_xml_feed(body, url, content_type)


def parse_any(body: bytes, url: str, content_type: str | None = None) -> tuple[Interview, ...]:
    """The interviews in a feed, an article page, or WordPress REST posts (one or a list).

    Raises ParseError when `body` is none of these.
    """
    if is_json(body):
        data = load_json(body, url)
        if is_json_feed(data):
            return _parse_json_feed(data, url).interviews
        return parse_posts(data, url=url)
    if _HTML_START.match(body[:4096]):
        return (parse_article(body, url=url),)
    try:
        return parse_feed(body, url=url, content_type=content_type).interviews
    except ParseError as error:
        if error.key != "error.parse.not-feed" or b"<" not in body:
            raise
    return (parse_article(body, url=url),)


def _parse_json_feed(data: object, url: str) -> ParsedFeed:
    if not isinstance(data, dict) or not is_json_feed(data):
        raise ParseError("error.parse.not-feed", url=url)
    warnings: list[str] = []
    hubs = [hub for address in json_feed_hubs(data) if (hub := web_url(address))]
    return ParsedFeed(
        interviews=collect(json_feed_posts(data, url), warnings),
        title=plain_title(html.escape(str(data.get("title") or ""))),
        hub_url=next(iter(hubs), None),
        warnings=tuple(warnings),
        self_url=web_url(str(data.get("feed_url") or ""), url) or None,
    )


# ------------------------------------------------------------------ RSS, RDF, Atom


def _parse_xml_feed(body: bytes, url: str, content_type: str | None) -> ParsedFeed:
    try:
        told = syndicated(body, url=url, content_type=content_type)
    except Exception as error:
        # A parser of hostile bytes may raise anything; to whoever asked, they are no feed.
        raise ParseError("error.parse.not-feed", url=url) from error
    if not told.version and not told.entries:
        raise ParseError("error.parse.not-feed", url=url)
    warnings = list(told.warnings)
    return ParsedFeed(
        interviews=collect((_post(entry, url) for entry in told.entries), warnings),
        title=plain_title(str(told.channel.get("title") or "")),
        hub_url=_related(dicts(told.channel.get("links")), "hub", url),
        ttl=_ttl(told.channel),
        warnings=tuple(warnings),
        self_url=_related(dicts(told.channel.get("links")), "self", url),
    )


def _post(entry: dict[str, Any], url: str) -> Post:
    body, base = _body(entry)
    detail = _detail(entry, "summary_detail")
    summary = _as_html(str(entry.get("summary") or ""), detail.get("type"))
    warnings: list[str] = []
    published, updated = _dates(entry, warnings)
    return Post(
        title=str(entry.get("title") or ""),
        url=_link(entry),
        guid=str(entry.get("id") or ""),
        body=body or summary,
        summary=summary if summary != body else "",
        base_url=web_url(base, url) or url,
        tags=[str(tag.get("label") or tag.get("term") or "") for tag in dicts(entry.get("tags"))],
        author=_author(entry),
        published_at=published,
        updated_at=updated,
        pictures=list(_pictures(entry)),
        warnings=warnings,
    )


def _body(entry: Mapping[str, Any]) -> tuple[str, str]:
    """The longest of the entry's contents as HTML, and the base of its relative addresses."""
    contents = [content for content in dicts(entry.get("content")) if content.get("value")]
    if not contents:
        return "", str(_detail(entry, "summary_detail").get("base") or "")
    best = max(contents, key=lambda content: len(content["value"]))
    return _as_html(str(best["value"]), best.get("type")), str(best.get("base") or "")


def _detail(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What the parser tells of an element; an element of that very name would be a string."""
    value = entry.get(name)
    return value if isinstance(value, dict) else {}


def _as_html(text: str, media_type: object) -> str:
    return html.escape(text, quote=False) if media_type == "text/plain" else text


def _link(entry: Mapping[str, Any]) -> str:
    for link in dicts(entry.get("links")):
        if link.get("rel", "alternate") == "alternate" and link.get("href"):
            return str(link["href"])
    return str(entry.get("link") or "")


def _author(entry: Mapping[str, Any]) -> str:
    detail = _detail(entry, "author_detail")
    name = str(detail.get("name") or entry.get("author") or "")
    return "" if "@" in name else name


def _dates(entry: dict[str, Any], warnings: list[str]) -> tuple[datetime | None, datetime | None]:
    """Publication and modification; feedparser files RSS 1.0's dc:date as the latter."""
    # Asked of the dict itself: FeedParserDict answers "updated" with "published", and a warning.
    published = _moment(dict.get(entry, "published_parsed"))
    updated = _moment(dict.get(entry, "updated_parsed"))
    written = dict.get(entry, "published") or dict.get(entry, "updated")
    if published is None and updated is None and written:
        warnings.append(f"the date {str(written)[:60]!r} can't be read")
    return published or updated, updated if published else None


def _moment(parsed: object) -> datetime | None:
    if not isinstance(parsed, time.struct_time):
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _pictures(entry: Mapping[str, Any]) -> Iterator[str]:
    """Media RSS contents and thumbnails, then enclosures, the pictures among them."""
    for media in dicts(entry.get("media_content")):
        kind, medium = str(media.get("type") or ""), str(media.get("medium") or "")
        address = str(media.get("url") or "")
        untold = not kind and not medium and _PICTURE_NAME.search(address)
        if medium == "image" or kind.startswith("image/") or untold:
            yield address
    for thumbnail in dicts(entry.get("media_thumbnail")):
        yield str(thumbnail.get("url") or "")
    for link in dicts(entry.get("links")):
        if link.get("rel") == "enclosure" and str(link.get("type") or "").startswith("image/"):
            yield str(link.get("href") or "")


def _related(links: Iterable[Mapping[str, Any]], relation: str, base: str) -> str | None:
    for link in links:
        if relation in str(link.get("rel") or "").lower().split():
            return web_url(str(link.get("href") or ""), base) or None
    return None


def _ttl(channel: Mapping[str, Any]) -> int | None:
    """RSS's ttl, which is in minutes there.

    The syndication module's ``updatePeriod`` is not asked: every WordPress writes "hourly", however
    often its site publishes, and nobody set it.
    """
    minutes = _number(channel.get("ttl"))
    return minutes * 60 if minutes else None


def _number(value: object) -> int | None:
    """A whole number of up to six digits, or None."""
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None
