"""The gateway as discord.py's own client sees it."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import discord
import pytest
from discord.errors import ConnectionClosed, PrivilegedIntentsRequired

from sandbox import Sandbox
from sandbox.gateway import GatewaySettings
from tests.openapi import Checker
from tests.sandbox.bots import Bot, RunBot


async def test_it_logs_in_and_knows_its_guilds(sandbox: Sandbox, run_bot: RunBot) -> None:
    guild = sandbox.world.add_guild("KCrush fans")
    forum = sandbox.world.add_channel(guild, "posts", type=15, tags=["Music"])
    news = sandbox.world.add_channel(guild, "news", type=5)
    text = sandbox.world.add_channel(guild, "general", topic="Hello")
    async with run_bot(sandbox) as bot:
        await sandbox.wait_ready()
        assert bot.user is not None
        assert bot.user.id == sandbox.world.application.bot.id
        seen = bot.get_guild(guild.id)
        assert seen is not None
        assert seen.name == "KCrush fans"
        assert seen.me.guild_permissions.send_messages
        seen_forum, seen_news, seen_text = (seen.get_channel(one.id) for one in (forum, news, text))
        assert isinstance(seen_forum, discord.ForumChannel)
        assert [tag.name for tag in seen_forum.available_tags] == ["Music"]
        assert isinstance(seen_news, discord.TextChannel)
        assert seen_news.is_news()
        assert isinstance(seen_text, discord.TextChannel)
        assert seen_text.topic == "Hello"
        assert len(sandbox.gateway.connections) == 1
    await sandbox.gateway.wait_gone()
    assert sandbox.gateway.sessions == {}


async def test_two_shards_share_the_guilds(sandbox: Sandbox, run_bot: RunBot) -> None:
    guilds = [sandbox.world.add_guild(f"Guild {n}") for n in range(6)]
    async with run_bot(sandbox, Bot(shard_count=2)) as bot:
        await sandbox.wait_ready(shards=2)
        assert {g.id for g in bot.guilds} == {g.id for g in guilds}
        for guild in guilds:
            seen = bot.get_guild(guild.id)
            assert seen is not None
            assert seen.shard_id == (guild.id >> 22) % 2
        assert sandbox.gateway.counts.identifies == 2


async def test_the_recommended_number_of_shards_is_taken(checker: Checker, run_bot: RunBot) -> None:
    settings = GatewaySettings(identify_interval=0, shards=3)
    async with (
        Sandbox(page=False, observer=checker, gateway=settings) as sandbox,
        run_bot(sandbox, sync=False) as bot,
    ):
        await sandbox.wait_ready(shards=3)
        assert bot.shard_count == 3


async def test_events_change_what_it_knows(sandbox: Sandbox, run_bot: RunBot) -> None:
    guild = sandbox.world.add_guild("Changing")
    async with run_bot(sandbox) as bot:
        created = asyncio.ensure_future(bot.wait_for("guild_channel_create", timeout=5))
        joined = asyncio.ensure_future(bot.wait_for("guild_join", timeout=5))
        removed = asyncio.ensure_future(bot.wait_for("guild_remove", timeout=5))
        await asyncio.sleep(0)
        channel = sandbox.world.add_channel(guild, "new")
        other = sandbox.world.add_guild("Joined")
        sandbox.world.remove_bot(guild)
        assert (await created).id == channel.id
        assert (await joined).id == other.id
        assert (await removed).id == guild.id


async def missed(sandbox: Sandbox, bot: Bot, guild: Any, trouble: Any) -> str:
    """Cause trouble, make a channel while the bot is away, and wait until it hears of it."""
    heard = asyncio.ensure_future(bot.wait_for("guild_channel_create", timeout=10))
    await asyncio.sleep(0)
    await trouble()
    sandbox.world.add_channel(guild, "meanwhile")
    return (await heard).name


@pytest.mark.parametrize("code", [1000, 4000, 4001, 4002, 4003, 4005, 4008])
async def test_after_a_close_it_resumes_and_misses_nothing(
    sandbox: Sandbox, run_bot: RunBot, code: Any
) -> None:
    guild = sandbox.world.add_guild("Resumed")
    async with run_bot(sandbox) as bot:

        async def close() -> None:
            await sandbox.gateway.close(code)
            await sandbox.gateway.wait_gone()

        assert await missed(sandbox, bot, guild, close) == "meanwhile"
        assert sandbox.gateway.counts.identifies == 1
        assert sandbox.gateway.counts.resumes == 1


async def test_asked_to_reconnect_it_resumes(sandbox: Sandbox, run_bot: RunBot) -> None:
    guild = sandbox.world.add_guild("Reconnected")
    async with run_bot(sandbox) as bot:

        async def reconnect() -> None:
            sandbox.gateway.reconnect()
            await sandbox.gateway.wait_gone()

        assert await missed(sandbox, bot, guild, reconnect) == "meanwhile"
        assert sandbox.gateway.counts.resumes == 1


async def test_after_a_cut_connection_it_resumes(sandbox: Sandbox, run_bot: RunBot) -> None:
    guild = sandbox.world.add_guild("Cut")
    async with run_bot(sandbox) as bot:

        async def cut() -> None:
            sandbox.gateway.drop()
            await sandbox.gateway.wait_gone()

        assert await missed(sandbox, bot, guild, cut) == "meanwhile"
        assert sandbox.gateway.counts.resumes == 1


@pytest.mark.parametrize("code", [4007, 4009])
async def test_a_session_that_ended_is_begun_anew(
    sandbox: Sandbox, run_bot: RunBot, code: Any
) -> None:
    sandbox.world.add_guild("Anew")
    async with run_bot(sandbox) as bot:
        bot.heard.clear()
        await sandbox.gateway.close(code)
        await sandbox.gateway.changes.wait_for(
            lambda: sandbox.gateway.counts.identifies == 2, 10, "a second identify"
        )
        await sandbox.wait_ready()
        assert sandbox.gateway.counts.resumes == 0


@pytest.mark.parametrize("resumable", [True, False])
async def test_an_invalid_session_is_resumed_or_begun_anew(
    sandbox: Sandbox, run_bot: RunBot, resumable: Any
) -> None:
    sandbox.world.add_guild("Invalid")
    async with run_bot(sandbox):
        sandbox.gateway.invalidate(resumable=resumable)
        counts = sandbox.gateway.counts
        await sandbox.gateway.changes.wait_for(
            lambda: counts.resumes + counts.identifies == 2, 10, "the bot to be back"
        )
        await sandbox.wait_ready()
        assert counts.resumes == (1 if resumable else 0)


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013])
async def test_a_fatal_close_code_ends_the_client(
    sandbox: Sandbox, run_bot: RunBot, code: Any
) -> None:
    async def be_closed() -> None:
        async with run_bot(sandbox, sync=False) as bot:
            await sandbox.gateway.close(code)
            await asyncio.wait({bot.running}, timeout=10)
            assert bot.is_closed()

    with pytest.raises(ConnectionClosed) as raised:
        await be_closed()
    assert raised.value.code == code


async def test_a_privileged_intent_that_was_not_granted_is_refused(
    sandbox: Sandbox, run_bot: RunBot
) -> None:
    with pytest.raises(PrivilegedIntentsRequired):
        async with run_bot(sandbox, Bot(intents=discord.Intents(guilds=True, members=True))):
            pass


async def test_a_wrong_token_is_refused_by_rest(sandbox: Sandbox, run_bot: RunBot) -> None:
    class Wrong(Bot):
        async def login(self, token: str) -> None:
            await super().login("wrong")

    with pytest.raises(discord.LoginFailure):
        async with run_bot(sandbox, Wrong()):
            pass


async def test_unanswered_heartbeats_are_noticed_and_mended(
    checker: Checker, run_bot: RunBot
) -> None:
    settings = GatewaySettings(identify_interval=0, heartbeat_interval=0.1)
    async with Sandbox(page=False, observer=checker, gateway=settings) as sandbox:
        sandbox.world.add_guild("Silent")
        async with run_bot(sandbox, Bot(heartbeat_timeout=0.4)):
            await sandbox.wait_ready()
            sandbox.gateway.faults.ack_heartbeats = False
            await sandbox.gateway.changes.wait_for(
                lambda: sandbox.gateway.counts.resumes >= 1, 10, "a resume"
            )
            sandbox.gateway.faults.ack_heartbeats = True
            await sandbox.wait_ready()


@pytest.mark.parametrize("status", [503, 0])
async def test_refused_connections(sandbox: Sandbox, status: Any) -> None:
    sandbox.gateway.faults.refuse = None
    sandbox.gateway.faults.refuse_status = status
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            with pytest.raises(aiohttp.ClientError) as raised:
                await session.ws_connect(sandbox.gateway_url)
            if status:
                assert isinstance(raised.value, aiohttp.WSServerHandshakeError)
                assert raised.value.status == 503
        sandbox.gateway.faults.refuse = 0
        async with session.ws_connect(sandbox.gateway_url) as socket:
            assert (await socket.receive_json(timeout=5))["op"] == 10


async def test_the_first_n_connections_are_refused(sandbox: Sandbox) -> None:
    sandbox.gateway.faults.refuse = 2
    statuses = []
    async with aiohttp.ClientSession() as session:
        for _ in range(3):
            async with session.get(sandbox.url + "/gateway") as answer:
                statuses.append(answer.status)
    assert statuses == [503, 503, 400]


async def test_a_late_ready(sandbox: Sandbox, run_bot: RunBot) -> None:
    sandbox.world.add_guild("Late")
    sandbox.gateway.faults.ready_delay = 0.2
    started = asyncio.get_running_loop().time()
    async with run_bot(sandbox, sync=False):
        assert asyncio.get_running_loop().time() - started >= 0.2


async def test_a_thousand_guilds_arrive_quickly(sandbox: Sandbox, run_bot: RunBot) -> None:
    for n in range(1000):
        guild = sandbox.world.add_guild(f"Guild {n}")
        sandbox.world.add_channel(guild, "general")
    async with run_bot(sandbox, sync=False) as bot:
        await sandbox.wait_ready(timeout=20)
        assert len(bot.guilds) == 1000
