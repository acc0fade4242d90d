"""An event loop in which waiting takes no time: what is due next is due now."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

LATE = 1e-6
"""Seconds by which a timer wakes late, as real ones do: one that wakes to the moment finds what it
waits for a rounding error away, for ever."""


class _Skipping(selectors.DefaultSelector):
    """Waits for nothing but files that are ready, and says how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)
        ready = super().select(0)
        if not ready:
            self.skipped += max(0.0, timeout) + LATE
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time stands still while code runs, and leaps to the next timer when nothing is left to
    do. For code that keeps to timers: what comes over a socket comes when it comes."""

    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.skipped


def in_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an async test in a ``VirtualLoop`` of its own."""

    @functools.wraps(test)
    def run(*args: Any, **options: Any) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(test(*args, **options))

    return run
