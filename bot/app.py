"""The composition root: every service is built here, once, and closed in the reverse order."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp

from bot.admins.operations import OperatorService
from bot.admins.subscriptions import SubscriptionService
from bot.archive.older import OlderPosts
from bot.archive.service import Backfill
from bot.client.client import KcrushClient
from bot.client.command_sync import CatalogueTranslator, learn_commands, register_commands
from bot.client.connection import connect, use_rest_api
from bot.client.guild_sync import GuildSync
from bot.client.handling import new_reference
from bot.client.home import subscribe_home
from bot.client.shard_locks import ShardLocks
from bot.core.clock import Clock
from bot.core.discord_time import DiscordTime
from bot.core.feed_state import FeedHealth
from bot.core.i18n import Messages
from bot.core.settings import Settings
from bot.core.workers import Worker
from bot.delivery.admin_notices import AdminNotifier
from bot.delivery.announcer import Announcer, Tuning
from bot.delivery.discord.attached_pictures import AttachedPictures
from bot.delivery.discord.rest_port import RestPort
from bot.delivery.editor import Editor
from bot.delivery.extras import ExtrasService
from bot.delivery.pacing import Pacer
from bot.delivery.rate import shared_rate
from bot.delivery.regular_posts import RegularPosts
from bot.delivery.responses import InvalidResponses, trace_responses
from bot.delivery.test_posts import PosterOfTests
from bot.fans.following import FollowService
from bot.fans.library import Library
from bot.fans.reading import Reading
from bot.fans.together import ReadingThreads
from bot.feed.fetch import Fetcher
from bot.feed.reading import open_site_fetcher
from bot.feed.watcher import Watcher
from bot.feed.writing import PollReport
from bot.quotes.article_images import image_fetcher
from bot.quotes.regular_choice import RegularChoice
from bot.quotes.renderer import open_renderer
from bot.quotes.service import Quotes
from bot.search import SearchIndex, open_meaning
from bot.search.syncing import run_sync
from bot.store import DailyBackups, Membership, Signal, Store, is_sqlite, join, open_store
from bot.ui.pages import EXCERPT_QUESTIONS
from bot.web.metrics import Metrics
from bot.web.port import Observer, make_port
from cogs import FanServices, add_cogs
from cogs.owner import offer_to_owners


@dataclass(frozen=True, slots=True)
class Resources:
    """What every command works on: settings, time, chance, database, search index, HTTP."""

    settings: Settings
    clock: Clock
    rng: random.Random
    store: Store
    membership: Membership
    index: SearchIndex
    fetcher: Fetcher


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryServices:
    """What sends to Discord, edits what was sent, tells admins what they have to mend, and posts
    tests for them."""

    announcer: Announcer
    editor: Editor
    extras: ExtrasService
    notifier: AdminNotifier
    post_test: PosterOfTests


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The built services that others drive, and the workers that ``run`` starts."""

    settings: Settings
    clock: Clock
    store: Store
    membership: Membership
    index: SearchIndex
    client: KcrushClient
    watcher: Watcher
    backfill: Backfill
    announcer: Announcer
    editor: Editor
    extras: ExtrasService
    workers: tuple[Worker, ...]


@asynccontextmanager
async def open_resources(
    settings: Settings, clock: Clock, rng: random.Random
) -> AsyncIterator[Resources]:
    """Open database, index and HTTP client.

    Raises:
        StoreError: the database can't be opened or migrated.
    """
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(
            open_store(settings.database_url, clock, catch_up=settings.catch_up)
        )
        membership = await stack.enter_async_context(join(settings.database_url))
        index = await asyncio.to_thread(SearchIndex.open_or_wait, settings.data_dir / "index")
        stack.callback(index.close)
        fetcher = await stack.enter_async_context(open_site_fetcher(settings, clock))
        yield Resources(settings, clock, rng, store, membership, index, fetcher)


