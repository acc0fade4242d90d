"""The benchmark's end of a Discord in another process, and the bot's own parts before it."""

import asyncio
import gc
import itertools
import json
import random
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
import structlog
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket

from bot.app import App, open_app
from bot.client.command_sync import sync_commands
from bot.client.connection import use_rest_api
from bot.core.clock import SystemClock
from bot.core.i18n import load_messages
from bot.core.settings import Settings, load_settings

ROOT = Path(__file__).parents[1]
LINE_LIMIT = 64 * 1024 * 1024


class Failure(Exception):
    """The Discord of the benchmark could not do what was asked."""


@dataclass
class Discord:
    """A sandbox in another process. Ask it with ``await discord("stats")``."""

    process: asyncio.subprocess.Process
    api_url: str
    gateway_url: str
    token: str
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    async def __call__(self, do: str, **arguments: Any) -> dict[str, Any]:
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        assert self.process.stdin is not None
        line = json.dumps({"do": do, "number": number, **arguments}) + "\n"
        self.process.stdin.write(line.encode())
        await self.process.stdin.drain()
        result = await future
        if "error" in result:
            raise Failure(f"{do}: {result['error']}")
        answered: dict[str, Any] = result
        return answered

    async def listen(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            answer = json.loads(line)
            waiting = self._waiting.pop(answer.pop("number"), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(answer)
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(Failure("the sandbox ended"))


@asynccontextmanager
async def open_discord() -> AsyncIterator[Discord]:
    """Start the sandbox's process, and end it with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.discord_host",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LINE_LIMIT,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        told = json.loads(await process.stdout.readline())
        discord = Discord(process, told["api"], told["gateway"], told["token"])
        listening = asyncio.create_task(discord.listen())
        yield discord
        listening.cancel()
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def settings_for(discord: Discord, folder: Path, **more: Any) -> Settings:
    """The settings of a bot with an empty database before that Discord, and no site."""
    return load_settings(
        env_file=None,
        discord_token=discord.token,
        discord_api_url=discord.api_url,
        feed_url="http://127.0.0.1:9/feed/",
        data_dir=folder,
        database_url=f"sqlite+aiosqlite:///{folder / 'kcrush.db'}",
        log_level="error",
        **more,
    )


@asynccontextmanager
async def open_bot(
    discord: Discord, folder: Path, *, gateway: bool = False, shards: int = 1, **more: Any
) -> AsyncIterator[App]:
    """The real bot, built by its own composition root and logged in; with `gateway` connected
    and its commands registered too; `more` are settings. Nothing announces until the benchmark
    says so."""
    quiet()
    settings = settings_for(discord, folder, **more)
    messages = load_messages()
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(
            open_app(settings, messages, SystemClock(), random.Random(1))
        )
        await app.client.login(settings.token)
        app.client.logged_in.set()
        if gateway:
            await sync_commands(app.client)
            connection = asyncio.create_task(app.client.connect())
            stack.push_async_callback(_ended, connection)
            stack.push_async_callback(app.client.close)
            await discord("ready", shards=shards)
        yield app


@asynccontextmanager
async def open_client(
    sandbox: Discord, client: discord.Client, tree: app_commands.CommandTree[Any]
) -> AsyncIterator[None]:
    """A bot of discord.py alone, connected and its commands registered."""
    use_rest_api(sandbox.api_url)
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.gateway_url)
    async with AsyncExitStack() as stack:
        await client.login(sandbox.token)
        await tree.sync()
        connection = asyncio.create_task(client.connect())
        stack.push_async_callback(_ended, connection)
        stack.push_async_callback(client.close)
        await sandbox("ready", shards=1)
        yield


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task


def freeze() -> None:
    """As the program does at its start and when it is ready: modules, guilds and names stay, and
    are not looked through for garbage."""
    gc.collect()
    gc.freeze()


def quiet() -> None:
    """Log only what is broken: a benchmark measures no terminal."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
