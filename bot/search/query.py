"""Parses what a person typed into a ``ParsedQuery``. Any text has a meaning. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from bot.core.folding import fold, is_paired, spellings, word_texts
from bot.core.model import Topic
from bot.core.query_grammar import LITERAL, PIECE, QUOTES
from bot.core.topics import topic_named

LONGEST_QUERY = 300
"""Characters of a query that count."""

MOST_WORDS = 12
"""Words of a query that count."""

MOST_FILTERS = 8
"""Filters of a query that count; further ones are searched as words."""

_PARTICLE = re.compile(
    "(?<=..)(?:에서는|에게서|으로는|이라고|에서|에게|한테|께서|으로|이랑|까지|부터|처럼|보다|이나|라고"
    "|[은는이가을를의에와과도만로랑])$"
)
_EDGES = "()[]{}.,:;!?/-'"
_YEARS = re.compile(r"(?P<first>[0-9]{4})?(?P<span>-|\.\.|~)?(?P<last>[0-9]{4})?")
_FIRST_YEAR, _LAST_YEAR = 1000, 9999


@dataclass(frozen=True, slots=True)
class SpellingVariant:
    """Another spelling of a name that occurs in the index.

    One word of each slot is needed; ``adjacent`` words stand next to each other in that order.
    """

    slots: tuple[tuple[str, ...], ...]
    adjacent: bool = False

    def runs(self) -> Iterator[tuple[str, ...]]:
        """The words next to each other that it may be written as."""
        if self.adjacent:
            return product(*self.slots)
        return ((word,) for slot in self.slots for word in slot)


@dataclass(frozen=True, slots=True)
class Clause:
    """One word, or one compound of several words, as typed; or the words of a phrase.

    ``parts`` are found next to each other in that order; ``others`` are single words that mean
    the same. ``prefix`` is the word that was perhaps not typed to its end, "" for none.
    ``variants`` are the other spellings of a name. ``span`` is the position in the query.
    """

    parts: tuple[str, ...]
    others: tuple[str, ...] = ()
    prefix: str = ""
    phrase: bool = False
    variants: tuple[SpellingVariant, ...] = ()
    span: tuple[int, int] = field(default=(0, 0), compare=False)

    @property
    def has_variant(self) -> bool:
        """Whether the index certainly has another spelling of it."""
        return any(not variant.adjacent for variant in self.variants)


@dataclass(frozen=True, slots=True)
class QueryFilters:
    """The filters ``artist:``, ``kind:`` and ``year:`` of a query.

    Of several values of one filter any may match. ``years`` are spans, first and last included.
    ``unknown`` are filters for a kind or year that there is not, by name and position of the value.
    """

    artists: tuple[Clause, ...] = ()
    topics: tuple[Topic, ...] = ()
    years: tuple[tuple[int, int], ...] = ()
    unknown: tuple[tuple[str, tuple[int, int]], ...] = ()

    def __bool__(self) -> bool:
        return self != QueryFilters()


@dataclass(frozen=True, slots=True)
class NameSpan:
    """The clauses from ``start`` to ``end`` (exclusive), which together are a name."""

    start: int
    end: int
    variants: tuple[SpellingVariant, ...]


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A passage matches if it has all ``clauses`` and none of ``excluded``, and its interview
    matches ``only`` and does not match ``without``.

    ``names`` are alternative readings of some of the clauses.
    """

    clauses: tuple[Clause, ...]
    excluded: tuple[Clause, ...] = ()
    only: QueryFilters = QueryFilters()
    without: QueryFilters = QueryFilters()
    names: tuple[NameSpan, ...] = ()

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out of what it is to list."""
        return bool(self.only or self.without or self.excluded)


def parse_query(query: str) -> ParsedQuery:
    """Parse words, "phrases", -exclusions and the filters ``artist:``, ``kind:`` and ``year:``.

    The last word counts as a prefix, unless it is in quotes. A filter without letters and digits
    (``year:?``) is searched for as words. A query of punctuation alone has no clauses.
    """
    clauses: list[Clause] = []
    excluded: list[Clause] = []
    filters: list[tuple[bool, QueryFilters]] = []
    room = MOST_WORDS
    for match in PIECE.finditer(query[:LONGEST_QUERY].translate(QUOTES)):
        found = _filter(match) if match["name"] and len(filters) < MOST_FILTERS else None
        if found is not None:
            filters.append((bool(match["minus"]), found))
            continue
        for piece in LITERAL.finditer(match.string, match.start(), match.end()):
            for clause in _clauses(piece):
                if len(clause.parts) <= room:
                    room -= len(clause.parts)
                    (excluded if piece["minus"] else clauses).append(clause)
    if clauses and not clauses[-1].phrase:
        clauses[-1] = _as_prefix(clauses[-1])
    return ParsedQuery(
        tuple(clauses),
        tuple(excluded),
        _joined(found for minus, found in filters if not minus),
        _joined(found for minus, found in filters if minus),
    )


def _joined(filters: Iterable[QueryFilters]) -> QueryFilters:
    joined = QueryFilters()
    for one in filters:
        joined = QueryFilters(
            (*joined.artists, *one.artists),
            (*joined.topics, *one.topics),
            (*joined.years, *one.years),
            (*joined.unknown, *one.unknown),
        )
    return joined


def _filter(match: re.Match[str]) -> QueryFilters | None:
    """The filter of one piece; ``None`` if its value has neither letters nor digits."""
    group = "value" if match["exactly"] is None else "exactly"
    name, value, span = match["name"].casefold(), match[group], match.span(group)
    artist = tuple(_compound(value, span, joined=True))
    if not artist:
        return None
    if name == "artist":
        return QueryFilters(artists=artist)
    if name == "kind" and (topic := topic_named(value)):
        return QueryFilters(topics=(topic,))
    if name == "year" and (years := _years(fold(value).strip())):
        return QueryFilters(years=(years,))
    return QueryFilters(unknown=((name, span),))


def without_filter(query: str, position: int) -> str:
    """`query` without the filter that has its value at `position`."""
    for match in PIECE.finditer(query.translate(QUOTES)):
        if match.start() <= position < match.end():
            return " ".join(f"{query[: match.start()]} {query[match.end() :]}".split())
    return query


def _years(value: str) -> tuple[int, int] | None:
    match = _YEARS.fullmatch(value)
    if match is None or not (match["first"] or match["last"]):
        return None
    if match["span"] is None:
        return None if match["last"] else (int(match["first"]), int(match["first"]))
    first, last = int(match["first"] or _FIRST_YEAR), int(match["last"] or _LAST_YEAR)
    return min(first, last), max(first, last)


def _clauses(piece: re.Match[str]) -> list[Clause]:
    if piece["quoted"] is None:
        return _compound(piece["plain"], piece.span("plain"))
    parts = tuple(word_texts(fold(piece["quoted"])))[:MOST_WORDS]
    return [Clause(parts, phrase=True, span=piece.span("quoted"))] if parts else []


def _compound(text: str, span: tuple[int, int], *, joined: bool = False) -> list[Clause]:
    """One clause for a word, or for several that are written as one; else one for each.

    `joined` makes one clause of several words in any case, found as written, joined or separated.
    """
    folded = fold(text)
    parts = tuple(word_texts(folded))
    if joined:
        parts = parts[:MOST_WORDS]
    if not parts:
        return []
    if _is_word_with_particle(parts):
        return [Clause(parts[:1], span=span)]
    others = [*spellings(folded.strip(_EDGES)), *_without_particle(parts[-1])]
    if len(parts) > 1 and joined:
        others.insert(-1, "".join(parts))
    if len(parts) > 1 and not others:
        return [Clause((part,), span=span) for part in parts]
    others = [other for other in dict.fromkeys(others) if other not in parts]
    return [Clause(parts, tuple(others), span=span)]


def _is_word_with_particle(parts: tuple[str, ...]) -> bool:
    """Korean writes its particles directly after foreign names, too: BTS는, KCrush의."""
    return (
        len(parts) == 2 and not is_paired(parts[0]) and is_paired(parts[1]) and len(parts[1]) <= 2
    )


def _without_particle(word: str) -> list[str]:
    """A Korean word without its particle, if it has one: 방탄소년단 for 방탄소년단은."""
    bare = _PARTICLE.sub("", word)
    return [bare] if bare != word else []


def _as_prefix(clause: Clause) -> Clause:
    last = clause.parts[-1]
    return replace(clause, prefix=last if is_paired(last) else (*clause.others, last)[0])
