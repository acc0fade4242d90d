"""Validation of JSON from clients, with errors in the shape of Discord's code 50035.

A check is a function of a value and its `Location` in the body. It returns the cleaned value, or
records an error at the location and returns `INVALID`. Codes and messages follow Discord's answers,
https://docs.discord.com/developers/reference#error-messages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from sandbox.errors import ApiError


class _Invalid:
    """The result of a failed check."""

    def __repr__(self) -> str:
        return "INVALID"


INVALID: Final = _Invalid()
Check = Callable[[Any, "Location"], Any]
Json = dict[str, Any]

_SNOWFLAKE = re.compile(r"[0-9]{1,20}")
_HOST = re.compile(r"[^\s/@\\]+")


class FormErrors:
    """The errors of one body, raised all at once."""

    def __init__(self) -> None:
        self.errors: Json = {}

    def add(self, path: tuple[str, ...], code: str, message: str) -> None:
        node = self.errors
        for key in path:
            node = node.setdefault(key, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_any(self) -> None:
        """Raise `ApiError` 400 (50035) when there are errors."""
        if self.errors:
            raise ApiError(400, 50035, "Invalid Form Body", self.errors)


class Location:
    """The place of a value within a body: a key of what is at `parent`.

    It is named only in errors, so one serves all values of an object or a list in turn, by its
    `key`.
    """

    __slots__ = ("_form", "_parent", "key")

    def __init__(
        self, form: FormErrors, parent: Location | None = None, key: str | int = ""
    ) -> None:
        self._form, self._parent, self.key = form, parent, key

    def child(self, key: str | int = "") -> Location:
        return Location(self._form, self, key)

    @property
    def path(self) -> tuple[str, ...]:
        """The keys from the body to the value."""
        return () if self._parent is None else (*self._parent.path, str(self.key))

    def error(self, code: str, message: str) -> Any:
        """Record an error here; returns `INVALID`."""
        self._form.add(self.path, code, message)
        return INVALID


def anything(value: Any, at: Location) -> Any:
    """Accepts every value."""
    return value


def json_object(value: Any, at: Location) -> Any:
    if isinstance(value, dict):
        return value
    return at.error("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")


def text(low: int = 0, high: int | None = None, *, strip: bool = False) -> Check:
    """A string of `low` to `high` characters, counted after stripping when that is asked."""

    def check(value: Any, at: Location) -> Any:
        if not isinstance(value, str):
            if not isinstance(value, bool | int | float):
                return at.error("STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            value = str(value)
        if strip:
            value = value.strip()
        return _sized(value, len(value), low, high, at)

    return check


def _sized(value: Any, size: int, low: int, high: int | None, at: Location) -> Any:
    if low <= size and (high is None or size <= high):
        return value
    if high is None:
        return at.error("BASE_TYPE_MIN_LENGTH", f"Must be {low} or more in length.")
    if low == 0:
        return at.error("BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
    return at.error("BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")


def integer(low: int = -(2**63), high: int = 2**63 - 1) -> Check:
    """An integer or its decimal string, by default within 64 bits."""

    def check(value: Any, at: Location) -> Any:
        number = _int(value)
        if number is None:
            return at.error("NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        if number < low:
            return at.error(
                "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}."
            )
        if number > high:
            return at.error("NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
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


def number(value: Any, at: Location) -> Any:
    """An integer or a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return at.error("NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
    return value


def boolean(value: Any, at: Location) -> Any:
    if isinstance(value, bool):
        return value
    return at.error("BOOLEAN_TYPE_CONVERT", "Must be either true or false.")


def snowflake(value: Any, at: Location) -> Any:
    """An id, given as a string of digits or an integer; the cleaned value is an int."""
    plain = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if _SNOWFLAKE.fullmatch(plain):
        return int(plain)
    return at.error("NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')


def one_of(*allowed: Any) -> Check:
    """One of the allowed values."""

    def check(value: Any, at: Location) -> Any:
        if isinstance(value, bool) or value not in allowed:
            listed = ", ".join(str(each) for each in allowed)
            return at.error("BASE_TYPE_CHOICES", f"Value must be one of ({listed}).")
        return value

    return check


def url(high: int = 2048, schemes: Collection[str] = ("http", "https")) -> Check:
    """An absolute URL with one of the schemes."""

    def check(value: Any, at: Location) -> Any:
        value = text(1, high, strip=True)(value, at)
        if value is INVALID:
            return INVALID
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if not parts.scheme or not _HOST.match(parts.netloc) or re.search(r"\s", value):
            return at.error("URL_TYPE_INVALID_URL", "Not a well formed URL.")
        if parts.scheme not in schemes:
            listed = ", ".join(f"'{scheme}'" for scheme in schemes)
            return at.error(
                "URL_TYPE_INVALID_SCHEME",
                f'Scheme "{parts.scheme}" is not supported. Scheme must be one of ({listed}).',
            )
        return value

    return check


def list_of(check_item: Check, low: int = 0, high: int | None = None) -> Check:
    """A list of `low` to `high` items; invalid items are absent from the cleaned list."""

    def check(value: Any, at: Location) -> Any:
        if not isinstance(value, list):
            return at.error("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        if _sized(value, len(value), low, high, at) is INVALID:
            return INVALID
        cleaned, place = [], at.child()
        for place.key, item in enumerate(value):
            checked = check_item(item, place)
            if checked is not INVALID:
                cleaned.append(checked)
        return cleaned

    return check


class Fields:
    """The keys of a JSON object.

    Null counts as absent unless the key is `nullable`, where it is kept. Unknown keys are errors:
    Discord ignores them, which hides misspelt names.
    """

    def __init__(
        self,
        required: Mapping[str, Check] = MappingProxyType({}),
        optional: Mapping[str, Check] = MappingProxyType({}),
        nullable: Mapping[str, Check] = MappingProxyType({}),
    ) -> None:
        self.required, self.optional, self.nullable = required, optional, nullable
        self._checks = {**optional, **nullable, **required}

    def __call__(self, value: Any, at: Location) -> Any:
        if json_object(value, at) is INVALID:
            return INVALID
        cleaned: Json = {}
        place = at.child()
        for key, item in value.items():
            place.key = key
            check = self._checks.get(key)
            if check is None:
                place.error("UNKNOWN_FIELD", "This field is not known here.")
            elif item is not None:
                checked = check(item, place)
                if checked is not INVALID:
                    cleaned[key] = checked
            elif key in self.nullable:
                cleaned[key] = None
        for key in self.required:
            if value.get(key) is None:
                at.child(key).error("BASE_TYPE_REQUIRED", "This field is required")
        return cleaned


def check_form(check: Check, value: Any) -> Any:
    """Validate a whole body. Raises `ApiError` 400 (50035) for any error in it."""
    errors = FormErrors()
    cleaned = check(value, Location(errors))
    errors.raise_any()
    return cleaned
