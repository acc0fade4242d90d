"""What commands' options understand and offer."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UserError
from bot.core.i18n import load_messages
from bot.core.model import Topic
from bot.core.timetable import clock_face, parse_quiet
from cogs.options import DAYS, TOPICS, suggest_quiet_hours, suggest_zones

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def test_choices_are_named_as_the_catalogue_names_them() -> None:
    """English stands in the code for commands, and in the catalogue for sentences."""
    text = load_messages().text()
    for choice in [*TOPICS, *DAYS]:
        assert choice._locale_name is not None
        assert choice.name == text(choice._locale_name.extras["key"])
    assert [choice.value for choice in TOPICS] == list(Topic)
    assert [choice.value for choice in DAYS] == list(range(7))


@pytest.mark.parametrize(
    ("typed", "start", "until"),
    [
        ("22-8", "22:00", "08:00"),
        ("22:30-07:15", "22:30", "07:15"),
        (" 22:30 – 7:15 ", "22:30", "07:15"),
        ("10pm-8am", "22:00", "08:00"),
        ("12 AM to 6:30 am", "00:00", "06:30"),
        ("12pm until 1pm", "12:00", "13:00"),
        ("0-24:00", None, None),
        ("20-24", "20:00", "00:00"),
        ("22-22", None, None),
        ("25-8", None, None),
        ("22:60-8", None, None),
        ("13pm-8am", None, None),
        ("24:30-8", None, None),
        ("night", None, None),
        ("", None, None),
        ("٢٢-٨", None, None),
    ],
)
def test_quiet_hours_as_people_type_them(typed: str, start: str | None, until: str | None) -> None:
    if start is None:
        with pytest.raises(UserError, check=lambda error: error.key == "error.quiet-unreadable"):
            parse_quiet(typed)
        assert suggest_quiet_hours(typed or "x", "No quiet hours") == []
    else:
        quiet = parse_quiet(typed)
        assert (clock_face(quiet.start), clock_face(quiet.until)) == (start, until)
        offered = suggest_quiet_hours(typed, "No quiet hours")
        assert parse_quiet(str(offered[0].value)) == quiet


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("22", ["22:00–08:00", "22:00–07:00", "22:00–06:00", "22:00–09:00"]),
        ("22-", ["22:00–08:00", "22:00–07:00", "22:00–06:00", "22:00–09:00"]),
        ("22:30 to", ["22:30–08:00", "22:30–07:00", "22:30–06:00", "22:30–09:00"]),
        ("11 PM", ["23:00–08:00", "23:00–07:00", "23:00–06:00", "23:00–09:00"]),
        ("9", ["09:00–17:00"]),
        ("22-8", ["22:00–08:00"]),
        ("22:00-08:00", ["22:00–08:00"]),
        ("o", ["off"]),
        ("OFF", ["off"]),
        ("no", ["off"]),
        ("none", ["off"]),
        ("", ["22:00–08:00", "23:00–07:00", "00:00–06:00", "00:00–08:00", "09:00–17:00", "off"]),
    ],
)
def test_what_is_typed_of_quiet_hours_is_completed(typed: str, offered: list[str]) -> None:
    assert [choice.value for choice in suggest_quiet_hours(typed, "No quiet hours")] == offered


@given(st.text(max_size=100))
def test_a_suggestion_never_undoes_what_is_typed(typed: str) -> None:
    choices = suggest_quiet_hours(typed, "None")
    beginning = typed.strip().casefold()
    undone = not ("off".startswith(beginning) or "none".startswith(beginning))
    assert not (undone and any(choice.value == "off" for choice in choices))
    for choice in suggest_zones(typed, NOW):
        assert 1 <= len(choice.name) <= 100


def test_zones_are_offered_with_the_time_there() -> None:
    common = suggest_zones("", NOW)
    assert (common[0].name, common[0].value) == ("Asia/Seoul · 21:30", "Asia/Seoul")
    assert len(common) <= 25
    assert suggest_zones("PST", NOW)[0].name == ("America/Los_Angeles · 04:30 · PST/PDT")
    assert [choice.value for choice in suggest_zones("new y", NOW)] == ["America/New_York"]
    assert suggest_zones("be", NOW)[0].value == "America/Belem"
    assert suggest_zones("nowhere", NOW) == []
    assert len(suggest_zones("a", NOW)) == 25
