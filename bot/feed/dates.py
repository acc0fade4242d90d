"""ISO 8601 dates as sites write them, to aware datetimes in UTC."""

import re
from datetime import UTC, datetime

# Zones without a colon and fractions of other than 3 or 6 digits are ISO 8601 all the same.
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


def _six_digits(found: re.Match[str]) -> str:
    return "." + found[2][:6].ljust(6, "0")
