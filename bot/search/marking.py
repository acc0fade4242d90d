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
    compounds,
    folded_with_origins,
    is_paired,
    letters_forgiven,
    pairs,
    spellings,
    words,
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
        self._prefixes: dict[str, int] = {}
        self._misspelled: dict[str, int] = {}
        self._runs: dict[str, list[tuple[Sequence[str], int]]] = {}
        self._within: list[tuple[tuple[str, ...], int]] = []
        for number, clause in enumerate(query.clauses):
            self._add(clause, number, misspelled=number in misspelled)
        for number, (first, second) in enumerate(pairwise(query.clauses)):
            self._words.setdefault("".join(first.parts + second.parts), number)
        for number, clause in enumerate(query.clauses):
            self._add_variants(clause.variants, number)
        for name in query.names:
            self._add_variants(name.variants, name.start)

    def _add(self, clause: Clause, number: int, *, misspelled: bool) -> None:
        for word in ("".join(clause.parts), *clause.others):
            self._words.setdefault(word, number)
        if len(clause.parts) > 1:
            self._add_run(clause.parts, number)
        elif is_paired(clause.parts[0]):
            self._within.append(((*clause.parts, *clause.others), number))
        else:
            self._stems.setdefault(self._stem(clause.parts)[0], number)
            if len(clause.prefix) > 1:
                self._prefixes[clause.prefix] = number
            if misspelled:
                self._misspelled[clause.parts[0]] = number

    def _add_variants(self, variants: Sequence[SpellingVariant], number: int) -> None:
        for variant in variants:
            if variant.adjacent:
                for run in product(*variant.slots):
                    self._add_run(run, number)
                continue
            for word in chain.from_iterable(variant.slots):
                self._words.setdefault(word, number)
                if is_paired(word):
                    self._within.append(((word,), number))

    def _add_run(self, run: Sequence[str], number: int) -> None:
        stems = self._stem(run)
        self._runs.setdefault(stems[0], []).append((stems, number))

    def marks(self, text: str) -> list[Mark]:
        """The marks of `text` (in NFC), in order and without overlap."""
        folded, origins = folded_with_origins(text)
        found = words(folded)
        stems = self._stem([word for word, _, _ in found])
        marks: list[Mark] = []
        for place, (word, start, end) in enumerate(found):
            number = self._clause(word, stems[place])
            if number is not None:
                marks.append(Mark(start, end, number))
            elif not word.isascii():
                marks += self._marks_within(word, start)
            for run, clause in self._runs.get(stems[place], ()):
                if stems[place : place + len(run)] == run:
                    marks.append(Mark(start, found[place + len(run) - 1][2], clause))
        for start, end, compound in compounds(folded):
            known = [self._words[one] for one in spellings(compound) if one in self._words]
            marks += [Mark(start, end, number) for number in known[:1]]
        return [
            Mark(origins[mark.start], origins[mark.end - 1] + 1, mark.clause)
            for mark in _without_overlap(marks)
        ]

    def _clause(self, word: str, stem: str) -> int | None:
        """The number of the clause that this word is found by."""
        number = self._stems.get(stem, self._words.get(word))
        if number is None and self._prefixes:
            begun = (n for prefix, n in self._prefixes.items() if word.startswith(prefix))
            number = next(begun, None)
        if number is None and self._misspelled:
            near = (n for typed, n in self._misspelled.items() if _is_near(typed, word))
            number = next(near, None)
        return number

    def _marks_within(self, word: str, start: int) -> Iterator[Mark]:
        for spelled, number in self._within:
            found = next((one for one in spelled if one in word), None)
            if found is not None:
                at = start + word.index(found)
                yield Mark(at, at + len(found), number)
            elif self._is_lenient and not {*pairs(spelled[0])}.isdisjoint(pairs(word)):
                yield Mark(start, start + len(word), number)


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
