"""How the magazine's site is asked, and the process in which its answers are parsed."""

from contextlib import AbstractAsyncContextManager

from bot.core.clock import Clock
from bot.core.settings import Settings
from bot.core.worker import WorkerProcess
from bot.feed.fetch import Fetcher, open_fetcher

SITE_READER = WorkerProcess("site")

PARSE_FEED = "bot.feed.parse:parse_feed"


def open_site_fetcher(settings: Settings, clock: Clock) -> AbstractAsyncContextManager[Fetcher]:
    """A fetcher as the settings want it."""
    return open_fetcher(
        clock,
        user_agent=settings.user_agent,
        authorized=settings.feed_url,
        proxy=settings.proxy,
    )
