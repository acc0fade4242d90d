"""No pattern of the program takes more than linear time, those of tomorrow included."""

import re

import pytest

from tests.hostile import patterns

BOUNDED = {
    "bot.feed.subjects": 1_000,
    "bot.feed.vocabulary": 1_000,
    "bot.core.timetable": 100,
}
"""Modules whose patterns see short texts only, and how short: a title has at most a thousand
characters (``bot.feed.entry.TITLE_LIMIT``), an option of a command that names hours a hundred."""

SECONDS = 0.1
"""For the worst text of that length."""

ALL = patterns.all_patterns()


def test_the_patterns_are_found() -> None:
    names = " ".join(ALL)
    assert len(ALL) > 150
    for module in ("bot.feed.html", "bot.feed.transcript", "bot.archive.articles", "bot.web"):
        assert module in names


@pytest.mark.parametrize("bad", [r"(a+)+$", r"\s*x?\s*$", r"<!--.*?-->", r"^(?:\s*<!--.*?-->)*x"])
def test_a_bad_pattern_is_noticed(bad: str) -> None:
    worst, _ = patterns.slowness(re.compile(bad, re.DOTALL))
    assert worst > patterns.MOST


@pytest.mark.parametrize("name", ALL)
def test_a_pattern_takes_linear_time(name: str) -> None:
    pattern = ALL[name]
    size = next((size for module, size in BOUNDED.items() if name.startswith(module)), None)
    if size is not None:
        seconds, text = patterns.longest(pattern, size)
        assert seconds < SECONDS, text
    else:
        worst, text = patterns.slowness(pattern)
        assert worst <= patterns.MOST, text
