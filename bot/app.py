"""The composition root: everything is built here, once, and torn down in the reverse order."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import structlog

from bot.admins.subscriptions import SubscriptionService
from bot.archive.service import Backfill
from bot.client.client import KcrushClient
from bot.client.command_sync import CatalogueTranslator, sync_commands
from bot.client.connection import hold_connection, is_connected, log_in, use_rest_api
from bot.client.guild_sync import GuildSync
from bot.client.home import keep_home
from bot.core.clock import Clock
from bot.core.i18n import Messages
from bot.core.settings import Settings
from bot.core.supervisor import supervise
from bot.delivery.admin_notices import AdminNotifier
from bot.delivery.announcer import Announcer, Tuning
from bot.delivery.discord.rest_port import RestPort
from bot.delivery.editor import Editor
from bot.delivery.extras import ExtrasService
from bot.delivery.pacing import Pacer
from bot.delivery.probes import ProbeTrigger
from bot.delivery.responses import InvalidResponses, trace_responses
from bot.fans.following import FollowService
from bot.fans.library import Library
from bot.fans.reading import Reading
from bot.feed.fetch import open_fetcher
from bot.feed.watcher import PollReport, Watcher
from bot.quotes import Quotes, open_renderer
from bot.quotes.article_images import image_fetcher
from bot.search import SearchIndex
from bot.store import Store, open_store
from bot.ui.pages import EXCERPT_QUESTIONS
from bot.web import HttpPort, make_port
from cogs import FanServices, add_cogs

logger = structlog.get_logger(__name__)

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 6
"""Without what reads alike, for a person types it off a phone's screen: 30^6 numbers."""

INDEX_RETRY = 60.0
"""Seconds until the index is brought up to date again where it could not be, or by another."""

HOME_RETRY = 300.0
"""Seconds until the home channel is looked at again when it could not be."""

SYNC_RETRY = 300.0
"""Seconds until commands that Discord would not take are offered again."""


@dataclass(frozen=True, slots=True)
class App:
    """All services, built and open; ``run`` sets them to work. `changed` is set by every commit."""

    settings: Settings
    clock: Clock
    rng: random.Random
    store: Store
    index: SearchIndex
    watcher: Watcher
    client: KcrushClient
    announcer: Announcer
    editor: Editor
    notifier: AdminNotifier
    extras: ExtrasService
    guild_sync: GuildSync
    library: Library
    following: FollowService
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    http: HttpPort | None = None
    backfill: Backfill | None = None


@asynccontextmanager
async def open_app(
    settings: Settings, messages: Messages, clock: Clock, rng: random.Random
) -> AsyncIterator[App]:
    """Build every service.

    Raises:
        StoreError: the database can't be opened or migrated.
    """
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(
            open_store(settings.database_url, clock, catch_up=settings.catch_up)
        )
        index = await asyncio.to_thread(SearchIndex.open, settings.data_dir / "index")
        stack.callback(index.close)
        fetcher = await stack.enter_async_context(
            open_fetcher(clock, user_agent=settings.user_agent)
        )
        use_rest_api(settings.discord_api_url)
        invalid = InvalidResponses(clock)
        pace, trace = Pacer(caution=invalid.caution), trace_responses(invalid)
        pace.watch(trace)
        client = KcrushClient(
            messages,
            new_reference,
            gateway_url=settings.discord_gateway_url,
            http_trace=trace,
        )
        stack.push_async_callback(client.close)
        await client.tree.set_translator(CatalogueTranslator(messages))
        port = RestPort(client)
        tuning = Tuning(nonce_window=settings.nonce_window)
        announcer = Announcer(store, port, clock, rng, pace, tuning)
        library = Library(store, index, clock)
        following = FollowService(store, index, clock, announcer.wake)
        announcer.on_direct = following.on_direct_message
        renderer = await stack.enter_async_context(
            open_renderer(
                settings.data_dir / "quotes", image_fetcher(fetcher, settings.feed_url), clock
            )
        )
        limit = EXCERPT_QUESTIONS if settings.reading == "excerpt" else None
        quotes = Quotes(
            store,
            index,
            renderer,
            rng,
            source=messages.text()("quote.source"),
            limit=limit,
        )
        await add_cogs(
            client,
            FanServices(
                Reading(store, index, rng, clock, limit=limit),
                library,
                following,
                quotes,
                question_limit=limit,
            ),
            SubscriptionService(store, clock, announcer.wake),
            home_channel_id=settings.home_channel_id,
        )
        editor = Editor(store, port, clock, rng, pace)
        extras = ExtrasService(store, port, clock, rng, pace)
        notifier = AdminNotifier(store, port, clock, rng, pace)
        ProbeTrigger(client, store, clock, announcer.wake).listen()
        guild_sync = GuildSync(client, store, clock, announcer.wake)
        guild_sync.listen()
        changed = asyncio.Event()

        def stored() -> None:
            changed.set()
            editor.wake()

        def committed(report: PollReport) -> None:
            stored()
            announcer.wake()

        watcher = Watcher(
            fetcher,
            store,
            clock,
            rng,
            feeds=settings.feed_url,
            interval=settings.poll_interval,
            on_commit=committed,
        )
        http = make_port(
            settings,
            watcher,
            fetcher,
            messages.text(),
            clock,
            rng,
            outbox_counts=store.outbox.counts,
            connected=lambda: is_connected(client),
        )
        backfill = Backfill(
            fetcher,
            store,
            clock,
            rng,
            feeds=settings.feed_url,
            agent=settings.user_agent,
            poll=watcher.poll,
            on_commit=stored,
        )
        yield App(
            settings,
            clock,
            rng,
            store,
            index,
            watcher,
            client,
            announcer,
            editor,
            notifier,
            extras,
            guild_sync,
            library,
            following,
            changed,
            http,
            backfill if settings.backfill == "on" else None,
        )


