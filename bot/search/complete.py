"""Completes titles and names at each keystroke, from an immutable snapshot in memory. Pure.

Hangul words are compared by their letters in the order of typing (``hangul.letters``), so that a
word is completed while its last syllable is still being typed.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from itertools import islice, product
from operator import and_
from typing import Generic, NamedTuple, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.search.folding import (
    LONGEST,
    fold,
    is_paired,
    joined_names,
    letters_forgiven,
    squashed,
    word_texts,
)
from bot.search.hangul import letters
from bot.search.romanising import hangul_readings, romanisations, surname_and_given_name

# Bounds of one completion, so that each takes a few milliseconds at most.
_MOST_WORDS = 8
_LONGEST_TYPED = 100
_SIMILAR = 3
_REMEMBERED = 256
_LENGTHS = 12
_FEW = 25
_ROMANISATIONS = 24
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

    def joined(self, other: "_Matches") -> "_Matches":
        return _Matches(*(one | two for one, two in zip(self, other, strict=True)))


class _Words:
    """Words, and the numbers of the choices that have each."""

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        self.numbers: dict[str, list[int]] = {}
        for word, number in words:
            self.numbers.setdefault(word, []).append(number)
        self._sorted = sorted(self.numbers)

    def equal_to(self, word: str) -> frozenset[int]:
        return frozenset(self.numbers.get(word, ()))

    def beginning_with(self, prefix: str) -> frozenset[int]:
        first = bisect_left(self._sorted, prefix)
        last = bisect_left(self._sorted, prefix + _LAST_CHARACTER, lo=first)
        return frozenset().union(*(self.numbers[word] for word in self._sorted[first:last]))


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
        # One completion asks twice, and the next keystroke again for all words but the last.
        self._near = lru_cache(maxsize=_REMEMBERED)(self._look_for_near)
        self._beginnings = lru_cache(maxsize=_LENGTHS)(self._words_cut_at)
        self._spaced = sorted({word for word, _ in (*names, *titles) if not is_paired(word)})

    def complete(self, typed: str, limit: int) -> list[T]:
        """The choices that `typed` may become, best first; the newest for "".

        Each word typed begins a word of title or names. Where one begins none, up to two wrong
        letters are forgiven; where still nothing has them all, those that have most.
        """
        words = word_texts(fold(typed[:_LONGEST_TYPED]))[:_MOST_WORDS]
        if limit <= 0 or not words:
            return self._values[: max(0, limit)]
        matches = [self._matches(word) for word in words]
        joined = self._beginning("".join(words)) if len(words) > 1 else _Matches()
        if not joined.any | _all(match.any for match in matches):
            near = map(self._misspelled, words)
            matches = [one.joined(other) for one, other in zip(matches, near, strict=True)]
        ranked: dict[int, None] = {}
        for tier in _tiers(matches, joined):
            ranked.update(dict.fromkeys(sorted(tier)))
        if not ranked:
            ranked = dict.fromkeys(_in_most([match.any for match in matches]))
        return [self._values[number] for number in islice(ranked, limit)]

    def similar(self, word: str) -> list[str]:
        """The words of titles and names that `word` may be a misspelling of, nearest first."""
        return [found for found in self._near(word, whole=True) if found != word]

    # ---------------------------------------------------------------- one typed word

    def _matches(self, word: str) -> _Matches:
        found = self._beginning(word)
        if len(found.any) < _FEW:
            found = reduce(_Matches.joined, map(self._beginning, _sounding_like(word)), found)
            if len(word) == 1:
                found = found.joined(self._surname(word))
        return found if found.any else self._misspelled(word)

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

    def _misspelled(self, word: str) -> _Matches:
        """Words that begin so but for one or two wrong letters."""
        near = self._near(word, whole=False)
        name = _any(self._names.equal_to(one) for one in near)
        return _Matches(name=name, any=name | _any(self._titles.equal_to(one) for one in near))

    def _look_for_near(self, word: str, *, whole: bool) -> list[str]:
        """The words that are `word`, or begin so, but for one or two wrong letters.

        The nearest come first, then the most frequent.
        """
        most = letters_forgiven(word)
        if not most:
            return []
        wrong: dict[str, int] = {}
        for length in (LONGEST,) if whole else (len(word), len(word) + 1):
            found = process.extract(
                word, self._beginnings(length), scorer=OSA.distance, score_cutoff=most, limit=None
            )
            for _, distance, number in found:
                near = self._spaced[number]
                wrong[near] = min(int(distance), wrong.get(near, most))
        return sorted(wrong, key=lambda near: (wrong[near], -self._frequency(near), near))[
            :_SIMILAR
        ]

    def _words_cut_at(self, length: int) -> list[str]:
        return [word[:length] for word in self._spaced]

    def _frequency(self, word: str) -> int:
        lists = (words.numbers.get(word, ()) for words in (self._names, self._titles))
        return sum(map(len, lists))


def _words_of_names(names: Sequence[str]) -> set[str]:
    folded = [fold(name) for name in names]
    words = (word for name in folded for word in (*word_texts(name), *squashed(name)))
    return {*words, *joined_names(names)}


def _sounding_like(word: str) -> Iterator[str]:
    """The usual other spellings of a name: Kim So-yeon for 김소연, and the other way round."""
    if not is_paired(word):
        yield from hangul_readings(word)
    elif len(word) == 2:
        yield from romanisations(word)[:_ROMANISATIONS]
    name = surname_and_given_name(word)
    if name is not None:
        surnames = romanisations(name[0], surname=True)[:_SIMILAR]
        for given, surname in product(romanisations(name[1])[:_ROMANISATIONS], surnames):
            yield surname + given
            yield given + surname


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


def _any(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*sets)


def _all(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return reduce(and_, sets)


def _in_most(sets: Sequence[frozenset[int]]) -> list[int]:
    """The numbers that are in most of the sets, in order."""
    counts = Counter(number for one in sets for number in one)
    most = max(counts.values(), default=0)
    return sorted(number for number, count in counts.items() if count == most)
