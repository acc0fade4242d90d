"""Admins' commands, from a person's act in the sandbox to what they read and what is stored."""

from typing import Any

import pytest

from bot.client.home import keep_home
from bot.core.model import SubscriptionState
from sandbox import Refused
from sandbox.entities import Channel, ChannelType
from tests.cogs.stage import MANAGE_GUILD, Stage, interview, labels, read
from tests.store.rows import add_subscription, set_subscription_state

VIEW, SEND, EMBED, MENTION_ALL = 1 << 10, 1 << 11, 1 << 14, 1 << 17
NEXT_STEPS = (
    "-# You'll see the first one when KCrush publishes its next interview. To see what it will "
    "look like, use `/announcements preview`."
)


async def add(stage: Stage, **options: object) -> str:
    options.setdefault("channel", stage.channel)
    return read(await stage.ask("announcements add", by=stage.admin, **options))


async def stored(stage: Stage) -> list[tuple[int, int | None, SubscriptionState]]:
    overviews = await stage.store.subscriptions.overview(stage.guild.id)
    found = [overview.subscription for overview in overviews]
    return [(one.channel_id, one.role_id, one.state) for one in found]


async def test_adding_a_channel_says_what_will_happen(on_stage: Stage) -> None:
    channel = on_stage.channel
    assert await add(on_stage) == (
        f"**Done.** I'll announce new interviews in <#{channel.id}> as soon as they come out.\n"
        "Nobody gets a ping.\n" + NEXT_STEPS
    )
    assert await stored(on_stage) == [(channel.id, None, SubscriptionState.ACTIVE)]


async def test_adding_with_a_role_says_whom_it_pings(on_stage: Stage) -> None:
    role = on_stage.sandbox.world.add_role(on_stage.guild, "Fans", mentionable=True)
    told = await add(on_stage, role=role)
    assert told.startswith(
        f"**Done.** I'll announce new interviews in <#{on_stage.channel.id}> as soon as they "
        "come out.\n"
        f"Each one pings <@&{role.id}>."
    )
    assert await stored(on_stage) == [(on_stage.channel.id, role.id, SubscriptionState.ACTIVE)]


async def test_adding_twice_changes_what_is_named_and_says_so(on_stage: Stage) -> None:
    world, channel = on_stage.sandbox.world, on_stage.channel
    role = world.add_role(on_stage.guild, "Fans", mentionable=True)
    await add(on_stage)
    announced = f"I'll announce new interviews in <#{channel.id}> as soon as they come out."
    pings = f"{announced}\nEach one pings <@&{role.id}>."
    assert (await add(on_stage, role=role)).startswith(f"**Changed.** {pings}")
    assert (await add(on_stage, role=role)).startswith(f"**No change.** {pings}")
    assert (await add(on_stage)).startswith(f"**No change.** {pings}")
    assert await stored(on_stage) == [(channel.id, role.id, SubscriptionState.ACTIVE)]


async def test_adding_a_parked_channel_wakes_it_and_says_so(on_stage: Stage) -> None:
    await add(on_stage)
    (overview,) = await on_stage.store.subscriptions.overview(on_stage.guild.id)
    await set_subscription_state(
        on_stage.store, overview.subscription.id, SubscriptionState.PARKED, "missing-permissions"
    )
    assert "They had stopped because of a problem. They're active again." in await add(on_stage)
    assert (await stored(on_stage))[0][2] is SubscriptionState.ACTIVE


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        # Only what is denied is named, not what it takes with it (Discord docs, Permissions,
        # implicit permissions).
        (VIEW, "**View Channel**"),
        (SEND, "**Send Messages**"),
        (EMBED, "**Embed Links**"),
        (SEND | EMBED, "**Send Messages**, **Embed Links**"),
    ],
)
@pytest.mark.parametrize("here", [True, False])
async def test_a_permission_that_is_missing_is_named_with_its_mend(
    on_stage: Stage, denied: int, named: str, *, here: bool
) -> None:
    world = on_stage.sandbox.world
    channel = on_stage.channel if here else world.add_channel(on_stage.guild, "news")
    await deny(on_stage, channel, denied)
    told = await add(on_stage, channel=channel)
    assert told == (
        f"I'm missing permissions in <#{channel.id}>: {named}. Nothing was changed. Allow them "
        "for the bot in the channel's settings under Permissions, then run the command again."
    )
    assert await stored(on_stage) == []


async def deny(stage: Stage, channel: Channel, bits: int) -> None:
    """Deny the bot something, and wait until its client has heard of it."""
    bot = stage.sandbox.world.application.bot
    stage.sandbox.world.set_overwrite(channel, bot.id, deny=bits)
    await stage.client.wait_for("guild_channel_update", timeout=5)


