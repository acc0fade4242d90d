"""Each kind of channel before the real client: what stands there, and what it cost."""

from typing import Any

import pytest

from bot.core.extras import ExtraKind, ExtraState
from bot.core.model import (
    DeliveryState,
    Turn,
)
from bot.delivery.discord.forum_posts import CANDIDATES
from sandbox.entities import Channel, ChannelType, Message, Tag
from sandbox.faults import Rule
from tests.cogs.stage import interview, read
from tests.delivery.stage import Stage, spoken
from tests.ui.limits import walk

DENIED = 1 << 11


def ids_in(message: Message) -> set[str]:
    return {part["custom_id"] for part in walk(message.components) if "custom_id" in part}


def posts(stage: Stage, forum: Channel) -> list[Channel]:
    return [thread for thread in stage.guild.threads.values() if thread.parent_id == forum.id]


@pytest.mark.parametrize(
    "kind", [ChannelType.TEXT, ChannelType.ANNOUNCEMENT, ChannelType.FORUM, ChannelType.MEDIA]
)
async def test_one_announcement_is_one_request(on_stage: Stage, kind: ChannelType) -> None:
    channel = on_stage.channel(kind)
    await on_stage.subscribe(channel)
    number = await on_stage.publish()
    await on_stage.deliver()
    places = posts(on_stage, channel) or [channel]
    (message,) = spoken(places[0])
    assert ids_in(message) == {f"kc:read:{number}"}
    made = [request for request in on_stage.sandbox.requests if request.method == "POST"]
    assert len(made) == 1
    row = await on_stage.row(number)
    assert (row.state, row.message_id) == (DeliveryState.SENT, message.id)


@pytest.mark.parametrize(
    "kind",
    [
        ChannelType.TEXT,
        ChannelType.ANNOUNCEMENT,
        ChannelType.PUBLIC_THREAD,
        ChannelType.FORUM,
        ChannelType.MEDIA,
    ],
)
async def test_nobody_is_pinged_but_the_role(on_stage: Stage, kind: ChannelType) -> None:
    world = on_stage.sandbox.world
    role = world.add_role(on_stage.guild, "Fans", mentionable=True)
    if kind is ChannelType.PUBLIC_THREAD:
        parent = on_stage.channel(ChannelType.TEXT)
        channel = world.add_thread(parent, "Interviews", world.application.owner)
    else:
        channel = on_stage.channel(kind)
    crosspost = kind is ChannelType.ANNOUNCEMENT
    await on_stage.subscribe(channel, role_id=role.id, crosspost=crosspost)
    await on_stage.publish(title="@everyone", excerpt=f"<@{world.application.owner.id}> @here")
    await on_stage.deliver()
    places = posts(on_stage, channel) or [channel]
    (message,) = spoken(places[0])
    assert message.mention_roles == [role.id]
    assert not message.mention_everyone
    assert message.mentions == []


