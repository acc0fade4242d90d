"""What the announcer and the workers beside it have in common: they work off what falls due."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Callable

from bot.core.clock import Clock
from bot.core.supervisor import supervise
from bot.delivery.pacing import Pace
from bot.delivery.port import DiscordPort
from bot.store import Store


class DueWorker(ABC):
    """Works off what falls due in the store, at the pace of all requests. ``retry`` is the number
    of seconds until it looks again after a failure, or after so many failures in a row."""

    name: str
    retry: float | Callable[[int], float]

    def __init__(
        self, store: Store, port: DiscordPort, clock: Clock, rng: random.Random, pace: Pace
    ) -> None:
        self._store = store
        self._port = port
        self._clock = clock
        self._rng = rng
        self._pace = pace
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Do what falls due, until cancelled; no failure ends it."""
        await supervise(self.name, self.work, self._clock, wake=self._changed, pause=self.retry)

    @abstractmethod
    async def work(self) -> float | None:
        """Do what is due now; seconds until there is more, ``inf`` where only ``wake`` tells, and
        ``None`` when it is to stop."""

    def wake(self) -> None:
        """Look at once for what is due."""
        self._changed.set()
