"""What fans ask for: the newest, a search, one interview, any interview.

Answers are values; whoever shows them makes layouts of them. A person waits for each of these, so
each is at most one round to the store, ``random`` and a typed title excepted.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta

from bot.core.artists import artist_id, artist_key
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.model import Artist, InterviewSummary, Quote, StoredInterview, Topic
from bot.quotes.choosing import choose
from bot.search import Filters, Hit, SearchIndex
from bot.store import Store

CHOICES = 25
"""Discord docs, Application Commands, autocomplete: the most choices that are shown."""

QUOTED_FROM = 3
"""An artist's newest interviews, of which the first with words that strike is quoted."""

_LEAP_YEAR = 2000
_DAYS = 366


@dataclass(frozen=True, slots=True)
class LatestPage:
    """A page (from 0) of the newest interviews."""

    summaries: tuple[InterviewSummary, ...]
    page: int
    more: bool


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page (from 0) of a search: hits with their interviews, grouped, most relevant first.

    ``exact`` is false where no passage holds all the words, and these come nearest; they are
    those of ``corrected``, where that is known. ``less`` is filled where the filters leave
    nothing: how many hits there are without the artist, the kind, the year, or without ``all``.
    """

    groups: tuple[tuple[InterviewSummary, tuple[Hit, ...]], ...]
    page: int
    total: int
    more: bool
    exact: bool
    corrected: str | None = None
    less: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A day of any year."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class DayPage:
    """A page (from 0) of what was published on a day in other years than ``year``, newest first.

    Where there is nothing, ``nearest`` are the nearest days before and after it with something,
    and how much that is.
    """

    day: Day
    year: int
    summaries: tuple[InterviewSummary, ...]
    page: int
    total: int
    more: bool
    nearest: tuple[tuple[Day, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ArtistView:
    """An artist, a page (from 0) of the interviews with them, and on the first page the words
    that strike most in a new one."""

    artist: Artist
    summaries: tuple[InterviewSummary, ...]
    page: int
    quoted: tuple[InterviewSummary, Quote] | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom the words of an artist option mean: one, or several candidates, or nobody.

    ``known`` is true where the candidates are called just so.
    """

    artist: Artist | None = None
    candidates: tuple[Artist, ...] = ()
    known: bool = False


