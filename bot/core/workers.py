"""Background work."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Worker:
    """Background work that runs until it ends or is cancelled, and begins when all events of
    ``after`` are set."""

    name: str
    run: Callable[[], Awaitable[None]]
    after: tuple[asyncio.Event, ...] = ()

    async def start(self) -> None:
        """Wait for its time, and run."""
        for event in self.after:
            await event.wait()
        await self.run()
