"""The words that were found, in a text as it was written; and the piece of it to show. Pure."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.search.building import Leniency, letters_forgiven
from bot.search.folding import Word, compounds, folded_with_origins, pairs, spellings, words
from bot.search.results import Fragment
from bot.search.wanted import Wanted, Wish

SNIPPET = 200
"""Characters of a snippet, without its ellipses."""

_BEFORE = 50
_SPACES = re.compile(r"\s+")
_ELLIPSIS = "…"

Stem = Callable[[Sequence[str]], Sequence[str]]
"""The stems of words, one for one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A found word: from ``start`` to ``end`` of the text, found for the wish with this index."""

    start: int
    end: int
    wish: int


@dataclass(frozen=True)
class Marker:
    """Finds the words of one query again in texts."""

    wanted: Wanted
    leniency: Leniency
    stem: Stem
    _stems: tuple[tuple[str, ...], ...] = field(init=False)
    _joined: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        wishes = self.wanted.wishes
        stems = tuple(tuple(self.stem(wish.parts)) for wish in wishes)
        object.__setattr__(self, "_stems", stems)
        neighbours = ("".join(first.parts + second.parts) for first, second in pairwise(wishes))
        whole = ("".join(wish.parts) for wish in wishes)
        others = (other for wish in wishes for other in wish.others)
        object.__setattr__(self, "_joined", frozenset([*neighbours, *whole, *others]))

    def marks(self, text: str) -> list[Mark]:
        """What was found in `text` (in NFC), in order, none overlapping another."""
        folded, origins = folded_with_origins(text)
        there = list(words(folded))
        stems = list(self.stem([word.text for word in there]))
        found: list[Mark] = []
        for index, wish in enumerate(self.wanted.wishes):
            found += self._of_wish(index, wish, there, stems)
        for start, end, written in compounds(folded):
            if not self._joined.isdisjoint(spellings(written)):
                found.append(Mark(start, end, 0))
        return _apart([_at_origin(mark, origins) for mark in found])

    def _of_wish(
        self, index: int, wish: Wish, there: Sequence[Word], stems: Sequence[str]
    ) -> list[Mark]:
        if len(wish.parts) > 1:
            alone = [
                Mark(word.start, word.end, index) for word in there if word.text in wish.others
            ]
            return [*_runs(index, self._stems[index], there, stems), *alone]
        return [
            mark
            for word, stem in zip(there, stems, strict=True)
            if (mark := self._of_word(index, wish, word, stem)) is not None
        ]

    def _of_word(self, index: int, wish: Wish, word: Word, stem: str) -> Mark | None:
        (part,) = wish.parts
        if word.paired:
            return _of_syllables(
                index, (part, *wish.others), word, lenient=self.leniency > Leniency.EXACT
            )
        same = stem == self._stems[index][0] or word.text in self._joined
        begun = len(wish.prefix) > 1 and word.text.startswith(wish.prefix)
        distance = letters_forgiven(part, self.leniency)
        if same or begun or (distance and is_near(part, word.text, distance)):
            return Mark(word.start, word.end, index)
        return None


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
    return abs(len(typed) - len(word)) <= most and distance(typed, word)[-1] <= most


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
