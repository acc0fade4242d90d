"""Time as a dependency: everything that waits or dates takes a ``Clock``."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the bot asks of time. Tests hand in one that they advance by hand."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never go back; for durations only."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Give way for `seconds`; at once when it is zero or less."""
        ...


LONGEST_SLEEP = 60.0
"""Seconds slept in one piece."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep in pieces of at most ``LONGEST_SLEEP``, until either clock says that it is over:
        the monotonic clock stands still while the host is suspended, and the wall clock may be set
        back."""
        ends_at, ends = time.time() + seconds, time.monotonic() + seconds
        while (left := min(ends - time.monotonic(), ends_at - time.time())) > LONGEST_SLEEP:  # noqa: ASYNC110 - no event tells the time
            await asyncio.sleep(LONGEST_SLEEP)
        await asyncio.sleep(max(0.0, left))


async def wait(event: asyncio.Event, clock: Clock, seconds: float | None) -> bool:
    """Wait for `event`, but no longer than `seconds` of `clock` (``None``: for ever).

    Whether the event was set; it is left as it is.
    """
    if seconds is None or event.is_set():
        return await event.wait()
    waiting = asyncio.ensure_future(event.wait())
    sleeping = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({waiting, sleeping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        sleeping.cancel()
        await asyncio.gather(waiting, sleeping, return_exceptions=True)
    return event.is_set()
