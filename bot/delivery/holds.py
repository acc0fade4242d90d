"""Times in which nothing is sent, because Discord refuses everything."""

import random

from bot.core.clock import Clock
from bot.delivery.outcomes import Failed, hold_delay


class Hold:
    """A time in which nothing is sent; longer with each refusal in a row, of which there were
    ``refusals``."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._until = 0.0
        self.refusals = 0

    @property
    def left(self) -> float:
        """Seconds until it is over; 0 for now."""
        return max(0.0, self._until - self._clock.monotonic())

    def extend(self, failure: Failed) -> bool:
        """Hold from now on; false, and nothing changes, while it holds already."""
        if self.left > 0:
            return False
        self.refusals += 1
        delay = hold_delay(failure, self.refusals, self._rng)
        self._until = self._clock.monotonic() + delay
        return True
