"""Stays below Discord's global rate limit beforehand, instead of running into 429s.

Discord counts requests in windows of a second, by when they arrive. There are as many slots as the
limit has requests. A slot is free again a second after its request was sent, and a little more: two
requests take different times to arrive (``JITTER``), and an answer that was slower than usual may
mean that its request was held up by as much. So no slot is used twice within a second as Discord
counts it, even if the network or a busy machine delays some requests and not others.

Several processes with the same token part the slots by a lease (``bot.delivery.rate``). Leased
slots are valid until a moment that is looked at when a request goes out: a process that was frozen
until later uses none.
"""

import asyncio
import contextvars
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from math import inf
from types import SimpleNamespace
from typing import Protocol

import aiohttp
from aiolimiter import AsyncLimiter
from cachetools import LRUCache

from bot.core.discord_limits import GLOBAL_LIMIT

WINDOW = 1.0
"""Seconds."""

CLOCK_ERROR = 0.002
"""Seconds by which a timer may wake too early, or two clocks differ within a second."""

UNCLAIMED = 0.05
"""Seconds more for a slot that no request was seen to use: one whose sender is not traced."""

JITTER = 0.01
"""Seconds by which the travel times of two requests usually differ at most. Fifty in any second
without such a margin are refused once in a while (discord-api-docs, issue 5144)."""

BURST = 0.1
"""Of the limit: so many announcements go at once, the others evenly, so that a fan-out's beginning
keeps nobody waiting who uses the bot meanwhile."""

ANSWERS = 100
USUAL = 0.95
"""Of the last so many answers of a route, all but the slowest twentieth took a usual time."""

MOST_ROUTES = 200
"""Routes whose answers are remembered; the bot uses about twenty."""

_DIGITS = re.compile(r"\d+")


