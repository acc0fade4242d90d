"""A clock that runs as the world's does, and can be moved ahead by hours."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class WarpClock:
    """A ``bot.core.clock.Clock`` in which real I/O has its time and nights are skipped.

    ``seconds`` is the same clock for a sandbox and a sample site: seconds since the epoch.
    """

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._began = time.monotonic()
        self._skipped = 0.0
        self._moved = asyncio.Event()

    def monotonic(self) -> float:
        return time.monotonic() - self._began + self._skipped

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def seconds(self) -> float:
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        due = self.monotonic() + seconds
        while (left := due - self.monotonic()) > 0:
            moved = self._moved
            try:
                async with asyncio.timeout(left):
                    await moved.wait()
            except TimeoutError:
                continue
        await asyncio.sleep(0)

    def skip(self, seconds: float) -> None:
        """Let so much time have passed: whoever slept through it wakes."""
        self._skipped += seconds
        self._moved.set()
        self._moved = asyncio.Event()
