"""What admins ask for, decided without Discord and without the store."""

from datetime import UTC, datetime

import pytest
from discord import Permissions
from hypothesis import given
from hypothesis import strategies as st

from bot.admins.subscriptions import DigestInQuietHoursError, Wishes, can_ping, granted, wished
from bot.core.model import Frequency, QuietHours, Subscription, TargetKind, Timetable
from bot.core.timetable import QuietHoursUnreadableError, clock_face, parse_quiet
from cogs.suggesting import suggest_quiet, suggest_zones

EACH, DAILY, WEEKLY = Frequency
NIGHT = QuietHours(22 * 60, 8 * 60)
ONE = Subscription(1, 2, 3, 4, 5, datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("permissions", "mentionable", "pinged"),
    [
        (Permissions.none(), True, True),
        (Permissions(mention_everyone=True), False, True),
        (Permissions(send_messages=True), False, False),
    ],
)
def test_whether_a_mention_reaches_a_role(
    permissions: Permissions, mentionable: bool, pinged: bool
) -> None:
    assert can_ping(permissions, role_is_mentionable=mentionable) is pinged


@pytest.mark.parametrize(
    ("before", "wishes", "after"),
    [
        (Timetable(), Wishes(), Timetable()),
        (Timetable(), Wishes(frequency=DAILY), Timetable(DAILY)),
        (Timetable(), Wishes(frequency=WEEKLY, weekday=4, hour=9), Timetable(WEEKLY, 4, 9)),
        # An hour or a day alone says which frequency is meant.
        (Timetable(), Wishes(hour=9), Timetable(DAILY, hour=9)),
        (Timetable(), Wishes(weekday=4), Timetable(WEEKLY, 4)),
        (Timetable(DAILY), Wishes(weekday=4), Timetable(WEEKLY, 4)),
        (Timetable(WEEKLY, 4, 9), Wishes(hour=7), Timetable(WEEKLY, 4, 7)),
        (Timetable(WEEKLY, 4, 9), Wishes(frequency=EACH), Timetable(EACH, 4, 9)),
        (Timetable(), Wishes(frequency=EACH, hour=9), Timetable(EACH, hour=9)),
        (Timetable(), Wishes(quiet=NIGHT), Timetable(quiet=NIGHT)),
        (Timetable(DAILY, quiet=NIGHT), Wishes(hour=8), Timetable(DAILY, hour=8, quiet=NIGHT)),
        (Timetable(quiet=NIGHT), Wishes(no_quiet=True, hour=3), Timetable(DAILY, hour=3)),
        (Timetable(hour=3), Wishes(quiet=NIGHT), Timetable(hour=3, quiet=NIGHT)),
    ],
)
def test_what_is_named_changes_and_the_rest_stays(
    before: Timetable, wishes: Wishes, after: Timetable
) -> None:
    assert wished(before, wishes) == after


@pytest.mark.parametrize(
    ("before", "wishes"),
    [
        (Timetable(), Wishes(frequency=DAILY, hour=22, quiet=NIGHT)),
        (Timetable(WEEKLY, hour=7), Wishes(quiet=NIGHT)),
        (Timetable(hour=0, quiet=NIGHT), Wishes(frequency=WEEKLY)),
    ],
)
def test_a_digest_within_the_quiet_hours_is_refused(before: Timetable, wishes: Wishes) -> None:
    with pytest.raises(DigestInQuietHoursError):
        wished(before, wishes)


def test_a_subscription_keeps_what_is_not_named() -> None:
    changed = granted(ONE, Wishes(crosspost=True, discussion=True, kind=TargetKind.ANNOUNCEMENT))
    assert (changed.role_id, changed.crosspost, changed.discussion) == (4, True, True)
    again = granted(changed, Wishes(no_role=True, crosspost=False))
    assert (again.role_id, again.crosspost, again.discussion) == (None, False, True)
    assert again.kind is TargetKind.ANNOUNCEMENT
    assert granted(again, Wishes()) == again


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
        with pytest.raises(QuietHoursUnreadableError):
            parse_quiet(typed)
        assert [choice.value for choice in suggest_quiet(typed or "x", "None")] == ["off"]
    else:
        quiet = parse_quiet(typed)
        assert (clock_face(quiet.start), clock_face(quiet.until)) == (start, until)
        (offered, none) = suggest_quiet(typed, "No quiet hours")
        assert parse_quiet(str(offered.value)) == quiet
        assert (none.name, none.value) == ("No quiet hours", "off")


@given(st.text(max_size=100))
def test_any_text_is_offered_something(typed: str) -> None:
    assert suggest_quiet(typed, "None")[-1].value == "off"
    for choice in suggest_zones(typed):
        assert 1 <= len(choice.name) <= 100


def test_zones_are_offered_with_the_time_there() -> None:
    now = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    common = suggest_zones("", now)
    assert (common[0].name, common[0].value) == ("Asia/Seoul · 21:30", "Asia/Seoul")
    assert len(common) <= 25
    assert [choice.value for choice in suggest_zones("new y", now)] == ["America/New_York"]
    assert suggest_zones("be", now)[0].value == "America/Belem"
    assert suggest_zones("nowhere", now) == []
    assert len(suggest_zones("a", now)) == 25
