"""What the bot says when it joins a server, and what it does not."""

import asyncio
from typing import Any

import pytest
from discord.state import ConnectionState

from bot.client.guild_sync import GuildSync
from sandbox.entities import Channel, Guild, Message
from sandbox.faults import Rule
from sandbox.permissions import DEFAULT_BOT, Permission
from tests.cogs.stage import Stage, labels, read
from tests.cogs.test_guild_changes import is_left, until

AUDIT = int(Permission.VIEW_AUDIT_LOG)


@pytest.fixture
def soon_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py takes a guild that comes within two seconds of READY for one of READY's own."""
    begin = ConnectionState.__init__

    def quick(self: Any, *args: Any, **options: Any) -> None:
        begin(self, *args, **options, guild_ready_timeout=0.05)

    monkeypatch.setattr(ConnectionState, "__init__", quick)


@pytest.fixture
async def synced(soon_ready: None, on_stage: Stage) -> GuildSync:
    await on_stage.client.wait_until_ready()
    sync = GuildSync(on_stage.client, on_stage.store, on_stage.clock, on_stage.roused.set)
    sync.listen()
    return sync


@pytest.fixture
def fresh(on_stage: Stage, synced: GuildSync) -> tuple[Guild, Channel]:
    """A server with a system channel, which the bot is not in yet."""
    world = on_stage.sandbox.world
    guild = world.add_guild("New fans", owner=on_stage.admin, with_bot=False)
    channel = world.add_channel(guild, "lobby")
    guild.system_channel_id = channel.id
    return guild, channel


def said(channel: Channel) -> list[Message]:
    return [*channel.messages.values()]


async def greeted(stage: Stage, channel: Channel, count: int = 1) -> Message:
    await stage.sandbox.wait_until(
        lambda _: len(channel.messages) >= count or None, what="the welcome"
    )
    assert len(channel.messages) == count
    return said(channel)[-1]


async def test_a_new_server_is_welcomed_once_with_one_button(
    on_stage: Stage, fresh: tuple[Guild, Channel]
) -> None:
    guild, channel = fresh
    on_stage.sandbox.world.add_bot(guild)
    message = await greeted(on_stage, channel)
    assert read(message).startswith("**Hello! I bring you KCrush America Magazine's interviews.**")
    assert labels(message) == ["Set up"]
    assert (message.mentions, message.mention_roles, message.mention_everyone) == ([], [], False)
    panel = await on_stage.press(message, "Set up", by=on_stage.admin)
    assert read(panel).startswith("## Set up announcements")


async def test_the_button_is_for_who_manages_the_server(
    on_stage: Stage, fresh: tuple[Guild, Channel]
) -> None:
    guild, channel = fresh
    on_stage.sandbox.world.add_member(guild, on_stage.fan)
    on_stage.sandbox.world.add_bot(guild)
    message = await greeted(on_stage, channel)
    told = await on_stage.press(message, "Set up")
    assert read(told) == on_stage.client.messages.text()("error.not-allowed")


async def test_events_that_discord_repeats_bring_no_second_welcome(
    on_stage: Stage, fresh: tuple[Guild, Channel], synced: GuildSync
) -> None:
    """After outages GUILD_CREATE comes again, and a library may take it for a new server."""
    guild, channel = fresh
    on_stage.sandbox.world.add_bot(guild)
    await greeted(on_stage, channel)
    known = on_stage.client.get_guild(guild.id)
    assert known is not None
    await asyncio.gather(*(synced._join(known) for _ in range(5)))
    await on_stage.clock.advance(40 * 24 * 3600)
    await synced._join(known)
    assert len(channel.messages) == 1


async def test_a_server_that_comes_back_with_nothing_set_up_reads_nothing(
    on_stage: Stage, fresh: tuple[Guild, Channel], synced: GuildSync
) -> None:
    guild, channel = fresh
    world = on_stage.sandbox.world
    world.add_bot(guild)
    await greeted(on_stage, channel)
    world.remove_bot(guild)
    await until(lambda: left(on_stage, guild))
    heard = asyncio.ensure_future(on_stage.client.wait_for("guild_join", timeout=10))
    await asyncio.sleep(0)
    world.add_bot(guild)
    known = await heard
    await synced._join(known)
    assert len(channel.messages) == 1


async def left(stage: Stage, guild: Guild) -> bool:
    return (await stage.store.guilds.settings(guild.id)).removed_at is not None


async def test_a_server_that_comes_back_reads_that_it_goes_on(
    on_stage: Stage, synced: GuildSync
) -> None:
    world, guild, channel = on_stage.sandbox.world, on_stage.guild, on_stage.channel
    guild.system_channel_id = channel.id
    await on_stage.ask("announcements add", by=on_stage.admin, channel=channel)
    for count in (1, 1):
        world.remove_bot(guild)
        await until(lambda: is_left(on_stage))
        world.add_bot(guild)
        message = await greeted(on_stage, channel, count)
        await until(lambda: came_back(on_stage))
    assert read(message).startswith("**I'm back!** New interviews are announced in 1 channel again")
    assert labels(message) == ["See all"]


async def came_back(stage: Stage) -> bool:
    return not await is_left(stage)


async def test_without_a_channel_the_person_who_added_it_is_told(
    on_stage: Stage, fresh: tuple[Guild, Channel]
) -> None:
    guild, channel = fresh
    world = on_stage.sandbox.world
    world.set_overwrite(channel, guild.id, deny=int(Permission.SEND_MESSAGES))
    world.add_member(guild, on_stage.fan)
    world.add_bot(guild, permissions=DEFAULT_BOT | AUDIT, by=on_stage.fan)
    message = await greeted(on_stage, world.open_dm(on_stage.fan))
    assert read(message).startswith("**Thanks for adding me to New fans!**")
    assert said(channel) == []


async def test_where_nobody_is_known_nobody_is_told(
    on_stage: Stage, fresh: tuple[Guild, Channel], synced: GuildSync
) -> None:
    guild, channel = fresh
    world = on_stage.sandbox.world
    guild.system_channel_id = None
    world.add_bot(guild, by=on_stage.fan)
    known = await on_stage.client.wait_for("guild_join", timeout=10)
    await synced._join(known)
    assert said(channel) == []
    asked = {one.path.rpartition("/")[2] for one in on_stage.sandbox.requests}
    assert asked.isdisjoint({"audit-logs", "channels"})


async def test_a_welcome_that_discord_refuses_breaks_nothing(
    on_stage: Stage, fresh: tuple[Guild, Channel], synced: GuildSync
) -> None:
    guild, channel = fresh
    on_stage.sandbox.faults.add(Rule(match="POST /channels/", status=403))
    heard = asyncio.ensure_future(on_stage.client.wait_for("guild_join", timeout=10))
    await asyncio.sleep(0)
    on_stage.sandbox.world.add_bot(guild)
    await synced._join(await heard)
    on_stage.sandbox.faults.clear()
    assert said(channel) == []
    assert "Nothing has been changed yet" in read(
        await on_stage.ask("announcements history", by=on_stage.admin)
    )
