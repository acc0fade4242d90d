"""The archive: all of a feed's interviews, also those that it shows no more, kept in step.

Nothing that is found here is announced: that is the watcher's part. So what was published lately
and stands in no poll yet is left to it (``archive.HELD_FOR``).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.archive.archive import Archive, Report
from bot.archive.pages import place_of
from bot.archive.resync import sweep, sync
from bot.archive.single_request import Asker, Fetches
from bot.archive.strategies import WAYS, Way, choose
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.retry import backoff
from bot.core.supervisor import supervise
from bot.store import Store

logger = structlog.get_logger(__name__)

RATE = 1.0
"""Requests a second."""

SYNC_EVERY = 3600.0
SWEEP_EVERY = timedelta(days=7)
FIRST_BACKOFF = 60.0
LONGEST_BACKOFF = 3600.0


class Backfill:
    """Reads archives and keeps them in step.

    `poll` polls a feed, so that what stands in it is seeded before its archive is stored;
    `on_commit` is called after each transaction that changed an interview; `progress` with posts
    done and their number, ``None`` while that is unknown.
    """

    def __init__(
        self,
        fetcher: Fetches,
        store: Store,
        clock: Clock,
        rng: random.Random,
        *,
        feeds: Sequence[str],
        agent: str,
        rate: float = RATE,
        poll: Callable[[str], Awaitable[object]] | None = None,
        on_commit: Callable[[], None] | None = None,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._store = store
        self._clock = clock
        self._rng = rng
        self._feeds = tuple(feeds)
        self._agent = agent
        self._rate = rate
        self._poll = poll
        self._on_commit = on_commit
        self._progress = progress

    async def run(self) -> None:
        """Read every feed's archive, then keep it in step, until cancelled; no failure ends it."""
        async with asyncio.TaskGroup() as tasks:
            for url in self._feeds:
                work = partial(self._update, url)
                keeping = supervise("archive", work, self._clock, pause=self._pause, feed=url)
                tasks.create_task(keeping, name=f"archive {url}")

    async def survey(self, url: str) -> Report:
        """How the archive would be read, and how many posts it has; nothing of it is stored."""
        archive = self._archive(url)
        way, _, total = await choose(archive)
        await archive.take([], await archive.state())
        return Report(url, way, total=total)

    async def fill(
        self, url: str, *, since: datetime | None = None, limit: int | None = None
    ) -> Report:
        """Read what is not read yet: the newest first, of posts since `since`, at most `limit`.

        One that was read to its end is brought up to date instead (``refresh``).

        Raises:
            FetchError: the site could not be asked, or offers no way.
            ParseError: it answered with something else.
            StoreError: the database failed; nothing of that page was written.
        """
        archive = self._archive(url)
        state = await archive.state()
        if state.finished_at is not None:
            return await self.refresh(url)
        if not (await self._store.feed_state(url)).seeded:
            await self._seed(url)
        if state.way is None:
            started = self._clock.now()
            way, plan, total = await choose(archive)
            logger.info("archive.found", feed=url, way=way, posts=total)
            state = replace(await archive.state(), way=way, plan=plan, total=total)
            state = replace(state, started_at=started, synced_at=started)
            await self._store.archives.save(state)
        await self._read(archive, WAYS[state.way or ""], since, limit)
        return await self._reported(archive)

    async def refresh(self, url: str) -> Report:
        """Look through all that the site offers, for what came, changed or went.

        Raises as ``fill`` does.
        """
        archive = self._archive(url)
        await sweep(archive)
        return await self._reported(archive)

    async def keep_in_step(self, url: str) -> Report:
        """What came, changed or went since the last time, as cheaply as the site allows.

        Raises as ``fill`` does.
        """
        archive = self._archive(url)
        state = await archive.state()
        swept = state.swept_at or state.finished_at
        if swept is None or self._clock.now() - swept >= SWEEP_EVERY:
            await sweep(archive)
        else:
            await sync(archive)
        return await self._reported(archive)

    # ---------------------------------------------------------------- within

    async def _read(
        self, archive: Archive, way: Way, since: datetime | None, limit: int | None
    ) -> None:
        before = archive.report.seen
        while limit is None or archive.report.seen - before < limit:
            state = await archive.state()
            room = None if limit is None else limit - (archive.report.seen - before)
            if not await way.step(archive, state, since, room):
                return

    async def _reported(self, archive: Archive) -> Report:
        state = await archive.state()
        return replace(
            archive.report,
            way=state.way,
            total=state.total,
            finished=state.finished_at is not None,
        )

    async def _seed(self, url: str) -> None:
        if self._poll is None:
            return
        try:
            await self._poll(url)
        except UserError as error:
            logger.info("archive.feed-failed", feed=url, cause=str(error))

    async def _update(self, url: str) -> float:
        """Read the archive on or bring it up to date; seconds until the next time."""
        finished = (await self._store.archives.state(url)).finished_at is not None
        self._tell(await (self.keep_in_step(url) if finished else self.fill(url)))
        return SYNC_EVERY

    def _pause(self, failures: int) -> float:
        return backoff(failures, FIRST_BACKOFF, LONGEST_BACKOFF, self._rng.random())

    def _tell(self, report: Report) -> None:
        log = logger.info if report.changed else logger.debug
        log(
            "archive.read",
            feed=report.url,
            way=report.way,
            stored=report.stored,
            updated=report.updated,
            withdrawn=report.withdrawn,
        )

    def _archive(self, url: str) -> Archive:
        place = place_of(url)
        asker = Asker(
            self._fetcher, self._store, self._clock, place, rate=self._rate, agent=self._agent
        )
        return Archive(place, asker, self._store, self._clock, self._on_commit, self._progress)
