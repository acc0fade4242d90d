"""Where pictures are made: fetched, drawn by one thread, kept; each once, however many wait.

async with open_studio(folder, fetch, clock) as studio:
    picture = await studio.picture(order)
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TypeVar

import structlog
from cachetools import TTLCache

from bot.core.clock import Clock
from bot.core.errors import FetchError, UserError
from bot.quotes.drawing import DESIGN, Card, Unsettable, draw
from bot.quotes.fonts import Typeface
from bot.quotes.keeping import Shelf

logger = structlog.get_logger(__name__)

T = TypeVar("T")

Fetch = Callable[[str], Awaitable[bytes]]
"""The body at a URL, bounded in size and to public addresses; raises ``FetchError``."""

FETCH_SECONDS = 5.0
"""For the article's picture: without it there still is a picture, and somebody waits."""

DRAW_SECONDS = 12.0
"""From the order to the picture, waiting in line included. Discord keeps a deferred answer open
for 15 minutes (Discord docs, Receiving and Responding), a person does not."""

WAITING = 24
"""Pictures in line; at some 0.2 s each the last is drawn within five seconds."""

FORGIVEN_AFTER = 600.0
"""Seconds until a picture that could not be fetched or used is asked for again."""

_REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be drawn; ``hero`` is the URL of the article's picture."""

    card: Card
    hero: str | None


class Studio:
    """Made by ``open_studio``."""

    def __init__(
        self, shelf: Shelf, fetch: Fetch, clock: Clock, drawer: ThreadPoolExecutor
    ) -> None:
        self._shelf = shelf
        self._fetch = fetch
        self._drawer = drawer
        self._typeface = Typeface()
        self._drawing: dict[str, asyncio.Task[bytes]] = {}
        self._unusable: TTLCache[str, bool] = TTLCache(
            _REMEMBERED, FORGIVEN_AFTER, timer=clock.monotonic
        )

    async def kept(self, order: Order) -> bytes | None:
        """The picture, if it was drawn before."""
        return await asyncio.to_thread(self._shelf.get, _key(self._possible(order)))

    async def picture(self, order: Order) -> bytes:
        """The picture as JPEG, drawn unless it is kept. Whoever stops waiting stops nobody else.

        Raises:
            UserError: too many others are waiting, or it took longer than ``DRAW_SECONDS``; it may
                be there later, or the words can't be set.
        """
        order = self._possible(order)
        key = _key(order)
        task = self._drawing.get(key)
        if task is None:
            if len(self._drawing) >= WAITING:
                raise UserError("error.quote-busy")
            task = asyncio.create_task(self._make(order), name=f"quote {key[:8]}")
            self._drawing[key] = task
            task.add_done_callback(lambda done: self._end(key, done))
        try:
            async with asyncio.timeout(DRAW_SECONDS):
                return await asyncio.shield(task)
        except TimeoutError:
            raise UserError("error.quote-too-slow") from None
        except Unsettable:
            raise UserError("error.quote-unsettable") from None

    async def aclose(self) -> None:
        """Leave what is being drawn."""
        tasks = list(self._drawing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _end(self, key: str, task: "asyncio.Task[bytes]") -> None:
        self._drawing.pop(key, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.info("quote.not-drawn", cause=str(error), kind=type(error).__name__)

    async def _make(self, order: Order) -> bytes:
        kept = await asyncio.to_thread(self._shelf.get, _key(order))
        if kept is not None:
            return kept
        hero = await self._hero(order.hero)
        data, used = await self._in_thread(lambda: draw(order.card, hero, self._typeface))
        if order.hero is not None and not used:
            self._unusable[order.hero] = True
            order = Order(order.card, None)
        await asyncio.to_thread(self._shelf.put, _key(order), data)
        return data

    async def _hero(self, url: str | None) -> bytes | None:
        if url is None:
            return None
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await self._fetch(url)
        except (FetchError, TimeoutError) as error:
            logger.info("quote.picture-not-fetched", url=url[:200], cause=str(error))
            return None

    def _possible(self, order: Order) -> Order:
        """The order without a picture that was of no use a while ago."""
        return Order(order.card, None) if order.hero in self._unusable else order

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._drawer, work)


@asynccontextmanager
async def open_studio(folder: Path, fetch: Fetch, clock: Clock) -> AsyncIterator[Studio]:
    """A studio that keeps its pictures in `folder`.

    One thread draws: fonts are not shared, memory is that of one picture, and the other core is
    the loop's.
    """
    drawer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="quotes")
    studio = Studio(Shelf(folder), fetch, clock, drawer)
    try:
        yield studio
    finally:
        await studio.aclose()
        drawer.shutdown(wait=False, cancel_futures=True)


def _key(order: Order) -> str:
    """By what stands on the picture and by the design: whatever changes, it is another picture."""
    told = repr((DESIGN, astuple(order.card), order.hero)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(told, digest_size=16).hexdigest()
