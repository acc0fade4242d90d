"""What people keep of their reading: where they stopped, what they saved; and what is like it.

Turning a page asks the store once, for the interview. Where the reader is then is written down
afterwards, for all people together, so that it costs nobody a moment: a bot that is killed forgets
the pages of the last ``FLUSH_AFTER`` seconds.
"""

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import structlog
from cachetools import TTLCache

from bot.core.clock import Clock
from bot.core.errors import StoreError, UserError
from bot.core.model import COVER, END, Follow, InterviewSummary, Place, Position, Saved
from bot.core.supervisor import supervise
from bot.search import SearchIndex
from bot.store import Count, Listed, Opened, SavedItem, Started, Store
from bot.store.readers import PLACES_KEPT

logger = structlog.get_logger(__name__)

FLUSH_AFTER = 1.0
"""Seconds from a page that was turned to the place that is written down."""

FLUSH_RETRY = 5.0
"""Seconds until a database that would not take the places is offered them again."""

PENDING_LIMIT = 10_000
"""Places in memory while the database takes none; each is some 300 bytes."""

SAVED_LIMIT = 500
"""What one person may save: fifty pages of their list."""

SAVED_PER_PAGE = 10
SIMILAR = 5
UNREAD = 10

REPEAT_WITHIN = 10.0
"""Seconds: pressed twice within these, it was one press."""


