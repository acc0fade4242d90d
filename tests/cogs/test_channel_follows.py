"""`/announcements follow`, and forums' tags, from a person's act to what Discord then holds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.admins import lateness
from bot.core.model import Mode
from cogs import add_cogs
from sandbox import following
from sandbox.entities import Channel, ChannelType, MessageFlag
from tests.cogs import stage as acting
from tests.cogs.stage import Stage, interview, read
from tests.openapi import Checker

VIEW, SEND, EMBED, HISTORY, HOOKS = 1 << 10, 1 << 11, 1 << 14, 1 << 16, 1 << 29
GOOD = (
    "**Done.** <#{channel}> now follows <#{home}>. Discord brings each new interview there as "
    "soon as it's published.\n"
    "-# Posts that arrive this way can't ping a role, can't be filtered or scheduled, and have "
    "no button to read here. If you want those, unfollow (channel settings, Integrations, "
    "Channels Followed) and use `/announcements add` instead."
)


@pytest.fixture
async def homed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, checker: Checker
) -> AsyncIterator[tuple[Stage, Channel]]:
    """A stage whose bot has a home channel in a guild of its own."""
    homes: list[Channel] = []

    async def with_home(client: Any, *services: Any) -> None:
        await add_cogs(client, *services, home_channel_id=homes[0].id)

    connected = acting.connected

    @contextlib.asynccontextmanager
    async def at_home(sandbox: Any, *rest: Any, **named: Any) -> AsyncIterator[Any]:
        world = sandbox.world
        bots = world.add_guild("The bot's own")
        homes.append(world.add_channel(bots, "new-interviews", type=ChannelType.ANNOUNCEMENT))
        async with connected(sandbox, *rest, **named) as client:
            yield client

    monkeypatch.setattr(acting, "add_cogs", with_home)
    monkeypatch.setattr(acting, "connected", at_home)
    async with acting.stage(folder, monkeypatch, checker) as made:
        yield made, homes[0]


async def allow(stage: Stage, channel: Channel, bits: int) -> None:
    bot = stage.sandbox.world.application.bot
    stage.sandbox.world.set_overwrite(channel, bot.id, allow=bits)
    await stage.client.wait_for("guild_channel_update", timeout=5)


async def follow(stage: Stage, channel: Channel) -> str:
    """What stands at last in the place of "KCrush is thinking"."""
    message = await stage.ask("announcements follow", by=stage.admin, channel=channel)
    await stage.sandbox.wait_until(
        lambda _: not message.flags & MessageFlag.LOADING or None, what="the answer"
    )
    return read(message)


async def test_following_says_what_it_brings_and_lacks(homed: tuple[Stage, Channel]) -> None:
    stage, home = homed
    await allow(stage, stage.channel, HOOKS)
    stage.sandbox.requests.clear()
    told = await follow(stage, stage.channel)
    assert told == GOOD.format(channel=stage.channel.id, home=home.id)
    (webhook_id,) = home.followers
    (overview,) = await stage.store.subscriptions.overview(stage.guild.id)
    one = overview.subscription
    assert (one.mode, one.webhook_id, one.channel_id) == (
        Mode.FOLLOW,
        webhook_id,
        stage.channel.id,
    )
    (number,) = await stage.publish(interview(1))
    async with stage.store.transaction() as tx:
        assert await tx.outbox.enqueue(number, stage.clock.now()) == 0


@pytest.mark.parametrize(("most", "offered"), [(0, True), (1, False)])
async def test_following_is_offered_where_too_many_are_announced_to_one_by_one(
    homed: tuple[Stage, Channel], monkeypatch: pytest.MonkeyPatch, most: int, offered: bool
) -> None:
    stage, _ = homed
    monkeypatch.setattr(lateness, "MOST_CHANNELS", most)
    monkeypatch.setattr(lateness, "GLOBAL_LIMIT", 1 / 720)
    said = read(await stage.ask("announcements add", by=stage.admin, channel=stage.channel))
    assert said.startswith("**Done.**")
    late = "the last one hears of an interview about 12 minutes after the first"
    assert (late in said) is offered


async def test_following_twice_is_refused(homed: tuple[Stage, Channel]) -> None:
    stage, home = homed
    await allow(stage, stage.channel, HOOKS)
    await follow(stage, stage.channel)
    assert await follow(stage, stage.channel) == (
        f"<#{stage.channel.id}> already follows. To stop that, open the channel's settings: "
        "Integrations, Channels Followed."
    )
    assert len(home.followers) == 1


async def test_who_unfollowed_by_hand_may_follow_anew(homed: tuple[Stage, Channel]) -> None:
    stage, home = homed
    await allow(stage, stage.channel, HOOKS)
    await follow(stage, stage.channel)
    world = stage.sandbox.world
    world.delete_webhook(world.webhooks[home.followers[0]])
    assert (await follow(stage, stage.channel)).startswith("**Done.**")
    assert len(home.followers) == 1


async def test_manage_webhooks_is_named_with_its_mend(homed: tuple[Stage, Channel]) -> None:
    stage, home = homed
    assert await follow(stage, stage.channel) == (
        f"I'm missing permissions in <#{stage.channel.id}>: **Manage Webhooks**. Nothing was "
        "changed. Discord needs them to let a channel follow another. Allow them for the bot in "
        "the channel's settings under Permissions, then run the command again; or use "
        "`/announcements add`, which works without them."
    )
    assert home.followers == []


async def test_a_channel_with_announcements_is_not_made_to_follow(
    homed: tuple[Stage, Channel],
) -> None:
    stage, home = homed
    await allow(stage, stage.channel, HOOKS)
    await stage.ask("announcements add", by=stage.admin, channel=stage.channel)
    assert "would get every interview twice" in await follow(stage, stage.channel)
    assert home.followers == []


async def test_a_channel_full_of_webhooks_is_told_so(homed: tuple[Stage, Channel]) -> None:
    stage, _ = homed
    await allow(stage, stage.channel, HOOKS)
    for number in range(15):
        await stage.client.http.create_webhook(stage.channel.id, name=f"hook {number}")
    assert "15 webhooks, which is the most Discord allows" in await follow(stage, stage.channel)
    assert await stage.store.subscriptions.overview(stage.guild.id) == []


async def test_a_server_full_of_webhooks_is_told_so(
    homed: tuple[Stage, Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord counts them per channel (code 30007) and per server (30058)."""
    stage, _ = homed
    await allow(stage, stage.channel, HOOKS)
    monkeypatch.setattr(following, "MAX_GUILD_WEBHOOKS", 1)
    await stage.client.http.create_webhook(stage.channel.id, name="hook")
    told = await follow(stage, stage.channel)
    assert told.startswith("This server has 1,000 webhooks, which is the most Discord allows.")
    assert "`/announcements add`" in told
    assert await stage.store.subscriptions.overview(stage.guild.id) == []


