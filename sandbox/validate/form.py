"""Checking JSON from a client, with errors shaped as Discord's code 50035 has them.

A check is a function of a value and the `Spot` where it stands; it returns the cleaned value, or
records an error at the spot and returns `BAD`. Wording and codes follow what Discord answers,
https://docs.discord.com/developers/reference#error-messages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from sandbox.errors import ApiError


class _Bad:
    """The value that a failed check stands for."""

    def __repr__(self) -> str:
        return "BAD"


BAD: Final = _Bad()
Check = Callable[[Any, "Spot"], Any]
Json = dict[str, Any]

_SNOWFLAKE = re.compile(r"[0-9]{1,20}")
_HOST = re.compile(r"[^\s/@\\]+")


class Form:
    """One body under check: collects errors, and raises them all at once."""

    def __init__(self) -> None:
        self.errors: Json = {}

    def spot(self) -> Spot:
        return Spot(self)

    def add(self, path: tuple[str, ...], code: str, message: str) -> None:
        node = self.errors
        for key in path:
            node = node.setdefault(key, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def finish(self) -> None:
        """Raise `ApiError` 400 (50035) when anything was wrong."""
        if self.errors:
            raise ApiError(400, 50035, "Invalid Form Body", self.errors)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a form's JSON."""

    form: Form
    path: tuple[str, ...] = ()

    def at(self, *keys: str | int) -> Spot:
        return Spot(self.form, self.path + tuple(str(key) for key in keys))

    def error(self, code: str, message: str) -> Any:
        """Record an error here; returns `BAD`."""
        self.form.add(self.path, code, message)
        return BAD


def text(low: int = 0, high: int | None = None, *, strip: bool = False) -> Check:
    """A string of `low` to `high` characters, counted after stripping when that is asked."""

    def check(value: Any, spot: Spot) -> Any:
        if isinstance(value, bool | int | float):
            value = str(value)
        if not isinstance(value, str):
            return spot.error("STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
        if strip:
            value = value.strip()
        return _sized(value, len(value), low, high, spot)

    return check


def _sized(value: Any, size: int, low: int, high: int | None, spot: Spot) -> Any:
    if low <= size and (high is None or size <= high):
        return value
    if high is None:
        return spot.error("BASE_TYPE_MIN_LENGTH", f"Must be {low} or more in length.")
    if low == 0:
        return spot.error("BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
    return spot.error("BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")


def integer(low: int = -(2**63), high: int = 2**63 - 1) -> Check:
    """A whole number, also written as a string; of 64 bits unless narrower."""

    def check(value: Any, spot: Spot) -> Any:
        number = _int(value)
        if number is None:
            return spot.error("NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        if number < low:
            return spot.error(
                "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}."
            )
        if number > high:
            return spot.error(
                "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}."
            )
        return number

    return check


def _int(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,20}", value):
        return int(value)
    return None


def number(value: Any, spot: Spot) -> Any:
    """A whole or broken number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return spot.error("NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
    return value


def boolean(value: Any, spot: Spot) -> Any:
    if isinstance(value, bool):
        return value
    return spot.error("BOOLEAN_TYPE_CONVERT", "Must be either true or false.")


def snowflake(value: Any, spot: Spot) -> Any:
    """An id, as a string of digits or a number; cleaned it is an int."""
    plain = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if _SNOWFLAKE.fullmatch(plain):
        return int(plain)
    return spot.error("NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')


def choice(*allowed: Any) -> Check:
    """One of a few values."""

    def check(value: Any, spot: Spot) -> Any:
        if isinstance(value, bool) or value not in allowed:
            listed = ", ".join(str(each) for each in allowed)
            return spot.error("BASE_TYPE_CHOICES", f"Value must be one of ({listed}).")
        return value

    return check


def url(high: int = 2048, schemes: Collection[str] = ("http", "https")) -> Check:
    """An absolute address of one of the schemes."""

    def check(value: Any, spot: Spot) -> Any:
        value = text(1, high, strip=True)(value, spot)
        if value is BAD:
            return BAD
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if not parts.scheme or not _HOST.match(parts.netloc) or re.search(r"\s", value):
            return spot.error("URL_TYPE_INVALID_URL", "Not a well formed URL.")
        if parts.scheme not in schemes:
            listed = ", ".join(f"'{scheme}'" for scheme in schemes)
            return spot.error(
                "URL_TYPE_INVALID_SCHEME",
                f'Scheme "{parts.scheme}" is not supported. Scheme must be one of ({listed}).',
            )
        return value

    return check


def listing(check_item: Check, low: int = 0, high: int | None = None) -> Check:
    """A list of `low` to `high` items; bad items are left out of the cleaned list."""

    def check(value: Any, spot: Spot) -> Any:
        if not isinstance(value, list):
            return spot.error("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        if _sized(value, len(value), low, high, spot) is BAD:
            return BAD
        cleaned = [check_item(item, spot.at(n)) for n, item in enumerate(value)]
        return [item for item in cleaned if item is not BAD]

    return check


@dataclass(frozen=True, slots=True)
class Fields:
    """The keys that an object may have. Null counts as absent, unless the key is `nullable`,
    where it is kept. Keys that Discord does not know are refused (Discord itself ignores them,
    which hides slips of the pen)."""

    required: Mapping[str, Check] = field(default_factory=dict)
    optional: Mapping[str, Check] = field(default_factory=dict)
    nullable: Mapping[str, Check] = field(default_factory=dict)

    def __call__(self, value: Any, spot: Spot) -> Any:
        if not isinstance(value, dict):
            return spot.error("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        cleaned: Json = {}
        for key, check in self.required.items():
            if value.get(key) is None:
                spot.at(key).error("BASE_TYPE_REQUIRED", "This field is required")
            else:
                cleaned[key] = check(value[key], spot.at(key))
        for key, item in value.items():
            if key not in self.required:
                self._other(key, item, spot, cleaned)
        return {key: item for key, item in cleaned.items() if item is not BAD}

    def _other(self, key: str, item: Any, spot: Spot, cleaned: Json) -> None:
        if key in self.nullable:
            cleaned[key] = None if item is None else self.nullable[key](item, spot.at(key))
        elif key in self.optional:
            if item is not None:
                cleaned[key] = self.optional[key](item, spot.at(key))
        else:
            spot.at(key).error("UNKNOWN_FIELD", "This field is not known here.")

    def plus(self, **optional: Check) -> Fields:
        """The same with more optional keys."""
        return Fields(self.required, {**self.optional, **optional}, self.nullable)


def check_form(check: Check, value: Any) -> Any:
    """Run `check` over a whole body; raises `ApiError` 50035 for any error in it."""
    form = Form()
    cleaned = check(value, form.spot())
    form.finish()
    return cleaned
