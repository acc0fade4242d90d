"""The values that search takes and returns. Immutable."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from bot.core.model import Topic


@dataclass(frozen=True, slots=True)
class Filters:
    """What the interviews of a search must be; ``None`` for no restriction.

    ``artist`` holds the ids of all spellings of one artist (``bot.core.artists``), ``year`` is that
    of publication in UTC. The filters of the query itself (``artist:`` etc.) apply as well.
    """

    artist: frozenset[str] | None = None
    kind: Topic | None = None
    year: int | None = None

    def __bool__(self) -> bool:
        return self != Filters()


ANYTHING = Filters()

OFFERS = 25
"""Artists or interviews that a lookup offers, at most; Discord docs, Application Commands: the most
choices that an option shows."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lookup(Generic[T]):
    """What words mean that were typed instead of a choice.

    ``match`` is the one that is called so: by its name or title, by another known spelling, or by a
    romanisation of either; case, accents and punctuation don't count. Only ``match`` may be acted
    on. Where it is ``None``, ``offers`` are those that the person may choose from: all that are
    called so if ``exact``, else those whose names are merely like the words. At most 25.
    """

    match: T | None = None
    offers: tuple[T, ...] = ()
    exact: bool = False

    @classmethod
    def of(cls, called: Sequence[T], similar: Callable[[], Sequence[T]]) -> "Lookup[T]":
        """The lookup that found `called`, or else offers what `similar` returns."""
        if len(called) == 1:
            return cls(called[0])
        if called:
            return cls(None, tuple(called[:OFFERS]), exact=True)
        return cls(None, tuple(similar()))


@dataclass(frozen=True, slots=True)
class UnknownFilter:
    """A filter of a query that nobody and nothing meets: ``artist:nosuchone`` has the name "artist"
    and the value "nosuchone". ``rest`` is the query without it."""

    name: str
    value: str
    rest: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a snippet as plain text; ``bold`` if it is a word that was searched for."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with all that showing it needs.

    ``turn_number`` counts from 1; it is ``None``, and ``question`` is empty, if the interview's
    title, intro or outro was found. ``marked_question`` is the question as one line with the words
    that were found, ``snippet`` one line of the answer of at most 202 characters.
    """

    interview_id: int
    turn_number: int | None
    title: str
    names: tuple[str, ...]
    published_at: datetime | None
    question: str
    snippet: tuple[Fragment, ...]
    score: float
    marked_question: tuple[Fragment, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of hits, best first; ``total`` is the number of hits on all pages.

    ``exact`` is false if no passage has all the words as they were typed and these hits are the
    nearest. ``corrected`` is then the query that was searched instead. If there are exact hits but
    few, it is another query that finds more. ``None`` if there is no better query.

    ``unknown`` are the filters for which nothing was searched at all. ``is_empty_query`` is true if
    neither words nor filters were given.

    ``by_meaning`` tells that these hits are about what was asked, whatever their words; ``exact``
    then is that of the search by words. ``has_other_way`` tells that the query can be searched by
    meaning, or where these hits are by meaning, that it finds something by words too.
    """

    hits: tuple[Hit, ...]
    total: int
    exact: bool = True
    corrected: str | None = None
    unknown: tuple[UnknownFilter, ...] = ()
    is_empty_query: bool = False
    by_meaning: bool = False
    has_other_way: bool = False
