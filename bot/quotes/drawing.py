"""The picture: an answer's words below the article's image, on a colour, or on paper.

A square is what phones, and the apps that it is shared to, show across their whole width; the
smallest letters are 9 points there. Only one thread may draw at a time (``Typeface``).
"""

import io
from functools import cache

from PIL import Image, ImageDraw

from bot.core.errors import UserError
from bot.quotes.backdrop import Colour, Pixels, decode, palette_for, palette_of
from bot.quotes.card import Design, QuoteCard
from bot.quotes.designs import (
    FRAMES,
    on_colour,
    on_dark,
    on_paper,
    on_sheet,
    over_image,
)
from bot.quotes.fonts import Typeface, Weight, hangul_beside_latin
from bot.quotes.typesetting import LEADING, Block, fit, shorten, typographic

LARGEST_FILE = 1_000_000
"""Bytes. Discord accepts 10 MiB (Discord docs, Reference, Uploading Files), but
that takes long on a slow network."""

_QUALITIES = (90, 82, 70)

_MARK_SIZE = 190
_GIANT_SIZE = 1000
_MARK_GAP = 46
_NAME_STEP, _ROLE_SIZE, _ROLE_STEP = 1.32, 0.77, 1.0
"""Of the size of names."""

_FOOT_SIZE = 30
_FOOT_STEP = 43
_RULE_RISE = 95
"""From the last line's baseline to the rule above the foot."""

_RULE_GAP = 30
_CREDITS_GAP = 36
_MARK_HEIGHT = 124
"""The mark's, and the gap's below it."""

_SMALLEST = 40
_LARGEST_BELOW_IMAGE = 0.9
"""Of the largest words elsewhere."""


def picture(card: QuoteCard, image: bytes | None) -> tuple[bytes, bool]:
    """What the worker process does: the picture, and whether the article's `image`, the file as it
    was fetched, is in it. Raises as ``draw``."""
    hero = decode(image, hero_size(card)) if image is not None else None
    return draw(card, hero, typeface()), hero is not None


def hero_size(card: QuoteCard) -> tuple[int, int]:
    """Pixels to which the article's image is decoded; short words show a little more of its
    height."""
    frame = FRAMES[card.look.format]
    return frame.width, frame.image + 224


@cache
def typeface() -> Typeface:
    """The worker process's own."""
    return Typeface()


def draw(card: QuoteCard, hero: Pixels | None, face: Typeface) -> bytes:
    """The picture as JPEG, with the article's image in it if there is one and the design shows it.

    Raises:
        UserError: the typeface lacks letters of the words (``error.quote-unsettable``).
    """
    return encode(drawing(card, hero, face))


def drawing(card: QuoteCard, hero: Pixels | None, face: Typeface) -> Image.Image:
    """The picture before it is a file; raises as ``draw``."""
    if face.lacks_letters(card.text) or not face.drawable(card.text):
        raise UserError("error.quote-unsettable")
    return _Drawing(card, hero.image() if hero else None, face).draw()


def encode(image: Image.Image) -> bytes:
    """JPEG with full colour resolution, without which coloured letters have ragged edges.

    Neither progressive nor optimised: that takes five times as long, holding Python's global lock,
    to save a tenth of the size, which Discord's media proxy saves anyway.
    """
    data = b""
    for quality in _QUALITIES:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, subsampling=0)
        data = out.getvalue()
        if len(data) <= LARGEST_FILE:
            break
    return data


