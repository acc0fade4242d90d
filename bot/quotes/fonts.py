"""The typeface of the pictures: Noto Sans CJK, with Latin and Hangul of one design, at any weight.

Its file comes with a package (docs/dependencies.md) and is opened when the first picture is drawn.
FreeType reads from it what is needed. Not thread-safe.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from cachetools import LRUCache
from PIL import ImageDraw, ImageFont

from bot.quotes.card import FONT_FILE, FONT_PACKAGE

_KOREAN_FACE = 1
"""The face with Korean forms of the Han characters, of the collection's five (Japanese, Korean,
three Chinese). All of them have all the glyphs."""

_FONTS_KEPT = 64
_GLYPHS_KEPT = 4096

_PROBE_SIZE = 24
_ABSENT = "\U0010fffd"
"""A private-use character that no typeface has; it is drawn as the empty box."""

_REFERENCE = 100


class Weight(IntEnum):
    """Weights on OpenType's ``wght`` axis."""

    REGULAR = 400
    MEDIUM = 500
    BOLD = 700
    BLACK = 900


class Typeface:
    """Fonts of any size and weight, and the characters that they have."""

    def __init__(self) -> None:
        self._fonts: LRUCache[tuple[int, Weight], ImageFont.FreeTypeFont] = LRUCache(_FONTS_KEPT)
        self._glyphs: LRUCache[str, bool] = LRUCache(_GLYPHS_KEPT)

    @cached_property
    def path(self) -> Path:
        return Path(str(files(FONT_PACKAGE) / FONT_FILE))

    def at(self, size: int, weight: Weight) -> ImageFont.FreeTypeFont:
        """The font of a size (pixels of the em square)."""
        font = self._fonts.get((size, weight))
        if font is None:
            font = ImageFont.truetype(self.path, size, index=_KOREAN_FACE)
            font.set_variation_by_axes([weight])
            self._fonts[size, weight] = font
        return font

    def width(self, text: str, weight: Weight, hangul: float = 1.0) -> float:
        """The text's width in em; `hangul` as ``write`` takes it."""
        font = self.at(_REFERENCE, weight)
        if hangul == 1.0:
            return font.getlength(text) / _REFERENCE
        lengths = (font.getlength(run) * (hangul if square else 1) for run, square in _runs(text))
        return sum(lengths) / _REFERENCE

    def write(
        self,
        pen: ImageDraw.ImageDraw,
        place: tuple[float, float],
        text: str,
        size: int,
        weight: Weight,
        fill: tuple[int, int, int],
        hangul: float = 1.0,
    ) -> None:
        """Draw one line from the left end of its baseline at `place`.

        Characters that fill their em square are drawn at `hangul` times the size.
        """
        left, baseline = place
        for run, square in _runs(text) if hangul != 1.0 else [(text, False)]:
            font = self.at(int(size * hangul) if square else size, weight)
            pen.text((left, baseline), run, font=font, fill=fill, anchor="ls")
            left += font.getlength(run)

    def drawable(self, text: str) -> str:
        """The text as one line, without emoji and other characters that the typeface lacks."""
        composed = unicodedata.normalize("NFC", text)
        kept = " ".join("".join(c if self.has(c) else "" for c in composed).split())
        return kept if kept == composed else _STRAY_SPACE.sub("", kept)

    def lacks_letters(self, text: str) -> bool:
        """Whether the typeface lacks letters or digits of the text."""
        return any(
            char.isalnum() and not self.has(char) for char in unicodedata.normalize("NFC", text)
        )

    def has(self, char: str) -> bool:
        """Whether the typeface has a glyph for the character, white space included."""
        if char.isspace():
            return True
        known = self._glyphs.get(char)
        if known is None:
            known = unicodedata.category(char) not in _UNSEEN and self._shape(char) != self._box
            self._glyphs[char] = known
        return known

    @cached_property
    def _box(self) -> tuple[object, bytes]:
        return self._shape(_ABSENT)

    @cached_property
    def _probe(self) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(
            self.path, _PROBE_SIZE, _KOREAN_FACE, layout_engine=ImageFont.Layout.BASIC
        )

    def _shape(self, char: str) -> tuple[object, bytes]:
        mask, offset = self._probe.getmask2(char, mode="1")
        return (mask.size, offset), bytes(mask)


def hangul_beside_latin(text: str) -> float:
    """The size of Hangul in the text, of that of its Latin letters, for which both look as large:
    at one size Hangul, which fills its em square, looks larger than words in lower case."""
    return _BESIDE_LATIN if _LATIN.search(text) and _SQUARES.search(text) else 1.0


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """The text in parts, and whether each is of characters that fill their em square."""
    for number, run in enumerate(_SQUARES.split(text)):
        if run:
            yield run, number % 2 == 1


_BESIDE_LATIN = 0.95
_LATIN = re.compile("[A-Za-z]")
_SQUARES = re.compile("([\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff]+)")

_STRAY_SPACE = re.compile(r" +(?=[,.;:!?])")

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, joiners, surrogates, private-use and unassigned characters."""
