"""Several shards in one process: which it connects, and that one holds up no other."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import pytest
import structlog
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client.client import KcrushClient
from bot.client.command_sync import sync_commands
from bot.client.connection import hold_connection, log_in, use_rest_api
from bot.client.guild_sync import GuildSync
from bot.client.shard_locks import ShardLocks
from bot.core.clock import Clock, SystemClock
from bot.core.i18n import load_messages
from bot.core.shards import ShardRange, shard_of
from bot.store import open_store
from sandbox import Sandbox
from sandbox.entities import Guild
from sandbox.gateway import GatewaySettings
from tests.openapi import Checker
from tests.store.rows import add_subscription
from tests.store.samples import database_url

SHARDS = 4


class Patient(SystemClock):
    """Real time, but what waits, waits for ever once it is held."""

    held = False

    async def sleep(self, seconds: float) -> None:
        if self.held and seconds > 0:
            await asyncio.Event().wait()
        await super().sleep(seconds)


@pytest.fixture
async def discord_here(strict_checker: Checker) -> AsyncIterator[Sandbox]:
    """All shards may identify at a time."""
    settings = GatewaySettings(identify_interval=0.0, shards=SHARDS, max_concurrency=16)
    async with Sandbox(
        page=False, observer=strict_checker, gateway=settings, rate_limits=False
    ) as sandbox:
        yield sandbox


@pytest.fixture
async def guilds(discord_here: Sandbox) -> dict[int, Guild]:
    """A guild of each shard."""
    found: dict[int, Guild] = {}
    while len(found) < SHARDS:
        guild = discord_here.world.add_guild("A server")
        discord_here.world.add_channel(guild, "general")
        found.setdefault(shard_of(guild.id, SHARDS), guild)
        await asyncio.sleep(0.001)
    return found


@asynccontextmanager
async def connected(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    chosen: ShardRange | None = None,
    clock: Clock | None = None,
    locks: ShardLocks | None = None,
) -> AsyncIterator[KcrushClient]:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    use_rest_api(sandbox.api_url)
    clock = clock or SystemClock()
    locks = locks or ShardLocks(clock, chosen=chosen)
    client = KcrushClient(load_messages(), lambda: "ABC234", clock=clock, shards=locks)
    client._connection.guild_ready_timeout = 0.1
    await log_in(client, sandbox.token, clock, random.Random(1))
    task = asyncio.create_task(hold_connection(client, sandbox.token, clock, random.Random(1)))
    try:
        yield client
    finally:
        await client.close()
        await asyncio.gather(task, return_exceptions=True)


class Ping(commands.Cog):
    @app_commands.command(description="Ping")
    async def ping(self, interaction: discord.Interaction[KcrushClient]) -> None:
        await interaction.response.send_message("pong", ephemeral=True)


async def test_a_range_connects_its_shards_alone(
    discord_here: Sandbox, guilds: dict[int, Guild], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(discord_here, monkeypatch, ShardRange(1, 2, SHARDS)) as client:
        await asyncio.wait_for(client.wait_until_ready(), 30)
        assert {guild.shard_id for guild in client.guilds} == {1, 2}
        assert discord_here.gateway.ready_shards() == {1, 2}
        assert client.get_guild(guilds[0].id) is None
    assert discord_here.gateway.counts.identifies == 2


async def test_a_guild_of_another_shard_did_not_leave(
    discord_here: Sandbox, guilds: dict[int, Guild], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = discord_here.world.add_guild("Gone")
    while shard_of(gone.id, SHARDS) != 1:
        await asyncio.sleep(0.001)
        gone = discord_here.world.add_guild("Gone")
    async with open_store(database_url(folder), SystemClock()) as store:
        for guild in (*guilds.values(), gone):
            await add_subscription(store, guild.id, guild.id + 1, None, 77)
        discord_here.world.remove_bot(gone)
        async with connected(discord_here, monkeypatch, ShardRange(1, 2, SHARDS)) as client:
            await asyncio.wait_for(client.wait_until_ready(), 30)
            sync = GuildSync(client, store, SystemClock(), lambda: None)
            for shard in range(SHARDS):
                await sync.compare(shard)
            left = {id_ for id_, moment in (await store.guilds.known()).items() if moment}
            assert left == {gone.id}


async def test_a_shard_that_waits_for_its_turn_holds_up_no_other(
    discord_here: Sandbox, guilds: dict[int, Guild], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In discord.py's queue the others' resumes would stand behind it."""
    person, clock = discord_here.world.add_user("Mina"), Patient()
    channel = next(iter(guilds[1].channels.values()))
    discord_here.world.add_member(guilds[1], person)
    async with connected(discord_here, monkeypatch, clock=clock) as client:
        await client.add_cog(Ping())
        await sync_commands(client)
        await asyncio.wait_for(client.wait_until_ready(), 30)
        clock.held = True
        discord_here.gateway.invalidate(shard=0)
        await discord_here.wait_until(
            lambda _: discord_here.gateway.counts.connections > SHARDS or None, 30
        )
        discord_here.gateway.drop(shard=1)
        await discord_here.wait_until(lambda _: discord_here.gateway.counts.resumes or None, 30)
        await discord_here.wait_until(
            lambda _: 1 in discord_here.gateway.ready_shards() or None, 30
        )
        response = await discord_here.command(person, channel, "ping")
        assert (await response.finished()).content == "pong"


async def test_shards_that_cannot_connect_hold_up_no_other(
    discord_here: Sandbox, guilds: dict[int, Guild], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Patient()
    clock.held = True
    discord_here.gateway.faults.refuse = 2
    async with connected(discord_here, monkeypatch, clock=clock):
        await discord_here.wait_ready(shards=2, timeout=30)
        assert discord_here.gateway.faults.refuse == 0
        assert discord_here.gateway.counts.identifies == 2


async def test_it_is_ready_though_a_shard_lost_its_session_amid_the_start(
    discord_here: Sandbox, guilds: dict[int, Guild], monkeypatch: pytest.MonkeyPatch
) -> None:
    discord_here.gateway.faults.ready_delay = 0.2
    with structlog.testing.capture_logs():
        async with connected(discord_here, monkeypatch) as client:
            await discord_here.wait_until(
                lambda _: discord_here.gateway.counts.identifies == SHARDS or None, 30
            )
            discord_here.gateway.drop(shard=2)
            await asyncio.wait_for(client.wait_until_ready(), 30)
            discord_here.gateway.invalidate(shard=3)
            await discord_here.wait_until(
                lambda _: discord_here.gateway.counts.identifies > SHARDS or None, 30
            )
            await discord_here.wait_ready(shards=SHARDS, timeout=30)
            assert {guild.shard_id for guild in client.guilds} == set(range(SHARDS))
