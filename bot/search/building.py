"""From what is wanted to the engine's queries. Nothing that a person typed is ever parsed by it.

A passage is found when each wish is met somewhere in it, and ranks by where: in the title and the
names, in the question, in the answer (BM25, weighted). When nothing is found, a query is built
again more forgivingly, step by step: see ``Leniency``.

A wish is one flat list of alternatives, for the engine skips what can't rank among the best (the
blocks of WAND) only where a query is nothing but words side by side.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import islice, product

from tantivy import Occur, Query, Schema, TextAnalyzer

from bot.search.fields import WEIGHTS, Lexicon
from bot.search.folding import is_paired, pairs, units
from bot.search.names import heard
from bot.search.wanted import Heard, Wanted, Wish

# What a less certain match counts beside a certain one.
_OTHER_SPELLING = 0.9
_HEARD = 0.7
_BEGINNING = 0.6
_ALSO_BEGINNING = 0.1
_SIMILAR = 0.8
_APART = 0.3
_ANYWHERE = 0.2

_EXPANSIONS = 4
_LONGEST_JOIN = 4
_READINGS = 4
_PHRASES = 4
_LONG_BEGINNING = 8
_LOOKED_FOR = 2
_SCORED = 2
_SOME = 6

PLENTY = 200
"""Passages with a word as it was typed from which on it is no longer taken for a beginning: as
many as one search ranks (``index.WINDOW``), so that none of the others would be seen."""

_EVERYWHERE = 0.2
"""The share of all passages from which on a word says little of what is looked for."""


class Leniency(IntEnum):
    """How far what is found may be from what was typed."""

    EXACT = 0
    MISSPELLED = 1
    SOME_WORDS = 2


@dataclass(frozen=True)
class Builder:
    """Builds queries for one schema and one moment's lexicon.

    What takes the engine several times as long is only looked for with `thorough`: of words that
    begin like the last wish all instead of the commonest, of phrases that are frequent those in
    old answers, too.
    """

    schema: Schema
    stemmer: TextAnalyzer
    lexicon: Lexicon
    thorough: bool = False
    _hopeless: dict[str, bool] = field(default_factory=dict)

    def understood(self, wanted: Wanted) -> Wanted:
        """`wanted` with the other spellings of its names that some text has."""
        return heard(wanted, self.lexicon.frequency)

    def misspelled(self, wanted: Wanted) -> frozenset[int]:
        """The places of the wishes that no text has as they are: only these may be misspelled."""
        return frozenset(
            place for place, wish in enumerate(wanted.wishes) if self._is_unknown(wish)
        )

    def steps(self, wanted: Wanted) -> list[Leniency]:
        """The leniencies beyond ``EXACT`` that may find something for `wanted`, strictest first."""
        misspelled = [Leniency.MISSPELLED] if self.misspelled(wanted) else []
        if len(wanted.wishes) == 1 and not wanted.wishes[0].phrase:
            return misspelled
        hopeless = sum(self._is_hopeless(wish) for wish in wanted.wishes)
        if hopeless:
            return [] if hopeless == len(wanted.wishes) else [Leniency.SOME_WORDS]
        return [*misspelled, Leniency.SOME_WORDS]

    def is_hasty(self, wanted: Wanted) -> bool:
        """Whether a thorough search may find more."""
        return any(
            len(self._begun(wish)) > _EXPANSIONS or self._is_frequent(wish.parts)
            for wish in wanted.wishes
        )

    def query(self, wanted: Wanted, leniency: Leniency) -> Query:
        """What finds the wishes of `wanted`, of which there is at least one."""
        if leniency is Leniency.SOME_WORDS:
            return self._some(wanted.wishes)
        return _any([self._all(reading, leniency) for reading in self._readings(wanted)])

    def unwanted(self, wanted: Wanted) -> list[Query]:
        return [_any(self._wish(wish, Leniency.EXACT)) for wish in wanted.unwanted]

    def _is_unknown(self, wish: Wish) -> bool:
        if len(wish.parts) != 1 or wish.is_heard:
            return False
        if is_paired(wish.parts[0]):
            return True
        known = any(self.lexicon.frequency(word) for word in (*wish.parts, *wish.others))
        return not known and not (wish.prefix and self.lexicon.beginning_with(wish.prefix, 1))

    def _is_hopeless(self, wish: Wish) -> bool:
        """Whether no text has the word, nor any that it may be a misspelling of.

        Of more than a few, nobody looks: each takes the engine as long as a whole search.
        """
        if not self._is_unknown(wish) or is_paired(wish.parts[0]):
            return False
        (word,) = wish.parts
        if word not in self._hopeless:
            if len(self._hopeless) >= _LOOKED_FOR:
                return True
            fuzzy = self._fuzzy(wish)
            known = self.lexicon.similar(word) or (fuzzy and self.lexicon.finds(fuzzy))
            self._hopeless[word] = not known
        return self._hopeless[word]

    def _readings(self, wanted: Wanted) -> Iterator[tuple[Wish, ...]]:
        """The wishes as typed, and with neighbours read as the one word or name they make."""
        return islice(self._all_readings(wanted), _READINGS)

    def _all_readings(self, wanted: Wanted) -> Iterator[tuple[Wish, ...]]:
        wishes = wanted.wishes
        yield wishes
        for run in wanted.names:
            yield (*wishes[: run.start], Wish((), heard=run.heard), *wishes[run.end :])
        for start in range(len(wishes)):
            for end in range(start + 2, min(start + _LONGEST_JOIN, len(wishes)) + 1):
                together = wishes[start:end]
                if any(wish.phrase or len(wish.parts) > 1 for wish in together):
                    continue
                joined = "".join(wish.parts[0] for wish in together)
                if self.lexicon.frequency(units(joined)[0]) > 0:
                    prefix = joined if together[-1].prefix else ""
                    yield (*wishes[:start], Wish((joined,), prefix=prefix), *wishes[end:])

    def _all(self, wishes: Sequence[Wish], leniency: Leniency) -> Query:
        silent = self._silent(wishes)
        return _every(
            [
                self._somewhere(wish) if wish in silent else _any(self._wish(wish, leniency))
                for wish in wishes
            ]
        )

    def _silent(self, wishes: Sequence[Wish]) -> list[Wish]:
        """Those of many wishes that are everywhere: they hardly tell one passage from another."""
        if len(wishes) <= _SCORED:
            return []
        ranked = sorted(wishes, key=self._commonness)
        return [wish for wish in ranked[_SCORED:] if self._is_everywhere(wish)]

    def _somewhere(self, wish: Wish) -> Query:
        """The word as it is in any field: one list for the engine to go through instead of four."""
        found = Query.term_query(self.schema, "words", wish.parts[0], index_option="basic")
        return Query.const_score_query(found, 0.0)

    def _some(self, wishes: Sequence[Wish]) -> Query:
        """At least half of the wishes, without those that are everywhere where there are others."""
        wishes = [wish for wish in wishes if not self._is_hopeless(wish)] or wishes
        telling = [wish for wish in wishes if not self._is_everywhere(wish)] or wishes
        telling = sorted(telling, key=self._commonness)[:_SOME]
        queries = [_any(self._wish(wish, Leniency.SOME_WORDS)) for wish in telling]
        return Query.boolean_query(
            [(Occur.Should, query) for query in queries], math.ceil(len(queries) / 2)
        )

    def _is_everywhere(self, wish: Wish) -> bool:
        if len(wish.parts) != 1 or wish.others or wish.heard:
            return False
        return self._commonness(wish) > self.lexicon.passages * _EVERYWHERE

    def _commonness(self, wish: Wish) -> int:
        return min((self.lexicon.frequency(part) for part in wish.parts), default=0)

    def _wish(self, wish: Wish, leniency: Leniency) -> list[Query]:
        """The alternatives by which a wish is met."""
        if wish.phrase and leniency > Leniency.EXACT:
            parts = [_any(self._wish(Wish((part,)), leniency)) for part in wish.parts]
            return [_every(parts)]
        words = dict.fromkeys([wish.parts] if wish.parts else [], 1.0)
        words |= {(other,): _OTHER_SPELLING for other in wish.others}
        longer = [word for word in self._begun(wish) if word != wish.prefix]
        begun = _ALSO_BEGINNING if self.lexicon.frequency(wish.prefix) else _BEGINNING
        words |= {(word,): begun for word in longer[:_EXPANSIONS] if (word,) not in words}
        queries = self._spelled(words)
        if self.thorough and len(longer) > _EXPANSIONS:
            queries.append(self._beginning_with(self._prefix(wish)))
        for one in wish.heard:
            queries += self._heard(one)
        if not wish.phrase and len(wish.parts) > 1:
            queries += self._apart(wish, leniency)
        elif leniency > Leniency.EXACT and self._is_unknown(wish):
            queries += self._misspelled(wish)
        return queries

    def _spelled(self, weights: dict[tuple[str, ...], float]) -> list[Query]:
        """Words next to each other, in any field; each once, whatever words it is the stem of."""
        stems: dict[tuple[str, ...], tuple[tuple[str, ...], float]] = {}
        for words, weight in weights.items():
            stems.setdefault(self._terms(words), (words, weight))
        return [
            Query.boost_query(query, weight * WEIGHTS[field])
            for terms, (words, weight) in stems.items()
            for field, query in self._in_fields(terms, frequent=self._is_frequent(words))
        ]

    def _in_fields(self, terms: Sequence[str], *, frequent: bool) -> Iterator[tuple[str, Query]]:
        """The terms in each field.

        A phrase of frequent words takes long where there is much text: unless the search is
        thorough, it is looked for in the answers of the newest years only; and never in the head,
        which is the same in all passages of an interview, and whose title the first one has.
        """
        for field_ in WEIGHTS:
            phrase = self._phrase(field_, terms)
            if not frequent:
                yield field_, phrase
            elif field_ == "answer" and not self.thorough:
                newest = Query.term_set_query(self.schema, "facts", self.lexicon.newest_years)
                yield field_, _every([phrase, Query.const_score_query(newest, 0.0)])
            elif field_ != "head":
                yield field_, phrase

    def _is_frequent(self, words: Sequence[str]) -> bool:
        """Whether words are a phrase of which each is everywhere."""
        least = self.lexicon.passages * _EVERYWHERE
        return len(words) > 1 and all(self.lexicon.frequency(word) > least for word in words)

    def _terms(self, words: Sequence[str]) -> tuple[str, ...]:
        terms: list[str] = []
        for number, word in enumerate(words, 1):
            # A word's last syllable alone is a unit only where the text's word ends there too.
            last = number == len(words) and is_paired(word)
            terms += (pairs(word) if last else []) or units(word)
        return tuple(self._stem(term) for term in terms)

    def _phrase(self, field: str, terms: Sequence[str]) -> Query:
        if len(terms) == 1:
            return Query.term_query(self.schema, field, terms[0])
        positions: list[str | tuple[int, str]] = list(terms)
        return Query.phrase_query(self.schema, field, positions)

    def _beginning_with(self, prefix: str) -> Query:
        begun = Query.fuzzy_term_query(self.schema, "words", prefix, distance=0, prefix=True)
        return Query.const_score_query(begun, _ANYWHERE)

    def _begun(self, wish: Wish) -> list[str]:
        """The commonest words that begin as the wish does, or with its single syllable."""
        prefix = self._prefix(wish)
        # One more than are taken, and the prefix itself may be a word.
        return self.lexicon.beginning_with(prefix, _EXPANSIONS + 2) if prefix else []

    def _prefix(self, wish: Wish) -> str:
        if not wish.parts:
            return ""
        last = wish.parts[-1]
        if is_paired(last):
            return last if wish.prefix and len(wish.parts) == len(last) == 1 else ""
        if len(wish.prefix) < 2 or self.lexicon.frequency(wish.prefix) >= PLENTY:
            return ""
        return wish.prefix

    def _heard(self, one: Heard) -> list[Query]:
        if one.adjacent:
            combined = islice(product(*one.slots), _PHRASES)
            return self._spelled(dict.fromkeys(combined, _HEARD))
        slots = [self._spelled({(word,): _HEARD for word in slot}) for slot in one.slots]
        return slots[0] if len(slots) == 1 else [_every([_any(slot) for slot in slots])]

    def _apart(self, wish: Wish, leniency: Leniency) -> list[Query]:
        """A compound's words anywhere, unless they are so short that they are everywhere."""
        if leniency < Leniency.SOME_WORDS and min(map(len, wish.parts)) < 2:
            return []
        return [_every([_any(self._spelled({(part,): _APART})) for part in wish.parts])]

    def _misspelled(self, wish: Wish) -> list[Query]:
        (word,) = wish.parts
        if is_paired(word):
            return self._most_syllables(word)
        queries = self._spelled({(one,): _SIMILAR for one in self.lexicon.similar(word)})
        fuzzy = self._fuzzy(wish)
        return queries if fuzzy is None else [*queries, Query.const_score_query(fuzzy, _ANYWHERE)]

    def _fuzzy(self, wish: Wish) -> Query | None:
        (word,) = wish.parts
        distance = letters_forgiven(word)
        if not distance:
            return None
        # With two letters wrong, a short beginning would be that of a tenth of all words.
        begun = bool(wish.prefix) and (distance == 1 or len(word) >= _LONG_BEGINNING)
        return Query.fuzzy_term_query(self.schema, "words", word, distance=distance, prefix=begun)

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


def letters_forgiven(word: str) -> int:
    """How many letters of a word may be wrong: none of a short one, two of a long one at most."""
    if is_paired(word) or len(word) < 3:
        return 0
    return 2 if len(word) >= 5 else 1


def _any(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _every(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, query) for query in queries])
