"""``Robots``: a site's robots.txt."""

from collections.abc import Iterator

from bot.archive.robots import LONGEST_DELAY, Robots
from fuzz.finding import require
from fuzz.targets.shown import BASE

WORDS = (
    "User-agent: *", "User-agent: kcrush-bot", "Disallow: /", "Allow: /interview/", "Disallow: *",
    "Crawl-delay: 10", "Crawl-delay: nan", "Crawl-delay: 1e9", "Request-rate: 1/5",
    "#", "\n", "%ff", "*$", "\ufeff",
)  # fmt: skip


def check(data: bytes) -> None:
    robots = Robots(data.decode("utf-8", "replace"), "kcrush-bot")
    require(robots.allows(BASE) in (True, False), "allowed or not")
    require(0 <= robots.delay <= LONGEST_DELAY, f"a delay of {robots.delay}")


def seeds() -> Iterator[bytes]:
    yield (
        b"User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\nCrawl-delay: 5\n"
    )
    yield b"User-agent: kcrush-bot\nRequest-rate: 1/10\nDisallow: /interview/\n"
