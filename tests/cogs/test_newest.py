"""What an admin tries: the preview, a test in the channel, the newest interviews now."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.model import DeliveryState, Frequency, Subscription
from bot.ui import admin_ids
from bot.ui.custom_ids import Action
from bot.ui.test_mark import TEST_ID
from sandbox.entities import Channel, ChannelType, Message, MessageFlag, Tag
from sandbox.faults import Rule
from sandbox.permissions import Permission
from sandbox.world import World
from tests.cogs.stage import Stage, finished, interview, labels, read
from tests.cogs.test_announcements import deny
from tests.cogs.test_setup import (
    KINDS,
    choose,
    drain,
    fill,
    open_panel,
    post_newest,
    press,
    saved,
    shape,
    stored,
)
from tests.cogs.test_subscription_list import the_list
from tests.delivery.stage import spoken
from tests.store.rows import deliveries_of
from tests.ui.limits import walk


async def placed(stage: Stage, kind: ChannelType) -> Channel:
    world = stage.sandbox.world
    if kind is ChannelType.PUBLIC_THREAD:
        channel = world.add_thread(stage.channel, "talk", stage.admin)
    else:
        channel = world.add_channel(stage.guild, "there", type=kind, tags=["Music", "Film"])
    await stage.client.wait_for("thread_create" if channel.is_thread else "guild_channel_create")
    return channel


def posted(stage: Stage, channel: Channel) -> list[Message]:
    """What the bot wrote in a channel, or in the posts of a forum."""
    posts = [one for one in stage.guild.threads.values() if one.parent_id == channel.id]
    is_forum = channel.type in (ChannelType.FORUM, ChannelType.MEDIA)
    return [message for place in (posts if is_forum else [channel]) for message in spoken(place)]


def custom_ids(message: Message) -> set[str]:
    return {part["custom_id"] for part in walk(message.components) if "custom_id" in part}


async def subscribed(stage: Stage, **options: object) -> Subscription:
    await stage.ask("announcements add", by=stage.admin, channel=stage.channel, **options)
    one = await stored(stage)
    assert one is not None
    return one


# ---------------------------------------------------------------- tests


@pytest.mark.parametrize("kind", KINDS.values())
async def test_a_test_is_posted_marked_pings_nobody_and_is_deleted(
    on_stage: Stage, kind: ChannelType
) -> None:
    await on_stage.publish(interview(1))
    world, channel = on_stage.sandbox.world, await placed(on_stage, kind)
    role = world.add_role(on_stage.guild, "Fans", mentionable=True)
    await saved(on_stage, role, channel=channel)
    told = await press(on_stage, await the_list(on_stage), "Test")
    assert posted(on_stage, channel), read(told)
    (message,) = posted(on_stage, channel)
    address = f"https://discord.com/channels/{on_stage.guild.id}/{message.channel_id}/{message.id}"
    assert read(told).startswith(f"**The test is here:** {address}\nNobody was pinged.")
    assert f"<@&{role.id}>" in read(message)
    assert (message.mention_roles, message.mention_everyone) == ([], False)
    assert message.flags & MessageFlag.SUPPRESS_NOTIFICATIONS
    assert TEST_ID in custom_ids(message)
    bot = world.application.bot
    if message.id == message.channel_id:
        world.set_overwrite(channel, bot.id, allow=int(Permission.MANAGE_THREADS))
    await on_stage.sandbox.press(on_stage.admin, message, label="Delete this test")
    await on_stage.sandbox.wait_until(lambda _: not posted(on_stage, channel), 5, "the deletion")
    assert message.channel_id == channel.id or message.channel_id not in on_stage.guild.threads
    assert await on_stage.store.outbox.next_due() is None


def layout(components: Any) -> Any:
    """Components without what two interviews differ by: numbers."""
    return re.sub(r"[0-9]+", "0", json.dumps(shape(components)))


async def test_a_test_is_what_is_sent_later_but_for_its_mark(on_stage: Stage) -> None:
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    panel = await fill(on_stage, panel, "look", form=["compact"], colour="purple", above="{title}!")
    await on_stage.publish(interview(2))
    await press(on_stage, panel, "Test")
    assert await stored(on_stage) is None, "a test saves nothing"
    await press(on_stage, panel, "Save")
    await post_newest(on_stage)
    test, sent = posted(on_stage, on_stage.channel)
    assert len(test.components) == len(sent.components) + 1
    assert layout(test.components[:-1]) == layout(sent.components)


@pytest.mark.parametrize("form", ["link", "crosspost"])
async def test_words_and_embeds_are_tested_as_such(on_stage: Stage, form: str) -> None:
    await on_stage.publish(interview(1))
    channel = await placed(on_stage, ChannelType.ANNOUNCEMENT)
    panel = await choose(on_stage, await open_panel(on_stage), "channel", channel)
    if form == "link":
        panel = await fill(on_stage, panel, "look", form=["link"])
    else:
        panel = await fill(on_stage, panel, "after", switches=["crosspost"])
    told = await press(on_stage, panel, "Test")
    assert posted(on_stage, channel), read(told)
    (message,) = posted(on_stage, channel)
    assert bool(message.embeds) is (form == "crosspost")
    assert message.content.endswith("This is how an interview will look here. Nobody was pinged.")
    assert ("published to followers" in read(told)) is (form == "crosspost")
    assert TEST_ID in custom_ids(message)
    await on_stage.sandbox.press(on_stage.admin, message, label="Delete this test")
    await on_stage.sandbox.wait_until(lambda _: not posted(on_stage, channel), 5, "the deletion")


async def test_without_manage_threads_a_post_is_emptied_and_closed(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    forum = await placed(on_stage, ChannelType.FORUM)
    await saved(on_stage, channel=forum)
    await press(on_stage, await the_list(on_stage), "Test")
    (message,) = posted(on_stage, forum)
    await on_stage.sandbox.press(on_stage.admin, message, label="Delete this test")
    await on_stage.sandbox.wait_until(
        lambda world: [one for one in world.ephemerals.values() if "Manage Threads" in read(one)],
        5,
        "the sentence",
    )
    post = on_stage.guild.threads[message.channel_id]
    await on_stage.sandbox.wait_until(
        lambda _: post.thread and post.thread.archived, 5, "the post to be closed"
    )
    assert posted(on_stage, forum) == []


async def test_only_a_test_is_deleted_and_only_by_an_admin(on_stage: Stage) -> None:
    await subscribed(on_stage)
    await post_newest(on_stage)
    await press(on_stage, await the_list(on_stage), "Test")
    sent, test = posted(on_stage, on_stage.channel)
    text = on_stage.client.messages.text()
    told = await on_stage.forge(test, TEST_ID, on_stage.fan)
    assert read(told) == text("error.not-allowed")
    told = await on_stage.forge(sent, TEST_ID, on_stage.admin)
    assert read(told) == text("error.stale-button")
    assert posted(on_stage, on_stage.channel)[:2] == [sent, test]


async def test_nothing_that_passes_the_filter_is_nothing_to_test(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    await subscribed(on_stage)
    channel = str(on_stage.channel.id)
    await on_stage.ask(
        "announcements filter", by=on_stage.admin, channel=channel, filter="kind:sport"
    )
    told = await press(on_stage, await the_list(on_stage), "Test")
    assert read(told).startswith("None of the last 20 interviews gets through this filter")
    assert posted(on_stage, on_stage.channel) == []


async def test_what_discord_refuses_is_said(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    await subscribed(on_stage)
    page = await the_list(on_stage)
    faults, path = on_stage.sandbox.faults, r"POST /channels/\d+/messages$"
    faults.add(Rule(path, times=1, status=403, code=50013))
    told = await press(on_stage, page, "Test")
    assert "I couldn't post the test in" in read(told)
    faults.add(Rule(path, times=1, drop=True, when="after"))
    told = await press(on_stage, page, "Test")
    assert read(told).startswith("I can't tell whether the test arrived in")
    faults.clear()
    await deny(on_stage, on_stage.channel, int(Permission.SEND_MESSAGES))
    told = await press(on_stage, page, "Test")
    assert "**Send Messages**" in read(told)
    assert len(posted(on_stage, on_stage.channel)) == 1


async def test_a_forum_that_requires_tags_says_why_a_test_can_not_come(on_stage: Stage) -> None:
    """Gurubase, issue 108: a test failed there without a reason."""
    await on_stage.publish(interview(1))
    world = on_stage.sandbox.world
    official = Tag(world.snowflake(), "Official", moderated=True)
    forum = world.add_channel(
        on_stage.guild, "f", type=ChannelType.FORUM, tags=[official], require_tag=True
    )
    await on_stage.client.wait_for("guild_channel_create")
    await saved(on_stage, channel=forum)
    told = await press(on_stage, await the_list(on_stage), "Test")
    reason = on_stage.client.messages.text()("delivery.reason.tag-required")
    assert f"couldn't post the test in <#{forum.id}>: {reason}" in read(told)
    assert posted(on_stage, forum) == []


# ---------------------------------------------------------------- the newest now


async def post_now(stage: Stage, page: Message, count: int) -> str:
    menu = next(part for part in walk(page.components) if part["type"] == 3)
    return read(
        await finished(
            await stage.sandbox.choose(stage.admin, page, menu["custom_id"], [str(count)])
        )
    )


async def states(stage: Stage, ids: Sequence[int]) -> list[list[DeliveryState]]:
    return [[row.state for row in await deliveries_of(stage.store, id_)] for id_ in ids]


async def test_a_new_channel_gets_the_newest_at_once_and_none_twice(on_stage: Stage) -> None:
    ids = await on_stage.publish(*map(interview, range(1, 8)))
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    done = await press(on_stage, panel, "Save")
    told = await post_now(on_stage, done, 3)
    assert told.startswith(f"**On their way to <#{on_stage.channel.id}>:** the newest 3 ")
    await drain(on_stage)
    titles = [read(one).split("\n")[0] for one in posted(on_stage, on_stage.channel)]
    assert [title.split(" with")[0] for title in titles] == [
        f"## [Interview No. {number}" for number in (3, 2, 1)
    ]
    told = await post_now(on_stage, done, 3)
    assert told.startswith("Nothing was posted: ")
    told = await post_now(on_stage, done, 4)
    assert "the newest interview.\n3 more are already here" in told
    await drain(on_stage)
    assert len(posted(on_stage, on_stage.channel)) == 4
    sent, none = [DeliveryState.SENT], list[DeliveryState]()
    assert await states(on_stage, ids) == [sent, sent, sent, sent, none, none, none]


async def test_the_newest_pass_the_filter_and_wait_for_the_digest(on_stage: Stage) -> None:
    ids = await on_stage.publish(*map(interview, range(1, 5)))
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    panel = await fill(on_stage, panel, "what", without="No. 1, No. 3")
    panel = await fill(on_stage, panel, "when", frequency=["daily"], hour=["20"])
    done = await press(on_stage, panel, "Save")
    told = await post_now(on_stage, done, 5)
    assert told.startswith(
        f"**Waiting for <#{on_stage.channel.id}>:** 2 interviews will be posted <t:"
    )
    none, waits = list[DeliveryState](), [DeliveryState.PENDING]
    assert await states(on_stage, ids) == [none, waits, none, waits]
    due = await on_stage.store.outbox.next_due()
    assert due is not None
    assert due.hour == 20


async def test_what_can_not_be_chosen_posts_nothing(on_stage: Stage) -> None:
    (id_,) = await on_stage.publish(interview(1))
    one = await saved(on_stage)
    page, text = await the_list(on_stage), on_stage.client.messages.text()
    foreign, _ = await on_stage.store.subscriptions.subscribe(77, 78, 5, lambda each: each)
    for custom_id, value, by, error in (
        (f"kc:newest:{one.id}", "0", on_stage.admin, "error.stale-button"),
        (f"kc:newest:{one.id}", "6", on_stage.admin, "error.stale-button"),
        (f"kc:newest:{one.id}", "x", on_stage.admin, "error.stale-button"),
        (f"kc:newest:{one.id}", "1", on_stage.fan, "error.not-allowed"),
        (f"kc:newest:{foreign.id}", "1", on_stage.admin, "error.setup.removed"),
    ):
        told = await on_stage.forge(page, custom_id, by, values=[value])
        assert read(told) == text(error), (custom_id, value)
    await press(on_stage, page, "Pause")
    told = await on_stage.forge(page, f"kc:newest:{one.id}", on_stage.admin, values=["1"])
    assert "paused or on hold because of a problem" in read(told)
    assert await states(on_stage, [id_]) == [[]]


# ---------------------------------------------------------------- the preview


async def shown(stage: Stage, since: int, count: int) -> list[Message]:
    """The `count` messages that an admin saw after one."""

    def seen(world: World) -> list[Message] | None:
        found = sorted(one.id for one in world.ephemerals.values() if one.id > since)
        return [world.ephemerals[id_] for id_ in found] if len(found) >= count else None

    found: list[Message] = await stage.sandbox.wait_until(seen, 5, "what is shown")
    return found


async def test_the_preview_says_what_its_message_can_not(on_stage: Stage) -> None:
    await on_stage.publish(interview(1), interview(2, tags=("Film",), subjects=()))
    world, forum = on_stage.sandbox.world, await placed(on_stage, ChannelType.FORUM)
    role = world.add_role(on_stage.guild, "Fans", mentionable=True)
    panel = await choose(on_stage, await open_panel(on_stage), "channel", forum)
    panel = await choose(on_stage, panel, "roles", role)
    panel = await fill(on_stage, panel, "what", kinds=["film"])
    await press(on_stage, panel, "Preview")
    content, facts = await shown(on_stage, panel.id, 2)
    assert "Interview No. 2" in read(content)
    assert content.mention_roles == []
    assert read(facts).split("\n")[:3] == [
        f"This is how it will look in <#{forum.id}>: a post called "
        "**Interview No. 2 with Han Seoyun**.",
        "Tags: **Film**.",
        f"It will ping <@&{role.id}>. (This preview doesn't.)",
    ]
    assert "Of the last 2 interviews, 1 would have been posted: [Interview No. 2" in read(facts)


async def test_one_of_several_is_chosen(on_stage: Stage) -> None:
    await on_stage.publish(*map(interview, range(1, 5)))
    await subscribed(on_stage)
    channel = str(on_stage.channel.id)
    await on_stage.ask(
        "announcements filter", by=on_stage.admin, channel=channel, filter='"No. 3"', beside=True
    )
    first, second = await on_stage.store.subscriptions.in_channel(
        on_stage.guild.id, on_stage.channel.id
    )
    shown_first = await on_stage.ask("announcements preview", by=on_stage.admin)
    assert "Interview No. 1" in read(shown_first)
    (facts,) = await shown(on_stage, shown_first.id, 1)
    menu = next(part for part in walk(facts.components) if part["type"] == 3)
    assert [one["value"] for one in menu["options"]] == [str(second.id)]
    assert "No. 3" in menu["options"][0]["label"]
    chosen = await on_stage.choose(facts, str(second.id), by=on_stage.admin)
    assert "Interview No. 3" in read(chosen)
    digest = await on_stage.store.subscriptions.edit(on_stage.guild.id, first.id, _daily)
    assert digest is not None
    told = await on_stage.forge(facts, "kc:preview", on_stage.admin, values=[str(first.id)])
    assert "3 new interviews" in read(told)
    text = on_stage.client.messages.text()
    told = await on_stage.forge(facts, "kc:preview", on_stage.admin, values=["99"])
    assert read(told) == text("error.setup.removed")
    told = await on_stage.forge(facts, "kc:preview", on_stage.fan, values=[str(first.id)])
    assert read(told) == text("error.not-allowed")


def _daily(one: Subscription) -> Subscription:
    return replace(one, timetable=replace(one.timetable, frequency=Frequency.DAILY))


async def test_a_filter_that_nothing_passes_shows_the_form_and_says_so(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    panel = await choose(on_stage, await open_panel(on_stage), "channel", on_stage.channel)
    panel = await fill(on_stage, panel, "what", kinds=["sport"])
    await press(on_stage, panel, "Preview")
    content, facts = await shown(on_stage, panel.id, 2)
    assert "Interview No. 1" in read(content)
    assert "only here to show you the look" in read(facts)
    assert labels(facts) == []


# ---------------------------------------------------------------- who may press


def every_custom_id(number: int = 1) -> list[str]:
    """One for each choice of each action of admins, so that none that is added is forgotten; with
    this `number` in it."""
    found = []
    for action in vars(admin_ids).values():
        if not (isinstance(action, type) and issubclass(action, Action)):
            continue
        if action is Action or action is admin_ids.ToggleRole:
            continue
        codecs = action._codecs
        choosing = next((codecs[name] for name in ("what", "form") if name in codecs), None)
        choices = choosing.pattern if choosing is not None else "1"
        for choice in choices.split("|"):
            values = dict.fromkeys(codecs, number) | {"what": choice, "form": choice}
            fields = {field: values[field] for field in codecs}
            found.append(action(**fields).custom_id)
    return found


async def test_a_member_presses_nothing_of_admins(on_stage: Stage) -> None:
    (id_,) = await on_stage.publish(interview(1))
    one = await saved(on_stage)
    page, refusal = await the_list(on_stage), on_stage.client.messages.text()("error.not-allowed")
    custom_ids_ = every_custom_id()
    assert len(custom_ids_) > 20
    for custom_id in custom_ids_:
        told = await on_stage.forge(page, custom_id, on_stage.fan, values=["1"])
        assert read(told) == refusal, custom_id
    assert await stored(on_stage) == one
    assert await states(on_stage, [id_]) == [[]]
    assert posted(on_stage, on_stage.channel) == []


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    number=st.integers(1, 4) | st.integers(0, 2**63 - 1),
    place=st.integers(0, 40),
    values=st.lists(st.integers(0, 10**19).map(str) | st.text(max_size=4), max_size=3),
)
async def test_what_an_admin_forges_reaches_no_other_guild(
    on_stage: Stage, number: int, place: int, values: list[str]
) -> None:
    """Any action with any number, the row ids of another guild's among them."""
    store = on_stage.store
    if await store.subscriptions.find(77, 78) is None:
        for channel_id in range(78, 82):
            await store.subscriptions.subscribe(77, channel_id, 5, lambda one: one)
            await store.drafts.create(77, 5, {"a": 1})
        await the_list(on_stage)
    page = next(iter(on_stage.sandbox.world.ephemerals.values()))
    before = await store.subscriptions.overview(77)
    forged = every_custom_id(number)
    told = await on_stage.forge(page, forged[place % len(forged)], on_stage.admin, values=values)
    assert told.ephemeral_for == on_stage.admin.id
    assert await store.subscriptions.overview(77) == before
    assert await store.subscriptions.overview(on_stage.guild.id) == []
