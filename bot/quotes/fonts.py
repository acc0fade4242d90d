"""The typeface of the pictures: Noto Sans CJK, with Latin and Hangul of one design, at any weight.

Its file comes with a package (docs/dependencies.md) and is opened when the first picture is drawn.
FreeType reads from it what is needed. Not thread-safe.
"""

import re
import unicodedata
from enum import IntEnum
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from cachetools import LRUCache
from PIL import ImageFont

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

    def width(self, text: str, weight: Weight) -> float:
        """The text's width in em."""
        return self.at(_REFERENCE, weight).getlength(text) / _REFERENCE

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


_STRAY_SPACE = re.compile(r" +(?=[,.;:!?])")

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, joiners, surrogates, private-use and unassigned characters."""
