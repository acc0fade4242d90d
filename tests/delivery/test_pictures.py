"""Pictures that Discord has not loaded: the first card goes alone, and no client is left blank."""

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.app import _open_pictures, open_resources
from bot.core.i18n import load_messages
from bot.core.model import DeliveryState
from bot.core.settings import load_settings
from bot.delivery.discord.attached_pictures import LARGEST
from bot.delivery.discord.rest_port import RestPort
from bot.delivery.editor import Editor
from bot.delivery.outcomes import PICTURE_SECONDS
from bot.delivery.pictures import POLL
from sandbox.entities import Channel, ChannelType, Message
from sandbox.faults import Rule
from sandbox.message_json import message_json
from sandbox.serial import guild_create_json
from tests.clock import FakeClock
from tests.cogs.stage import interview, read
from tests.delivery.stage import DRAWN, PICTURE, AtOnce, Stage, spoken
from tests.ui.limits import walk

HERO = interview(1).image_url or ""
LOOK = r"GET /channels/\d+/messages/\d+$"


async def text_channels(stage: Stage, number: int) -> list[Channel]:
    channels = [stage.channel(ChannelType.TEXT) for _ in range(number)]
    for channel in channels:
        await stage.subscribe(channel)
    return channels


def sent(channels: list[Channel]) -> list[Message]:
    return [message for channel in channels for message in spoken(channel)]


def states(stage: Stage, message: Message) -> set[int]:
    shown = message_json(stage.sandbox.world, message)
    galleries = [part for part in walk(shown["components"]) if part["type"] == 12]
    return {item["media"]["loading_state"] for part in galleries for item in part["items"]}


def was_edited(message: Message) -> bool:
    return message.edited is not None


def looks(stage: Stage) -> int:
    return sum(
        request.method == "GET" and "/messages/" in request.path
        for request in stage.sandbox.requests
    )


async def edit(stage: Stage) -> int:
    port, rng = RestPort(stage.client), random.Random(1)
    return await Editor(stage.store, port, stage.clock, rng, AtOnce()).edit_due()


async def delivering(stage: Stage) -> "asyncio.Task[None]":
    """Deliver until the first look at whether the picture is loaded is waited for."""
    task = asyncio.create_task(stage.announcer.drain())
    await stage.clock.one_asleep_for(POLL)
    return task


async def finish(stage: Stage, task: "asyncio.Task[None]") -> None:
    """Move the clock from one look to the next until the task is done."""
    while not task.done():
        look = asyncio.create_task(stage.clock.one_asleep_for(POLL))
        await asyncio.wait({task, look}, return_when=asyncio.FIRST_COMPLETED)
        if look.done():
            await look
            await stage.clock.advance(POLL)
        else:
            look.cancel()


async def test_the_first_card_of_a_picture_goes_alone(on_stage: Stage) -> None:
    on_stage.sandbox.world.picture_seconds = 0.8
    channels = await text_channels(on_stage, 5)
    await on_stage.publish()
    task = await delivering(on_stage)
    (first,) = sent(channels)
    assert states(on_stage, first) == {1}
    await finish(on_stage, task)
    others = [message for message in sent(channels) if message is not first]
    assert len(others) == 4
    assert all(states(on_stage, message) == {2} for message in others)
    assert looks(on_stage) == 4
    # The first was drawn blank: it is edited once, and so are no others.
    assert not was_edited(first)
    await on_stage.clock.advance(5)
    assert await edit(on_stage) == 1
    assert was_edited(first)
    assert all(not was_edited(message) for message in others)
    await on_stage.clock.advance(7200)
    assert await edit(on_stage) == 0


async def test_the_edit_delays_no_correction(on_stage: Stage) -> None:
    """A message is edited once an hour for changes; that of its picture is none."""
    on_stage.sandbox.world.picture_seconds = 0.3
    (channel,) = await text_channels(on_stage, 1)
    number = await on_stage.publish()
    await finish(on_stage, await delivering(on_stage))
    await on_stage.clock.advance(5)
    assert await edit(on_stage) == 1
    async with on_stage.store.transaction() as tx:
        await tx.interviews.update(number, interview(1, title="Mended"), "another digest")
    assert await edit(on_stage) == 1
    (message,) = spoken(channel)
    assert "Mended" in read(message)


async def test_what_is_published_is_nobody_s_first_card(on_stage: Stage) -> None:
    """An embed says nothing of its picture's loading, so a card after it has to wait as well."""
    on_stage.sandbox.world.picture_seconds = 0.8
    news = on_stage.channel(ChannelType.ANNOUNCEMENT)
    await on_stage.subscribe(news, crosspost=True)
    channels = await text_channels(on_stage, 4)
    await on_stage.publish()
    task = await delivering(on_stage)
    assert len(sent(channels)) == 1
    await finish(on_stage, task)
    assert (len(sent(channels)), len(spoken(news))) == (4, 1)
    await on_stage.clock.advance(5)
    assert await edit(on_stage) == 1


