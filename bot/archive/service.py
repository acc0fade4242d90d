"""Reading the archives of feeds: all their interviews, also those that the feeds show no more.

Nothing that is found here is announced. Interviews that were published lately and came with no poll
yet are left to the watcher (``archive.HELD_FOR``).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.archive.archive import ArchiveReport, FeedArchive
from bot.archive.resync import read_archive, sweep, sync
from bot.archive.site_address import site_address
from bot.archive.site_client import RATE, SiteClient
from bot.archive.strategies import choose
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.retry import backoff
from bot.core.supervisor import supervise
from bot.feed.fetch import HttpGetter
from bot.store import Store

logger = structlog.get_logger(__name__)

SYNC_EVERY = 3600.0
SWEEP_EVERY = timedelta(days=7)
FIRST_BACKOFF = 60.0
LONGEST_BACKOFF = 3600.0


class Backfill:
    """Reads archives, then keeps them in step with their sites.

    `poll` polls a feed, so that its entries are stored before those of its archive. `on_commit` is
    called after each transaction that changed an interview, `progress` with the number of posts
    that are done and that of all posts, ``None`` while that is unknown.
    """

    def __init__(
        self,
        fetcher: HttpGetter,
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
        self._wakes = {url: asyncio.Event() for url in self._feeds}

    def read_now(self) -> None:
        """Have ``run`` read on at once, or bring up to date what was read to its end."""
        for wake in self._wakes.values():
            wake.set()

    async def run(self) -> None:
        """Read every feed's archive, then keep it in step, until cancelled; no failure ends it."""
        async with asyncio.TaskGroup() as tasks:
            for url, wake in self._wakes.items():
                work = partial(self._update, url)
                keeping = supervise(
                    "archive", work, self._clock, pause=self._pause, wake=wake, feed=url
                )
                tasks.create_task(keeping, name=f"archive {url}")

    async def survey(self, url: str) -> ArchiveReport:
        """How the archive would be read, and how many posts it has; nothing of it is stored."""
        archive = self._archive(url)
        strategy, _, total = await choose(archive)
        await archive.save(await archive.state())
        return ArchiveReport(url, strategy, total=total)

    async def fill(
        self, url: str, *, since: datetime | None = None, limit: int | None = None
    ) -> ArchiveReport:
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
        if not (await self._store.feeds.state(url)).seeded:
            await self._seed(url)
        if state.way is None:
            started = self._clock.now()
            strategy, plan, total = await choose(archive)
            logger.info("archive.found", feed=url, strategy=strategy, posts=total)
            state = replace(await archive.state(), way=strategy, plan=plan, total=total)
            state = replace(state, offered=total, started_at=started, synced_at=started)
            await self._store.archives.save(state)
        await read_archive(archive, since=since, limit=limit)
        return await self._reported(archive)

    async def refresh(self, url: str) -> ArchiveReport:
        """Look through all that the site offers for new, changed and removed posts.

        Raises as ``fill`` does.
        """
        archive = self._archive(url)
        await sweep(archive)
        return await self._reported(archive)

    async def keep_in_step(self, url: str) -> ArchiveReport:
        """Read what is new, changed or removed since the last time, as cheaply as the site allows.

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

    async def _reported(self, archive: FeedArchive) -> ArchiveReport:
        state = await archive.state()
        return replace(
            archive.report,
            strategy=state.way,
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
        """Read the archive on or bring it up to date; seconds until the next time.

        The feed goes first: what is not new to the archive any more is never announced.
        """
        if self._poll is not None:
            await self._poll(url)
        finished = (await self._store.archives.state(url)).finished_at is not None
        self._log(await (self.keep_in_step(url) if finished else self.fill(url)))
        return SYNC_EVERY

    def _pause(self, failures: int) -> float:
        return backoff(failures, FIRST_BACKOFF, LONGEST_BACKOFF, self._rng.random())

    def _log(self, report: ArchiveReport) -> None:
        log = logger.info if report.changed else logger.debug
        log(
            "archive.read",
            feed=report.url,
            strategy=report.strategy,
            stored=report.stored,
            updated=report.updated,
            withdrawn=report.withdrawn,
        )

    def _archive(self, url: str) -> FeedArchive:
        site = site_address(url)
        client = SiteClient(
            self._fetcher, self._store, self._clock, site, rate=self._rate, agent=self._agent
        )
        return FeedArchive(client, site, self._store, self._clock, self._on_commit, self._progress)
