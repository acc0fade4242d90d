"""Discord's answers, seen before discord.py handles them: invalid responses, and 5xx of unknown
effect.

Discord bans an address for 10,000 invalid responses (401, 403, or 429 not of a shared bucket) in
ten minutes (Discord docs, Rate limits, Invalid Request Limit). All of the bot's requests count,
those of its commands too, so they are counted where all of them pass.
"""

import re
from collections import deque
from collections.abc import Callable

import aiohttp
import discord

from bot.core.clock import Clock
from bot.core.discord_time import DiscordTime
from bot.core.retry import read_retry_after
from bot.delivery.port import EffectUnknownError

WINDOW = 600.0
"""Seconds over which Discord counts."""

CAREFUL = 2_000
STOP = 8_000
"""Invalid responses in the window from which announcements slow down, and at which they wait."""

SLOWEST = 2.0
"""Seconds before each announcement just below ``STOP``: the 2,000 left last longer than an hour."""

_INVALID = frozenset({401, 403, 429})

SLEPT_THROUGH = 10.0
"""Seconds of a 429 that discord.py sleeps through: five of them fit in one attempt."""

_CREATES = re.compile(r"/channels/\d+/(messages(/\d+/threads)?|threads)$")
"""Paths of requests that create something each time they are sent."""


class InvalidResponses:
    """Counts invalid responses over a sliding window."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # At most STOP moments matter: with so many in the window, nothing is announced.
        self._moments: deque[float] = deque(maxlen=STOP)

    def note(self, status: int, scope: str | None = None) -> None:
        """Count an answer, if it is one of those; `scope` is its ``X-RateLimit-Scope``."""
        if status in _INVALID and not (status == 429 and scope == "shared"):
            self._moments.append(self._clock.monotonic())

    @property
    def count(self) -> int:
        """How many there were in the last ten minutes, ``STOP`` at most."""
        start = self._clock.monotonic() - WINDOW
        while self._moments and self._moments[0] <= start:
            self._moments.popleft()
        return len(self._moments)

    async def caution(self) -> None:
        """Wait before an announcement as the count advises: not at all up to ``CAREFUL``, from
        there on longer the more there are, and at ``STOP`` until it falls."""
        while (count := self.count) >= STOP:
            await self._clock.sleep(self._moments[0] + WINDOW - self._clock.monotonic() + 0.001)
        if count > CAREFUL:
            await self._clock.sleep(SLOWEST * (count - CAREFUL) / (STOP - CAREFUL))


def trace_responses(
    invalid: InvalidResponses,
    time: DiscordTime | None = None,
    on_status: Callable[[int], None] | None = None,
) -> aiohttp.TraceConfig:
    """For the client's ``http_trace``: counts, notes Discord's time, and ends a request that
    creates something at its first 5xx. `on_status` is called with each answer's status.

    discord.py sends a request again by itself after a 5xx. For what creates a message that is one
    too many once Discord has forgotten the nonce, and for what creates a thread always: such a
    request raises ``EffectUnknownError``, and the outbox decides. It also sleeps through up to five
    429s; for what creates something, a 429 of more than ``SLEPT_THROUGH`` seconds is raised, so
    that no attempt runs out of time for having been refused.
    """

    async def ended(_: object, __: object, answer: aiohttp.TraceRequestEndParams) -> None:
        response = answer.response
        invalid.note(response.status, response.headers.get("X-RateLimit-Scope"))
        if on_status is not None:
            on_status(response.status)
        if time is not None:
            time.note(response.headers.get("Date", ""))
        if answer.method != "POST" or not _CREATES.search(answer.url.path):
            return
        retry_after = read_retry_after(response.headers)
        if response.status >= 500:
            raise EffectUnknownError(response.status, retry_after)
        if response.status == 429 and (retry_after or 0.0) > SLEPT_THROUGH:
            raise discord.HTTPException(response, None)

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    return trace
