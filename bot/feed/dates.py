"""Dates as sites write them, to aware datetimes in UTC."""

import re
import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

# Zones without a colon and fractions of other than 3 or 6 digits are ISO 8601 all the same.
_ZONES = {"KST": 9, "JST": 9}
_ZONE = re.compile(r"\b(KST|JST)\s{0,9}+$")
_KOREAN = re.compile(
    r"(\d{4})\s?년\s?(\d{1,2})\s?월\s?(\d{1,2})\s?일"
    r"(?:\s?\(?[월화수목금토일]?(?:요일)?\)?\s?(오전|오후)?\s?(\d{1,2})\s?[:시]\s?(\d{1,2})?)?"
)
_SEOUL = timezone(timedelta(hours=9))
_FRACTION = re.compile(r"([.,])(\d+)")


def iso_date(value: object, warnings: list[str]) -> datetime | None:
    """`value` as a moment; a time without zone is UTC, as WordPress's ``date_gmt`` is.

    None for what is empty or no date; the latter adds to `warnings`.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text or text.startswith("0000-00-00"):
        return None
    try:
        when = datetime.fromisoformat(_FRACTION.sub(_six_digits, text[:40], count=1))
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        warnings.append(f"the date {text[:40]!r} can't be read")
        return None


def asian_date(value: str) -> time.struct_time | None:
    """A date as Korean sites write it (2024년 3월 5일 오후 3:00, in Seoul), or with the zone KST or
    JST, in UTC; ``None`` for all others, which feedparser reads."""
    text = value[:100].strip()
    korean = _KOREAN.search(text)
    zone = _ZONE.search(text)
    try:
        if korean is not None:
            year, month, day, half, hour, minute = korean.groups()
            hours = int(hour or 0) % 12 + (12 if half == "오후" else 0) if half else int(hour or 0)
            when = datetime(int(year), int(month), int(day), hours, int(minute or 0), tzinfo=_SEOUL)
        elif zone is not None:
            when = parsedate_to_datetime(f"{text[: zone.start()]}+{_ZONES[zone[1]]:02}00")
        else:
            return None
        return when.astimezone(UTC).timetuple()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _six_digits(found: re.Match[str]) -> str:
    return "." + found[2][:6].ljust(6, "0")