async def test_a_thread_that_sleeps_is_woken_by_what_is_written(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    thread = world.add_thread(
        on_stage.channel(ChannelType.TEXT), "Interviews", world.application.owner
    )
    world.edit_channel(thread, archived=True)
    await on_stage.subscribe(thread)
    await on_stage.publish()
    await on_stage.deliver()
    assert len(spoken(thread)) == 1
    assert thread.thread is not None
    assert not thread.thread.archived


async def test_a_locked_thread_parks_its_subscription_with_the_reason(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    thread = world.add_thread(
        on_stage.channel(ChannelType.TEXT), "Interviews", world.application.owner
    )
    world.edit_channel(thread, archived=True, locked=True)
    await on_stage.subscribe(thread)
    number = await on_stage.publish()
    await on_stage.deliver()
    row = await on_stage.row(number)
    assert (row.state, row.reason) == (DeliveryState.PARKED, "thread-locked")


async def test_a_deleted_thread_parks_its_subscription_with_the_reason(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    thread = world.add_thread(
        on_stage.channel(ChannelType.TEXT), "Interviews", world.application.owner
    )
    await on_stage.subscribe(thread)
    world.delete_channel(thread)
    number = await on_stage.publish()
    await on_stage.deliver()
    row = await on_stage.row(number)
    assert (row.state, row.reason) == (DeliveryState.PARKED, "unknown-channel")


# ---------------------------------------------------------------- forums


async def test_a_post_has_the_title_and_the_tags_of_its_kinds(on_stage: Stage) -> None:
    forum = on_stage.channel(ChannelType.FORUM, tags=["Drama", "🎵 music", "News"])
    await on_stage.subscribe(forum)
    await on_stage.publish(title="A title " * 20, tags=("Interviews", "Music", "dramas"))
    await on_stage.deliver()
    (post,) = posts(on_stage, forum)
    assert post.name.endswith("A…")
    assert len(post.name) <= 100
    assert post.thread is not None
    names = {tag.id: tag.name for tag in forum.tags}
    assert [names[tag] for tag in post.thread.applied_tags] == ["🎵 music", "Drama"]


@pytest.mark.parametrize(("configured", "given"), [(None, "Chat"), ("News", "News")])
async def test_a_forum_that_wants_a_tag_gets_one(
    on_stage: Stage, configured: str | None, given: str
) -> None:
    moderated = Tag(on_stage.sandbox.world.snowflake(), "Official", moderated=True)
    forum = on_stage.channel(ChannelType.FORUM, tags=[moderated, "Chat", "News"], require_tag=True)
    by_name = {tag.name: tag.id for tag in forum.tags}
    await on_stage.subscribe(forum, tag_id=by_name[configured] if configured else None)
    await on_stage.publish()
    await on_stage.deliver()
    (post,) = posts(on_stage, forum)
    assert post.thread is not None
    assert post.thread.applied_tags == [by_name[given]]


async def test_a_forum_whose_tags_are_all_moderators_parks(on_stage: Stage) -> None:
    moderated = Tag(on_stage.sandbox.world.snowflake(), "Official", moderated=True)
    forum = on_stage.channel(ChannelType.FORUM, tags=[moderated], require_tag=True)
    await on_stage.subscribe(forum)
    number = await on_stage.publish()
    await on_stage.deliver()
    row = await on_stage.row(number)
    assert (row.state, row.reason) == (DeliveryState.PARKED, "tag-required")
    assert posts(on_stage, forum) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "when": "after"},
        {"status": 503, "when": "after"},
        {"drop": True, "when": "after"},
        {"status": 502, "when": "before"},
        {"drop": True, "when": "before"},
    ],
)
async def test_a_lost_answer_never_makes_a_second_post(
    on_stage: Stage, fault: dict[str, Any]
) -> None:
    forum = on_stage.channel(ChannelType.FORUM)
    await on_stage.subscribe(forum)
    on_stage.sandbox.faults.add(Rule(r"POST /channels/\d+/threads", times=1, **fault))
    number = await on_stage.publish()
    await on_stage.deliver()
    assert on_stage.asked("POST", "/threads") == 1
    assert (await on_stage.row(number)).state is DeliveryState.PENDING
    await on_stage.clock.advance(600)
    await on_stage.deliver()
    (post,) = posts(on_stage, forum)
    row = await on_stage.row(number)
    assert (row.state, row.message_id) == (DeliveryState.SENT, post.id)


async def test_a_lost_post_is_found_among_archived_ones_and_others(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    forum = on_stage.channel(ChannelType.FORUM)
    await on_stage.subscribe(forum)
    first = await on_stage.publish()
    await on_stage.deliver()
    await on_stage.clock.advance(300)
    on_stage.sandbox.faults.add(
        Rule(r"POST /channels/\d+/threads", times=1, status=500, when="after")
    )
    # The same title: only the mark tells them apart.
    second = await on_stage.publish(title=interview(1).title)
    await on_stage.deliver()
    for post in posts(on_stage, forum):
        world.edit_channel(post, archived=True)
    await on_stage.clock.advance(600)
    await on_stage.deliver()
    assert len(posts(on_stage, forum)) == 2
    rows = [await on_stage.row(number) for number in (first, second)]
    assert [row.state for row in rows] == [DeliveryState.SENT] * 2
    assert len({row.message_id for row in rows}) == 2
    assert on_stage.asked("POST", "/threads") == 2


async def test_a_lost_post_is_found_before_many_that_are_known(on_stage: Stage) -> None:
    """Whatever else was announced there meanwhile, its first messages need not be read."""
    forum = on_stage.channel(ChannelType.FORUM)
    await on_stage.subscribe(forum)
    on_stage.sandbox.faults.add(
        Rule(r"POST /channels/\d+/threads", times=1, status=500, when="before")
    )
    on_stage.sandbox.faults.add(Rule(r"GET /guilds/\d+/threads/active", garbled="<html>"))
    lost = await on_stage.publish()
    await on_stage.deliver()
    for number in range(CANDIDATES + 1):
        await on_stage.publish(title=f"Interview {number} that came meanwhile")
        await on_stage.deliver()
        await on_stage.clock.advance(10)
    assert len(posts(on_stage, forum)) == CANDIDATES + 1
    on_stage.sandbox.faults.clear()
    await on_stage.clock.advance(7200)
    await on_stage.deliver()
    assert len(posts(on_stage, forum)) == CANDIDATES + 2
    assert (await on_stage.row(lost)).state is DeliveryState.SENT


async def test_a_post_is_edited_where_it_stands(on_stage: Stage) -> None:
    forum = on_stage.channel(ChannelType.FORUM)
    await on_stage.subscribe(forum)
    number = await on_stage.publish()
    await on_stage.deliver()
    (post,) = posts(on_stage, forum)
    on_stage.sandbox.world.edit_channel(post, archived=True)
    async with on_stage.store.transaction() as tx:
        await tx.interviews.update(number, interview(1, title="Mended"), "another digest")
    (due,) = await on_stage.store.edits.due(on_stage.clock.now(), 10)
    assert due.channel_id == post.id


# ---------------------------------------------------------------- discussions


async def test_a_discussion_opens_with_a_question_of_the_interview(on_stage: Stage) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel, discussion=True)
    number = await on_stage.publish()
    await on_stage.deliver()
    (message,) = spoken(channel)
    thread = on_stage.guild.threads[message.id]
    assert thread.name == interview(1).title
    (opener,) = spoken(thread)
    assert "> What do you eat?" in read(opener)
    # The thread's starter may be shown empty, so the first message says what it is about.
    title, address = interview(1).title, interview(1).url
    assert read(opener).startswith(f"**[{title}]({address})**\n")
    assert await on_stage.after(number, ExtraKind.DISCUSSION) == (ExtraState.DONE, None)
    posts_made = [request for request in on_stage.sandbox.requests if request.method == "POST"]
    assert len(posts_made) == 3


