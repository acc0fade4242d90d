"""Lines: every word there, in its order, within its box, broken where people break them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.quotes.typesetting import LEADING, fit, shorten, typographic


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
        ("어릴 때 살던 집의 불 켜진 창문이", 190, ("어릴 때 살던 집의", "불 켜진 창문이")),
        ("so he said, “At least I caught", 130, ("so he said,", "“At least", "I caught")),
        ("called me “우리 강아지”, and", 190, ("called me", "“우리 강아지”,", "and")),
        ("사랑해요 and I love you", 170, ("사랑해요 and", "I love you")),
    ],
)
def test_lines_break_where_people_break_them(
    text: str, width: int, expected: tuple[str, ...]
) -> None:
    assert lines(text, width) == expected


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        (
            "Since then a parcel of labels has come once a year, from Gunsan.",
            200,
            ("Since then a parcel", "of labels has come", "once a year,", "from Gunsan."),
        ),
        (
            "어릴 창문이 외롭지 살던 떠올라서 살던 마음속에 떠올라서 창문이",
            200,
            ("어릴 창문이 외롭지", "살던 떠올라서 살던", "마음속에", "떠올라서 창문이"),
        ),
    ],
)
def test_no_short_word_stands_alone_on_the_last_line(
    text: str, width: int, expected: tuple[str, ...]
) -> None:
    assert lines(text, width) == expected


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.text("ab가", min_size=2, max_size=9), min_size=2, max_size=30),
    st.integers(200, 400),
)
def test_a_short_word_is_alone_only_where_none_fits_beside_it(words: list[str], width: int) -> None:
    shown = lines(" ".join(words), width)
    widths = [even(line) for line in shown]
    if len(shown) < 2 or " " in shown[-1] or widths[-1] >= max(widths) / 2:
        return
    before, _, word = shown[-2].rpartition(" ")
    assert not before or even(f"{word} {shown[-1]}") > width / 20


def test_a_size_that_keeps_a_long_word_whole_is_chosen() -> None:
    block = fit("an incomprehensibility", even, 400, 400, largest=60, smallest=20)
    assert block.lines == ("an", "incomprehensibility")
    assert block.size == 42


def test_words_that_belong_together_are_parted_where_no_line_has_room_for_all() -> None:
    assert lines("I I I I I I", 70) == ("I I I I", "I I")


def test_a_word_that_no_size_keeps_whole_is_broken_where_it_must() -> None:
    block = fit("x" * 300, even, 928, 500, largest=76, smallest=40)
    assert block.height <= 500
    assert "".join(block.lines) == "x" * 300 or block.lines[-1].endswith("…")


@pytest.mark.parametrize("word", ["x", "가", "歌", "x-", "가 나 "])
def test_any_length_of_text_is_set_in_time(word: str) -> None:
    block = fit(word * 20_000, even, 928, 500, largest=76, smallest=40)
    assert block.lines[-1].endswith("…")


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


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ('He said "no", didn\'t he? ("Never.")', "He said “no”, didn’t he? (“Never.”)"),
        ("\"'Stop' she said,\" he said", "“‘Stop’ she said,” he said"),
        ('그는 "가지 마"라고 했다', "그는 “가지 마”라고 했다"),
        ('the girls\' room — "odd"', "the girls’ room — “odd”"),
        ("「そう」 «oui» “yes”", "「そう」 «oui» “yes”"),
    ],
)
def test_straight_quotation_marks_are_curled(typed: str, shown: str) -> None:
    assert typographic(typed) == shown


@settings(max_examples=60, deadline=None)
@example("00ᄀ\xa0ᄀ", 3.0)
@given(st.text(max_size=60), st.floats(1, 30))
def test_a_shortened_line_fits(text: str, width: float) -> None:
    shown = shorten(text, even, width)
    assert even(shown) <= max(width, 1.0)
    assert shown == text or shown.endswith("…")
