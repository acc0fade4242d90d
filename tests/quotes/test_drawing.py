"""The picture: of the right size, without empty boxes, whatever the words and the article's
picture are."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageStat

from bot.core.errors import UserError
from bot.core.model import Topic
from bot.quotes.backdrop import decode, luminance, palette_of
from bot.quotes.card import Format, QuoteCard
from bot.quotes.designs import FRAMES
from bot.quotes.drawing import LARGEST_FILE, draw, hero_size
from bot.quotes.fonts import Typeface, Weight, hangul_beside_latin
from tests.quotes.pictures import animated, bomb, picture
from tests.quotes.typeface import characters

WORDS = "I was afraid of the sea until my grandmother taught me to float and count the gulls."
CARD = QuoteCard(
    WORDS, "Han Seoyun", "Singer", "KCrush America Magazine", "An interview", Topic.MUSIC
)
SIDE = FRAMES[Format.SQUARE].width
HERO_SIZE = hero_size(CARD)


@pytest.fixture(scope="module")
def typeface() -> Typeface:
    return Typeface()


def card(text: str = WORDS, **changes: Any) -> QuoteCard:
    return replace(CARD, text=text, **changes)


def brightest(image: Image.Image) -> float:
    extrema = image.convert("L").getextrema()
    assert isinstance(extrema[1], float | int)
    return extrema[1]


def drawn(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    assert image.format == "JPEG"
    assert image.size == (SIDE, SIDE)
    assert len(data) <= LARGEST_FILE
    return image.convert("RGB")


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    "text",
    [
        WORDS,
        "저는 노래를 부를 때마다 어릴 때 살던 집의 불 켜진 창문이 마음속에 떠올라서 외롭지 않아요.",
        "My grandmother called me 우리 강아지, and 山田花子 and ガール were more names.",
        ("x" * 279) + ".",
        "I " * 140,
    ],
)
def test_words_are_set_in_white_below_the_picture(text: str, typeface: Typeface) -> None:
    image = drawn(draw(card(text), decode(picture(), HERO_SIZE), typeface))
    # The article's picture is blue at the top; near the bottom there is ink on the dark ground.
    red, _, blue = image.getpixel((SIDE // 2, 20))  # type: ignore[misc]
    assert blue > red + 40
    lower = ImageStat.Stat(image.crop((76, 400, SIDE - 76, SIDE - 180)).convert("L"))
    assert lower.extrema[0][1] > 240
    assert lower.median[0] < 60
    assert brightest(image.crop((0, 400, 40, SIDE))) < 150


def test_without_a_picture_the_kind_gives_the_colour(typeface: Typeface) -> None:
    colours = set()
    for kind in (Topic.MUSIC, Topic.SPORT, Topic.GAME):
        colours.add(drawn(draw(card(topic=kind), None, typeface)).getpixel((SIDE - 20, 20)))
    assert len(colours) == 3


def test_names_of_any_length_stay_within_the_margins(typeface: Typeface) -> None:
    long = card(speaker="Wolfeschlegelsteinhausen " * 8, role="롱네임 " * 60, title="W" * 500)
    image = drawn(draw(long, None, typeface))
    assert brightest(image.crop((SIDE - 40, 330, SIDE, SIDE))) < 120


def test_words_of_a_script_that_the_typeface_lacks_are_not_drawn(typeface: Typeface) -> None:
    with pytest.raises(UserError, check=lambda error: error.key == "error.quote-unsettable"):
        draw(card("ฉันกลัวทะเลจนกระทั่งคุณยายสอนให้ฉันลอยตัว"), None, typeface)
    with pytest.raises(UserError, check=lambda error: error.key == "error.quote-unsettable"):
        draw(card("😭😭😭"), None, typeface)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I love you 😭💜, and the sea.", "I love you, and the sea."),
        ("👩‍👩‍👧‍👦 family ✊🏽", "family"),
        ("한글 (E\u0301) ガ", "한글 (É) ガ"),
        ("a\u202eb\u200b\ufeff\ud800c", "abc"),
        ("Supper … again", "Supper … again"),
    ],
)
def test_emoji_and_what_the_typeface_lacks_is_dropped(
    text: str, shown: str, typeface: Typeface
) -> None:
    assert typeface.drawable(text) == shown


@settings(max_examples=150, deadline=None)
@given(st.characters())
def test_the_typeface_has_just_what_its_file_says(char: str) -> None:
    typeface = FACE
    if typeface.has(char) and not char.isspace():
        assert ord(char) in characters()


FACE = Typeface()


@pytest.mark.parametrize("char", "Aé가힣뷁漢カ“”…—·’♥$%@山")
def test_what_names_and_words_are_written_in_is_there(char: str, typeface: Typeface) -> None:
    assert ord(char) in characters()
    assert typeface.has(char)


def test_hangul_beside_latin_letters_is_set_a_little_smaller(typeface: Typeface) -> None:
    assert hangul_beside_latin("저는 2024년에 노래를 불렀어요.") == 1.0
    assert hangul_beside_latin("She called me in 2024.") == 1.0
    smaller = hangul_beside_latin("She called me 우리 강아지.")
    assert 0.9 < smaller < 1.0
    whole = typeface.width("강아지", Weight.BOLD)
    assert typeface.width("강아지", Weight.BOLD, smaller) == pytest.approx(whole * smaller)
    assert typeface.width("called me", Weight.BOLD, smaller) == pytest.approx(
        typeface.width("called me", Weight.BOLD)
    )


def test_pairs_of_letters_are_kerned_where_the_machine_can_shape(typeface: Typeface) -> None:
    from PIL import features

    if not features.check("raqm"):
        pytest.skip("no libraqm here: letters are set without kerning")
    apart = typeface.width("A", Weight.BOLD) + typeface.width("V", Weight.BOLD)
    assert typeface.width("AV", Weight.BOLD) < apart


@settings(max_examples=12, deadline=None)
@given(
    st.text(max_size=300),
    st.text(max_size=120),
    st.none() | st.text(max_size=120),
    st.text(max_size=300),
)
def test_any_words_are_drawn_or_refused(
    text: str, speaker: str, role: str | None, title: str
) -> None:
    try:
        data = draw(QuoteCard(text, speaker, role, "KCrush", title, Topic.OTHER), None, FACE)
    except UserError:
        return
    drawn(data)


# ---------------------------------------------------------------- the article's picture


@pytest.mark.parametrize(
    "make",
    [
        lambda: picture(kind="JPEG"),
        lambda: picture(kind="WEBP"),
        lambda: picture(kind="AVIF"),
        lambda: picture((0, 0, 0, 0), mode="RGBA"),
        lambda: picture(128, mode="L"),
        lambda: picture((10, 200, 90, 0), mode="CMYK", kind="JPEG"),
        lambda: picture(size=(600, 900)),
        lambda: picture(size=(200, 150)),
        lambda: picture((255, 255, 255)),
        lambda: picture((0, 0, 0)),
        lambda: animated("GIF"),
        lambda: animated("WEBP"),
    ],
)
def test_pictures_of_all_kinds_are_shown(make: Callable[[], bytes], typeface: Typeface) -> None:
    decoded = decode(make(), HERO_SIZE)
    assert decoded is not None
    drawn(draw(CARD, decoded, typeface))


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"",
        lambda: b"<!DOCTYPE html><p>Not found",
        lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        lambda: picture()[:400],
        lambda: picture(kind="JPEG", size=(2000, 1200))[:3000],
        lambda: bomb(30_000),
        lambda: bomb(5_000),
        lambda: picture(size=(3000, 200)),
        lambda: picture(size=(40, 40)),
        lambda: picture(size=(1, 1), kind="GIF"),
        lambda: picture(20_000, mode="I;16"),
        lambda: picture(kind="TIFF"),
        lambda: picture(kind="BMP"),
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg' width='900' height='900'/>",
        lambda: b"%PDF-1.4",
        lambda: picture(kind="PNG") + b"\0" * 9_000_000,
    ],
)
def test_a_file_that_can_t_be_trusted_is_no_picture(make: Callable[[], bytes]) -> None:
    assert decode(make(), HERO_SIZE) is None


def test_a_photograph_lies_as_it_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # TIFF 6.0, Orientation: turned a quarter
    decoded = decode(picture(kind="JPEG", size=(900, 600), exif=exif.tobytes()), (SIDE, SIDE))
    assert decoded is not None
    assert decoded.size == (600, 900)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([picture(), picture(kind="WEBP"), animated("GIF")]))
def test_a_damaged_file_is_a_picture_or_none(damage: bytes, whole: bytes) -> None:
    at = len(whole) // 3
    decoded = decode(whole[:at] + damage + whole[at + len(damage) :], (SIDE, SIDE))
    assert decoded is None or decoded.image().mode == "RGB"


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_words_are_legible_on_the_ground_of_any_picture(colour: tuple[int, int, int]) -> None:
    palette = palette_of(Image.new("RGB", (30, 30), colour))
    ground = luminance(palette.ground) + 0.05
    assert 1.05 / ground > 13
    assert (luminance(palette.accent) + 0.05) / ground > 7
