"""A whole bot in front of a sandbox: the real client, store and index, and people who use it."""

import asyncio
import contextlib
import random
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.admins.subscriptions import SubscriptionService
from bot.client.client import KcrushClient
from bot.client.command_sync import CatalogueTranslator, sync_commands
from bot.core.discord_time import DiscordTime
from bot.core.errors import FetchError
from bot.core.i18n import load_messages
from bot.core.model import Answer, Image, Interview, Subject, Transcript, Turn
from bot.delivery.discord.attached_pictures import AttachedPictures
from bot.delivery.discord.rest_port import RestPort
from bot.delivery.test_posts import PosterOfTests
from bot.fans.following import FollowService
from bot.fans.library import Library
from bot.fans.reading import Reading
from bot.fans.together import ReadingThreads
from bot.quotes.renderer import open_renderer
from bot.quotes.service import Quotes
from bot.search import SearchIndex
from bot.store import Store, open_store
from bot.ui.pages import EXCERPT_QUESTIONS
from cogs import FanServices, add_cogs
from sandbox import Response, Sandbox
from sandbox.entities import Channel, Command, Guild, InteractionType, Message, User
from sandbox.interactions.invoker import invoker_in
from tests.clock import START, FakeClock
from tests.store.samples import database_url
from tests.ui.limits import label_of, walk
from tests.ui.samples import MORE

MESSAGES = load_messages()

MANAGE_GUILD = 1 << 5


def asked(number: int, question: str, answer: str) -> Turn:
    """A question that has a picture, and so a page of its own."""
    picture = Image(f"https://kcrush.example/{number}.jpg")
    return Turn(number, question, (Answer("Seoyun", answer),), (picture,))


def interview(number: int, **changes: Any) -> Interview:
    """An interview published `number` days before the clock's start."""
    made = Interview(
        guid=f"https://kcrush.example/?p={number}",
        url=f"https://kcrush.example/interview-{number}/",
        title=f"Interview No. {number} with Han Seoyun",
        subjects=(Subject("Han Seoyun", "Singer", ("한서윤",)),),
        tags=("Music",),
        published_at=START - timedelta(days=number),
        excerpt="She sings about rooms.",
        image_url="https://kcrush.example/hero.jpg",
        transcript=Transcript(
            "An introduction.",
            (
                asked(1, "Who are you?", "I am a singer from Busan."),
                asked(2, "What do you eat?", "Tteokbokki, 떡볶이, daily."),
                asked(3, "What is next?", "A tour."),
            ),
            "",
        ),
    )
    return replace(made, **changes)


@dataclass
class Stage:
    """What a test needs: the people, the places, and the bot's own parts behind them."""

    sandbox: Sandbox
    store: Store
    index: SearchIndex
    client: KcrushClient
    guild: Guild
    channel: Channel
    admin: User
    fan: User
    clock: FakeClock
    roused: asyncio.Event
    """Set by whatever makes something due."""
    pictures: dict[str, bytes]
    """The files behind the URLs of articles' pictures; others are missing."""

    async def publish(self, *interviews: Interview) -> list[int]:
        """Store interviews and bring the index up to them; their ids."""
        async with self.store.transaction() as tx:
            ids = [
                await tx.interviews.insert(found, f"digest of {found.guid}") for found in interviews
            ]
        await self.index.sync(self.store)
        return ids

    async def ask(self, command: str, *, by: User | None = None, **options: Any) -> Message:
        """A command's answer, as the one person sees it."""
        response = await self.sandbox.command(by or self.fan, self.channel, command, **options)
        return await finished(response)

    async def press(self, message: Message, label: str, *, by: User | None = None) -> Message:
        return await finished(await self.sandbox.press(by or self.fan, message, label=label))

    async def choose_more(self, reader: Message, words: str, *, by: User | None = None) -> Response:
        """Open the reader's menu of what else can be done, where it isn't, and choose."""
        if MORE in labels(reader):
            await self.press(reader, MORE, by=by)
        (value,) = [one["value"] for one in options(reader) if one["label"] == words]
        menu = next(part for part in walk(reader.components) if part["type"] == 3)
        return await self.sandbox.choose(by or self.fan, reader, menu["custom_id"], [value])

    async def open_row(self, message: Message, row: int = 0) -> Message:
        """Press the Read button of a list's row, counted from 0."""
        found = [part for part in walk(message.components) if part.get("label") == "Read"]
        custom_id = found[row]["custom_id"]
        return await finished(await self.sandbox.press(self.fan, message, custom_id))

    async def forge(self, message: Message, custom_id: str, by: User, **data: Any) -> Message:
        """Send an interaction of a component that the message may not have, as no client of
        Discord's does; with ``values`` in `data` a menu's."""
        return await finished(await self.forged(message, custom_id, by, **data))

    async def forged(self, message: Message, custom_id: str, by: User, **data: Any) -> Response:
        """The same, where all may see the answer."""
        kind = 3 if "values" in data else 2
        invoker = invoker_in(self.sandbox.world, by, self.channel)
        return await self.sandbox.interactions.send(
            invoker,
            InteractionType.COMPONENT,
            {"id": 1, "component_type": kind, "custom_id": custom_id, **data},
            owners=invoker.installed,
            message=message,
        )

    async def choose(self, message: Message, value: str, *, by: User | None = None) -> Message:
        menu = next(part for part in walk(message.components) if part["type"] == 3)
        chosen = await self.sandbox.choose(by or self.fan, message, menu["custom_id"], [value])
        return await finished(chosen)