@dataclass(frozen=True, slots=True)
class Reads:
    """The interviews that a person read in, each newest first.

    ``begun`` are those to go on with, those of which they only saw the cover last. ``unread`` are
    the newest that they never opened, where there is nothing to go on with.
    """

    begun: tuple[Started, ...]
    finished: tuple[Started, ...]
    unread: tuple[InterviewSummary, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedList:
    """A page (from 0) of ``pages`` of what a person saved, ``total`` in all."""

    items: tuple[SavedItem, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Alike:
    """An interview, and those most like it, best first; at most ``SIMILAR``."""

    to: InterviewSummary
    found: tuple[InterviewSummary, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of a person."""

    places: Count
    saved: Count
    follows: tuple[Follow, ...]


class Library:
    """The readers' service over the store and the search index. ``run`` writes places down."""

    def __init__(self, store: Store, index: SearchIndex, clock: Clock) -> None:
        self._store = store
        self._index = index
        self._clock = clock
        self._pending: dict[tuple[int, int], Place] = {}
        self._flushing: dict[tuple[int, int], Place] = {}
        self._noted = asyncio.Event()
        self._turn = asyncio.Lock()
        self.repeats = Repeats(clock)
        """What people shared a moment ago."""

    # ---------------------------------------------------------------- reading

    async def open(self, user_id: int, interview_id: int) -> Opened:
        """An interview as this person finds it; one round to the store.

        Raises:
            UserError: it was deleted, or never was, or the site has withdrawn it.
        """
        opened = await self._store.readers.open(user_id, interview_id)
        if opened is None:
            raise UserError("error.interview-gone")
        if opened.stored.withdrawn_at is not None:
            raise UserError("error.interview-withdrawn")
        fresh = self._fresh(user_id, interview_id)
        if fresh is None or (opened.place is not None and _is_cover(fresh)):
            return opened
        return Opened(opened.stored, opened.saved, fresh)

    def note(self, user_id: int, interview_id: int, position: Position) -> None:
        """A page was shown to this person; ``END`` says that it was the last.

        The cover moves nobody's place: it is what one sees first when one comes again.
        """
        key = (user_id, interview_id)
        place = Place(interview_id, position, self._clock.now())
        if _is_cover(place) and key in self._pending:
            return
        self._pending.pop(key, None)
        self._pending[key] = place
        self._bound()
        self._noted.set()

    def _fresh(self, user_id: int, interview_id: int) -> Place | None:
        """A place that is not written down yet."""
        key = (user_id, interview_id)
        return self._pending.get(key) or self._flushing.get(key)

    def _bound(self) -> None:
        while len(self._pending) > PENDING_LIMIT:
            del self._pending[next(iter(self._pending))]

    async def run(self) -> None:
        """Write places down, soon after they are noted; what is left, when cancelled."""
        try:
            await supervise("places", self._flush_when_noted, self._clock, pause=FLUSH_RETRY)
        finally:
            try:
                await self.flush()
            except StoreError as error:
                logger.warning("places.not-kept", cause=str(error), waiting=len(self._pending))

    async def _flush_when_noted(self) -> float:
        await self._noted.wait()
        await self._clock.sleep(FLUSH_AFTER)
        await self.flush()
        return 0.0

    async def flush(self) -> None:
        """Write all places down that are noted, in one transaction.

        Raises:
            StoreError: the database takes nothing; the places are kept for the next time.
        """
        async with self._turn:
            self._noted.clear()
            self._flushing, self._pending = self._pending, {}
            try:
                await self._write(self._flushing)
            finally:
                self._flushing = {}

    async def _write(self, places: dict[tuple[int, int], Place]) -> None:
        if not places:
            return
        try:
            await self._store.readers.keep_places(
                [(user_id, place) for (user_id, _), place in places.items()]
            )
        except StoreError:
            for key, place in self._pending.items():
                if not (_is_cover(place) and key in places):
                    places.pop(key, None)
                    places[key] = place
            self._pending = places
            self._bound()
            self._noted.set()
            raise

    async def reads(self, user_id: int) -> Reads:
        """What a person can go on with, what they have finished, and else what is new."""
        await self.flush()
        started = await self._store.readers.started(user_id)
        finished = tuple(one for one in started if one.place.position == END)
        begun = [one for one in started if one.place.position != END]
        begun.sort(key=lambda one: _is_cover(one.place))
        if begun:
            return Reads(tuple(begun), finished)
        opened = {one.summary.id for one in started}
        newest = await self._store.latest(PLACES_KEPT + UNREAD)
        unread = [summary for summary in newest if summary.id not in opened]
        return Reads((), finished, tuple(unread[:UNREAD]))

    # ---------------------------------------------------------------- saving

    async def save(self, user_id: int, interview_id: int, section: int) -> None:
        """Keep a question, or with section 0 the interview; saved already, nothing changes.

        Raises:
            UserError: the person has saved too much.
        """
        item = Saved(interview_id, section, self._clock.now())
        if not await self._store.readers.save(user_id, item, SAVED_LIMIT):
            raise UserError("error.saved-full", limit=SAVED_LIMIT)

    async def unsave(self, user_id: int, interview_id: int, section: int) -> bool:
        """Keep it no more; whether it was kept."""
        return await self._store.readers.unsave(user_id, interview_id, section)

    async def saved(self, user_id: int, page: int) -> SavedList:
        """A page of what a person saved, newest first; the last there is, where it is beyond."""
        total = (await self._store.readers.count_saved(user_id)).number
        pages = max(1, -(-total // SAVED_PER_PAGE))
        page = min(page, pages - 1)
        items = await self._store.readers.saved(user_id, SAVED_PER_PAGE, page * SAVED_PER_PAGE)
        return SavedList(tuple(items), page, pages, total)

    # ---------------------------------------------------------------- what is like it

    async def similar(self, interview_id: int) -> Alike:
        """The interviews most like this one; one round to the store.

        Raises:
            UserError: as ``open``.
        """
        ids = self._index.similar(interview_id, SIMILAR)
        listed = await self._store.readers.listed([interview_id, *ids])
        if interview_id not in listed:
            raise UserError("error.interview-gone")
        if listed[interview_id].withdrawn:
            raise UserError("error.interview-withdrawn")
        # The index may be a moment behind: what was withdrawn meanwhile is left out.
        return Alike(listed[interview_id].summary, tuple(_there(ids, listed)))

    # ---------------------------------------------------------------- telling and forgetting

    async def person(self, user_id: int) -> Kept:
        """All that is kept of a person."""
        await self.flush()
        readers = self._store.readers
        return Kept(
            await readers.count_places(user_id),
            await readers.count_saved(user_id),
            tuple(await self._store.follows.of(user_id)),
        )

    async def forget(self, user_id: int) -> None:
        """Delete all that is kept of a person, places not written down yet among it."""
        async with self._turn:
            for key in [key for key in self._pending if key[0] == user_id]:
                del self._pending[key]
            await self._store.readers.forget(user_id)


class Repeats:
    """What people did a moment ago, so that what is pressed twice is done once.

    In memory, for those seconds and the newest `limit` of them: after a restart a second press
    counts again.
    """

    def __init__(self, clock: Clock, limit: int = 1_000) -> None:
        self._done: TTLCache[Hashable, bool] = TTLCache(limit, REPEAT_WITHIN, clock.monotonic)

    def again(self, *what: Hashable) -> bool:
        """Whether this was done within the last ``REPEAT_WITHIN`` seconds; from now on, it was."""
        if what in self._done:
            return True
        self._done[what] = True
        return False

    def undo(self, *what: Hashable) -> None:
        """It was not done after all."""
        self._done.pop(what, None)


def _is_cover(place: Place) -> bool:
    return place.position == COVER


def _there(ids: Sequence[int], listed: dict[int, Listed]) -> list[InterviewSummary]:
    return [listed[id_].summary for id_ in ids if id_ in listed and not listed[id_].withdrawn]
