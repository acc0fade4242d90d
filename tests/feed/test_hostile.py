"""Hostile and broken feeds, from their bytes to what people see: bounded in time and memory, shown
letter by letter, and the rest of the feed unharmed."""

import contextlib
import gzip
import html
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.core.errors import ParseError
from bot.core.i18n import load_messages
from bot.core.model import Interview, InterviewSummary, Position, StoredInterview
from bot.fans.results import InterviewList
from bot.feed.decoding import BadCodingError, BodyDecoder, TooLargeError
from bot.feed.parse import parse_any, parse_feed
from bot.store import OpenedInterview
from bot.ui.announcing import announcement_card, plain_announcement
from bot.ui.layout import Layout
from bot.ui.lists import latest_page
from bot.ui.reader import ReaderPage
from fuzz.bounds import peak
from tests.ui.limits import shown, within_limits

URL = "https://magazine.example/category/interviews/feed/"
MIB = 2**20
SECONDS = 20.0
"""Of the processor, on a machine that others use: an item alone takes a second or two."""
MEBIBYTES = 250.0
TEXT = load_messages().text("en")
MARKS = "@everyone @here <@123> <@&5> [free tickets](https://evil.example) **b** # h ||s|| `c`"
GOOD = (
    "<p>Intro.</p><p><b>How are you?</b></p><p>I am well.</p><p><b>And your cat?</b></p>"
    "<p>Mine is asleep.</p>"
)


def item(title: str = "Interview with Kassy", body: str = GOOD, more: str = "", n: int = 9) -> str:
    return (
        f"<item><title>{html.escape(title)}</title><link>https://magazine.example/{n}/</link>"
        f"<guid>{n}</guid>{more}<content:encoded><![CDATA[{body}]]></content:encoded></item>"
    )


def feed(*items: str, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<rss version="2.0" xmlns:content='
        '"http://purl.org/rss/1.0/modules/content/"><channel><title>I</title>'
        f"{item(n=1)}{''.join(items)}{item(n=2)}</channel></rss>"
    ).encode("utf-8", "surrogatepass")


def bomb(levels: int) -> str:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20}">' for n in range(1, levels))
    return f'<!DOCTYPE r [<!ENTITY e0 "lol">{entities}<!ENTITY f SYSTEM "file:///etc/passwd">]>'


