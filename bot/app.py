"""The composition root: everything is built here, once, and torn down in the reverse order."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog

from bot.announcer import Announcer
from bot.client import CatalogueTranslator, KcrushClient, hold_connection, log_in, sync_commands
from bot.client import use_rest_api as use_rest_api
from bot.clock import Clock
from bot.config import Settings
from bot.feed.fetch import open_fetcher
from bot.i18n import Messages
from bot.reading import Reading
from bot.search import SearchIndex
from bot.sending import DiscordSender
from bot.store import Store, open_store
from bot.subscribing import Subscribing
from bot.watcher import PollReport, Watcher
from cogs import add_commands

logger = structlog.get_logger(__name__)

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without what reads alike: a person types a reference number off a phone's screen."""


@dataclass(frozen=True, slots=True)
class App:
    """All services, built and open. What runs them is ``run``."""

    settings: Settings
    clock: Clock
    rng: random.Random
    store: Store
    index: SearchIndex
    watcher: Watcher
    client: KcrushClient
    announcer: Announcer


@asynccontextmanager
async def open_app(
    settings: Settings, messages: Messages, clock: Clock, rng: random.Random
) -> AsyncIterator[App]:
    """Build every service.

    Raises:
        StoreError: the database can't be opened or migrated.
    """
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings.database_url, clock))
        index = SearchIndex.open(settings.data_dir / "index")
        fetcher = await stack.enter_async_context(
            open_fetcher(clock, user_agent=settings.user_agent)
        )
        use_rest_api(settings.discord_api_url)
        client = KcrushClient(messages, new_reference, gateway_url=settings.discord_gateway_url)
        stack.push_async_callback(client.close)
        await client.tree.set_translator(CatalogueTranslator(messages))
        add_commands(client, Reading(store, index, rng), Subscribing(store), messages)
        announcer = Announcer(store, DiscordSender(client), clock, rng)
        watcher = Watcher(
            fetcher,
            store,
            clock,
            rng,
            feeds=settings.feed_url,
            interval=settings.poll_interval,
        )
        yield App(settings, clock, rng, store, index, watcher, client, announcer)


async def run(
    app: App, stop: asyncio.Event, *, when_ready: Callable[[App], None] | None = None
) -> None:
    """Run the bot until `stop` is set.

    Polling begins at once; sending begins with the first login, so that a Discord that is down
    holds up nothing but itself.

    Raises:
        TokenRefusedError: Discord refuses the token.
    """
    changed = asyncio.Event()

    def committed(report: PollReport) -> None:
        changed.set()
        app.announcer.wake()

    app.watcher.on_commit = committed
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(app.watcher.run(), name="watcher"),
            tasks.create_task(_keep_index(app, changed), name="index"),
            tasks.create_task(_serve_discord(app, tasks, when_ready), name="discord"),
        ]
        await stop.wait()
        logger.info("stopping")
        await app.announcer.stop()
        await app.client.close()
        for task in running:
            task.cancel()
