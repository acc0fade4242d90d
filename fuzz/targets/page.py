"""``parse_article`` and the archive's readers of listing and article pages."""

import contextlib
from collections.abc import Iterator

from bot.archive.articles import LINKS_AT_MOST, read_article_page, read_links
from bot.archive.site_address import site_address
from bot.core.errors import ParseError
from bot.feed.parse import parse_any
from fuzz.finding import require
from fuzz.targets.shown import BASE, examine_interview, fixtures

WORDS = (
    '<meta property="og:title" content="', '<script type="application/ld+json">', '"@graph":[',
    '"@type":"Article"', '"datePublished":"', "<h1 class=entry-title>", "<div class=entry-content>",
    "<article class='category-interviews'>", "<link rel=canonical href='", "<link rel=shortlink",
    "<time datetime='", "<a class=more-link href='", "Read More", "<a rel=tag href='/category/",
    "<meta charset=", "<nav>", "<aside>", "<title>", "<body class=archive>", "\xef\xbb\xbf",
)  # fmt: skip

_SITE = site_address("https://magazine.example/category/interviews/feed/")


def check(data: bytes) -> None:
    links = read_links(data, _SITE, url=BASE)
    require(len(links) <= LINKS_AT_MOST, "not too many links")
    require(all(_SITE.is_same_site(link) for link in links), "links of this site")
    with contextlib.suppress(ParseError):
        article = read_article_page(data, _SITE, url=BASE)
        require(_SITE.is_same_site(article.url), "an article of this site")
        examine_interview(article)
    with contextlib.suppress(ParseError):
        for interview in parse_any(data, BASE):
            examine_interview(interview)


def seeds() -> Iterator[bytes]:
    for number, body in enumerate(fixtures()[:10]):
        yield (
            "<!DOCTYPE html><html><head><meta charset='utf-8'><title>Interview – KCrush</title>"
            f"<link rel='shortlink' href='/?p={number}'><link rel='canonical' href='/a/{number}/'>"
            "<meta property='og:image' content='/a.jpg'><script type='application/ld+json'>"
            '{"@type":"Article","headline":"Interview","datePublished":"2024-01-02"}</script></head>'
            "<body class='single'><article class='post category-interviews'><h1 class=entry-title>"
            "KCrush Interview with Kassy</h1><time datetime='2024-01-02T03:04:05Z'>then</time>"
            f"<div class=entry-content>{body}</div><a rel=tag href='/category/interviews/'>I</a>"
            "</article></body></html>"
        ).encode()
    yield (
        b"<html><body class=archive><main><h2><a href='/a/'>One</a></h2><a class=more-link "
        b"href='/b/'>Read More</a></main></body></html>"
    )