async def test_a_home_channel_that_is_gone_is_told_so(homed: tuple[Stage, Channel]) -> None:
    stage, home = homed
    await allow(stage, stage.channel, HOOKS)
    stage.sandbox.world.delete_channel(home)
    told = await follow(stage, stage.channel)
    assert "the channel to follow is gone" in told
    assert "`/announcements add`" in told


async def test_removing_ends_the_following(homed: tuple[Stage, Channel]) -> None:
    stage, home = homed
    await allow(stage, stage.channel, HOOKS)
    await follow(stage, stage.channel)
    told = await stage.ask("announcements remove", by=stage.admin, channel=str(stage.channel.id))
    assert read(told) == f"**Done.** <#{stage.channel.id}> no longer follows. Earlier posts stay."
    assert home.followers == []
    assert await stage.store.subscriptions.overview(stage.guild.id) == []


async def test_adding_ends_the_following_or_is_refused(homed: tuple[Stage, Channel]) -> None:
    stage, home = homed
    await allow(stage, stage.channel, HOOKS)
    await follow(stage, stage.channel)
    await allow(stage, stage.channel, SEND)
    refused = await stage.ask("announcements add", by=stage.admin, channel=stage.channel)
    assert "would get every interview twice" in read(refused)
    assert len(home.followers) == 1
    await allow(stage, stage.channel, HOOKS)
    added = await stage.ask("announcements add", by=stage.admin, channel=stage.channel)
    assert read(added).startswith("**")
    assert home.followers == []
    (overview,) = await stage.store.subscriptions.overview(stage.guild.id)
    assert overview.subscription.mode is Mode.POST


