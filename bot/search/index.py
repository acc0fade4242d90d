"""The search index: finds passages, completes titles and names, keeps up with the store."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from tantivy import DocAddress

from bot.core.errors import UserError
from bot.core.model import Artist, InterviewSummary, Topic
from bot.search.catalogue import Catalogue, Source
from bot.search.engine import Damaged, Engine, State, Writer
from bot.search.fields import stemmer
from bot.search.finding import Finder, SearchOutcome
from bot.search.leading import LEAST_COVERED, covered, is_plain, is_sentence
from bot.search.lexicon import Lexicon
from bot.search.marking import Marker, marked, snippet
from bot.search.meaning import MeaningSearch, MeantPassage, chunk_of
from bot.search.passages import Passage, alike_texts
from bot.search.queries import WINDOW, Leniency, QueryBuilder
from bot.search.query import LONGEST_QUERY, ParsedQuery
from bot.search.results import ANYTHING, Filters, Fragment, Hit, Lookup, SearchResults
from bot.store import InterviewChange

PER_INTERVIEW = 3
"""The most hits of one interview, so that a long one does not crowd out the others."""

ALIKE_PASSAGES = 30
"""Passages of an interview that are compared with those of others."""

BEST = 5
"""Passages by words of which one must have half of a sentence, for words to lead: what a page
shows."""

BATCH = 20
COMMIT_EVERY = 10_000
"""Interviews read from the store at a time, which are decoded on the event loop, and between two
commits of a long sync."""

Progress = Callable[[int, int], None]
"""Called with the number of interviews done and the number of all."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


