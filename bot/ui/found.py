"""Words that were found, marked in the page of an interview on which they stand."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol

from bot.core.i18n import Text
from bot.core.model import COVER, OUTRO, Interview, Position
from bot.search import Mark
from bot.ui.pages import SectionPage, page_at

MARKS = 24
"""Marked on a page, of eight characters each: for so many there is room beside the longest page."""


class WordMarker(Protocol):
    """Finds the words of a query in a text in NFC (``bot.search.Marker``)."""

    def marks(self, text: str) -> Sequence[Mark]: ...


_PARTS = 20
"""Parts of a section in which the words are looked for; no answer of the magazine's has as many."""


def found_page(
    interview: Interview,
    section: int,
    marker: WordMarker,
    text: Text,
    limit: int | None = None,
) -> SectionPage:
    """Of a section's pages the one with most of the words, these marked.

    Of the cover's section that may be the closing words: they are found as one with the intro.
    """
    pages = [*_pages(interview, section, text, limit)]
    if section == COVER.section and interview.transcript.outro:
        pages += _pages(interview, OUTRO, text, limit)
    best = max(pages, key=lambda page: _richness(page, marker))
    heading, room = _marked(best.heading, marker, MARKS)
    blocks = []
    for block in best.blocks:
        marked, room = _marked(block, marker, room)
        blocks.append(marked)
    return replace(best, heading=heading, blocks=tuple(blocks))


def _pages(
    interview: Interview, section: int, text: Text, limit: int | None
) -> Iterator[SectionPage]:
    first = page_at(interview, Position(section), text, limit=limit)
    yield first
    for part in range(1, min(first.parts, _PARTS)):
        yield page_at(interview, Position(section, part), text, limit=limit)


def _richness(page: SectionPage, marker: WordMarker) -> tuple[int, int]:
    marks = _marks(page.body, marker)
    return len({mark.clause for mark in marks}), len(marks)


def _marks(markdown: str, marker: WordMarker) -> Sequence[Mark]:
    return marker.marks(markdown) if unicodedata.is_normalized("NFC", markdown) else ()


def _marked(markdown: str, marker: WordMarker, room: int) -> tuple[str, int]:
    """Markdown of the reader with at most `room` words set apart, and what room is left."""
    usable = (mark for mark in _marks(markdown, marker) if _is_plain(markdown, mark))
    parts, at = [], 0
    for mark in islice(usable, room):
        parts += [markdown[at : mark.start], f"__**{markdown[mark.start : mark.end]}**__"]
        at, room = mark.end, room - 1
    return "".join([*parts, markdown[at:]]), room


def _is_plain(markdown: str, mark: Mark) -> bool:
    """Whether a word stands in plain text: not in a speaker's name, and not in an address."""
    line = markdown[markdown.rfind("\n", 0, mark.start) + 1 : mark.start]
    token = line.rsplit(" ", 1)[-1]
    word = markdown[mark.start : mark.end]
    return not (line.startswith("**") or "<" in token or "\\" in word or "\n" in word)
