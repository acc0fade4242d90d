"""From the site to the outbox: fetch, parse, decide, one commit; for every feed, for ever."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.core.clock import Clock
from bot.core.errors import FetchError, ParseError, StoreError
from bot.core.feed_state import FeedHealth, FeedState, Validators
from bot.core.supervisor import supervise
from bot.feed.decide import FeedEntry, Past
from bot.feed.fetch import Fetched, HttpGetter
from bot.feed.further import OlderPages, read_older
from bot.feed.identity import have_same_host
from bot.feed.reading import PARSE_FEED, SITE_READER
from bot.feed.results import ParsedFeed
from bot.feed.schedule import next_poll
from bot.feed.writing import FAILED, SLACK, PollReport, write_poll
from bot.store import Store

logger = structlog.get_logger(__name__)

HINT_GAP = 10.0
"""Seconds: hints to look now lead to at most one poll of a feed in this time.

Polls by the timetable don't count, so that a hint after a quiet hour, or just after the start, is
followed at once.
"""


SECOND_LOOK = 60.0
"""Seconds: a poll that followed a hint and brought nothing new is repeated once, so much later, for
a page cache or a replica may show a new post only after WordPress told of it.
"""


PAGES_TRIES = 3
"""Polls that fail because a further page of the feed does, before what it has is given up."""


FRESH_FOR = 3
"""Planned intervals after a good poll for which a feed counts as read."""


UNCONDITIONAL_EVERY = timedelta(days=1)
"""The feed is read without conditions at least so often: some sites answer "not modified" for ever.
"""


@dataclass(slots=True)
class _Feed:
    """What is kept of a feed in memory; nothing of it is missed after a restart."""

    url: str
    health: FeedHealth
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    hint: asyncio.Event = field(default_factory=asyncio.Event)
    hint_waits: bool = False
    hinted: bool = False
    hinted_at: float = float("-inf")
    due_at: float = float("-inf")
    earliest_at: float = float("-inf")
    looks_again: bool = False
    ttl: int | None = None
    retry_after: float | None = None
    max_age: float | None = None
    read_at: datetime | None = None


class Watcher:
    """Polls feeds and writes down what they bring.

    A poll's interviews, their deliveries and the feed's validators are one transaction: killed
    before it, the poll is repeated; killed after it, the outbox has all. A poll that finds nothing
    new writes nothing. `interval` is in seconds. ``on_commit`` is called after each transaction
    that changed an interview; what it raises is logged and stops nothing. ``on_result`` is called
    after each poll with one of ``POLL_RESULTS``. `older` reads the further pages of a feed, for
    what scrolled out of it during an outage.
    """

    def __init__(
        self,
        fetcher: HttpGetter,
        store: Store,
        clock: Clock,
        rng: random.Random,
        *,
        feeds: Sequence[str],
        interval: float,
        on_commit: Callable[[PollReport], None] | None = None,
        older: OlderPages | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._store = store
        self._clock = clock
        self._rng = rng
        self._interval = interval
        self._feeds = {url: _Feed(url, FeedHealth(url)) for url in feeds}
        self.on_commit = on_commit
        self.on_result: Callable[[str], None] = lambda _: None
        self._older_pages = older
        self._known_until: datetime | None = None
        self._is_first_poll = True

    async def run(self) -> None:
        """Watch every feed until cancelled; no failure ends it."""
        async with asyncio.TaskGroup() as tasks:
            for feed in self._feeds.values():
                tasks.create_task(self._watch(feed), name=f"watch {feed.url}")

    def look_now(self, url: str | None = None) -> None:
        """A hint that there is something new at `url`, or at any feed: poll at once, but no sooner
        than ``HINT_GAP`` after the last hint that was followed, nor than the site asked for
        (Retry-After). A hint during a poll leads to another after it, and one that led to nothing
        new to one more (``SECOND_LOOK``).
        """
        for feed in self._feeds.values():
            if url is None or feed.url == url:
                feed.hint_waits = True
                feed.hint.set()

    def health(self) -> tuple[FeedHealth, ...]:
        """How each feed fares, in the order of the settings."""
        return tuple(feed.health for feed in self._feeds.values())

    async def poll(self, url: str) -> PollReport:
        """One poll now. Polls of one feed take turns.

        Raises:
            FetchError: the site could not be asked.
            ParseError: it answered with something that is no feed.
            StoreError: the database failed; nothing was changed.
        """
        feed = self._feeds.get(url) or _Feed(url, FeedHealth(url))
        async with feed.turn:
            now = self._clock.now()
            feed.health = replace(feed.health, polled_at=now)
            try:
                report = await self._poll(feed)
            except Exception as error:
                failures = feed.health.failures + 1
                feed.health = replace(feed.health, failures=failures, last_error=error)
                feed.retry_after = getattr(error, "retry_after", None)
                self.on_result(FAILED)
                raise
            feed.health = replace(feed.health, succeeded_at=now, failures=0, last_error=None)
            self.on_result(report.result)
        if report.changed and self.on_commit is not None:
            try:
                self.on_commit(report)
            except Exception:
                logger.exception("feed.listener-failed", feed=url)
        return report

    # ---------------------------------------------------------------- the loop

    async def _watch(self, feed: _Feed) -> None:
        await supervise(
            "feed",
            lambda: self._poll_when_due(feed),
            self._clock,
            wake=feed.hint,
            pause=lambda _: self._plan(feed, found=False),
            feed=feed.url,
        )

    async def _poll_when_due(self, feed: _Feed) -> float:
        """Poll, after a hint no sooner than allowed; seconds until the next poll."""
        feed.hinted = feed.hint_waits
        if feed.hinted:
            await self._clock.sleep(min(feed.earliest_at, feed.due_at) - self._clock.monotonic())
        if feed.hinted or feed.looks_again:
            feed.hinted_at = self._clock.monotonic()
        # This poll answers every hint up to now; a later one leads to another poll.
        feed.hint.clear()
        feed.hint_waits = False
        report = await self.poll(feed.url)
        self._log(report)
        return self._plan(feed, found=bool(report.new_ids))

    def _plan(self, feed: _Feed, *, found: bool) -> float:
        """Plan the next poll, after one that `found` something new or not; seconds until then."""
        delay = self._delay(feed, found=found)
        now, planned = self._clock.monotonic(), timedelta(seconds=delay)
        feed.health = replace(feed.health, next_poll_at=self._clock.now() + planned)
        if not feed.health.failures:
            fresh_until = self._clock.now() + FRESH_FOR * planned
            feed.health = replace(feed.health, fresh_until=fresh_until)
        feed.due_at = now + delay
        feed.earliest_at = max(feed.hinted_at + HINT_GAP, now + (feed.retry_after or 0.0))
        return delay

    def _delay(self, feed: _Feed, *, found: bool) -> float:
        planned = next_poll(
            self._interval,
            failures=feed.health.failures,
            jitter=self._rng.random(),
            retry_after=feed.retry_after,
            max_age=feed.max_age,
            ttl=feed.ttl,
        )
        if isinstance(feed.health.last_error, StoreError):
            # The site did nothing for which it would have to be left alone for longer.
            planned = min(planned, self._interval)
        second_look = max(SECOND_LOOK, feed.retry_after or 0.0)
        feed.looks_again = feed.hinted and not found and second_look < planned
        return second_look if feed.looks_again else planned

    def _log(self, report: PollReport) -> None:
        log = logger.bind(feed=report.url, status=report.status)
        if report.seeded_now:
            log.info("feed.seeded", interviews=len(report.new_ids))
        elif report.changed:
            log.info(
                "feed.changed",
                new=report.new_ids,
                updated=report.updated_ids,
                enqueued=report.enqueued,
            )
        else:
            log.debug("feed.unchanged")

    # ---------------------------------------------------------------- one poll

    async def _poll(self, feed: _Feed) -> PollReport:
        """Poll the address to which the feed moved, and its own if that fails."""
        if self._is_first_poll:
            # A feed that is new to the settings may have what another one brought before.
            self._known_until = await self._store.feeds.last_written()
            self._is_first_poll = False
        state = await self._store.feeds.state(feed.url)
        if state.moved_to is not None:
            try:
                return await self._poll_at(feed, state, state.moved_to)
            except (FetchError, ParseError) as error:
                logger.info(
                    "feed.not-there", feed=feed.url, moved_to=state.moved_to, cause=str(error)
                )
        return await self._poll_at(feed, state, feed.url)

    async def _poll_at(self, feed: _Feed, state: FeedState, address: str) -> PollReport:
        # The site chose where it moved to: not into a private network.
        ask: Callable[[Validators], Awaitable[Fetched]] = partial(self._fetcher.get, address)
        if not have_same_host(address, feed.url):
            ask = partial(self._fetcher.get, address, trusted=False)
        now = self._clock.now()
        last = max(filter(None, (feed.read_at, state.polled_at)), default=None)
        is_fresh = last is not None and timedelta(0) <= now - last < UNCONDITIONAL_EVERY
        fetched = await ask(state.validators if is_fresh else Validators())
        if fetched.status == 304 and feed.hinted and _is_older(feed.read_at, SECOND_LOOK, now):
            # Something is new, but the validators are the same.
            fetched = await ask(Validators())
        feed.retry_after, feed.max_age = fetched.retry_after, fetched.max_age
        if fetched.status == 304:
            return PollReport(feed.url, 304)
        feed.read_at = now
        parsed: ParsedFeed = await SITE_READER.run(
            PARSE_FEED, fetched.body, url=fetched.url, content_type=fetched.content_type
        )
        entries = await asyncio.to_thread(_entries, parsed)
        feed.ttl = parsed.ttl
        for warning in parsed.warnings:
            logger.warning("feed.odd", feed=feed.url, warning=warning)
        moved_to = fetched.moved_to or state.moved_to
        if moved_to is not None:
            log = logger.info if moved_to != state.moved_to else logger.debug
            log("feed.moved", feed=feed.url, to=moved_to, mend="set FEED_URL to the new address")
        after = replace(state, validators=fetched.validators, moved_to=moved_to)
        older = await self._older(feed, state, entries)
        past = self._past(feed, state, now)
        return await write_poll(self._store, state, after, entries, older, past, now)

    def _past(self, feed: _Feed, state: FeedState, now: datetime) -> Past:
        until = state.polled_at or self._known_until
        return Past(
            # By a clock that was ahead, nothing would be new.
            until=until - SLACK if until is not None and until <= now else None,
            continuous=feed.health.failures == 0
            and not _is_older(feed.health.succeeded_at, UNCONDITIONAL_EVERY.total_seconds(), now),
        )

    async def _older(
        self, feed: _Feed, state: FeedState, entries: Sequence[FeedEntry]
    ) -> list[FeedEntry]:
        """What scrolled out of the feed since it last brought something. A site that fails then is
        asked again with the next polls, and after ``PAGES_TRIES`` of them let be."""
        if self._older_pages is None or not state.seeded or state.polled_at is None:
            return []
        until = state.polled_at - SLACK
        try:
            return await read_older(self._older_pages, self._store, feed.url, entries, until)
        except (FetchError, ParseError) as error:
            if feed.health.failures < PAGES_TRIES:
                raise
            logger.warning("feed.gap", feed=feed.url, since=until.isoformat(), cause=str(error))
            return []


def _is_older(moment: datetime | None, seconds: float, now: datetime) -> bool:
    return moment is None or not timedelta(0) <= now - moment < timedelta(seconds=seconds)


def _entries(parsed: ParsedFeed) -> list[FeedEntry]:
    return [FeedEntry.of(interview) for interview in parsed.interviews]
