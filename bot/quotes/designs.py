"""What is behind the words of each design, and the colours of the letters on it.

On every design each letter has a contrast of 4.5:1 or more with all that is behind it (WCAG 2.2,
1.4.3), whatever the article's image is.
"""

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bot.core.colours import colour_of
from bot.core.model import Topic
from bot.quotes.backdrop import Colour, Palette, darkened
from bot.quotes.card import Format


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things are on a picture of a format, in pixels.

    ``top`` is where the mark begins at the earliest without an image above it, ``image`` the least
    height of one, ``bottom`` the baseline of the last line, ``largest`` the size of short words,
    ``name`` that of names. Over ``fade`` pixels an image gives way to what is behind the words.
    """

    width: int
    height: int
    margin: int
    top: int
    image: int
    bottom: int
    largest: int
    name: int
    fade: int

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def inner(self) -> int:
        """The width of a line."""
        return self.width - 2 * self.margin


FRAMES = {
    Format.SQUARE: Frame(
        1080, 1080, 76, top=110, image=416, bottom=1017, largest=84, name=44, fade=316
    ),
    # Instagram and Facebook lay their own buttons over 14 % at the top and 20 % at the bottom
    # (Meta's guide to ads in stories).
    Format.STORY: Frame(
        1080, 1920, 88, top=270, image=760, bottom=1536, largest=104, name=54, fade=440
    ),
}
"""1080 pixels are the width of a phone's screen, and what Instagram and X do not scale down."""


@dataclass(frozen=True, slots=True)
class Inks:
    """The colours of the words and names, of the accented parts, of the foot, and of its rule."""

    words: Colour
    accent: Colour
    soft: Colour
    rule: Colour


PAPER: Colour = (251, 246, 239)
_INK: Colour = (38, 28, 34)
_ACCENT = 0.15
"""Luminance of the accent on paper: 4.8:1."""


def on_dark(palette: Palette) -> Inks:
    rule = mixed(palette.ground, palette.accent, 0.28)
    return Inks((252, 249, 247), palette.accent, (203, 197, 199), rule)


def on_paper(kind: Topic) -> Inks:
    return Inks(_INK, darkened(colour_of(kind), _ACCENT), (104, 92, 98), PAPER)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round((1 - share) * a + share * b) for a, b in zip(one, other, strict=True))
    return red, green, blue


def over_image(frame: Frame, palette: Palette, image: Image.Image, top: int) -> Image.Image:
    """The image above the line at `top`, where the words begin, and below it darkened so much that
    letters can be read on a white one, too."""
    canvas = _blurred(image, frame.size, palette.ground, _SHADE)
    width, height = frame.width, top - _DARK
    fitted = _upper_part(image, (width, top + _UNDER), height)
    if min(image.width, image.height * width / (top + _UNDER)) < _SHARP_WIDTH:
        fitted = _blurred(fitted, fitted.size)
    else:
        # Magazine images often have a name printed in their lower part.
        begin, end = max(0, top - frame.fade * 5 // 6), top - frame.fade * 4 // 9
        lower = fitted.crop((0, begin, width, height))
        sharp = _ramp(lower.size, 0, end - begin)
        fitted.paste(Image.composite(lower, _blurred(lower, lower.size), sharp), (0, begin))
    canvas.paste(fitted, (0, 0), _ramp(fitted.size, top - frame.fade, height))
    return canvas


_CENTRE = (0.5, 0.28)
"""Faces are above the middle."""

_UNDER = 90
"""Pixels of the image that are under the words: there is what is printed in its lower part."""


def _upper_part(image: Image.Image, size: tuple[int, int], height: int) -> Image.Image:
    """The upper `height` pixels of the image when it fills `size`."""
    scale = max(size[0] / image.width, size[1] / image.height)
    left = (image.width - size[0] / scale) * _CENTRE[0]
    above = (image.height - size[1] / scale) * _CENTRE[1]
    box = (left, above, left + size[0] / scale, above + height / scale)
    return image.resize((size[0], height), Image.Resampling.LANCZOS, box=box)


_SHARP_WIDTH = 520
"""Pixels; an image that is less wide is shown blurred across the card."""

_DARK = 116
"""Pixels above the words, above which the image begins to show."""

_SHADE = 0.83
"""The ground's share of what is behind the words."""


def on_colour(frame: Frame, palette: Palette) -> Image.Image:
    """The palette's ground, with the lighter one shining at the top, right of the middle."""
    canvas = Image.new("RGB", frame.size, palette.ground)
    shine = ImageOps.invert(Image.radial_gradient("L"))
    side = shine.width / 2
    part = (side / 3, side, side / 3 + side, 2 * side)
    canvas.paste(palette.raised, (0, 0), shine.resize(frame.size, box=part))
    return canvas


def on_sheet(frame: Frame, inks: Inks) -> Image.Image:
    canvas = Image.new("RGB", frame.size, PAPER)
    edge = (_EDGE, _EDGE, frame.width - _EDGE - 1, frame.height - _EDGE - 1)
    ImageDraw.Draw(canvas).rectangle(edge, outline=inks.accent, width=3)
    return canvas


_EDGE = 28


def _blurred(
    image: Image.Image, size: tuple[int, int], ground: Colour = (0, 0, 0), shade: float = 0.0
) -> Image.Image:
    """The image in a size, strongly blurred, with a share of `ground` in it. That is done at a
    small size, which is quick and looks the same."""
    width, height = (max(1, side // _SHRINK) for side in size)
    small = ImageOps.fit(image, (width, height), Image.Resampling.BOX, centering=_CENTRE)
    small = small.filter(ImageFilter.GaussianBlur(4))
    if shade:
        small = Image.blend(small, Image.new("RGB", small.size, ground), shade)
    return small.resize(size, Image.Resampling.BILINEAR)


_SHRINK = 12


def _ramp(size: tuple[int, int], begin: int, end: int) -> Image.Image:
    """A mask: opaque above `begin`, nothing below `end`, an S-shaped curve between."""
    column = Image.new("L", (1, size[1]))
    column.putdata([_opacity((row - begin) / max(1, end - begin)) for row in range(size[1])])
    return column.resize(size, Image.Resampling.NEAREST)


def _opacity(at: float) -> int:
    at = min(1.0, max(0.0, at))
    return round(255 * (1 - at * at * (3 - 2 * at)))
