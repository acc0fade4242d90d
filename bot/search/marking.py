"""The words that were found, in a text as it was written; and the piece of it to show. Pure."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain, islice, pairwise, product
from typing import NamedTuple

from bot.search.building import Leniency, letters_forgiven
from bot.search.folding import (
    Word,
    compounds,
    folded_with_origins,
    is_amid_word,
    is_paired,
    may_hold_compound,
    pairs,
    spellings,
    with_apostrophes,
    with_syllables,
    word_texts,
    words_from,
)
from bot.search.results import Fragment
from bot.search.wanted import Heard, Wanted, Wish

SNIPPET = 200
"""Characters of a snippet, without its ellipses."""

_BEFORE = 50
_ELLIPSIS = "…"

Stem = Callable[[Sequence[str]], Sequence[str]]
"""The stems of words, one for one."""


class Mark(NamedTuple):
    """A found word: from ``start`` to ``end`` of the text, found for the wish with this index."""

    start: int
    end: int
    wish: int


class Marker:
    """Finds the words of one query again in texts.

    A text is not taken apart for it. Each word that may be meant begins in one of a few ways, and
    where a text has none of these, it has none of the words.
    """

    def __init__(
        self,
        wanted: Wanted,
        leniency: Leniency,
        stem: Stem,
        misspelled: Collection[int] = (),
    ) -> None:
        """`misspelled` are the places of the wishes whose letters may be wrong."""
        self._stem = stem
        self._leniency = leniency
        self._runs: list[tuple[int, Sequence[str]]] = []
        self._syllables: list[tuple[int, tuple[str, ...]]] = []
        self._by_stem: dict[str, int] = {}
        self._by_word: dict[str, int] = {}
        self._begun: dict[str, int] = {}
        self._misspelled: dict[int, tuple[str, bool]] = {}
        self._near: dict[str, int | None] = {}
        self._stems: dict[str, str] = {}
        for place, wish in enumerate(wanted.wishes):
            self._expect(place, wish, misspelled=place in misspelled)
        for place, (first, second) in enumerate(pairwise(wanted.wishes)):
            self._by_word.setdefault("".join(first.parts + second.parts), place)
        for place, wish in enumerate(wanted.wishes):
            self._expect_heard(place, wish.heard)
        for run in wanted.names:
            self._expect_heard(run.start, run.heard)
        self._beginnings = _shortest(
            [*self._by_word, *self._begun, *map(_beginning, self._by_stem)]
        )

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
                self._begun[wish.prefix] = place
            if misspelled:
                self._misspelled[place] = (wish.parts[0], bool(wish.prefix))

    def _expect_heard(self, place: int, names: Sequence[Heard]) -> None:
        for name in names:
            if name.adjacent:
                self._runs += [(place, self._stem(row)) for row in product(*name.slots)]
                continue
            for word in chain.from_iterable(name.slots):
                if is_paired(word):
                    self._syllables.append((place, (word,)))
                else:
                    self._by_word.setdefault(word, place)

    def marks(self, text: str) -> list[Mark]:
        """What was found in `text` (in NFC), in order, none overlapping another."""
        folded, origins = folded_with_origins(text)
        found = [
            Mark(word.start, word.end, place)
            for word in self._candidates(folded)
            if (place := self._place(word.text)) is not None
        ]
        for place, stems in self._runs:
            found += self._in_a_row(place, stems, folded)
        for place, spelled in self._syllables:
            found += self._with_syllables(place, spelled, folded)
        if self._misspelled:
            found += self._nearly_spelled(folded)
        found += self._compounds(folded)
        return _apart([_at_origin(mark, origins) for mark in found])

    def _candidates(self, folded: str) -> Iterator[Word]:
        for beginning in self._beginnings:
            yield from _beginning_with(beginning, folded)
        # These may begin with an apostrophe in between.
        yield from with_apostrophes(folded)

    def _place(self, word: str) -> int | None:
        """Of which wish this word is one; the words of a compound count only together."""
        place = self._by_stem.get(self._stem_of(word))
        if place is None:
            place = self._by_word.get(word)
        if place is None:
            begun = (at for beginning, at in self._begun.items() if word.startswith(beginning))
            place = next(begun, None)
        return place

    def _stem_of(self, word: str) -> str:
        stem = self._stems.get(word)
        if stem is None:
            stem = self._stems[word] = self._stem((word,))[0]
        return stem

    def _nearly_spelled(self, folded: str) -> Iterator[Mark]:
        for written in set(word_texts(folded)):
            if written not in self._near:
                self._near[written] = self._meant_by(written)
            place = self._near[written]
            if place is not None:
                for word in chain(_beginning_with(written, folded), with_apostrophes(folded)):
                    if word.text == written:
                        yield Mark(word.start, word.end, place)

    def _meant_by(self, written: str) -> int | None:
        for place, (typed, begun) in self._misspelled.items():
            most = letters_forgiven(typed)
            if is_near(typed, written, most) or (begun and begins_near(typed, written, most)):
                return place
        return None

    def _in_a_row(self, place: int, stems: Sequence[str], folded: str) -> Iterator[Mark]:
        candidates = _beginning_with(_beginning(stems[0]), folded)
        for first in chain(candidates, with_apostrophes(folded)):
            row = list(islice(words_from(folded, first.start), len(stems)))
            if [self._stem_of(word.text) for word in row] == list(stems):
                yield Mark(first.start, row[-1].end, place)

    def _with_syllables(self, place: int, spelled: Sequence[str], folded: str) -> Iterator[Mark]:
        lenient = self._leniency > Leniency.EXACT
        if not lenient and not any(spelling in folded for spelling in spelled):
            return
        for word in with_syllables(folded):
            mark = _of_syllables(place, spelled, word, lenient=lenient)
            if mark is not None:
                yield mark

    def _compounds(self, folded: str) -> Iterator[Mark]:
        if not may_hold_compound(folded, self._by_word):
            return
        for start, end, written in compounds(folded):
            for spelling in spellings(written):
                if spelling in self._by_word:
                    yield Mark(start, end, self._by_word[spelling])


def _beginning(stem: str) -> str:
    """What all English words with this stem begin with.

    A stem changes its last letter at most (happi of happy), a short one two (die of dying); see
    the rules of Porter's English stemmer, https://snowballstem.org/algorithms/english/stemmer.html
    """
    return stem[: max(1, len(stem) - (1 if len(stem) > 3 else 2))]


def _shortest(beginnings: Sequence[str]) -> list[str]:
    """Without those that another one covers."""
    kept: list[str] = []
    for beginning in sorted(beginnings):
        if not kept or not beginning.startswith(kept[-1]):
            kept.append(beginning)
    return kept


def _beginning_with(beginning: str, folded: str) -> Iterator[Word]:
    at = folded.find(beginning)
    while at >= 0:
        if not is_amid_word(folded, at):
            yield next(words_from(folded, at))
        at = folded.find(beginning, at + 1)


def snippet(marker: Marker, text: str) -> tuple[Fragment, ...]:
    """One line of `text` around the most of what was found, else its beginning."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
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
    best = _richest(marks)
    best = min(best, len(line) - SNIPPET)
    start = _next_word(line, best) if best > 0 else 0
    end = len(line) if start + SNIPPET >= len(line) else _word_end(line, start, start + SNIPPET)
    return start, end


