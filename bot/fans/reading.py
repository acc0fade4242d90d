"""What fans look for: the newest interviews, a search, an artist, one interview, any interview.

Answers are values, which ``bot.ui`` renders. A person waits for each of them, so each takes at most
one query of the store, and none where the index, which is a moment behind it, has the answer.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta

from bot.core.artists import artist_id, artist_key
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.model import Artist, InterviewSummary, StoredInterview, Topic
from bot.fans.links import addresses
from bot.fans.results import (
    CHOICES,
    FILTERS,
    HITS_PER_PAGE,
    INTERVIEWS_PER_ARTIST_PAGE,
    LATEST_PER_PAGE,
    ArtistProfile,
    Day,
    HitGroup,
    InterviewList,
    OnThisDay,
    Quoted,
    SearchRequest,
    SearchResultPage,
)
from bot.feed.identity import url_key
from bot.quotes.choosing import choose
from bot.search import Filters, Lookup, Marker, SearchIndex, UnknownFilter
from bot.store import Store

QUOTED_FROM = 3
"""An artist's newest interviews, of which the first that can be quoted is."""

_DAYS = [
    Day(when.month, when.day)
    for when in (date(2000, 1, 1) + timedelta(days=number) for number in range(366))
]


class Reading:
    """The fans' service over the store and the search index.

    `limit` is how many questions of an interview may be quoted from; ``None`` for all.
    ``on_search`` is called with the seconds that each search took.
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
        self.on_search: Callable[[float], None] = lambda _: None
        self._derived = _Derived(())

    async def interview(self, interview_id: int) -> StoredInterview:
        """
        Raises:
            UserError: it was deleted, never existed, or was withdrawn by the site.
        """
        stored = await self._store.interviews.get(interview_id)
        if stored is None:
            raise UserError("error.interview-gone")
        if stored.withdrawn_at is not None:
            raise UserError("error.interview-withdrawn")
        return stored

    # ---------------------------------------------------------------- browsing

    async def latest(self, page: int, kind: Topic | None = None) -> InterviewList:
        """
        Raises:
            UserError: nothing is stored, or nothing is of this topic.
        """
        size, start = LATEST_PER_PAGE, page * LATEST_PER_PAGE
        found = self._of_kind(kind)[start : start + size + 1]
        if not found and kind is None and page == 0:
            # While the index is still being built.
            found = await self._store.interviews.latest(size + 1)
        if not found and page == 0:
            raise UserError("error.no-interviews")
        return InterviewList(tuple(found[:size]), page, len(found) > size, kind)

    async def newest(self) -> StoredInterview:
        """
        Raises:
            UserError: nothing is stored.
        """
        page = await self.latest(0)
        return await self.interview(page.summaries[0].id)

    async def random(
        self, kind: Topic | None = None, *, unlike: Callable[[int], bool] | None = None
    ) -> int:
        """The id of a random interview; one that is not `unlike`, where there is any.

        Raises:
            UserError: nothing is stored, or nothing is of this topic.
        """
        listed = self._of_kind(kind)
        if listed:
            place = self._rng.randrange(len(listed))
            if unlike is not None and unlike(listed[place].id):
                place = (place + 1) % len(listed)
            return listed[place].id
        # While the index, which alone knows topics, is still being built.
        chosen = await self._store.interviews.random(self._rng) if kind is None else None
        if chosen is None:
            raise UserError("error.no-interviews")
        return chosen.id

    def _of_kind(self, kind: Topic | None) -> Sequence[InterviewSummary]:
        listed = self._index.listed(kind)
        if not listed and kind is not None and self._index.listed():
            raise UserError("error.none-of-kind")
        return listed

    def today(self) -> Day:
        """The current day in UTC."""
        now = self._clock.now()
        return Day(now.month, now.day)

    def on_day(self, day: Day, page: int) -> OnThisDay:
        """What was published on a day in other years than the current one.

        Raises:
            UserError: nothing is stored, or all of it was published this year.
        """
        year = self._clock.now().year
        found = self._of_other_years(day, year)
        nearest = () if found else self._nearest(day, year)
        if not found and not nearest:
            raise UserError("error.no-interviews")
        start = page * LATEST_PER_PAGE
        shown = tuple(found[start : start + LATEST_PER_PAGE])
        return OnThisDay(day, year, shown, page, len(found), nearest)

    def _of_other_years(self, day: Day, year: int) -> list[InterviewSummary]:
        return [
            summary
            for summary in self._index.on_day(day.month, day.day)
            if summary.published_at is None or summary.published_at.astimezone(UTC).year != year
        ]

    def _nearest(self, day: Day, year: int) -> tuple[tuple[Day, int], ...]:
        """The nearest day with something before this one, then the one after it."""
        at, found = _DAYS.index(day), []
        for step in (-1, 1):
            for distance in range(1, len(_DAYS)):
                other = _DAYS[(at + step * distance) % len(_DAYS)]
                count = len(self._of_other_years(other, year))
                if count:
                    found.append((other, count))
                    break
        # With a single day in all the year both directions lead to it.
        return tuple(dict.fromkeys(found))

    def years(self) -> Mapping[int, int]:
        """The years with interviews, newest first, and how many were published in each."""
        return self._derive().years

    # ---------------------------------------------------------------- searching

    async def search(self, request: SearchRequest, page: int) -> SearchResultPage:
        """Passages that answer a search; its query may be any text.

        Raises:
            UserError: there is nothing yet that could be searched, or nothing was asked for.
        """
        self._require_interviews()
        filters = Filters(_spellings(request.artist), request.kind, request.year)
        started = self._clock.monotonic()
        results = await self._index.search(
            request.query,
            limit=HITS_PER_PAGE,
            offset=page * HITS_PER_PAGE,
            filters=filters,
            by_meaning=request.by_meaning,
        )
        self.on_search(self._clock.monotonic() - started)
        if results.is_empty_query:
            raise UserError("error.nothing-searched")
        ids = list(dict.fromkeys(hit.interview_id for hit in results.hits))
        summaries = self._derive().by_id
        groups = tuple(
            HitGroup(summaries[id_], tuple(hit for hit in results.hits if hit.interview_id == id_))
            for id_ in ids
            if id_ in summaries
        )
        nothing = not results.total and not page and not results.unknown
        return SearchResultPage(
            request,
            groups,
            page,
            results.total,
            results.exact,
            results.corrected,
            await self._hits_without(request.query, filters) if nothing else {},
            results.unknown,
            self._offers(results.unknown),
            results.by_meaning,
            results.has_other_way,
        )

    def marker(self, query: str) -> Marker | None:
        """What finds the words of a search in texts; ``None`` while nothing can be searched."""
        return self._index.marker(query)

    def _offers(self, unknown: Sequence[UnknownFilter]) -> tuple[Artist, ...]:
        value = next((one.value for one in unknown if one.name == "artist"), "")
        found = self._index.find_artist(value)
        return found.offers if found.match is None else (found.match,)

    async def keep_query(self, key: str, query: str) -> None:
        """Store a search under the key that its buttons carry."""
        await self._store.long_queries.save(key, query, self._clock.now())

    async def kept_query(self, key: str) -> str:
        """The search under a key.

        Raises:
            UserError: so many others were asked since that it is stored no more.
        """
        query = await self._store.long_queries.get(key)
        if query is None:
            raise UserError("error.stale-button")
        return query

    async def _hits_without(self, query: str, filters: Filters) -> dict[str, int]:
        """How many hits a search has with fewer filters."""
        wider = {
            name: replace(filters, **{name: None})
            for name in FILTERS
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

    def find_artist(self, words: str) -> Lookup[Artist]:
        """Whom words mean that were typed instead of a choice.

        Raises:
            UserError: nobody is known yet, or no letter or digit is among them.
        """
        self._require_interviews()
        _require_name(words)
        return self._index.find_artist(words)

    async def artist(self, artist_id: str, page: int) -> ArtistProfile:
        """An artist with a page of their interviews; the last page for any beyond.

        Raises:
            UserError: nobody has this id, or not any more.
        """
        artist, size = self.known_artist(artist_id), INTERVIEWS_PER_ARTIST_PAGE
        derived = self._derive()
        page = min(page, max(0, len(artist.interviews) - 1) // size)
        shown = artist.interviews[page * size : (page + 1) * size]
        summaries = tuple(derived.by_id[one] for one in shown if one in derived.by_id)
        if page:
            return ArtistProfile(artist, summaries, page)
        if artist.id not in derived.quoted:
            derived.quoted[artist.id] = await self._quote(artist, derived)
        return ArtistProfile(artist, summaries, page, derived.quoted[artist.id])

    async def _quote(self, artist: Artist, derived: "_Derived") -> Quoted:
        for stored in await self._store.interviews.get_many(artist.interviews[:QUOTED_FROM]):
            if stored.withdrawn_at is not None or stored.id not in derived.by_id:
                continue
            # A long interview takes a moment; the event loop must not wait for it.
            quote = await asyncio.to_thread(choose, stored.interview, limit=self._limit)
            if quote is not None:
                return derived.by_id[stored.id], quote
        return None

    def _require_interviews(self) -> None:
        if not self._index.listed():
            raise UserError("error.no-interviews")

    def _derive(self) -> "_Derived":
        listed = self._index.listed()
        if self._derived.listed is not listed:
            self._derived = _Derived(listed)
        return self._derived

    # ---------------------------------------------------------------- choosing

    async def linked(self, words: str) -> int | None:
        """The id of the interview to whose article an address among `words` leads."""
        found = addresses(words)
        keys = set(map(url_key, found))
        return next(
            (
                known.id
                for known in await self._store.interviews.known(found, found)
                if known.guid in found or url_key(known.url) in keys
            ),
            None,
        )

    async def complete(self, prefix: str) -> Sequence[InterviewSummary]:
        """Interviews whose title or names begin like `prefix`, best first; the newest for "", and
        for a pasted address the interview there."""
        if addresses(prefix):
            linked, known = await self.linked(prefix), self._derive().by_id
            return [known[linked]] if linked in known else []
        return await self._index.complete(prefix, limit=CHOICES)

    def find_interview(self, words: str) -> Lookup[InterviewSummary]:
        """The interview that words mean which were typed instead of a choice.

        Raises:
            UserError: no letter or digit is among them, or an address that leads to none.
        """
        _require_name(words)
        if addresses(words):
            raise UserError("read.unknown-link")
        return self._index.find_interview(words)


class _Derived:
    """What follows from the list of all interviews, until the index has another list: each by its
    id, how many were published in a year, and the quotes found so far by the artist's id."""

    def __init__(self, listed: Sequence[InterviewSummary]) -> None:
        self.listed = listed
        self.quoted: dict[str, Quoted] = {}
        self.by_id = {summary.id: summary for summary in listed}
        years = Counter(
            summary.published_at.astimezone(UTC).year
            for summary in listed
            if summary.published_at is not None
        )
        self.years = dict(sorted(years.items(), reverse=True))


def _require_name(words: str) -> None:
    if not artist_key(words):
        raise UserError("error.nobody-named")


def _spellings(artist: Artist | None) -> frozenset[str] | None:
    """The ids of all spellings of an artist."""
    if artist is None:
        return None
    return frozenset({artist.id, *map(artist_id, (artist.name, *artist.aliases))})