class _Drawing:
    def __init__(self, card: QuoteCard, hero: Image.Image | None, typeface: Typeface) -> None:
        self._card = card
        self._hero = hero if card.look.design is Design.PHOTO else None
        self._type = typeface
        self._frame = FRAMES[card.look.format]
        self._palette = palette_of(self._hero) if self._hero else palette_for(card.topic)
        self._is_paper = card.look.design is Design.PAPER
        self._inks = on_paper(card.topic) if self._is_paper else on_dark(self._palette)
        self._weight = Weight.MEDIUM if self._is_paper else Weight.BOLD
        self._name = typeface.drawable(card.speaker)
        self._role = typeface.drawable(card.role or "") if self._name else ""
        lines = (_NAME_STEP if self._name else 0) + (_ROLE_STEP if self._role else 0)
        self._credits_height = round(self._frame.name * lines)
        self._rule_top = self._frame.bottom - _RULE_RISE

    def draw(self) -> Image.Image:
        text = typographic(self._type.drawable(self._card.text))
        hangul = hangul_beside_latin(text)
        block, top = self._place(text, hangul)
        self._canvas = self._background(top)
        self._pen = ImageDraw.Draw(self._canvas)
        self._mark(top)
        self._words(block, top, hangul)
        self._credits(top + block.height + _CREDITS_GAP)
        self._foot()
        return self._canvas

    def _place(self, text: str, hangul: float) -> tuple[Block, int]:
        """The words and where their first line begins."""
        frame, hero = self._frame, self._hero
        bottom = self._rule_top - _RULE_GAP - self._credits_height - _CREDITS_GAP
        highest = frame.image if hero else frame.top + _MARK_HEIGHT
        block = fit(
            text,
            cache(lambda part: self._type.width(part, self._weight, hangul)),
            frame.inner,
            bottom - highest,
            largest=round(frame.largest * (_LARGEST_BELOW_IMAGE if hero else 1)),
            smallest=_SMALLEST,
        )
        lowest = bottom - block.height
        # Without an image the words are in the middle of the free space.
        return block, lowest if hero else (highest + lowest) // 2

    def _background(self, top: int) -> Image.Image:
        if self._hero is not None:
            return over_image(self._frame, self._palette, self._hero, top)
        if self._is_paper:
            return on_sheet(self._frame, self._inks)
        return self._colour()

    def _colour(self) -> Image.Image:
        """The kind's colour, and in it a quotation mark that closes, darker."""
        canvas = on_colour(self._frame, self._palette)
        font = self._type.at(_GIANT_SIZE, Weight.BLACK)
        mask, (x, y) = font.getmask2("”", anchor="ls")
        _, _, right, bottom = mask.getbbox()
        veil = Image.new("L", self._frame.size)
        place = (self._frame.width + 50 - x - right, self._rule_top - 50 - y - bottom)
        ImageDraw.Draw(veil).text(place, "”", font=font, fill=110, anchor="ls")
        canvas.paste(self._palette.ground, (0, 0), veil)
        return canvas

    def _mark(self, top: int) -> None:
        """A large quotation mark, aligned with the lines by its visible left edge."""
        font = self._type.at(_MARK_SIZE, Weight.BLACK)
        mask, (x, y) = font.getmask2("“", anchor="ls")
        left, _, right, bottom = mask.getbbox()
        indent = (self._frame.width - right + left) / 2 if self._is_paper else self._frame.margin
        place = (indent - x - left, top - _MARK_GAP - y - bottom)
        self._pen.text(place, "“", font=font, fill=self._inks.accent, anchor="ls")

    def _words(self, block: Block, top: int, hangul: float) -> None:
        for number, line in enumerate(block.lines):
            baseline = top + round(number * block.size * LEADING + block.size)
            self._line(line, baseline, block.size, self._weight, self._inks.words, hangul)

    def _credits(self, top: int) -> None:
        inks, size = self._inks, self._frame.name
        role_size = round(size * _ROLE_SIZE)
        if self._name:
            wide = self._type.width(self._name, Weight.BOLD) * size
            fitting = max(role_size, min(size, int(size * self._frame.inner / wide)))
            self._shortened(self._name, top + size, fitting, Weight.BOLD, inks.words)
        if self._role:
            baseline = top + round(size * _NAME_STEP) + role_size
            self._shortened(self._role, baseline, role_size, Weight.REGULAR, inks.accent)

    def _foot(self) -> None:
        frame, inks, top = self._frame, self._inks, self._rule_top
        if not self._is_paper:
            right = frame.width - frame.margin - 1
            self._pen.rectangle((frame.margin, top, right, top + 1), inks.rule)
        source = frame.bottom - _FOOT_STEP
        self._shortened(self._card.source, source, _FOOT_SIZE, Weight.BOLD, inks.words)
        self._shortened(self._card.title, frame.bottom, _FOOT_SIZE, Weight.REGULAR, inks.soft)

    def _shortened(
        self, text: str, baseline: int, size: int, weight: Weight, colour: Colour
    ) -> None:
        """One line, shortened to the width between the margins."""
        shown = shorten(
            self._type.drawable(text),
            lambda part: self._type.width(part, weight),
            self._frame.inner / size,
        )
        self._line(shown, baseline, size, weight, colour)

    def _line(
        self,
        text: str,
        baseline: int,
        size: int,
        weight: Weight,
        colour: Colour,
        hangul: float = 1.0,
    ) -> None:
        """One line: centred on paper, else from the left margin on, beyond which a quotation mark
        hangs."""
        left: float = self._frame.margin
        if self._is_paper:
            left = (self._frame.width - self._type.width(text, weight, hangul) * size) / 2
        elif text[:1] in _HANGING:
            left -= self._type.width(text[:1], weight) * size
        self._type.write(self._pen, (left, baseline), text, size, weight, colour, hangul)


_HANGING = ("“", "‘", "「", "『")