async def test_the_edit_keeps_the_role_marked_as_pinged(on_stage: Stage) -> None:
    """Clients mark a message for whom it mentions; without the mention it would lose that."""
    on_stage.sandbox.world.picture_seconds = 0.3
    role = on_stage.sandbox.world.add_role(on_stage.guild, "Fans", mentionable=True)
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel, role_id=role.id)
    await on_stage.publish()
    await finish(on_stage, await delivering(on_stage))
    await on_stage.clock.advance(5)
    assert await edit(on_stage) == 1
    (message,) = spoken(channel)
    assert (message.mention_roles, message.mention_everyone) == ([role.id], False)


async def test_a_picture_that_is_known_holds_nobody_up(on_stage: Stage) -> None:
    on_stage.sandbox.world.picture_seconds = 0.0
    channels = await text_channels(on_stage, 5)
    await on_stage.publish()
    await on_stage.publish()
    await on_stage.deliver()
    assert len(sent(channels)) == 10
    assert looks(on_stage) == 0
    await on_stage.clock.advance(60)
    assert await edit(on_stage) == 0


async def test_a_picture_that_never_loads_holds_the_others_for_five_seconds(
    on_stage: Stage,
) -> None:
    on_stage.sandbox.world.picture_seconds = 3600.0
    channels = await text_channels(on_stage, 4)
    await on_stage.publish()
    task = await delivering(on_stage)
    assert len(sent(channels)) == 1
    for _ in range(int(PICTURE_SECONDS / POLL) - 1):
        await on_stage.clock.advance(POLL)
        await on_stage.clock.one_asleep_for(POLL)
    assert len(sent(channels)) == 1
    await on_stage.clock.advance(POLL)
    # From here on the clock stands still: whoever waited for longer would wait for ever.
    async with asyncio.timeout(10):
        await task
    assert len(sent(channels)) == 4


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 404}])
async def test_a_look_that_fails_holds_nobody_up(on_stage: Stage, fault: dict[str, Any]) -> None:
    on_stage.sandbox.world.picture_seconds = 3600.0
    on_stage.sandbox.faults.add(Rule(LOOK, **fault))
    channels = await text_channels(on_stage, 3)
    await on_stage.publish()
    task = await delivering(on_stage)
    await finish(on_stage, task)
    assert len(sent(channels)) == 3


async def test_a_first_card_that_is_refused_lets_the_next_one_be_the_first(
    on_stage: Stage,
) -> None:
    on_stage.sandbox.world.picture_seconds = 0.3
    channels = await text_channels(on_stage, 3)
    on_stage.sandbox.world.delete_channel(channels[0])
    await on_stage.publish()
    task = await delivering(on_stage)
    (first,) = sent(channels)
    await finish(on_stage, task)
    assert len(sent(channels)) == 2
    assert first in sent(channels)


async def test_a_message_is_known_as_sent_while_its_picture_loads(on_stage: Stage) -> None:
    """A kill in between sends nothing twice, and the edit stands in the database."""
    on_stage.sandbox.world.picture_seconds = 3600.0
    (channel,) = await text_channels(on_stage, 1)
    number = await on_stage.publish()
    task = await delivering(on_stage)
    row = await on_stage.row(number)
    assert row.state is DeliveryState.SENT
    await finish(on_stage, task)
    assert await edit(on_stage) == 1
    (message,) = spoken(channel)
    assert message.edited is not None


async def test_a_post_of_a_forum_is_looked_at_as_well(on_stage: Stage) -> None:
    on_stage.sandbox.world.picture_seconds = 0.3
    forum = on_stage.channel(ChannelType.FORUM)
    await on_stage.subscribe(forum)
    await on_stage.publish()
    task = await delivering(on_stage)
    await finish(on_stage, task)
    await on_stage.clock.advance(5)
    assert await edit(on_stage) == 1


async def test_what_waits_for_a_picture_is_given_back_at_the_end(on_stage: Stage) -> None:
    on_stage.sandbox.world.picture_seconds = 3600.0
    channels = await text_channels(on_stage, 3)
    await on_stage.publish()
    running = asyncio.create_task(on_stage.announcer.run())
    await on_stage.clock.one_asleep_for(POLL)
    stopping = asyncio.create_task(on_stage.announcer.stop())
    await finish(on_stage, stopping)
    await asyncio.gather(running, stopping)
    assert len(sent(channels)) == 1
    counts = await on_stage.store.outbox.counts()
    assert (counts[DeliveryState.SENT], counts[DeliveryState.PENDING]) == (1, 2)


