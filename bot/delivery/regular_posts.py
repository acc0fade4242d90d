"""Makes the deliveries of regular posts when their hour has come; the announcer sends them."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import structlog

from bot.core.clock import Clock
from bot.core.regular_posts import RegularCandidate, RegularPost, due_day, next_moment
from bot.core.supervisor import supervise
from bot.core.timetable import zone_of
from bot.quotes.regular_choice import RegularChoice
from bot.store import Store

logger = structlog.get_logger(__name__)

LONGEST_LOOK = 60.0
"""Seconds between two looks: what an admin changes, and a clock that was set, count from then."""

STORE_RETRY = 30.0

NEXT_QUESTION_AFTER = timedelta(days=1)
"""A thread that reads together gets its next question then, if nobody has asked for it."""


class RegularPosts:
    """Decides what is posted, and queues it in the transaction that notes the day as done.

    `wake` is called when there is something to send.
    """

    def __init__(
        self, store: Store, choice: RegularChoice, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._choice = choice
        self._clock = clock
        self._wake = wake

    async def run(self) -> None:
        """Queue what falls due, until cancelled; no failure ends it."""
        await supervise("regular-posts", self.work, self._clock, pause=STORE_RETRY)

    async def work(self) -> float:
        """Queue what is due now; seconds until the next look.

        Raises:
            StoreError: the store can't be read or written.
        """
        now = self._clock.now()
        threads = self._store.reading_threads
        for channel, section in await threads.overdue(now - NEXT_QUESTION_AFTER):
            if await threads.advance(channel, section):
                self._wake()
        planned = await self._store.regular_posts.waking()
        due: list[tuple[RegularPost, date]] = []
        left = LONGEST_LOOK
        for one in planned:
            zone, post = zone_of(one.time_zone), one.post
            since, quiet = post.since, one.quiet
            day = due_day(post.times, now, zone, since=since, done=one.done, quiet=quiet)
            if day is not None:
                due.append((post, day))
            following = next_moment(post.times, now, zone, quiet)
            left = min(left, (following - now).total_seconds())
        if due:
            candidates = await self._store.regular_posts.candidates()
            for post, day in due:
                await self._post(post, day, candidates)
        return left

    async def _post(
        self, post: RegularPost, day: date, candidates: Sequence[RegularCandidate]
    ) -> None:
        chosen, section = await self._choice.choose(post, day, candidates)
        made = await self._store.regular_posts.enqueue(post, day, chosen, section)
        channel = post.subscription.channel_id
        log = logger.bind(sort=post.sort, channel=channel, day=day.isoformat())
        if made and chosen is not None:
            log.info("regular-post.queued", interview=chosen, section=section)
            self._wake()
        elif made:
            log.info("regular-post.nothing")
