"""Titles and names, completed at each keystroke: an immutable snapshot in memory. Pure.

The words stand in one sorted list, so that those which begin with what was typed are a range of
it; each knows the places of its interviews in the list of all, newest first.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from bot.search.folding import fold, is_paired, joined_names, pairs, squashed, word_texts
from bot.search.marking import distance

# Bounds of one completion, so that none takes longer than a keystroke may.
_CONSIDERED = 100
_TYPED_WORDS = 8
_SIMILAR = 3
_CHECKED = 40
_BEHIND = 3
_KEPT = 16
_WORTH_KEEPING = 1_000
_LAST_CHARACTER = "\U0010ffff"
_LONGEST_TYPED = 100


T = TypeVar("T")


@dataclass(frozen=True)
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
            _line((*word_texts(title), *squashed(title))),
            _line((*name_words, *joined_names(names))),
        )


def _line(words: Iterable[str]) -> str:
    """Words, each behind a space and the last before one."""
    return "".join(f" {word}" for word in words) + " "


class Completions(Generic[T]):
    """What can be completed at one moment. Build a new one when something changed."""

    def __init__(self, entries: Iterable[Entry[T]] = ()) -> None:
        """`entries` come newest first; they are known by their place from here on."""
        self._entries = list(entries)
        posts: dict[str, list[int]] = {}
        for place, entry in enumerate(self._entries):
            for word in {*entry.names.split(), *entry.title.split()}:
                posts.setdefault(word, []).append(place)
        # What one keystroke needed, the next one needs again: the places of short beginnings.
        self._kept: dict[range, set[int]] = {}
        self._words = sorted(posts)
        self._posts = [posts[word] for word in self._words]
        self._by_pair: dict[str, list[int]] = {}
        self._paired: list[int] = []
        for number, word in enumerate(self._words):
            if is_paired(word):
                self._paired.append(number)
            else:
                for pair in set(pairs(f" {word}")):
                    self._by_pair.setdefault(pair, []).append(number)

    def __len__(self) -> int:
        return len(self._entries)

    def complete(self, typed: str, limit: int) -> list[T]:
        """The entries that `typed` may become, best first; the newest for nothing.

        Each word typed begins a word of title or names. Where one begins none, up to two wrong
        letters are forgiven; where still nothing has them all, those that have most.
        """
        if limit <= 0:
            return []
        wanted = word_texts(fold(typed[:_LONGEST_TYPED]))[:_TYPED_WORDS]
        if not wanted:
            return [entry.value for entry in self._entries[:limit]]
        choices = [self._meant(word) for word in wanted]
        found = self._newest_of_all([self._places(words) for words in choices])
        joined = self._beginning_with("".join(wanted)) if len(wanted) > 1 else range(0)
        if joined:
            found = [*self._newest_of_all([self._places(joined)]), *found]
        if not found:
            found = self._newest_of_most([self._places(words) for words in choices])
        forms = [[self._words[number] for number in words] for words in choices]
        ranked = sorted(set(found), key=lambda place: (-self._rank(place, wanted, forms), place))
        return [self._entries[place].value for place in ranked[:limit]]

    def similar(self, word: str) -> list[str]:
        """The words of titles and names that `word` may be meant for, nearest first."""
        near = (self._words[number] for number in self._near(word, whole=True))
        return [found for found in near if found != word]

    def _meant(self, typed: str) -> Sequence[int]:
        """The words that a typed one may become."""
        if is_paired(typed):
            return [number for number in self._paired if typed in self._words[number]]
        return self._beginning_with(typed) or self._near(typed, whole=False)

    def _beginning_with(self, beginning: str) -> range:
        first = bisect_left(self._words, beginning)
        return range(first, bisect_left(self._words, beginning + _LAST_CHARACTER, lo=first))

    def _places(self, words: Sequence[int]) -> set[int]:
        if not isinstance(words, range):
            return set().union(*(self._posts[number] for number in words))
        places = self._kept.get(words)
        if places is None:
            places = set().union(*self._posts[words.start : words.stop])
            if len(places) >= _WORTH_KEEPING:
                self._kept[words] = places
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        return places

    def _near(self, word: str, *, whole: bool) -> list[int]:
        """The words that are `word`, or begin with it, but for a wrong letter or two."""
        if len(word) < 3 or is_paired(word):
            return []
        most = 1 if len(word) < 5 else 2
        shared: Counter[int] = Counter()
        for pair in set(pairs(f" {word}")):
            shared.update(self._by_pair.get(pair, ()))
        # A wrong letter spoils two pairs at most, a swap of neighbours three.
        least = max(1, len(word) - 3 * most)
        ranked: list[tuple[int, int, int]] = []
        for number in _most_common(shared, least):
            found = self._words[number]
            row = distance(word, found if whole else found[: len(word) + most])
            wrong = row[-1] if whole else min(row)
            if wrong <= most:
                ranked.append((wrong, -len(self._posts[number]), number))
        return [number for _, _, number in sorted(ranked)[:_SIMILAR]]

    def _newest_of_all(self, sets: Sequence[set[int]]) -> list[int]:
        smallest, *others = sorted(sets, key=len)
        return self._newest(smallest.intersection(*others))

    def _newest_of_most(self, sets: Sequence[set[int]]) -> list[int]:
        met = Counter(place for places in sets for place in self._newest(places))
        most = max(met.values(), default=0)
        return [place for place, number in met.items() if number == most]

    def _newest(self, places: set[int]) -> list[int]:
        """The first of `places`, in order; quick for a few and for nearly all."""
        if len(places) <= _CONSIDERED * 10:
            return sorted(places)[:_CONSIDERED]
        there = (place for place in range(len(self._entries)) if place in places)
        return list(islice(there, _CONSIDERED))

    def _rank(self, place: int, wanted: Sequence[str], forms: Sequence[Sequence[str]]) -> int:
        """Names before titles, whole words before beginnings, the title's first word above all."""
        entry = self._entries[place]
        rank = 0
        for typed, found in zip(wanted, forms, strict=True):
            # What was typed right begins a word; what was not is one of a few found words.
            looked_for = [f" {typed}"] if len(found) > _SIMILAR else [f" {word}" for word in found]
            rank += 4 * any(one in entry.names for one in looked_for)
            rank += 2 * any(one in entry.title for one in looked_for)
            rank += f" {typed} " in entry.names
        return rank + 2 * entry.title.startswith(f" {wanted[0]}")


def _most_common(shared: Counter[int], least: int) -> list[int]:
    """Those counted most often, `least` times at least; none that is far from the first."""
    least = max(least, max(shared.values(), default=0) - _BEHIND)
    often = [(count, number) for number, count in shared.items() if count >= least]
    return [number for _, number in sorted(often, key=lambda one: -one[0])[:_CHECKED]]