def boot_time() -> float:
    """Seconds that never go back, and go on while the machine sleeps, where it can tell."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Pace(Protocol):
    """Gives leave to send one message."""

    @property
    def rate(self) -> int:
        """How many messages a second go out at most, at the moment."""
        ...

    async def turn(self) -> None:
        """Wait until a message may be sent."""
        ...


class Pacer:
    """Slots for requests to Discord, at most as many in any second as Discord sees them.

    ``watch`` traces the requests of an HTTP client. One that bears the bot's token uses the slot
    that its task took by ``turn``. Without one (discord.py's own retries, a person's request) it
    waits for a slot of its own, before all announcements, which queue behind one another. Responses
    to interactions bear no token, don't count towards the limit and pass. `caution` is awaited
    before each announcement.

    There are `limit` slots from the beginning, valid for ever, until ``lease`` changes both. `now`
    is the clock by which leased slots lapse, in seconds.
    """

    def __init__(
        self,
        limit: int = GLOBAL_LIMIT,
        *,
        caution: Callable[[], Awaitable[None]] | None = None,
        now: Callable[[], float] = boot_time,
    ) -> None:
        if limit < 1:
            raise ValueError("the limit must be at least 1 a second")
        self._limit = limit
        self._used = 0
        self._until = inf
        # How often slots lapsed: one that was taken before is not used after.
        self._lapses = 0
        self._caution = caution
        self.now = now
        self._evenly = _evenly(limit)
        self._announcements = asyncio.Lock()
        self._waiting: deque[asyncio.Future[int]] = deque()
        self._answers: LRUCache[str, deque[float]] = LRUCache(MOST_ROUTES)
        self._slot: contextvars.ContextVar[_Slot | None] = contextvars.ContextVar(
            "slot", default=None
        )

    @property
    def rate(self) -> int:
        """How many slots there are to be: requests a second."""
        return self._limit

    @property
    def held(self) -> int:
        """How many slots there are: of those that ``lease`` took away or that lapsed, the ones that
        were used within the last second are still there."""
        return self._used if self.has_lapsed else max(self._limit, self._used)

    def lease(self, slots: int, until: float) -> None:
        """From now on have so many slots, valid until a moment by the clock ``now``. What is taken
        away goes at once where it is free, and else when its second is over."""
        if self.has_lapsed:
            self._lapses += 1
        if slots != self._limit and slots:
            self._evenly = _evenly(slots)
        self._limit, self._until = slots, until
        self._serve()

    async def turn(self) -> None:
        """Wait until an announcement may be sent. First come, first served."""
        async with self._announcements:
            if self._caution is not None:
                await self._caution()
            await self._evenly.acquire()
            lapses = await self._take(first=False)
        self._slot.set(_Slot(self._give_back, lapses))

    def watch(self, trace: aiohttp.TraceConfig) -> None:
        """Count the requests of the client that `trace` is given to. The handlers are put before
        those that are there already, for these may raise."""

        async def started(
            _: object, context: SimpleNamespace, request: aiohttp.TraceRequestStartParams
        ) -> None:
            if "Authorization" not in request.headers:
                return
            slot = self._slot.get()
            if slot is not None and self._is_valid(slot.lapses) and slot.claim():
                context.lapses = slot.lapses
            else:
                context.lapses = await self._take(first=True)
            context.sent_at = asyncio.get_running_loop().time()
            context.route = _DIGITS.sub("", f"{request.method} {request.url.path}")

        async def connected(_: object, context: SimpleNamespace, __: object) -> None:
            # Connecting takes long enough for a slot to lapse meanwhile.
            if getattr(context, "sent_at", None) is None or self._is_valid(context.lapses):
                return
            context.sent_at = None
            self._give_back()
            context.lapses = await self._take(first=True)
            context.sent_at = asyncio.get_running_loop().time()

        async def headers_sent(_: object, context: SimpleNamespace, __: object) -> None:
            if getattr(context, "sent_at", None) is not None:
                context.sent_at = asyncio.get_running_loop().time()

        async def answered(_: object, context: SimpleNamespace, __: object) -> None:
            self._end(context, answered=True)

        async def failed(_: object, context: SimpleNamespace, __: object) -> None:
            self._end(context, answered=False)

        trace.on_request_start.insert(0, started)
        trace.on_connection_create_end.insert(0, connected)
        trace.on_request_headers_sent.insert(0, headers_sent)
        trace.on_request_end.insert(0, answered)
        trace.on_request_exception.insert(0, failed)

    @property
    def has_lapsed(self) -> bool:
        """Whether what ``lease`` gave is not valid any more: nothing is sent."""
        return self.now() >= self._until

    def _is_valid(self, lapses: int) -> bool:
        """Whether a slot that was taken after so many lapses may be used."""
        return lapses == self._lapses and not self.has_lapsed

    @property
    def _is_free(self) -> bool:
        return self._used < self._limit and not self.has_lapsed

    async def _take(self, *, first: bool) -> int:
        """Take a slot that is valid now; the number of lapses at that moment."""
        while not self._is_free:
            taken: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            (self._waiting.appendleft if first else self._waiting.append)(taken)
            try:
                lapses = await taken
            except asyncio.CancelledError:
                if taken.done() and not taken.cancelled():
                    self._give_back()
                raise
            if self._is_valid(lapses):
                return lapses
            self._give_back()
        self._used += 1
        return self._lapses

    def _give_back(self) -> None:
        self._used -= 1
        self._serve()

    def _serve(self) -> None:
        while self._waiting and self._is_free:
            taken = self._waiting.popleft()
            if not taken.done():
                self._used += 1
                taken.set_result(self._lapses)

    def _end(self, context: SimpleNamespace, *, answered: bool) -> None:
        sent_at: float | None = getattr(context, "sent_at", None)
        if sent_at is None:
            return
        context.sent_at = None
        loop = asyncio.get_running_loop()
        spent = loop.time() - sent_at
        held_up = self._held_up(context.route, spent) if answered else spent
        again = WINDOW + CLOCK_ERROR + max(JITTER, held_up) - spent
        loop.call_later(max(0.0, again), self._give_back)

    def _held_up(self, route: str, spent: float) -> float:
        """For how many seconds a request may have been held up before it arrived. As long as
        little is known of its route, its quickest answer is the usual one."""
        answers = self._answers.setdefault(route, deque(maxlen=ANSWERS))
        answers.append(spent)
        usual = USUAL if len(answers) >= self._limit else 0.0
        return spent - sorted(answers)[int((len(answers) - 1) * usual)]


class _Slot:
    """A slot that was taken, after so many `lapses`, until a request claims it or its second is
    over."""

    def __init__(self, give_back: Callable[[], None], lapses: int) -> None:
        self._give_back = give_back
        self.lapses = lapses
        self._timer = asyncio.get_running_loop().call_later(WINDOW + UNCLAIMED, self._expire)
        self._is_open = True

    def claim(self) -> bool:
        """Use it for a request, whose end then gives it back; false if it is spent."""
        claimed, self._is_open = self._is_open, False
        self._timer.cancel()
        return claimed

    def _expire(self) -> None:
        self._is_open = False
        self._give_back()


def _evenly(rate: int) -> AsyncLimiter:
    return AsyncLimiter(max(1.0, rate * BURST), max(1 / rate, WINDOW * BURST))
