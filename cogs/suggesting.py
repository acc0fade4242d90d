"""What autocompletion offers for times: zones and quiet hours."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from discord.app_commands import Choice

from bot.errors import UserError
from bot.timetable import clock_face, parse_quiet, zone_names

CHOICES = 25
CHOICE_LIMIT = 100
"""Discord docs, Application Commands, autocomplete."""

OFF = "off"

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

_COMMON_QUIET = ("22-8", "23-7", "0-6", "0-8", "9-17")


def suggest_zones(current: str, now: datetime | None = None) -> list[Choice[str]]:
    """Zones whose name holds what was typed, those that begin with it first, each with the time
    that its clocks show now: by that a person knows their own."""
    wanted = "_".join(current.split()).casefold()
    now = now or datetime.now(UTC)
    if not wanted:
        found = [name for name in COMMON_ZONES if name in zone_names()]
    else:
        holding = [name for name in zone_names() if wanted in name.casefold()]
        found = sorted(holding, key=lambda name: (not _begins(name, wanted), name))
    return [
        Choice(name=f"{name} · {now.astimezone(ZoneInfo(name)):%H:%M}", value=name)
        for name in found[:CHOICES]
    ]


def suggest_quiet(current: str, none: str) -> list[Choice[str]]:
    """What was typed as it is understood, or the commonest nights, and none at all."""
    typed = current.strip()
    offered = [_quiet(typed)] if typed else [_quiet(one) for one in _COMMON_QUIET]
    choices = [Choice(name=one, value=one) for one in offered if one is not None]
    return [*choices, Choice(name=none, value=OFF)]


def _quiet(typed: str) -> str | None:
    try:
        quiet = parse_quiet(typed)
    except UserError:
        return None
    return f"{clock_face(quiet.start)}–{clock_face(quiet.until)}"


def _begins(name: str, wanted: str) -> bool:
    return any(part.casefold().startswith(wanted) for part in (name, name.rpartition("/")[2]))