async def test_without_a_home_channel_there_is_no_such_command(on_stage: Stage) -> None:
    found = on_stage.sandbox.commands_for(on_stage.admin, on_stage.channel)
    group = next(one for one in found if one["name"] == "announcements")
    assert "follow" not in {option["name"] for option in group["options"]}


# ---------------------------------------------------------------- forums


async def forum(stage: Stage, **how: Any) -> Channel:
    heard = asyncio.ensure_future(stage.client.wait_for("guild_channel_create", timeout=5))
    await asyncio.sleep(0)
    made = stage.sandbox.world.add_channel(stage.guild, "interviews", type=ChannelType.FORUM, **how)
    await heard
    return made


@pytest.mark.parametrize(
    ("required", "tag", "said"),
    [
        (False, None, "Posts get the tags whose names match the interview's topics."),
        (
            True,
            None,
            (
                "Posts get the tags whose names match the interview's topics, or else **News**, "
                "because this channel requires a tag. To use another one, set `tag`."
            ),
        ),
        (
            True,
            "dramas",
            ("Posts get the tags whose names match the interview's topics, or else **Drama**."),
        ),
    ],
)
async def test_adding_a_forum_says_which_tags_posts_get(
    on_stage: Stage, *, required: bool, tag: str | None, said: str
) -> None:
    channel = await forum(on_stage, tags=["News", "Drama"], require_tag=required)
    options = {"tag": tag} if tag else {}
    told = read(
        await on_stage.ask("announcements add", by=on_stage.admin, channel=channel, **options)
    )
    assert said in told
    (overview,) = await on_stage.store.subscriptions.overview(on_stage.guild.id)
    named = {one.id: one.name for one in channel.tags}
    assert named.get(overview.subscription.tag_id or 0) == ("Drama" if tag else None)


async def test_a_tag_that_is_not_there_is_refused_with_those_that_are(on_stage: Stage) -> None:
    channel = await forum(on_stage, tags=["News", "Drama"])
    told = await on_stage.ask("announcements add", by=on_stage.admin, channel=channel, tag="Sports")
    assert "has no tag called “Sports” that I can use" in read(told)
    assert "**News**, **Drama**" in read(told)
    nowhere = await on_stage.ask(
        "announcements add", by=on_stage.admin, channel=on_stage.channel, tag="News"
    )
    assert "Only posts in forum and media channels have tags" in read(nowhere)
    assert await on_stage.store.subscriptions.overview(on_stage.guild.id) == []


async def test_tags_are_suggested_for_the_forum_that_was_named(on_stage: Stage) -> None:
    channel = await forum(on_stage, tags=["News", "Drama"])
    choices = await on_stage.sandbox.autocomplete(
        on_stage.admin,
        on_stage.channel,
        "announcements add",
        focused="tag",
        tag="dr",
        channel=channel,
    )
    assert [choice.name for choice in choices] == ["Drama"]


async def test_a_forum_in_which_nothing_can_be_posted_is_refused(on_stage: Stage) -> None:
    channel = await forum(on_stage, tags=[], require_tag=True)
    told = await on_stage.ask("announcements add", by=on_stage.admin, channel=channel)
    assert "needs a tag on every post, and has none that I can use" in read(told)
