"""What the workers beside the announcer have in common: one request at a time, at its pace."""

import asyncio
import random

from bot.core.clock import Clock
from bot.delivery.pacing import Pace
from bot.delivery.port import DiscordPort
from bot.store import Store


class DueWorker:
    """Works off what falls due in the store, behind what is new."""

    def __init__(
        self, store: Store, port: DiscordPort, clock: Clock, rng: random.Random, pace: Pace
    ) -> None:
        self._store = store
        self._port = port
        self._clock = clock
        self._rng = rng
        self._pace = pace
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Look at once for what is due."""
        self._changed.set()
