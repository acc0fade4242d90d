"""The phrases of ``phrases.toml``, compiled."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _phrases() -> dict[str, Any]:
    path = files(__package__).joinpath("phrases.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def phrase(name: str) -> str:
    """The regular expression of that name: its lines joined without a line end."""
    return "".join(str(_phrases()[name]).splitlines())


def pattern(name: str) -> re.Pattern[str]:
    """The regular expression of that name, compiled."""
    return re.compile(phrase(name))


def words(name: str) -> frozenset[str]:
    """The words of that name."""
    return frozenset(str(_phrases()[name]).split())
