"""What the fans' services answer, as values that ``bot.ui`` renders."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.core.model import Artist, InterviewSummary, Topic
from bot.quotes.choosing import Quote
from bot.search import Hit, UnknownFilter

CHOICES = 25
"""Discord docs, Application Commands, autocomplete: the most choices that are shown."""

LATEST_PER_PAGE = 5
HITS_PER_PAGE = 5
INTERVIEWS_PER_ARTIST_PAGE = 5
"""So many that rows of five components each stay below Discord's 40 in a message, beside what else
a page shows."""

FILTERS = ("artist", "kind", "year")


@dataclass(frozen=True, slots=True)
class InterviewList:
    """A page (from 0) of the newest interviews, of one topic or all."""

    summaries: tuple[InterviewSummary, ...]
    page: int
    more: bool
    kind: Topic | None = None


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search as a person made it: words, and what it is narrowed to; or, where they chose that,
    by meaning, which is never narrowed."""

    query: str
    artist: Artist | None = None
    kind: Topic | None = None
    year: int | None = None
    by_meaning: bool = False

    @property
    def is_narrowed(self) -> bool:
        return any(getattr(self, name) is not None for name in FILTERS)

    def without(self, name: str) -> "SearchRequest":
        """The same search less one of the ``FILTERS``, or less ``all`` of them."""
        names = FILTERS if name == "all" else (name,)
        return replace(self, **dict.fromkeys(names))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class HitGroup:
    """An interview and the hits in it, most relevant first."""

    interview: InterviewSummary
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class SearchResultPage:
    """A page (from 0) of a search, most relevant first; ``total`` counts the hits of all pages.

    ``exact`` is false where no passage holds all the words, and these come nearest: the hits of
    the query ``corrected``, where there is one. Where they are exact but few, ``corrected`` is a
    query that may find more. Where nothing was found, ``hits_without`` says how many hits there
    are without each of the ``FILTERS``, or without ``all``. ``unknown`` are the filters of the
    query that nobody and nothing meets, so that nothing was searched; ``offers`` are the artists
    whose names are like the first unknown one. ``by_meaning`` and ``has_other_way`` are as in
    ``bot.search.SearchResults``.
    """

    request: SearchRequest
    groups: tuple[HitGroup, ...]
    page: int
    total: int
    exact: bool = True
    corrected: str | None = None
    hits_without: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[UnknownFilter, ...] = ()
    offers: tuple[Artist, ...] = ()
    by_meaning: bool = False
    has_other_way: bool = False

    @property
    def more(self) -> bool:
        return (self.page + 1) * HITS_PER_PAGE < self.total


@dataclass(frozen=True, slots=True)
class Day:
    """A day of any year."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class OnThisDay:
    """A page (from 0) of what was published on a day in other years than ``year``, newest first.

    Where there is nothing, ``nearest`` are the nearest days before and after it with something,
    and how much that is.
    """

    day: Day
    year: int
    summaries: tuple[InterviewSummary, ...]
    page: int
    total: int
    nearest: tuple[tuple[Day, int], ...] = ()

    @property
    def more(self) -> bool:
        return (self.page + 1) * LATEST_PER_PAGE < self.total


Quoted = tuple[InterviewSummary, Quote] | None


@dataclass(frozen=True, slots=True)
class ArtistProfile:
    """An artist, a page (from 0) of the interviews with them, and on the first page a quote from
    a new one."""

    artist: Artist
    summaries: tuple[InterviewSummary, ...]
    page: int
    quoted: Quoted = None
