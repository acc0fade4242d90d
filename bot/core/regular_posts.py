"""Regular posts: what a channel gets by the clock, without a new interview. Pure.

A post is due on a day of the guild's calendar, from its hour on and until that day's end: late is
better than never, and two at once for lost days is worse than one.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from bot.core.model import Frequency, QuietHours, Subscription, Timetable
from bot.core.timetable import is_quiet, moment_of, next_due, within

YEAR = timedelta(days=366)
"""For how long nothing is shown again in a channel."""

WEEK = timedelta(days=7)
"""For how long no interview is quoted that the channel has seen otherwise."""

ARCHIVE_AGE = timedelta(days=30)
"""What is younger is no find from the archive."""


class RegularSort(StrEnum):
    """What is posted: an interview of this day in another year, words of one, or one that the
    server has not seen for long."""

    ON_THIS_DAY = "on-this-day"
    QUOTE = "quote"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class RegularTimes:
    """When, in the guild's time zone: at an hour (0 to 23) of every day, or of one ``weekday``
    (0 is Monday)."""

    hour: int
    weekday: int | None = None

    def timetable(self, quiet: QuietHours | None = None) -> Timetable:
        """The same as a timetable."""
        frequency = Frequency.DAILY if self.weekday is None else Frequency.WEEKLY
        return Timetable(frequency, self.weekday or 0, self.hour, quiet)


@dataclass(frozen=True, slots=True)
class RegularPost:
    """What a channel gets regularly. ``subscription`` is its place in the outbox. Nothing is posted
    for an hour before ``since``, when it was set up, changed or resumed."""

    subscription: Subscription
    sort: RegularSort
    times: RegularTimes
    since: datetime


@dataclass(frozen=True, slots=True)
class RegularContent:
    """What a delivery posts, for which ``day``: an interview, or a quote of its question
    ``section``. ``until`` is the end of that day, after which it is not posted any more."""

    sort: RegularSort
    times: RegularTimes
    day: date
    section: int
    until: datetime


@dataclass(frozen=True, slots=True)
class QuestionContent:
    """What a delivery posts in a thread that reads an interview together: its question
    ``section`` of those as far as ``last``. However late, it is posted."""

    section: int
    last: int
    until: None = None


ScheduledContent = RegularContent | QuestionContent
"""What a delivery posts that is no announcement."""


@dataclass(frozen=True, slots=True)
class RegularCandidate:
    """An interview that could be posted."""

    id: int
    published_at: datetime | None
    questions: int


@dataclass(frozen=True, slots=True)
class ChannelMemory:
    """What a channel has been shown, by the ids of interviews.

    ``posted`` is when a regular post showed it last, ``quoted`` which of its questions were quoted
    within a ``YEAR``; ``busy`` are those of which a message is under way, ``lately`` those that the
    channel saw within a ``WEEK``, and ``seen`` those that the server saw within a ``YEAR``.
    """

    posted: Mapping[int, date] = field(default_factory=dict)
    quoted: Mapping[int, Collection[int]] = field(default_factory=dict)
    busy: Collection[int] = ()
    lately: Collection[int] = ()
    seen: Collection[int] = ()


def due_day(
    times: RegularTimes,
    now: datetime,
    zone: tzinfo,
    *,
    since: datetime,
    done: Collection[date],
    quiet: QuietHours | None = None,
) -> date | None:
    """The local day for which a post is due at `now`; ``None`` for none.

    `done` are the days that had theirs, at least those around `now`. During `quiet` hours it waits.
    """
    day = now.astimezone(zone).date()
    if day in done or times.weekday not in (None, day.weekday()):
        return None
    if not since <= moment_of(day, times.hour * 60, zone) <= now:
        return None
    return None if quiet is not None and is_quiet(quiet, now, zone) else day


def next_moment(
    times: RegularTimes, now: datetime, zone: tzinfo, quiet: QuietHours | None = None
) -> datetime:
    """When it is due next after `now`, in UTC."""
    return next_due(times.timetable(quiet), now, zone)


def day_end(day: date, zone: tzinfo) -> datetime:
    """When a local day ends, in UTC."""
    return moment_of(day + timedelta(days=1), 0, zone)


def is_silenced(times: RegularTimes, quiet: QuietHours | None) -> bool:
    """Whether nothing ever comes: the hour lies in quiet hours that outlast the day."""
    minute = times.hour * 60
    return quiet is not None and within(quiet, minute) and quiet.until <= minute


def candidates_for(
    sort: RegularSort,
    candidates: Sequence[RegularCandidate],
    day: date,
    memory: ChannelMemory,
    seed: str,
) -> list[int]:
    """The interviews that may be posted on a day, the best first. What is left to chance is decided
    by `seed`: the same again for the same one, whatever else the archive has meanwhile."""
    free = [one for one in candidates if one.id not in memory.busy]
    if sort is RegularSort.ON_THIS_DAY:
        found = [one for one in free if _years_ago(one, day)]
        found.sort(key=lambda one: (memory.posted.get(one.id, date.min), _years_ago(one, day)))
    elif sort is RegularSort.ARCHIVE:
        found = [
            one
            for one in free
            if one.id not in memory.seen and _shown_before(one, day - YEAR, memory)
            if one.published_at is None or one.published_at.date() <= day - ARCHIVE_AGE
        ]
        found.sort(key=lambda one: _chance(seed, one.id))
    else:
        found = [one for one in free if one.questions and one.id not in memory.lately]
        found.sort(key=lambda one: (len(memory.quoted.get(one.id, ())), _chance(seed, one.id)))
    return [one.id for one in found]


def sections_for(one: RegularCandidate, memory: ChannelMemory, seed: str) -> list[int]:
    """The questions of an interview of which no quote was shown, in an order by chance."""
    quoted = memory.quoted.get(one.id, ())
    left = [section for section in range(1, one.questions + 1) if section not in quoted]
    return sorted(left, key=lambda section: _chance(seed, section))


def years_between(published_at: datetime | None, day: date) -> int:
    """How many years ago of `day` something was published; 0 where nobody knows."""
    return 0 if published_at is None else day.year - published_at.astimezone(UTC).year


def _years_ago(one: RegularCandidate, day: date) -> int:
    """How many years ago it was published on this day (by its date in UTC, as the site dates it);
    0 where it was not."""
    if one.published_at is None:
        return 0
    published = one.published_at.astimezone(UTC).date()
    same = (published.month, published.day) == (day.month, day.day)
    return max(0, years_between(one.published_at, day)) if same else 0


def _shown_before(one: RegularCandidate, limit: date, memory: ChannelMemory) -> bool:
    return memory.posted.get(one.id, date.min) <= limit


def _chance(seed: str, number: int) -> bytes:
    return hashlib.blake2b(f"{seed}:{number}".encode(), digest_size=8).digest()
