"""What is behind the words: an article's image, decoded safely, and colours that go with it."""

import colorsys
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from bot.core.colours import ROSE, colour_of
from bot.core.model import Topic

LARGEST_FILE = 8 * 1024 * 1024
"""Bytes. The magazine's pictures have a few hundred thousand."""

LARGEST = 20_000_000
"""Pixels, 60 MB when decoded. WordPress shrinks what is uploaded to 2560 pixels a side."""

SMALLEST = 96
"""Pixels a side: less is a tracker's dot or an icon."""

LONGEST_SIDE = 12_000
STEEPEST = 4
"""The greatest ratio of the sides: beyond it an image is a banner or a strip."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")

Colour = tuple[int, int, int]

_MODES = frozenset({"RGB", "RGBA", "L", "LA", "P", "PA", "1", "CMYK", "YCbCr"})
"""The modes that Pillow converts to RGB faithfully; it would clip 16 bits a channel."""

_GREY = 0.07
"""Saturation below which a picture has no hue to speak of."""


@dataclass(frozen=True, slots=True)
class Palette:
    """A dark ground, one a little lighter, and a light accent, all of one hue.

    White on the ground has a contrast of at least 11:1, the accent 7:1 (WCAG 2.2 asks 4.5:1).
    """

    ground: Colour
    raised: Colour
    accent: Colour


@dataclass(frozen=True, slots=True)
class Pixels:
    """A decoded image: three bytes a pixel, red, green and blue, row after row."""

    size: tuple[int, int]
    data: bytes

    def image(self) -> Image.Image:
        return Image.frombytes("RGB", self.size, self.data)


def decode(data: bytes, wanted: tuple[int, int]) -> Pixels | None:
    """The image's first frame, upright, at least about as large as `wanted`.

    ``None`` for a file that is too large, too small, truncated, or no image of one of ``FORMATS``.
    Pixels are decoded only after the size is known to be within the bounds. That may still take
    minutes (a progressive JPEG has as many scans as its author likes): run it in a worker process.
    """
    if len(data) > LARGEST_FILE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if not _is_acceptable(*opened.size) or opened.mode not in _MODES:
                    return None
                opened.draft("RGB", wanted)
                ImageOps.exif_transpose(opened, in_place=True)
                decoded = _reduced(_in_rgb(opened), wanted)
                return Pixels(decoded.size, decoded.tobytes())
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - decoders raise whatever a broken file leads them to
        return None


def _reduced(image: Image.Image, wanted: tuple[int, int]) -> Image.Image:
    """The image reduced, where it stays large enough: by a whole factor, which is quick and exact
    enough, and one that takes much memory further."""
    share = min(image.width / wanted[0], image.height / wanted[1])
    if share >= 2:
        image = image.reduce(int(share))
    elif share > 1 and image.width * image.height > _HEAVY:
        image = image.resize((int(image.width / share), int(image.height / share)), reducing_gap=2)
    return image


_HEAVY = 4_000_000
"""Pixels. Later steps copy the image several times."""


def _is_acceptable(width: int, height: int) -> bool:
    short, long = sorted((width, height))
    return (
        short >= SMALLEST
        and long <= LONGEST_SIDE
        and width * height <= LARGEST
        and long <= STEEPEST * short
    )


def _in_rgb(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        seen = image.convert("RGBA")
        under = Image.new("RGBA", seen.size, (24, 21, 28, 255))
        return Image.alpha_composite(under, seen).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def palette_of(image: Image.Image) -> Palette:
    """The colours that go with a picture: its average hue, weighted by how colourful it is."""
    small = image.resize((24, 24), Image.Resampling.BOX).tobytes()
    total = [0.0, 0.0, 0.0]
    weight = 0.0
    for start in range(0, len(small), 3):
        pixel = small[start : start + 3]
        worth = (max(pixel) - min(pixel)) / 255 + 0.02
        weight += worth
        for channel, value in enumerate(pixel):
            total[channel] += value / 255 * worth
    red, green, blue = (channel / weight for channel in total)
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    return _palette(hue, saturation)


def palette_for(kind: Topic) -> Palette:
    """The colours for an interview without a picture: the kind's, which by itself is too light for
    letters, as dark as white ones need it, and darker."""
    colour = colour_of(kind)
    return Palette(
        ground=darkened(colour, _DEEP),
        raised=darkened(colour, _RAISED),
        accent=light(hue_of(colour), _TINT),
    )


_RAISED, _DEEP, _TINT = 0.115, 0.045, 0.72
"""Luminances: the tint on what is raised has 4.6:1."""


def darkened(colour: int, most: float) -> Colour:
    """The colour, as 0xRRGGBB, with its parts made smaller alike, until its luminance is at most
    `most`."""
    red, green, blue = colour.to_bytes(3)
    for percent in range(100, 0, -1):
        made = red * percent // 100, green * percent // 100, blue * percent // 100
        if luminance(made) <= most:
            return made
    return 0, 0, 0


def hue_of(colour: int) -> float:
    """The hue of a colour as 0xRRGGBB, from 0 to 1 around the colour circle."""
    return colorsys.rgb_to_hls(*(part / 255 for part in colour.to_bytes(3)))[0]


def _palette(hue: float, saturation: float) -> Palette:
    strength = 0.06 if saturation < _GREY else min(0.5, max(0.26, saturation))
    accent_hue = hue_of(ROSE) if saturation < _GREY else hue
    return Palette(
        ground=_rgb(hue, 0.085, strength),
        raised=_rgb(hue, 0.24, strength),
        accent=light(accent_hue),
    )


def light(hue: float, least: float = 0.42) -> Colour:
    """A light colour of the hue, of a luminance of `least`: blue needs more light than yellow.
    That of 0.42 has at least 7:1 on the darkest."""
    for lightness in range(64, 96, 2):
        colour = _rgb(hue, lightness / 100, 0.64)
        if luminance(colour) >= least:
            return colour
    return _rgb(hue, 0.96, 0.64)


def luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.2)."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(hue: float, lightness: float, saturation: float) -> Colour:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)
