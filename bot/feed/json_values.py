"""JSON from outside, read without trust: every helper is total for any value."""

from typing import Any

import orjson

from bot.core.errors import ParseError

_BOM = b"\xef\xbb\xbf"


def is_json(body: bytes) -> bool:
    return body.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[")


def load_json(body: bytes, url: str) -> object:
    """The value of a JSON document.

    Raises:
        ParseError: `body` is none.
    """
    try:
        return orjson.loads(body.removeprefix(_BOM).strip())
    except orjson.JSONDecodeError as error:
        raise ParseError("error.parse.json", url=url, detail=str(error)) from error


def text(value: object) -> str:
    """`value` if it is a string, else ""."""
    return value if isinstance(value, str) else ""


def items(value: object) -> list[Any]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def dicts(value: object) -> list[dict[str, Any]]:
    """The objects in `value` if it is a list."""
    return [one for one in items(value) if isinstance(one, dict)]


def first_dict(value: object) -> dict[str, Any]:
    """`value` if it is an object, or the first of a list of objects; else an empty object."""
    if isinstance(value, dict):
        return value
    return next(iter(dicts(value)), {})
