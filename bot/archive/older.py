"""The pages of a feed after its first, for the watcher after an outage."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from functools import partial

import structlog

from bot.archive.archive import FeedArchive
from bot.archive.results import SitePost
from bot.archive.robots import Robots
from bot.archive.site_address import site_address
from bot.archive.site_client import RATE, SiteClient, is_busy
from bot.archive.strategies import READ_AT_ONCE, REST, STRATEGIES, list_pages
from bot.core.clock import Clock
from bot.core.errors import FetchError, ParseError
from bot.core.model import Interview
from bot.feed.fetch import HttpGetter
from bot.store import CachedResponse, Store

logger = structlog.get_logger(__name__)

PAGES_AT_MOST = 10
"""Pages that are read in each way: a hundred interviews."""


class OlderPosts:
    """Reads what a feed shows no more."""

    def __init__(
        self, fetcher: HttpGetter, store: Store, clock: Clock, *, agent: str, rate: float = RATE
    ) -> None:
        self._fetcher = fetcher
        self._store = store
        self._clock = clock
        self._agent = agent
        self._rate = rate

    async def pages(self, url: str, since: datetime) -> AsyncIterator[Sequence[Interview]]:
        """The feed's pages from the second on, newest first; where the site has none, and after
        the last, what the REST API has that was published since `since`.

        Raises:
            FetchError: the site can't be asked now.
        """
        site = site_address(url)
        client = _UncachedClient(
            self._fetcher, self._store, self._clock, site, rate=self._rate, agent=self._agent
        )
        archive = FeedArchive(client, site, self._store, self._clock)
        for pages in (self._feed_pages(archive), self._rest_pages(archive, since)):
            try:
                async for page in pages:
                    if whole := [post.interview for post in page if post.interview is not None]:
                        yield whole
            except (FetchError, ParseError) as error:
                if isinstance(error, FetchError) and is_busy(error):
                    raise
                logger.info("feed.no-further-pages", feed=url, cause=str(error))

    async def _feed_pages(self, archive: FeedArchive) -> AsyncIterator[list[SitePost]]:
        list_page = partial(STRATEGIES["paged"].list_page, archive, {})
        async for number, posts, _ in list_pages(list_page, 1, first=2):
            yield posts
            if number > PAGES_AT_MOST:
                return

    async def _rest_pages(
        self, archive: FeedArchive, since: datetime
    ) -> AsyncIterator[list[SitePost]]:
        offer = await REST.probe(archive)
        if offer is None:
            return
        moment = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
        changed = partial(REST.changed, archive, offer[0], since=moment)
        async for number, posts, _ in list_pages(changed, READ_AT_ONCE):
            yield posts
            if number == PAGES_AT_MOST:
                return


class _UncachedClient(SiteClient):
    """Asks once, keeps no answer, and leaves the state of the archive alone: what is asked here is
    no part of an archive's run, which may be under way."""

    async def get(self, address: str, *, kills_at_most: int | None = None) -> CachedResponse:
        del kills_at_most
        if self._robots is None:
            answer = await self._ask(self._site.robots)
            text = answer.body.decode("utf-8", "replace") if answer.status == 200 else ""
            self._robots = Robots(text, self._agent)
        if not self._site.is_same_site(address) or not self._robots.allows(address):
            raise FetchError("archive.disallowed", url=address)
        return await self._ask(address)