def _richest(marks: Sequence[Mark]) -> int:
    """Where the piece begins that has most different wishes, then most marks."""
    best, most = 0, (-1, -1)
    within: Counter[int] = Counter()
    first = beyond = 0
    for mark in marks:
        start = max(0, mark.start - _BEFORE)
        while beyond < len(marks) and marks[beyond].start < start + SNIPPET:
            within[marks[beyond].wish] += 1
            beyond += 1
        while marks[first].start < start:
            within[marks[first].wish] -= 1
            first += 1
        richness = (sum(count > 0 for count in within.values()), beyond - first)
        if richness > most:
            best, most = start, richness
    return best


def _next_word(line: str, at: int) -> int:
    space = line.find(" ", max(0, at - 1), at + _BEFORE // 2)
    return space + 1 if space >= 0 else at


def _word_end(line: str, start: int, at: int) -> int:
    space = line.rfind(" ", start + SNIPPET // 2, at + 1)
    return space if space > 0 else at


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
    return most > 0 and wrong_letters(typed, word, most) is not None


def begins_near(typed: str, word: str, most: int) -> bool:
    """Whether `word` begins with `typed` but for at most `most` letters."""
    return most > 0 and wrong_letters(typed, word, most, begun=True) is not None


def wrong_letters(typed: str, word: str, most: int, *, begun: bool = False) -> int | None:
    """``distance``, but ``None``, and quickly so, where it is more than `most`.

    `begun` takes that beginning of `word` which is nearest.
    """
    if begun:
        word = word[: len(typed) + most]
    if len(set(typed).difference(word)) > most:
        return None
    if not begun and (
        abs(len(typed) - len(word)) > most or len(set(word).difference(typed)) > most
    ):
        return None
    row = _within(typed, word, most)
    fewest = min(row) if begun else row[-1]
    return fewest if fewest <= most else None


def _within(typed: str, word: str, most: int) -> list[int]:
    """The last row of ``distance``, right in what is at most `most`: only the cells near the
    diagonal can be, and where none of a row is, none of the next ones will be."""
    two_before: list[int] = []
    before = [*range(len(word) + 1)]
    far = most + 1
    for i, letter in enumerate(typed, 1):
        row = [far] * len(before)
        row[0] = i
        for j in range(max(1, i - most), min(len(word), i + most) + 1):
            cost = before[j - 1] if letter == word[j - 1] else before[j - 1] + 1
            if row[j - 1] < cost:
                cost = row[j - 1] + 1
            if before[j] < cost:
                cost = before[j] + 1
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == word[j - 1]:
                cost = min(cost, two_before[j - 2] + 1)
            row[j] = cost
        if min(row) > most:
            return row
        two_before, before = before, row
    return before


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
