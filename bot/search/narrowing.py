"""What a search leaves out, and what is like an interview, as the engine's queries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tantivy import Occur, Query, Schema

from bot.core.model import Topic
from bot.search.fields import Lexicon
from bot.search.folding import is_paired, pairs, units
from bot.search.passages import OPENING, artist_fact, kind_fact, year_fact
from bot.search.results import Filters
from bot.search.wanted import Narrowing, Wanted, Wish

# Words by which interviews are alike: some, and none that is in every fiftieth passage.
_ALIKE_TERMS = 25
_ALIKE_SHARE = 0.02
_ALIKE_LEAST = 20

_ALIKE_WEIGHTS = {"artist": 6.0, "tag": 2.0, "kind": 2.0}

_EARLIEST, _LATEST = 1990, 2100
"""Years between which a span of years is looked for; a magazine of the web has no others."""


@dataclass(frozen=True)
class Narrower:
    """Builds queries for one schema and one moment's lexicon."""

    schema: Schema
    lexicon: Lexicon

    def narrowed(
        self, found: Query, wanted: Wanted, filters: Filters, unwanted: Iterable[Query]
    ) -> Query:
        """`found`, as far as it is within the filters of both kinds, and nothing unwanted."""
        needed = [*self._filters(filters), *self._narrowing(wanted.only)]
        left_out = [*unwanted, *self._narrowing(wanted.without)]
        if not needed and not left_out:
            return found
        return Query.boolean_query(
            [
                (Occur.Must, found),
                *((Occur.Must, Query.const_score_query(query, 0.0)) for query in needed),
                *((Occur.MustNot, query) for query in left_out),
            ]
        )

    def openings(self) -> Query:
        """The first passage of each interview."""
        return self._fact(OPENING)

    def of_interview(self, interview_id: int) -> Query:
        return Query.term_query(self.schema, "interview", interview_id)

    def alike(self, interview_id: int, texts: Mapping[str, str], facts: Sequence[str]) -> Query:
        """What other interviews' passages have in common with these texts, by field, and facts.

        What many have in common ranks what is found, but finds nothing by itself.
        """
        words = Query.more_like_this_document_fields_query(
            self.schema,
            {field: [text] for field, text in texts.items()},
            min_doc_frequency=2,
            max_doc_frequency=max(_ALIKE_LEAST, int(self.lexicon.passages * _ALIKE_SHARE)),
            min_term_frequency=1,
            max_query_terms=_ALIKE_TERMS,
        )
        most = max(_ALIKE_LEAST, self.lexicon.passages * _ALIKE_SHARE)
        rare = [fact for fact in facts if self.lexicon.passages_with(fact) <= most]
        weighed = {fact: Query.boost_query(self._fact(fact), _weight(fact)) for fact in facts}
        return Query.boolean_query(
            [
                (Occur.Must, _any([words, *(weighed[fact] for fact in rare)])),
                *((Occur.Should, weighed[fact]) for fact in facts if fact not in rare),
                (Occur.MustNot, self.of_interview(interview_id)),
            ]
        )

    def is_known(self, artist: Wish) -> bool:
        """Whether any name of any interview is, or begins like, what was typed."""
        return any(self.lexicon.finds(query) for query in self._named(artist))

    def _filters(self, filters: Filters) -> Iterator[Query]:
        if filters.artist is not None:
            yield self._any_fact(artist_fact(one) for one in sorted(filters.artist))
        if filters.kind is not None:
            yield self._fact(kind_fact(filters.kind))
        if filters.year is not None:
            yield self._fact(year_fact(filters.year))

    def _narrowing(self, narrowing: Narrowing) -> Iterator[Query]:
        if narrowing.artists:
            yield _any([self._artist(wish) for wish in narrowing.artists])
        if narrowing.kinds:
            yield self._any_fact(kind_fact(Topic(kind)) for kind in narrowing.kinds)
        if narrowing.years:
            yield self._any_fact(
                year_fact(year) for first, last in narrowing.years for year in _years(first, last)
            )

    def _artist(self, wish: Wish) -> Query:
        """By whole words of names, where these are any; else by a name's beginning."""
        exact, begun = self._named(wish)
        return exact if self.lexicon.finds(exact) else begun

    def _named(self, wish: Wish) -> tuple[Query, Query]:
        spelled = [self._words(wish.parts), *(self._words((other,)) for other in wish.others)]
        heard = [
            _every([_any([self._words((word,)) for word in slot]) for slot in one.slots])
            for one in wish.heard
        ]
        return _any([*spelled, *heard]), self._begun(wish.parts)

    def _words(self, words: Sequence[str]) -> Query:
        # A word's last syllable alone is a unit only where the name's word ends there too.
        terms = [
            term for word in words for term in (is_paired(word) and pairs(word)) or units(word)
        ]
        return _every([Query.term_query(self.schema, "names", term, "basic") for term in terms])

    def _begun(self, words: Sequence[str]) -> Query:
        last = Query.fuzzy_term_query(self.schema, "names", words[-1], distance=0, prefix=True)
        return _every([self._words(words[:-1]), last]) if len(words) > 1 else last

    def _fact(self, fact: str) -> Query:
        return Query.term_query(self.schema, "facts", fact, index_option="basic")

    def _any_fact(self, facts: Iterable[str]) -> Query:
        return Query.term_set_query(self.schema, "facts", list(facts))


def _weight(fact: str) -> float:
    return _ALIKE_WEIGHTS.get(fact.partition(":")[0], 0.0)


def _years(first: int, last: int) -> Iterable[int]:
    return (first,) if first == last else range(max(first, _EARLIEST), min(last, _LATEST) + 1)


def _any(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _every(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, query) for query in queries])
