"""What fans ask for: the newest, a search, one interview, any interview.

Answers are values; whoever shows them makes layouts of them. A person waits for each of these, so
each is at most one round to the store, ``random`` and a typed title excepted.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import UserError
from bot.model import InterviewSummary, StoredInterview
from bot.search import Hit, SearchIndex
from bot.store import Store

CHOICES = 25
"""Discord docs, Application Commands, autocomplete: the most choices that are shown."""


class InterviewGoneError(UserError):
    """The interview was deleted."""

    def __init__(self) -> None:
        super().__init__("error.interview-gone")


class InterviewWithdrawnError(UserError):
    """The site has withdrawn the interview; it is kept, but not shown."""

    def __init__(self) -> None:
        super().__init__("error.interview-withdrawn")


class NoInterviewsError(UserError):
    """Nothing is stored yet: the first poll is still to come."""

    def __init__(self) -> None:
        super().__init__("error.no-interviews")


@dataclass(frozen=True, slots=True)
class LatestPage:
    """A page (from 0) of the newest interviews."""

    summaries: tuple[InterviewSummary, ...]
    page: int
    more: bool


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page (from 0) of a search: hits with their interviews, grouped, most relevant first.

    ``exact`` is false where no passage holds all the words, and these come nearest.
    """

    query: str
    groups: tuple[tuple[InterviewSummary, tuple[Hit, ...]], ...]
    page: int
    total: int
    more: bool
    exact: bool


class Reading:
    """The fans' service over the store and the search index."""

    def __init__(self, store: Store, index: SearchIndex, rng: random.Random) -> None:
        self._store = store
        self._index = index
        self._rng = rng

    async def interview(self, interview_id: int) -> StoredInterview:
        """
        Raises:
            InterviewGoneError: it was deleted, or never was.
            InterviewWithdrawnError: the site has withdrawn it.
        """
        stored = await self._store.interview(interview_id)
        if stored is None:
            raise InterviewGoneError
        if stored.withdrawn_at is not None:
            raise InterviewWithdrawnError
        return stored

    async def latest(self, page: int, size: int) -> LatestPage:
        """
        Raises:
            NoInterviewsError: nothing is stored.
        """
        found = await self._store.latest(size + 1, page * size)
        if not found and page == 0:
            raise NoInterviewsError
        return LatestPage(tuple(found[:size]), page, more=len(found) > size)

    async def search(self, query: str, page: int, size: int) -> FoundPage:
        """Passages that answer `query`, which may be anything a person can type."""
        results = await self._index.search(query, limit=size, offset=page * size)
        wanted = list(dict.fromkeys(hit.interview_id for hit in results.hits))
        # The index may be a moment behind: what was withdrawn meanwhile is left out.
        summaries = {found.id: found for found in await self._store.summaries(wanted)}
        groups = tuple(
            (summaries[found], tuple(hit for hit in results.hits if hit.interview_id == found))
            for found in wanted
            if found in summaries
        )
        more = (page + 1) * size < results.total
        return FoundPage(query, groups, page, results.total, more, results.exact)

    async def complete(self, prefix: str) -> Sequence[InterviewSummary]:
        """Interviews whose title or names begin like `prefix`, best first; the newest for ""."""
        return await self._index.complete(prefix, limit=CHOICES)

    async def matching(self, words: str) -> Sequence[InterviewSummary]:
        """The interviews that words typed past the choices may mean.

        One, where a title or a name is just that; else those that complete them.
        """
        matches = await self.complete(words)
        wanted = words.casefold().strip()
        exact = [
            match
            for match in matches
            if wanted in {match.title.casefold(), *(name.casefold() for name in match.names)}
        ]
        return exact if len(exact) == 1 else matches

    async def random(self) -> StoredInterview:
        """
        Raises:
            NoInterviewsError: nothing is stored.
        """
        chosen = await self._store.random(self._rng)
        if chosen is None:
            raise NoInterviewsError
        return await self.interview(chosen.id)

    async def newest(self) -> StoredInterview:
        """
        Raises:
            NoInterviewsError: nothing is stored.
        """
        page = await self.latest(0, 1)
        return await self.interview(page.summaries[0].id)
