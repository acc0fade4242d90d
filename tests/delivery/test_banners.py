"""The drawn banner of an interview without a picture: attached, redrawn, gone with its cause."""

import asyncio
import random
from typing import Any

import discord
import pytest

from bot.core.model import Form, Frequency, StoredInterview, Style, Subject, Timetable
from bot.delivery.discord import attached_pictures
from bot.delivery.discord.rest_port import RestPort
from bot.delivery.editor import Editor
from sandbox.entities import Channel, ChannelType, Message
from sandbox.serial import guild_create_json
from tests.cogs.stage import interview, read
from tests.delivery.stage import BANNER, AtOnce, Stage, spoken
from tests.delivery.test_direct_messages import follow, got, person
from tests.delivery.test_pictures import files_of, gallery_urls

ATTACH_FILES = 1 << 15


def joined(stage: Stage) -> None:
    """Tell the client what the gateway would have told of the guild."""
    state, data = stage.client._connection, guild_create_json(stage.sandbox.world, stage.guild)
    state._add_guild(discord.Guild(data=data, state=state))  # type: ignore[arg-type]


async def subscribed(stage: Stage, kind: ChannelType = ChannelType.TEXT, **how: Any) -> Channel:
    channel = stage.channel(kind)
    await stage.subscribe(channel, **how)
    joined(stage)
    return channel


def the_message(stage: Stage, channel: Channel) -> Message:
    posts = [one for one in stage.guild.threads.values() if one.parent_id == channel.id]
    (message,) = spoken(posts[0] if posts else channel)
    return message


async def change(stage: Stage, number: int, **changes: Any) -> None:
    async with stage.store.transaction() as tx:
        await tx.interviews.update(number, interview(1, **changes), "another digest")
    port = RestPort(stage.client, None, stage.attached)
    editor = Editor(stage.store, port, stage.clock, random.Random(3), AtOnce())
    assert await editor.edit_due() == 1


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM, ChannelType.ANNOUNCEMENT])
async def test_a_card_without_a_picture_has_a_banner(on_stage: Stage, kind: ChannelType) -> None:
    channel = await subscribed(on_stage, kind)
    await on_stage.publish(image_url=None, title="Rain")
    await on_stage.deliver()
    message = the_message(on_stage, channel)
    assert files_of(on_stage, message) == [BANNER + b"Rain"]
    assert gallery_urls(message) == [message.attachments[0]["url"]]


@pytest.mark.parametrize(
    "how",
    [
        {"style": Style(Form.COMPACT)},
        {"style": Style(Form.LINK)},
        {"timetable": Timetable(Frequency.DAILY, hour=18)},
    ],
)
async def test_what_has_no_room_for_a_banner_has_none(on_stage: Stage, how: dict[str, Any]) -> None:
    channel = await subscribed(on_stage, **how)
    await on_stage.publish(image_url=None)
    await on_stage.clock.advance(6 * 3600)
    await on_stage.deliver()
    assert the_message(on_stage, channel).attachments == []


async def test_where_files_are_not_allowed_the_card_has_none(on_stage: Stage) -> None:
    world, channel = on_stage.sandbox.world, on_stage.channel(ChannelType.TEXT)
    world.set_overwrite(channel, world.application.bot.id, deny=ATTACH_FILES)
    await on_stage.subscribe(channel)
    joined(on_stage)
    number = await on_stage.publish(image_url=None)
    await on_stage.deliver()
    await change(on_stage, number, image_url=None, title="Rain")
    message = the_message(on_stage, channel)
    assert "Rain" in read(message)
    assert (message.attachments, gallery_urls(message)) == ([], [])


async def test_where_it_is_drawn_too_late_the_card_has_none(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(_stored: StoredInterview) -> bytes:
        await asyncio.Event().wait()
        return b""

    monkeypatch.setattr(attached_pictures, "FETCH_SECONDS", 0.01)
    monkeypatch.setattr(on_stage.attached, "_draw_banner", endless)
    channel = await subscribed(on_stage)
    await on_stage.publish(image_url=None)
    await on_stage.deliver()
    message = the_message(on_stage, channel)
    assert read(message)
    assert (message.attachments, gallery_urls(message)) == ([], [])


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
async def test_a_correction_draws_it_anew(on_stage: Stage, kind: ChannelType) -> None:
    channel = await subscribed(on_stage, kind)
    number = await on_stage.publish(image_url=None, title="Rian")
    await on_stage.deliver()
    await change(on_stage, number, image_url=None, title="Rain", subjects=(Subject("Rain"),))
    message = the_message(on_stage, channel)
    assert files_of(on_stage, message) == [BANNER + b"Rain"]
    assert gallery_urls(message) == [message.attachments[0]["url"]]


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
@pytest.mark.parametrize("everywhere", [False, True])
async def test_the_picture_that_comes_later_replaces_it(
    on_stage: Stage, kind: ChannelType, *, everywhere: bool
) -> None:
    on_stage.attached.everywhere = everywhere
    channel = await subscribed(on_stage, kind)
    number = await on_stage.publish(image_url=None)
    await on_stage.deliver()
    assert the_message(on_stage, channel).attachments
    address = "https://kcrush.example/late.jpg"
    await change(on_stage, number, image_url=address)
    message = the_message(on_stage, channel)
    assert (message.attachments, gallery_urls(message)) == ([], [address])


async def test_a_withdrawn_interview_s_banner_goes(on_stage: Stage) -> None:
    channel = await subscribed(on_stage)
    number = await on_stage.publish(image_url=None)
    await on_stage.deliver()
    async with on_stage.store.transaction() as tx:
        await tx.interviews.withdraw(number, on_stage.clock.now())
    port = RestPort(on_stage.client, None, on_stage.attached)
    editor = Editor(on_stage.store, port, on_stage.clock, random.Random(3), AtOnce())
    assert await editor.edit_due() == 1
    message = the_message(on_stage, channel)
    assert "~~" in read(message)
    assert (message.attachments, gallery_urls(message)) == ([], [])


async def test_a_direct_message_has_one_and_keeps_it_true(on_stage: Stage) -> None:
    user = person(on_stage)
    await follow(on_stage, user)
    number = await on_stage.publish(image_url=None, title="Rian")
    await on_stage.deliver()
    (message,) = got(on_stage, user)
    assert files_of(on_stage, message) == [BANNER + b"Rian"]
    await change(on_stage, number, image_url=None, title="Rain")
    assert files_of(on_stage, message) == [BANNER + b"Rain"]
    assert gallery_urls(message) == [message.attachments[0]["url"]]


async def test_in_a_post_that_was_archived_meanwhile_it_is_whole(on_stage: Stage) -> None:
    channel = await subscribed(on_stage, ChannelType.FORUM)
    number = await on_stage.publish(image_url=None, title="Rian")
    await on_stage.deliver()
    (post,) = [one for one in on_stage.guild.threads.values() if one.parent_id == channel.id]
    assert post.thread is not None
    post.thread.archived = True
    await change(on_stage, number, image_url=None, title="Rain")
    assert files_of(on_stage, the_message(on_stage, channel)) == [BANNER + b"Rain"]
