"""``Robots``: a site's robots.txt."""

from collections.abc import Iterator

from bot.archive.pages.robots import LONGEST_DELAY, SITEMAPS_AT_MOST, Robots
from fuzz.finding import require, require_web
from fuzz.targets.shown import BASE

WORDS = (
    "User-agent: *", "User-agent: kcrush-bot", "Disallow: /", "Allow: /interview/", "Disallow: *",
    "Crawl-delay: 10", "Crawl-delay: nan", "Crawl-delay: 1e9", "Request-rate: 1/5",
    "Sitemap: https://magazine.example/sitemap.xml", "#", "\n", "%ff", "*$", "\ufeff",
)  # fmt: skip


def check(data: bytes) -> None:
    robots = Robots(data.decode("utf-8", "replace"), "kcrush-bot")
    require(robots.allows(BASE) in (True, False), "allowed or not")
    require(0 <= robots.delay <= LONGEST_DELAY, f"a delay of {robots.delay}")
    require(len(robots.sitemaps) <= SITEMAPS_AT_MOST, "not too many sitemaps")
    require_web(list(robots.sitemaps))


def seeds() -> Iterator[bytes]:
    yield (
        b"User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\nCrawl-delay: 5\n"
        b"Sitemap: https://magazine.example/wp-sitemap.xml\n"
    )
    yield b"User-agent: kcrush-bot\nRequest-rate: 1/10\nDisallow: /interview/\n"
