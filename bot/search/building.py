"""From what is wanted to the engine's queries. Nothing that a person typed is ever parsed by it.

A passage is found when each wish is met somewhere in it, and ranks by where: in the title and the
names, in the question, in the answer (BM25, weighted). When nothing is found, a query is built
again more forgivingly, step by step: see ``Leniency``.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from tantivy import (
    Filter,
    Occur,
    Query,
    Schema,
    SchemaBuilder,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from bot.search.folding import is_paired, pairs, units
from bot.search.passages import OPENING, artist_fact, kind_fact, year_fact
from bot.search.results import Filters
from bot.search.wanted import Wanted, Wish

WEIGHTS = {"title": 3.0, "head": 3.0, "question": 2.0, "answer": 1.0}

# What a less certain match counts beside a certain one.
_OTHER_SPELLING = 0.9
_BEGINNING = 0.6
_SIMILAR = 0.8
_APART = 0.3
_ANYWHERE = 0.2

ANYTHING = Filters()

# Words by which interviews are alike: some, and none that is in more than a tenth of all passages.
_ALIKE_TERMS = 25
_ALIKE_SHARE = 0.1
_ALIKE_LEAST = 20

_EXPANSIONS = 4
_LONGEST_JOIN = 4


class Leniency(IntEnum):
    """How far what is found may be from what was typed."""

    EXACT = 0
    ONE_LETTER = 1
    TWO_LETTERS = 2
    SOME_WORDS = 3


class Lexicon(Protocol):
    """What the building asks of the words that there are."""

    def frequency(self, word: str) -> int:
        """In how many passages a word is."""
        ...

    def beginning_with(self, prefix: str, limit: int) -> Sequence[str]:
        """The most frequent words that begin so."""
        ...

    def similar(self, word: str) -> Sequence[str]:
        """Words of titles and names that `word` may be a misspelling of, nearest first."""
        ...


def stemmer() -> TextAnalyzer:
    """Cuts at spaces and stems English, as the fields with positions do."""
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer("english")).build()


def plain_analyzer() -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.whitespace()).build()


def schema() -> Schema:
    """The fields of a document: of a passage, ``passage`` being what is shown of it as JSON, or of
    the one document that has a ``state``.
    """
    builder = SchemaBuilder()
    for name in WEIGHTS:
        builder.add_text_field(name, tokenizer_name="stemmed", index_option="position")
    builder.add_text_field("words", tokenizer_name="plain", index_option="basic")
    builder.add_unsigned_field("interview", indexed=True, fast=True)
    builder.add_unsigned_field("turn", fast=True)
    builder.add_integer_field("listed_at", fast=True)
    builder.add_text_field("facts", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("passage", stored=True)
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


@dataclass(frozen=True)
class Builder:
    """Builds queries for one schema and one moment's lexicon."""

    schema: Schema
    stemmer: TextAnalyzer
    lexicon: Lexicon

    def misspelled(self, wanted: Wanted) -> frozenset[int]:
        """The places of the wishes that no text has as they are: only these may be misspelled."""
        return frozenset(
            place for place, wish in enumerate(wanted.wishes) if self._is_unknown(wish)
        )

    def steps(self, wanted: Wanted) -> list[Leniency]:
        """The leniencies that may find something for `wanted`, strictest first."""
        steps = [Leniency.EXACT]
        if self.misspelled(wanted):
            steps += [Leniency.ONE_LETTER, Leniency.TWO_LETTERS]
        if len(wanted.wishes) > 1 or wanted.wishes[0].phrase:
            steps.append(Leniency.SOME_WORDS)
        return steps

    def _is_unknown(self, wish: Wish) -> bool:
        if len(wish.parts) > 1:
            return False
        if is_paired(wish.parts[0]):
            return True
        known = any(self.lexicon.frequency(word) for word in (*wish.parts, *wish.others))
        return not known and not (wish.prefix and self.lexicon.beginning_with(wish.prefix, 1))

    def query(self, wanted: Wanted, leniency: Leniency, filters: Filters = ANYTHING) -> Query:
        """What finds `wanted`; ``wanted.empty`` finds nothing."""
        readings = [self._all(reading, leniency) for reading in self._readings(wanted.wishes)]
        found = _any(readings)
        needed = self._needed(filters)
        unwanted = [self._wish(wish, Leniency.EXACT) for wish in wanted.unwanted]
        if not needed and not unwanted:
            return found
        return Query.boolean_query(
            [
                (Occur.Must, found),
                *((Occur.Must, Query.const_score_query(query, 0.0)) for query in needed),
                *((Occur.MustNot, query) for query in unwanted),
            ]
        )

    def listing(self, filters: Filters) -> Query:
        """The first passage of each interview that `filters` leave."""
        return _every([self._fact(OPENING), *self._needed(filters)])

    def _needed(self, filters: Filters) -> list[Query]:
        needed = []
        if filters.artist is not None:
            spellings = [artist_fact(one) for one in sorted(filters.artist)]
            needed.append(Query.term_set_query(self.schema, "facts", spellings))
        if filters.kind is not None:
            needed.append(self._fact(kind_fact(filters.kind)))
        if filters.year is not None:
            needed.append(self._fact(year_fact(filters.year)))
        return needed

    def _fact(self, fact: str) -> Query:
        return Query.term_query(self.schema, "facts", fact, index_option="basic")

    def of_interview(self, interview_id: int) -> Query:
        return Query.term_query(self.schema, "interview", interview_id)

    def alike(
        self, interview_id: int, texts: Mapping[str, str], facts: Sequence[str], passages: int
    ) -> Query:
        """What other interviews' passages have in common with these texts, by field, and facts."""
        common = Query.more_like_this_document_fields_query(
            self.schema,
            {field: [text] for field, text in texts.items()},
            min_doc_frequency=2,
            max_doc_frequency=max(_ALIKE_LEAST, int(passages * _ALIKE_SHARE)),
            min_term_frequency=1,
            max_query_terms=_ALIKE_TERMS,
        )
        return Query.boolean_query(
            [
                (Occur.Should, common),
                *((Occur.Should, Query.const_score_query(self._fact(f), 1.0)) for f in facts),
                (Occur.MustNot, Query.term_query(self.schema, "interview", interview_id)),
            ]
        )

    def _readings(self, wishes: tuple[Wish, ...]) -> Iterator[tuple[Wish, ...]]:
        """The wishes as typed, and with neighbours read as the one word that they make."""
        yield wishes
        for start in range(len(wishes)):
            for end in range(start + 2, min(start + _LONGEST_JOIN, len(wishes)) + 1):
                run = wishes[start:end]
                if any(wish.phrase or len(wish.parts) > 1 for wish in run):
                    continue
                joined = "".join(wish.parts[0] for wish in run)
                if self.lexicon.frequency(units(joined)[0]) > 0:
                    prefix = joined if run[-1].prefix else ""
                    yield (*wishes[:start], Wish((joined,), prefix=prefix), *wishes[end:])

    def _all(self, wishes: tuple[Wish, ...], leniency: Leniency) -> Query:
        queries = [self._wish(wish, leniency) for wish in wishes]
        if len(queries) == 1:
            return queries[0]
        if leniency is Leniency.SOME_WORDS:
            return Query.boolean_query(
                [(Occur.Should, query) for query in queries], math.ceil(len(queries) / 2)
            )
        return Query.boolean_query([(Occur.Must, query) for query in queries])

    def _wish(self, wish: Wish, leniency: Leniency) -> Query:
        if wish.phrase and leniency >= Leniency.TWO_LETTERS:
            return _every(self._wish(Wish((part,)), leniency) for part in wish.parts)
        queries = [self._spelled(wish.parts)]
        queries += [_weighed(self._spelled((other,)), _OTHER_SPELLING) for other in wish.others]
        queries += self._begun(wish)
        if not wish.phrase:
            queries += self._apart(wish, leniency)
            if leniency > Leniency.EXACT and self._is_unknown(wish):
                queries += self._misspelled(wish, leniency)
        return _any(queries)

    def _spelled(self, parts: tuple[str, ...]) -> Query:
        """These words next to each other, in any field."""
        return _any(
            Query.boost_query(self._next_to_each_other(field, parts), weight)
            for field, weight in WEIGHTS.items()
        )

    def _next_to_each_other(self, field: str, parts: tuple[str, ...]) -> Query:
        terms: list[str | tuple[int, str]] = []
        for last, part in zip([False] * (len(parts) - 1) + [True], parts, strict=True):
            # A word's last syllable alone is a unit only where the text's word ends there too.
            terms += (pairs(part) or units(part)) if last and is_paired(part) else units(part)
        terms = [self._stem(str(term)) for term in terms]
        if len(terms) > 1:
            return Query.phrase_query(self.schema, field, terms)
        return Query.term_query(self.schema, field, terms[0])

    def _begun(self, wish: Wish) -> list[Query]:
        """Words that begin as the wish does, and those that hold a single syllable."""
        prefix = wish.prefix
        if is_paired(wish.parts[-1]):
            prefix = wish.parts[-1] if len(wish.parts) == len(wish.parts[-1]) == 1 else ""
        elif len(prefix) < 2:
            prefix = ""
        if not prefix:
            return []
        longer = [
            word
            for word in self.lexicon.beginning_with(prefix, _EXPANSIONS + 1)
            if word != prefix and word not in wish.others
        ]
        queries = [_weighed(self._spelled((word,)), _BEGINNING) for word in longer[:_EXPANSIONS]]
        anywhere = Query.fuzzy_term_query(self.schema, "words", prefix, distance=0, prefix=True)
        return [*queries, Query.const_score_query(anywhere, _ANYWHERE)]

    def _apart(self, wish: Wish, leniency: Leniency) -> list[Query]:
        """A compound's words anywhere, unless they are so short that they are everywhere."""
        if len(wish.parts) == 1:
            return []
        if leniency < Leniency.SOME_WORDS and min(map(len, wish.parts)) < 2:
            return []
        return [_weighed(_every(self._spelled((part,)) for part in wish.parts), _APART)]

    def _misspelled(self, wish: Wish, leniency: Leniency) -> list[Query]:
        (word,) = wish.parts
        if is_paired(word):
            return self._most_syllables(word)
        queries = [
            _weighed(self._spelled((similar,)), _SIMILAR) for similar in self.lexicon.similar(word)
        ]
        distance = letters_forgiven(word, leniency)
        if distance:
            fuzzy = Query.fuzzy_term_query(
                self.schema, "words", word, distance=distance, prefix=bool(wish.prefix)
            )
            queries.append(Query.const_score_query(fuzzy, _ANYWHERE))
        return queries

    def _most_syllables(self, word: str) -> list[Query]:
        found = pairs(word)
        if len(found) < 2:
            return []
        most = math.ceil(len(found) / 2)
        return [
            Query.boost_query(
                Query.boolean_query(
                    [(Occur.Should, Query.term_query(self.schema, field, pair)) for pair in found],
                    most,
                ),
                weight * _SIMILAR,
            )
            for field, weight in WEIGHTS.items()
        ]

    def _stem(self, word: str) -> str:
        stems = self.stemmer.analyze(word)
        return stems[0] if stems else word


def letters_forgiven(word: str, leniency: Leniency) -> int:
    """How many letters of a word may be wrong: none of a short one, two of a long one at most."""
    if leniency is Leniency.EXACT or is_paired(word) or len(word) < 3:
        return 0
    if leniency is Leniency.ONE_LETTER:
        return 1 if len(word) >= 4 else 0
    return 2 if len(word) >= 5 else 1


def _any(queries: "Iterator[Query] | Sequence[Query]") -> Query:
    queries = list(queries)
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _every(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _weighed(query: Query, weight: float) -> Query:
    return Query.boost_query(query, weight)
