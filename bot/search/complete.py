"""Titles and names, completed at each keystroke: an immutable snapshot in memory. Pure.

The words stand in one sorted list, so that those which begin with what was typed are a range of
it. Which entries have them is a set of bits, the newest entry the lowest, so that what has all
words, or names before titles, is one operation each, however many entries there are.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice, product
from operator import and_, or_
from typing import Generic, NamedTuple, TypeVar

from bot.search.folding import fold, is_paired, joined_names, pairs, squashed, word_texts
from bot.search.marking import wrong_letters
from bot.search.romanising import parts_of, readings_of, spellings_of

# Bounds of one completion, so that none takes longer than a keystroke may.
_TYPED_WORDS = 8
_LONGEST_TYPED = 100
_SIMILAR = 3
_CHECKED = 30
_BEHIND = 3
_PAIRS = 5
_FEW = 25
_SOUNDS = 24
_KEPT = 256
_FREQUENT = 200
_LAST_CHARACTER = "\U0010ffff"

_SYLLABLES, _FINALS, _OF_INITIAL = 0xAC00, 28, 588
_LAST_SYLLABLE = 0xD7A3
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_JAMO = 0x1100
# Which initial of the next syllable a final becomes when a vowel follows it, by their numbers
# (The Unicode Standard, 3.12).
_MOVED = {1: 0, 2: 1, 4: 2, 7: 3, 8: 5, 16: 6, 17: 7, 19: 9, 20: 10, 21: 11, 22: 12, 23: 14}
_MOVED |= {24: 15, 25: 16, 26: 17, 27: 18}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """What can be chosen (an interview, an artist), and the words to find it by."""

    value: T
    title: str
    names: str

    @classmethod
    def of(cls, value: T, title: str, names: Sequence[str]) -> "Entry[T]":
        folded = [fold(name) for name in names]
        name_words = [word for name in folded for word in (*word_texts(name), *squashed(name))]
        title = fold(title)
        return cls(
            value,
            " ".join((*word_texts(title), *squashed(title))),
            " ".join((*name_words, *joined_names(names))),
        )


class _Places(NamedTuple):
    """Sets of entries as bits: those that have it as a whole word of a name, as the beginning of
    one, as a whole word, and anyhow."""

    called: int = 0
    named: int = 0
    whole: int = 0
    any: int = 0

    def or_(self, other: "_Places") -> "_Places":
        return _Places(*(one | two for one, two in zip(self, other, strict=True)))


class Completions(Generic[T]):
    """What can be completed at one moment. Build a new one when something changed."""

    def __init__(self, entries: Iterable[Entry[T]] = ()) -> None:
        """`entries` come newest first."""
        self._values: list[T] = []
        # Arrays rather than lists: the collector of garbage has nothing to look for in them.
        posts: dict[str, tuple[array[int], array[int]]] = {}
        for place, entry in enumerate(entries):
            self._values.append(entry.value)
            for kind, line in enumerate((entry.names, entry.title)):
                for word in set(line.split()):
                    posts.setdefault(word, (array("I"), array("I")))[kind].append(place)
        self._words = sorted(posts)
        self._posts = [posts[word] for word in self._words]
        self._frequent = {
            number: (self._bits(named), self._bits(titled))
            for number, (named, titled) in enumerate(self._posts)
            if len(named) + len(titled) >= _FREQUENT
        }
        # What one keystroke needed, the next one needs again; of short beginnings, many words.
        self._kept: dict[range, tuple[int, int]] = {}
        self._kept_near: dict[tuple[str, bool], list[int]] = {}
        self._short = self._short_beginnings()
        self._paired = [number for number, word in enumerate(self._words) if is_paired(word)]
        self._paired_text = "".join(f" {self._words[number]}" for number in self._paired)
        self._starts = self._starts_of_paired()
        self._by_pair: dict[str, array[int]] = {}
        for number, word in enumerate(self._words):
            if not is_paired(word):
                for pair in set(pairs(f" {word}")):
                    self._by_pair.setdefault(pair, array("I")).append(number)

    def __len__(self) -> int:
        return len(self._values)

    def complete(self, typed: str, limit: int) -> list[T]:
        """The entries that `typed` may become, best first; the newest for nothing.

        Each word typed begins a word of title or names. Where one begins none, up to two wrong
        letters are forgiven; where still nothing has them all, those that have most.
        """
        if limit <= 0:
            return []
        wanted = word_texts(fold(typed[:_LONGEST_TYPED]))[:_TYPED_WORDS]
        if not wanted:
            return self._values[:limit]
        meant = [self._meant(word) for word in wanted]
        joined = self._meant_together(wanted)
        if not joined.any | reduce(and_, (one.any for one in meant)):
            meant = [one.or_(self._nearly(word)) for one, word in zip(meant, wanted, strict=True)]
        tiers = [*_tiers(meant, joined)]
        if not any(tiers):
            tiers = [_most([one.any for one in meant])]
        return [self._values[place] for place in islice(_first(tiers), limit)]

    def similar(self, word: str) -> list[str]:
        """The words of titles and names that `word` may be meant for, nearest first."""
        near = (self._words[number] for number in self._near(word, whole=True))
        return [found for found in near if found != word]

    # ---------------------------------------------------------------- what a word may be

    def _meant(self, typed: str) -> _Places:
        """Where the words are that a typed one may become."""
        found = self._in_hangul(typed) if is_paired(typed) else self._begun(typed)
        if found.any.bit_count() < _FEW:
            found = found.or_(self._sounding(typed))
        return found if found.any else self._nearly(typed)

    def _begun(self, beginning: str) -> _Places:
        named, titled = self._union(self._beginning_with(beginning))
        called, whole = self._exactly(beginning)
        return _Places(called, named, called | whole, named | titled)

    def _exactly(self, word: str) -> tuple[int, int]:
        """Where a whole word is, in a name and in the title."""
        at = bisect_left(self._words, word)
        if at < len(self._words) and self._words[at] == word:
            return self._union(range(at, at + 1))
        return 0, 0

    def _beginning_with(self, beginning: str) -> range:
        return self._between(beginning, beginning + _LAST_CHARACTER)

    def _between(self, least: str, most: str) -> range:
        first = bisect_left(self._words, least)
        return range(first, bisect_left(self._words, most, lo=first))

    def _in_hangul(self, typed: str) -> _Places:
        """Words that begin so, also while the last syllable is still being typed; or hold it."""
        found = self._begun(typed)
        for least, most in _syllable_goes_on(typed):
            named, titled = self._union(self._between(least, most))
            found = found.or_(_Places(0, named, 0, named | titled))
        within = self._union([*self._holding(typed)])
        goes_on = [*_syllable_goes_on(typed[-1])]
        if goes_on and len(typed) > 1 and not found.any | within[0] | within[1]:
            within = self._union([*self._holding(typed[:-1], goes_on)])
        return found.or_(_Places(any=within[0] | within[1]))

    def _holding(self, typed: str, then: Sequence[tuple[str, str]] = ()) -> Iterator[int]:
        """The words in Hangul that hold this, and behind it what is between any of `then`."""
        text = self._paired_text
        at = text.find(typed)
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            after = text[at + len(typed) : at + len(typed) + 2]
            good = not then or any(least <= after < most for least, most in then)
            if good:
                yield self._paired[place]
            at = text.find(typed, self._starts[place + 1] if good else at + 1)

    def _sounding(self, typed: str) -> _Places:
        """Names that are written otherwise: Kim So-yeon for 김소연, and the other way round."""
        found = _Places()
        if len(typed) == 1:
            for spelling in spellings_of(typed, surname=True):
                named, titled = self._exactly(spelling)
                found = found.or_(_Places(0, named, 0, named | titled))
        elif is_paired(typed):
            for spelling in _romanised(typed):
                found = found.or_(self._begun(spelling))
        else:
            for reading in readings_of(typed):
                if reading in self._paired_text:
                    found = found.or_(self._in_hangul(reading))
        return found

    def _nearly(self, typed: str) -> _Places:
        named, titled = self._union(self._near(typed, whole=False))
        return _Places(0, named, 0, named | titled)

    def _meant_together(self, wanted: Sequence[str]) -> _Places:
        """Where words typed apart are one: ye hyun, g idle."""
        if len(wanted) < 2:
            return _Places()
        return self._begun("".join(wanted))

    def _near(self, word: str, *, whole: bool) -> list[int]:
        """The words that are `word`, or begin with it, but for a wrong letter or two."""
        if len(word) < 3 or is_paired(word):
            return []
        found = self._kept_near.get((word, whole))
        if found is None:
            found = self._kept_near[word, whole] = self._looked_near(word, whole=whole)
            if len(self._kept_near) > _KEPT:
                del self._kept_near[next(iter(self._kept_near))]
        return found

    def _looked_near(self, word: str, *, whole: bool) -> list[int]:
        most = 1 if len(word) < 5 else 2
        pairs_ = [pair for pair in set(pairs(f" {word}")) if pair in self._by_pair]
        shared: Counter[int] = Counter()
        for numbers in sorted((self._by_pair[pair] for pair in pairs_), key=len)[:_PAIRS]:
            shared.update(numbers)
        ranked: list[tuple[int, int, int]] = []
        for number in _most_common(shared):
            wrong = wrong_letters(word, self._words[number], most, begun=not whole)
            if wrong is not None:
                named, titled = self._posts[number]
                ranked.append((wrong, -len(named) - len(titled), number))
        return [number for _, _, number in sorted(ranked)[:_SIMILAR]]

    # ---------------------------------------------------------------- sets of entries

    def _union(self, words: Sequence[int]) -> tuple[int, int]:
        """The entries that have any of these words, in a name and in the title."""
        if not isinstance(words, range):
            return self._united(words)
        if not words:
            return 0, 0
        found = self._kept.get(words) or self._short.get(words)
        if found is None:
            found = self._kept[words] = self._united(words)
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        return found

    def _united(self, words: Iterable[int]) -> tuple[int, int]:
        bits = [0, 0]
        places = (array("I"), array("I"))
        for number in words:
            frequent = self._frequent.get(number)
            for kind in range(2):
                if frequent is not None:
                    bits[kind] |= frequent[kind]
                else:
                    places[kind].extend(self._posts[number][kind])
        return bits[0] | self._bits(places[0]), bits[1] | self._bits(places[1])

    def _bits(self, places: Iterable[int]) -> int:
        octets = bytearray(len(self._values) // 8 + 1)
        for place in places:
            octets[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(octets, "little")

    def _short_beginnings(self) -> dict[range, tuple[int, int]]:
        """The entries of all words with the same first letter, or the same two."""
        found: dict[range, tuple[int, int]] = {}
        first = 0
        while first < len(self._words):
            one = self._beginning_with(self._words[first][0])
            united = (0, 0)
            at = one.start
            while at < one.stop:
                two = self._beginning_with(self._words[at][:2])
                if len(self._words[at]) < 2:
                    two = range(at, at + 1)
                found[two] = self._united(two)
                united = (united[0] | found[two][0], united[1] | found[two][1])
                at = two.stop
            found[one] = united
            first = one.stop
        return found

    def _starts_of_paired(self) -> list[int]:
        starts = [0]
        for number in self._paired:
            starts.append(starts[-1] + 1 + len(self._words[number]))
        return starts


def _tiers(meant: Sequence[_Places], joined: _Places) -> Iterator[int]:
    """The entries that have all words, those that are meant most probably first.

    Whole names before beginnings of names, names before titles, whole words before beginnings.
    """
    everything = joined.any | reduce(and_, (one.any for one in meant))
    yield joined.called | reduce(and_, (one.called for one in meant))
    yield joined.named | reduce(and_, (one.named for one in meant))
    yield everything & reduce(or_, (one.called for one in meant))
    yield everything & reduce(or_, (one.named for one in meant))
    yield everything & reduce(and_, (one.whole for one in meant))
    yield everything


def _most(sets: Sequence[int]) -> int:
    """The entries that are in most of the sets."""
    levels: list[int] = []
    for one in sets:
        levels.append(0)
        for level in range(len(levels) - 1, 0, -1):
            levels[level] |= levels[level - 1] & one
        levels[0] |= one
    return next((level for level in reversed(levels) if level), 0)


def _first(tiers: Iterable[int]) -> Iterator[int]:
    """The places in these sets, each once, set by set and the lowest first."""
    given = 0
    for tier in tiers:
        left = tier & ~given
        given |= tier
        while left:
            lowest = left & -left
            yield lowest.bit_length() - 1
            left ^= lowest


def _most_common(shared: Counter[int]) -> list[int]:
    """Those counted most often; none that is far from the first."""
    least = max(1, max(shared.values(), default=0) - _BEHIND)
    often = [(-count, number) for number, count in shared.items() if count >= least]
    return [number for _, number in sorted(often)[:_CHECKED]]


def _romanised(hangul: str) -> Iterator[str]:
    """The usual spellings of a name as one word, a full name with its surname before or behind."""
    parts = parts_of(hangul)
    if len(hangul) == 2:
        yield from spellings_of(hangul)[:_SOUNDS]
    if parts is None:
        return
    surnames = spellings_of(parts[0], surname=True)[:_SIMILAR]
    for given, surname in product(spellings_of(parts[1])[:_SOUNDS], surnames):
        yield surname + given
        yield given + surname


def _syllable_goes_on(typed: str) -> Iterator[tuple[str, str]]:
    """Between which words those are that `typed` becomes while its last syllable is typed.

    A consonant becomes a syllable, a syllable gets a final, and its final begins the next one.
    """
    before, last = typed[:-1], ord(typed[-1])
    initial = _INITIALS.find(typed[-1]) if typed[-1] in _INITIALS else last - _JAMO
    if 0 <= initial < len(_INITIALS):
        first = _SYLLABLES + initial * _OF_INITIAL
        yield before + chr(first), before + chr(first + _OF_INITIAL)
    elif _SYLLABLES <= last <= _LAST_SYLLABLE:
        final = (last - _SYLLABLES) % _FINALS
        if final == 0:
            yield typed, before + chr(last + _FINALS)
        elif final in _MOVED:
            first = _SYLLABLES + _MOVED[final] * _OF_INITIAL
            onset = before + chr(last - final)
            yield onset + chr(first), onset + chr(first + _OF_INITIAL)
