"""A sandbox for each test, watched by Discord's OpenAPI document, and clients that log in to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from sandbox import Sandbox
from sandbox.gateway import GatewaySettings
from tests.openapi import Checker, observing
from tests.sandbox.bots import Bot, RunBot
from tests.sandbox.raw import RawGateway


@pytest.fixture
def checker() -> Iterator[Checker]:
    """The observer of this test's sandboxes; requests that were refused with 400 pass, because
    here they are sent on purpose."""
    made = observing(refused=False)
    yield made
    made.assert_clean()


@pytest.fixture
async def sandbox(checker: Checker) -> AsyncIterator[Sandbox]:
    """A sandbox with its own token, without pacing of identifies, its page left out."""
    settings = GatewaySettings(identify_interval=0.0)
    async with Sandbox(page=False, observer=checker, gateway=settings) as made:
        yield made


@pytest.fixture
def point_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[Sandbox], None]:
    """Point discord.py at a sandbox, until the end of the test."""

    def point(sandbox: Sandbox) -> None:
        monkeypatch.setattr(Route, "BASE", sandbox.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(sandbox.gateway_url))

    return point


@pytest.fixture
def run_bot(point_at: Callable[[Sandbox], None]) -> RunBot:
    """Run a discord.py client against a sandbox: ``async with run_bot(sandbox, bot):``."""

    @contextlib.asynccontextmanager
    async def run(sandbox: Sandbox, bot: Bot | None = None, *, sync: bool = True) -> Any:
        point_at(sandbox)
        made = bot or Bot()
        async with made:
            running = made.running = asyncio.create_task(made.start(sandbox.token))
            try:
                await _unless_over(running, made.wait_until_ready())
                if sync:
                    await made.tree.sync()
                yield made
            finally:
                await made.close()
                with contextlib.suppress(asyncio.CancelledError):
                    await running

    return run


async def _unless_over(running: asyncio.Task[None], ready: Any) -> None:
    """Wait until the client is ready, or raise what ended it."""
    waiting = asyncio.ensure_future(ready)
    await asyncio.wait({running, waiting}, return_when="FIRST_COMPLETED", timeout=15)
    if running.done():
        waiting.cancel()
        running.result()
    assert waiting.done(), "discord.py did not become ready"


Connect = Callable[..., Any]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Open raw gateway connections: ``await connect(sandbox)``, hello taken already."""
    async with contextlib.AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())

        async def opened(
            sandbox: Sandbox, query: str = "v=10&encoding=json", *, hello: bool = True
        ) -> RawGateway:
            socket = await stack.enter_async_context(
                session.ws_connect(f"{sandbox.gateway_url}?{query}", max_msg_size=0)
            )
            raw = RawGateway(socket)
            if hello:
                assert (await raw.receive())["op"] == 10
            return raw

        yield opened


@pytest.fixture
def town(sandbox: Sandbox) -> SimpleNamespace:
    """A guild with a channel, an admin who owns it, and a fan."""
    world = sandbox.world
    admin = world.add_user("admin")
    fan = world.add_user("fan", locale="ko")
    guild = world.add_guild("Town", owner=admin, locale="de")
    channel = world.add_channel(guild, "general")
    world.add_member(guild, fan)
    return SimpleNamespace(world=world, admin=admin, fan=fan, guild=guild, channel=channel)
