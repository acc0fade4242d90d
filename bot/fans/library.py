"""What fans keep of their reading: where they stopped and what they saved; and similar interviews.

Turning a page asks the store once, what it has of the person and whether the interview is what it
was. Where the reader is then is stored a moment
later, for all people together, so that it delays no answer: a bot that is killed forgets the pages
of the last ``FLUSH_AFTER`` seconds.
"""

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import structlog
from cachetools import LRUCache, TTLCache

from bot.core.clock import Clock
from bot.core.errors import StoreError, UserError
from bot.core.model import COVER, END, InterviewSummary, Position, StoredInterview
from bot.core.readers import Follow, Place, Saved
from bot.core.supervisor import supervise
from bot.search import SearchIndex
from bot.store import DatedCount, OpenedInterview, SavedItem, StartedInterview, Store
from bot.store.readers import PLACES_KEPT

logger = structlog.get_logger(__name__)

FLUSH_AFTER = 1.0
"""Seconds from a page that was turned to the place that is stored."""

FLUSH_RETRY = 5.0
"""Seconds until a database that failed is asked to store the places again."""

PENDING_LIMIT = 10_000
"""Places in memory while the database fails; each is some 300 bytes."""

SAVED_LIMIT = 500
"""What one person may save: 125 pages of their list."""

SAVED_PER_PAGE = 4
"""Of 5 components each, of 40, beside a menu and the buttons to other pages and lists."""

READ_AGAIN = 1_000_000
"""Characters of interviews in memory, for the next page: two hundred of the magazine's, 3 MB."""

SIMILAR = 5
UNREAD = 10

REPEAT_WITHIN = 10.0
"""Seconds in which two presses of a button count as one."""

