"""One article's page: what it says of itself, and where its words are."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import ParseError
from bot.feed.article import decode
from bot.feed.parse import parse_any, parse_article

URL = "https://magazine.example/kassy/"
LONG = "menu " * 90
WORDS = (
    "<p>Kassy sings ballads, mostly in the rain.</p><p><b>How are you today?</b></p>"
    "<p>I am well.</p><p><b>Where do you sing next?</b></p><p>I sing in Busan.</p>"
)


def page(body: str, head: str = "", attributes: str = "") -> bytes:
    return (
        f"<!DOCTYPE html><html><head>{head}</head><body {attributes}>{body}</body></html>".encode()
    )


def test_json_ld_says_it_best() -> None:
    head = (
        "<title>Kassy | KCrush</title><meta property='og:title' content='Kassy!'>"
        '<script type="application/ld+json">{"@context":"https://schema.org","@graph":['
        '{"@type":"WebPage","name":"Page","datePublished":"2001-01-01"},'
        '{"@type":["Article","BlogPosting"],"headline":"Interview with Kassy","datePublished":'
        '"2021-02-12T11:00:00-05:00","dateModified":"2021-02-13T00:00:00Z","author":[{"name":"Jo"}],'
        '"image":{"url":"/hero.jpg"},"articleSection":["Interviews","Ballad"]}]}</script>'
    )
    found = parse_article(page(f"<article>{WORDS}</article>", head), url=URL)
    assert found.title == "Interview with Kassy"
    assert found.author == "Jo"
    assert found.published_at == datetime(2021, 2, 12, 16, tzinfo=UTC)
    assert found.updated_at == datetime(2021, 2, 13, tzinfo=UTC)
    assert found.image_url == "https://magazine.example/hero.jpg"
    assert found.tags == ("Interviews", "Ballad")
    assert [turn.question for turn in found.transcript.turns] == [
        "How are you today?",
        "Where do you sing next?",
    ]


def test_meta_elements_where_there_is_no_json_ld() -> None:
    head = (
        "<meta property='og:title' content='Interview with Kassy – KCrush'>"
        "<meta property='og:site_name' content='KCrush'><meta name='author' content='Jo'>"
        "<meta property='og:image' content='https://m.example/og.jpg'>"
        "<meta property='article:published_time' content='2021-02-12T16:00:00+00:00'>"
        "<meta property='article:tag' content='Ballad'><meta property='article:tag'"
        " content='Seoul'>"
        "<link rel='canonical' href='https://magazine.example/kassy-interview/'>"
        "<meta property='og:description' content='She sings &amp; rains.'>"
    )
    found = parse_article(page(f"<div class='post-content'>{WORDS}</div>", head), url=URL)
    assert found.title == "Interview with Kassy"
    assert found.author == "Jo"
    assert found.url == "https://magazine.example/kassy-interview/"
    assert found.guid == found.url
    assert found.tags == ("Ballad", "Seoul")
    assert found.excerpt == "She sings & rains."
    assert found.published_at == datetime(2021, 2, 12, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>T</h1><div class='entry-content'>{WORDS}</div>",
        f"<h1>T</h1><div itemprop='articleBody'>{WORDS}</div><p class='entry'>{LONG}</p>",
        f"<nav>{LONG}</nav><article><header><h1>T</h1></header>{WORDS}<footer>a</footer></article>",
        f"<main><h1>T</h1><aside>{LONG}</aside>{WORDS}</main>",
        f"<h1>T</h1><div><div>{WORDS}</div></div><div><p>Contact us</p></div>",
        f"<h1>T</h1><div class='entry-content'>short</div><div class='entry-content'>{WORDS}</div>",
    ],
)
def test_the_body_is_found(body: str) -> None:
    found = parse_article(page(body), url=URL)
    assert found.title == "T"
    assert found.transcript.intro == "Kassy sings ballads, mostly in the rain."
    assert len(found.transcript.turns) == 2
    assert found.transcript.turns[-1].answers[0].text == "I sing in Busan."


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"  ", "error.parse.empty"),
        (page("<p>hi</p>"), "error.parse.not-article"),
        (page(WORDS, "", "class='archive category'"), "error.parse.not-article"),
        (page(f"<h1>Nothing here</h1>{WORDS}", "", "class='error404'"), "error.parse.not-article"),
    ],
)
def test_a_page_without_an_article(body: bytes, key: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_article(body, url=URL)
    assert caught.value.key == key


@pytest.mark.parametrize("name", ["utf-8", "euc-kr", "shift_jis", "utf-16"])
def test_the_encoding_is_the_page_s_own(name: str) -> None:
    text = f"<meta charset='{name}'><title>日本</title>"
    assert "日本" in decode(text.encode(name))


def test_windows_1252_is_the_last_resort() -> None:
    assert decode("“Café”".encode("cp1252")) == "“Café”"


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("<>/abp \"'=!-&;{}[]\x00é안")), max_size=300))
def test_any_page_is_an_article_or_a_parse_error(text: str) -> None:
    with contextlib.suppress(ParseError):
        (found,) = parse_any(f"<!DOCTYPE html>{text}".encode(), URL)
        assert found.title
        assert found.url.startswith("http")
