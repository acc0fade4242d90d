"""Which time zone a person means by what they type."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UserError
from bot.core.zones import abbreviations, find_zone, suggested_zones, zone_names

WINTER = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Asia/Seoul", "Asia/Seoul"),
        (" asia/seoul ", "Asia/Seoul"),
        ("seoul", "Asia/Seoul"),
        ("Seoul", "Asia/Seoul"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
        # Abbreviations, those of summer included.
        ("KST", "Asia/Seoul"),
        ("kst", "Asia/Seoul"),
        ("PST", "America/Los_Angeles"),
        ("PDT", "America/Los_Angeles"),
        ("EST", "America/New_York"),
        ("CST", "America/Chicago"),
        ("BST", "Europe/London"),
        ("CEST", "Europe/Berlin"),
        ("IST", "Asia/Kolkata"),
        ("JST", "Asia/Tokyo"),
        ("WIB", "Asia/Jakarta"),
        ("SGT", "Asia/Singapore"),
        ("ET", "America/New_York"),
        ("Pacific Time", "America/Los_Angeles"),
        # Offsets.
        ("GMT+9", "Asia/Seoul"),
        ("UTC +09:00", "Asia/Seoul"),
        ("+9", "Asia/Seoul"),
        ("+0530", "Asia/Kolkata"),
        ("UTC-8", "America/Los_Angeles"),
        ("UTC \u2212 8", "America/Los_Angeles"),
        ("GMT+0", "UTC"),
        # States, countries and cities beside those of the IANA database, in several languages.
        ("Texas", "America/Chicago"),
        ("california", "America/Los_Angeles"),
        ("Hawaii", "Pacific/Honolulu"),
        ("Korea", "Asia/Seoul"),
        ("Germany", "Europe/Berlin"),
        ("Munchen", "Europe/Berlin"),
        ("UK", "Europe/London"),
        ("서울", "Asia/Seoul"),
        ("한국", "Asia/Seoul"),
        ("도쿄", "Asia/Tokyo"),
        ("ソウル", "Asia/Seoul"),
        ("Türkiye", "Europe/Istanbul"),
        ("San Francisco", "America/Los_Angeles"),
        ("sao paulo", "America/Sao_Paulo"),
    ],
)
def test_a_zone_is_found_by_what_people_call_it(typed: str, found: str) -> None:
    assert find_zone(typed, WINTER) == found
    assert suggested_zones(typed, WINTER)[0] == found


def test_an_offset_is_that_of_the_season() -> None:
    assert find_zone("GMT-7", WINTER) == "America/Denver"
    assert find_zone("GMT-7", SUMMER) == "America/Los_Angeles"
    assert find_zone("GMT-8", SUMMER) != "America/Denver"


@pytest.mark.parametrize("typed", ["USA", "Brazil", "Canada", "미국"])
def test_a_country_with_several_clocks_is_asked_about(typed: str) -> None:
    with pytest.raises(UserError, check=lambda error: error.key == "error.several-time-zones"):
        find_zone(typed, WINTER)
    assert len(suggested_zones(typed, WINTER)) > 3


@pytest.mark.parametrize(
    "typed",
    ["", "QQT", "../../etc/passwd", "Asia", "x" * 500, "\0", "+25", "GMT+15", "+", "Korea S"],
)
def test_what_is_no_zone_is_refused(typed: str) -> None:
    with pytest.raises(UserError, check=lambda error: error.key == "error.unknown-time-zone"):
        find_zone(typed, WINTER)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("seo", "Asia/Seoul"), ("tex", "America/Chicago"), ("calif", "America/Los_Angeles")],
)
def test_a_name_is_completed(typed: str, offered: str) -> None:
    assert suggested_zones(typed, WINTER)[0] == offered


@pytest.mark.parametrize(
    ("zone", "called"),
    [
        ("America/Los_Angeles", ("PST", "PDT")),
        ("Asia/Seoul", ("KST",)),
        ("Australia/Sydney", ("AEST", "AEDT")),
        ("Europe/Dublin", ("GMT", "IST")),
        ("Asia/Dubai", ()),
        ("Asia/Atlantis", ()),
    ],
)
def test_abbreviations_are_those_of_winter_and_summer(zone: str, called: tuple[str, ...]) -> None:
    assert abbreviations(zone, 2026) == called


@given(st.text(max_size=40))
def test_any_text_is_a_zone_of_the_list_or_refused(typed: str) -> None:
    with contextlib.suppress(UserError):
        assert find_zone(typed, WINTER) in zone_names()
    assert set(suggested_zones(typed, WINTER)) <= set(zone_names())
