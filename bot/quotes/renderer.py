"""Makes pictures: fetches the article's image, draws in one thread, and caches the result.

Each picture is made once, however many people wait for it::

    async with open_renderer(folder, fetch, clock) as renderer:
        picture = await renderer.picture(card)
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import astuple, replace
from pathlib import Path

import structlog
from cachetools import TTLCache

from bot.core.clock import Clock
from bot.core.errors import FetchError, ParseError, UserError
from bot.core.worker import WorkerError, WorkerProcess
from bot.quotes.backdrop import Pixels, decode
from bot.quotes.drawing import DESIGN, HERO_SIZE, QuoteCard, UnsupportedScript, draw
from bot.quotes.fonts import Typeface
from bot.quotes.image_cache import ImageCache

logger = structlog.get_logger(__name__)

Fetch = Callable[[str], Awaitable[bytes]]
"""The body at a URL, bounded in size and to public addresses; raises ``FetchError``."""

FETCH_SECONDS = 5.0
"""For the article's image: without it there still is a picture, and a person waits."""

DECODE_SECONDS = 5.0
"""To decode it, in a process of its own, from the request on: most take a tenth of a second, one
made to take hours is given up."""

DRAW_SECONDS = 12.0
"""From the request to the picture, waiting in line included. Discord keeps a deferred answer open
for 15 minutes (Discord docs, Receiving and Responding), but a person does not wait so long."""

WAITING = 24
"""Pictures in line; at some 0.2 s each the last is drawn within five seconds."""

RETRY_IMAGE_AFTER = 600.0
"""Seconds until an image that could not be fetched or used is asked for again."""

_UNUSABLE_LIMIT = 500


class QuoteRenderer:
    """Made by ``open_renderer``."""

    def __init__(
        self,
        cache: ImageCache,
        fetch: Fetch,
        clock: Clock,
        drawer: ThreadPoolExecutor,
        decoder: WorkerProcess,
    ) -> None:
        self._cache = cache
        self._fetch = fetch
        self._drawer = drawer
        self._decoder = decoder
        self._typeface = Typeface()
        self._drawing: dict[str, asyncio.Task[bytes]] = {}
        self._unusable: TTLCache[str, bool] = TTLCache(
            _UNUSABLE_LIMIT, RETRY_IMAGE_AFTER, timer=clock.monotonic
        )

    async def cached(self, card: QuoteCard) -> bytes | None:
        """The picture, if it was drawn before."""
        return await asyncio.to_thread(self._cache.get, _key(self._drawable(card)))

    async def picture(self, card: QuoteCard) -> bytes:
        """The picture as JPEG, drawn unless it is cached. A caller who is cancelled cancels nobody
        else's wait.

        Raises:
            UserError: too many others are waiting; or it takes longer than ``DRAW_SECONDS``, and
                may be cached later; or the typeface lacks the words' letters.
        """
        card = self._drawable(card)
        key = _key(card)
        task = self._drawing.get(key)
        if task is None:
            if len(self._drawing) >= WAITING:
                raise UserError("error.quote-busy")
            task = asyncio.create_task(self._make(card), name=f"quote {key[:8]}")
            self._drawing[key] = task
            task.add_done_callback(lambda done: self._end(key, done))
        try:
            async with asyncio.timeout(DRAW_SECONDS):
                return await asyncio.shield(task)
        except TimeoutError:
            raise UserError("error.quote-too-slow") from None
        except UnsupportedScript:
            raise UserError("error.quote-unsettable") from None

    async def aclose(self) -> None:
        """Cancel what is being drawn."""
        tasks = list(self._drawing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _end(self, key: str, task: "asyncio.Task[bytes]") -> None:
        self._drawing.pop(key, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.info("quote.not-drawn", cause=str(error), kind=type(error).__name__)

    async def _make(self, card: QuoteCard) -> bytes:
        cached = await asyncio.to_thread(self._cache.get, _key(card))
        if cached is not None:
            return cached
        hero = await self._image(card.image_url)
        if card.image_url is not None and hero is None:
            self._unusable[card.image_url] = True
        loop = asyncio.get_running_loop()
        # As a lambda: `draw` is looked up when it is called, so that a test can replace it.
        data = await loop.run_in_executor(self._drawer, lambda: draw(card, hero, self._typeface))
        await asyncio.to_thread(self._cache.put, _key(self._drawable(card)), data)
        return data

    async def _image(self, url: str | None) -> Pixels | None:
        """The article's image, fetched and decoded within the time that there is for it."""
        if url is None:
            return None
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                data = await self._fetch(url)
            async with asyncio.timeout(DECODE_SECONDS):
                return await self._decoder.run(decode, data, HERO_SIZE)
        except (FetchError, ParseError, WorkerError, TimeoutError) as error:
            logger.info("quote.picture-unusable", url=url[:200], cause=str(error)[:200])
            return None

    def _drawable(self, card: QuoteCard) -> QuoteCard:
        """The card, without an image that was unusable a while ago."""
        return replace(card, image_url=None) if card.image_url in self._unusable else card


@asynccontextmanager
async def open_renderer(folder: Path, fetch: Fetch, clock: Clock) -> AsyncIterator[QuoteRenderer]:
    """A renderer that caches its pictures in `folder`.

    The articles' images are decoded in a process of their own. One thread draws: fonts can't be
    shared between threads, only one picture's memory is needed, and the other core is left to the
    event loop.
    """
    drawer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="quotes")
    decoder = WorkerProcess("pictures", seconds=DECODE_SECONDS)
    renderer = QuoteRenderer(ImageCache(folder), fetch, clock, drawer, decoder)
    try:
        yield renderer
    finally:
        await renderer.aclose()
        await asyncio.to_thread(decoder.close)
        drawer.shutdown(wait=False, cancel_futures=True)


def _key(card: QuoteCard) -> str:
    """A hash of all that is on the picture and of the design: a change of either is a new key."""
    content = repr((DESIGN, astuple(card))).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=16).hexdigest()
