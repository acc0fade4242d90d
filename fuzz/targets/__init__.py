"""One module a target: ``check`` tries an input, ``seeds`` gives what to begin with.

``check`` raises on whatever must never be. ``WORDS`` are pieces that the fuzzer puts together.
"""

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

NAMES = (
    "feed",
    "html",
    "page",
    "posts",
    "title",
    "ping",
    "discovery",
    "robots",
    "markdown",
)


@dataclass(frozen=True, slots=True)
class Target:
    """What is fuzzed."""

    name: str
    check: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    words: tuple[str, ...]


def target(name: str) -> Target:
    """The target of that name, one of ``NAMES``."""
    module = importlib.import_module(f"fuzz.targets.{name}")
    return Target(name, module.check, module.seeds, tuple(module.WORDS))
