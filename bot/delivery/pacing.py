"""Keeping below Discord's global limit beforehand, instead of running into 429s.

Discord counts in windows of a second, by the moments at which requests arrive. There are as many
places as the limit has requests, and a place is free again a second after its request was sent,
and a little more: the ways of two requests differ by what the network pleases (``JITTER``), and an
answer that came later than answers do shows that its request may have been held up by as much.
So no place is used twice within a second at Discord's end, though the network or a busy machine
delays some requests and not others.
"""

import asyncio
import contextvars
import re
from collections import deque
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Protocol

import aiohttp
from aiolimiter import AsyncLimiter

GLOBAL_LIMIT = 50
"""Requests a second for each bot (Discord docs, Rate limits, Global rate limit)."""

WINDOW = 1.0
"""Seconds."""

CLOCK_ERROR = 0.002
"""Seconds by which a timer may wake too early, or two clocks differ within a second."""

UNCLAIMED = 0.05
"""Seconds more for a turn that no request was seen to use: one whose sender is not traced."""

JITTER = 0.02
"""Seconds by which the ways of two requests usually differ at most."""

ANSWERS = 100
USUAL = 0.95
"""Of the last so many answers of a route, all but the slowest twentieth took a usual time."""

MOST_ROUTES = 200
"""Routes whose answers are remembered; the bot uses some twenty."""

_DIGITS = re.compile(r"\d+")


class Pace(Protocol):
    """Leave to send one message now."""

    async def turn(self) -> None: ...


class Pacer:
    """Turns at Discord's API, at most `limit` of them in any second as Discord sees them.

    ``watch`` sees an HTTP client's requests: one that bears the bot's token uses the turn that its
    task had, or, without one (the library's own retries, a person's request), waits for a place
    of its own before all announcements, which queue behind one another. Responses to interactions
    don't count towards the limit and pass. `caution` is awaited before each announcement.
    """

    def __init__(
        self,
        limit: int = GLOBAL_LIMIT,
        *,
        caution: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        if limit < 1:
            raise ValueError("the limit must be at least 1 a second")
        self._free = limit
        self._caution = caution
        self._evenly = AsyncLimiter(limit, WINDOW)
        self._line = asyncio.Lock()
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._enough = limit
        self._answers: dict[str, deque[float]] = {}
        self._turn: contextvars.ContextVar[_Turn | None] = contextvars.ContextVar(
            "turn", default=None
        )

    async def turn(self) -> None:
        """Wait until an announcement may be sent. First come, first served."""
        async with self._line:
            if self._caution is not None:
                await self._caution()
            await self._evenly.acquire()
            await self._take(first=False)
        self._turn.set(_Turn(self._give_back))

    async def urgent(self) -> None:
        """Wait until a request that a person waits for may be sent."""
        await self._take(first=True)
        self._turn.set(_Turn(self._give_back))

    def watch(self, trace: aiohttp.TraceConfig) -> None:
        """Count the requests of the client that `trace` is given to. Before whatever else hears
        there, for that may raise."""
        trace.on_request_start.insert(0, self._started)
        trace.on_request_headers_sent.insert(0, self._sent)
        trace.on_request_end.insert(0, self._answered)
        trace.on_request_exception.insert(0, self._failed)

    async def _take(self, *, first: bool) -> None:
        if self._free:
            self._free -= 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._waiting.appendleft if first else self._waiting.append)(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._give_back()
            raise

    def _give_back(self) -> None:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._free += 1

    async def _started(
        self,
        _: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestStartParams,
    ) -> None:
        if "Authorization" not in params.headers:
            return
        turn = self._turn.get()
        if turn is None or not turn.claim():
            await self._take(first=True)
        context.began = asyncio.get_running_loop().time()
        context.route = _DIGITS.sub("", f"{params.method} {params.url.path}")

    async def _sent(
        self,
        _: aiohttp.ClientSession,
        context: SimpleNamespace,
        __: aiohttp.TraceRequestHeadersSentParams,
    ) -> None:
        if getattr(context, "began", None) is not None:
            context.began = asyncio.get_running_loop().time()

    async def _answered(
        self,
        _: aiohttp.ClientSession,
        context: SimpleNamespace,
        __: aiohttp.TraceRequestEndParams,
    ) -> None:
        self._ended(context, answered=True)

    async def _failed(
        self,
        _: aiohttp.ClientSession,
        context: SimpleNamespace,
        __: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        self._ended(context, answered=False)

    def _ended(self, context: SimpleNamespace, *, answered: bool) -> None:
        began: float | None = getattr(context, "began", None)
        if began is None:
            return
        context.began = None
        loop = asyncio.get_running_loop()
        spent = loop.time() - began
        held_up = self._held_up(context.route, spent) if answered else spent
        again = WINDOW + CLOCK_ERROR + max(JITTER, held_up) - spent
        loop.call_later(max(0.0, again), self._give_back)

    def _held_up(self, route: str, spent: float) -> float:
        """For how many seconds a request may have been held up before it arrived; as long as too
        little is known of its route, for as long as it took."""
        if len(self._answers) > MOST_ROUTES:
            self._answers.clear()
        answers = self._answers.setdefault(route, deque(maxlen=ANSWERS))
        answers.append(spent)
        if len(answers) < self._enough:
            return spent
        return spent - sorted(answers)[int((len(answers) - 1) * USUAL)]


class _Turn:
    """A place that was given out, until a request claims it or its second is over."""

    def __init__(self, give_back: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(WINDOW + UNCLAIMED, self._expire)
        self._give_back = give_back
        self._open = True

    def claim(self) -> bool:
        """Use it for a request, whose end then gives the place back; false if it is spent."""
        if not self._open:
            return False
        self._open = False
        self._timer.cancel()
        return True

    def _expire(self) -> None:
        self._open = False
        self._give_back()
