"""Completes titles and names at each keystroke, from an immutable snapshot in memory. Pure.

Hangul words are compared by their letters in the order of typing (``hangul.letters``), so that a
word is completed while its last syllable is still being typed.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from heapq import nsmallest
from itertools import islice
from operator import and_
from typing import Generic, NamedTuple, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.folding import (
    compounds,
    fold,
    is_paired,
    joined_names,
    letters_forgiven,
    letters_forgiven_as_typed,
    spellings,
    squashed,
    word_texts,
)
from bot.search.hangul import letters
from bot.search.romanising import full_name_readings, in_other_script, romanisations

# Bounds of one completion, so that each takes a few milliseconds at most.
_MOST_WORDS = 8
_LONGEST_TYPED = 100
_SIMILAR = 3
_SHORT = 3
_REMEMBERED = 256
_FEW = 25
_LAST_CHARACTER = "\U0010ffff"

T = TypeVar("T")


class Choice(NamedTuple, Generic[T]):
    """What can be chosen (an interview, an artist), and the texts to find it by."""

    value: T
    title: str
    names: Sequence[str]


class _Matches(NamedTuple):
    """The numbers of the choices that have a typed word as a whole word of a name, as the
    beginning of a word of a name, as a whole word of name or title, and in any way."""

    whole_name: frozenset[int] = frozenset()
    name: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    any: frozenset[int] = frozenset()


_Typed = tuple[tuple[str, ...], ...]
"""A typed word: the alternatives that it may stand for, of each of which all words are needed."""


class _Words:
    """Words, and the numbers of the choices that have each."""

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        found: dict[str, list[int]] = {}
        for word, number in words:
            found.setdefault(word, []).append(number)
        # Unlike lists, tuples of numbers are not looked through for garbage.
        self.numbers = {word: tuple(numbers) for word, numbers in found.items()}
        self._sorted = sorted(self.numbers)
        self._sorted_numbers = [self.numbers[word] for word in self._sorted]

    def equal_to(self, word: str) -> frozenset[int]:
        return frozenset(self.numbers.get(word, ()))

    def beginning_with(self, prefix: str) -> frozenset[int]:
        first = bisect_left(self._sorted, prefix)
        last = bisect_left(self._sorted, prefix + _LAST_CHARACTER, lo=first)
        return frozenset().union(*self._sorted_numbers[first:last])


class Completer(Generic[T]):
    """Completes to the choices of one moment. Build a new one when something changed."""

    def __init__(self, choices: Iterable[Choice[T]] = ()) -> None:
        """`choices` come newest first."""
        self._values: list[T] = []
        names: list[tuple[str, int]] = []
        titles: list[tuple[str, int]] = []
        for number, choice in enumerate(choices):
            self._values.append(choice.value)
            title = fold(choice.title)
            titles += ((word, number) for word in {*word_texts(title), *squashed(title)})
            names += ((word, number) for word in _words_of_names(choice.names))
        self._names = _Words((letters(word), number) for word, number in names)
        self._titles = _Words((letters(word), number) for word, number in titles)
        self._inner = _Words(
            (letters(word[start:]), number)
            for word, number in (*names, *titles)
            if is_paired(word)
            for start in range(1, len(word))
        )
        self._words = sorted({*self._names.numbers, *self._titles.numbers})
        # One completion asks twice, and the next keystroke again for all words but the last.
        self._near = lru_cache(maxsize=_REMEMBERED)(self._look_for_near)

    def complete(self, typed: str, limit: int) -> list[T]:
        """The choices that `typed` may become, best first; the newest for "".

        Each word typed begins a word of title or names. Where one begins none, a wrong letter is
        forgiven, in long words two, but never the first.
        """
        folded = fold(typed[:_LONGEST_TYPED])
        words = _typed_words(folded)[:_MOST_WORDS]
        if limit <= 0 or not words:
            return self._values[: max(0, limit)]
        matches = [self._matches(word) for word in words]
        joined = self._joined(word_texts(folded))
        if not joined.any | _all(match.any for match in matches):
            near = map(self._misspelled, words)
            matches = [_either(pair) for pair in zip(matches, near, strict=True)]
        ranked: dict[int, None] = {}
        for tier in _tiers(matches, joined):
            ranked.update(dict.fromkeys(sorted(tier)))
            if len(ranked) >= limit:
                break
        return [self._values[number] for number in islice(ranked, limit)]

    def similar(self, word: str) -> list[str]:
        """The words of titles and names that `word` may be a misspelling of, nearest first.

        Of its first two letters one begins the other word, too.
        """
        most = letters_forgiven(word)
        if not most:
            return []
        words = [one for letter in {*word[:2]} for one in self._beginning_with_letter(letter)]
        found = process.extract(word, words, scorer=OSA.distance, score_cutoff=most, limit=None)
        return self._nearest({near: int(distance) for near, distance, _ in found if near != word})

    # ---------------------------------------------------------------- one typed word

    def _joined(self, words: Sequence[str]) -> _Matches:
        """Words that begin with several typed ones written as one."""
        if len(words) < 2:
            return _Matches()
        names = map("".join, full_name_readings(words))
        return _either(map(self._beginning, ("".join(words), *names)))

    def _matches(self, typed: _Typed) -> _Matches:
        return _either(_both(map(self._matches_of_word, words)) for words in typed)

    def _misspelled(self, typed: _Typed) -> _Matches:
        return _either(_both(map(self._matches_of_misspelled, words)) for words in typed)

    def _matches_of_word(self, word: str) -> _Matches:
        found = self._beginning(word)
        if len(found.any) < _FEW:
            found = _either((found, *map(self._beginning, in_other_script([word]))))
            if len(word) == 1:
                found = _either((found, self._surname(word)))
        return found if found.any else self._matches_of_misspelled(word)

    def _beginning(self, word: str) -> _Matches:
        """Words that begin so; in Hangul, also those that have it within."""
        typed = letters(word)
        whole_name, name = self._names.equal_to(typed), self._names.beginning_with(typed)
        found = name | self._titles.beginning_with(typed)
        if is_paired(word):
            found |= self._inner.beginning_with(typed)
        return _Matches(whole_name, name, whole_name | self._titles.equal_to(typed), found)

    def _surname(self, syllable: str) -> _Matches:
        words = romanisations(syllable, surname=True)
        names = _any(self._names.equal_to(word) for word in words)
        titles = _any(self._titles.equal_to(word) for word in words)
        return _Matches(name=names, any=names | titles)

    def _matches_of_misspelled(self, word: str) -> _Matches:
        """Words that begin so but for one or two wrong letters after the first."""
        other = islice(in_other_script([word]), _SIMILAR) if is_paired(word) else ()
        near = [one for spelling in (word, *other) for one in self._near(spelling)]
        name = _any(self._names.equal_to(one) for one in near)
        return _Matches(name=name, any=name | _any(self._titles.equal_to(one) for one in near))

    def _look_for_near(self, word: str) -> list[str]:
        """The words, as letters, that begin so but for one or two wrong letters after the first.

        In a short word a letter may be missing or swapped with the next, but no other one.
        """
        most, typed = letters_forgiven_as_typed(word), letters(word)
        if not most:
            return []
        wrong: dict[str, int] = {}
        alike = self._beginning_with_letter(typed[0])
        for length in (len(typed), len(typed) + 1):
            beginnings = [one[:length] for one in alike]
            found = process.extract(
                typed, beginnings, scorer=OSA.distance, score_cutoff=most, limit=None
            )
            for beginning, distance, number in found:
                if len(typed) > _SHORT or set(typed) <= set(beginning):
                    near = alike[number]
                    wrong[near] = min(int(distance), wrong.get(near, most))
        return self._nearest(wrong)

    def _beginning_with_letter(self, letter: str) -> list[str]:
        first = bisect_left(self._words, letter)
        last = bisect_left(self._words, letter + _LAST_CHARACTER, lo=first)
        return self._words[first:last]

    def _nearest(self, wrong: Mapping[str, int]) -> list[str]:
        """The words with the fewest wrong letters, the most frequent first."""
        return nsmallest(
            _SIMILAR, wrong, key=lambda near: (wrong[near], -self._frequency(near), near)
        )

    def _frequency(self, word: str) -> int:
        lists = (words.numbers.get(word, ()) for words in (self._names, self._titles))
        return sum(map(len, lists))


def _words_of_names(names: Sequence[str]) -> set[str]:
    folded = [fold(name) for name in names]
    words = (word for name in folded for word in (*word_texts(name), *squashed(name)))
    return {*words, *joined_names(names)}


def _tiers(matches: Sequence[_Matches], joined: _Matches) -> Iterator[frozenset[int]]:
    """The choices that have all words, the likeliest first.

    Whole names before beginnings of names, names before titles, whole words before beginnings.
    """
    everything = joined.any | _all(match.any for match in matches)
    yield joined.whole_name | _all(match.whole_name for match in matches)
    yield joined.name | _all(match.name for match in matches)
    yield everything & _any(match.whole_name for match in matches)
    yield everything & _any(match.name for match in matches)
    yield everything & _all(match.whole for match in matches)
    yield everything


def _typed_words(folded: str) -> list[_Typed]:
    """The words typed, in order; of a compound its other spellings.

    Its parts count apart, too, unless one of them is a single letter or a sign stands for a letter
    (K!TE): what merely begins with such parts has nothing in common with it.
    """
    found: list[_Typed] = []
    end = 0
    for start, stop, compound in compounds(folded):
        parts, others = word_texts(compound), spellings(compound)
        found += [((word,),) for word in word_texts(folded[end:start])]
        is_split = len(others) < 2 and len(parts) > 1 and min(map(len, parts)) > 1
        apart = [tuple(parts)] if is_split or not others else []
        found.append((*((word,) for word in others), *apart))
        end = stop
    return found + [((word,),) for word in word_texts(folded[end:])]


def _any(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*sets)


def _all(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return reduce(and_, sets)


def _either(some: Iterable[_Matches]) -> _Matches:
    return _Matches(*map(_any, zip(*some, strict=True)))


def _both(some: Iterable[_Matches]) -> _Matches:
    return _Matches(*map(_all, zip(*some, strict=True)))
