"""One site asked politely: at a pace, within its robots.txt, again later when it is busy."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import structlog
from aiolimiter import AsyncLimiter

from bot.archive.pages import Place, Robots
from bot.core.clock import Clock
from bot.core.errors import FetchError
from bot.core.retry import backoff
from bot.feed.fetch import Fetched
from bot.store import Answer, Store

logger = structlog.get_logger(__name__)

TRIES = 5
FIRST_WAIT = 2.0
LONGEST_WAIT = 3600.0
"""Seconds that one Retry-After is waited for; what asks for more ends the work, to be resumed."""

ROBOTS_LAST = timedelta(days=1)
"""RFC 9309, 2.4: robots.txt should not be used longer than 24 hours."""

TWICE = 2
"""Requests for one page by processes that were killed before they had an answer."""

_BEGUN = 0
"""The status of an answer that is awaited; its total is how often."""

_BUSY = frozenset({"fetch.busy", "fetch.unreachable", "fetch.too-slow", "fetch.no-host"})
_TOLD = frozenset({400, 401, 403, 404, 410})
"""Statuses that are an answer to the question asked, and not a failure to answer."""


class Fetches(Protocol):
    """What is needed of ``bot.feed.fetch.Fetcher``."""

    async def get(self, url: str) -> Fetched: ...


class Asker:
    """Asks the site of one feed. `rate` is in requests a second, 0 for as fast as it answers.

    An answer is kept in the store until what follows from it is written down, so that a process
    that is killed in between does not ask a second time. That a request was begun is kept too: a
    page that is asked for again and again may be what kills the process.
    """

    def __init__(
        self, fetcher: Fetches, store: Store, clock: Clock, place: Place, *, rate: float, agent: str
    ) -> None:
        self._fetcher = fetcher
        self._store = store
        self._clock = clock
        self._place = place
        self._rate = rate
        self._agent = agent
        self._robots: Robots | None = None
        self._limiter: AsyncLimiter | None = None
        self.on_wait: Callable[[float], None] | None = None

    async def robots(self) -> Robots:
        """The site's rules, read at most once a day.

        Raises:
            FetchError: the site could not be asked.
        """
        if self._robots is not None:
            return self._robots
        state = await self._store.archives.state(self._place.feed)
        now = self._clock.now()
        fresh = state.robots_at is not None and now - state.robots_at < ROBOTS_LAST
        text = state.robots or ""
        if not fresh:
            answer = await self._ask(self._place.robots)
            text = answer.body.decode("utf-8", "replace") if answer.status == 200 else ""
            await self._store.archives.save(replace(state, robots=text, robots_at=now))
        self._robots = await asyncio.to_thread(Robots, text, self._agent)
        if self._robots.delay and self._rate:
            self._rate = min(self._rate, 1 / self._robots.delay)
            self._limiter = None
        return self._robots

    async def get(self, address: str, *, at_most: int | None = None) -> Answer:
        """What the site answers at `address`: 200 with a body, or a refusal that tells something
        (400, 401, 403, 404, 410). `at_most` processes may end without an answer to it.

        Raises:
            FetchError: there was no answer that counts, also not later, or the address may not be
                asked (``archive.disallowed``), or not again (``archive.begun``).
        """
        if not self._place.is_here(address) or not (await self.robots()).allows(address):
            raise FetchError("archive.disallowed", url=address)
        archives, feed = self._store.archives, self._place.feed
        kept = await archives.answer(feed, address)
        if kept is not None and kept.status != _BEGUN:
            return kept
        begun = (kept.total or 0) if kept is not None else 0
        if at_most is not None and begun >= at_most:
            raise FetchError("archive.begun", url=address)
        await archives.keep_answer(feed, address, Answer(_BEGUN, b"", address, begun + 1))
        try:
            answer = await self._ask(address)
        except FetchError:
            # It came to an end, if not to a good one.
            await archives.keep_answer(feed, address, Answer(_BEGUN, b"", address, begun))
            raise
        await archives.keep_answer(feed, address, answer)
        return answer

    async def _ask(self, address: str) -> Answer:
        for attempt in range(1, TRIES + 1):
            await self._pace()
            try:
                fetched = await self._fetcher.get(address)
            except FetchError as error:
                if error.status in _TOLD:
                    return Answer(error.status or 0, error.body, address)
                wait = _wait(error, attempt)
                if wait is None:
                    raise
                logger.info("archive.waiting", url=address, cause=str(error), seconds=wait)
                if self.on_wait is not None:
                    self.on_wait(wait)
                await self._clock.sleep(wait)
            else:
                return Answer(fetched.status, fetched.body, fetched.url, fetched.total)
        raise AssertionError("the last try returns or raises")

    async def _pace(self) -> None:
        if self._rate <= 0:
            return
        if self._limiter is None:
            self._limiter = AsyncLimiter(1, 1 / self._rate)
        await self._limiter.acquire()


def _wait(error: FetchError, attempt: int) -> float | None:
    """Seconds until the next try; ``None`` for none."""
    if attempt == TRIES or (error.retry_after or 0) > LONGEST_WAIT:
        return None
    if error.key in _BUSY:
        return error.retry_after or backoff(attempt, FIRST_WAIT, LONGEST_WAIT, 1.0)
    # Anything else may be a hiccup once.
    return 2.0 if error.key == "fetch.failing" and attempt < 2 else None
