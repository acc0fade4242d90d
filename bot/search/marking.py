"""Marks the words that were found in a text, and cuts a snippet around them. Pure.

A word is marked by the rules by which it was found: the same stem, another spelling, a beginning,
a part of a Hangul word, or a misspelling.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from rapidfuzz.distance import OSA

from bot.core.folding import (
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
from bot.search.query import Clause, ParsedQuery
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
        self._runs: list[tuple[Sequence[str], int]] = []
        self._syllables: list[tuple[str, int]] = []
        self._prefixes: dict[str, int] = {}
        self._misspelled: dict[Clause, int] = {}
        for number, clause in enumerate(query.clauses):
            for run in (clause.parts, *((other,) for other in clause.others)):
                self._add(run, number)
            if len(clause.prefix) > 1 and not is_paired(clause.prefix):
                self._prefixes[clause.prefix] = number
            if number in misspelled:
                self._misspelled[clause] = number
        for number, (first, second) in enumerate(pairwise(query.clauses)):
            self._add(("".join(first.parts + second.parts),), number)
        variants = [(number, clause.variants) for number, clause in enumerate(query.clauses)]
        variants += [(name.start, name.variants) for name in query.names]
        for number, some in variants:
            for run in chain.from_iterable(variant.runs() for variant in some):
                self._add(run, number)
        beginnings = (*self._prefixes, *map(_beginning, self._stems))
        self._beginnings = ("",) if self._misspelled else beginnings

    def _add(self, run: Sequence[str], number: int) -> None:
        """Mark these words next to each other, and written as one, for this clause."""
        if len(run) > 1:
            self._runs.append((self._stem(run), number))
        word = "".join(run)
        self._stems.setdefault(self._stem([word])[0], number)
        if is_paired(word):
            self._syllables.append((word, number))

    def marks(self, text: str) -> list[Mark]:
        """The marks of `text` (in NFC), in order and without overlap."""
        folded, origins = folded_with_origins(text)
        marks = self._marks_of_words(folded) if self._may_have_marks(folded) else []
        if self._runs:
            marks += self._marks_of_runs(folded)
        for start, end, compound in compounds(folded):
            stems = self._stem(spellings(compound))
            marks += [Mark(start, end, self._stems[one]) for one in stems if one in self._stems][:1]
        return _without_overlap(
            Mark(origins[mark.start], origins[mark.end - 1] + 1, mark.clause) for mark in marks
        )

    def _may_have_marks(self, folded: str) -> bool:
        # Most questions have none, and texts are searched for letters far quicker than for words.
        letters = folded.replace("'", "")
        syllables = chain.from_iterable(part for part, _ in self._syllables)
        return any(one in letters for one in chain(self._beginnings, syllables))

    def _marks_of_words(self, folded: str) -> list[Mark]:
        written = written_words(folded)
        # Few words need a closer look, which saves most of the time.
        beginnings = self._beginnings
        marked = self._marked(
            [
                word
                for word in {*written}
                if word.startswith(beginnings) or "'" in word or not word.isascii()
            ]
        )
        marks: list[Mark] = []
        end = 0
        for word in written if marked else ():
            start = folded.find(word, end)
            end = start + len(word)
            if word in marked:
                own = marked[word]
                marks += [Mark(start + one.start, start + one.end, one.clause) for one in own]
        return marks

    def _marked(self, written: Sequence[str]) -> dict[str, list[Mark]]:
        """The marks within each of these words."""
        found = [bare(word) for word in written]
        marked: dict[str, list[Mark]] = {}
        for word, one, stem in zip(written, found, self._stem(found), strict=True):
            number = self._clause(one, stem)
            if number is not None:
                marked[word] = [Mark(0, len(word), number)]
            elif not word.isascii():
                marked[word] = self._marks_within(word)
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
        if stem in self._stems:
            return self._stems[stem]
        begun = (n for prefix, n in self._prefixes.items() if word.startswith(prefix))
        near = (n for clause, n in self._misspelled.items() if _is_near(clause, word))
        return next(chain(begun, near), None)

    def _marks_within(self, word: str) -> list[Mark]:
        """The marks of parts of a word in Hangul."""
        places = ((word.find(part), part, number) for part, number in self._syllables)
        found = [Mark(at, at + len(part), number) for at, part, number in places if at >= 0]
        if found or not self._is_lenient:
            return found
        own = set(pairs(word))
        return [
            Mark(0, len(word), number)
            for part, number in self._syllables
            if not own.isdisjoint(pairs(part))
        ]


def _beginning(stem: str) -> str:
    """What all English words with this stem begin with.

    A stem differs from its words in its last letter at most (happi of happy), a short one in two
    (die of dying); see https://snowballstem.org/algorithms/english/stemmer.html
    """
    return stem[: max(1, len(stem) - (1 if len(stem) > 3 else 2))]


def _is_near(clause: Clause, word: str) -> bool:
    """Whether `word` is, or begins like, what was typed, but for one or two wrong letters."""
    typed = clause.parts[0]
    most = letters_forgiven(typed)
    lengths = range(len(typed) - 1, len(typed) + 2) if clause.prefix else ()
    beginnings = (word, *(word[:length] for length in lengths))
    return most > 0 and any(OSA.distance(typed, one) <= most for one in beginnings)


def _without_overlap(marks: Iterable[Mark]) -> list[Mark]:
    apart: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if not apart or mark.start >= apart[-1].end:
            apart.append(mark)
    return apart


def snippet(marker: Marker, text: str) -> tuple[Fragment, ...]:
    """One line of `text` around most of what was found, else its beginning."""
    line = _one_line(text)
    marks = marker.marks(line)
    return _fragments(line, marks, *_window(line, marks))


def marked(marker: Marker, text: str) -> tuple[Fragment, ...]:
    """All of `text` as one line."""
    line = _one_line(text)
    return _fragments(line, marker.marks(line), 0, len(line))


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _fragments(line: str, marks: Sequence[Mark], start: int, end: int) -> tuple[Fragment, ...]:
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
        fragments.append(Fragment(f" {_ELLIPSIS}" if line[end - 1] in ".!?" else _ELLIPSIS))
    return tuple(fragments)


def _window(line: str, marks: Sequence[Mark]) -> tuple[int, int]:
    """The piece with marks of the most clauses, then with the most marks, at whole words."""
    if len(line) <= SNIPPET:
        return 0, len(line)

    places = [mark.start for mark in marks]

    def richness(start: int) -> tuple[int, int]:
        within = marks[bisect_left(places, start) : bisect_left(places, start + SNIPPET)]
        return len({mark.clause for mark in within}), len(within)

    starts = [max(0, place - _BEFORE) for place in places]
    start = min(max(starts, key=richness, default=0), len(line) - SNIPPET)
    if start > 0:
        start = line.find(" ", start - 1, start + _BEFORE // 2) + 1 or start
    if start + SNIPPET >= len(line):
        return start, len(line)
    end = line.rfind(" ", start + SNIPPET // 2, start + SNIPPET + 1)
    return start, end if end > 0 else start + SNIPPET
