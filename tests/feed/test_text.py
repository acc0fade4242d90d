"""Cleaning: what a person should see stays, and nothing else."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feed.text import clean, shorten

ANYTHING = st.text(st.characters(), max_size=200)


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("  a\n\t b\u00a0c ", "a b c"),
        ("nul\x00s and \x1bcontrols\x7f", "nuls and controls"),
        ("lone \ud83d surrogate", "lone \ufffd surrogate"),
        ("\u202eevil\u202c \u2067text\u2069 \u200e!", "evil text !"),
        ("zero\u200bwidth\ufeff so\u00adft", "zerowidth soft"),
        ("wasnâ€™t â€œfineâ€\x9d", "wasn’t “fine”"),
        ("wasn’t “fine” – d’accord…", "wasn’t “fine” – d’accord…"),
        ("CafÃ©", "Café"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
        (
            "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324go",
            "Z\u0351\u036b\u0343go",
        ),
        ("👩‍🎤 ❤️ 🇰🇷", "👩‍🎤 ❤️ 🇰🇷"),
        ("@everyone <@1> **b** `c`", "@everyone <@1> **b** `c`"),
    ],
)
def test_clean(dirty: str, expected: str) -> None:
    assert clean(dirty) == unicodedata.normalize("NFC", expected)


@given(ANYTHING)
def test_clean_text_is_clean_and_stays_so(text: str) -> None:
    once = clean(text)
    assert once == " ".join(once.split())
    assert once.encode("utf-8").decode() == once
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in once)
    assert not set(once) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 10, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("one two three four", 10, "one two…"),
        ("one two, three", 9, "one two…"),
        ("a" * 50, 10, "a" * 9 + "…"),
        ("cut by the site...", 50, "cut by the site…"),
        ("cut by the site [&hellip;]", 50, "cut by the site [&hellip;]"),
        ("cut by the site […]", 50, "cut by the site…"),
        ("cut by the site. [...]", 50, "cut by the site…"),
        ("안녕하세요 여러분 반갑습니다", 9, "안녕하세요…"),
    ],
)
def test_shorten(text: str, limit: int, expected: str) -> None:
    assert shorten(text, limit) == expected


@given(ANYTHING, st.integers(2, 120))
def test_shortened_text_fits_and_is_the_beginning(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    if len(clean(text)) > limit + 12:
        assert short.endswith("…")
    assert clean(text).startswith(short.rstrip("…")) or short.endswith("…")