async def finished(response: Response) -> Message:
    """The person's message when it is whole: a busy machine's answers are deferred."""
    if response.deferred:
        await response.finished(timeout=60.0)
    return answer(response)


def answer(response: Response) -> Message:
    """The message that a person got, or the one that changed before their eyes."""
    message = response.updated or response.message
    assert message is not None
    assert message.ephemeral_for is not None
    return message


def read(message: Message) -> str:
    """All texts of a message, one a line."""
    return "\n".join(part["content"] for part in walk(message.components) if part["type"] == 10)


def labels(message: Message, *, enabled: bool = True) -> list[str]:
    """The buttons of a message that can be pressed (or all)."""
    return [
        label_of(part)
        for part in walk(message.components)
        if part["type"] == 2 and not (enabled and part.get("disabled"))
    ]


def options(message: Message) -> Sequence[dict[str, Any]]:
    """What the message's menu offers."""
    return next(part["options"] for part in walk(message.components) if part["type"] == 3)


_REGISTERED: dict[frozenset[str], list[Command]] = {}
"""The sandbox's commands after a sync, by the names of the bot's."""


async def registered(client: KcrushClient, sandbox: Sandbox) -> None:
    """Sync the commands; what was synced once is put there, for a sync translates every name and
    description into every language of Discord's.

    The sentences name commands as they are typed, not as mentions with an id that differs from test
    to test.
    """
    names = frozenset(command.qualified_name for command in client.tree.walk_commands())
    world = sandbox.world
    if names not in _REGISTERED:
        await sync_commands(client)
        _REGISTERED[names] = [*world.commands.values()]
    else:
        for command in _REGISTERED[names]:
            world.commands[command.id] = replace(command, application_id=world.application.id)
    client.messages.mentions.learn({})


@contextlib.asynccontextmanager
async def connected(
    sandbox: Sandbox,
    store: Store,
    index: SearchIndex,
    clock: FakeClock,
    roused: asyncio.Event,
    *,
    seed: int = 1,
    excerpt: bool = False,
    following: FollowService | None = None,
    pictures: Mapping[str, bytes] = MappingProxyType({}),
) -> AsyncIterator[KcrushClient]:
    """The real client with the real commands, logged in, its commands registered.

    `pictures` are the files behind the URLs of articles' pictures.
    """
    messages = MESSAGES

    async def fetch(url: str) -> bytes:
        if url not in pictures:
            raise FetchError("fetch.missing", status=404)
        return pictures[url]

    client = KcrushClient(messages, lambda: "K7F2QM", gateway_url=sandbox.gateway_url)
    await client.tree.set_translator(CatalogueTranslator(messages))
    limit = EXCERPT_QUESTIONS if excerpt else None
    reading = Reading(store, index, random.Random(seed), clock, limit=limit)
    library = Library(store, index, clock)
    stack = contextlib.AsyncExitStack()
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    renderer = await stack.enter_async_context(open_renderer(Path(folder) / "quotes", fetch, clock))
    quotes = Quotes(
        store,
        index,
        renderer,
        random.Random(seed),
        source=messages.text()("quote.source"),
        limit=limit,
    )
    fans = FanServices(
        reading,
        library,
        following or FollowService(store, index, clock, roused.set),
        quotes,
        ReadingThreads(store, clock, roused.set, limit=limit),
        question_limit=limit,
    )
    attached = AttachedPictures(fetch, quotes.card, quotes.banner, clock, everywhere=False)
    test = PosterOfTests(RestPort(client, DiscordTime(clock), attached), clock)
    await add_cogs(client, fans, SubscriptionService(store, clock, roused.set), test)
    await client.login(sandbox.token)
    await registered(client, sandbox)
    task = asyncio.create_task(client.connect())
    try:
        await sandbox.wait_ready()
        yield client
    finally:
        await client.close()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await stack.aclose()


@contextlib.asynccontextmanager
async def stage(
    folder: Path, monkeypatch: pytest.MonkeyPatch, observer: Any, *, page: bool = False
) -> AsyncIterator[Stage]:
    """A guild with a channel, an admin and a fan, and a bot that has nothing stored yet; with
    `page` in front of people's eyes, too."""
    async with contextlib.AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(
            Sandbox(page=page, observer=observer, rate_limits=False, picture_seconds=0.0)
        )
        monkeypatch.setattr(Route, "BASE", sandbox.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(sandbox.gateway_url))
        world = sandbox.world
        admin, fan = world.add_user("admin"), world.add_user("fan")
        guild = world.add_guild("Fans of KCrush", owner=admin)
        world.add_member(guild, fan)
        channel = world.add_channel(guild, "general")
        clock, roused = FakeClock(), asyncio.Event()
        store = await stack.enter_async_context(open_store(database_url(folder), clock))
        index = SearchIndex.open(folder / "index")
        pictures: dict[str, bytes] = {}
        client = await stack.enter_async_context(
            connected(sandbox, store, index, clock, roused, pictures=pictures)
        )
        yield Stage(
            sandbox, store, index, client, guild, channel, admin, fan, clock, roused, pictures
        )
