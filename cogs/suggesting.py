"""What options offer: artists, kinds and years; zones and quiet hours."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from discord.app_commands import Choice

from bot.core.errors import UserError
from bot.core.i18n import Text
from bot.core.model import Topic
from bot.core.timetable import clock_face, parse_quiet, zone_names
from bot.fans.reading import Meant, Reading
from bot.ui import ids
from bot.ui.artist import artist_choice
from cogs.naming import Naming

CHOICES = 25
CHOICE_LIMIT = 100
"""Discord docs, Application Commands, autocomplete."""

ARTIST_LIMIT = 100
"""Characters that may be typed for an artist; a choice's value is far shorter."""

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Years that may be asked for: from before there was a web, to where nobody will look."""

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


class StaleChoiceError(UserError):
    """A choice that this version does not offer."""

    def __init__(self) -> None:
        super().__init__("error.command-changed")


def suggest_artists(reading: Reading, current: str, text: Text) -> list[Choice[str]]:
    """Artists whom what was typed may become; the value is an artist's id."""
    return [
        Choice(name=artist_choice(artist, text), value=ids.artist_value(artist.id))
        for artist in reading.complete_artists(current)
    ]


def artist_meant(reading: Reading, value: str) -> Meant:
    """Whom an option names, be it a choice or typed past them.

    Raises:
        ArtistGoneError: the choice is no longer there.
    """
    chosen = ids.parse_artist_value(value)
    return reading.meant(value) if chosen is None else Meant(reading.known_artist(chosen))


def kind_choices(naming: Naming) -> list[Choice[str]]:
    """All kinds, for an option that takes one."""
    return [Choice(name=naming(f"kind.{kind}"), value=str(kind)) for kind in Topic]


def kind_chosen(value: str | None) -> Topic | None:
    """The kind that an option names.

    Raises:
        StaleChoiceError: there is no such kind; Discord's client offers an older list.
    """
    if value is None:
        return None
    try:
        return Topic(value)
    except ValueError:
        raise StaleChoiceError from None


def suggest_years(reading: Reading, current: str, text: Text) -> list[Choice[int]]:
    """The years with interviews that begin as typed, the newest first."""
    typed = current.strip()
    return [
        Choice(name=f"{year} · {text.plural('artist.interviews', count)}", value=year)
        for year, count in reading.years().items()
        if str(year).startswith(typed) and FIRST_YEAR <= year <= LAST_YEAR
    ][:CHOICES]


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