async def run(
    app: App, stop: asyncio.Event, *, when_ready: Callable[[App], None] | None = None
) -> None:
    """Run the bot until `stop` is set, then end in order: what is on its way to Discord arrives.

    Polling begins at once and sending with the first login, so that a Discord that is down holds
    up nothing but itself.

    Raises:
        TokenRefusedError: Discord refuses the token.
        discord.ConnectionClosed: Discord refuses the connection for good.
    """
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(app.watcher.run(), name="watcher"),
            tasks.create_task(_keep_index(app), name="index"),
            tasks.create_task(_serve_discord(app, when_ready), name="discord"),
            tasks.create_task(_announce(app), name="announcer"),
            tasks.create_task(_edit(app), name="editor"),
            tasks.create_task(_notify(app), name="notifier"),
            tasks.create_task(_follow_up(app), name="extras"),
            tasks.create_task(_keep_home(app), name="home"),
            tasks.create_task(app.guild_sync.run(), name="keeping"),
            tasks.create_task(app.library.run(), name="library"),
            tasks.create_task(app.following.run(), name="following"),
        ]
        if app.backfill is not None:
            running.append(tasks.create_task(app.backfill.run(), name="archive"))
        if app.http is not None:
            running.append(tasks.create_task(app.http.run(), name="http"))
        await stop.wait()
        logger.info("stopping")
        await app.announcer.stop()
        await app.client.close()
        for task in running:
            task.cancel()


async def _announce(app: App) -> None:
    await app.client.logged_in.wait()
    await app.announcer.run()


async def _edit(app: App) -> None:
    await app.client.logged_in.wait()
    await app.editor.run()


async def _follow_up(app: App) -> None:
    await app.client.logged_in.wait()
    await app.extras.run()


async def _keep_home(app: App) -> None:
    """See to the home channel once, as often as it takes."""
    await app.client.logged_in.wait()

    async def keep() -> None:
        await keep_home(app.client, app.store, app.settings.home_channel_id)

    await supervise("home", keep, app.clock, pause=HOME_RETRY)


async def _notify(app: App) -> None:
    await app.client.logged_in.wait()
    await app.notifier.run()


async def _serve_discord(app: App, when_ready: Callable[[App], None] | None) -> None:
    token = app.settings.token
    await log_in(app.client, token, app.clock, app.rng)
    async with asyncio.TaskGroup() as tasks:
        helpers = [tasks.create_task(_offer_commands(app), name="commands")]
        if when_ready is not None:
            helpers.append(tasks.create_task(_tell_ready(app, when_ready), name="ready"))
        await hold_connection(app.client, token, app.clock, app.rng)
        for helper in helpers:
            helper.cancel()


async def _offer_commands(app: App) -> None:
    """Bring Discord's list of our commands up to date, as often as it takes."""

    async def sync() -> None:
        synced = await sync_commands(app.client)
        logger.info("commands.offered", changed=synced)

    await supervise("commands", sync, app.clock, pause=SYNC_RETRY)


async def _tell_ready(app: App, when_ready: Callable[[App], None]) -> None:
    await app.client.wait_until_ready()
    when_ready(app)


async def _keep_index(app: App) -> None:
    """Keep the search index at the store's revision; what fails is tried again."""

    async def sync() -> float:
        await app.index.sync(app.store)
        return INDEX_RETRY

    await supervise("index", sync, app.clock, wake=app.changed, pause=INDEX_RETRY)


def new_reference() -> str:
    """A number that a person quotes and an operator finds in the log."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH))
