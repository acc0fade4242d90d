"""Makes pictures: fetches the article's image, has a worker process draw, and caches the result.

Each picture is made once, however many people wait for it::

    async with open_renderer(folder, fetch, clock) as renderer:
        picture = await renderer.picture(card)
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import astuple, replace
from pathlib import Path
from typing import Final

import structlog
from cachetools import TTLCache

from bot.core.clock import Clock
from bot.core.errors import FetchError, ParseError, UserError
from bot.core.worker import WorkerError, WorkerProcess
from bot.quotes.card import DESIGN, Banner, QuoteCard
from bot.quotes.image_cache import ImageCache

logger = structlog.get_logger(__name__)

Fetch = Callable[[str], Awaitable[bytes]]
"""The body at a URL, bounded in size and to public addresses; raises ``FetchError``."""

FETCH_SECONDS = 5.0
"""For the article's image: without it there still is a picture, and a person waits."""

IMAGE_SECONDS = 5.0
"""To draw the picture with the image, from the request on: most take a tenth of a second, one that
is made to take hours to decode is given up."""

DRAW_SECONDS = 12.0
"""From the request to the picture, waiting in line included. Discord keeps a deferred answer open
for 15 minutes (Discord docs, Receiving and Responding), but a person does not wait so long."""

WAITING = 24
"""Pictures in line; at some 0.2 s each the last is drawn within five seconds."""

RETRY_IMAGE_AFTER = 600.0
"""Seconds until an image that could not be fetched or used is asked for again."""

_UNUSABLE_LIMIT = 500

Card = QuoteCard | Banner

_DRAWING: Final[dict[type[Card], str]] = {
    QuoteCard: "bot.quotes.drawing:picture",
    Banner: "bot.quotes.banner:picture",
}


class QuoteRenderer:
    """Made by ``open_renderer``."""

    def __init__(
        self,
        cache: ImageCache,
        fetch: Fetch,
        clock: Clock,
        worker: WorkerProcess,
    ) -> None:
        self._cache = cache
        self._fetch = fetch
        self._worker = worker
        self._drawing: dict[str, asyncio.Task[bytes]] = {}
        self._unusable: TTLCache[str, bool] = TTLCache(
            _UNUSABLE_LIMIT, RETRY_IMAGE_AFTER, timer=clock.monotonic
        )

    async def cached(self, card: Card) -> bytes | None:
        """The picture, if it was drawn before."""
        return await asyncio.to_thread(self._cache.get, _key(self._drawable(card)))

    async def picture(self, card: Card) -> bytes:
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

    async def _make(self, card: Card) -> bytes:
        cached = await asyncio.to_thread(self._cache.get, _key(card))
        if cached is not None:
            return cached
        image = await self._image(card.image_url)
        data, has_image = await self._draw(card, image)
        if card.image_url is not None and not has_image:
            self._unusable[card.image_url] = True
        await asyncio.to_thread(self._cache.put, _key(self._drawable(card)), data)
        return data

    async def _image(self, url: str | None) -> bytes | None:
        """The article's image as a file."""
        if url is None:
            return None
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await self._fetch(url)
        except (FetchError, TimeoutError) as error:
            _note_unusable(url, error)
            return None

    async def _draw(self, card: Card, image: bytes | None) -> tuple[bytes, bool]:
        """The picture, and whether the article's image is in it, as it is if it can be used."""
        if image is not None:
            try:
                async with asyncio.timeout(IMAGE_SECONDS):
                    data, has_image = await self._worker.run(_DRAWING[type(card)], card, image)
                    return data, has_image
            except (ParseError, WorkerError, TimeoutError) as error:
                _note_unusable(card.image_url or "", error)
        data, has_image = await self._worker.run(_DRAWING[type(card)], card, None)
        return data, has_image

    def _drawable(self, card: Card) -> Card:
        """The card, without an image that was unusable a while ago."""
        return replace(card, image_url=None) if card.image_url in self._unusable else card


@asynccontextmanager
async def open_renderer(folder: Path, fetch: Fetch, clock: Clock) -> AsyncIterator[QuoteRenderer]:
    """A renderer that caches its pictures in `folder`.

    They are drawn in a process of their own, where also the articles' images are decoded: typeface
    and canvas take 40 MiB, which end with it.
    """
    worker = WorkerProcess("pictures", seconds=IMAGE_SECONDS)
    renderer = QuoteRenderer(ImageCache(folder), fetch, clock, worker)
    try:
        yield renderer
    finally:
        await renderer.aclose()
        await asyncio.to_thread(worker.close)


def _note_unusable(url: str, error: Exception) -> None:
    logger.info("quote.picture-unusable", url=url[:200], cause=str(error)[:200])


def _key(card: Card) -> str:
    """A hash of all that is on the picture and of the design: a change of either is a new key."""
    content = repr((DESIGN, astuple(card))).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=16).hexdigest()
