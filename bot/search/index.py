"""Search's face: find passages, complete titles and names, keep up with the store."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from bot.core.model import Artist, InterviewSummary, StoredInterview, Topic
from bot.search.building import Leniency
from bot.search.catalogue import Catalogue
from bot.search.engine import Damaged, Engine, State, Writer
from bot.search.fields import stemmer
from bot.search.finding import Finder, Words
from bot.search.marking import Marker, snippet
from bot.search.passages import Passage, alike_texts
from bot.search.results import ANYTHING, Filters, Hit, SearchResults

PER_INTERVIEW = 3
"""Hits of one interview at most, so that a long one does not drown the others."""

ALIKE_PASSAGES = 30
"""Passages of an interview that tell what it is like."""

BATCH = 200
COMMIT_EVERY = 2_000
"""Interviews read from the store at a time, and between two commits of a long sync."""

Progress = Callable[[int, int], None]
"""Told the number of interviews done and of all that are to do."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


class ChangeOfStore(Protocol):
    """An interview that changed; without it, it is to be forgotten."""

    @property
    def revision(self) -> int: ...
    @property
    def id(self) -> int: ...
    @property
    def interview(self) -> StoredInterview | None: ...


class Source(Protocol):
    """What the index asks of the store."""

    @property
    def identity(self) -> str: ...
    async def revision(self) -> int: ...
    async def count_changed_since(self, revision: int) -> int: ...
    async def changed_since(self, revision: int, limit: int = ...) -> Sequence[ChangeOfStore]: ...
    async def latest(self, limit: int = ..., offset: int = ...) -> Sequence[InterviewSummary]: ...


