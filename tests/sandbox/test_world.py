"""The world: what changes with what, and who hears of it."""

from __future__ import annotations

import pytest

from sandbox.entities import ChannelType, Event
from sandbox.following import follow
from sandbox.messages import create_message
from sandbox.world import World
from tests.sandbox.rest_api import ManualClock


@pytest.fixture
def world() -> World:
    return World(clock=ManualClock())


@pytest.fixture
def heard(world: World) -> list[Event]:
    events: list[Event] = []
    world.listen(events.append)
    return events


def names(events: list[Event]) -> list[str]:
    return [event.name for event in events]


def test_ids_tell_the_time_and_rise_even_when_the_clock_goes_back() -> None:
    clock = ManualClock(1_800_000_000.0)
    world = World(clock=clock)
    first = world.snowflake()
    assert (first >> 22) + 1_420_070_400_000 == 1_800_000_000_000
    clock.advance(-3600)
    second = world.snowflake()
    clock.advance(3601)
    assert first < second < world.snowflake()


def test_who_stopped_listening_hears_nothing(world: World) -> None:
    events: list[Event] = []
    stop = world.listen(events.append)
    world.add_guild("a")
    stop()
    stop()
    world.add_guild("b")
    assert names(events) == ["GUILD_CREATE"]


def test_the_gateway_hears_only_of_the_bots_guilds(world: World, heard: list[Event]) -> None:
    inside, outside = world.add_guild("in"), world.add_guild("out", with_bot=False)
    world.add_channel(inside, "news")
    world.add_channel(outside, "news")
    assert [(event.name, event.gateway) for event in heard] == [
        ("GUILD_CREATE", True),
        ("CHANNEL_CREATE", True),
        ("CHANNEL_CREATE", False),
    ]


def test_the_bot_leaves_and_comes_back(world: World, heard: list[Event]) -> None:
    guild = world.add_guild("Fans")
    world.remove_bot(guild)
    assert [role.name for role in guild.roles.values()] == ["@everyone"]
    assert world.bot_guilds() == []
    world.remove_bot(guild)
    world.add_bot(guild)
    assert names(heard) == ["GUILD_CREATE", "GUILD_DELETE", "GUILD_CREATE"]
    assert "unavailable" not in heard[1].data
    assert heard[2].data["member_count"] == 2


def test_a_deleted_role_leaves_its_members(world: World, heard: list[Event]) -> None:
    guild, user = world.add_guild("Fans"), world.add_user("mina")
    role = world.add_role(guild, "fans")
    member = world.add_member(guild, user, [role])
    world.delete_role(role)
    assert member.roles == []
    assert heard[-1].data == {"guild_id": str(guild.id), "role_id": str(role.id)}


def test_a_deleted_channel_takes_threads_and_webhooks_along(
    world: World, heard: list[Event]
) -> None:
    guild = world.add_guild("Fans")
    home = world.add_channel(guild, "home", type=ChannelType.ANNOUNCEMENT)
    target = world.add_channel(guild, "news")
    thread = world.add_thread(target, "talk", guild.owner)
    follow(world, home, target)
    world.edit_guild(guild, system_channel_id=target.id)
    heard.clear()
    world.delete_channel(target)
    assert thread.id not in world.channels
    assert guild.threads == {}
    assert (home.followers, world.webhooks) == ([], {})
    assert guild.system_channel_id is None
    assert names(heard) == ["WEBHOOKS_UPDATE", "CHANNEL_DELETE"]


def test_a_channel_that_followed_and_went_gets_no_copies(world: World) -> None:
    guild = world.add_guild("Fans")
    home = world.add_channel(guild, "home", type=ChannelType.ANNOUNCEMENT)
    target = world.add_channel(guild, "news")
    follow(world, home, target)
    world.delete_channel(home)
    assert next(iter(world.webhooks.values())).channel_id == target.id
    world.delete_channel(target)
    assert world.webhooks == {}


def test_a_member_of_the_guild_is_heard_of_with_that_intent_alone(
    world: World, heard: list[Event]
) -> None:
    guild, user = world.add_guild("Fans"), world.add_user("mina")
    world.add_member(guild, user)
    world.remove_member(guild, user)
    assert [(event.name, int(event.intents)) for event in heard[1:]] == [
        ("GUILD_MEMBER_ADD", 1 << 1),
        ("GUILD_MEMBER_REMOVE", 1 << 1),
    ]


def test_an_ephemeral_message_is_for_one_person_and_no_history(
    world: World, heard: list[Event]
) -> None:
    guild, user = world.add_guild("Fans"), world.add_user("mina")
    channel = world.add_channel(guild, "news")
    bot = world.application.bot
    message = create_message(world, channel, bot, {"content": "psst"}, ephemeral_for=user)
    assert (message.flags, message.id in world.ephemerals) == (64, True)
    assert not channel.messages
    assert channel.last_message_id is None
    assert (heard[-1].name, heard[-1].user_id, heard[-1].gateway) == (
        "MESSAGE_CREATE",
        user.id,
        False,
    )


def test_one_direct_message_channel_for_each_person(world: World) -> None:
    mina, other = world.add_user("mina"), world.add_user("other")
    assert world.open_dm(mina) is world.open_dm(mina)
    assert world.open_dm(mina) is not world.open_dm(other)


def test_overwrites_are_set_and_removed(world: World, heard: list[Event]) -> None:
    guild = world.add_guild("Fans")
    channel = world.add_channel(guild, "news")
    world.set_overwrite(channel, guild.id, deny=2048)
    world.set_overwrite(channel, guild.owner.id, allow=2048)
    assert [(each.type, each.allow, each.deny) for each in channel.overwrites.values()] == [
        (0, 0, 2048),
        (1, 2048, 0),
    ]
    world.set_overwrite(channel, guild.id)
    assert list(channel.overwrites) == [guild.owner.id]
    assert names(heard)[-3:] == ["CHANNEL_UPDATE"] * 3
