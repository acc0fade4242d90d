"""Marks the words that were found in a text, and cuts a snippet around them. Pure.

A word is marked by the rules by which it was found: the same stem, another spelling, a beginning,
a part of a Hangul word, or a misspelling.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain, pairwise, product
from typing import NamedTuple

from rapidfuzz.distance import OSA

from bot.search.folding import (
    bare,
    compounds,
    folded_with_origins,
    is_paired,
    letters_forgiven,
    pairs,
    spellings,
    words,
    written_words,
)
from bot.search.queries import Leniency
from bot.search.query import Clause, ParsedQuery, SpellingVariant
from bot.search.results import Fragment

SNIPPET = 200
"""Characters of a snippet, without its ellipses."""

_BEFORE = 50
_ELLIPSIS = "…"

Stem = Callable[[Sequence[str]], Sequence[str]]
"""Returns the stems of words, one for each."""


class Mark(NamedTuple):
    """A found word: from ``start`` to ``end`` of the text, for the clause with this number."""

    start: int
    end: int
    clause: int


class Marker:
    """Finds the words of one query in texts."""

    def __init__(
        self,
        query: ParsedQuery,
        leniency: Leniency,
        stem: Stem,
        misspelled: Collection[int] = (),
    ) -> None:
        """`misspelled` are the numbers of the clauses whose letters may be wrong."""
        self._stem = stem
        self._is_lenient = leniency > Leniency.EXACT
        self._stems: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._prefixes: list[tuple[str, int]] = []
        self._misspelled: list[tuple[str, int]] = []
        self._syllables: list[tuple[tuple[str, ...], int]] = []
        self._runs: list[tuple[Sequence[str], int]] = []
        for number, clause in enumerate(query.clauses):
            self._add(clause, number, misspelled=number in misspelled)
        for number, (first, second) in enumerate(pairwise(query.clauses)):
            self._words.setdefault("".join(first.parts + second.parts), number)
        for number, clause in enumerate(query.clauses):
            self._add_variants(clause.variants, number)
        for name in query.names:
            self._add_variants(name.variants, name.start)
        beginnings = {*self._words, *map(_beginning, self._stems), *dict(self._prefixes)}
        self._beginnings = ("",) if self._misspelled else tuple(beginnings)

    def _add(self, clause: Clause, number: int, *, misspelled: bool) -> None:
        for word in ("".join(clause.parts), *clause.others):
            self._words.setdefault(word, number)
        if len(clause.parts) > 1:
            self._runs.append((self._stem(clause.parts), number))
        elif is_paired(clause.parts[0]):
            self._syllables.append(((*clause.parts, *clause.others), number))
        else:
            self._stems.setdefault(self._stem(clause.parts)[0], number)
            if len(clause.prefix) > 1:
                self._prefixes.append((clause.prefix, number))
            if misspelled:
                self._misspelled.append((clause.parts[0], number))

    def _add_variants(self, variants: Sequence[SpellingVariant], number: int) -> None:
        for variant in variants:
            if variant.adjacent:
                self._runs += [(self._stem(run), number) for run in product(*variant.slots)]
                continue
            for word in chain.from_iterable(variant.slots):
                self._words.setdefault(word, number)
                if is_paired(word):
                    self._syllables.append(((word,), number))

    def marks(self, text: str) -> list[Mark]:
        """The marks of `text` (in NFC), in order and without overlap."""
        folded, origins = folded_with_origins(text)
        written = written_words(folded)
        marked = self._marked([word for word in {*written} if self._may_be_marked(word)])
        marks: list[Mark] = []
        end = 0
        for word in written if marked else ():
            start = folded.find(word, end)
            end = start + len(word)
            marks += [
                Mark(start + mark.start, start + mark.end, mark.clause)
                for mark in marked.get(word, ())
            ]
        if self._runs:
            marks += self._marks_of_runs(folded)
        for start, end, compound in compounds(folded):
            known = [self._words[one] for one in spellings(compound) if one in self._words]
            marks += [Mark(start, end, number) for number in known[:1]]
        return [
            Mark(origins[mark.start], origins[mark.end - 1] + 1, mark.clause)
            for mark in _without_overlap(marks)
        ]

    def _may_be_marked(self, word: str) -> bool:
        """Whether a word needs a closer look; few do, which saves most of the time."""
        return word.startswith(self._beginnings) or "'" in word or not word.isascii()

    def _marked(self, written: Sequence[str]) -> dict[str, list[Mark]]:
        """The marks within each of these words."""
        found = [bare(word) for word in written]
        marked: dict[str, list[Mark]] = {}
        for word, one, stem in zip(written, found, self._stem(found), strict=True):
            number = self._clause(one, stem)
            if number is not None:
                marked[word] = [Mark(0, len(word), number)]
            elif not word.isascii():
                marked[word] = [*self._marks_within(word)]
        return marked

    def _marks_of_runs(self, folded: str) -> Iterator[Mark]:
        found = words(folded)
        stems = self._stem([word for word, _, _ in found])
        for run, number in self._runs:
            for place, stem in enumerate(stems):
                if stem == run[0] and stems[place : place + len(run)] == run:
                    yield Mark(found[place][1], found[place + len(run) - 1][2], number)

    def _clause(self, word: str, stem: str) -> int | None:
        """The number of the clause that this whole word is found by."""
        number = self._stems.get(stem, self._words.get(word))
        if number is not None:
            return number
        for prefix, number in self._prefixes:
            if word.startswith(prefix):
                return number
        for typed, number in self._misspelled:
            if _is_near(typed, word):
                return number
        return None

    def _marks_within(self, word: str) -> Iterator[Mark]:
        """The marks of a part of a word in Hangul."""
        for spelled, number in self._syllables:
            found = next((one for one in spelled if one in word), None)
            if found is not None:
                at = word.index(found)
                yield Mark(at, at + len(found), number)
            elif self._is_lenient and not {*pairs(spelled[0])}.isdisjoint(pairs(word)):
                yield Mark(0, len(word), number)


def _beginning(stem: str) -> str:
    """What all English words with this stem begin with.

    A stem differs from its words in its last letter at most (happi of happy), a short one in two
    (die of dying); see https://snowballstem.org/algorithms/english/stemmer.html
    """
    return stem[: max(1, len(stem) - (1 if len(stem) > 3 else 2))]


def _is_near(typed: str, word: str) -> bool:
    """Whether `word` is `typed`, or begins so, but for the letters that may be wrong."""
    most = letters_forgiven(typed)
    if not most:
        return False
    beginnings = {word, *(word[: len(typed) + more] for more in (-1, 0, 1))}
    return any(OSA.distance(typed, one, score_cutoff=most) <= most for one in beginnings)


def _without_overlap(marks: list[Mark]) -> list[Mark]:
    apart: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if not apart or mark.start >= apart[-1].end:
            apart.append(mark)
    return apart


def snippet(marker: Marker, text: str) -> tuple[Fragment, ...]:
    """One line of `text` around most of what was found, else its beginning."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    marks = marker.marks(line)
    start, end = _window(line, marks)
    fragments = [Fragment(_ELLIPSIS)] if start > 0 else []
    at = start
    for mark in marks:
        if start <= mark.start and mark.end <= end:
            fragments += [Fragment(line[at : mark.start])] if mark.start > at else []
            fragments.append(Fragment(line[mark.start : mark.end], bold=True))
            at = mark.end
    if at < end:
        fragments.append(Fragment(line[at:end]))
    if end < len(line):
        fragments.append(Fragment(_ELLIPSIS))
    return tuple(fragments)


def _window(line: str, marks: Sequence[Mark]) -> tuple[int, int]:
    """The piece with marks of the most clauses, then with the most marks, at whole words."""
    if len(line) <= SNIPPET:
        return 0, len(line)

    def richness(start: int) -> tuple[int, int]:
        within = [mark.clause for mark in marks if start <= mark.start < start + SNIPPET]
        return len(set(within)), len(within)

    starts = [max(0, mark.start - _BEFORE) for mark in marks]
    start = min(max(starts, key=richness, default=0), len(line) - SNIPPET)
    if start > 0:
        start = line.find(" ", start - 1, start + _BEFORE // 2) + 1 or start
    if start + SNIPPET >= len(line):
        return start, len(line)
    end = line.rfind(" ", start + SNIPPET // 2, start + SNIPPET + 1)
    return start, end if end > 0 else start + SNIPPET
