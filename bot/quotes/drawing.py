"""The picture: an answer's words below the article's image, or on a colour.

It is square, for phones and the apps that it is shared to show a square across their whole width;
the smallest letters are 9 points there. Only one thread may draw at a time (``Typeface``).
"""

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bot.core.errors import UserError
from bot.quotes.backdrop import Colour, Palette, Pixels, decode, palette_for, palette_of
from bot.quotes.card import QuoteCard
from bot.quotes.fonts import Typeface, Weight
from bot.quotes.typesetting import LEADING, Block, fit, shorten

SIDE = 1080
"""Pixels: the width of a phone's screen, and what Instagram and X do not scale down."""

LARGEST_FILE = 1_000_000
"""Bytes. Discord accepts 10 MiB (Discord docs, Reference, Uploading Files), but
that takes long on a slow network."""

_QUALITIES = (90, 82, 70)
_MARGIN = 76
_WIDTH = SIDE - 2 * _MARGIN
_WHITE: Colour = (252, 249, 247)
_SOFT: Colour = (203, 197, 199)

_MARK_SIZE = 190
_MARK_GAP = 14
_NAME_SIZE = 44
_ROLE_SIZE = 34
_FOOT_SIZE = 30
_FOOT_BASELINES = (SIDE - 100, SIDE - 57)
_RULE_TOP = SIDE - 152

_LEAST_PICTURE = 370
"""Pixels of height that the article's image has at least, however long the words are."""

HERO_SIZE = (SIDE, 640)
"""Pixels to which the article's image is decoded; short words show a little more of its height."""

_SHARP_WIDTH = 520
"""Pixels; an image that is less wide is shown blurred across the card."""


def picture(card: QuoteCard, image: bytes | None) -> tuple[bytes, bool]:
    """What the worker process does: the picture, and whether the article's `image`, the file as it
    was fetched, is in it. Raises as ``draw``."""
    hero = decode(image, HERO_SIZE) if image is not None else None
    return draw(card, hero, typeface()), hero is not None


@cache
def typeface() -> Typeface:
    """The worker process's own."""
    return Typeface()