class SearchIndex:
    """The passages of all interviews in a folder of their own, and the titles in memory.

    Searching and completing never wait for a sync; they answer from what the last one committed.
    Several processes may open the same folder: one at a time writes, all read.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.meaning: MeaningSearch | None = None
        """The search by meaning, where there is one."""
        self._stemmer = stemmer()
        self._catalogue = Catalogue()
        self._syncing = asyncio.Lock()
        # One thread, so that what a cancelled sync left running ends before it is cleaned up.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="search")

    @classmethod
    def open(cls, path: Path) -> "SearchIndex":
        """Open the index in `path`; a missing, damaged or outdated one begins empty.

        Raises:
            UserError: the folder can't be created or written, or holds files of others.
        """
        return cls(Engine.open(path))

    @classmethod
    def open_or_wait(cls, path: Path) -> "SearchIndex":
        """As ``open``, but a folder that can't be opened is logged, and tried again at each sync.
        Until then searching raises ``UserError``; titles and names are completed all the same."""
        try:
            return cls.open(path)
        except UserError as error:
            logger.warning("there is no search: %s", error)
            return cls(Engine.unusable(path))

    def close(self) -> None:
        """Wait for what is being written. The index can't be synced afterwards."""
        self._thread.shutdown()

    # ---------------------------------------------------------------- searching

    async def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        filters: Filters = ANYTHING,
        by_meaning: bool = False,
    ) -> SearchResults:
        """The passages that match `query`, which may be any text, best first.

        Hits of one interview stand together, at the place of the best one. Filters alone list the
        interviews that match them, newest first; so do words that are only excluded.

        Where there is a search by meaning, a query that hardly any passage has the words of is
        searched by meaning, and `by_meaning` does that with any query of words alone.

        Raises:
            UserError: the index can't be opened (see ``open_or_wait``).
        """
        if not self._engine.usable:
            raise UserError("error.search-unavailable")
        limit, offset = max(0, limit), max(0, offset)
        try:
            lexicon, builder = self._now()
            outcome = Finder(self._engine, builder, lexicon).find(query, filters)
            results = self._results(outcome, builder, filters, limit, offset)
            meaning = self.meaning
            if meaning is None or filters or not (meaning.is_ready and is_plain(outcome.query)):
                return results
            leads = self._is_by_meaning(query, outcome, lexicon)
            found = await meaning.find(query) if leads or by_meaning else []
            if not found:
                return replace(results, has_other_way=not by_meaning)
            page = found[offset : offset + limit]
            return SearchResults(
                tuple(hit for one in page if (hit := self._meant(one, builder)) is not None),
                len(found),
                results.exact,
                by_meaning=True,
                has_other_way=not leads and results.total > 0,
            )
        except Damaged as damage:
            self._note(damage)
            return SearchResults((), 0)

    def marker(self, query: str) -> Marker | None:
        """What finds the words of `query` in texts, as ``search`` does; ``None`` while the index
        can't be read."""
        if not self._engine.usable:
            return None
        try:
            lexicon, builder = self._now()
            outcome = Finder(self._engine, builder, lexicon).find(query, ANYTHING)
        except Damaged as damage:
            self._note(damage)
            return None
        return Marker(outcome.query, outcome.leniency, self._stems, outcome.misspelled)

    def similar(self, interview_id: int, limit: int = 5) -> list[int]:
        """The ids of the interviews that have most in common with this one, best first.

        Compared are rare words, artists, tags and topic. Empty for an interview that the index
        does not have.
        """
        if not self._engine.usable:
            return []
        try:
            return self._similar(interview_id, max(0, limit))
        except Damaged as damage:
            self._note(damage)
            return []

    def _note(self, damage: Damaged) -> None:
        logger.error("the search index can't be read; the next sync rebuilds it", exc_info=damage)
        self._engine.damaged = True

    def _now(self) -> tuple[Lexicon, QueryBuilder]:
        lexicon = Lexicon(self._engine.searcher(), self._catalogue.now.completer.similar)
        return lexicon, QueryBuilder(self._engine.schema, self._stemmer, lexicon)

    def _results(
        self,
        outcome: SearchOutcome,
        builder: QueryBuilder,
        filters: Filters,
        limit: int,
        offset: int,
    ) -> SearchResults:
        if outcome.ranking is not None:
            ranking = outcome.ranking
            hits = ranking.grouped(PER_INTERVIEW)
            page, total = hits[offset : offset + limit], len(hits)
        elif outcome.unknown:
            return SearchResults((), 0, exact=False, unknown=outcome.unknown)
        elif filters or outcome.query.narrows:
            words = builder.excluded(outcome.query)
            excluded = self._engine.interviews(words) if words else ()
            openings = builder.openings(outcome.query, filters, excluded)
            ranking, total = self._engine.newest(openings, limit, offset)
            page = list(ranking.found)
        else:
            return SearchResults((), 0, is_empty_query=True)
        marker = Marker(outcome.query, outcome.leniency, self._stems, outcome.misspelled)
        return SearchResults(
            tuple(_hit(ranking.passage(address), score, marker) for score, address in page),
            total,
            outcome.leniency is Leniency.EXACT and outcome.corrected is None and total > 0,
            (outcome.corrected or outcome.suggestion) if total else None,
        )

    def _is_by_meaning(self, query: str, outcome: SearchOutcome, lexicon: Lexicon) -> bool:
        """Whether meaning leads: the best passages by words have less than half of a sentence. What
        is only like one of its words does not count."""
        ranking = outcome.ranking
        if ranking is None or not is_sentence(query[:LONGEST_QUERY]):
            return False
        if not ranking.found:
            return True
        if outcome.leniency < Leniency.SOME_WORDS or outcome.corrected is not None:
            return False
        marker = Marker(outcome.query, outcome.leniency, self._stems)
        clauses = outcome.query.clauses
        for _, address in ranking.found[:BEST]:
            passage = ranking.passage(address)
            texts = (" | ".join((passage.title, *passage.names)), passage.question, passage.text)
            found = {mark.clause for text in texts for mark in marker.marks(text)}
            if covered(clauses, found, lexicon.frequency, lexicon.passages) >= LEAST_COVERED:
                return False
        return True

    def _meant(self, found: MeantPassage, builder: QueryBuilder) -> Hit | None:
        """A passage that was found by meaning, as the index has it; ``None`` if it has it no
        more."""
        own = self._engine.search(builder.of_interview(found.interview), WINDOW)
        places = sorted(
            (address.segment_ord, address.doc)
            for (_, address), turn in zip(own.found, own.turns, strict=True)
            if turn == found.turn
        )
        passages = [own.passage(DocAddress(*place)) for place in places]
        if not passages:
            return None
        marker = Marker(ParsedQuery(()), Leniency.EXACT, self._stems)
        text = chunk_of([passage.text for passage in passages], found.chunk)
        hit = _hit(replace(passages[0], text=text), found.score, marker)
        return replace(hit, snippet=(Fragment("… "), *hit.snippet)) if found.chunk else hit

    def _similar(self, interview_id: int, limit: int) -> list[int]:
        _, builder = self._now()
        own = self._engine.search(builder.of_interview(interview_id), ALIKE_PASSAGES)
        passages = [own.passage(address) for _, address in own.found]
        if not passages:
            return []
        facts = next((passage.facts for passage in passages if passage.facts), ())
        alike = builder.alike(interview_id, alike_texts(passages), facts)
        found = self._engine.search(alike, WINDOW)
        scores: dict[int, list[float]] = {}
        for (score, _), interview in zip(found.found, found.interviews, strict=True):
            scores.setdefault(int(str(interview)), []).append(score)
        best = sorted(scores, key=lambda one: (-sum(scores[one][:PER_INTERVIEW]), one))
        return best[:limit]

    def _stems(self, words: Sequence[str]) -> Sequence[str]:
        return self._stemmer.analyze(" ".join(words))

    # ---------------------------------------------------------------- titles and names

    async def complete(self, prefix: str, limit: int = 25) -> list[InterviewSummary]:
        """The interviews that `prefix` may become, best first; the newest for ""."""
        return self._catalogue.now.completer.complete(prefix, limit)

    def complete_artists(self, prefix: str, limit: int = 25) -> Sequence[Artist]:
        """The artists that `prefix` may become, best first; those of the newest interviews for
        "".
        """
        return self._catalogue.now.artists.complete(prefix, limit)

    def artist(self, artist_id: str) -> Artist | None:
        """The artist with this id, or with a spelling that has it (see ``bot.core.artists``)."""
        return self._catalogue.now.artists.artist(artist_id)

    def find_artist(self, words: str) -> Lookup[Artist]:
        """The artist who is called so; see ``Lookup``."""
        return self._catalogue.now.artists.lookup(words)

    def find_interview(self, words: str) -> Lookup[InterviewSummary]:
        """The interview with this title, or with the artist who is called so; see ``Lookup``."""
        return self._catalogue.now.lookup(words)

    def listed(self, kind: Topic | None = None) -> Sequence[InterviewSummary]:
        """All interviews, or those with a topic, newest first."""
        return self._catalogue.now.of_topic(kind)

    def on_day(self, month: int, day: int) -> Sequence[InterviewSummary]:
        """The interviews published on this day of any year, in UTC, newest first."""
        return self._catalogue.now.on_day(month, day)

    # ---------------------------------------------------------------- keeping up

    async def sync(self, store: Source, progress: Progress | None = None) -> int:
        """Index what changed in the store since the last sync; returns the number of interviews.

        While another process writes to the same folder, nothing is written: what it has committed
        is read, the rest comes with a later sync. After a sync that was cancelled or killed, the
        next one continues from the last commit.

        Raises:
            UserError: the folder is gone or damaged, and can't be made anew.
        """
        async with self._syncing:
            await self._catalogue.keep_up(store, self._in_thread)
            await self._in_thread(self._engine.refresh)
            if self._engine.state() == State(store.identity, await store.interviews.revision()):
                return 0
            large = (
                await store.interviews.count_changed_since(self._engine.state().revision) > BATCH
            )
            writer = await self._in_thread(lambda: self._engine.writer(large=large))
            if writer is None:
                return 0
            try:
                return await self._write(store, writer, progress)
            finally:
                await self._in_thread(writer.close)
                await self._in_thread(self._engine.reload)

    async def _write(self, store: Source, writer: Writer, progress: Progress | None) -> int:
        # Only now is it certain that no other process writes.
        await self._in_thread(self._engine.reload)
        state = self._engine.state()
        if state.identity != store.identity or state.revision > await store.interviews.revision():
            await self._in_thread(writer.delete_everything)
            state = State(store.identity, 0)
        total = await store.interviews.count_changed_since(state.revision)
        done = committed = 0
        while changes := await store.interviews.changed_since(state.revision, BATCH):
            await self._in_thread(partial(_put, writer, changes))
            state = State(store.identity, changes[-1].revision)
            done += len(changes)
            if done - committed >= COMMIT_EVERY:
                await self._in_thread(partial(writer.commit, state))
                committed = done
            if progress is not None:
                progress(done, max(done, total))
        await self._in_thread(partial(writer.commit, state))
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
        marked_question=marked(marker, passage.question),
        snippet=snippet(marker, passage.text),
        score=score,
    )


def _put(writer: Writer, changes: Sequence[InterviewChange]) -> None:
    for change in changes:
        writer.put(change.id, change.interview)
