"""Addresses and pages of archives as they come, and as nobody should write them."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.archive.articles import read_article_page, read_links
from bot.archive.posts import read_index, read_posts, read_terms, refusal_code
from bot.archive.robots import Robots
from bot.archive.site_address import site_address
from bot.core.errors import ParseError

SITE = site_address("https://kc.example/category/interviews/feed/")
MARKUP = st.lists(
    st.sampled_from(
        [
            b"<a href='//[::1'>",
            b"Read More</a>",
            b"[",
            b"{",
            b'"id":1',
            b'"slug":"a"',
            b"]",
            b"}",
            b"<h1>a</h1>",
            b"<article class='category-%ff'>",
            b"https://kc.example:99999/x",
            b"\xff\x00",
            b"<p>" + b"word " * 20 + b"</p>",
        ]
    )
).map(b"".join)


@pytest.mark.parametrize(
    ("feed", "root", "listing", "taxonomy", "term"),
    [
        ("https://k.example/feed/", "/", "/", None, None),
        ("https://k.example/category/a/feed/", "/", "/category/a/", "categories", "a"),
        ("https://k.example/category/a/b/feed", "/", "/category/a/b/", "categories", "b"),
        ("https://k.example/m/tag/c/feed/atom/", "/m/", "/m/tag/c/", "tags", "c"),
        ("https://k.example/?feed=rss2&cat=2", "/", None, "categories", "2"),
        ("https://k.example/category/%EA%B0%80/feed/", "/", None, "categories", "가"),
    ],
)
def test_a_feeds_address_tells_its_place(
    feed: str, root: str, listing: str | None, taxonomy: str | None, term: str | None
) -> None:
    site = site_address(feed)
    assert site.root == f"https://k.example{root}"
    assert (site.taxonomy, site.term, site.is_wordpress) == (taxonomy, term, True)
    if listing:
        assert site.listing == f"https://k.example{listing}"


def test_an_address_of_unknown_shape_says_nothing_of_its_posts() -> None:
    assert not site_address("https://k.example/news.xml").is_wordpress


@settings(max_examples=60, deadline=None)
@given(body=st.one_of(st.binary(max_size=300), MARKUP))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    url = "https://kc.example/x/"
    assert all(SITE.is_same_site(link) for link in read_links(body, SITE, url=url))
    assert isinstance(refusal_code(body), str)
    assert Robots(body.decode("latin-1"), "kcrush-bot/1").delay >= 0
    for read in (read_posts, read_index, read_terms):
        with contextlib.suppress(ParseError):
            assert isinstance(read(body, url=url), list)
    with contextlib.suppress(ParseError):
        assert read_article_page(body, SITE, url=url).url.startswith("https://kc.example")
