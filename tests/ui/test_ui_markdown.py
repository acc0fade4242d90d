import re
import sys
import time
from unicodedata import category

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.text import _PLAIN, clean, is_visible, measure, safe_cut, shorten
from bot.ui.markdown import Marked, bold, escape, escape_within, link, safe_url
from tests.ui.discord_markdown import MarkFound, literal
from tests.ui.limits import units
from tests.ui.strategies import HOSTILE, TEXT, URL

quick = settings(max_examples=150, deadline=None)


def letters(text: str) -> str:
    return text.replace("\u200b", "")


@quick
@given(TEXT)
def test_any_text_is_shown_letter_by_letter(text: str) -> None:
    assert literal(escape(text)) == letters(clean(text))


@pytest.mark.parametrize("mark", HOSTILE)
@pytest.mark.parametrize("around", ["{}", "so {} there", "line\n{}\nline", "  {}", "a{}b"])
def test_each_mark_is_shown_letter_by_letter(mark: str, around: str) -> None:
    text = around.format(mark)
    assert literal(escape(text)) == letters(clean(text))


@pytest.mark.parametrize("mark", [mark for mark in HOSTILE[:20] if mark != "\\*"])
def test_the_reader_of_markdown_in_these_tests_knows_each_mark(mark: str) -> None:
    with pytest.raises(MarkFound):
        literal(mark)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I love *this* _song_", r"I love \*this\* \_song\_"),
        ("# One\n-# two\n> three", "\\# One\n\\-# two\n\\> three"),
        ("1. first\n- second", "1\\. first\n\\- second"),
        ("@everyone look", "@\u200beveryone look"),
        ("<@&123> <t:1:R>", "\\<@\u200b&123> \\<t\\:1:R>"),
        ("see https://kcrush.example/a_b.", "see <https://kcrush.example/a_b>."),
        ("mail me@here.example", "mail me@\u200bhere.example"),
        (":heart: at 10:30", r"\:heart: at 10:30"),
        ("It's – “fine” (really) #1", "It's – “fine” (really) #1"),
    ],
)
def test_escaping_in_examples(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_our_own_markdown_is_left_as_it_is() -> None:
    assert escape(Marked("<#1> **x**")) == "<#1> **x**"


def test_an_address_with_marks_that_end_it_elsewhere_is_no_link() -> None:
    assert escape("https://a.example/x(y)") == r"https\://a.example/x(y)"
    assert escape("https://a.example/@here") == "https\\://a.example/@\u200bhere"


@pytest.mark.parametrize(
    ("dirty", "tidy"),
    [
        ("a\r\nb\u2028c", "a\nb\nc"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("a\x00\x1b\ud800b\ufeff", "ab"),
        ("\u202eabc\u202c", "abc"),
        ("a\xa0b\tc", "a b c"),
        ("가\u0301\u0301\u0301\u0301\u0301\u0301\u0301", "가\u0301\u0301\u0301\u0301\u0301"),
        ("👩\u200d🎤 ❤\ufe0f", "👩\u200d🎤 ❤\ufe0f"),
    ],
)
def test_cleaning(dirty: str, tidy: str) -> None:
    assert clean(dirty) == tidy


def test_a_line_that_is_taken_for_clean_at_a_look_is_clean() -> None:
    plain = "".join(_PLAIN.findall("".join(map(chr, range(sys.maxunicode + 1)))))
    assert len(plain) > 40_000
    line = "b".join(char * 8 for char in f"é{plain}é")
    # With a line end, the long way is taken.
    assert clean(f"{line}\nb") == f"{line}\nb" == clean(line) + "\nb"


@quick
@given(TEXT)
def test_cleaned_text_can_be_sent_and_stays_clean(text: str) -> None:
    tidy = clean(text)
    tidy.encode()
    assert clean(tidy) == tidy


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\u3164", "\u2800", "\u0301", "\u202e"])
def test_what_nobody_sees(text: str) -> None:
    assert not is_visible(text)


@pytest.mark.parametrize("text", [".", "가", "🙂", "\u3164x"])
def test_what_is_seen(text: str) -> None:
    assert is_visible(text)


@quick
@given(TEXT, st.integers(1, 200))
def test_shortened_text_fits_and_is_a_beginning(text: str, limit: int) -> None:
    tidy = clean(text)
    short = shorten(tidy, limit)
    assert units(short) <= limit
    assert short == tidy or (short.endswith("…") and tidy.startswith(short[:-1]))


@quick
@given(TEXT, st.integers(1, 200))
def test_shortened_and_escaped_text_fits_and_holds_no_mark(text: str, limit: int) -> None:
    short = escape_within(text, limit)
    assert units(short) <= limit
    literal(short)


def test_text_is_shortened_at_a_word() -> None:
    assert shorten("One more thing about music", 20) == "One more thing…"


@pytest.mark.parametrize("whole", ["👩‍👩‍👧‍👦", "🇰🇷", "👍🏽", "❤️", "é", "각"])
def test_a_visible_character_is_never_cut_in_two(whole: str) -> None:
    text = "a" + whole + "b"
    cuts = {safe_cut(text, index) for index in range(len(text) + 1)}
    assert cuts <= {0, 1, 1 + len(whole), len(text)}


def test_length_is_counted_as_strictly_as_discord_might() -> None:
    assert measure("a가😀") == 4


@quick
@given(URL)
@example("https://kcrush.example/a b(c)")
def test_an_address_is_safe_in_a_link_or_refused(url: str) -> None:
    safe = safe_url(url)
    if safe is not None:
        assert re.fullmatch(r"https?://[!-'*-;=?-Z_a-z~%\[\]^]+", safe)
        assert len(safe) <= 512


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://kcrush.example/a?b=c#d", "https://kcrush.example/a?b=c#d"),
        ("https://kcrush.example/김/(x)", "https://kcrush.example/%EA%B9%80/%28x%29"),
        ("https://kcrush.example/100%", "https://kcrush.example/100%25"),
        ("https://kcrush.example/%EA%B9%80", "https://kcrush.example/%EA%B9%80"),
        ("http://münchen.example:8080/", "http://xn--mnchen-3ya.example:8080/"),
        ("http://127.0.0.1:8450/x", "http://127.0.0.1:8450/x"),
        ("https://kcrush.example/a?" + "b" * 600, "https://kcrush.example/a"),
        ("https://kcrush.example/" + "a" * 600, None),
        ("javascript:alert(1)", None),
        ("https://me@evil.example/", None),
        ("https://exa mple.example/", None),
        ("https:///x", None),
        ("https://[::1", None),
        ("https://x:99999/", None),
        ("/relative", None),
        ("", None),
        (None, None),
    ],
)
def test_addresses(url: str | None, safe: str | None) -> None:
    assert safe_url(url) == safe


