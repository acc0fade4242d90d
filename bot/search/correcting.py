"""What was probably meant by a word that no text has. Pure but for lookups."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from string import ascii_lowercase

from bot.search.folding import folded_with_origins, is_paired, pairs, words
from bot.search.marking import distance
from bot.search.romanising import is_hangul, parts_of, spellings_of

Frequency = Callable[[str], int]
Similar = Callable[[str], Sequence[str]]

_LONGEST = 16
_LONGEST_HANGUL = 6
_ROMANISED = 3
_FIRST_SYLLABLE = 0xAC00
_INITIALS, _VOWELS, _FINALS = 19, 21, 28
"""The Unicode Standard, 3.12: a syllable's code is of its initial, vowel and final."""


def nearest(word: str, frequency: Frequency, similar: Similar) -> str | None:
    """The known word that `word`, which is unknown, was probably meant to be.

    A name or a word of a title with a wrong letter rather than any other word, then the commonest
    word with a wrong letter, then a name with two. `similar` tells of names and titles.
    """
    if is_paired(word):
        return _nearest_hangul(word, frequency) or _nearest_romanised(word, similar)
    if len(word) < 3 or not word.isascii():
        return None
    named = next(iter(similar(word)), None)
    if named is not None and distance(word, named)[-1] <= 1:
        return named
    if 4 <= len(word) <= _LONGEST:
        found = max(_one_letter_off(word), key=frequency)
        if frequency(found) > 0:
            return found
    return named


def _one_letter_off(word: str) -> Iterator[str]:
    """All that `word` becomes by one letter less, other, more, or swapped with the next."""
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
    """With one letter of one syllable other, the word that is in most passages."""
    if not is_hangul(word) or not 2 <= len(word) <= _LONGEST_HANGUL:
        return None
    found: dict[str, int] = {}
    for at, syllable in enumerate(word):
        # The pairs that the change leaves as they are have to be known already.
        kept = [pair for place, pair in enumerate(pairs(word)) if place not in (at - 1, at)]
        if not all(frequency(pair) for pair in kept):
            continue
        for other in _one_part_other(syllable):
            meant = word[:at] + other + word[at + 1 :]
            changed = pairs(meant)[max(0, at - 1) : at + 1]
            found[meant] = min(frequency(pair) for pair in changed)
    best = max(found, key=lambda meant: found[meant], default=None)
    return best if best is not None and found[best] > 0 else None


def _nearest_romanised(word: str, similar: Similar) -> str | None:
    """The romanised given name that is meant by a name in Hangul with a wrong letter."""
    parts = parts_of(word)
    for given in (word, *((parts[1],) if parts else ())):
        for spelling in spellings_of(given)[:_ROMANISED]:
            for near in similar(spelling)[:1]:
                if len(given) > 1 and distance(spelling, near)[-1] <= 1:
                    return near
    return None


def _one_part_other(syllable: str) -> Iterator[str]:
    code = ord(syllable) - _FIRST_SYLLABLE
    final = code % _FINALS
    vowel = code // _FINALS % _VOWELS
    initial = code // (_FINALS * _VOWELS)
    for other in range(_INITIALS):
        yield _composed(other, vowel, final)
    for other in range(_VOWELS):
        yield _composed(initial, other, final)
    for other in range(_FINALS):
        yield _composed(initial, vowel, other)


def _composed(initial: int, vowel: int, final: int) -> str:
    return chr(_FIRST_SYLLABLE + (initial * _VOWELS + vowel) * _FINALS + final)


def replaced(query: str, meant: Mapping[str, str], spans: Iterable[tuple[int, int]]) -> str:
    """`query` with the words that were `meant` otherwise, within these pieces of it."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted(set(spans)):
        if start < at:
            continue
        pieces += [query[at:start], _replaced(query[start:end], meant)]
        at = end
    return "".join([*pieces, query[at:]])


def _replaced(piece: str, meant: Mapping[str, str]) -> str:
    piece = unicodedata.normalize("NFC", piece)
    folded, origins = folded_with_origins(piece)
    there = words(folded)
    # A word that is written with signs within is replaced as a whole.
    joined = "".join(word.text for word in there)
    if len(there) > 1 and joined in meant and not any(word.text in meant for word in there):
        return meant[joined]
    changed: list[str] = []
    at = 0
    for word in there:
        if word.text in meant:
            start, end = origins[word.start], origins[word.end - 1] + 1
            changed += [piece[at:start], meant[word.text]]
            at = end
    return "".join([*changed, piece[at:]])
