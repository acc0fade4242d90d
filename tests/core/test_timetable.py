"""When announcements may go out: tables over changes of clocks, and what holds for every zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import Frequency, QuietHours, Timetable
from bot.core.timetable import (
    is_quiet,
    next_due,
    quiet_end,
    within,
    zone_of,
)

EACH, DAILY, WEEKLY = Frequency
SEOUL = "Asia/Seoul"
NEW_YORK = "America/New_York"  # 2026-03-08: 02:00 is 03:00; 2026-11-01: 02:00 is 01:00 again
LORD_HOWE = "Australia/Lord_Howe"  # 2026-04-05: 02:00 is 01:30 again; 2026-10-04: 02:00 is 02:30
APIA = "Pacific/Apia"  # 2011-12-30 was skipped
SAO_PAULO = "America/Sao_Paulo"  # 2018-11-04: 00:00 is 01:00


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def quiet(start: str, until: str) -> QuietHours:
    def minute(clock: str) -> int:
        hours, minutes = clock.split(":")
        return int(hours) * 60 + int(minutes)

    return QuietHours(minute(start), minute(until))


@pytest.mark.parametrize(
    ("timetable", "zone", "now", "due"),
    [
        (Timetable(), SEOUL, "2026-03-01T12:00", "2026-03-01T12:00"),
        # Seoul is nine hours ahead all year.
        (Timetable(DAILY, hour=18), SEOUL, "2026-03-01T08:59", "2026-03-01T09:00"),
        (Timetable(DAILY, hour=18), SEOUL, "2026-03-01T09:00", "2026-03-02T09:00"),
        (Timetable(DAILY, hour=0), SEOUL, "2026-03-01T14:00", "2026-03-01T15:00"),
        # 2026-03-01 is a Sunday; in Seoul it is Monday from 15:00 UTC.
        (Timetable(WEEKLY, 0, 18), SEOUL, "2026-03-01T12:00", "2026-03-02T09:00"),
        (Timetable(WEEKLY, 0, 18), SEOUL, "2026-03-02T09:00", "2026-03-09T09:00"),
        (Timetable(WEEKLY, 6, 23), SEOUL, "2026-03-01T13:59", "2026-03-01T14:00"),
        (Timetable(WEEKLY, 6, 23), SEOUL, "2026-03-01T14:00", "2026-03-08T14:00"),
        # The hour stays while the offset changes.
        (Timetable(DAILY, hour=18), NEW_YORK, "2026-03-07T12:00", "2026-03-07T23:00"),
        (Timetable(DAILY, hour=18), NEW_YORK, "2026-03-08T12:00", "2026-03-08T22:00"),
        (Timetable(WEEKLY, 0, 9), NEW_YORK, "2026-10-26T13:00", "2026-11-02T14:00"),
        # An hour that the change skips: the moment of the change.
        (Timetable(DAILY, hour=2), NEW_YORK, "2026-03-07T12:00", "2026-03-08T07:00"),
        (Timetable(DAILY, hour=2), NEW_YORK, "2026-03-08T07:00", "2026-03-09T06:00"),
        (Timetable(DAILY, hour=0), SAO_PAULO, "2018-11-03T12:00", "2018-11-04T03:00"),
        (Timetable(DAILY, hour=2), LORD_HOWE, "2026-10-03T12:00", "2026-10-03T15:30"),
        # An hour that comes twice: the first of the two, and not the second.
        (Timetable(DAILY, hour=1), NEW_YORK, "2026-11-01T04:00", "2026-11-01T05:00"),
        (Timetable(DAILY, hour=1), NEW_YORK, "2026-11-01T05:00", "2026-11-02T06:00"),
        (Timetable(DAILY, hour=1), NEW_YORK, "2026-11-01T05:30", "2026-11-02T06:00"),
        # A day that was skipped: as it begins again, once.
        (Timetable(WEEKLY, 4, 18), APIA, "2011-12-29T12:00", "2011-12-30T10:00"),
        (Timetable(WEEKLY, 4, 18), APIA, "2011-12-30T10:00", "2012-01-06T04:00"),
        (Timetable(WEEKLY, 5, 18), APIA, "2011-12-30T10:00", "2011-12-31T04:00"),
        # Quiet hours, for each and for a digest whose hour they hold.
        (Timetable(quiet=quiet("22:00", "08:00")), SEOUL, "2026-03-01T12:59", "2026-03-01T12:59"),
        (Timetable(quiet=quiet("22:00", "08:00")), SEOUL, "2026-03-01T13:00", "2026-03-01T23:00"),
        (
            Timetable(DAILY, hour=7, quiet=quiet("22:00", "08:30")),
            SEOUL,
            "2026-03-01T12:00",
            "2026-03-01T23:30",
        ),
    ],
)
def test_when_it_is_due(timetable: Timetable, zone: str, now: str, due: str) -> None:
    assert next_due(timetable, utc(now), ZoneInfo(zone)) == utc(due)


@pytest.mark.parametrize(
    ("hours", "zone", "now", "end"),
    [
        (quiet("22:00", "08:00"), "UTC", "2026-03-01T21:59", None),
        (quiet("22:00", "08:00"), "UTC", "2026-03-01T22:00", "2026-03-02T08:00"),
        (quiet("22:00", "08:00"), "UTC", "2026-03-02T07:59", "2026-03-02T08:00"),
        (quiet("22:00", "08:00"), "UTC", "2026-03-02T08:00", None),
        (quiet("00:00", "06:00"), "UTC", "2026-03-02T00:00", "2026-03-02T06:00"),
        (quiet("13:00", "14:00"), "UTC", "2026-03-02T13:30", "2026-03-02T14:00"),
        (quiet("13:00", "00:00"), "UTC", "2026-03-02T13:30", "2026-03-03T00:00"),
        # The night of the change is an hour shorter, or longer.
        (quiet("22:00", "08:00"), NEW_YORK, "2026-03-08T03:00", "2026-03-08T12:00"),
        (quiet("22:00", "08:00"), NEW_YORK, "2026-11-01T03:00", "2026-11-01T13:00"),
        # The end itself is skipped, or comes twice: the hours begin anew with the second.
        (quiet("22:00", "02:30"), NEW_YORK, "2026-03-08T06:30", "2026-03-08T07:00"),
        (quiet("22:00", "01:30"), NEW_YORK, "2026-11-01T05:10", "2026-11-01T05:30"),
        (quiet("22:00", "01:30"), NEW_YORK, "2026-11-01T05:40", None),
        (quiet("22:00", "01:30"), NEW_YORK, "2026-11-01T06:10", "2026-11-01T06:30"),
    ],
)
def test_when_quiet_hours_end(hours: QuietHours, zone: str, now: str, end: str | None) -> None:
    assert quiet_end(hours, utc(now), ZoneInfo(zone)) == utc(end or now)


# Zones that change by an hour, by half an hour, over midnight, by a day; and one that never does.
zones = st.sampled_from([SEOUL, NEW_YORK, LORD_HOWE, APIA, SAO_PAULO, "Africa/Casablanca", "UTC"])
minutes = st.integers(0, 1439)
some_quiet = st.builds(QuietHours, minutes, minutes).filter(lambda one: one.start != one.until)


@st.composite
def moments(draw: st.DrawFn, zone: str) -> datetime:
    """A moment within two days of a change of the zone's clocks more often than not."""
    year = draw(st.sampled_from([2011, 2018, 2026]))
    start = datetime(year, 1, 1, tzinfo=UTC)
    offsets = [
        (start + timedelta(hours=6 * n)).astimezone(ZoneInfo(zone)).utcoffset()
        for n in range(365 * 4)
    ]
    changes = [n for n in range(1, len(offsets)) if offsets[n] != offsets[n - 1]]
    one_near = bool(changes) and draw(st.booleans())
    near = draw(st.sampled_from(changes)) if one_near else None
    hours = 6 * (near if near is not None else draw(st.integers(0, 365 * 4)))
    return start + timedelta(hours=hours, minutes=draw(st.integers(-2880, 2880)))