# ---------------------------------------------------------------- attached


def files_of(stage: Stage, message: Message) -> list[bytes]:
    return [stage.sandbox.world.files[int(each["id"])][2] for each in message.attachments]


def gallery_urls(message: Message) -> list[str]:
    galleries = [part for part in walk(message.components) if part["type"] == 12]
    return [item["media"]["url"] for part in galleries for item in part["items"]]


async def posted(stage: Stage, media: Channel) -> Message:
    (post,) = [one for one in stage.guild.threads.values() if one.parent_id == media.id]
    (message,) = spoken(post)
    return message


@pytest.mark.parametrize(
    ("pictures", "expected"),
    [
        ({HERO: PICTURE}, PICTURE),
        ({}, DRAWN),
        ({HERO: b"<html>"}, DRAWN),
        ({HERO: PICTURE + bytes(LARGEST)}, DRAWN),
    ],
)
async def test_a_media_channel_gets_its_picture_attached(
    on_stage: Stage, pictures: dict[str, bytes], expected: bytes
) -> None:
    """The article's picture; the drawn one where that is missing, no picture or too large."""
    on_stage.pictures.clear()
    on_stage.pictures.update(pictures)
    media = on_stage.channel(ChannelType.MEDIA)
    await on_stage.subscribe(media)
    number = await on_stage.publish()
    await on_stage.deliver()
    message = await posted(on_stage, media)
    assert files_of(on_stage, message) == [expected]
    # It is shown in the card, and nowhere by its address.
    assert gallery_urls(message) == [message.attachments[0]["url"]]
    assert (await on_stage.row(number)).state is DeliveryState.SENT


async def test_a_media_channel_s_plain_post_has_a_picture_too(
    on_stage: Stage,
) -> None:
    media = on_stage.channel(ChannelType.MEDIA)
    await on_stage.subscribe(media)
    # Discord refuses the card, so that words and a link are sent.
    on_stage.sandbox.faults.add(
        Rule(r"POST /channels/\d+/threads", times=1, status=400, code=50035)
    )
    await on_stage.publish()
    await on_stage.deliver()
    message = await posted(on_stage, media)
    assert message.content
    assert files_of(on_stage, message) == [PICTURE]


async def test_an_edit_keeps_the_picture_that_is_attached(on_stage: Stage) -> None:
    media = on_stage.channel(ChannelType.MEDIA)
    await on_stage.subscribe(media)
    number = await on_stage.publish()
    await on_stage.deliver()
    message = await posted(on_stage, media)
    before = gallery_urls(message)
    async with on_stage.store.transaction() as tx:
        await tx.interviews.update(number, interview(1, title="Another title"), "another digest")
    assert await edit(on_stage) == 1
    assert "Another title" in read(message)
    assert gallery_urls(message) == before
    assert files_of(on_stage, message) == [PICTURE]


async def test_upload_attaches_where_the_bot_may(on_stage: Stage) -> None:
    """Elsewhere, and where the picture can't be had, the address is shown as ever."""
    on_stage.attached.everywhere = True
    world = on_stage.sandbox.world
    allowed, denied = await text_channels(on_stage, 2)
    world.set_overwrite(denied, world.application.bot.id, deny=1 << 15)
    # What the gateway would have told of the bot's permissions.
    state, data = on_stage.client._connection, guild_create_json(world, on_stage.guild)
    state._add_guild(discord.Guild(data=data, state=state))  # type: ignore[arg-type]
    await on_stage.publish()
    await on_stage.publish(image_url="https://kcrush.example/gone.jpg")
    await on_stage.deliver()
    assert [files_of(on_stage, message) for message in spoken(allowed)] == [[PICTURE], []]
    assert [files_of(on_stage, message) for message in spoken(denied)] == [[], []]
    first, second = spoken(allowed)
    assert gallery_urls(first) == [first.attachments[0]["url"]]
    assert gallery_urls(second) == ["https://kcrush.example/gone.jpg"]
    assert gallery_urls(spoken(denied)[0]) == [HERO]


@pytest.mark.parametrize("value", ["link", "upload"])
async def test_the_setting_says_whether_pictures_are_attached(folder: Path, value: str) -> None:
    settings = load_settings(env_file=None, data_dir=folder, pictures=value)
    rng = random.Random(1)
    async with AsyncExitStack() as stack, open_resources(settings, FakeClock(), rng) as resources:
        _, pictures = await _open_pictures(stack, resources, load_messages())
        assert pictures.everywhere == (value == "upload")
