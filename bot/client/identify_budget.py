"""When a shard may identify: seldom enough that Discord never resets the token.

Discord allows some 1,000 IDENTIFYs in 24 hours and resets the token of a bot that sends more
(Discord docs, Gateway, Session Start Limit Object, and Rate Limiting). An answer of "invalid
session" or a close right after READY makes discord.py identify again after five seconds, for ever.
"""

from collections import deque

import structlog

from bot.core.clock import Clock
from bot.core.discord_limits import SESSION_STARTS
from bot.core.errors import KcrushError
from bot.core.retry import backoff

logger = structlog.get_logger(__name__)

DAY = 24 * 3600.0
FREE = 3
"""IDENTIFYs of one shard in a day that wait for nothing but discord.py's own five seconds."""

FIRST_WAIT = 5.0
LONGEST_WAIT = 3600.0
"""Seconds: the bounds of the back-off of one shard."""


class SessionLimitError(KcrushError):
    """Discord allows no further session for ``retry_after`` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"no session may be started for {retry_after:.0f} s")
        self.retry_after = retry_after


class IdentifyBudget:
    """Counts the IDENTIFYs of all shards of this process in the last 24 hours.

    Half of what Discord allows in a day is used at most; the other half is for restarts, whose
    IDENTIFYs only Discord counts (``check``).
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._total = SESSION_STARTS
        self._identified: deque[tuple[float, int]] = deque()

    def check(self, *, total: int, remaining: int, reset_after: float) -> None:
        """Note what ``GET /gateway/bot`` says; `reset_after` is in seconds.

        Raises:
            SessionLimitError: half of the day's sessions were started, by this process or others.
        """
        self._total = max(1, total)
        if remaining <= self._total // 2:
            raise SessionLimitError(max(reset_after, FIRST_WAIT))

    @property
    def left(self) -> int:
        """How many IDENTIFYs this process may still send at once."""
        self._drop_old()
        return max(0, self._total // 2 - len(self._identified))

    def _drop_old(self) -> None:
        now = self._clock.monotonic()
        while self._identified and now - self._identified[0][0] >= DAY:
            self._identified.popleft()

    def wait(self, shard: int) -> float:
        """Seconds until `shard` may identify, which counts from now on."""
        self._drop_old()
        now = self._clock.monotonic()
        delay = 0.0
        recent = [at for at, one in self._identified if one == shard]
        if len(recent) >= FREE:
            pause = backoff(len(recent) - FREE + 1, FIRST_WAIT, LONGEST_WAIT, 1.0)
            delay = max(0.0, recent[-1] + pause - now)
        allowed = self._total // 2
        if len(self._identified) >= allowed:
            delay = max(delay, self._identified[-allowed][0] + DAY - now)
        self._identified.append((now + delay, shard))
        if delay:
            logger.warning("discord.identify-delayed", shard=shard, seconds=round(delay, 1))
        return delay

    def cancel(self, shard: int) -> None:
        """Count the last IDENTIFY of `shard` no more: it was not sent."""
        for place in reversed(range(len(self._identified))):
            if self._identified[place][1] == shard:
                del self._identified[place]
                return