async def test_a_role_that_cannot_be_pinged_is_refused_with_the_mend(on_stage: Stage) -> None:
    role = on_stage.sandbox.world.add_role(on_stage.guild, "Fans", mentionable=False)
    await deny(on_stage, on_stage.channel, MENTION_ALL)
    told = await add(on_stage, role=role)
    assert told == (
        f"I can't ping <@&{role.id}>, because not everyone can mention it. Nothing was changed. "
        "Allow anyone to mention it (Server Settings, Roles) or give me **Mention @\u200beveryone, "
        f"@\u200bhere and All Roles** in <#{on_stage.channel.id}>, then run the command again."
    )
    assert await stored(on_stage) == []
    bot = on_stage.sandbox.world.application.bot
    on_stage.sandbox.world.set_overwrite(on_stage.channel, bot.id, allow=MENTION_ALL)
    assert (await add(on_stage, role=role)).startswith("**Done.**")


async def test_everyone_is_no_role_to_ping(on_stage: Stage) -> None:
    everyone = on_stage.guild.roles[on_stage.guild.id]
    assert await add(on_stage, role=everyone) == (
        "Announcements can't ping everyone in the server. Nothing was changed. Choose "
        "a role that members can pick for themselves, or leave the role out."
    )
    assert await stored(on_stage) == []


async def test_an_announcement_channel_will_do(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    news = world.add_channel(on_stage.guild, "news", type=ChannelType.ANNOUNCEMENT)
    assert (await add(on_stage, channel=news)).startswith("**Done.**")


async def test_the_list_tells_state_role_and_what_waits(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    role = world.add_role(on_stage.guild, "Fans", mentionable=True)
    news = world.add_channel(on_stage.guild, "news")
    empty = await on_stage.ask("announcements list", by=on_stage.admin)
    assert read(empty) == (
        "**No channel in this server gets announcements yet.** Set up the first one with "
        "`/announcements setup`."
    )
    await add(on_stage, role=role)
    await add(on_stage, channel=news)
    (number,) = await on_stage.publish(interview(1))
    async with on_stage.store.transaction() as tx:
        await tx.outbox.enqueue(number, interview(1).published_at)  # type: ignore[arg-type]
    parked = (await on_stage.store.subscriptions.overview(on_stage.guild.id))[1].subscription
    await set_subscription_state(
        on_stage.store, parked.id, SubscriptionState.PARKED, "missing-permissions"
    )
    told = read(await on_stage.ask("announcements list", by=on_stage.admin)).split("\n")
    assert told[0] == "## Announcements in this server"
    assert told[1:3] == [f"**<#{on_stage.channel.id}>** · pings <@&{role.id}>", "🟢 Active"]
    assert told[3].startswith("-# Nothing posted yet · 1 waiting")
    assert told[4] == f"**<#{news.id}>**"
    assert told[5].startswith("🟠 On hold: ")
    assert "missing-permissions" not in told[5]
    assert told[6] == "-# Nothing posted yet · 1 waiting"


async def test_a_long_list_has_pages(on_stage: Stage) -> None:
    for n in range(10):
        channel = on_stage.sandbox.world.add_channel(on_stage.guild, f"c{n}")
        await add_subscription(on_stage.store, on_stage.guild.id, channel.id, None, 1)
    first = await on_stage.ask("announcements list", by=on_stage.admin)
    assert read(first).count("🟢") == 4
    second = await on_stage.press(first, "Next", by=on_stage.admin)
    assert second.id == first.id
    third = await on_stage.press(second, "Next", by=on_stage.admin)
    assert read(third).count("🟢") == 2
    assert labels(second)[-3:] == ["Set up another", "Regular posts", "Back"]


async def test_removing_is_helped_by_the_list_of_channels(on_stage: Stage) -> None:
    await add(on_stage)
    await add_subscription(on_stage.store, on_stage.guild.id, 4711, None, 1)
    choices = await on_stage.sandbox.autocomplete(
        on_stage.admin, on_stage.channel, "announcements remove", focused="channel", channel=""
    )
    assert [(choice.name, choice.value) for choice in choices] == [
        ("#general", str(on_stage.channel.id)),
        ("a deleted channel (4711)", "4711"),
    ]
    for choice in choices:
        told = read(
            await on_stage.ask("announcements remove", by=on_stage.admin, channel=choice.value)
        )
        assert told == (
            f"**Done.** I won't post any more interviews in <#{choice.value}>. Earlier posts "
            "stay.\n"
            "-# Changed your mind? You can undo this for ten minutes."
        )
    assert await stored(on_stage) == []


@pytest.mark.parametrize("typed", ["#general", "general", "<#{id}>", "{id}"])
async def test_removing_understands_what_is_typed(on_stage: Stage, typed: str) -> None:
    await add(on_stage)
    named = typed.format(id=on_stage.channel.id)
    told = await on_stage.ask("announcements remove", by=on_stage.admin, channel=named)
    assert read(told).startswith("**Done.**")


async def test_removing_what_is_not_there(on_stage: Stage) -> None:
    told = await on_stage.ask("announcements remove", by=on_stage.admin, channel="4711")
    assert read(told) == (
        "<#4711> doesn't get announcements. See the channels that do with `/announcements list`."
    )


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("gen", "gen"),
        ("@everyone", "@\u200beveryone"),
        ("9" * 90, "9" * 90),
        (f"{2**63}", f"{2**63}"),
    ],
)
@pytest.mark.parametrize("command", ["edit", "pause", "resume", "remove"])
async def test_half_a_channel_s_name_is_no_channel(
    on_stage: Stage, command: str, typed: str, shown: str
) -> None:
    await add(on_stage)
    told = await on_stage.ask(f"announcements {command}", by=on_stage.admin, channel=typed)
    assert read(told) == (
        f"I can't see a channel called “{shown}”. Nothing was changed. Start "
        "typing its name and choose from the list, or see the channels with announcements in "
        "`/announcements list`."
    )


