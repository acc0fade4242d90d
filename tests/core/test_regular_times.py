"""When regular posts are due, in every zone and by any clock; and what of the archive they show."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import QuietHours
from bot.core.regular_posts import (
    ChannelMemory,
    RegularCandidate,
    RegularSort,
    RegularTimes,
    candidates_for,
    day_end,
    due_day,
    is_silenced,
    next_moment,
    sections_for,
    years_between,
)

ON_THIS_DAY, QUOTE, ARCHIVE = RegularSort
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SEOUL, NEW_YORK = "Asia/Seoul", "America/New_York"  # 2026-03-08: 02:00 is 03:00

zones = st.sampled_from(
    ["UTC", SEOUL, NEW_YORK, "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"]
)
rhythms = st.builds(RegularTimes, st.integers(0, 23), st.none() | st.integers(0, 6))


instants = st.integers(0, 15 * 366 * 1440).map(
    lambda minutes: datetime(2011, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("times", "zone", "now", "due"),
    [
        (RegularTimes(18), SEOUL, "2026-03-01T08:59", None),
        (RegularTimes(18), SEOUL, "2026-03-01T09:00", "2026-03-01"),
        # Late on the same day in Seoul, never on the next.
        (RegularTimes(18), SEOUL, "2026-03-01T14:59", "2026-03-01"),
        (RegularTimes(18), SEOUL, "2026-03-01T15:00", None),
        # 2026-03-01 is a Sunday; in Seoul it is Monday from 15:00 UTC.
        (RegularTimes(0, 0), SEOUL, "2026-03-01T14:59", None),
        (RegularTimes(0, 0), SEOUL, "2026-03-01T15:00", "2026-03-02"),
        (RegularTimes(0, 0), SEOUL, "2026-03-02T15:00", None),
        # An hour that the change of clocks skips is the moment of the change.
        (RegularTimes(2), NEW_YORK, "2026-03-08T06:59", None),
        (RegularTimes(2), NEW_YORK, "2026-03-08T07:00", "2026-03-08"),
        # One that comes twice is the first: 2026-11-01, 01:00 is at 05:00 and 06:00 UTC.
        (RegularTimes(1), NEW_YORK, "2026-11-01T05:00", "2026-11-01"),
    ],
)
def test_a_post_is_due_from_its_hour_to_the_end_of_its_day(
    times: RegularTimes, zone: str, now: str, due: str | None
) -> None:
    found = due_day(times, utc(now), ZoneInfo(zone), since=LONG_AGO, done=())
    assert found == (date.fromisoformat(due) if due else None)


def test_an_hour_before_it_was_set_up_is_not_made_up_for() -> None:
    times, now = RegularTimes(18), utc("2026-03-01T19:00")
    assert due_day(times, now, UTC, since=utc("2026-03-01T18:01"), done=()) is None
    assert due_day(times, now, UTC, since=utc("2026-03-01T18:00"), done=()) == date(2026, 3, 1)


def test_it_waits_for_the_end_of_quiet_hours() -> None:
    quiet, times = QuietHours(22 * 60, 8 * 60), RegularTimes(3)
    assert (
        due_day(times, utc("2026-03-01T07:59"), UTC, since=LONG_AGO, done=(), quiet=quiet) is None
    )
    due = due_day(times, utc("2026-03-01T08:00"), UTC, since=LONG_AGO, done=(), quiet=quiet)
    assert due == date(2026, 3, 1)
    assert next_moment(times, utc("2026-03-01T00:00"), UTC, quiet) == utc("2026-03-01T08:00")


@pytest.mark.parametrize(
    ("hour", "start", "until", "silenced"),
    [
        (23, 22, 8, True),
        (22, 22, 8, True),
        (3, 22, 8, False),
        (8, 22, 8, False),
        (10, 9, 12, False),
        (23, 22, 0, True),
        (1, 0, 2, False),
    ],
)
def test_an_hour_in_quiet_hours_that_outlast_the_day_never_comes(
    hour: int, start: int, until: int, silenced: bool
) -> None:
    quiet, times = QuietHours(start * 60, until * 60), RegularTimes(hour)
    assert is_silenced(times, quiet) is silenced
    day = [utc("2026-03-01T00:00") + timedelta(minutes=n) for n in range(1440)]
    due = [due_day(times, now, UTC, since=LONG_AGO, done=(), quiet=quiet) for now in day]
    assert any(due) is not silenced
    assert not is_silenced(times, None)


@settings(max_examples=150)
@given(
    times=rhythms,
    zone=zones,
    start=instants,
    steps=st.lists(st.integers(-3 * 1440, 3 * 1440), max_size=40),
)
def test_whatever_the_clock_does_a_day_has_one_post_and_it_is_that_days(
    times: RegularTimes, zone: str, start: datetime, steps: list[int]
) -> None:
    """Looked at any moments, in any order: what was posted is never due again."""
    now, where = start, ZoneInfo(zone)
    posted: list[date] = []
    for step in steps:
        now += timedelta(minutes=step)
        due = due_day(times, now, where, since=LONG_AGO, done=posted)
        if due is not None:
            posted.append(due)
            local = now.astimezone(where)
            assert local.date() == due
            assert now < day_end(due, where)
            assert times.weekday in (None, due.weekday())
    assert len(set(posted)) == len(posted)


@settings(max_examples=60)
@given(times=rhythms, zone=zones, start=instants)
def test_who_looks_at_each_next_moment_finds_every_day_once(
    times: RegularTimes, zone: str, start: datetime
) -> None:
    # Apia had no 30th of December in 2011, a Friday.
    skipped = zone == "Pacific/Apia" and start.year == 2011
    now, where = start, ZoneInfo(zone)
    posted: list[date] = []
    while len(posted) < 12:
        now = next_moment(times, now, where)
        due = due_day(times, now, where, since=LONG_AGO, done=posted)
        assert due is not None or skipped
        posted += [due] if due is not None else []
    gaps = {(after - before).days for before, after in pairwise(posted)}
    step = 1 if times.weekday is None else 7
    assert gaps <= ({step, 2 * step} if skipped else {step})


# ---------------------------------------------------------------- what is shown

DAY = date(2026, 3, 1)


def published(*texts: str | None) -> list[RegularCandidate]:
    return [RegularCandidate(n, utc(one) if one else None, 3) for n, one in enumerate(texts, 1)]


def test_on_this_day_is_what_came_out_on_this_day_in_another_year() -> None:
    candidates = published(
        "2021-03-01T05:00", "2026-03-01T05:00", "2024-03-01T23:59", "2024-03-02T00:00", None
    )
    assert candidates_for(ON_THIS_DAY, candidates, DAY, ChannelMemory(), "s") == [3, 1]
    # What the channel was shown longest ago, or never, comes first.
    memory = ChannelMemory(posted={3: date(2025, 3, 1)})
    assert candidates_for(ON_THIS_DAY, candidates, DAY, memory, "s") == [1, 3]
    assert candidates_for(ON_THIS_DAY, candidates, date(2026, 3, 3), memory, "s") == []


def test_from_the_archive_is_what_the_server_has_not_seen_within_a_year() -> None:
    candidates = published(*["2020-01-01T00:00"] * 4, "2026-02-20T00:00")
    memory = ChannelMemory(posted={1: date(2025, 6, 1), 2: date(2025, 2, 28)}, busy={3}, seen={4})
    # 5 is no find: it is ten days old.
    assert candidates_for(ARCHIVE, candidates, DAY, memory, "s") == [2]


def test_a_quote_is_of_an_interview_with_the_fewest_so_far_and_none_of_lately() -> None:
    candidates = [*published(*["2020-01-01T00:00"] * 4), RegularCandidate(5, None, 0)]
    memory = ChannelMemory(quoted={1: {2}, 2: {1, 3}}, lately={3})
    assert candidates_for(QUOTE, candidates, DAY, memory, "s") == [4, 1, 2]
    assert sections_for(candidates[0], memory, "s") in ([1, 3], [3, 1])
    assert sections_for(candidates[1], memory, "s") == [2]


@given(st.sampled_from([QUOTE, ARCHIVE]), st.integers(2, 30), st.text(max_size=5))
def test_chance_is_decided_by_the_seed_whatever_is_added(
    sort: RegularSort, count: int, seed: str
) -> None:
    candidates = published(*["2020-01-01T00:00"] * count)
    chosen = candidates_for(sort, candidates, DAY, ChannelMemory(), seed)
    assert sorted(chosen) == [one.id for one in candidates]
    fewer = candidates_for(sort, candidates[:-1], DAY, ChannelMemory(), seed)
    assert fewer == [id_ for id_ in chosen if id_ != count]
    again = candidates_for(sort, candidates[::-1], DAY, ChannelMemory(), seed)
    assert again == chosen


def test_another_day_is_another_chance() -> None:
    candidates = published(*["2020-01-01T00:00"] * 30)
    first = {candidates_for(QUOTE, candidates, DAY, ChannelMemory(), str(n))[0] for n in range(50)}
    assert len(first) > 10


def test_years_are_counted_by_the_sites_date() -> None:
    assert years_between(utc("2021-03-01T05:00"), DAY) == 5
    assert years_between(None, DAY) == 0