class SearchIndex:
    """The passages of all interviews in a folder of their own, and the titles in memory.

    Searching and completing are quick and never wait for a sync; they know what the last one
    brought. Several processes may open the same folder: one at a time writes, all read.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stemmer = stemmer()
        self._catalogue = Catalogue()
        self._syncing = asyncio.Lock()
        # One thread, so that what a cancelled sync left running ends before it is cleaned up.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="search")

    @classmethod
    def open(cls, path: Path) -> "SearchIndex":
        """Open the index in `path`; a missing, damaged or outdated one begins empty.

        Raises:
            UserError: the folder can't be made or written.
        """
        return cls(Engine.open(path))

    def close(self) -> None:
        """Wait for what is being written. The index can't be synced afterwards."""
        self._thread.shutdown()

    # ---------------------------------------------------------------- searching

    async def search(
        self, query: str, *, limit: int = 10, offset: int = 0, filters: Filters = ANYTHING
    ) -> SearchResults:
        """The passages that fit `query`, which may be any text, best first.

        Hits of one interview stand together, at its best hit's place. Filters alone list the
        interviews that they leave, newest first.
        """
        began = time.perf_counter()
        limit, offset = max(0, limit), max(0, offset)
        try:
            return self._searched(query, filters, limit, offset, began)
        except Damaged as damage:
            self._note(damage)
            return SearchResults((), 0, _ms_since(began))

    def similar(self, interview_id: int, limit: int = 5) -> list[int]:
        """The interviews that have most in common with this one, best first; not itself.

        Words that few others use count, and who it is with and what it is about. Empty for an
        interview that the index does not know.
        """
        try:
            return self._similar(interview_id, max(0, limit))
        except Damaged as damage:
            self._note(damage)
            return []

    def _note(self, damage: Damaged) -> None:
        logger.error("the search index can't be read; the next sync rebuilds it", exc_info=damage)
        self._engine.damaged = True

    def _finder(self) -> Finder:
        words = Words(self._engine.searcher(), self._catalogue.completions.similar)
        return Finder(self._engine, self._stemmer, words)

    def _searched(
        self, query: str, filters: Filters, limit: int, offset: int, began: float
    ) -> SearchResults:
        finder = self._finder()
        found = finder.find(query, filters)
        if found.ranking is None:
            if not filters and not found.wanted.narrowed:
                return SearchResults((), 0, _ms_since(began))
            ranking, total = self._engine.newest(
                finder.listing(found.wanted, filters), limit, offset
            )
            page = ranking.found
        else:
            ranking = found.ranking
            ranked = ranking.grouped(PER_INTERVIEW)
            page, total = ranked[offset : offset + limit], len(ranked)
        marker = Marker(found.wanted, found.leniency, self._stems, found.misspelled)
        hits = tuple(_hit(ranking.passage(address), score, marker) for score, address in page)
        exact = found.leniency is Leniency.EXACT and found.corrected is None and total > 0
        corrected = (found.corrected or found.rather) if total else None
        return SearchResults(hits, total, _ms_since(began), exact, corrected)

    def _similar(self, interview_id: int, limit: int) -> list[int]:
        finder = self._finder()
        own = finder.passages_of(interview_id, ALIKE_PASSAGES)
        passages = [own.passage(address) for _, address in own.found]
        if not passages:
            return []
        facts = next((passage.facts for passage in passages if passage.facts), ())
        found = finder.similar(interview_id, alike_texts(passages), facts)
        scores: dict[int, list[float]] = {}
        for (score, _), interview in zip(found.found, found.interviews, strict=True):
            scores.setdefault(int(str(interview)), []).append(score)
        best = sorted(scores, key=lambda one: (-sum(scores[one][:PER_INTERVIEW]), one))
        return best[:limit]

    def _stems(self, words: Sequence[str]) -> Sequence[str]:
        return self._stemmer.analyze(" ".join(words))

    async def complete(self, prefix: str, limit: int = 25) -> list[InterviewSummary]:
        """The interviews that `prefix` may become, best first; the newest for an empty one."""
        return self._catalogue.completions.complete(prefix, limit)

    def complete_artists(self, prefix: str, limit: int = 25) -> Sequence[Artist]:
        """The artists that `prefix` may become, best first; those of the newest interviews for
        an empty one.
        """
        return self._catalogue.now.artists.complete(prefix, limit)

    def artist(self, artist_id: str) -> Artist | None:
        """The artist of whom one spelling has this id (see ``bot.core.artists``)."""
        return self._catalogue.now.artists.artist(artist_id)

    def artists_named(self, words: str) -> Sequence[Artist]:
        """Whom free text may mean: those who are called just so, else those it may become."""
        return self._catalogue.now.artists.named(words)

    def listed(self, kind: Topic | None = None) -> Sequence[InterviewSummary]:
        """All interviews, or those of a kind, newest first."""
        return self._catalogue.now.of_kind(kind)

    def on_day(self, month: int, day: int) -> Sequence[InterviewSummary]:
        """What was published on this day of any year, in UTC, newest first."""
        return self._catalogue.now.on_day(month, day)

    # ---------------------------------------------------------------- keeping up

    async def sync(self, store: Source, progress: Progress | None = None) -> int:
        """Take up what changed in the store since the last sync; the number of interviews.

        While another process writes to the same folder, nothing is written here: what it has
        committed is read, the rest comes with a later sync. Cancelled or killed, the next sync
        goes on from the last commit.
        """
        async with self._syncing:
            await self._catalogue.keep_up(store, self._in_thread)
            if self._engine.damaged:
                await self._in_thread(self._engine.begin_anew)
            await self._in_thread(self._engine.reload)
            if await self._is_current(store):
                return 0
            large = await store.count_changed_since(self._engine.state().revision) > BATCH
            writer = await self._in_thread(lambda: self._engine.writer(large=large))
            if writer is None:
                return 0
            try:
                return await self._write(store, writer, progress)
            finally:
                await self._in_thread(writer.close)
                await self._in_thread(self._engine.reload)

    async def _is_current(self, store: Source) -> bool:
        return self._engine.state() == State(store.identity, await store.revision())

    async def _write(self, store: Source, writer: Writer, progress: Progress | None) -> int:
        # Only now is it sure that nobody else writes.
        await self._in_thread(self._engine.reload)
        state = self._engine.state()
        if state.identity != store.identity or state.revision > await store.revision():
            await self._in_thread(writer.forget_everything)
            state = State(store.identity, 0)
        total = await store.count_changed_since(state.revision)
        done = uncommitted = 0
        while changes := await store.changed_since(state.revision, BATCH):
            await self._in_thread(_putting(writer, changes))
            state = State(store.identity, changes[-1].revision)
            done += len(changes)
            uncommitted += len(changes)
            if uncommitted >= COMMIT_EVERY:
                await self._in_thread(_committing(writer, state))
                uncommitted = 0
            if progress is not None:
                progress(done, max(done, total))
        await self._in_thread(_committing(writer, state))
        return done

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _hit(passage: Passage, score: float, marker: Marker) -> Hit:
    return Hit(
        interview_id=passage.interview_id,
        turn_number=passage.turn_number or None,
        title=passage.title,
        names=passage.names,
        published_at=passage.published_at,
        question=passage.question,
        snippet=snippet(marker, passage.text),
        score=score,
    )


def _putting(writer: Writer, changes: Sequence[ChangeOfStore]) -> Callable[[], None]:
    def put() -> None:
        for change in changes:
            writer.put(change.id, change.interview)

    return put


def _committing(writer: Writer, state: State) -> Callable[[], None]:
    return lambda: writer.commit(state)


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
