"""Addresses in one spelling, and digests that change with what is read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Answer, Image, Interview, Subject, Transcript, Turn
from bot.feed.identity import canonical_url, digest, url_key, web_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://KCrush.example/A/", "https://kcrush.example/A/"),
        ("HTTP://kcrush.example:80/a", "http://kcrush.example/a"),
        ("https://kcrush.example:8443/a", "https://kcrush.example:8443/a"),
        ("https://kcrush.example", "https://kcrush.example/"),
        ("https://user:secret@kcrush.example/a#top", "https://kcrush.example/a"),
        ("https://kcrush.example/?p=154&utm_source=rss&fbclid=x", "https://kcrush.example/?p=154"),
        ("https://kcrush.example/카시/", "https://kcrush.example/%EC%B9%B4%EC%8B%9C/"),
        (
            "https://kcrush.example/%ec%b9%b4%ec%8b%9c/",
            "https://kcrush.example/%EC%B9%B4%EC%8B%9C/",
        ),
        ("https://kcrush.example/%7Ea%2Fb", "https://kcrush.example/~a%2Fb"),
        ("  https://kcrush.example/a b\n ", "https://kcrush.example/a%20b"),
        ("\x00\x00 https://kcrush.example/a\x01", "https://kcrush.example/a"),
        ("http://[::1]:18080/x", "http://[::1]:18080/x"),
        ("javascript:alert(1)", ""),
        ("ftp://kcrush.example/", ""),
        ("//kcrush.example/a", ""),
        ("http://", ""),
        ("http://[bad", ""),
        ("http://a:99999/", ""),
        ("", ""),
    ],
)
def test_canonical_url(url: str, expected: str) -> None:
    assert canonical_url(url) == expected
    assert canonical_url(expected) == expected


def test_url_key_joins_the_spellings_of_one_article() -> None:
    spellings = [
        "https://www.kcrush.example/a/",
        "http://kcrush.example/a",
        "HTTPS://kcrush.example/a/#x",
    ]
    assert len({url_key(url) for url in spellings}) == 1
    assert url_key("http://kcrush.example/?p=1") != url_key("http://kcrush.example/?p=2")


@given(st.text(st.characters(), max_size=80))
def test_an_address_is_safe_or_none(text: str) -> None:
    for url in (
        web_url(text),
        web_url(text, "https://kcrush.example/a/"),
        canonical_url("https://x.example/" + text),
    ):
        assert url == "" or url.startswith(("http://", "https://", "HTTP", "Http"))
        assert not set(url) & set(' \n\t<>"`\\\x00)') - {")"}


INTERVIEW = Interview(
    guid="1",
    url="https://kcrush.example/a/",
    title="T",
    subjects=(Subject("Kassy", "Singer", ("카시",)),),
    tags=("Interviews",),
    published_at=datetime(2021, 1, 1, tzinfo=UTC),
    excerpt="E",
    image_url="https://kcrush.example/a.jpg",
    transcript=Transcript(
        "I",
        (Turn(1, "Q?", (Answer("Kassy", "A."),), (Image("https://kcrush.example/b.jpg"),)),),
        "O",
    ),
)


def test_a_digest_changes_with_what_is_read_and_with_nothing_else() -> None:
    talk = INTERVIEW.transcript
    same = [
        replace(INTERVIEW),
        replace(INTERVIEW, guid="2"),
        replace(INTERVIEW, updated_at=datetime(2022, 1, 1, tzinfo=UTC)),
        replace(INTERVIEW, transcript=replace(talk, warnings=("w",))),
    ]
    other = [
        replace(INTERVIEW, title="U"),
        replace(INTERVIEW, subjects=(Subject("Kassy", "Actress", ("카시",)),)),
        replace(INTERVIEW, tags=("Interviews", "Music")),
        replace(INTERVIEW, image_url=None),
        replace(INTERVIEW, url="https://kcrush.example/b/"),
        replace(
            INTERVIEW, transcript=replace(talk, turns=(Turn(1, "Q?", (Answer("Kassy", "B."),)),))
        ),
        replace(INTERVIEW, transcript=replace(talk, intro="")),
        replace(INTERVIEW, transcript=replace(talk, videos=("https://v.example/1",))),
    ]
    assert {digest(interview) for interview in same} == {digest(INTERVIEW)}
    digests = [digest(interview) for interview in [INTERVIEW, *other]]
    assert len(set(digests)) == len(digests)


def test_an_address_that_grows_too_long_by_its_escapes_is_none() -> None:
    long = "https://kcrush.example/" + "<" * 1_000
    assert web_url(long) == ""
    assert web_url("https://kcrush.example/" + "<" * 500) == "https://kcrush.example/" + "%3C" * 500


@given(st.text(max_size=30).map(lambda text: text * 100))
def test_every_address_has_a_canonical_form(text: str) -> None:
    found = web_url(text, "https://kcrush.example/a/")
    assert not found or canonical_url(found)
