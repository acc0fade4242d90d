"""One search: as typed, else as it was probably meant, else more and more leniently."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.search.correcting import corrected, other_words
from bot.search.engine import Engine, Ranking
from bot.search.lexicon import Lexicon
from bot.search.queries import WINDOW, Leniency, QueryBuilder
from bot.search.query import LONGEST_QUERY, ParsedQuery, QueryFilters, parse_query, without_filter
from bot.search.results import Filters, UnknownFilter
from bot.search.variants import with_variants

_LITTLE = 3
"""Passages found below which another query may be suggested."""


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """What a search found, for which query and by which leniency.

    ``ranking`` is ``None`` if there are no clauses, so that what the filters leave is to be
    listed, or if some filters of the query are ``unknown``. ``misspelled`` are the numbers of the
    clauses whose letters may be wrong. ``corrected`` is the query that was searched instead of what
    was typed, ``suggestion`` another one that finds more, if little was found.
    """

    query: ParsedQuery
    ranking: Ranking | None
    leniency: Leniency = Leniency.EXACT
    misspelled: frozenset[int] = frozenset()
    corrected: str | None = None
    suggestion: str | None = None
    unknown: tuple[UnknownFilter, ...] = ()


class Finder:
    """Searches one moment's index.

    Its methods raise ``Damaged`` if the index files can't be read.
    """

    def __init__(self, engine: Engine, builder: QueryBuilder, lexicon: Lexicon) -> None:
        self._engine = engine
        self._builder = builder
        self._lexicon = lexicon

    def find(self, text: str, filters: Filters) -> SearchOutcome:
        """What `text` finds within `filters`, at the first leniency that finds anything."""
        text = text[:LONGEST_QUERY]
        query = self._parsed(text)
        unknown = tuple(self._unknown_filters(text, query.only))
        if unknown or not query.clauses:
            return SearchOutcome(query, None, unknown=unknown)
        ranking = self._search(query, filters)
        if ranking.found:
            suggestion = self._suggestion(text, query, filters, len(ranking.found))
            return SearchOutcome(query, ranking, suggestion=suggestion)
        for guess in self._corrections(text, query):
            meant = self._parsed(guess)
            found = self._search(meant, filters)
            if found.found:
                return SearchOutcome(meant, found, corrected=guess)
        misspelled = self._builder.misspelled(query)
        for leniency in self._leniencies(query, misspelled):
            ranking = self._search(query, filters, leniency)
            if ranking.found:
                return SearchOutcome(query, ranking, leniency, misspelled)
        return SearchOutcome(query, ranking)

    def _parsed(self, text: str) -> ParsedQuery:
        return with_variants(parse_query(text), self._lexicon.frequency)

    def _unknown_filters(self, text: str, only: QueryFilters) -> Iterator[UnknownFilter]:
        """The filters that leave nothing, since no value of theirs is known."""
        spans = [("artist", artist.span) for artist in only.artists]
        if any(self._builder.is_known_artist(artist) for artist in only.artists):
            spans = []
        known = {"kind": only.topics, "year": only.years}
        spans += [(name, span) for name, span in only.unknown if not known[name]]
        for name, span in spans:
            yield UnknownFilter(name, text[slice(*span)], without_filter(text, span[0]))

    def _search(
        self, query: ParsedQuery, filters: Filters, leniency: Leniency = Leniency.EXACT
    ) -> Ranking:
        return self._engine.search(self._builder.passages(query, filters, leniency), WINDOW)

    def _leniencies(self, query: ParsedQuery, misspelled: frozenset[int]) -> Iterator[Leniency]:
        if misspelled:
            yield Leniency.MISSPELLED
        if len(query.clauses) > 1 or query.clauses[0].phrase:
            yield Leniency.SOME_WORDS

    def _corrections(self, text: str, query: ParsedQuery) -> Iterator[str]:
        """What the query may have been meant to be, likeliest first."""
        unknown = [clause for clause in query.clauses if self._builder.is_unknown(clause)]
        if unknown:
            guess = corrected(text, unknown, self._lexicon.frequency, self._lexicon.similar)
            if guess is not None:
                yield guess
        elif len(query.clauses) > 1:
            yield from other_words(text, query.clauses, self._lexicon, most_wrong=2)

    def _suggestion(
        self, text: str, query: ParsedQuery, filters: Filters, found: int
    ) -> str | None:
        """A query with a name in place of a rare word that is a letter off, if it finds more."""
        if found >= _LITTLE:
            return None
        for guess in other_words(text, query.clauses, self._lexicon, most_wrong=1):
            if len(self._search(self._parsed(guess), filters).found) > found:
                return guess
        return None
