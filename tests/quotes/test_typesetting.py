"""Lines: every word there, in its order, within its box, broken where people break them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.quotes.typesetting import LEADING, fit, shorten


def even(text: str) -> float:
    """A typeface whose characters are all half an em wide, those in squares a whole one."""
    return sum(1.0 if char >= "\u1100" else 0.5 for char in text)


def lines(text: str, width: int, height: int = 1000, size: int = 20) -> tuple[str, ...]:
    return fit(text, even, width, height, largest=size, smallest=size).lines


def test_lines_are_of_like_length() -> None:
    text = "one two three four five six seven eight nine ten to"
    assert lines(text, 400) == ("one two three four five six", "seven eight nine ten to")


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("노래를 부를 때마다 창문이 떠올라요", 170, ("노래를 부를", "때마다 창문이", "떠올라요")),
        ("어머니의 그 목소리를 기억해요", 190, ("어머니의", "그 목소리를", "기억해요")),
        ("노래할 수 있어요 정말로", 110, ("노래할 수", "있어요", "정말로")),
        ("and there I was again", 110, ("and there", "I was again")),
        ("歌うたびに、思い出す。", 110, ("歌うたび", "に、思い", "出す。")),
        ("half-remembered names", 120, ("half-", "remembered", "names")),
        ("사랑해요 and I love you", 170, ("사랑해요 and", "I love you")),
    ],
)
def test_lines_break_where_people_break_them(
    text: str, width: int, expected: tuple[str, ...]
) -> None:
    assert lines(text, width) == expected


def test_short_words_are_large_and_long_ones_small() -> None:
    short = fit("a word", even, 900, 400, largest=80, smallest=40)
    long = fit("many words " * 25, even, 900, 400, largest=80, smallest=40)
    assert short.size == 80
    assert 40 <= long.size < 80
    assert long.height <= 400


def test_what_fits_in_no_size_ends_in_an_ellipsis() -> None:
    block = fit("many words " * 200, even, 900, 400, largest=80, smallest=40)
    assert block.size == 40
    assert block.height <= 400
    assert block.lines[-1].endswith("…")


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300), st.integers(60, 900), st.integers(60, 600))
def test_no_word_is_lost_and_no_line_too_wide(text: str, width: int, height: int) -> None:
    block = fit(text, even, width, height, largest=60, smallest=20)
    assert 20 <= block.size <= 60
    for line in block.lines:
        assert even(line) <= width / block.size + 1e-6
        assert line == line.strip()
    shown = "".join("".join(block.lines).split())
    whole = "".join(text.split())
    if shown != whole:
        assert shown.endswith("…")
        assert whole.startswith(shown[:-1])
    if len(block.lines) > 1:
        assert len(block.lines) * block.size * LEADING <= height + 1


@settings(max_examples=60, deadline=None)
@example("00ᄀ\xa0ᄀ", 3.0)
@given(st.text(max_size=60), st.floats(1, 30))
def test_a_shortened_line_fits(text: str, width: float) -> None:
    shown = shorten(text, even, width)
    assert even(shown) <= max(width, 1.0)
    assert shown == text or shown.endswith("…")