@asynccontextmanager
async def open_app(
    settings: Settings, messages: Messages, clock: Clock, rng: random.Random
) -> AsyncIterator[App]:
    """Build every service.

    Raises:
        StoreError: the database can't be opened or migrated.
    """
    async with AsyncExitStack() as stack:
        resources = await stack.enter_async_context(open_resources(settings, clock, rng))
        store, membership = resources.store, resources.membership
        resources.index.meaning = open_meaning(settings)
        metrics, invalid, time = Metrics(clock), InvalidResponses(clock), DiscordTime(clock)
        trace = trace_responses(invalid, time, metrics.count_response)
        pacer, client = _make_client(resources, messages, invalid, trace)
        stack.push_async_callback(client.close)
        await client.tree.set_translator(CatalogueTranslator(messages))
        quotes, pictures = await _open_pictures(stack, resources, messages)
        rest = RestPort(client, time, pictures, quotes, store)
        delivery = await _open_delivery(stack, resources, rest, pacer)
        test, wake = delivery.post_test, partial(membership.notify, Signal.OUTBOX)
        fans = _make_fan_services(resources, quotes, wake)
        choice = RegularChoice(store, quotes.of)
        delivery.announcer.on_direct = fans.following.on_direct_message
        subscriptions = SubscriptionService(store, clock, wake)
        await add_cogs(client, fans, subscriptions, test, home_channel_id=settings.home_channel_id)
        (guild_sync := GuildSync(client, store, clock, wake)).listen()
        watcher, backfill, polling = _make_polling(resources)
        leading = membership.leading
        subscriptions.feed_health = health = partial(_feed_health, watcher, leading)
        observer = Observer(metrics, client, health, store, clock, lambda: invalid.count)
        observer.listen(fans.reading, watcher)
        delivery.announcer.on_settled = observer.note_delivery
        operator = _make_operator(resources, watcher, observer, wake)
        workers = (
            *_discord_workers(resources, client, operator),
            Worker("guilds", guild_sync.run, after=(leading,)),
            Worker("library", fans.library.run),
            Worker("following", fans.following.run),
            Worker("regular-posts", RegularPosts(store, choice, clock, wake).run, after=(leading,)),
            *_delivery_workers(delivery, leading, client.logged_in),
            *polling,
            *_make_port(resources, messages, observer),
            *_backup_workers(settings, clock),
        )
        yield App(
            settings=settings,
            clock=clock,
            store=store,
            membership=membership,
            index=resources.index,
            client=client,
            watcher=watcher,
            backfill=backfill,
            announcer=delivery.announcer,
            editor=delivery.editor,
            extras=delivery.extras,
            workers=workers,
        )


def _feed_health(watcher: Watcher, leading: asyncio.Event) -> tuple[FeedHealth, ...]:
    return watcher.health() if leading.is_set() else ()


def _make_port(resources: Resources, messages: Messages, observer: Observer) -> list[Worker]:
    membership = resources.membership
    return make_port(
        resources.settings,
        partial(membership.notify, Signal.FEED),
        membership.leading,
        resources.fetcher,
        messages.text(),
        resources.clock,
        resources.rng,
        observer,
    )


def _make_polling(resources: Resources) -> tuple[Watcher, Backfill, list[Worker]]:
    """What reads the magazine's site, with the workers that follow from the settings."""
    settings, store, fetcher = resources.settings, resources.store, resources.fetcher
    clock, rng, membership = resources.clock, resources.rng, resources.membership
    changed, leading = asyncio.Event(), membership.leading
    membership.subscribe(Signal.INTERVIEWS, changed.set)
    on_change = partial(membership.notify, Signal.INTERVIEWS)

    def on_poll(report: PollReport) -> None:
        on_change()
        membership.notify(Signal.OUTBOX)

    watcher = Watcher(
        fetcher,
        store,
        clock,
        rng,
        feeds=settings.feeds,
        interval=settings.poll_interval,
        on_commit=on_poll,
        older=OlderPosts(fetcher, store, clock, agent=settings.user_agent).pages,
    )
    backfill = Backfill(
        fetcher,
        store,
        clock,
        rng,
        feeds=settings.feeds,
        agent=settings.user_agent,
        poll=watcher.poll,
        on_commit=on_change,
    )
    membership.subscribe(Signal.FEED, watcher.look_now)
    membership.subscribe(Signal.ARCHIVES, backfill.read_now)
    indexed = asyncio.Event()
    workers = [
        Worker("watcher", watcher.run, after=(leading,)),
        Worker("index", partial(run_sync, resources.index, store, clock, changed, indexed)),
    ]
    if (meaning := resources.index.meaning) is not None:
        workers.append(Worker("meaning", partial(meaning.run, store, clock, indexed)))
    if settings.backfill == "on":
        workers.append(Worker("archive", backfill.run, after=(leading,)))
    return watcher, backfill, workers


def _make_operator(
    resources: Resources,
    watcher: Watcher,
    observer: Observer,
    wake: Callable[[], None],
) -> OperatorService:
    settings, notify = resources.settings, resources.membership.notify
    read_archives = partial(notify, Signal.ARCHIVES)
    return OperatorService(
        resources.store,
        watcher,
        resources.clock,
        feeds=settings.feeds,
        state=observer.state,
        read_archives=read_archives if settings.backfill == "on" else None,
        wake=wake,
    )


