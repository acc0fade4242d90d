"""Options of commands: what they offer while somebody types, and how what they typed is read."""

import calendar
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from discord import app_commands
from discord.app_commands import Choice, locale_str

from bot.client.client import KcrushClient
from bot.core.errors import UserError
from bot.core.model import Doubt, Frequency, QuietHours, Topic
from bot.core.timetable import MINUTES, clock_face, parse_quiet
from bot.core.zones import abbreviations, find_zone, suggested_zones
from cogs.responses import Interaction, text_for

CHOICES = 25
CHOICE_LIMIT = 100
"""Choices of an option and characters of each (Discord docs, Application Commands)."""

ArtistName = app_commands.Range[str, 1, 100]
"""What is typed for an artist; a choice's value is far shorter."""

TITLE_LIMIT = 1000
"""Characters that may be typed for a title, or pasted of a link; a choice's value is far shorter.
"""

InterviewTitle = app_commands.Range[str, 1, TITLE_LIMIT]

TITLE_HINT = "Type a title or a name and pick one, or paste an article's link"

NAME_HINT = "Start typing a name, in English or Hangul, and pick one"

COMMON_NIGHTS = ("22-8", "23-7", "0-6", "0-8", "9-17")
COMMON_ENDS = (8, 7, 6, 9, 17)
"""Hours at which quiet hours end, offered where only their beginning was typed yet."""

LONGEST_OFFERED = 14 * 60
"""Minutes of quiet hours that are offered for a beginning alone."""

NO_QUIET = ("off", "none")
"""What people type for no quiet hours."""

_SEPARATOR = re.compile(r"\s*(?:[-–—~:]|to|until)$")


def _choice(value: Any, english: str, key: str) -> Choice[Any]:
    """A choice whose name other catalogues have under `key`; the translator can't know its
    command, as it does an option's."""
    return Choice(name=locale_str(english, key=key), value=value)


TOPICS = [
    _choice(kind.value, english, f"kind.{kind}")
    for kind, english in (
        (Topic.MUSIC, "Music"),
        (Topic.ACTING, "Acting"),
        (Topic.WEBTOON, "Webtoons and comics"),
        (Topic.SPORT, "Sport"),
        (Topic.GAME, "Games"),
        (Topic.CREATOR, "Creators"),
        (Topic.FILM, "Film"),
        (Topic.OTHER, "Other"),
    )
]
NO_FILTER = ("off", "all", "none")
"""What people type for no filter; quoted, these are words to look for."""

FREQUENCIES = [
    _choice(Frequency.EACH.value, "Each interview, as soon as it comes out", "choice.each"),
    _choice(Frequency.DAILY.value, "A daily digest", "choice.daily"),
    _choice(Frequency.WEEKLY.value, "A weekly digest", "choice.weekly"),
]
DAYS = [_choice(number, day, f"weekday.{number}") for number, day in enumerate(calendar.day_name)]
DOUBTS = [
    _choice(
        Doubt.RATHER_ONCE.value, "Better to miss one than to get it twice", "choice.rather-once"
    ),
    _choice(
        Doubt.RATHER_TWICE.value, "Better to get one twice than to miss it", "choice.rather-twice"
    ),
]


def stem_of(sent: str) -> str:
    """The beginning of a choice's name, before the facts that follow the name proper."""
    return re.split(r" · | \(|…", sent, maxsplit=1)[0]


def value_of(sent: str, choices: Iterable[Choice[str]]) -> str:
    """What was sent as an option's value, or the value of the choice that is called so: where a
    command is pasted, or the channel is changed while it is typed, Discord's clients send the name
    of a choice in place of its value (discord-api-docs, issues 7206 and 7916)."""
    return next((choice.value for choice in choices if choice.name == sent), sent)


class TypedOption(app_commands.Transformer[KcrushClient]):
    """An option that takes at most as many characters as a choice may have."""

    min_value = 1
    max_value = CHOICE_LIMIT


class TimeZoneOption(TypedOption):
    """A time zone of the IANA database."""

    async def transform(self, interaction: Interaction, value: str, /) -> str:
        # The time in a choice's name is not that of now any more.
        return find_zone(stem_of(value), datetime.now(UTC))

    async def autocomplete(self, interaction: Interaction, value: Any, /) -> list[Choice[Any]]:
        return suggest_zones(value, datetime.now(UTC))


class QuietHoursOption(TypedOption):
    """Quiet hours, or ``off`` for none."""

    async def transform(
        self, interaction: Interaction, value: str, /
    ) -> QuietHours | Literal["off"]:
        none = text_for(interaction)("choice.no-quiet")
        value = value_of(value, suggest_quiet_hours(value, none))
        return "off" if value.strip().casefold() in NO_QUIET else parse_quiet(value)

    async def autocomplete(self, interaction: Interaction, value: Any, /) -> list[Choice[Any]]:
        return suggest_quiet_hours(value, text_for(interaction)("choice.no-quiet"))


def filter_named(typed: str | None) -> str | None:
    """A filter as typed; "" for the word that stands for none."""
    return "" if typed is not None and typed.strip().casefold() in NO_FILTER else typed


def suggest_zones(typed: str, now: datetime) -> list[Choice[str]]:
    """The zones that may be meant, each with the time on its clocks, by which people know their
    own, and with its abbreviations in winter and summer where its clocks change."""
    return [
        Choice(name=_clock_of(name, now), value=name)
        for name in suggested_zones(typed, now)[:CHOICES]
    ]


def _clock_of(name: str, now: datetime) -> str:
    called = abbreviations(name, now.year)
    shown = [name, f"{now.astimezone(ZoneInfo(name)):%H:%M}"]
    return " · ".join([*shown, "/".join(called)] if len(called) > 1 else shown)


def suggest_quiet_hours(typed: str, none: str) -> list[Choice[str]]:
    """What was typed as it is understood, with an end where only the beginning is there yet, or
    the commonest nights; `none`, for no hours, where nothing was typed but the beginning of it."""
    typed = typed.strip().casefold()
    begun = _SEPARATOR.sub("", typed)
    offered = [typed, *(f"{begun}-{until}" for until in COMMON_ENDS)] if typed else COMMON_NIGHTS
    nights = [quiet for one in offered if (quiet := _understood(one)) is not None]
    if typed and nights and _understood(typed) is None:
        nights = [one for one in nights if (one.until - one.start) % MINUTES <= LONGEST_OFFERED]
    written = [f"{clock_face(one.start)}–{clock_face(one.until)}" for one in nights]
    choices = [Choice(name=one, value=one) for one in written]
    if any(word.startswith(typed) for word in (*NO_QUIET, none.casefold())):
        choices.append(Choice(name=none, value="off"))
    return choices


def _understood(typed: str) -> QuietHours | None:
    try:
        return parse_quiet(typed)
    except UserError:
        return None
