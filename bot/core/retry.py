"""When to try again: exponential back-off and the Retry-After header. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_RETRY_AFTER = 10.0**9
"""Seconds: what a longer Retry-After is read as. Callers have lower limits of their own."""

_MOST_DOUBLINGS = 30
_SECONDS = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?")
_LONGEST_CHAIN = 5
"""Errors that are looked through for the answer behind them."""

_LONGEST_DATE = 64
"""Characters of an HTTP date; the three forms of RFC 9110, 5.6.7 have at most 33."""


def backoff(failures: int, first: float, longest: float, jitter: float) -> float:
    """Seconds to wait after `failures` failures in a row (the first is number 1).

    The wait doubles from `first` up to `longest`. Of it, between half (`jitter` 0) and all
    (`jitter` 1) is taken, so that what failed together does not come back together.
    """
    doublings = min(max(failures - 1, 0), _MOST_DOUBLINGS)
    return min(longest, first * 2.0**doublings) * (0.5 + jitter / 2)


def parse_seconds(value: str | None) -> float | None:
    """The seconds that a header's value states; ``None`` unless it is a plain decimal number."""
    text = (value or "").strip()
    return float(text) if _SECONDS.fullmatch(text) else None


def parse_http_date(value: str) -> datetime | None:
    """The moment that an HTTP date names (RFC 9110, 5.6.7), in UTC; ``None`` if it is none."""
    if len(value) > _LONGEST_DATE:
        return None
    try:
        date = parsedate_to_datetime(value)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def read_retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds for which an answer's Retry-After asks to be left alone (RFC 9110, 10.2.3).

    Seconds, also with a fraction as Discord sends them, or a date, which needs `now`. At most
    ``LONGEST_RETRY_AFTER``; ``None`` for a missing or ill-formed header.
    """
    value = headers.get("Retry-After", "").strip()
    seconds = parse_seconds(value)
    if seconds is None and now is not None:
        date = parse_http_date(value)
        seconds = (date - now).total_seconds() if date is not None else None
    return None if seconds is None else min(max(0.0, seconds), LONGEST_RETRY_AFTER)


def retry_after_of(error: BaseException) -> float:
    """Seconds for which the answer behind an error asks to be left alone; 0.0 if it does not.

    That is a ``retry_after`` of the error (``FetchError``, discord.py's ``RateLimited``), or the
    header of its ``response``; discord.py hides the latter behind errors that it raises anew.
    """
    seen: BaseException | None = error
    for _ in range(_LONGEST_CHAIN):
        if seen is None:
            break
        stated = getattr(seen, "retry_after", None)
        if stated is None:
            headers = getattr(getattr(seen, "response", None), "headers", None)
            stated = read_retry_after(headers) if headers is not None else None
        if stated is not None:
            return min(max(0.0, float(stated)), LONGEST_RETRY_AFTER)
        seen = seen.__cause__ or seen.__context__
    return 0.0
