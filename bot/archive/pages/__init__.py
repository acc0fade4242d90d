"""What an archive's pages say and where they are. Pure: addresses and bytes in, values out."""

from bot.archive.pages.articles import Article, read_article_page, read_links
from bot.archive.pages.posts import (
    Found,
    Listed,
    children,
    is_past_the_end,
    read_feed_page,
    read_index,
    read_posts,
    read_terms,
    refusal_code,
)
from bot.archive.pages.robots import Robots
from bot.archive.pages.site_address import Place, place_of
from bot.archive.pages.sitemaps import Sitemap, read_sitemap

__all__ = [
    "Article",
    "Found",
    "Listed",
    "Place",
    "Robots",
    "Sitemap",
    "children",
    "is_past_the_end",
    "place_of",
    "read_article_page",
    "read_feed_page",
    "read_index",
    "read_links",
    "read_posts",
    "read_sitemap",
    "read_terms",
    "refusal_code",
]
