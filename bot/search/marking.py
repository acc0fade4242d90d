"""Marks the words that were found in a text, and cuts a snippet around them. Pure.

A word is marked by the rules by which it was found: the same stem, another spelling, a beginning,
a part of a Hangul word, or a misspelling.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from string import ascii_lowercase, digits
from typing import NamedTuple

from rapidfuzz.distance import OSA

from bot.core.folding import (
    Word,
    compounds,
    folded_with_origins,
    is_paired,
    letters_forgiven,
    pairs,
    piece_at,
    spellings,
    words,
)
from bot.search.queries import Leniency
from bot.search.query import Clause, ParsedQuery
from bot.search.results import Fragment

SNIPPET = 200
"""Characters of a snippet, without its ellipses."""

_BEFORE = 50
_PLAIN_LETTERS = ascii_lowercase + digits
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
        self._syllables: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._misspelled: dict[Clause, int] = {}
        self._clauses: dict[str, int | None] = {}
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
        self._beginnings = (*self._prefixes, *map(_beginning, self._stems))
        if self._misspelled:
            self._beginnings = ("",)
        self._letters = {*self._beginnings, "'", *self._syllables}
        if self._is_lenient:
            self._letters |= {pair for syllables in self._syllables for pair in pairs(syllables)}

    def _add(self, run: Sequence[str], number: int) -> None:
        """Mark these words next to each other, and written as one, for this clause."""
        if len(run) > 1:
            self._runs.append((self._stem(run), number))
        word = "".join(run)
        self._stems.setdefault(self._stem([word])[0], number)
        if is_paired(word):
            self._syllables.setdefault(word, number)

    def marks(self, text: str) -> list[Mark]:
        """The marks of `text` (in NFC), in order and without overlap."""
        folded, origins = folded_with_origins(text)
        marks = self._marks_of_words(folded)
        for run, number in self._runs:
            marks += self._marks_of_run(folded, run, number)
        for start, end, compound in compounds(folded):
            spelled = [one for one in spellings(compound) if one.startswith(self._beginnings)]
            stems = self._stem(spelled) if spelled else ()
            marks += [Mark(start, end, self._stems[one]) for one in stems if one in self._stems][:1]
        return _without_overlap(
            Mark(origins[mark.start], origins[mark.end - 1] + 1, mark.clause) for mark in marks
        )

    def _marks_of_words(self, folded: str) -> list[Mark]:
        found = [
            word
            for piece in _pieces_with(self._letters, folded)
            for word in words(folded, *piece)
            if word[0].startswith(self._beginnings) or not word[0].isascii()
        ]
        new = [*{word for word, _, _ in found if word not in self._clauses}]
        if new:
            self._clauses.update(zip(new, map(self._clause, new, self._stem(new)), strict=True))
        marks: list[Mark] = []
        for word, start, end in found:
            number = self._clauses[word]
            if number is not None:
                marks.append(Mark(start, end, number))
            elif not word.isascii():
                marks += self._marks_within(word, start)
        return marks

    def _marks_of_run(self, folded: str, run: Sequence[str], number: int) -> Iterator[Mark]:
        # The longest word is in the fewest places.
        anchor = max(range(len(run)), key=lambda place: len(run[place]))
        beginning = _beginning(run[anchor])
        for piece in _pieces_with((beginning, "'"), folded):
            found = _neighbourhood(folded, piece, anchor, len(run) - anchor - 1)
            stems = self._stem([word for word, _, _ in found])
            for place in range(len(found) - len(run) + 1):
                if stems[place : place + len(run)] == run:
                    yield Mark(found[place][1], found[place + len(run) - 1][2], number)

    def _clause(self, word: str, stem: str) -> int | None:
        """The number of the clause that this whole word is found by."""
        if stem in self._stems:
            return self._stems[stem]
        for prefix, number in self._prefixes.items():
            if word.startswith(prefix):
                return number
        for clause, number in self._misspelled.items():
            if _is_near(clause, word):
                return number
        return None

    def _marks_within(self, word: str, start: int) -> list[Mark]:
        """The marks of parts of a word in Hangul that begins at `start`."""
        places = ((word.find(part), part, number) for part, number in self._syllables.items())
        found = [
            Mark(start + at, start + at + len(part), number)
            for at, part, number in places
            if at >= 0
        ]
        if found or not self._is_lenient:
            return found
        own = set(pairs(word))
        return [
            Mark(start, start + len(word), number)
            for part, number in self._syllables.items()
            if not own.isdisjoint(pairs(part))
        ]


def _pieces_with(letters: Iterable[str], folded: str) -> list[tuple[int, int]]:
    """Where what stands between two spaces has some of these letters: a text is searched for
    letters far quicker than for words, and few words need a closer look."""
    if "" in letters:
        return [(0, len(folded))]
    pieces: set[tuple[int, int]] = set()
    for one in letters:
        # Within a word of ASCII no other begins.
        before = _PLAIN_LETTERS if one[0] in _PLAIN_LETTERS else ""
        at = folded.find(one)
        while at >= 0:
            end = at + 1
            if at == 0 or folded[at - 1] not in before:
                piece = piece_at(folded, at)
                pieces.add(piece)
                end = piece[1]
            at = folded.find(one, end)
    return sorted(pieces)


def _neighbourhood(folded: str, piece: tuple[int, int], before: int, behind: int) -> list[Word]:
    """The words of a piece, with so many before and behind it."""
    start, end = piece
    while start > 0 and before > 0:
        stop = start
        start = folded.rfind(" ", 0, stop - 1) + 1
        before -= sum(1 for _ in words(folded, start, stop))
    return [*words(folded, start, end), *islice(words(folded, end), behind)]


def _beginning(stem: str) -> str:
    """What all English words with this stem begin with.

    It is the beginning itself, but for a last letter in place of another: happi of happy, hope of
    hoping, possibl of possibility, sky of skies, and two in die of dying; see
    https://snowballstem.org/algorithms/english/stemmer.html
    """
    if not stem.endswith(("i", "e", "bl", "y")):
        return stem
    ends = 2 if len(stem) == 3 and stem.endswith("ie") else 1
    return stem[: max(1, len(stem) - ends)]


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
