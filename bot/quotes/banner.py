"""The banner of an interview without a picture: the name in both scripts on the kind's colour.

Its smallest letters are 10 points on a phone, within a card. Only one thread may draw at a time
(``Typeface``).
"""

from functools import cache

from PIL import Image, ImageDraw, ImageOps

from bot.core.errors import UserError
from bot.quotes.backdrop import Colour, palette_for
from bot.quotes.card import Banner
from bot.quotes.drawing import encode, typeface
from bot.quotes.fonts import Typeface, Weight
from bot.quotes.typesetting import LEADING, Block, fit, shorten

SIZE = (1200, 600)

WHITE: Colour = (255, 255, 255)

_MARGIN = 72
_WIDTH = SIZE[0] - 2 * _MARGIN
_OTHER_SIZE = 84
_SMALL_SIZE = 44
_LARGEST, _SMALLEST = 230, 64
_LETTER_SIZE = 640
_SOURCE_BASELINE = 98
_NAME_LEADING = 1.08
_HYPHEN = "\N{NON-BREAKING HYPHEN}"
_FIRST_SYLLABLE = "\uac00"


def picture(banner: Banner, _image: bytes | None) -> tuple[bytes, bool]:
    """What the worker process does: the banner as JPEG, in which there is no article's image.

    Raises:
        UserError: the typeface lacks letters of the name (``error.quote-unsettable``).
    """
    return draw(banner, typeface()), False


def draw(banner: Banner, face: Typeface) -> bytes:
    """The banner as JPEG; raises as ``picture``."""
    if not banner.names or any(
        face.lacks_letters(name) or not face.drawable(name) for name in banner.names
    ):
        raise UserError("error.quote-unsettable")
    return encode(_Drawing(banner, face).draw())


class _Drawing:
    def __init__(self, banner: Banner, face: Typeface) -> None:
        self._banner = banner
        self._type = face
        self._palette = palette_for(banner.topic)
        self._canvas = Image.new("RGB", SIZE, self._palette.ground)

    def draw(self) -> Image.Image:
        self._background()
        self._pen = ImageDraw.Draw(self._canvas)
        self._line(self._banner.source, _SOURCE_BASELINE, _SMALL_SIZE, Weight.BOLD)
        bottom = SIZE[1] - _MARGIN + 8
        for text, size, weight, step in (
            (self._banner.role, _SMALL_SIZE, Weight.REGULAR, 76),
            (self._banner.other, _OTHER_SIZE, Weight.BOLD, 104),
        ):
            if self._line(text, bottom, size, weight):
                bottom -= step
        self._names(bottom - 24)
        return self._canvas

    def _background(self) -> None:
        """The ground, lightest at the upper right, and on it a letter of the name, darker."""
        shine = ImageOps.invert(Image.radial_gradient("L")).resize((SIZE[0] * 2, SIZE[1] * 2))
        shine = shine.crop((0, SIZE[1] * 3 // 4, SIZE[0], SIZE[1] * 7 // 4))
        self._canvas.paste(self._palette.raised, (0, 0), shine)
        letters = self._type.drawable(self._banner.other + self._banner.names[0])
        letter = next((char for char in letters if char >= _FIRST_SYLLABLE), letters[:1])
        veil = Image.new("L", SIZE)
        font = self._type.at(_LETTER_SIZE, Weight.BLACK)
        place = (SIZE[0] - 20, SIZE[1] // 2 - 30)
        ImageDraw.Draw(veil).text(place, letter, font=font, fill=110, anchor="rm")
        self._canvas.paste(self._palette.ground, (0, 0), veil)

    def _names(self, bottom: int) -> None:
        """The names, as large as there is room, the last one's baseline at `bottom`."""
        height = bottom - _SOURCE_BASELINE - 30
        names = [self._type.drawable(name).replace("-", _HYPHEN) for name in self._banner.names]
        measure = cache(lambda part: self._type.width(part, Weight.BLACK))
        if len(names) > 1:
            widest = max(map(measure, names))
            size = min(_LARGEST, int(height / (len(names) * _NAME_LEADING)), int(_WIDTH / widest))
            size = max(_SMALLEST, size)
            block = Block(tuple(shorten(name, measure, _WIDTH / size) for name in names), size)
        else:
            room = round(height * LEADING / _NAME_LEADING)
            block = fit(names[0], measure, _WIDTH, room, largest=_LARGEST, smallest=_SMALLEST)
        font = self._type.at(block.size, Weight.BLACK)
        for number, line in enumerate(reversed(block.lines)):
            baseline = bottom - round(number * block.size * _NAME_LEADING)
            self._pen.text((_MARGIN, baseline), line, font=font, fill=WHITE, anchor="ls")

    def _line(self, text: str, baseline: int, size: int, weight: Weight) -> bool:
        """One coloured line, shortened to the width of the banner; whether there is any."""
        measure = cache(lambda part: self._type.width(part, weight))
        shown = shorten(self._type.drawable(text), measure, _WIDTH / size)
        font = self._type.at(size, weight)
        self._pen.text(
            (_MARGIN, baseline), shown, font=font, fill=self._palette.accent, anchor="ls"
        )
        return bool(shown)
