"""Which of the pictures that a site names for an article is its main one.

Sites name share icons, logos, writers' faces and counters in the same places as pictures, so a
candidate must be of a type that Discord shows, and no smaller than a picture for sharing, as far as
anything tells its size.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.core.model import Image
from bot.feed.identity import web_url
from bot.feed.transcript.media import LEAST_SIDE, is_no_picture, named_size

_SHOWN = re.compile(r"(?i)image/(?:jpe?g|pjpeg|png|gif|webp|avif|\*)")


@dataclass(frozen=True, slots=True)
class PictureCandidate:
    """A picture that a site names. The size in pixels and the media type are as the site says,
    ``None`` and "" where it does not."""

    url: str
    width: int | None = None
    height: int | None = None
    media_type: str = ""


def candidate(
    url: object, width: object = None, height: object = None, media_type: object = ""
) -> PictureCandidate:
    """A candidate of values from outside, whatever they are."""
    kind = media_type if isinstance(media_type, str) else ""
    return PictureCandidate(
        url if isinstance(url, str) else "", pixels(width), pixels(height), kind
    )


def pixels(length: object) -> int | None:
    """A length that a site states, in pixels; ``None`` for what is none."""
    if isinstance(length, int) and not isinstance(length, bool):
        return length if 0 < length < 100_000 else None
    text = length.strip().removesuffix("px") if isinstance(length, str) else ""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 else None


def main_picture(
    named: Iterable[PictureCandidate], pictures: Iterable[Image], base: str
) -> str | None:
    """The address of an article's main picture: the first of those that the site names, best first,
    that is one; else the first of the body's `pictures`. `base` is where addresses start."""
    body = (PictureCandidate(picture.url) for picture in pictures)
    return next(_usable([*named, *body], base), None)


def _usable(candidates: Iterable[PictureCandidate], base: str) -> Iterator[str]:
    for one in candidates:
        url = web_url(html.unescape(one.url), base)
        if url and _is_shown(url, one.media_type) and _is_large(url, one):
            yield url


def _is_shown(url: str, media_type: str) -> bool:
    kind = media_type.strip().lower()
    if kind and kind != "application/octet-stream" and not _SHOWN.match(kind):
        return False
    return not is_no_picture(url)


def _is_large(url: str, one: PictureCandidate) -> bool:
    sides = (one.width, one.height, *named_size(url))
    return all(side is None or side >= LEAST_SIDE for side in sides)