async def test_an_interview_without_questions_is_discussed_as_well(on_stage: Stage) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel, discussion=True)
    hostile = interview(9).transcript
    turns = (Turn(1, "@everyone <@1> **Who**?\n# Loud", ()),)
    await on_stage.publish(transcript=type(hostile)("", turns, ""))
    await on_stage.publish(transcript=type(hostile)("words", (), ""))
    await on_stage.deliver()
    openers = [spoken(on_stage.guild.threads[one.id])[0] for one in spoken(channel)]
    assert not any(opener.mention_everyone or opener.mentions for opener in openers)
    assert "\n# Loud" not in read(openers[0])
    assert "What do you think?" in read(openers[1])
    assert all("/interview-" in read(opener) for opener in openers)


@pytest.mark.parametrize("path", [r"messages/\d+/threads", r"POST /channels/\d+/messages$"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_discussion_that_fails_is_opened_later_and_once(
    on_stage: Stage, path: str, when: Any
) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel, discussion=True)
    number = await on_stage.publish()
    await on_stage.announcer.drain()
    on_stage.sandbox.faults.add(Rule(path, times=1, drop=True, when=when))
    await on_stage.extras.drain()
    assert (await on_stage.after(number, ExtraKind.DISCUSSION))[0] is ExtraState.PENDING
    # Far beyond what Discord remembers of nonces.
    await on_stage.clock.advance(3600)
    await on_stage.extras.drain()
    (message,) = spoken(channel)
    assert len(spoken(on_stage.guild.threads[message.id])) == 1
    assert await on_stage.after(number, ExtraKind.DISCUSSION) == (ExtraState.DONE, None)


async def test_a_discussion_that_may_not_be_opened_leaves_the_message_alone(
    on_stage: Stage,
) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    bot = on_stage.sandbox.world.application.bot
    on_stage.sandbox.world.set_overwrite(channel, bot.id, deny=1 << 35)
    await on_stage.subscribe(channel, discussion=True)
    number = await on_stage.publish()
    await on_stage.deliver()
    assert (await on_stage.row(number)).state is DeliveryState.SENT
    state, reason = await on_stage.after(number, ExtraKind.DISCUSSION)
    assert (state, reason) == (ExtraState.PENDING, "missing-permissions")
    on_stage.sandbox.world.set_overwrite(channel, bot.id)
    await on_stage.clock.advance(3600)
    await on_stage.deliver()
    assert (await on_stage.after(number, ExtraKind.DISCUSSION))[0] is ExtraState.DONE
    assert len(spoken(channel)) == 1


async def test_a_message_that_was_deleted_gets_no_discussion(on_stage: Stage) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel, discussion=True)
    number = await on_stage.publish()
    await on_stage.announcer.drain()
    channel.messages.clear()
    await on_stage.extras.drain()
    assert (await on_stage.after(number, ExtraKind.DISCUSSION))[0] is ExtraState.ABANDONED
    assert await on_stage.store.extras.next_due() is None
