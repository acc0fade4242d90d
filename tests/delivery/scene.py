"""A bot that delivers to a whole Discord: real sockets, faults on demand, forgotten nonces."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client.client import KcrushClient
from bot.core.discord_time import DiscordTime
from bot.core.i18n import load_messages
from bot.delivery.announcer import Announcer, Tuning
from bot.delivery.discord.rest_port import RestPort
from bot.delivery.editor import Editor
from bot.delivery.responses import InvalidResponses, trace_responses
from bot.store import open_store
from sandbox import Sandbox
from sandbox.entities import Channel, Guild
from tests.clock import FakeClock
from tests.delivery.fakes import FreePace, Outbox
from tests.openapi import observing
from tests.store.rows import add_subscription
from tests.store.samples import database_url

MESSAGES = load_messages()


@dataclass
class Scene:
    sandbox: Sandbox
    outbox: Outbox
    clock: FakeClock
    client: KcrushClient
    announcer: Announcer
    editor: Editor
    invalid: InvalidResponses

    async def channel(self, name: str = "news") -> Channel:
        guild = self.sandbox.world.add_guild(name)
        channel = self.sandbox.world.add_channel(guild, name)
        await add_subscription(self.outbox.store, guild.id, channel.id, None, guild.owner.id)
        return channel

    def guild(self, channel: Channel) -> Guild:
        return self.sandbox.world.guilds[channel.guild_id or 0]

    async def drain(self, times: int = 1, pause: float = 30.0) -> None:
        for _ in range(times):
            await self.announcer.drain()
            await self.clock.advance(pause)


@contextlib.asynccontextmanager
async def opened(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    nonce_window: float = 300.0,
    trust: float = 120.0,
) -> AsyncIterator[Scene]:
    checker = observing()
    async with contextlib.AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(
            Sandbox(
                page=False,
                observer=checker,
                rate_limits=False,
                nonce_window=nonce_window,
                picture_seconds=0.0,
            )
        )
        monkeypatch.setattr(Route, "BASE", sandbox.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(sandbox.gateway_url))
        clock = FakeClock()
        # The sandbox dates messages by the real clock; the search must begin before them.
        store = await stack.enter_async_context(open_store(database_url(folder), clock))
        invalid = InvalidResponses(clock)
        time = DiscordTime(clock)
        client = KcrushClient(
            MESSAGES,
            lambda: "K7F2QM",
            gateway_url=sandbox.gateway_url,
            http_trace=trace_responses(invalid, time),
        )
        stack.push_async_callback(client.close)
        await client.login(sandbox.token)
        port, rng, pace = RestPort(client, time), random.Random(3), FreePace()
        announcer = Announcer(store, port, clock, rng, pace, Tuning(nonce_window=trust))
        editor = Editor(store, port, clock, rng, pace)
        yield Scene(sandbox, Outbox(store, clock), clock, client, announcer, editor, invalid)
    checker.assert_clean()


@contextlib.asynccontextmanager
async def connected(scene: Scene) -> AsyncIterator[None]:
    task = asyncio.create_task(scene.client.connect())
    try:
        await scene.sandbox.wait_ready()
        await asyncio.wait_for(scene.client.wait_until_ready(), 10)
        yield
    finally:
        await scene.client.close()
        with contextlib.suppress(asyncio.CancelledError):
            await task
