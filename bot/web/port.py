"""The HTTP port according to the settings."""

import hashlib
import hmac
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
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
) -> dict[str, Callable[[], Coroutine[None, None, None]]]:
    """The work of the port by name, to be run until cancelled: the server, and the subscriber of
    WebSub if there is a public address. None if the settings switch the port off (``HTTP_PORT=0``).

    The key of WebSub is derived from the bot's token, which is secret, random and the same at each
    start. What a hub sees does not lead back to it (HMAC).
    """
    if not settings.http_port:
        return {}
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
    return {"http": server} | ({"websub": websub.run} if websub is not None else {})
