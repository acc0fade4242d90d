"""Finds the other spellings of the Korean names in a query that the index has.

In both directions, and between two romanisations: 김소연 and "kim soyoun" find each other and
"Kim So-yeon".
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from bot.core.folding import is_paired, units
from bot.search.hangul import is_hangul
from bot.search.query import Clause, NameSpan, ParsedQuery, SpellingVariant
from bot.search.romanising import (
    full_name_readings,
    hangul_readings,
    romanisations,
    surname_and_given_name,
)

Frequency = Callable[[str], int]
"""The number of passages that contain a word, or a pair of syllables."""

_READINGS = 6
_VARIANTS = 4
_ADJACENT = 2
_LONGEST_NAME = 3
_ROMANISATIONS = 24
"""Romanisations of each reading of a romanised word that are looked up, the commonest first."""


def with_variants(query: ParsedQuery, frequency: Frequency) -> ParsedQuery:
    """The query with the other spellings of its names that the index has."""
    only = query.only
    if only.artists:
        artists = tuple(_name_with_variants(artist, frequency) for artist in only.artists)
        only = replace(only, artists=artists)
    return replace(
        query,
        clauses=tuple(_with_variants(clause, frequency) for clause in query.clauses),
        only=only,
        names=tuple(_name_spans(query.clauses, frequency)),
    )


def _name_with_variants(name: Clause, frequency: Frequency) -> Clause:
    words = _of_words(
        name.others if len(name.parts) > 1 else (*name.parts, *name.others), frequency
    )
    return replace(name, variants=(*words, *_of_name(name.parts, frequency)))


def _with_variants(clause: Clause, frequency: Frequency) -> Clause:
    if clause.phrase or (len(clause.parts) > 1 and not clause.others):
        return clause
    words = clause.others if len(clause.parts) > 1 else (*clause.parts, *clause.others)
    variants = tuple(_of_words(words, frequency))
    return replace(clause, variants=variants) if variants else clause


def _of_words(words: Iterable[str], frequency: Frequency) -> Iterator[SpellingVariant]:
    for word in words:
        yield from (_of_hangul(word, frequency) if is_hangul(word) else _of_latin(word, frequency))


def _of_hangul(word: str, frequency: Frequency) -> Iterator[SpellingVariant]:
    if len(word) < 2:
        return
    whole = _known(romanisations(word), frequency)
    if whole:
        yield SpellingVariant((whole,))
    yield from _two_words(word, frequency)
    name = surname_and_given_name(word)
    if name is not None:
        yield from _full_name(*name, frequency)


def _of_latin(word: str, frequency: Frequency) -> Iterator[SpellingVariant]:
    readings = hangul_readings(word)[:_READINGS]
    found = [reading for reading in readings if _is_known(reading, frequency)]
    spellings = [one for reading in readings for one in romanisations(reading)[:_ROMANISATIONS]]
    other = _known((one for one in dict.fromkeys(spellings) if one != word), frequency)
    for slot in (tuple(found[:_VARIANTS]), other):
        if slot:
            yield SpellingVariant((slot,))
    if not frequency(word):
        for reading in readings[:_ADJACENT]:
            yield from _two_words(reading, frequency)


def _full_name(surname: str, given: str, frequency: Frequency) -> Iterator[SpellingVariant]:
    """Romanised, the surname first or last; a given name of one syllable only next to it."""
    surnames = _known(romanisations(surname, surname=True), frequency)
    givens = _known(romanisations(given), frequency)
    if surnames:
        yield from _two_words(given, frequency, surnames[:_ADJACENT])
    if surnames and givens and len(given) > 1:
        yield SpellingVariant((surnames, givens))
    elif surnames and givens:
        yield SpellingVariant((surnames[:_ADJACENT], givens[:_ADJACENT]), adjacent=True)


def _two_words(
    given: str, frequency: Frequency, *before: tuple[str, ...]
) -> Iterator[SpellingVariant]:
    """A given name whose two syllables are romanised as two words."""
    if len(given) == 2:
        words = (_known(romanisations(one), frequency)[:_ADJACENT] for one in given)
        slots = (*before, *words)
        if all(slots):
            yield SpellingVariant(slots, adjacent=True)


def _name_spans(clauses: Sequence[Clause], frequency: Frequency) -> Iterator[NameSpan]:
    """Neighbouring clauses that are one name together."""
    for start in range(len(clauses)):
        for end in range(start + 2, min(start + _LONGEST_NAME, len(clauses)) + 1):
            span = clauses[start:end]
            if not any(clause.phrase for clause in span):
                found = _of_name(["".join(clause.parts) for clause in span], frequency)
                if found:
                    yield NameSpan(start, end, found)


def _of_name(words: Sequence[str], frequency: Frequency) -> tuple[SpellingVariant, ...]:
    """A romanised name of several words: surname first or last, or a given name in two."""
    if not 2 <= len(words) <= _LONGEST_NAME or not all(word.isascii() for word in words):
        return ()
    found: dict[SpellingVariant, None] = {}
    for name in full_name_readings(words):
        if _is_known("".join(name), frequency):
            found[SpellingVariant((("".join(name),),))] = None
        if len(name[1]) > 1:
            found.update(dict.fromkeys(_full_name(*name, frequency)))
    if len(words) == 2:
        found.update(dict.fromkeys(_of_latin("".join(words), frequency)))
    return tuple(found)


def _known(words: Iterable[str], frequency: Frequency) -> tuple[str, ...]:
    """Those of `words` that the index has, in their order."""
    return tuple(islice((word for word in words if frequency(word) > 0), _VARIANTS))


def _is_known(word: str, frequency: Frequency) -> bool:
    return is_paired(word) and all(frequency(unit) > 0 for unit in units(word)[:-1])
