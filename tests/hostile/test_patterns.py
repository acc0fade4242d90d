"""No pattern of the program takes more than linear time, those of tomorrow included."""

import re

import pytest

from bot.quotes import wording
from tests.hostile import patterns

BOUNDED = {
    "bot.feed.subjects": 1_000,
    "bot.feed.titles": 1_000,
    "bot.core.timetable": 100,
    "bot.core.zones": 100,
    "bot.core.settings": 1_000,
    "bot.feed.text._CUT_MARK": 12,
}
"""Modules whose patterns see short texts only, and how short: a title has at most a thousand
characters (``bot.feed.entry.TITLE_LIMIT``), hours and zones that an admin types a hundred, a
setting is the operator's own, and of an excerpt the last twelve characters are looked at."""

FOLDED = ("bot.feed.transcript.", "bot.quotes.", "bot.search.")
"""Modules whose texts are those of transcripts, in which white space is folded."""

RAW = ("bot.feed.transcript.shortcodes", "bot.feed.transcript.media", "bot.feed.transcript.marks")
"""Modules among them that see HTML as it comes."""

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


def test_how_a_pattern_is_called_is_known_through_its_module_too() -> None:
    calls = patterns.methods()
    for one, method in ((wording.LEANING, "match"), (wording.ASKING, "fullmatch")):
        assert calls[one.pattern, one.flags] == {method}
    assert calls[wording.UNFIT.pattern, wording.UNFIT.flags] == {"search"}


@pytest.mark.parametrize("name", ALL)
def test_a_pattern_takes_linear_time(name: str) -> None:
    pattern = ALL[name]
    size = next((size for module, size in BOUNDED.items() if name.startswith(module)), None)
    if size is not None:
        seconds, text = patterns.longest(pattern, size, SECONDS)
        assert seconds < SECONDS, text
    else:
        folded = name.startswith(FOLDED) and not name.startswith(RAW)
        worst, text = patterns.slowness(pattern, folded=folded)
        assert worst <= patterns.MOST, text
