"""Keeping below Discord's global limit beforehand, instead of running into 429s."""

import asyncio
from typing import Protocol

from aiolimiter import AsyncLimiter

GLOBAL_LIMIT = 50
"""Requests a second for each bot (Discord docs, Rate limits, Global rate limit)."""

BURST = 2
"""Requests that may go at once after a pause. Two, not one: a timer that fires late by up to one
slot then costs no throughput."""


class Pace(Protocol):
    """Leave to send one message now."""

    async def turn(self) -> None: ...


class Pacer:
    """Two lines of requests before one leaky bucket.

    A leaky bucket of `BURST` that drains at r a second lets through at most BURST + r x t in any t
    seconds; r is chosen so that no second ever sees more than `limit`. Announcements queue in a
    line of their own, of which only the first stands at the bucket: a person's request
    (``urgent``) waits for at most that one, however many announcements there are. (Responses to
    interactions don't count towards Discord's limit and need no turn at all.)
    """

    def __init__(self, limit: float = GLOBAL_LIMIT) -> None:
        if limit <= BURST:
            raise ValueError(f"the limit must be above {BURST} a second")
        rate = limit - BURST
        self._bucket = AsyncLimiter(BURST, BURST / rate)
        self._line = asyncio.Lock()

    async def turn(self) -> None:
        """Wait until an announcement may be sent. First come, first served."""
        async with self._line:
            await self._bucket.acquire()

    async def urgent(self) -> None:
        """Wait until a request that a person waits for may be sent."""
        await self._bucket.acquire()
