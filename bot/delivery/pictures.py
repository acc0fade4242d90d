"""Pictures that Discord has not loaded yet: one announcement shows each before the others do.

Discord fetches a picture from elsewhere when a message first shows it, and clients leave a gallery
blank whose picture was not loaded when the message came (discord-api-docs, issue 8072). What is
sent once it is loaded shows it at once; what was sent before is edited once (``conclude``).
"""

import asyncio
from collections.abc import Awaitable, Callable

from cachetools import LRUCache

from bot.core.clock import Clock, wait
from bot.core.targets import target_of
from bot.delivery.failures import attempt
from bot.delivery.outcomes import PICTURE_SECONDS, Outcome, Sent
from bot.delivery.port import DiscordPort
from bot.store import LeasedDelivery

POLL = 0.25
"""Seconds between two looks at whether a picture is loaded."""

REMEMBERED = 500
"""Pictures that were shown since the start and need no waiting."""


class PictureLoading:
    """Holds announcements back while the first one of their picture loads it, each for
    ``PICTURE_SECONDS`` at most. Nothing that fails here fails an announcement."""

    def __init__(self, port: DiscordPort, clock: Clock) -> None:
        self._port = port
        self._clock = clock
        self._shown: LRUCache[str, bool] = LRUCache(REMEMBERED)
        self._loading: dict[str, asyncio.Event] = {}

    async def send_in_turn(
        self, leased: LeasedDelivery, send: Callable[[LeasedDelivery], Awaitable[Outcome | None]]
    ) -> None:
        """Send a delivery when its picture is loaded; the first one of a picture at once, which
        ends when the picture is loaded."""
        image = leased.interview.interview.lead_image
        # What is published is an embed, which clients draw whenever its picture comes.
        is_embed = target_of(leased.subscription).crosspost
        if image is None or is_embed or not await self._is_first(image.url):
            await send(leased)
            return
        try:
            sent = await send(leased)
            if isinstance(sent, Sent):
                await self._wait_until_loaded(leased, sent)
                self._shown[image.url] = True
        finally:
            self._loading.pop(image.url).set()

    async def _is_first(self, url: str) -> bool:
        ends = self._clock.monotonic() + PICTURE_SECONDS
        while (loading := self._loading.get(url)) is not None:
            left = ends - self._clock.monotonic()
            if left <= 0 or not await wait(loading, self._clock, left):
                return False
        if url in self._shown:
            return False
        self._loading[url] = asyncio.Event()
        return True

    async def _wait_until_loaded(self, leased: LeasedDelivery, sent: Sent) -> None:
        channel_id = sent.channel_id or leased.subscription.channel_id
        ends = self._clock.monotonic() + PICTURE_SECONDS
        is_loading = sent.loading
        while is_loading and (left := ends - self._clock.monotonic()) > 0:
            await self._clock.sleep(min(POLL, left))
            look = self._port.is_loading(channel_id, sent.message_id)
            is_loading = await attempt(look, max(POLL, ends - self._clock.monotonic())) is True
