"""Discord's permission algorithm, by table and against discord.py's own."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import serial
from sandbox.entities import Channel, Guild, User
from sandbox.permissions import ALL, Permission
from sandbox.world import World

P = Permission


@pytest.fixture
def world() -> World:
    return World()


def place(world: World, everyone: int = 0) -> tuple[Guild, Channel, User]:
    guild = world.add_guild("Fans", everyone=everyone, with_bot=False)
    user = world.add_user("mina")
    world.add_member(guild, user)
    return guild, world.add_channel(guild, "general"), user


def test_roles_add_up(world: World) -> None:
    guild, channel, user = place(world, P.VIEW_CHANNEL)
    reader = world.add_role(guild, "reader", permissions=P.READ_MESSAGE_HISTORY)
    writer = world.add_role(guild, "writer", permissions=P.SEND_MESSAGES)
    guild.members[user.id].roles = [reader.id, writer.id]
    expected = P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY | P.SEND_MESSAGES
    assert world.permissions(channel, user) == expected


def test_the_owner_and_administrators_hold_everything(world: World) -> None:
    guild, channel, user = place(world)
    world.set_overwrite(channel, guild.id, deny=P.VIEW_CHANNEL)
    assert world.permissions(channel, guild.owner) == ALL
    role = world.add_role(guild, "admin", permissions=P.ADMINISTRATOR)
    guild.members[user.id].roles = [role.id]
    assert world.permissions(channel, user) == ALL


def test_a_members_overwrite_beats_roles_which_beat_everyone(world: World) -> None:
    guild, channel, user = place(world, P.VIEW_CHANNEL | P.SEND_MESSAGES)
    role = world.add_role(guild, "quiet")
    loud = world.add_role(guild, "loud")
    guild.members[user.id].roles = [role.id, loud.id]
    world.set_overwrite(channel, guild.id, allow=P.ATTACH_FILES)
    world.set_overwrite(channel, role.id, deny=P.SEND_MESSAGES)
    assert not world.permissions(channel, user) & P.SEND_MESSAGES
    world.set_overwrite(channel, loud.id, allow=P.SEND_MESSAGES)
    assert world.permissions(channel, user) & P.SEND_MESSAGES, "a role's allow beats another's deny"
    world.set_overwrite(channel, user.id, deny=P.SEND_MESSAGES)
    assert not world.permissions(channel, user) & P.SEND_MESSAGES


def test_without_view_nothing_is_left(world: World) -> None:
    guild, channel, user = place(world, P.VIEW_CHANNEL | P.SEND_MESSAGES)
    world.set_overwrite(channel, guild.id, deny=P.VIEW_CHANNEL)
    assert world.permissions(channel, user) == 0


def test_without_send_no_files_embeds_and_everyone(world: World) -> None:
    extras = P.EMBED_LINKS | P.ATTACH_FILES | P.MENTION_EVERYONE
    _guild, channel, user = place(world, P.VIEW_CHANNEL | extras)
    assert world.permissions(channel, user) == P.VIEW_CHANNEL


def test_a_member_in_time_out_only_reads(world: World) -> None:
    guild, channel, user = place(world, P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY | P.SEND_MESSAGES)
    guild.members[user.id].timed_out_until = world.clock() + 60
    assert world.permissions(channel, user) == P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY
    guild.members[user.id].timed_out_until = world.clock() - 1
    assert world.permissions(channel, user) & P.SEND_MESSAGES


def test_a_stranger_has_nothing(world: World) -> None:
    _guild, channel, _user = place(world, P.VIEW_CHANNEL)
    assert world.permissions(channel, world.add_user("stranger")) == 0


def test_a_thread_has_its_parents_permissions(world: World) -> None:
    guild, channel, user = place(world, P.VIEW_CHANNEL | P.SEND_MESSAGES_IN_THREADS)
    thread = world.add_thread(channel, "talk", guild.owner)
    assert world.permissions(thread, user) == P.VIEW_CHANNEL | P.SEND_MESSAGES_IN_THREADS
    world.set_overwrite(channel, user.id, deny=P.SEND_MESSAGES_IN_THREADS)
    assert world.permissions(thread, user) == P.VIEW_CHANNEL


def test_a_direct_message_is_between_two(world: World) -> None:
    user, other = world.add_user("mina"), world.add_user("other")
    channel = world.open_dm(user)
    assert world.permissions(channel, user) & P.SEND_MESSAGES
    assert world.permissions(channel, world.application.bot) & P.SEND_MESSAGES
    assert world.permissions(channel, other) == 0


# What discord.py computes too; the rest of its bits depend on the kind of channel.
_COMPARED = (
    P.VIEW_CHANNEL,
    P.SEND_MESSAGES,
    P.EMBED_LINKS,
    P.ATTACH_FILES,
    P.READ_MESSAGE_HISTORY,
    P.MENTION_EVERYONE,
    P.MANAGE_MESSAGES,
    P.MANAGE_WEBHOOKS,
    P.MANAGE_THREADS,
    P.CREATE_PUBLIC_THREADS,
    P.SEND_MESSAGES_IN_THREADS,
)
_bits = st.lists(st.sampled_from(_COMPARED), unique=True).map(lambda each: int(sum(each)))
_role_bits = st.one_of(_bits, _bits.map(lambda bits: bits | P.ADMINISTRATOR))
_overwrite = st.tuples(_bits, _bits).map(lambda pair: (pair[0], pair[1] & ~pair[0]))


@settings(max_examples=60, deadline=None)
@given(
    everyone=_bits,
    roles=st.lists(st.tuples(_role_bits, st.none() | _overwrite), max_size=3),
    on_everyone=st.none() | _overwrite,
    on_member=st.none() | _overwrite,
)
def test_discord_py_comes_to_the_same(
    everyone: int, roles: list[Any], on_everyone: Any, on_member: Any
) -> None:
    world = World()
    guild = world.add_guild("Fans", everyone=everyone, bot_permissions=0)
    channel = world.add_channel(guild, "general")
    own = guild.members[world.application.bot.id]
    for bits, overwrite in roles:
        role = world.add_role(guild, "role", permissions=bits)
        own.roles.append(role.id)
        if overwrite:
            world.set_overwrite(channel, role.id, allow=overwrite[0], deny=overwrite[1])
    for target, overwrite in ((guild.id, on_everyone), (own.user.id, on_member)):
        if overwrite:
            world.set_overwrite(channel, target, allow=overwrite[0], deny=overwrite[1])
    theirs = asyncio.run(_discord_py_says(world, guild, channel))
    ours = world.permissions(channel, own)
    if not ours & P.VIEW_CHANNEL:
        assert not theirs.view_channel
        return
    compared = int(sum(_COMPARED))
    assert ours & compared == theirs.value & compared


async def _discord_py_says(world: World, guild: Guild, channel: Channel) -> discord.Permissions:
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        state = client._connection
        bot: Any = serial.self_json(world.application.bot)
        state.user = discord.ClientUser(state=state, data=bot)
        data: Any = serial.guild_create_json(world, guild)
        parsed = discord.Guild(data=data, state=state)
        found = parsed.get_channel(channel.id)
        assert isinstance(found, discord.TextChannel)
        return found.permissions_for(parsed.me)
