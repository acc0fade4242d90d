"""What search answers with. Frozen."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.model import Topic


@dataclass(frozen=True, slots=True)
class Filters:
    """What the interviews of a search have to be; ``None`` leaves a thing open.

    ``artist`` holds the ids of all spellings of one artist (``bot.core.artists``), ``year`` is that
    of publication in UTC. What the query itself says by ``artist:`` and the like holds as well.
    """

    artist: frozenset[str] | None = None
    kind: Topic | None = None
    year: int | None = None

    def __bool__(self) -> bool:
        return self != Filters()


ANYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a snippet; ``bold`` where it is a word that was searched for. Plain text."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with all that showing it needs.

    ``turn_number`` counts from 1; it is ``None`` (and ``question`` empty) where the interview's
    title, intro or outro was found. ``snippet`` is one line of at most some 200 characters.
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
    """One page of hits, best first; ``total`` is how many there are on all pages.

    ``exact`` is false where nothing holds all the words as they were typed, and these are the
    nearest that there is. ``corrected`` is then the query as it was probably meant, of which these
    are the hits. Where they are exact but few, it is another query that finds more and is worth a
    try. ``None`` where nothing better is known.
    """

    hits: tuple[Hit, ...]
    total: int
    took_ms: float
    exact: bool = True
    corrected: str | None = None
