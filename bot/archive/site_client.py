"""Polite requests to one site: paced, within its robots.txt, repeated later when it is busy."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog
from aiolimiter import AsyncLimiter

from bot.archive.robots import Robots
from bot.archive.site_address import SiteAddress
from bot.core.clock import Clock
from bot.core.errors import FetchError
from bot.core.retry import backoff
from bot.feed.fetch import HttpGetter
from bot.store import CachedResponse, Store

logger = structlog.get_logger(__name__)

RATE = 1.0
"""Requests a second."""

TRIES = 5
FIRST_WAIT = 2.0
LONGEST_WAIT = 3600.0
"""Seconds of a Retry-After that are waited. A longer one ends the run, to be resumed later."""

ROBOTS_MAX_AGE = timedelta(days=1)
"""RFC 9309, 2.4: robots.txt should not be used for longer than 24 hours."""

KILLS_AT_MOST = 2
"""Requests for one page by processes that were killed before they had its answer."""

_BEGUN = 0
"""The status of a cached response whose request was begun; its total counts the requests."""

_BUSY = frozenset({"fetch.busy", "fetch.unreachable", "fetch.too-slow", "fetch.no-host"})
_MEANINGFUL = frozenset({400, 401, 403, 404, 410})
"""Statuses of refusals that answer the request: they are returned rather than raised."""


class SiteClient:
    """Requests pages of the site of one feed, at most `rate` a second (0: without a pause).

    Responses are cached in the store until the archive has saved what follows from them, so that
    a process that is killed in between does not request the page a second time. The beginning of a
    request is saved too, because its answer may be what kills the process.
    """

    def __init__(
        self,
        fetcher: HttpGetter,
        store: Store,
        clock: Clock,
        site: SiteAddress,
        *,
        rate: float,
        agent: str,
    ) -> None:
        self._fetcher = fetcher
        self._store = store
        self._clock = clock
        self._site = site
        self._rate = rate
        self._agent = agent
        self._robots: Robots | None = None
        self._limiter: AsyncLimiter | None = None

    async def get(self, address: str, *, kills_at_most: int | None = None) -> CachedResponse:
        """The response of `address`: 200, or a refusal that tells something (400, 401, 403, 404,
        410).

        Raises:
            FetchError: there was no such response, also not later; or robots.txt forbids the
                address (``archive.disallowed``); or `kills_at_most` processes were killed amid
                this very request (``archive.begun``).
        """
        if not self._site.is_same_site(address) or not (await self._rules()).allows(address):
            raise FetchError("archive.disallowed", url=address)
        archives, feed = self._store.archives, self._site.feed
        cached = await archives.cached_response(feed, address)
        if cached is not None and cached.status != _BEGUN:
            return cached
        begun = (cached.total or 0) if cached is not None else 0
        if kills_at_most is not None and begun >= kills_at_most:
            raise FetchError("archive.begun", url=address)
        await archives.cache_response(
            feed, address, CachedResponse(_BEGUN, b"", address, begun + 1)
        )
        try:
            response = await self._request(address)
        except FetchError:
            # This process lives on: the request is not counted.
            await archives.cache_response(
                feed, address, CachedResponse(_BEGUN, b"", address, begun)
            )
            raise
        await archives.cache_response(feed, address, response)
        return response

    async def _rules(self) -> Robots:
        """The site's robots.txt, requested at most once a day."""
        if self._robots is not None:
            return self._robots
        state = await self._store.archives.state(self._site.feed)
        now = self._clock.now()
        text = state.robots or ""
        if state.robots_at is None or now - state.robots_at >= ROBOTS_MAX_AGE:
            response = await self._request(self._site.robots)
            text = response.body.decode("utf-8", "replace") if response.status == 200 else ""
            await self._store.archives.save(replace(state, robots=text, robots_at=now))
        self._robots = await asyncio.to_thread(Robots, text, self._agent)
        if self._robots.delay and self._rate:
            self._rate = min(self._rate, 1 / self._robots.delay)
            self._limiter = None
        return self._robots

    async def _request(self, address: str) -> CachedResponse:
        for attempt in range(1, TRIES + 1):
            try:
                return await self._ask(address)
            except FetchError as error:
                wait = _wait(error, attempt)
                if wait is None:
                    raise
                logger.info("archive.waiting", url=address, cause=str(error), seconds=wait)
                await self._clock.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    async def _ask(self, address: str) -> CachedResponse:
        await self._pace()
        try:
            fetched = await self._fetcher.get(address)
        except FetchError as error:
            if error.status in _MEANINGFUL:
                return CachedResponse(error.status or 0, error.body, address)
            raise
        return CachedResponse(fetched.status, fetched.body, fetched.url, fetched.total)

    async def _pace(self) -> None:
        if self._rate <= 0:
            return
        if self._limiter is None:
            self._limiter = AsyncLimiter(1, 1 / self._rate)
        await self._limiter.acquire()


def is_busy(error: FetchError) -> bool:
    """Whether the site may answer the same request later."""
    return error.key in _BUSY or error.key == "fetch.failing"


def _wait(error: FetchError, attempt: int) -> float | None:
    """Seconds until the next attempt; ``None`` if there is to be none."""
    if attempt == TRIES or (error.retry_after or 0) > LONGEST_WAIT:
        return None
    if error.key in _BUSY:
        return error.retry_after or backoff(attempt, FIRST_WAIT, LONGEST_WAIT, 1.0)
    # Another failure of the server is often gone a moment later.
    return FIRST_WAIT if error.key == "fetch.failing" and attempt == 1 else None
