"""What the tests have the worker process do."""

import os
import re
import sys
from pathlib import Path

from bot.core.errors import ParseError


def echo(value: object) -> object:
    return value


def pid() -> int:
    return os.getpid()


def refuse(*, url: str) -> None:
    raise ParseError("error.parse.empty", url=url)


def divide(one: int, other: int) -> float:
    return one / other


def shout(words: str) -> str:
    print(words)  # noqa: T201
    sys.stdout.flush()
    return words


def backtrack(length: int, url: str = "") -> bool:
    """A pattern that holds the interpreter's lock for longer than anybody waits."""
    return re.match(r"(a+)+$", "a" * length + "!") is not None


def allocate(size: int) -> int:
    return len(bytearray(size))


def die() -> None:
    os._exit(3)


def answer_with_code() -> object:
    return Path("/")


def environment() -> dict[str, str]:
    return dict(os.environ)
