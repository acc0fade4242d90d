"""The values that search takes and returns. Immutable."""

from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a snippet as plain text; ``bold`` if it is a word that was searched for."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with all that showing it needs.

    ``turn_number`` counts from 1; it is ``None``, and ``question`` is empty, if the interview's
    title, intro or outro was found. ``snippet`` is one line of at most 202 characters.
    """

    interview_id: int
    turn_number: int | None
    title: str
    names: tuple[str, ...]
    published_at: datetime | None
    question: str
    snippet: tuple[Fragment, ...]
    score: float


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of hits, best first; ``total`` is the number of hits on all pages.

    ``exact`` is false if no passage has all the words as they were typed and these hits are the
    nearest. ``corrected`` is then the query that was searched instead. If there are exact hits but
    few, it is another query that finds more. ``None`` if there is no better query.
    """

    hits: tuple[Hit, ...]
    total: int
    exact: bool = True
    corrected: str | None = None