@settings(max_examples=150, deadline=None)
@given(st.data(), zones, some_quiet)
def test_quiet_hours_end_with_their_first_minute_that_is_none(
    data: st.DataObject, zone: str, hours: QuietHours
) -> None:
    now = data.draw(moments(zone))
    end = quiet_end(hours, now, ZoneInfo(zone))
    assert end >= now
    assert not is_quiet(hours, end, ZoneInfo(zone))
    passed = int((end - now).total_seconds()) // 60
    assert all(is_quiet(hours, now + timedelta(minutes=n), ZoneInfo(zone)) for n in range(passed))
    assert passed <= 3 * 1440


@settings(max_examples=100, deadline=None)
@given(st.data(), zones, st.sampled_from([DAILY, WEEKLY]), st.integers(0, 6), st.integers(0, 23))
def test_digests_come_at_their_hour_and_none_is_left_out(
    data: st.DataObject, zone: str, frequency: Frequency, weekday: int, hour: int
) -> None:
    timetable = Timetable(frequency, weekday, hour)
    period = timedelta(days=7 if frequency is WEEKLY else 1)
    before = data.draw(moments(zone))
    for _ in range(5):
        due = next_due(timetable, before, ZoneInfo(zone))
        shown = due.astimezone(ZoneInfo(zone))
        assert due > before
        assert due - before <= period + timedelta(days=1, hours=2)
        if (shown.hour, shown.minute) != (hour, 0):
            earlier = (due - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
            assert shown.utcoffset() != earlier.utcoffset(), "only a change of clocks moves it"
        # Whatever comes until then waits for the same moment.
        middle = before + (due - before) / 2
        assert next_due(timetable, middle, ZoneInfo(zone)) == due
        before = due


@given(minutes, minutes.filter(bool), minutes)
def test_a_minute_is_quiet_as_on_a_clocks_face(start: int, length: int, minute: int) -> None:
    hours = QuietHours(start, (start + length) % 1440)
    if start + length <= 1440:
        assert within(hours, minute) == (start <= minute < start + length)
    else:
        assert within(hours, minute) == (minute >= start or minute < hours.until)


def test_a_stored_zone_that_is_known_no_more_is_utc() -> None:
    assert zone_of(None) is UTC
    assert zone_of("Asia/Atlantis") is UTC
    assert zone_of("../seoul") is UTC
    assert zone_of(SEOUL) == ZoneInfo(SEOUL)
