"""``read_sitemap``: lists of pages, zipped or not."""

import gzip
from collections.abc import Iterator

from bot.archive.pages.sitemaps import ENTRIES_AT_MOST, read_sitemap
from fuzz.finding import require, require_web
from fuzz.targets.shown import BASE

WORDS = (
    "<urlset>", "<url>", "<loc>", "</loc>", "<lastmod>", "</lastmod>", "</url>", "<sitemapindex>",
    "<sitemap>", "</sitemap>", "<![CDATA[", "]]>", "https://magazine.example/", "post-sitemap.xml",
    "2024-01-02T03:04:05+00:00", "&amp;", "\x1f\x8b",
)  # fmt: skip


def check(data: bytes) -> None:
    found = read_sitemap(data, url=BASE)
    require(len(found.pages) + len(found.maps) <= ENTRIES_AT_MOST, "not too many entries")
    require_web([*(page for page, _ in found.pages), *found.maps])


def seeds() -> Iterator[bytes]:
    pages = (
        b"<urlset><url><loc>https://magazine.example/a/</loc><lastmod>2024-01-02</lastmod></url>"
        b"<url><loc><![CDATA[https://magazine.example/b/]]></loc></url></urlset>"
    )
    yield pages
    yield gzip.compress(pages)
    yield (
        b"<sitemapindex><sitemap><loc>https://magazine.example/wp-sitemap-posts-post-1.xml</loc>"
        b"</sitemap></sitemapindex>"
    )
