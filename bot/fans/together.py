"""Reading an interview together: a thread gets its questions one after another.

The delivery posts them (docs/delivery.md). The next one comes when somebody asks for it, or by
itself after a day.
"""

from collections.abc import Callable
from datetime import datetime

from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.model import StoredInterview, Subscription
from bot.store import Store

MOST_THREADS = 10
"""Of a guild, that are not read to the end: each gets a message a day."""


class ReadingThreads:
    """The service over the store. `wake` starts the delivery's next round; `limit` is how many
    questions of an interview may be read, ``None`` for all."""

    def __init__(
        self, store: Store, clock: Clock, wake: Callable[[], None], *, limit: int | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._wake = wake
        self._limit = limit

    def now(self) -> datetime:
        return self._clock.now()

    async def require_room(self, guild_id: int) -> None:
        """
        Raises:
            UserError: the guild reads as many interviews as it may at a time.
        """
        if await self._store.reading_threads.open_in(guild_id) >= MOST_THREADS:
            raise UserError("error.together.limit", limit=MOST_THREADS)

    async def begin(self, thread: Subscription, stored: StoredInterview) -> None:
        """Have the first question posted in a thread."""
        turns = len(stored.interview.transcript.turns)
        last = turns if self._limit is None else min(turns, self._limit)
        await self._store.reading_threads.begin(thread, stored.id, last)
        self._wake()

    async def advance(self, thread_id: int, section: int) -> None:
        """Have the question after `section` posted, once however many ask for it."""
        if await self._store.reading_threads.advance(thread_id, section):
            self._wake()
