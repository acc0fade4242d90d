"""Pictures that go with an announcement as its attachment, instead of by their address."""

import asyncio
import hashlib
import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import discord
import structlog
from cachetools import TTLCache

from bot.core.clock import Clock
from bot.core.errors import FetchError
from bot.core.model import Image, StoredInterview

logger = structlog.get_logger(__name__)

LARGEST = 10 * 1024 * 1024
"""Bytes of a file that Discord takes (Discord docs, Reference, Uploading Files)."""

FETCH_SECONDS = 5.0
"""After which an announcement goes without: it is not held up by a picture."""

_CACHED, _CACHE_SECONDS = 4, 600.0
"""Pictures cached for the next channels, and for how long. One that could not be had is not asked
for again for as long."""

_SIGNATURES = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"GIF8": "gif"}


Draw = Callable[[StoredInterview], Awaitable[bytes | None]]


class AttachedPictures:
    """The files of pictures. `fetch` gets the body of an article's picture, `draw` makes one for an
    interview for which that can't be had, and `draw_banner` that of one without a picture.

    ``everywhere`` tells whether the operator wants every announcement's picture attached.
    """

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[bytes]],
        draw: Draw,
        draw_banner: Draw,
        clock: Clock,
        *,
        everywhere: bool,
    ) -> None:
        self._fetch = fetch
        self._draw = draw
        self._draw_banner = draw_banner
        self.everywhere = everywhere
        self._fetched: TTLCache[str, asyncio.Task[bytes | None]] = TTLCache(
            _CACHED, _CACHE_SECONDS, timer=clock.monotonic
        )

    async def file(self, stored: StoredInterview, *, required: bool) -> discord.File | None:
        """The interview's picture; with `required` the drawn one where that can't be had."""
        url = _address(stored)
        data = await self._picture(url) if url else None
        if data is None and required:
            data = await self._draw(stored)
        return _file(url, data)

    async def banner(self, stored: StoredInterview) -> discord.File | None:
        """The drawn banner; ``None`` where it can't be drawn soon enough."""
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return _file(_address(stored), await self._draw_banner(stored))
        except TimeoutError:
            return None

    async def _picture(self, url: str) -> bytes | None:
        task = self._fetched.get(url)
        if task is None:
            task = self._fetched[url] = asyncio.create_task(self._get(url))
        return await asyncio.shield(task)

    async def _get(self, url: str) -> bytes | None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                data = await self._fetch(url)
        except (FetchError, TimeoutError) as error:
            logger.info("delivery.picture-not-fetched", url=url[:200], cause=str(error)[:200])
            return None
        return data if len(data) <= LARGEST and _extension(data) else None


def _file(url: str, data: bytes | None) -> discord.File | None:
    if data is None:
        return None
    return discord.File(io.BytesIO(data), f"{_name(url)}.{_extension(data)}")


def showing(stored: StoredInterview, filename: str) -> StoredInterview:
    """The interview with the attachment as its picture."""
    interview, address = stored.interview, f"attachment://{filename}"
    image = replace(interview.lead_image or Image(address), url=address)
    transcript = interview.transcript
    transcript = replace(transcript, images=(image, *transcript.images))
    return replace(stored, interview=replace(interview, image_url=address, transcript=transcript))


def attached(stored: StoredInterview, message: Mapping[str, Any]) -> StoredInterview:
    """The interview as a message, as Discord's JSON, shows it: with its picture attached, if that
    is the one that the message was sent with."""
    name = _name(_address(stored))
    for attachment in message.get("attachments", []):
        if attachment["filename"].partition(".")[0] == name:
            return showing(stored, attachment["filename"])
    return stored


def _address(stored: StoredInterview) -> str:
    image = stored.interview.lead_image
    return image.url if image else ""


def _name(url: str) -> str:
    return f"kcrush-{hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _extension(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((end for start, end in _SIGNATURES.items() if data.startswith(start)), None)
