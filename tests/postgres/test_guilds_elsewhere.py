"""What a process knows of guilds whose shards another process has."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import discord
import pytest

from bot.client.channels import own_permissions
from bot.client.client import KcrushClient
from bot.client.guild_sync import GuildSync
from bot.client.shard_locks import ShardLocks
from bot.core.clock import SystemClock
from bot.core.shards import ShardRange
from bot.delivery.discord.guilds import Guilds
from bot.store import Store, join, open_store
from sandbox import Sandbox
from sandbox.entities import Channel, Guild
from tests.client.test_sharding import connected, discord_here, guilds
from tests.store.samples import database_url

pytestmark = pytest.mark.postgres

__all__ = ["discord_here", "guilds"]


@dataclass
class Elsewhere:
    """A client with the shards 0 and 1 of 4, and a guild of shard 3."""

    sandbox: Sandbox
    store: Store
    client: KcrushClient
    guild: Guild
    channel: Channel

    @property
    def known(self) -> Guilds:
        return Guilds(self.client, self.store)


@asynccontextmanager
async def elsewhere(
    sandbox: Sandbox, guild: Guild, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Elsewhere]:
    clock, url = SystemClock(), database_url(folder)
    async with open_store(url, clock) as store, join(url) as membership:
        locks = ShardLocks(clock, membership, store, ShardRange(0, 1, 4))
        async with connected(sandbox, monkeypatch, locks=locks) as client:
            await client.wait_until_ready()
            channel = next(iter(guild.channels.values()))
            yield Elsewhere(sandbox, store, client, guild, channel)


async def test_permissions_tags_and_threads_are_asked_for(
    discord_here: Sandbox,
    guilds: dict[int, Guild],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, guild = discord_here.world, guilds[3]
    thread = world.add_thread(next(iter(guild.channels.values())), "a thread", guild.owner)
    async with elsewhere(discord_here, guild, folder, monkeypatch) as scene:
        known = scene.known
        assert scene.client.get_guild(guild.id) is None
        channel = await known.channel(guild.id, scene.channel.id)
        assert isinstance(channel, discord.TextChannel)
        may = own_permissions(channel)
        assert may is not None
        assert may.attach_files
        found = await known.channel(guild.id, thread.id)
        assert isinstance(found, discord.Thread)
        may = own_permissions(found)
        assert may is not None
        assert may.send_messages
        asked = len(discord_here.requests)
        assert await known.channel(guild.id, scene.channel.id) is channel
        assert len(discord_here.requests) == asked
        assert await known.guild(4711) is None


async def test_the_language_is_the_one_that_the_other_process_noted(
    discord_here: Sandbox,
    guilds: dict[int, Guild],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for guild in guilds.values():
        guild.preferred_locale = "ko"
    async with elsewhere(discord_here, guilds[3], folder, monkeypatch) as scene:
        sync = GuildSync(scene.client, scene.store, SystemClock(), lambda: None)
        await sync.compare(0)
        assert await scene.store.guilds.language(guilds[0].id) == "ko"
        assert await scene.store.guilds.language(guilds[3].id) is None
        assert await scene.known.language(guilds[0].id) == "ko"
        await scene.store.guilds.note_languages({guilds[3].id: "ja"})
        assert await scene.known.language(guilds[3].id) == "ja"
        await scene.store.guilds.note_languages({guilds[3].id: None})
        assert await scene.known.language(guilds[3].id) is None
