"""The HTTP port according to the settings."""

import asyncio
import hashlib
import hmac
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial

from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.core.i18n import Text
from bot.core.model import DeliveryState
from bot.core.settings import Settings
from bot.feed.fetch import Fetcher
from bot.feed.watcher import Watcher
from bot.web.health import Health, health
from bot.web.server import serve
from bot.web.site import build_site
from bot.web.websub import WebSub


@dataclass(frozen=True, slots=True)
class HttpPort:
    """The server, and the subscriber of WebSub if there is a public address."""

    server: Callable[[], Coroutine[None, None, None]]
    websub: WebSub | None

    async def run(self) -> None:
        """Serve and stay subscribed until cancelled; no failure ends it."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.server(), name="http server")
            if self.websub is not None:
                tasks.create_task(self.websub.run(), name="websub")


def make_port(
    settings: Settings,
    watcher: Watcher,
    fetcher: Fetcher,
    text: Text,
    clock: Clock,
    rng: random.Random,
    *,
    outbox_counts: Callable[[], Awaitable[Mapping[DeliveryState, int]]],
    connected: Callable[[], bool],
) -> HttpPort | None:
    """``None`` if the settings switch the port off (``HTTP_PORT=0``).

    The key of WebSub is derived from the bot's token, which is secret, random and the same at each
    start. What a hub sees does not lead back to it (HMAC).
    """
    if not settings.http_port:
        return None
    websub = None
    if settings.public_url:
        websub = WebSub(
            fetcher,
            clock,
            rng,
            key=hmac.new(settings.token.encode(), b"kcrush-bot websub", hashlib.sha256).digest(),
            public_url=settings.public_url,
            feeds=settings.feeds,
            look_now=watcher.look_now,
        )

    async def look() -> Health:
        try:
            outbox = await outbox_counts()
        except StoreError:
            outbox = None
        return health(watcher.health(), outbox, connected=connected())

    make_site = partial(
        build_site, look_now=watcher.look_now, health=look, websub=websub, text=text, clock=clock
    )
    server = partial(serve, make_site, clock, host=settings.http_host, port=settings.http_port)
    return HttpPort(server, websub)
