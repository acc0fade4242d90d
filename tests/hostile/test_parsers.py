"""Nothing that reads bytes or text from outside takes more than linear time.

What reads is found by its signature: every public function of the modules below whose first
parameter is called as texts from outside are. A new one is measured without being named here.
"""

import contextlib
import importlib
import inspect
import pkgutil
import time
from collections.abc import Callable, Iterator

import pytest

import bot.archive
import bot.feed
import bot.web
from bot.archive.site_address import site_address
from bot.core.errors import ParseError

FIRST = {"body": bytes, "html": str, "text": str, "page": str, "value": str, "link": str}
"""How first parameters are called that come from outside, and what they are."""

OTHERS = {
    "url": "https://kc.example/feed/",
    "base": "https://kc.example/",
    "base_url": "https://kc.example/",
    "site": site_address("https://kc.example/category/interviews/feed/"),
    "taxonomy": "categories",
    "content_type": "application/rss+xml",
    "warnings": [],
    "limit": 300,
    "title": "Interview with Kassy",
    "agent": "kcrush-bot",
    "body": b"<rss><channel></channel></rss>",
}
"""What the other parameters are given."""

SIZES = (2_500, 20_000)
"""Characters: of a text, and of one eight times as long."""

MOST = 24.0
"""Times that eight times the text may take: linear is 8, quadratic 64."""

NOTHING = 0.15
"""Seconds that are too few to compare. Quadratic parsers take more for 20 kB."""

_ITEM = "<rss version='2.0'><channel><item><title>T</title>"
PUMPS = {
    "comments": ("", "<!---->"),
    "open comments": ("", "<!--"),
    "declarations": ("", "<?xml "),
    "entities": ("<!DOCTYPE a [", "<!ENTITY a 'b'>"),
    "attributes": (_ITEM + "<description ", "a{}='x' "),
    "loose attributes": (_ITEM + "&<description ", "a{}='x' "),
    "bases": (_ITEM, "<item xml:base='a{}/'>"),
    "elements": (_ITEM, "<b>"),
    "nested": (_ITEM + "<description>", "&lt;div&gt;"),
    "nested attributes": (_ITEM + "<description>", "&lt;div a='"),
    "paragraphs": (_ITEM + "<description>", "&lt;p&gt;Q. Why?&lt;/p&gt;&lt;p&gt;A. So.&lt;/p&gt;"),
    "links": (_ITEM, "<link>http://x.y/{}</link>"),
    "categories": (_ITEM, "<category>c{}</category>"),
    "authors": (_ITEM, "<author>a@b.c (d)</author>"),
    "cdata": (_ITEM + "<description>", "<![CDATA["),
    "ampersands": (_ITEM + "<description>", "&"),
    "references": (_ITEM + "<description>", "&#55357;&amp;#x"),
    "scripts": ("<html><h1>T</h1>", "<script type='application/ld+json'>"),
    "metas": ("<html><h1>T</h1>", "<meta name='a{}' content='b'>"),
    "anchors": ("<html><main>", "<h2><a href='/a{}/'>Read more"),
    "depth": ("<html><main>", "<div><span>"),
    "tables": ("<html><main>", "<table><tr><td>"),
    "formatting": ("<html><main><p>", "<b><i><a href='/{}'>"),
    "quotes": ("<html><main>", '<a b="c'),
    "blanks": ("", " "),
    "json": ("", "["),
    "json objects": ('{"a":', '{"a":'),
    "posts": ("[", '{{"id":{},"title":{{}},"content":{{}}}},'),
    "robots": ("User-agent: *\n", "Disallow: /a{}*$\n"),
    "brackets": ("", "[a](b"),
    "marks": ("e", "\u0301"),
    "moji": ("", "Ã©â€"),
    "colons": ("<p>", "Kassy: Yes. "),
    "questions": ("<p><b>", "Why? "),
    "headers": ("", "<https://a.example/>; rel=x, "),
}


def readers() -> dict[str, Callable[..., object]]:
    found: dict[str, Callable[..., object]] = {}
    for package in (bot.feed, bot.archive, bot.web):
        for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            module = importlib.import_module(info.name)
            for name, value in vars(module).items():
                if (
                    inspect.isfunction(value)
                    and not inspect.iscoroutinefunction(value)
                    and value.__module__ == info.name
                    and not name.startswith("_")
                    and _reads(next(iter(inspect.signature(value).parameters.values()), None))
                ):
                    found[f"{info.name}.{name}"] = value
    return found


def _reads(first: inspect.Parameter | None) -> bool:
    return (
        first is not None
        and first.name in FIRST
        and first.annotation in (FIRST[first.name], object, str | None)
    )


READERS = readers()


def text_of(pump: str, size: int) -> str:
    before, repeated = PUMPS[pump]
    pieces, length = [before], len(before)
    while length < size:
        piece = repeated.format(len(pieces)) if "{}" in repeated else repeated
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces)


def seconds(read: Callable[..., object], pump: str, size: int, attempts: int = 1) -> float:
    first, *others = inspect.signature(read).parameters.values()
    text = text_of(pump, size)
    given: object = text.encode() if FIRST[first.name] is bytes else text
    named = {
        other.name: OTHERS[other.name]
        for other in others
        if other.default is inspect.Parameter.empty
    }
    best = float("inf")
    for _ in range(attempts):
        began = time.thread_time()
        with contextlib.suppress(ParseError):
            found = read(given, **named) if _named_only(others) else read(given, *named.values())
            if isinstance(found, Iterator):
                list(found)
        best = min(best, time.thread_time() - began)
    return best


def _named_only(others: list[inspect.Parameter]) -> bool:
    return any(other.kind is inspect.Parameter.KEYWORD_ONLY for other in others) or not others


def test_what_reads_is_found() -> None:
    for name in ("feed.parse.parse_feed", "feed.parse.parse_any", "archive.articles.read_links",
                 "archive.posts.read_posts", "web.xmlrpc.understand"):  # fmt: skip
        assert f"bot.{name}" in READERS


@pytest.mark.parametrize("name", READERS)
def test_it_takes_linear_time(name: str) -> None:
    read = READERS[name]
    for pump in PUMPS:
        long = seconds(read, pump, SIZES[1])
        if long < NOTHING or long <= MOST * max(seconds(read, pump, SIZES[0]), NOTHING / 16):
            continue
        # A collection of garbage does not fall into each of three.
        long = seconds(read, pump, SIZES[1], attempts=3)
        short = seconds(read, pump, SIZES[0], attempts=3)
        assert long <= MOST * max(short, NOTHING / 16), pump
