"""Options of commands: what they offer while somebody types, and how what they typed is read."""

from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from discord import app_commands
from discord.app_commands import Choice, locale_str

from bot.client.client import KcrushClient
from bot.core.errors import UserError
from bot.core.model import Doubt, Frequency, QuietHours, Topic
from bot.core.timetable import clock_face, find_zone, parse_quiet, zone_names
from cogs.responses import Interaction, text_for

CHOICES = 25
CHOICE_LIMIT = 100
"""Choices of an option and characters of each (Discord docs, Application Commands)."""

ArtistName = app_commands.Range[str, 1, 100]
"""What is typed for an artist; a choice's value is far shorter."""

NAME_HINT = "Begin to type a name, in English or Hangul, and choose"

COMMON_ZONES = (
    "Asia/Seoul",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/Toronto",
    "America/Mexico_City",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Istanbul",
    "Africa/Lagos",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Jakarta",
    "Asia/Bangkok",
    "Asia/Manila",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
    "UTC",
)
"""Offered before a letter is typed: where most of the magazine's readers live."""

COMMON_QUIET_HOURS = ("22-8", "23-7", "0-6", "0-8", "9-17")


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
FREQUENCIES = [
    _choice(Frequency.EACH.value, "Each interview, as soon as it comes out", "choice.each"),
    _choice(Frequency.DAILY.value, "A daily digest", "choice.daily"),
    _choice(Frequency.WEEKLY.value, "A weekly digest", "choice.weekly"),
]
DAYS = [
    _choice(number, english, f"weekday.{number}")
    for number, english in enumerate(
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    )
]
DOUBTS = [
    _choice(Doubt.RATHER_ONCE.value, "Rather once too few than twice", "choice.rather-once"),
    _choice(Doubt.RATHER_TWICE.value, "Rather twice than not at all", "choice.rather-twice"),
]


class TypedOption(app_commands.Transformer[KcrushClient]):
    """An option that takes at most as many characters as a choice may have."""

    min_value = 1
    max_value = CHOICE_LIMIT


class TimeZoneOption(TypedOption):
    """A time zone of the IANA database."""

    async def transform(self, interaction: Interaction, value: str, /) -> str:
        return find_zone(value)

    async def autocomplete(self, interaction: Interaction, value: Any, /) -> list[Choice[Any]]:
        return suggest_zones(value, datetime.now(UTC))


class QuietHoursOption(TypedOption):
    """Quiet hours, or ``off`` for none."""

    async def transform(
        self, interaction: Interaction, value: str, /
    ) -> QuietHours | Literal["off"]:
        return "off" if value.strip().casefold() == "off" else parse_quiet(value)

    async def autocomplete(self, interaction: Interaction, value: Any, /) -> list[Choice[Any]]:
        return suggest_quiet_hours(value, text_for(interaction)("choice.no-quiet"))


def suggest_zones(typed: str, now: datetime) -> list[Choice[str]]:
    """Zones whose name contains what was typed, those that begin with it first, each with the
    time on its clocks, by which people know their own."""
    wanted = "_".join(typed.split()).casefold()
    if not wanted:
        found = [name for name in COMMON_ZONES if name in zone_names()]
    else:
        matching = [name for name in zone_names() if wanted in name.casefold()]
        found = sorted(matching, key=lambda name: (not _begins(name, wanted), name))
    return [
        Choice(name=f"{name} · {now.astimezone(ZoneInfo(name)):%H:%M}", value=name)
        for name in found[:CHOICES]
    ]


def suggest_quiet_hours(typed: str, none: str) -> list[Choice[str]]:
    """What was typed as it is understood, or the commonest nights; then `none`, for no hours."""
    typed = typed.strip()
    offered = [_written(one) for one in ([typed] if typed else COMMON_QUIET_HOURS)]
    choices = [Choice(name=one, value=one) for one in offered if one is not None]
    return [*choices, Choice(name=none, value="off")]


def _written(typed: str) -> str | None:
    try:
        quiet = parse_quiet(typed)
    except UserError:
        return None
    return f"{clock_face(quiet.start)}–{clock_face(quiet.until)}"


def _begins(name: str, wanted: str) -> bool:
    return any(part.casefold().startswith(wanted) for part in (name, name.rpartition("/")[2]))
