"""Every letter of every design is legible, whatever is behind it, and within the picture."""

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from PIL import Image, ImageDraw

from bot.core.errors import UserError
from bot.core.model import Topic
from bot.quotes.backdrop import Pixels, luminance
from bot.quotes.card import Design, Format, Look, QuoteCard
from bot.quotes.designs import FRAMES
from bot.quotes.drawing import LARGEST_FILE, draw, drawing, hero_size
from bot.quotes.fonts import Typeface
from tests.catalogues import read_catalogue, sentences, shipped
from tests.quotes.typeface import characters

CONTRAST = 4.5
"""WCAG 2.2, 1.4.3."""

CARD = QuoteCard(
    "I never forgot it, and I still sing it for her.",
    "Han Seoyun",
    "Singer",
    "KCrush America Magazine",
    "An interview",
    Topic.MUSIC,
)
LONG = "I have carried the same notebook since I was nine, and 우리 강아지 write in it. " * 4
PLAIN = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "yellow": (255, 240, 20),
    "blue": (20, 30, 255),
}
FACE = Typeface()


def hero(colour: tuple[int, int, int]) -> Pixels:
    image = Image.new("RGB", (1200, 675), colour)
    return Pixels(image.size, image.tobytes())


def chequered() -> Pixels:
    """Black and white squares, the size of letters."""
    small = Image.new("L", (24, 14))
    small.putdata([255 * ((place % 24 + place // 24) % 2) for place in range(24 * 14)])
    image = small.resize((1200, 700), Image.Resampling.NEAREST).convert("RGB")
    return Pixels(image.size, image.tobytes())


HEROES = {**{name: hero(colour) for name, colour in PLAIN.items()}, "chequered": chequered()}


Box = tuple[int, int, int, int]
Written = tuple[str, Box, tuple[int, int, int]]


def written(
    card: QuoteCard, pixels: Pixels | None, patch: pytest.MonkeyPatch
) -> tuple[Image.Image, list[Written]]:
    """The picture without its letters; each text, the box of its ink, and its colour."""
    texts: list[Written] = []

    def note(_pen: Any, place: Any, text: str, **how: Any) -> None:
        if not isinstance(how["fill"], tuple):
            return  # a mask of the ground
        left, above, right, below = how["font"].getbbox(text, anchor=how["anchor"])
        x, y = place
        box = (int(x + left), int(y + above), int(x + right) + 1, int(y + below) + 1)
        texts.append((text, box, how["fill"]))

    with patch.context() as context:
        context.setattr(ImageDraw.ImageDraw, "text", note)
        return drawing(card, pixels, FACE), texts


def contrasts(
    card: QuoteCard, pixels: Pixels | None, patch: pytest.MonkeyPatch
) -> Iterator[tuple[str, float]]:
    """Each text of the picture, and its contrasts with what is behind it."""
    behind, texts = written(card, pixels, patch)
    for text, box, fill in texts:
        for _, pixel in behind.crop(box).reduce(3).getcolors(10**6) or []:
            dark, light = sorted([luminance(pixel), luminance(fill)])  # type: ignore[arg-type]
            yield text, (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("format_", "text"), [(Format.SQUARE, LONG), (Format.SQUARE, CARD.text), (Format.STORY, LONG)]
)
@pytest.mark.parametrize("name", HEROES)
def test_letters_are_legible_over_any_photo(
    name: str, text: str, format_: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = replace(CARD, text=text, look=Look(format=format_))
    found = list(contrasts(card, HEROES[name], monkeypatch))
    assert {text for text, _ in found} >= {"“", "Han Seoyun", "Singer", "An interview"}
    assert min(found, key=lambda one: one[1])[1] >= CONTRAST


@pytest.mark.parametrize("kind", Topic)
@pytest.mark.parametrize("design", [Design.COLOUR, Design.PAPER])
def test_letters_are_legible_on_colour_and_paper(
    design: Design, kind: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = replace(CARD, text=LONG, topic=kind, look=Look(design, Format.STORY))
    assert min(contrast for _, contrast in contrasts(card, None, monkeypatch)) >= CONTRAST


HOSTILE = {
    "one word": "ㅋ" * 150 + "x" * 150,
    "very long": "A sentence that does not end, and another one that goes on. " * 300,
    "marks": "Z" + "\u0316\u0489" * 60 + " a\u0300\u0301\u0301 e\u20dd words that go on and on.",
    "leading mark": "\u0301\u0301\u0301 and words that go on and on and on.",
    "no spaces": "저는노래를부를때마다어릴때살던집의불켜진창문이마음속에떠올라서외롭지않아요" * 4,
    "direction": "\u202ewords that go on\u202c and on \u2066and on\u2069 in one direction.",
    "emoji in words": "I love you 😭💜 and the sea 👩‍👩‍👧‍👦, and all of it.",
    "narrow": "i " * 900,
    "jamo": "\u1112\u1161\u11ab\u1100\u1173\u11af \u1112\u1161\u11ab words and words and words.",
}


LOOKS = [
    Look(Design.PHOTO, Format.STORY),
    Look(Design.COLOUR, Format.SQUARE),
    Look(Design.PAPER, Format.SQUARE),
]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_words_stay_within_the_margins_of_any_design(
    text: str, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = FRAMES[look.format]
    _, texts = written(replace(CARD, text=text, look=look), HEROES["black"], monkeypatch)
    assert len(texts) > 5
    for _, (left, above, right, below), _ in texts:
        assert frame.margin - 50 <= left < right <= frame.width - frame.margin + 4
        assert 0 <= above < below <= frame.bottom + 20


@pytest.mark.parametrize("text", ["😭💜", "", "\u200f\u200e", "أنا أحب البحر", "אני אוהבת את הים"])
def test_what_has_no_letters_that_can_be_set_is_refused(text: str) -> None:
    for design in Design:
        with pytest.raises(UserError, check=lambda error: error.key == "error.quote-unsettable"):
            draw(replace(CARD, text=text, look=Look(design)), None, FACE)


@pytest.mark.parametrize(("design", "format_"), [*product(Design, Format)])
def test_a_picture_is_a_file_of_its_format(design: Design, format_: Format) -> None:
    card = replace(CARD, text=LONG, look=Look(design, format_))
    noise = Image.effect_noise((1600, 1200), 120).convert("RGB")
    data = draw(card, Pixels(noise.size, noise.tobytes()), FACE)
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == ("JPEG", FRAMES[format_].size)
    assert len(data) <= LARGEST_FILE


def test_a_photo_is_as_large_as_its_format_shows_it() -> None:
    widths = {format_: hero_size(replace(CARD, look=Look(format=format_))) for format_ in Format}
    assert widths[Format.STORY][1] > widths[Format.SQUARE][1]


@pytest.mark.parametrize("locale", ["en", *shipped()])
def test_the_typeface_has_every_character_of_the_pictures_own_words(locale: str) -> None:
    for key in ("quote.source",):
        for sentence in sentences(read_catalogue(locale))[key]:
            assert FACE.drawable(sentence) == sentence
            assert characters() >= set(map(ord, sentence))
