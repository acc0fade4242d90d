"""When an announcement may go out: digests' hours and quiet hours in a guild's time zone. Pure.

Local times follow the IANA database, with its changes of clocks. A local time that a change skips
is the moment of the change; one that comes twice is the first of the two.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.core.errors import UserError
from bot.core.model import Frequency, QuietHours, Timetable

MINUTES = 24 * 60
"""Of a day on the clock, however long the day."""

_SECOND = timedelta(seconds=1)
_LONGEST_LOOK = 9
"""Days: a week, one that a change of the date line skips, and the one under way."""


_LONGEST_TYPED = 100
"""Characters of hours as a person types them."""

_RANGE = re.compile(
    r"(\d{1,2})(?::(\d\d))?\s*(am|pm)?\s*(?:[-–—~]|to|until)\s*(\d{1,2})(?::(\d\d))?\s*(am|pm)?",
    re.ASCII | re.IGNORECASE,
)


def clock_face(minute: int) -> str:
    """A minute of the day as a clock shows it: 08:05."""
    return "{:02}:{:02}".format(*divmod(minute, 60))


def parse_quiet(typed: str) -> QuietHours:
    """Quiet hours as people type them: 22-8, 22:30–07:15, 10 pm to 8 am.

    Raises:
        UserError: they can't be understood.
    """
    match = _RANGE.fullmatch(typed.strip()) if len(typed) <= _LONGEST_TYPED else None
    if match is None:
        raise UserError("error.quiet-unreadable", typed=typed)
    start, until = _minute(*match.groups()[:3]), _minute(*match.groups()[3:])
    if start is None or until is None or start == until:
        raise UserError("error.quiet-unreadable", typed=typed)
    return QuietHours(start, until)


def _minute(hours: str, minutes: str | None, half: str | None) -> int | None:
    """The minute of the day; ``None`` where no clock shows that."""
    hour, minute = int(hours), int(minutes or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.casefold() == "pm" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return (hour * 60 + minute) % MINUTES


def zone_of(name: str | None) -> tzinfo:
    """The zone of a stored name; UTC for none, and for one that this machine knows no more."""
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return UTC


def next_due(timetable: Timetable, now: datetime, zone: tzinfo) -> datetime:
    """When what came at `now` is to go out, in UTC and never before `now`.

    By itself: now, or at the end of the quiet hours. In a digest: at its next hour after `now`,
    or at the end of the quiet hours that it falls into.
    """
    if timetable.frequency is Frequency.EACH:
        return quiet_end(timetable.quiet, now, zone)
    local = now.astimezone(zone).date()
    moments = (
        moment_of(day, timetable.hour * 60, zone)
        for day in _days(local)
        if timetable.frequency is Frequency.DAILY or day.weekday() == timetable.weekday
    )
    due = min(moment for moment in moments if moment > now)
    return quiet_end(timetable.quiet, due, zone)


def quiet_end(quiet: QuietHours | None, now: datetime, zone: tzinfo) -> datetime:
    """When the quiet hours that `now` lies in end; `now` itself where it lies in none. UTC."""
    now = now.astimezone(UTC)
    if quiet is None or not is_quiet(quiet, now, zone):
        return now
    local = now.astimezone(zone).date()
    ends = (
        moment
        for day in _days(local, 3)
        for moment in (moment_of(day, quiet.until, zone), moment_of(day, quiet.until, zone, fold=1))
    )
    return min(end for end in ends if end > now and not is_quiet(quiet, end, zone))


def is_quiet(quiet: QuietHours, now: datetime, zone: tzinfo) -> bool:
    """Whether the local clock stands within the quiet hours; their last minute is not theirs."""
    local = now.astimezone(zone)
    return within(quiet, local.hour * 60 + local.minute)


def within(quiet: QuietHours, minute: int) -> bool:
    """Whether a minute of the day lies within the quiet hours."""
    return (minute - quiet.start) % MINUTES < (quiet.until - quiet.start) % MINUTES


def _days(local: date, number: int = _LONGEST_LOOK) -> Iterator[date]:
    return (local + timedelta(days=n) for n in range(-1, number))


def moment_of(day: date, minute: int, zone: tzinfo, *, fold: int = 0) -> datetime:
    """When the local clock shows this minute of this day, in UTC."""
    wall = datetime.combine(day, time(*divmod(minute, 60)), tzinfo=zone)
    moment = wall.replace(fold=fold).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall.replace(tzinfo=None):
        return moment
    return _change(wall, zone)


def _change(skipped: datetime, zone: tzinfo) -> datetime:
    """The moment of the change that skips a local time (PEP 495: its two readings lie on either
    side of it), to the second."""
    readings = [skipped.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    before, after = min(readings), max(readings)
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
