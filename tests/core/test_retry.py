"""Back-off, and what Retry-After says."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import FetchError
from bot.core.retry import backoff, parse_seconds, read_retry_after, retry_after_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sun, 01 Mar 2026 12:10:00 GMT", 600),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30),
        ("99999999999999999999", 1e9),
        ("9" * 400, None),
        ("-5", None),
        ("1.5", 1.5),
        ("1e3", None),
        ("inf", None),
        ("nan", None),
        ("1e999", None),
        ("soon", None),
        ("", None),
        ("\u0663", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert read_retry_after({"Retry-After": value}, NOW) == seconds


@pytest.mark.parametrize("value", ["Sun, 01 Mar 2026 12:10:00 GMT", "soon"])
def test_a_date_needs_a_clock(value: str) -> None:
    assert read_retry_after({"Retry-After": value}) is None


def test_no_header_asks_for_nothing() -> None:
    assert read_retry_after({}, NOW) is None


@given(st.text(max_size=80))
def test_any_header_gives_a_sane_wait_or_none(value: str) -> None:
    for seconds in (read_retry_after({"Retry-After": value}, NOW), parse_seconds(value)):
        assert seconds is None or 0 <= seconds < 1e20 + 1


@pytest.mark.parametrize(
    ("failures", "jitter", "seconds"),
    [
        (1, 1.0, 2),
        (1, 0.0, 1),
        (2, 1.0, 4),
        (3, 0.5, 6),
        (6, 1.0, 60),
        (10**9, 1.0, 60),
        (10**9, 0.0, 30),
        (0, 1.0, 2),
    ],
)
def test_back_off_doubles_up_to_its_longest(failures: int, jitter: float, seconds: int) -> None:
    assert backoff(failures, 2.0, 60.0, jitter) == seconds


def test_the_wish_of_the_answer_behind_an_error_is_found() -> None:
    response: Any = SimpleNamespace(status=429, reason="", headers={"Retry-After": "3600"})
    refused = discord.HTTPException(response, "error code: 1015")
    anew: Exception = discord.GatewayNotFound()  # type: ignore[no-untyped-call]
    anew.__context__ = refused
    assert retry_after_of(refused) == 3600.0
    assert retry_after_of(anew) == 3600.0
    assert retry_after_of(discord.RateLimited(90.5)) == 90.5
    assert retry_after_of(FetchError("fetch.status", retry_after=7.0)) == 7.0
    assert retry_after_of(ValueError("none")) == 0.0
    looped = ValueError()
    looped.__context__ = looped
    assert retry_after_of(looped) == 0.0
