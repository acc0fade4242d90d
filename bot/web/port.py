"""The HTTP port according to the settings."""

import asyncio
import hashlib
import hmac
import random
from collections.abc import Callable, Sequence
from functools import partial

from bot.client.client import KcrushClient
from bot.client.connection import connected_shards
from bot.core.bot_state import BotState, DiscordState, StoredState
from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.core.feed_state import FeedHealth
from bot.core.i18n import Text
from bot.core.model import Conclusion
from bot.core.settings import Settings
from bot.core.workers import Worker
from bot.fans.reading import Reading
from bot.feed.fetch import Fetcher
from bot.feed.watcher import Watcher
from bot.store import LeasedDelivery, Store
from bot.web.metrics import Metrics
from bot.web.server import serve
from bot.web.site import build_site
from bot.web.websub import WebSub

LAG_PAUSE = 1.0
"""Seconds of the pauses by which the event loop's lag is measured."""


class Observer:
    """What monitors see of the bot: its state when they ask, and its figures."""

    def __init__(
        self,
        metrics: Metrics,
        client: KcrushClient,
        feed_health: Callable[[], Sequence[FeedHealth]],
        store: Store,
        clock: Clock,
        invalid_responses: Callable[[], int],
    ) -> None:
        self.metrics = metrics
        self._client = client
        self._feed_health = feed_health
        self._store = store
        self._clock = clock
        self._invalid_responses = invalid_responses
        self._settled_at: float | None = None

    def listen(self, reading: Reading, watcher: Watcher) -> None:
        """Hear of interactions, polls and searches from now on."""
        metrics, handling = self.metrics, self._client.handling
        handling.on_arrival, handling.on_handled = metrics.note_arrived, metrics.note_handled
        watcher.on_result = metrics.count_poll
        reading.on_search = metrics.search.observe

    def note_delivery(self, leased: LeasedDelivery, conclusion: Conclusion) -> None:
        """Note that a delivery was settled."""
        self._settled_at = self._clock.monotonic()
        self.metrics.note_delivery(leased, conclusion)

    async def state(self) -> BotState:
        """The bot as it is now."""
        client, settled_at = self._client, self._settled_at
        discord = DiscordState(
            shards=len(client.sharding.held) if client.sharding.looked else None,
            connected_shards=connected_shards(client),
            guilds=len(client.guilds),
            invalid_responses=self._invalid_responses(),
            identifies_left=client.identify_budget.left,
        )
        stored = await self._stored()
        settled = None if settled_at is None else self._clock.monotonic() - settled_at
        return BotState(self._clock.now(), self._feed_health(), discord, stored, settled)

    async def _stored(self) -> StoredState | None:
        store = self._store
        try:
            counts, interviews = await store.outbox.counts(), await store.interviews.count()
            due = await store.outbox.next_due()
        except StoreError:
            return None
        left = (due - self._clock.now()).total_seconds() if due is not None else 0.0
        return StoredState(counts, interviews, max(0.0, -left))


def make_port(
    settings: Settings,
    look_now: Callable[[], None],
    leading: asyncio.Event,
    fetcher: Fetcher,
    text: Text,
    clock: Clock,
    rng: random.Random,
    observer: Observer,
) -> list[Worker]:
    """The work of the port: the server, what measures the event loop's lag, and where there is a
    public address the subscriber of WebSub, which waits for `leading`. None if the settings switch
    the port off (``HTTP_PORT=0``). `look_now` is called for pings.

    The key of WebSub is derived from the bot's token, which is secret, random and the same at each
    start. What a hub sees does not lead back to it (HMAC).
    """
    if not settings.http_port:
        return []
    websub = None
    if settings.public_url:
        websub = WebSub(
            fetcher,
            clock,
            rng,
            key=hmac.new(settings.token.encode(), b"kcrush-bot websub", hashlib.sha256).digest(),
            public_url=settings.public_url,
            feeds=settings.feeds,
            look_now=lambda _: look_now(),
        )
    make_site = partial(
        build_site,
        look_now=look_now,
        state=observer.state,
        metrics=observer.metrics,
        websub=websub,
        text=text,
        clock=clock,
    )
    server = partial(serve, make_site, clock, host=settings.http_host, port=settings.http_port)
    work = [
        Worker("http", server),
        Worker("lag", partial(measure_lag, observer.metrics.lag.observe)),
    ]
    return work + ([Worker("websub", websub.run, after=(leading,))] if websub is not None else [])


async def measure_lag(observe: Callable[[float], None]) -> None:
    """Tell by how many seconds the event loop is late, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LAG_PAUSE
        await asyncio.sleep(LAG_PAUSE)
        observe(max(0.0, loop.time() - due))
