"""The words that were found, in a text as it was written; and the piece of it to show. Pure."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.search.building import Leniency, letters_forgiven
from bot.search.folding import (
    Word,
    compounds,
    folded_with_origins,
    is_paired,
    pairs,
    spellings,
    words,
)
from bot.search.results import Fragment
from bot.search.wanted import Wanted, Wish

SNIPPET = 200
"""Characters of a snippet, without its ellipses."""

_BEFORE = 50
_SPACES = re.compile(r"\s+")
_ELLIPSIS = "…"

Stem = Callable[[Sequence[str]], Sequence[str]]
"""The stems of words, one for one."""


class Mark(NamedTuple):
    """A found word: from ``start`` to ``end`` of the text, found for the wish with this index."""

    start: int
    end: int
    wish: int


class Marker:
    """Finds the words of one query again in texts."""

    def __init__(
        self,
        wanted: Wanted,
        leniency: Leniency,
        stem: Stem,
        misspelled: Collection[int] = (),
    ) -> None:
        """`misspelled` are the places of the wishes whose letters may be wrong, by as many as
        `leniency` forgives.
        """
        self._stem = stem
        self._leniency = leniency
        self._runs: list[tuple[int, Sequence[str]]] = []
        self._syllables: list[tuple[int, tuple[str, ...]]] = []
        self._by_stem: dict[str, int] = {}
        self._by_word: dict[str, int] = {}
        self._prefix: tuple[int, str] | None = None
        self._misspelled: list[tuple[int, str]] = []
        self._near: dict[str, int | None] = {}
        for place, wish in enumerate(wanted.wishes):
            self._expect(place, wish, misspelled=place in misspelled)
        for place, (first, second) in enumerate(pairwise(wanted.wishes)):
            self._by_word.setdefault("".join(first.parts + second.parts), place)

    def _expect(self, place: int, wish: Wish, *, misspelled: bool) -> None:
        for word in ("".join(wish.parts), *wish.others):
            self._by_word.setdefault(word, place)
        if len(wish.parts) > 1:
            self._runs.append((place, self._stem(wish.parts)))
        elif is_paired(wish.parts[0]):
            self._syllables.append((place, (*wish.parts, *wish.others)))
        else:
            self._by_stem.setdefault(self._stem(wish.parts)[0], place)
            if len(wish.prefix) > 1:
                self._prefix = (place, wish.prefix)
            if misspelled:
                self._misspelled.append((place, wish.parts[0]))

    def marks(self, text: str) -> list[Mark]:
        """What was found in `text` (in NFC), in order, none overlapping another."""
        folded, origins = folded_with_origins(text)
        there = words(folded)
        stems = self._stem([word.text for word in there])
        found = [
            Mark(word.start, word.end, place)
            for word, stem in zip(there, stems, strict=True)
            if (place := self._place(word.text, stem)) is not None
        ]
        for place, wanted in self._runs:
            found += _runs(place, wanted, there, stems)
        for place, spellings_ in self._syllables:
            found += self._with_syllables(place, spellings_, there)
        for start, end, written in compounds(folded):
            for spelling in spellings(written):
                if spelling in self._by_word:
                    found.append(Mark(start, end, self._by_word[spelling]))
        return _apart([_at_origin(mark, origins) for mark in found])

    def _place(self, word: str, stem: str) -> int | None:
        """Of which wish this word is one; the words of a compound count only together."""
        place = self._by_stem.get(stem)
        if place is None:
            place = self._by_word.get(word)
        if place is None and self._prefix is not None and word.startswith(self._prefix[1]):
            place = self._prefix[0]
        if place is None and self._misspelled:
            place = self._misspelled_place(word)
        return place

    def _misspelled_place(self, word: str) -> int | None:
        if word not in self._near:
            near = (
                place
                for place, typed in self._misspelled
                if is_near(typed, word, letters_forgiven(typed, self._leniency))
            )
            self._near[word] = next(near, None)
        return self._near[word]

    def _with_syllables(
        self, place: int, spellings_: Sequence[str], there: Sequence[Word]
    ) -> Iterator[Mark]:
        lenient = self._leniency > Leniency.EXACT
        for word in there:
            if is_paired(word.text):
                mark = _of_syllables(place, spellings_, word, lenient=lenient)
                if mark is not None:
                    yield mark


def snippet(marker: Marker, text: str) -> tuple[Fragment, ...]:
    """One line of `text` around the most of what was found, else its beginning."""
    line = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
    marks = marker.marks(line)
    start, end = _window(line, marks)
    fragments = [Fragment(_ELLIPSIS)] if start > 0 else []
    at = start
    for mark in marks:
        if mark.start < at or mark.end > end:
            continue
        if mark.start > at:
            fragments.append(Fragment(line[at : mark.start]))
        fragments.append(Fragment(line[mark.start : mark.end], bold=True))
        at = mark.end
    if at < end:
        fragments.append(Fragment(line[at:end]))
    if end < len(line):
        fragments.append(Fragment(_ELLIPSIS))
    return tuple(fragments)


def _window(line: str, marks: Sequence[Mark]) -> tuple[int, int]:
    if len(line) <= SNIPPET:
        return 0, len(line)
    best, most = 0, (-1, -1)
    for mark in marks:
        start = max(0, mark.start - _BEFORE)
        within = [other for other in marks if start <= other.start < start + SNIPPET]
        richness = (len({other.wish for other in within}), len(within))
        if richness > most:
            best, most = start, richness
    best = min(best, len(line) - SNIPPET)
    start = _next_word(line, best) if best > 0 else 0
    end = len(line) if start + SNIPPET >= len(line) else _word_end(line, start, start + SNIPPET)
    return start, end


def _next_word(line: str, at: int) -> int:
    space = line.find(" ", max(0, at - 1), at + _BEFORE // 2)
    return space + 1 if space >= 0 else at


def _word_end(line: str, start: int, at: int) -> int:
    space = line.rfind(" ", start + SNIPPET // 2, at + 1)
    return space if space > 0 else at


def _runs(
    index: int, wanted: Sequence[str], there: Sequence[Word], stems: Sequence[str]
) -> list[Mark]:
    length = len(wanted)
    return [
        Mark(there[at].start, there[at + length - 1].end, index)
        for at in range(len(there) - length + 1)
        if list(stems[at : at + length]) == list(wanted)
    ]


def _of_syllables(
    index: int, spellings: Sequence[str], word: Word, *, lenient: bool
) -> Mark | None:
    for spelling in spellings:
        at = word.text.find(spelling)
        if at >= 0:
            return Mark(word.start + at, word.start + at + len(spelling), index)
    if lenient and set(pairs(spellings[0])) & set(pairs(word.text)):
        return Mark(word.start, word.end, index)
    return None


def _at_origin(mark: Mark, origins: Sequence[int]) -> Mark:
    return Mark(origins[mark.start], origins[mark.end - 1] + 1, mark.wish)


def _apart(marks: list[Mark]) -> list[Mark]:
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def is_near(typed: str, word: str, most: int) -> bool:
    """Whether at most `most` letters are wrong, missing, too many or swapped with the next."""
    if most <= 0 or abs(len(typed) - len(word)) > most or len(set(typed) ^ set(word)) > 2 * most:
        return False
    return distance(typed, word)[-1] <= most


def distance(typed: str, word: str) -> list[int]:
    """Letters wrong between `typed` and each beginning of `word`, the whole of it last.

    The distance of Damerau and Levenshtein, restricted: a swap of neighbours counts one.
    """
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(typed, 1):
        two_before, before = before, row
        row = [i]
        for j, other in enumerate(word, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == other:
                cost = min(cost, two_before[j - 2] + 1)
            row.append(cost)
    return row