class Reading:
    """The fans' service over the store and the search index.

    `limit` is how many questions of an interview may be quoted from; ``None`` for all.
    """

    def __init__(
        self,
        store: Store,
        index: SearchIndex,
        rng: random.Random,
        clock: Clock,
        *,
        limit: int | None = None,
    ) -> None:
        self._store = store
        self._index = index
        self._rng = rng
        self._clock = clock
        self._limit = limit
        self._known = _Known(())

    async def interview(self, interview_id: int) -> StoredInterview:
        """
        Raises:
            UserError: it was deleted, or never was, or the site has withdrawn it.
        """
        stored = await self._store.interview(interview_id)
        if stored is None:
            raise UserError("error.interview-gone")
        if stored.withdrawn_at is not None:
            raise UserError("error.interview-withdrawn")
        return stored

    # ---------------------------------------------------------------- browsing

    async def latest(self, page: int, size: int, kind: Topic | None = None) -> LatestPage:
        """
        Raises:
            UserError: nothing is stored, or nothing is of this kind.
        """
        if kind is None:
            found: Sequence[InterviewSummary] = await self._store.latest(size + 1, page * size)
        else:
            found = self._of_kind(kind)[page * size : (page + 1) * size + 1]
        if not found and page == 0:
            raise UserError("error.no-interviews")
        return LatestPage(tuple(found[:size]), page, more=len(found) > size)

    async def random(
        self, kind: Topic | None = None, *, unlike: Callable[[int], bool] | None = None
    ) -> int:
        """The id of an interview by chance; none of those `unlike`, where there are others.

        Raises:
            UserError: nothing is stored, or nothing is of this kind.
        """
        listed = self._of_kind(kind)
        if not listed:
            return await self._random_of_store(kind)
        place = self._rng.randrange(len(listed))
        if unlike is not None and unlike(listed[place].id):
            place = (place + 1) % len(listed)
        return listed[place].id

    async def _random_of_store(self, kind: Topic | None) -> int:
        """While the index, which alone knows kinds, is still being built."""
        chosen = await self._store.random(self._rng) if kind is None else None
        if chosen is None:
            raise UserError("error.no-interviews")
        return chosen.id

    def _of_kind(self, kind: Topic | None) -> Sequence[InterviewSummary]:
        listed = self._index.listed(kind)
        if not listed and kind is not None and self._index.listed():
            raise UserError("error.none-of-kind")
        return listed

    def today(self) -> Day:
        """The day that the clock has, in UTC."""
        now = self._clock.now()
        return Day(now.month, now.day)

    def on_day(self, day: Day, page: int, size: int) -> DayPage:
        """What was published on a day in other years than the clock's.

        Raises:
            UserError: nothing is stored, or all of it came out this year.
        """
        year = self._clock.now().year
        found = self._of_other_years(day, year)
        first = page * size
        nearest = () if found else tuple(self._nearest(day, year))
        if not found and not nearest:
            raise UserError("error.no-interviews")
        return DayPage(
            day,
            year,
            tuple(found[first : first + size]),
            page,
            len(found),
            first + size < len(found),
            nearest,
        )

    def _of_other_years(self, day: Day, year: int) -> list[InterviewSummary]:
        return [
            summary
            for summary in self._index.on_day(day.month, day.day)
            if summary.published_at is None or summary.published_at.astimezone(UTC).year != year
        ]

    def _nearest(self, day: Day, year: int) -> Iterator[tuple[Day, int]]:
        """The nearest day with something before this one, then that after it."""
        found = []
        for step in (-1, 1):
            when = date(_LEAP_YEAR, day.month, day.day)
            for _ in range(_DAYS - 1):
                when += timedelta(days=step)
                when = when.replace(year=_LEAP_YEAR)
                count = len(self._of_other_years(Day(when.month, when.day), year))
                if count:
                    found.append((Day(when.month, when.day), count))
                    break
        # With a single day in all the year both ways lead to it.
        yield from dict.fromkeys(found)

    # ---------------------------------------------------------------- searching

    async def search(
        self,
        query: str,
        page: int,
        size: int,
        *,
        artist: Artist | None = None,
        kind: Topic | None = None,
        year: int | None = None,
    ) -> FoundPage:
        """Passages that answer `query`, which may be anything a person can type.

        Raises:
            UserError: nothing is there yet that could be searched.
        """
        self._require_some()
        filters = Filters(_spellings(artist), kind, year)
        results = await self._index.search(query, limit=size, offset=page * size, filters=filters)
        wanted = list(dict.fromkeys(hit.interview_id for hit in results.hits))
        # The index may be a moment behind: what was withdrawn meanwhile is left out.
        stored = await self._store.summaries(wanted) if wanted else []
        summaries = {found.id: found for found in stored}
        groups = tuple(
            (summaries[found], tuple(hit for hit in results.hits if hit.interview_id == found))
            for found in wanted
            if found in summaries
        )
        less = None if results.total or page else await self._less(query, filters)
        return FoundPage(
            groups,
            page,
            results.total,
            (page + 1) * size < results.total,
            results.exact,
            results.corrected,
            less,
        )

    async def _less(self, query: str, filters: Filters) -> dict[str, int]:
        """How much a search finds with fewer filters."""
        wider = {
            name: replace(filters, **{name: None})
            for name in ("artist", "kind", "year")
            if getattr(filters, name) is not None
        }
        if len(wider) > 1:
            wider["all"] = Filters()
        found = {
            name: (await self._index.search(query, limit=1, filters=fewer)).total
            for name, fewer in wider.items()
        }
        if any(count for name, count in found.items() if name != "all"):
            found.pop("all", None)
        return found

    def years(self) -> Mapping[int, int]:
        """The years with interviews, the newest first, and how many came out in each."""
        return self._lookup().years

    # ---------------------------------------------------------------- artists

    def complete_artists(self, prefix: str) -> Sequence[Artist]:
        """Artists whose name or another spelling begins like `prefix`, best first; those with the
        newest interviews for ""."""
        return self._index.complete_artists(prefix, limit=CHOICES)

    def known_artist(self, artist_id: str) -> Artist:
        """The artist with this id, or with a spelling that has it.

        Raises:
            UserError: nobody has it, or not any more.
        """
        artist = self._index.artist(artist_id)
        if artist is None:
            raise UserError("error.artist-gone")
        return artist

    def meant(self, words: str) -> Meant:
        """Whom words typed past the choices mean.

        Raises:
            UserError: nobody is known yet.
        """
        self._require_some()
        found = tuple(self._index.artists_named(words))
        if len(found) == 1:
            return Meant(found[0])
        key = artist_key(words)
        known = bool(found) and key in map(artist_key, (found[0].name, *found[0].aliases))
        return Meant(None, found, known)

    async def artist(self, artist_id: str, page: int, size: int) -> ArtistView:
        """An artist with a page of their interviews.

        Raises:
            UserError: nobody has this id, or not any more.
        """
        artist = self.known_artist(artist_id)
        known = self._lookup()
        last = max(0, (len(artist.interviews) - 1) // size)
        page = min(page, last)
        shown = artist.interviews[page * size : (page + 1) * size]
        summaries = tuple(known.by_id[one] for one in shown if one in known.by_id)
        quoted = None if page else await self._quoted(artist, known)
        return ArtistView(artist, summaries, page, quoted)

    async def _quoted(self, artist: Artist, known: "_Known") -> "_Quoted":
        """The words are looked for once, as long as the archive stays as it is."""
        if artist.id not in known.quoted:
            known.quoted[artist.id] = await self._quote(artist, known)
        return known.quoted[artist.id]

    async def _quote(self, artist: Artist, known: "_Known") -> "_Quoted":
        for stored in await self._store.interviews(artist.interviews[:QUOTED_FROM]):
            if stored.withdrawn_at is not None or stored.id not in known.by_id:
                continue
            # A long interview takes a moment, in which others are answered.
            quote = await asyncio.to_thread(choose, stored.interview, limit=self._limit)
            if quote is not None:
                return known.by_id[stored.id], quote
        return None

    def _require_some(self) -> None:
        if not self._index.listed():
            raise UserError("error.no-interviews")

    def _lookup(self) -> "_Known":
        """What is derived from the list of all, until there is another."""
        listed = self._index.listed()
        if self._known.listed is not listed:
            self._known = _Known(listed)
        return self._known

    # ---------------------------------------------------------------- choosing

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

    async def newest(self) -> StoredInterview:
        """
        Raises:
            UserError: nothing is stored.
        """
        page = await self.latest(0, 1)
        return await self.interview(page.summaries[0].id)


_Quoted = tuple[InterviewSummary, Quote] | None


class _Known:
    """What follows from the list of all interviews: each by its id, how many came out in a year,
    and whose words were looked for already, by the artist's id."""

    def __init__(self, listed: Sequence[InterviewSummary]) -> None:
        self.listed = listed
        self.quoted: dict[str, _Quoted] = {}
        self.by_id = {summary.id: summary for summary in listed}
        years = Counter(
            summary.published_at.astimezone(UTC).year
            for summary in listed
            if summary.published_at is not None
        )
        self.years = dict(sorted(years.items(), reverse=True))


def _spellings(artist: Artist | None) -> frozenset[str] | None:
    """The ids of all spellings of an artist."""
    if artist is None:
        return None
    return frozenset({artist.id, *map(artist_id, (artist.name, *artist.aliases))})