@pytest.mark.parametrize(
    ("label", "linked"),
    [
        ("(G)I-DLE *live*", r"[(G)I-DLE \*live\*](https://k.example/)"),
        ("[Interview] Kim", r"[\[Interview\] Kim](https://k.example/)"),
        ("odd ] bracket [", r"[odd ) bracket (](https://k.example/)"),
        ("https://evil.example", "[https:\u200b//evil.example](https://k.example/)"),
    ],
)
def test_titles_that_would_break_a_link(label: str, linked: str) -> None:
    assert link(label, "https://k.example/", 100) == linked


def test_without_a_usable_address_the_title_stands_alone() -> None:
    assert link("A *title*", "javascript:x", 100) == r"A \*title\*"


def test_bold_keeps_white_space_outside_the_marks() -> None:
    assert bold(" Seoyun ") == " **Seoyun** "
    assert bold("  ") == "  "


@pytest.mark.parametrize(
    "text",
    [
        "https://" * 20_000,
        "https://a" + "." * 100_000,
        ":" * 100_000,
        ":a" * 100_000,
        "@" * 100_000,
        " \n" * 100_000,
        "- " * 100_000,
        "[" * 100_000,
        "a\u0301" * 50_000,
        "1" * 100_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    escape(text)
    shorten(text, 100, cost=measure)
    assert time.process_time() - started < 2


def test_no_letter_piles_up_marks_on_its_neighbours_lines() -> None:
    """Every combining mark of Unicode, also those that a quick look might pass over."""
    marks = [char for char in map(chr, range(0x110000)) if category(char) in {"Mn", "Me"}]
    assert len(marks) > 1_900
    kept = {mark for mark in marks if len(clean("a" + mark * 30)) > 1 + 5}
    assert kept == set()


def test_a_host_that_is_none_is_refused_at_once() -> None:
    began = time.process_time()
    assert safe_url("https://" + "a" * 500 + "*/") is None
    assert safe_url("https://" + "a." * 200 + "a*/") is None
    assert time.process_time() - began < 1


@pytest.mark.parametrize("host", ["a.example", "a.example.", "a" * 63 + ".example", "[::1]"])
def test_a_host_is_linked(host: str) -> None:
    assert safe_url(f"https://{host}/") == f"https://{host}/"