def draw(card: QuoteCard, hero: Pixels | None, face: Typeface) -> bytes:
    """The picture as JPEG, with the article's image in it if there is one.

    Raises:
        UserError: the typeface lacks letters of the words (``error.quote-unsettable``).
    """
    if face.lacks_letters(card.text) or not face.drawable(card.text):
        raise UserError("error.quote-unsettable")
    return encode(_Drawing(card, hero.image() if hero else None, face).draw())


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
        self._hero = hero
        self._type = typeface
        self._palette: Palette = palette_of(hero) if hero else palette_for(card.topic)
        self._canvas = Image.new("RGB", (SIDE, SIDE), self._palette.ground)

    def draw(self) -> Image.Image:
        block, top = self._place()
        if self._hero is not None:
            self._picture(self._hero, top)
        else:
            self._colour()
        self._pen = ImageDraw.Draw(self._canvas)
        self._mark(top)
        self._words(block, top)
        self._credits()
        self._foot()
        return self._canvas

    def _place(self) -> tuple[Block, int]:
        """The words and where their first line begins."""
        bottom = self._credits_top() - 36
        highest = _LEAST_PICTURE if self._hero else 330
        text = self._type.drawable(self._card.text)
        block = fit(
            text,
            cache(lambda part: self._type.width(part, Weight.BOLD)),
            _WIDTH,
            bottom - highest,
            largest=76 if self._hero else 84,
            smallest=40,
        )
        if self._hero is not None:
            return block, bottom - block.height
        # Without an image the words are in the middle of the free space.
        return block, max(highest, (highest + bottom - block.height) // 2)

    # -- behind the words

    def _picture(self, hero: Image.Image, top: int) -> None:
        height = min(SIDE, top + 90)
        fitted = ImageOps.fit(hero, (SIDE, height), Image.Resampling.LANCZOS, centering=(0.5, 0.28))
        if min(hero.width, hero.height * SIDE / height) < _SHARP_WIDTH:
            fitted = _blurred(fitted)
        # Magazine images often have a name printed in their lower part, where these words go.
        sharp = _ramp(SIDE, height, max(0, top - 240), max(1, top - 130))
        fitted = Image.composite(fitted, _blurred(fitted), sharp)
        mask = _ramp(SIDE, height, max(0, top - 290), top - 4)
        self._canvas.paste(fitted, (0, 0), mask)

    def _colour(self) -> None:
        shine = Image.radial_gradient("L").resize((SIDE * 2, SIDE * 2))
        shine = ImageOps.invert(shine).crop((SIDE // 3, SIDE, SIDE // 3 + SIDE, SIDE * 2))
        self._canvas.paste(self._palette.raised, (0, 0), shine)

    # -- the words

    def _mark(self, top: int) -> None:
        """A large quotation mark, aligned with the lines by its visible left edge."""
        font = self._type.at(_MARK_SIZE, Weight.BLACK)
        left, _, _, bottom = font.getbbox("“")
        place = (_MARGIN - left, top - _MARK_GAP - bottom)
        self._pen.text(place, "“", font=font, fill=self._palette.accent)

    def _words(self, block: Block, top: int) -> None:
        font = self._type.at(block.size, Weight.BOLD)
        step = block.size * LEADING
        for number, line in enumerate(block.lines):
            baseline = top + round(number * step + block.size * 1.0)
            left = _MARGIN
            if line[0] in "“‘\"'「『":
                left -= round(font.getlength(line[0]))
            self._pen.text((left, baseline), line, font=font, fill=_WHITE, anchor="ls")

    def _credits_top(self) -> int:
        name, role = self._names()
        height = (58 if name else 0) + (44 if role else 0)
        return _RULE_TOP - 30 - height

    def _names(self) -> tuple[str, str]:
        name = self._type.drawable(self._card.speaker)
        role = self._type.drawable(self._card.role or "")
        return name, role if name else ""

    def _credits(self) -> None:
        name, role = self._names()
        top = self._credits_top()
        if name:
            wide = self._type.width(name, Weight.BOLD) * _NAME_SIZE
            size = max(_ROLE_SIZE, min(_NAME_SIZE, int(_NAME_SIZE * _WIDTH / wide)))
            self._line(name, top + 42, size, Weight.BOLD, _WHITE)
        if role:
            self._line(role, top + 58 + 32, _ROLE_SIZE, Weight.REGULAR, self._palette.accent)

    def _foot(self) -> None:
        self._pen.rectangle((_MARGIN, _RULE_TOP, SIDE - _MARGIN - 1, _RULE_TOP + 1), self._rule())
        source, title = _FOOT_BASELINES
        self._line(self._card.source, source, _FOOT_SIZE, Weight.BOLD, _WHITE)
        self._line(self._card.title, title, _FOOT_SIZE, Weight.REGULAR, _SOFT)

    def _rule(self) -> Colour:
        red, green, blue = (
            round(0.72 * ground + 0.28 * accent)
            for ground, accent in zip(self._palette.ground, self._palette.accent, strict=True)
        )
        return red, green, blue

    def _line(self, text: str, baseline: int, size: int, weight: Weight, colour: Colour) -> None:
        """One line, shortened to the width of the card."""
        shown = shorten(
            self._type.drawable(text),
            lambda part: self._type.width(part, weight),
            _WIDTH / size,
        )
        font = self._type.at(size, weight)
        self._pen.text((_MARGIN, baseline), shown, font=font, fill=colour, anchor="ls")


def _blurred(image: Image.Image) -> Image.Image:
    """A strong blur. The image is blurred at a small size, which is quick and looks the same."""
    small = image.resize((SIDE // _SHRINK, max(1, image.height // _SHRINK)), Image.Resampling.BOX)
    return small.filter(ImageFilter.GaussianBlur(4)).resize(image.size, Image.Resampling.BICUBIC)


_SHRINK = 12


def _ramp(width: int, height: int, begin: int, end: int) -> Image.Image:
    """A mask: opaque above `begin`, nothing below `end`, an S-shaped curve between."""
    column = Image.new("L", (1, height))
    column.putdata([_shade((row - begin) / max(1, end - begin)) for row in range(height)])
    return column.resize((width, height))


def _shade(at: float) -> int:
    at = min(1.0, max(0.0, at))
    return round(255 * (1 - at * at * (3 - 2 * at)))
