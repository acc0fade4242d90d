"""Time zones as people name them: a city, a country, a state, an abbreviation, an offset. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

from bot.core.errors import UserError
from bot.core.phrases import read_data

_DATA = read_data(__package__, "zones.toml")

COMMON_ZONES: tuple[str, ...] = tuple(_DATA["common"])
"""Where most of the magazine's readers live; first among zones that answer to one name."""

_OFFSET = re.compile(r"(?:gmt|utc)?([+-])(\d{1,2})(?::?([0-5]\d))?", re.ASCII)

_FARTHEST = timedelta(hours=14)
"""Of a clock from UTC."""


@dataclass(frozen=True, slots=True)
class ZoneClock:
    """What a zone's clocks show in one year: offsets from UTC and abbreviations, in January and
    July; the two are the same where the clocks do not change."""

    offsets: tuple[timedelta, timedelta]
    names: tuple[str, str]


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """The IANA names that a person may mean, sorted: regions and cities, and UTC."""
    return tuple(
        sorted(
            name
            for name in available_timezones()
            if name == "UTC"
            or ("/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/")))
        )
    )


def find_zone(typed: str, now: datetime) -> str:
    """The IANA name of the zone that a person named.

    Of several zones with an abbreviation or an offset it is the first of ``COMMON_ZONES``.

    Raises:
        UserError: there is none, or there are several whose clocks differ.
    """
    found = zones_named(typed, now)
    if not found:
        raise UserError("error.unknown-time-zone", zone=typed)
    clocks = _clocks(now.year)
    if not _is_of_clock(_folded(typed), now.year) and len({clocks[name] for name in found}) > 1:
        raise UserError("error.several-time-zones", zone=typed, zones=", ".join(found[:5]))
    return found[0]


def zones_named(typed: str, now: datetime) -> list[str]:
    """The zones that answer to a name, the likeliest first: by their IANA name, else by all other
    names that are exactly this one, in any case and with or without accents."""
    folded = _folded(typed)
    for known in (_folded_names(), _aliases(), _cities(), _abbreviations(now.year)):
        if folded in known:
            return _ordered(known[folded])
    return _with_offset(folded, now)


def suggested_zones(typed: str, now: datetime) -> list[str]:
    """Zones that somebody may mean who has typed this much, the likeliest first."""
    folded = _folded(typed)
    if not folded:
        return [name for name in COMMON_ZONES if name in zone_names()]
    containing = [full for full in _folded_names() if folded in full]
    containing.sort(key=lambda full: (not (full.startswith(folded) or f"/{folded}" in full), full))
    of_names = [zone for full in containing for zone in _folded_names()[full]]
    alike = (zones for name, zones in _aliases().items() if name.startswith(folded))
    beginning = [zone for zones in alike for zone in _ordered(zones)]
    return list(dict.fromkeys([*zones_named(typed, now), *of_names, *beginning]))


def abbreviations(name: str, year: int) -> tuple[str, ...]:
    """What a zone's clocks are called: once, or in winter and in summer where they change. Empty
    where the zone has no names for its times, but offsets alone."""
    clock = _clocks(year).get(name)
    if clock is None or not all(one.isalpha() for one in clock.names):
        return ()
    by_offset = dict(zip(clock.offsets, clock.names, strict=True))
    return tuple(by_offset[offset] for offset in sorted(by_offset))


def _is_of_clock(folded: str, year: int) -> bool:
    return folded in _abbreviations(year) or _OFFSET.fullmatch(folded) is not None


def _with_offset(folded: str, now: datetime) -> list[str]:
    """The zones with an offset such as ``GMT+9``: those that have it now, then those that have it
    in the other half of the year."""
    match = _OFFSET.fullmatch(folded)
    if match is None:
        return []
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset > _FARTHEST:
        return []
    offset = -offset if match[1] == "-" else offset
    having = [name for name, clock in _clocks(now.year).items() if offset in clock.offsets]
    return sorted(
        _ordered(having), key=lambda name: now.astimezone(ZoneInfo(name)).utcoffset() != offset
    )


def _ordered(names: Iterable[str]) -> list[str]:
    rank = {name: number for number, name in enumerate(COMMON_ZONES)}
    return sorted(names, key=lambda name: rank.get(name, len(rank)))


def _folded(name: str) -> str:
    """A name for comparison: without case, accents, underscores and doubled spaces."""
    parts = unicodedata.normalize("NFKD", name.casefold().replace("_", " ").replace("−", "-"))
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    folded = " ".join(unicodedata.normalize("NFC", bare).split())
    return re.sub(r"\s*([+-])\s*", r"\1", folded)


@lru_cache(maxsize=1)
def _folded_names() -> Mapping[str, list[str]]:
    return {_folded(name): [name] for name in zone_names()}


@lru_cache(maxsize=1)
def _cities() -> Mapping[str, list[str]]:
    """Zones by the city in their IANA name."""
    found: dict[str, list[str]] = {}
    for full, zones in _folded_names().items():
        found.setdefault(full.rpartition("/")[2], []).extend(zones)
    return found


@lru_cache(maxsize=1)
def _aliases() -> Mapping[str, list[str]]:
    """Zones by the names of ``zones.toml``, and by countries' names in the IANA database."""
    found: dict[str, list[str]] = {}
    for zone, names in _DATA["names"].items():
        for name in names.split(","):
            found.setdefault(_folded(name), []).append(zone)
    zones: dict[str, list[str]] = {}
    for code, _, zone, *_ in _table("zone.tab"):
        zones.setdefault(code, []).append(zone)
    for code, country in _table("iso3166.tab"):
        found.setdefault(_folded(country), zones.get(code, []))
    for code, names in _DATA["countries"].items():
        found |= {_folded(name): zones[code] for name in names.split(",")}
    return {name: known for name, known in found.items() if known}


def _table(name: str) -> Iterator[list[str]]:
    """The rows of one of the IANA database's tables."""
    text = resources.files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache(maxsize=2)
def _clocks(year: int) -> Mapping[str, ZoneClock]:
    found = {}
    for name in zone_names():
        zone = ZoneInfo(name)
        winter, summer = (datetime(year, month, 1, tzinfo=zone) for month in (1, 7))
        found[name] = ZoneClock(
            (winter.utcoffset() or timedelta(), summer.utcoffset() or timedelta()),
            (winter.tzname() or "", summer.tzname() or ""),
        )
    return found


@lru_cache(maxsize=2)
def _abbreviations(year: int) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, clock in _clocks(year).items():
        for short in {one.casefold() for one in clock.names if one.isalpha()}:
            found.setdefault(short, []).append(name)
    return found
