"""Guesses what was meant by words that no text has. Pure but for lookups."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from string import ascii_lowercase

from rapidfuzz.distance import OSA

from bot.core.folding import fold, folded_with_origins, is_paired, pairs, word_texts, words
from bot.search.hangul import is_hangul, typed_in_hangul, typed_in_latin, variants
from bot.search.lexicon import Lexicon, is_known
from bot.search.query import Clause
from bot.search.romanising import romanisations, surname_and_given_name

Frequency = Callable[[str], int]
Similar = Callable[[str], Sequence[str]]

_LONGEST = 16
_LONGEST_HANGUL = 6
_ROMANISATIONS = 3

_RARE = 5
"""The most passages with a known word that may still be another one, misspelled."""

_GUESSES = 3
"""The number of known words that are tried as misspellings."""


def corrected(
    query: str, clauses: Sequence[Clause], frequency: Frequency, similar: Similar
) -> str | None:
    """The query with the unknown words of these clauses replaced by what was probably meant.

    ``None`` if nothing is known that may be meant.
    """
    meant: dict[str, str] = {}
    for clause in clauses:
        meant |= _meant(query, clause, frequency, similar)
    guess = replaced(query, meant, (clause.span for clause in clauses))
    return None if word_texts(fold(guess)) == word_texts(fold(query)) else guess


def other_words(
    query: str, clauses: Sequence[Clause], lexicon: Lexicon, *, most_wrong: int
) -> Iterator[str]:
    """The query with each rare word, the rarest first, as a name with a few other letters."""
    words_ = [
        (frequency, clause)
        for clause in clauses
        if len(clause.parts) == 1 and not clause.phrase
        if 0 < (frequency := lexicon.frequency(clause.parts[0])) <= _RARE
    ]
    for _, clause in sorted(words_, key=lambda found: found[0])[:_GUESSES]:
        (word,) = clause.parts
        for near in lexicon.similar(word)[:1]:
            if OSA.distance(word, near) <= most_wrong:
                yield replaced(query, {word: near}, [clause.span])


def _meant(query: str, clause: Clause, frequency: Frequency, similar: Similar) -> dict[str, str]:
    """What the unknown words of a clause were probably meant to be.

    A word as it would be on the other keyboard, if that is known. Else each of its parts, and if
    one of these stays unknown, the compound as one word.
    """
    typed = query[slice(*clause.span)]
    for other in filter(None, (typed_in_hangul(typed), typed_in_latin(typed))):
        if len(clause.parts) == 1 and len(other) > 1 and is_known(other, frequency):
            return {clause.parts[0]: other}
    unknown = [part for part in clause.parts if not is_known(part, frequency)]
    meant = {part: near for part in unknown if (near := nearest(part, frequency, similar))}
    if clause.phrase or len(clause.parts) == 1 or (meant and len(meant) == len(unknown)):
        return meant
    joined = "".join(clause.parts)
    near = nearest(joined, frequency, similar)
    return {joined: near} if near else {}


def nearest(word: str, frequency: Frequency, similar: Similar) -> str | None:
    """The known word that `word`, which is unknown, was probably meant to be.

    A name or a word of a title with one wrong letter, else the most frequent word with one wrong
    letter, else a name with two. `similar` returns the words of names and titles.
    """
    if is_paired(word):
        return _nearest_hangul(word, frequency) or _nearest_romanised(word, similar)
    if len(word) < 3 or not word.isascii():
        return None
    named = next(iter(similar(word)), None)
    if named is not None and OSA.distance(word, named) <= 1:
        return named
    if 4 <= len(word) <= _LONGEST:
        found = max(_one_letter_off(word), key=frequency)
        if frequency(found) > 0:
            return found
    return named


def _one_letter_off(word: str) -> Iterator[str]:
    """All words with one letter less, other, more, or swapped with the next."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in ascii_lowercase:
            yield before + letter + after
            if after and letter != after[0]:
                yield before + letter + after[1:]


def _nearest_hangul(word: str, frequency: Frequency) -> str | None:
    """The word in the most passages that has one letter of one syllable other."""
    if not is_hangul(word) or not 2 <= len(word) <= _LONGEST_HANGUL:
        return None
    found = {
        meant: min(map(frequency, pairs(meant)))
        for at, syllable in enumerate(word)
        for other in variants(syllable)
        if (meant := word[:at] + other + word[at + 1 :]) != word
    }
    best = max(found, key=lambda meant: found[meant], default=None)
    return best if best is not None and found[best] > 0 else None


def _nearest_romanised(word: str, similar: Similar) -> str | None:
    """The romanised given name that is meant by a name in Hangul with a wrong letter."""
    name = surname_and_given_name(word)
    for given in (word, *(name[1:] if name else ())):
        for spelling in romanisations(given)[:_ROMANISATIONS] if len(given) > 1 else ():
            for near in similar(spelling)[:1]:
                if OSA.distance(spelling, near) <= 1:
                    return near
    return None


def replaced(query: str, meant: Mapping[str, str], spans: Iterable[tuple[int, int]]) -> str:
    """`query` with the words that were meant otherwise replaced within these spans of it."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted(set(spans)):
        if start >= at:
            pieces += [query[at:start], _replaced(query[start:end], meant)]
            at = end
    return "".join([*pieces, query[at:]])


def _replaced(piece: str, meant: Mapping[str, str]) -> str:
    piece = unicodedata.normalize("NFC", piece)
    folded, origins = folded_with_origins(piece)
    found = list(words(folded))
    # A word that is written with signs within is replaced as a whole.
    joined = "".join(word for word, _, _ in found)
    if len(found) > 1 and joined in meant and not any(word in meant for word, _, _ in found):
        return meant[joined]
    pieces: list[str] = []
    at = 0
    for word, start, end in found:
        if word in meant:
            pieces += [piece[at : origins[start]], meant[word]]
            at = origins[end - 1] + 1
    return "".join([*pieces, piece[at:]])
