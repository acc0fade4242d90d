"""Builds the engine's queries. Nothing that a person typed is ever parsed by the engine.

A passage matches if each clause matches somewhere in it, and ranks by where: in title and names,
in the question, in the answer (BM25, weighted). If nothing is found, the query is built again
more leniently, step by step: see ``Leniency``.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import islice

from tantivy import Occur, Query, Schema, TextAnalyzer

from bot.core.folding import is_paired, letters_forgiven, pairs, units
from bot.search.fields import WEIGHTS
from bot.search.lexicon import Lexicon, is_known
from bot.search.passages import OPENING, artist_fact, topic_fact, year_fact
from bot.search.query import Clause, ParsedQuery, QueryFilters, SpellingVariant
from bot.search.results import Filters

# The weight of a less certain match, relative to the word as typed.
_OTHER_SPELLING = 0.9
_SIMILAR = 0.8
_VARIANT = 0.7
_BEGINNING = 0.6
_APART = 0.3
_ANYWHERE = 0.2
_ALSO_BEGINNING = 0.1

_EXPANSIONS = 4
_LONGEST_JOIN = 4
_READINGS = 4
_ADJACENT = 4
_LONG_BEGINNING = 8
_MOST_LENIENT_CLAUSES = 6

WINDOW = 200
"""Passages that one search ranks. A word that is in as many is not taken for a beginning too, for
none of the longer words would be seen."""

_EVERYWHERE = 0.2
"""The share of passages from which on a word says little about what is looked for."""

# Words by which interviews are alike: not in every fiftieth passage, unless there are few.
_ALIKE_WORDS = 25
_ALIKE_SHARE = 0.02
_ALIKE_LEAST = 20
_ALIKE_WEIGHTS = {"artist": 6.0, "tag": 2.0, "kind": 2.0}

_EARLIEST, _LATEST = 1990, 2100
"""The years that an open span of years reaches to."""


class Leniency(IntEnum):
    """How far what is found may be from what was typed."""

    EXACT = 0
    MISSPELLED = 1
    SOME_WORDS = 2


class QueryBuilder:
    """Builds queries for one schema and one moment's lexicon."""

    def __init__(self, schema: Schema, stemmer: TextAnalyzer, lexicon: Lexicon) -> None:
        self._schema = schema
        self._stemmer = stemmer
        self._lexicon = lexicon

    # ---------------------------------------------------------------- whole queries

    def passages(self, query: ParsedQuery, filters: Filters, leniency: Leniency) -> Query:
        """The passages that match a query of at least one clause."""
        if leniency is Leniency.SOME_WORDS:
            found = self._half_of(query.clauses)
        else:
            readings = islice(self._readings(query), _READINGS)
            found = _any([self._all_of(clauses, leniency) for clauses in readings])
        return self._filtered(found, query, filters)

    def openings(self, query: ParsedQuery, filters: Filters, excluded: Sequence[int]) -> Query:
        """The first passage of each interview that the filters leave, but for these interviews."""
        found = self._filtered(self._fact(OPENING), query, filters)
        if not excluded:
            return found
        others = Query.term_set_query(self._schema, "interview", excluded)
        return Query.boolean_query([(Occur.Must, found), (Occur.MustNot, others)])

    def excluded(self, query: ParsedQuery) -> Query | None:
        """The passages with words that a query excludes; ``None`` if it excludes none."""
        found = [_any(self._clause(clause, Leniency.EXACT)) for clause in query.excluded]
        return _any(found) if found else None

    def of_interview(self, interview_id: int) -> Query:
        return Query.term_query(self._schema, "interview", interview_id)

    def alike(self, interview_id: int, texts: Mapping[str, str], facts: Sequence[str]) -> Query:
        """The passages of other interviews with words of these texts, by field, and these facts.

        A fact that many interviews share ranks what is found, but finds nothing by itself.
        """
        most = max(_ALIKE_LEAST, int(self._lexicon.passages * _ALIKE_SHARE))
        words = Query.more_like_this_document_fields_query(
            self._schema,
            {field: [text] for field, text in texts.items()},
            min_doc_frequency=2,
            max_doc_frequency=most,
            min_term_frequency=1,
            max_query_terms=_ALIKE_WORDS,
        )
        weighted = {
            fact: Query.boost_query(
                self._fact(fact), _ALIKE_WEIGHTS.get(fact.partition(":")[0], 0.0)
            )
            for fact in facts
        }
        rare = [fact for fact in facts if self._lexicon.frequency_of_fact(fact) <= most]
        return Query.boolean_query(
            [
                (Occur.Must, _any([words, *(weighted[fact] for fact in rare)])),
                *((Occur.Should, weighted[fact]) for fact in facts if fact not in rare),
                (Occur.MustNot, self.of_interview(interview_id)),
            ]
        )

    # ---------------------------------------------------------------- what is known

    def is_unknown(self, clause: Clause) -> bool:
        """Whether no passage has one of its words, nor anything that it may stand for."""
        frequency = self._lexicon.frequency
        if clause.has_variant or all(is_known(part, frequency) for part in clause.parts):
            return False
        if clause.phrase:
            return True
        begun = clause.prefix and self._lexicon.beginning_with(clause.prefix, 1)
        return not begun and not any(is_known(other, frequency) for other in clause.others)

    def is_known_artist(self, name: Clause) -> bool:
        """Whether any name of any interview is, or begins with, what was typed."""
        return any(self._lexicon.finds(query) for query in self._named(name))

    def misspelled(self, query: ParsedQuery) -> frozenset[int]:
        """The numbers of the clauses that may be misspelled: those that no passage has."""
        return frozenset(
            number for number, one in enumerate(query.clauses) if self._may_be_misspelled(one)
        )

    def _may_be_misspelled(self, clause: Clause) -> bool:
        if len(clause.parts) != 1 or clause.has_variant:
            return False
        return is_paired(clause.parts[0]) or self.is_unknown(clause)

    # ---------------------------------------------------------------- clauses

    def _readings(self, query: ParsedQuery) -> Iterator[tuple[Clause, ...]]:
        """The clauses as typed, and with neighbours read as the one word or name they make."""
        clauses = query.clauses
        yield clauses
        for name in query.names:
            whole = Clause((), variants=name.variants)
            yield (*clauses[: name.start], whole, *clauses[name.end :])
        for start in range(len(clauses)):
            for end in range(start + 2, min(start + _LONGEST_JOIN, len(clauses)) + 1):
                neighbours = clauses[start:end]
                if any(one.phrase or len(one.parts) > 1 for one in neighbours):
                    continue
                joined = "".join(one.parts[0] for one in neighbours)
                if self._lexicon.frequency(units(joined)[0]) > 0:
                    whole = Clause((joined,), prefix=joined if neighbours[-1].prefix else "")
                    yield (*clauses[:start], whole, *clauses[end:])

    def _all_of(self, clauses: Sequence[Clause], leniency: Leniency) -> Query:
        return _every([_any(self._clause(clause, leniency)) for clause in clauses])

    def _half_of(self, clauses: Sequence[Clause]) -> Query:
        """At least half of the clauses; of those that say much, if there are any."""
        clauses = [one for one in clauses if not self._finds_nothing(one)] or clauses
        clauses = [one for one in clauses if not self._is_everywhere(one)] or clauses
        clauses = sorted(clauses, key=self._commonness)[:_MOST_LENIENT_CLAUSES]
        queries = [_any(self._clause(clause, Leniency.SOME_WORDS)) for clause in clauses]
        return Query.boolean_query(
            [(Occur.Should, query) for query in queries], math.ceil(len(queries) / 2)
        )

    def _finds_nothing(self, clause: Clause) -> bool:
        return not self._lexicon.finds(_any(self._clause(clause, Leniency.SOME_WORDS)))

    def _is_everywhere(self, clause: Clause) -> bool:
        if len(clause.parts) != 1 or clause.others or clause.variants:
            return False
        return self._commonness(clause) > self._lexicon.passages * _EVERYWHERE

    def _commonness(self, clause: Clause) -> int:
        return min((self._lexicon.frequency(part) for part in clause.parts), default=0)

    def _clause(self, clause: Clause, leniency: Leniency) -> list[Query]:
        """The alternatives by which a clause matches."""
        if clause.phrase and leniency > Leniency.EXACT:
            return [self._all_of([Clause((part,)) for part in clause.parts], leniency)]
        weights = {clause.parts: 1.0} if clause.parts else {}
        weights |= {(other,): _OTHER_SPELLING for other in clause.others}
        begun = _ALSO_BEGINNING if self._lexicon.frequency(clause.prefix) else _BEGINNING
        for word in self._expanded(clause):
            weights.setdefault((word,), begun)
        queries = self._weighted(weights)
        for variant in clause.variants:
            queries += self._variant(variant)
        if not clause.phrase and len(clause.parts) > 1:
            queries += self._apart(clause, leniency)
        elif leniency > Leniency.EXACT and self._may_be_misspelled(clause):
            queries += self._misspelled(clause)
        return queries

    def _expanded(self, clause: Clause) -> list[str]:
        """The most frequent words that begin with the clause's prefix, or its single syllable."""
        prefix = clause.prefix
        if not clause.parts or not prefix:
            return []
        if is_paired(clause.parts[-1]):
            too_common = len(clause.parts) > 1 or len(prefix) > 1
        else:
            too_common = len(prefix) < 2 or self._lexicon.frequency(prefix) >= WINDOW
        if too_common:
            return []
        found = self._lexicon.beginning_with(prefix, _EXPANSIONS + 1)
        return [word for word in found if word != prefix][:_EXPANSIONS]

    def _weighted(self, weights: Mapping[tuple[str, ...], float]) -> list[Query]:
        """Words next to each other in any field, each once for all words of the same stem."""
        stems: dict[tuple[str, ...], float] = {}
        for words, weight in weights.items():
            stems.setdefault(self._terms(words), weight)
        return [
            Query.boost_query(self._adjacent(field, terms), weight * WEIGHTS[field])
            for terms, weight in stems.items()
            for field in WEIGHTS
        ]

    def _terms(self, words: Sequence[str]) -> tuple[str, ...]:
        return tuple(
            self._stem(term)
            for number, word in enumerate(words, 1)
            for term in _units(word, is_last=number == len(words))
        )

    def _adjacent(self, field: str, terms: Sequence[str]) -> Query:
        if len(terms) == 1:
            return Query.term_query(self._schema, field, terms[0])
        positions: list[str | tuple[int, str]] = list(terms)
        return Query.phrase_query(self._schema, field, positions)

    def _stem(self, word: str) -> str:
        stems = self._stemmer.analyze(word)
        return stems[0] if stems else word

    def _variant(self, variant: SpellingVariant) -> list[Query]:
        if variant.adjacent:
            return self._weighted(dict.fromkeys(islice(variant.runs(), _ADJACENT), _VARIANT))
        slots = [self._weighted({(word,): _VARIANT for word in slot}) for slot in variant.slots]
        return slots[0] if len(slots) == 1 else [_every([_any(slot) for slot in slots])]

    def _apart(self, clause: Clause, leniency: Leniency) -> list[Query]:
        """A compound's words anywhere, unless they are so short that they are everywhere."""
        if leniency < Leniency.SOME_WORDS and min(map(len, clause.parts)) < 2:
            return []
        return [_every([_any(self._weighted({(part,): _APART})) for part in clause.parts])]

    def _misspelled(self, clause: Clause) -> list[Query]:
        (word,) = clause.parts
        if is_paired(word):
            return self._most_syllables(word)
        queries = self._weighted({(one,): _SIMILAR for one in self._lexicon.similar(word)})
        distance = letters_forgiven(word)
        if distance:
            # With two letters wrong, a short beginning would be that of a tenth of all words.
            begun = bool(clause.prefix) and (distance == 1 or len(word) >= _LONG_BEGINNING)
            fuzzy = Query.fuzzy_term_query(
                self._schema, "words", word, distance=distance, prefix=begun
            )
            queries.append(Query.const_score_query(fuzzy, _ANYWHERE))
        return queries

    def _most_syllables(self, word: str) -> list[Query]:
        """At least half of the pairs of a word's syllables."""
        found = pairs(word)
        if len(found) < 2:
            return []
        least = math.ceil(len(found) / 2)
        return [
            Query.boost_query(
                Query.boolean_query(
                    [(Occur.Should, self._adjacent(field, [pair])) for pair in found], least
                ),
                weight * _SIMILAR,
            )
            for field, weight in WEIGHTS.items()
        ]

    # ---------------------------------------------------------------- filters

    def _filtered(self, found: Query, query: ParsedQuery, filters: Filters) -> Query:
        needed = [*self._options(filters), *self._query_filters(query.only)]
        words = self.excluded(query)
        excluded = [*([words] if words else []), *self._query_filters(query.without)]
        if not needed and not excluded:
            return found
        return Query.boolean_query(
            [
                (Occur.Must, found),
                *((Occur.Must, Query.const_score_query(one, 0.0)) for one in needed),
                *((Occur.MustNot, one) for one in excluded),
            ]
        )

    def _options(self, filters: Filters) -> Iterator[Query]:
        if filters.artist is not None:
            yield self._any_fact(map(artist_fact, sorted(filters.artist)))
        if filters.kind is not None:
            yield self._fact(topic_fact(filters.kind))
        if filters.year is not None:
            yield self._fact(year_fact(filters.year))

    def _query_filters(self, filters: QueryFilters) -> Iterator[Query]:
        if filters.artists:
            yield _any([self._artist(name) for name in filters.artists])
        if filters.topics:
            yield self._any_fact(map(topic_fact, filters.topics))
        if filters.years:
            yield self._any_fact(
                year_fact(year) for first, last in filters.years for year in _years(first, last)
            )

    def _artist(self, name: Clause) -> Query:
        """By whole words of names if there are any, else by the beginning of a name."""
        exact, begun = self._named(name)
        return exact if self._lexicon.finds(exact) else begun

    def _named(self, name: Clause) -> tuple[Query, Query]:
        spelled = [self._in_names(name.parts), *(self._in_names((one,)) for one in name.others)]
        variants = [self._variant_in_names(variant) for variant in name.variants]
        last = Query.fuzzy_term_query(
            self._schema, "names", name.parts[-1], distance=0, prefix=True
        )
        whole = [self._in_names(name.parts[:-1])] if len(name.parts) > 1 else []
        return _any([*spelled, *variants]), _every([*whole, last])

    def _variant_in_names(self, variant: SpellingVariant) -> Query:
        """``names`` has no positions, but each run of a name's words as one word."""
        if variant.adjacent:
            return _any([self._in_names(("".join(run),)) for run in variant.runs()])
        return _every([_any([self._in_names((word,)) for word in slot]) for slot in variant.slots])

    def _in_names(self, words: Sequence[str]) -> Query:
        terms = [term for word in words for term in _units(word, is_last=True)]
        return _every([Query.term_query(self._schema, "names", term, "basic") for term in terms])

    def _fact(self, fact: str) -> Query:
        return Query.term_query(self._schema, "facts", fact, index_option="basic")

    def _any_fact(self, facts: Iterable[str]) -> Query:
        return Query.term_set_query(self._schema, "facts", list(facts))


def _units(word: str, *, is_last: bool) -> list[str]:
    """What a word is looked for as.

    The last syllable alone is a unit only where the text's word ends there, too, so that of the
    last word it is left out.
    """
    return (pairs(word) if is_last and is_paired(word) else []) or units(word)


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