REPEATS_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class ReadingHistory:
    """The interviews that a person read in, each newest first.

    ``begun`` are those to go on with; those of which the person saw only the cover come last.
    ``unread`` are the newest that they never opened, filled where nothing is begun.
    """

    begun: tuple[StartedInterview, ...]
    finished: tuple[StartedInterview, ...]
    unread: tuple[InterviewSummary, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedList:
    """A page (from 0) of what a person saved, ``total`` in all."""

    items: tuple[SavedItem, ...]
    page: int
    total: int

    @property
    def more(self) -> bool:
        return (self.page + 1) * SAVED_PER_PAGE < self.total


@dataclass(frozen=True, slots=True)
class SimilarInterviews:
    """An interview, and the ones most like it, best first; at most ``SIMILAR``."""

    to: InterviewSummary
    found: tuple[InterviewSummary, ...]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """All that is stored about a person, with the newest place and the newest saved item."""

    places: DatedCount
    saved: DatedCount
    follows: Sequence[Follow]
    last_read: StartedInterview | None = None
    last_saved: SavedItem | None = None
    changes: int = 0
    """What they changed of servers' announcements."""

    @property
    def is_empty(self) -> bool:
        return not (self.places.number or self.saved.number or self.follows or self.changes)


class Library:
    """The readers' service over the store and the search index. ``run`` stores the places.

    Every method that asks the store raises ``StoreError``.
    """

    def __init__(self, store: Store, index: SearchIndex, clock: Clock) -> None:
        self._store = store
        self._index = index
        self._clock = clock
        self._read: LRUCache[int, StoredInterview] = LRUCache(READ_AGAIN, _length)
        self._pending: dict[tuple[int, int], Place] = {}
        self._noted = asyncio.Event()
        self._lock = asyncio.Lock()
        self.shared: TTLCache[Hashable, bool] = TTLCache(
            REPEATS_LIMIT, REPEAT_WITHIN, clock.monotonic
        )
        """What people shared in the last seconds; after a restart a second press counts again."""

    # ---------------------------------------------------------------- reading

    async def open(self, user_id: int, interview_id: int) -> OpenedInterview:
        """An interview as this person sees it; one query, where it was read lately.

        Raises:
            UserError: it was deleted, never existed, or was withdrawn by the site.
        """
        known = self._read.get(interview_id)
        opened = await self._store.readers.open(user_id, interview_id, known)
        if opened is None:
            raise UserError("error.interview-gone")
        if opened.stored is not known and _length(opened.stored) <= READ_AGAIN:
            self._read[interview_id] = opened.stored
        if opened.stored.withdrawn_at is not None:
            raise UserError("error.interview-withdrawn")
        key = (user_id, interview_id)
        unstored = self._pending.get(key)
        if unstored is None or (opened.place is not None and unstored.position == COVER):
            return opened
        return OpenedInterview(opened.stored, opened.saved, unstored)

    def note(self, user_id: int, interview_id: int, position: Position) -> None:
        """Remember that a page was shown to this person; ``END`` for the last page.

        The cover replaces no other place: it is what a person sees first when they come back.
        """
        key = (user_id, interview_id)
        if position == COVER and key in self._pending:
            return
        self._pending.pop(key, None)
        self._pending[key] = Place(interview_id, position, self._clock.now())
        if len(self._pending) > PENDING_LIMIT:
            del self._pending[next(iter(self._pending))]
        self._noted.set()

    async def run(self) -> None:
        """Store places soon after they are noted, until cancelled; then store the rest."""
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
        """Store all places that are noted, in one transaction.

        Raises:
            StoreError: the database failed; the places are kept for the next time.
        """
        async with self._lock:
            self._noted.clear()
            places = dict(self._pending)
            if not places:
                return
            try:
                await self._store.readers.save_places(
                    [(user_id, place) for (user_id, _), place in places.items()]
                )
            except StoreError:
                self._noted.set()
                raise
            for key, place in places.items():
                if self._pending.get(key) is place:
                    del self._pending[key]

    async def history(self, user_id: int) -> ReadingHistory:
        """What a person can go on with, what they have finished, and otherwise what is new."""
        await self.flush()
        started = await self._store.readers.started(user_id)
        finished = tuple(one for one in started if one.place.position == END)
        begun = [one for one in started if one.place.position != END]
        begun.sort(key=lambda one: one.place.position == COVER)
        if begun:
            return ReadingHistory(tuple(begun), finished)
        opened = {one.summary.id for one in started}
        newest = await self._store.interviews.latest(PLACES_KEPT + UNREAD)
        unread = [summary for summary in newest if summary.id not in opened]
        return ReadingHistory((), finished, tuple(unread[:UNREAD]))

    # ---------------------------------------------------------------- saving

    async def save(self, user_id: int, interview_id: int, section: int) -> None:
        """Save a question, or with section 0 the interview; saving it again changes nothing.

        Raises:
            UserError: the person has saved too much.
        """
        item = Saved(interview_id, section, self._clock.now())
        if not await self._store.readers.save(user_id, item, SAVED_LIMIT):
            raise UserError("error.saved-full", limit=SAVED_LIMIT)

    async def unsave(self, user_id: int, interview_id: int, section: int) -> bool:
        """Remove it from the saved list; whether it was there."""
        return await self._store.readers.unsave(user_id, interview_id, section)

    async def saved(self, user_id: int, page: int) -> SavedList:
        """A page of what a person saved, newest first; the last page for any beyond."""
        total = (await self._store.readers.count_saved(user_id)).number
        page = min(page, max(0, total - 1) // SAVED_PER_PAGE)
        items = await self._store.readers.saved(user_id, SAVED_PER_PAGE, page * SAVED_PER_PAGE)
        return SavedList(tuple(items), page, total)

    # ---------------------------------------------------------------- similar interviews

    async def similar(self, interview_id: int) -> SimilarInterviews:
        """The interviews most like this one; one query.

        Raises:
            UserError: as ``open``.
        """
        ids = self._index.similar(interview_id, SIMILAR)
        listed = await self._store.readers.listed([interview_id, *ids])
        if interview_id not in listed:
            raise UserError("error.interview-gone")
        if listed[interview_id].withdrawn:
            raise UserError("error.interview-withdrawn")
        # The index may be a moment behind the store, which knows what was withdrawn since.
        found = [listed[id_] for id_ in ids if id_ in listed]
        there = tuple(one.summary for one in found if not one.withdrawn)
        return SimilarInterviews(listed[interview_id].summary, there)

    # ---------------------------------------------------------------- privacy

    async def personal_data(self, user_id: int) -> PersonalData:
        """All that is stored about a person."""
        history = await self.history(user_id)
        readers = self._store.readers
        return PersonalData(
            await readers.count_places(user_id),
            await readers.count_saved(user_id),
            tuple(await self._store.follows.followed(user_id)),
            max(
                [*history.begun, *history.finished],
                key=lambda one: one.place.read_at,
                default=None,
            ),
            next(iter(await readers.saved(user_id, 1)), None),
            await self._store.history.count_of(user_id),
        )

    async def forget(self, user_id: int) -> None:
        """Delete all that is stored about a person, and their places that are not stored yet."""
        async with self._lock:
            for key in [key for key in self._pending if key[0] == user_id]:
                del self._pending[key]
            await self._store.readers.forget(user_id)


def _length(stored: StoredInterview) -> int:
    """Characters of an interview's text."""
    transcript = stored.interview.transcript
    answers = (answer for turn in transcript.turns for answer in turn.answers)
    return (
        len(transcript.intro)
        + len(transcript.outro)
        + sum(len(turn.question) for turn in transcript.turns)
        + sum(len(answer.text) for answer in answers)
    )