def _discord_workers(
    resources: Resources, client: KcrushClient, operator: OperatorService
) -> list[Worker]:
    settings, clock, store = resources.settings, resources.clock, resources.store
    home = partial(subscribe_home, client, store, settings.home_channel_id, clock)
    owner = partial(offer_to_owners, client, operator, settings, clock)
    leading, logged_in = resources.membership.leading, client.logged_in
    return [
        Worker("discord", lambda: connect(client, settings.token, clock, resources.rng)),
        Worker("command-ids", partial(learn_commands, client, clock, leading), after=(logged_in,)),
        Worker("commands", partial(register_commands, client, clock), after=(leading, logged_in)),
        Worker("home", home, after=(leading, logged_in)),
        Worker("owner", owner, after=(logged_in,)),
    ]


def _delivery_workers(
    delivery: DeliveryServices, leading: asyncio.Event, logged_in: asyncio.Event
) -> list[Worker]:
    by_one = (delivery.editor, delivery.extras, delivery.notifier)
    return [
        Worker("announcer", delivery.announcer.run, after=(logged_in,)),
        *(Worker(one.name, one.run, after=(leading, logged_in)) for one in by_one),
    ]


def _backup_workers(settings: Settings, clock: Clock) -> list[Worker]:
    folder, count = settings.data_dir / "backups", settings.backups
    backups = DailyBackups(settings.database_url, folder, clock, count=count)
    return [Worker("backups", backups.run)] if count and is_sqlite(settings.database_url) else []


def _make_client(
    resources: Resources,
    messages: Messages,
    invalid: InvalidResponses,
    trace: aiohttp.TraceConfig,
) -> tuple[Pacer, KcrushClient]:
    settings, clock = resources.settings, resources.clock
    use_rest_api(settings.discord_api_url)
    pacer = Pacer(caution=invalid.caution)
    pacer.watch(trace)
    client = KcrushClient(
        messages,
        new_reference,
        clock=clock,
        gateway_url=settings.discord_gateway_url,
        http_trace=trace,
        shards=ShardLocks(clock, resources.membership, resources.store, settings.shards),
    )
    return pacer, client


async def _open_delivery(
    stack: AsyncExitStack, resources: Resources, port: RestPort, pacer: Pacer
) -> DeliveryServices:
    store, clock, rng = resources.store, resources.clock, resources.rng
    membership = resources.membership
    tuning = Tuning(nonce_window=resources.settings.nonce_window)
    services = DeliveryServices(
        announcer=Announcer(store, port, clock, rng, pacer, tuning, membership),
        editor=Editor(store, port, clock, rng, pacer),
        extras=ExtrasService(store, port, clock, rng, pacer),
        notifier=AdminNotifier(store, port, clock, rng, pacer),
        post_test=PosterOfTests(port, clock),
    )
    services.announcer.on_sent = partial(membership.notify, Signal.EXTRAS)
    services.announcer.on_edit_due = partial(membership.notify, Signal.EDITS)
    for signal, wake in (
        (Signal.OUTBOX, services.announcer.wake),
        (Signal.PROCESSES, services.announcer.wake),
        (Signal.EXTRAS, services.extras.wake),
        (Signal.EDITS, services.editor.wake),
        (Signal.INTERVIEWS, services.editor.wake),
    ):
        membership.subscribe(signal, wake)
    url, wake = resources.settings.database_url, services.announcer.wake
    await stack.enter_async_context(shared_rate(url, membership.id, pacer, clock, wake))
    return services


def _question_limit(settings: Settings) -> int | None:
    return EXCERPT_QUESTIONS if settings.reading == "excerpt" else None


async def _open_pictures(
    stack: AsyncExitStack, resources: Resources, messages: Messages
) -> tuple[Quotes, AttachedPictures]:
    settings, clock = resources.settings, resources.clock
    # People start these requests: connections and lookups of their own delay none of the feeds'.
    fetcher = await stack.enter_async_context(open_site_fetcher(settings, clock))
    images = image_fetcher(fetcher, settings.feeds)
    renderer = await stack.enter_async_context(
        open_renderer(settings.data_dir / "quotes", images, clock)
    )
    source, limit = messages.text()("quote.source"), _question_limit(settings)
    store, index, rng = resources.store, resources.index, resources.rng
    quotes = Quotes(store, index, renderer, rng, source=source, limit=limit)
    everywhere = settings.pictures == "upload"
    return quotes, AttachedPictures(
        images, quotes.card, quotes.banner, clock, everywhere=everywhere
    )


def _make_fan_services(
    resources: Resources, quotes: Quotes, wake: Callable[[], None]
) -> FanServices:
    store, index, clock = resources.store, resources.index, resources.clock
    limit = _question_limit(resources.settings)
    return FanServices(
        Reading(store, index, resources.rng, clock, limit=limit),
        Library(store, index, clock),
        FollowService(store, index, clock, wake),
        quotes,
        ReadingThreads(store, clock, wake, limit=limit),
        question_limit=limit,
    )