async def test_removing_the_home_channel_says_that_it_comes_back(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    home = world.add_channel(on_stage.guild, "home", type=ChannelType.ANNOUNCEMENT)
    assert await keep_home(on_stage.client, on_stage.store, home.id)
    told = await on_stage.ask("announcements remove", by=on_stage.admin, channel=str(home.id))
    assert read(told) == (
        f"**Done.** I won't post in <#{home.id}> for now, but I'll start again when I restart, "
        "because it's my home channel. To stop for good, whoever runs this bot has to clear "
        "`HOME_CHANNEL_ID`."
    )
    assert await keep_home(on_stage.client, on_stage.store, home.id)
    assert [channel for channel, *_ in await stored(on_stage)] == [home.id]


async def test_another_guilds_channel_is_not_removed(on_stage: Stage) -> None:
    await add_subscription(on_stage.store, 1, 4711, None, 1)
    told = await on_stage.ask("announcements remove", by=on_stage.admin, channel="4711")
    assert "doesn't get announcements" in read(told)
    assert len(await on_stage.store.subscriptions.overview(1)) == 1


async def test_the_preview_is_the_newest_interviews_card(on_stage: Stage) -> None:
    await on_stage.publish(interview(2), interview(1))
    shown = await on_stage.ask("announcements preview", by=on_stage.admin)
    assert read(shown).startswith("## [Interview No. 1 with Han Seoyun]")
    assert labels(shown) == ["Read here", "Open on KCrush"]
    opened = await on_stage.press(shown, "Read here", by=on_stage.admin)
    assert opened.id != shown.id
    assert "Start reading" in labels(opened)


@pytest.mark.parametrize("command", ["add", "list", "remove", "preview"])
async def test_who_may_not_manage_the_server_sees_no_admin_commands(
    on_stage: Stage, command: str
) -> None:
    all_options: dict[str, dict[str, Any]] = {
        "add": {"channel": on_stage.channel},
        "remove": {"channel": "x"},
    }
    options = all_options.get(command, {})
    with pytest.raises(Refused):
        await on_stage.ask(f"announcements {command}", by=on_stage.fan, **options)


async def test_discords_own_permission_is_checked_again(on_stage: Stage) -> None:
    """An admin may show the command to anyone in the server's settings; we still refuse."""
    registered = on_stage.sandbox.world.commands.values()
    group = next(command for command in registered if command.name == "announcements")
    assert group.default_member_permissions == MANAGE_GUILD
    group.default_member_permissions = None
    for command, options in (
        ("add", {"channel": on_stage.channel}),
        ("list", {}),
        ("remove", {"channel": "4711"}),
        ("preview", {}),
    ):
        told = await on_stage.ask(f"announcements {command}", by=on_stage.fan, **options)
        assert read(told) == (
            "Only people who can manage this server can use this. Ask an admin for the "
            "**Manage Server** permission, or ask them to do it for you."
        )
    choices = await on_stage.sandbox.autocomplete(
        on_stage.fan, on_stage.channel, "announcements remove", focused="channel", channel=""
    )
    assert choices == []
    assert await stored(on_stage) == []


async def test_admin_commands_are_not_in_direct_messages(on_stage: Stage) -> None:
    channel = on_stage.sandbox.world.open_dm(on_stage.admin)
    names = {found["name"] for found in on_stage.sandbox.commands_for(on_stage.admin, channel)}
    assert "announcements" not in names
    assert "interviews" in names
