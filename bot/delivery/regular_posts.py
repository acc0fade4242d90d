"""Makes the deliveries of regular posts when their hour has come; the announcer sends them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date

import structlog

from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.model import StoredInterview
from bot.core.regular_posts import (
    RegularCandidate,
    RegularPost,
    RegularSort,
    candidates_for,
    due_day,
    next_moment,
    sections_for,
)
from bot.core.supervisor import supervise
from bot.core.timetable import zone_of
from bot.quotes.service import ChosenQuote
from bot.store import Store

logger = structlog.get_logger(__name__)

LONGEST_LOOK = 60.0
"""Seconds between two looks: what an admin changes, and a clock that was set, count from then."""

STORE_RETRY = 30.0

QUOTES_TRIED = 40
"""Interviews in which words for a day are looked for; nearly every interview has some."""

QuoteOf = Callable[[StoredInterview, int], Awaitable[ChosenQuote]]


class RegularPosts:
    """Decides what is posted, and queues it in the transaction that notes the day as done.

    What is left to chance is decided by the database, the post and the day: a bot that is killed
    before the commit, or whose database is restored, chooses the same again. `quote_of` is
    ``Quotes.of``, and `wake` is called when there is something to send.
    """

    def __init__(
        self, store: Store, quote_of: QuoteOf, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._quote_of = quote_of
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
        chosen, section = await self._choose(post, day, candidates)
        made = await self._store.regular_posts.enqueue(post, day, chosen, section)
        channel = post.subscription.channel_id
        log = logger.bind(sort=post.sort, channel=channel, day=day.isoformat())
        if made and chosen is not None:
            log.info("regular-post.queued", interview=chosen, section=section)
            self._wake()
        elif made:
            log.info("regular-post.nothing")

    async def _choose(
        self, post: RegularPost, day: date, candidates: Sequence[RegularCandidate]
    ) -> tuple[int | None, int]:
        """The interview, and the question that is quoted (0 for none)."""
        memory = await self._store.regular_posts.memory(post, day)
        seed = f"{self._store.identity}:{post.subscription.id}:{day}"
        ids = await asyncio.to_thread(candidates_for, post.sort, candidates, day, memory, seed)
        if post.sort is not RegularSort.QUOTE:
            return (ids[0] if ids else None), 0
        by_id = {one.id: one for one in candidates}
        for id_ in ids[:QUOTES_TRIED]:
            stored = await self._store.interviews.get(id_)
            if stored is None or stored.withdrawn_at:
                continue
            left = sections_for(by_id[id_], memory, seed)
            section = await self._section(stored, left)
            if section:
                return id_, section
        return None, 0

    async def _section(self, stored: StoredInterview, left: Sequence[int]) -> int:
        """The question with the interview's best words of those that are `left`; 0 for none."""
        for asked in (0, *left):
            try:
                chosen = await self._quote_of(stored, asked)
            except UserError:
                return 0
            if chosen.quote.section in left and asked in (0, chosen.quote.section):
                return chosen.quote.section
        return 0