MOST = 10 * MIB
HOSTILE: dict[str, bytes] = {
    "an entity bomb": feed(item("x&e9;").replace("&amp;", "&"), head=bomb(10)),
    "a file as an entity": feed(item("x&f;").replace("&amp;", "&"), head=bomb(3)),
    "10 MiB of nested tags": feed(item(body="<p>Hi</p>" + "<div><b>" * (MOST // 8))),
    "10 MiB of one word": feed(item(body="<p>" + "a" * MOST)),
    "questions without end": feed(item(body="<p><b>Who are you?</b></p><p>I</p>" * 60_000)),
    "an endless title": feed(item("a" * 100_000)),
    "an endless title of words": feed(item("Interview with " + "Kim and " * 12_500)),
    "NULs": feed(item("Kas\x00sy", "<p>a\x00b</p>&#0;&#x0;<p>c</p>")),
    "lone surrogates": feed(item("Kassy \ud800", "<p>\udfff &#xD800; &#55357;</p>")),
    "bidi overrides": feed(item("Kassy \u202egnp.exe\u202c", "<p>\u2066\u202eabc\u2069</p>")),
    "zalgo": feed(item("K" + "\u0301\u0327\u0489" * 3000, "<p>" + ("a" + "\u0336" * 50) * 999)),
    "mentions and markdown": feed(item(MARKS, f"<p>{html.escape(MARKS)}</p>{GOOD}")),
    "a link that is a script": feed(
        item(body="<p><a href='javascript:alert(1)'>x</a><img src='data:image/png;base64,x'></p>")
        .replace("https://magazine.example/9/", "javascript:alert(document.cookie)")
    ),
    "a host that is none": feed(item().replace("magazine.example/9", "a" * 80 + "*/9")),
    "a date of 1970": feed(item(more="<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>")),
    "a date of 2099": feed(item(more="<pubDate>Thu, 31 Dec 2099 23:59:59 GMT</pubDate>")),
    "a date that is none": feed(item(more="<pubDate>the other day</pubDate>")),
    "no GUID": feed(item().replace("<guid>9</guid>", "")),
    "one GUID twice": feed(item(), item("Another one")),
    "a wrong encoding": feed(item("Kassy")).replace(b"UTF-8", b"EUC-KR"),
    "no encoding at all": feed(item("Kassy")).replace(b"UTF-8", b"klingon"),
    "half of a character": feed(item("Kassy")).replace(b"Kassy", b"Kassy \xec\xb9", 2),
    "an end in the middle": feed(item(), item(n=7)).rpartition(b"<item>")[0],
}  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_entry_costs_little_and_harms_nothing(body: bytes) -> None:
    before, started = peak(), time.process_time()
    parsed = parse_feed(body, url=URL, content_type="application/rss+xml")
    assert time.process_time() - started < SECONDS
    assert peak() - before < MEBIBYTES
    good = [one for one in parsed.interviews if one.guid in ("1", "2")]
    assert [one.title[:20] for one in good][:1] == ["Interview with Kassy"]
    assert all(len(one.transcript.turns) == 2 for one in good)
    assert len(good) == (1 if body.endswith(b"</item>") else 2)
    assert len(parsed.interviews) <= 4
    for interview in parsed.interviews:
        _shown_letter_by_letter(interview)


def _shown_letter_by_letter(interview: Interview) -> None:
    """Card, list and every page of the reader fit Discord and hold no mark but our own."""
    stored = StoredInterview(417, interview, datetime(2026, 11, 22, tzinfo=UTC))
    for layout in _layouts(stored):
        within_limits(layout)
        _harmless(shown(layout))
    _harmless(plain_announcement(stored, TEXT))


def _layouts(stored: StoredInterview) -> Iterator[Layout]:
    interview = stored.interview
    yield announcement_card(stored, TEXT)
    names = tuple(subject.name for subject in interview.subjects)
    turns = len(interview.transcript.turns)
    summary = InterviewSummary(
        417, interview.title, interview.url, names, interview.published_at, turns
    )
    yield latest_page(InterviewList((summary,), 0, more=False), TEXT)
    for section in (0, 1, 99):
        yield ReaderPage(OpenedInterview(stored), Position(section), TEXT).layout


def _harmless(text: str) -> None:
    assert not re.search(r"@(?:everyone|here)\b", text)
    assert not re.search(r"(?<!\\)<(?:@[!&]?|#)\d", text)
    assert "(https://evil.example)" not in text.replace("\\[", "").replace("](", "] (")
    assert not re.search(r"(?i)\]\((?!https?://)", text.replace("\\]", ""))
    assert not re.search("[\x00-\x08\ud800-\udfff\u202a-\u202e\u2066-\u2069]", text)
    assert not re.search("[\u0300-\u036f\u0489]{6}", text)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_a_zip_bomb_is_put_out_or_refused(coding: str) -> None:
    squeezed = gzip.compress(
        gzip.compress(b"<" * (32 * MIB)) if "," in coding else b"\0" * 32 * MIB
    )
    before, started = peak(), time.process_time()
    with pytest.raises((TooLargeError, BadCodingError)):
        list(BodyDecoder(coding, 10 * MIB).feed(squeezed))
    assert time.process_time() - started < SECONDS
    assert peak() - before < MEBIBYTES


NOT_FEEDS: dict[str, bytes] = {
    "JSON nested without end": b"[" * (MIB // 4),
    "objects nested without end": b'{"a":' * (MIB // 5),
    "NULs": b"\0" * MOST,
    "angles": b"<" * (MIB // 4),
    "ampersands": b"&" * (MIB // 4),
    "open comments": b"<!--" * (MIB // 16),
    "declarations": b"<!DOCTYPE " * (MIB // 40),
    "an attribute without end": b"<rss a='" + b"x" * (MIB // 4),
    "a name without end": b"<" + b"x" * (MIB // 4),
    "noise": bytes(range(256)) * 4096,
}


@pytest.mark.parametrize("body", NOT_FEEDS.values(), ids=list(NOT_FEEDS))
def test_what_is_no_feed_is_told_in_bounded_time(body: bytes) -> None:
    before, started = peak(), time.process_time()
    with pytest.raises(ParseError, check=lambda error: error.key.startswith("error.parse.")):
        parse_feed(body, url=URL)
    with contextlib.suppress(ParseError):
        assert len(parse_any(body, URL)) <= 1
    assert time.process_time() - started < 2 * SECONDS
    assert peak() - before < MEBIBYTES


@pytest.mark.parametrize(
    ("pump", "length"),
    [("<!---->", 1_000), ("<!---->", 100_000), ("<!--", 100_000), ("<?xml ", 100_000)],
)
def test_a_prolog_without_end_is_refused_at_once(pump: str, length: int) -> None:
    """A kilobyte of it held the interpreter for minutes once."""
    body = (pump * (length // len(pump))).encode()
    began = time.process_time()
    with pytest.raises(ParseError):
        parse_any(body, URL)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "summary",
    [
        "the post " * 20_000,
        "read more " * 20_000,
        " " * 100_000 + "x",
        "(" * 100_000 + "more",
        "the post x appeared first on " * 5_000,
    ],
)
def test_a_summary_is_read_in_linear_time(summary: str) -> None:
    item = f"<item><title>T</title><description>{summary}</description></item>"
    began = time.process_time()
    parse_feed(f"<rss><channel>{item}</channel></rss>".encode(), url=URL)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "pump",
    [
        '<script type="application/ld+json">',
        "<script application/ld+json>{",
        "application/ld+json>",
        "<meta charset=" + " " * 90,
        '<a b="x',
    ],
)
def test_a_page_is_read_in_linear_time(pump: str) -> None:
    page = ("<html><h1>T</h1>" + pump * (1_000_000 // len(pump))).encode()
    began = time.process_time()
    with contextlib.suppress(ParseError):
        parse_any(page, URL)
    assert time.process_time() - began < 6
