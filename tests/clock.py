"""A clock that stands still until a test moves it."""

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class FakeClock:
    """A ``bot.core.clock.Clock`` advanced by hand; its sleepers wake in the order they fall due."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._slept = asyncio.Condition()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), woken))
        async with self._slept:
            self._slept.notify_all()
        await woken

    @property
    def delays(self) -> list[float]:
        """Seconds until each sleeper wakes, soonest first."""
        return sorted(due - self._elapsed for due, _, woken in self._sleepers if not woken.done())

    async def asleep(self, number: int = 1, *, within: float = 30.0) -> list[float]:
        """Wait (in real seconds) until at least `number` sleep; their ``delays``."""
        async with asyncio.timeout(within), self._slept:
            await self._slept.wait_for(lambda: len(self.delays) >= number)
        return self.delays

    async def asleep_for(self, *delays: float, within: float = 30.0) -> None:
        """Wait (in real seconds) until exactly these ``delays`` are slept."""
        async with asyncio.timeout(within), self._slept:
            await self._slept.wait_for(lambda: self.delays == list(delays))

    async def one_asleep_for(self, delay: float, *, within: float = 10.0) -> None:
        """Wait (in real seconds) until somebody sleeps for exactly this ``delay``."""
        async with asyncio.timeout(within), self._slept:
            await self._slept.wait_for(lambda: delay in self.delays)

    async def advance(self, seconds: float) -> None:
        """Move time, waking each sleeper at its own moment and letting it run a little."""
        target = self._elapsed + seconds
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, woken = heapq.heappop(self._sleepers)
            self._elapsed = max(self._elapsed, due)
            if not woken.done():
                woken.set_result(None)
            await self._settle()
        self._elapsed = target
        await self._settle()

    async def _settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)
