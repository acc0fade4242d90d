"""The banner: names of any length within its margins, and letters that can be read."""

import io

import pytest
from PIL import Image

from bot.core.errors import UserError
from bot.core.model import Topic
from bot.quotes.backdrop import luminance, palette_for
from bot.quotes.banner import SIZE, draw
from bot.quotes.card import Banner
from bot.quotes.drawing import LARGEST_FILE
from bot.quotes.fonts import Typeface

FACE = Typeface()
NAMES = [
    ("Rain",),
    ("이라온",),
    ("SAEBYEOK.EXE",),
    ("Wolfeschlegelsteinhausen" * 4,),
    ("Wolfeschlegelsteinhausen " * 12,),
    ("Mo Se-rin", "Wolfeschlegelsteinhausenbergerdorff " * 3, "한서윤"),
]


def drawn(names: tuple[str, ...], other: str = "", role: str = "") -> Image.Image:
    data = draw(Banner(names, other, role, "KCrush America Magazine", Topic.MUSIC), FACE)
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == ("JPEG", SIZE)
    assert len(data) <= LARGEST_FILE
    return image.convert("RGB")


def brightest(image: Image.Image) -> float:
    _, high = image.convert("L").getextrema()
    assert isinstance(high, float | int)
    return high


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize(("other", "role"), [("", ""), ("라온, " * 40, "Lighting Designer " * 9)])
def test_names_of_any_length_stay_within_the_margins(
    names: tuple[str, ...], other: str, role: str
) -> None:
    image = drawn(names, other, role)
    width, height = SIZE
    assert brightest(image.crop((72, 110, width - 72, height - 40))) > 240
    for edge in (
        (0, 0, 50, height),
        (width - 50, 0, width, height),
        (0, height - 30, width, height),
    ):
        assert brightest(image.crop(edge)) < 120
    # The names keep clear of the magazine's.
    assert brightest(image.crop((72, 112, width - 72, 122))) < 120


@pytest.mark.parametrize("names", [("ฝน",), ("😭",), ("",), (), ("Rain", "ฝน")])
def test_names_that_the_typeface_lacks_are_not_drawn(names: tuple[str, ...]) -> None:
    with pytest.raises(UserError, check=lambda error: error.key == "error.quote-unsettable"):
        drawn(names)


def test_nothing_behind_the_letters_is_lighter_than_the_ground() -> None:
    image = drawn(("Rain",))
    lightest = palette_for(Topic.MUSIC).raised
    # JPEG blurs colours by a few steps.
    for x in range(800, SIZE[0], 40):
        for y in range(0, SIZE[1], 40):
            pixel = image.getpixel((x, y))
            assert isinstance(pixel, tuple)
            red, green, blue = pixel
            assert luminance((red, green, blue)) <= luminance(lightest) * 1.15
