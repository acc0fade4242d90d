"""``discover``: a Link header (the first line) and a feed."""

import contextlib
from collections.abc import Iterator

from bot.core.errors import ParseError
from bot.feed.discovery import discover
from fuzz.finding import require_web
from fuzz.targets.shown import BASE

WORDS = (
    "<https://hub.example/>", "; rel=hub", '; rel="hub self"', "; rel=self", ", ", '"', "<", ">",
    '<atom:link rel="hub" href="https://hub.example/"/>', "<rss version='2.0'><channel>",
)  # fmt: skip


def check(data: bytes) -> None:
    link, _, body = data.partition(b"\n")
    with contextlib.suppress(ParseError):
        hub = discover(link.decode("latin-1"), body, url=BASE)
        if hub is not None:
            require_web([hub.url, hub.topic])


def seeds() -> Iterator[bytes]:
    feed = (
        b'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>A</title>'
        b'<atom:link rel="hub" href="https://hub.example/"/>'
        b'<atom:link rel="self" href="https://magazine.example/feed/"/></channel></rss>'
    )
    yield b'<https://hub.example/>; rel="hub", <https://magazine.example/feed/>; rel=self\n' + feed
    yield b"\n" + feed
