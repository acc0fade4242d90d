"""What admins are told, in a whole Discord."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.model import SubscriptionState
from bot.delivery.admin_notices import AdminNotifier
from bot.delivery.discord.rest_port import RestPort
from sandbox.entities import Channel, User
from sandbox.faults import Rule
from sandbox.permissions import P
from tests.delivery.fakes import FreePace
from tests.delivery.scene import Scene, connected, opened
from tests.store.rows import add_subscription


@pytest.fixture
async def scene(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    async with opened(folder, monkeypatch) as made:
        yield made


@pytest.fixture
def notifier(scene: Scene) -> AdminNotifier:
    return notifier_of(scene)


def notifier_of(scene: Scene) -> AdminNotifier:
    teller = RestPort(scene.client)
    return AdminNotifier(scene.outbox.store, teller, scene.clock, random.Random(1), FreePace())


def close(scene: Scene, channel: Channel) -> None:
    world = scene.sandbox.world
    world.set_overwrite(channel, scene.guild(channel).id, deny=P.SEND_MESSAGES)


def owner_of(scene: Scene, channel: Channel) -> User:
    return scene.guild(channel).owner


def told(scene: Scene, user: User) -> list[str]:
    """The texts of the direct messages that a person got."""
    dm = scene.sandbox.world.open_dm(user)
    return [json.dumps(m.components, ensure_ascii=False) for m in dm.messages.values()]


async def test_who_set_it_up_is_told_once_with_cause_and_mend(
    scene: Scene, notifier: AdminNotifier
) -> None:
    channel = await scene.channel()
    close(scene, channel)
    await scene.outbox.publish()
    await scene.drain()
    assert await notifier.notify_due() == 1
    (words,) = told(scene, owner_of(scene, channel))
    assert f"<#{channel.id}>" in words
    assert "I can't post in the channel, because I don't have a permission there" in words
    for _ in range(40):
        await scene.outbox.publish()
        await scene.drain(pause=3600)
        await notifier.notify_due()
    assert len(told(scene, owner_of(scene, channel))) == 1


async def test_another_cause_is_told_and_a_second_parking_the_same_day_is_not(
    scene: Scene, notifier: AdminNotifier
) -> None:
    channel = await scene.channel()
    world = scene.sandbox.world
    close(scene, channel)
    await scene.outbox.publish()
    await scene.drain()
    await notifier.notify_due()
    await reopen(scene, channel)
    close(scene, channel)
    await scene.outbox.publish()
    await scene.drain()
    assert await notifier.notify_due() == 0
    await scene.clock.advance(25 * 3600)
    await reopen(scene, channel)
    close(scene, channel)
    await scene.outbox.publish()
    await scene.drain()
    assert await notifier.notify_due() == 1
    world.set_overwrite(channel, scene.guild(channel).id, deny=P.VIEW_CHANNEL)
    await scene.clock.advance(25 * 3600)
    await scene.drain()
    assert await notifier.notify_due() == 1
    words = told(scene, owner_of(scene, channel))
    assert len(words) == 3
    assert "I can't see the channel" in words[-1]


async def reopen(scene: Scene, channel: Channel) -> None:
    """The bot may write again, and does."""
    scene.sandbox.world.set_overwrite(channel, scene.guild(channel).id)
    store = scene.outbox.store
    ids = [id_ for id_, _, _ in await store.subscriptions.parked()]
    await store.subscriptions.probe_soon(ids, scene.clock.now())
    await scene.drain(2, pause=1)
    (overview,) = await store.subscriptions.overview(scene.guild(channel).id)
    assert overview.subscription.state is SubscriptionState.ACTIVE


async def test_channels_of_one_person_in_one_guild_are_told_together(
    scene: Scene, notifier: AdminNotifier
) -> None:
    channel = await scene.channel()
    world = scene.sandbox.world
    guild = scene.guild(channel)
    more = [world.add_channel(guild, f"more-{number}") for number in range(12)]
    for one in more:
        await add_subscription(scene.outbox.store, guild.id, one.id, None, guild.owner.id)
    for one in (channel, *more):
        close(scene, one)
    await scene.outbox.publish()
    await scene.drain()
    assert await notifier.notify_due() == 13
    (words,) = told(scene, guild.owner)
    assert words.count("<#") == 10
    assert "and 3 more" in words


async def test_closed_messages_go_to_the_system_channel(
    scene: Scene, notifier: AdminNotifier
) -> None:
    channel = await scene.channel()
    world = scene.sandbox.world
    guild = scene.guild(channel)
    system = world.add_channel(guild, "system")
    world.edit_guild(guild, system_channel_id=system.id)
    dm = world.open_dm(guild.owner)
    refused = Rule(match=rf"POST /channels/{dm.id}/messages$", status=403, code=50007)
    scene.sandbox.faults.add(refused)
    async with connected(scene):
        close(scene, channel)
        await scene.outbox.publish()
        await scene.drain()
        assert await notifier.notify_due() == 1
        assert await notifier.notify_due() == 0
    assert (refused.fired, len(system.messages)) == (1, 1)


async def test_nobody_to_tell_is_no_reason_to_ask_again(
    scene: Scene, notifier: AdminNotifier
) -> None:
    channel = await scene.channel()
    scene.sandbox.faults.add(Rule(match=r"POST /users/@me/channels$", status=403, code=50007))
    close(scene, channel)
    await scene.outbox.publish()
    await scene.drain()
    assert await notifier.notify_due() == 1
    assert await notifier.notify_due() == 0


async def test_an_answer_that_was_lost_is_told_once(scene: Scene, notifier: AdminNotifier) -> None:
    channel = await scene.channel()
    dm = scene.sandbox.world.open_dm(owner_of(scene, channel))
    lost = Rule(match=rf"POST /channels/{dm.id}/messages$", times=1, when="after", status=503)
    scene.sandbox.faults.add(lost)
    close(scene, channel)
    await scene.outbox.publish()
    await scene.drain(pause=1)
    assert [await notifier.notify_due() for _ in range(3)] == [1, 1, 0]
    assert len(told(scene, owner_of(scene, channel))) == 1


async def test_a_notice_that_a_crash_left_open_is_not_told_twice(
    scene: Scene, notifier: AdminNotifier
) -> None:
    channel = await scene.channel()
    close(scene, channel)
    await scene.outbox.publish()
    await scene.drain(pause=1)
    notices = scene.outbox.store.notices
    begun = await notices.due(scene.clock.now(), 10)
    await notices.begin_attempt(begun, scene.clock.now())
    await scene.clock.advance(121)
    assert await notifier.notify_due() == 0
    assert told(scene, owner_of(scene, channel)) == []


async def test_a_discord_that_is_out_of_reach_is_asked_later(
    scene: Scene, notifier: AdminNotifier
) -> None:
    channel = await scene.channel()
    close(scene, channel)
    await scene.outbox.publish()
    await scene.drain(pause=1)
    limited = Rule(match=r"POST /users/@me/channels$", times=1, status=503)
    scene.sandbox.faults.add(limited)
    assert await notifier.notify_due() == 1
    assert told(scene, owner_of(scene, channel)) == []
    await scene.clock.advance(timedelta(seconds=30).total_seconds())
    assert await notifier.notify_due() == 1
    assert len(told(scene, owner_of(scene, channel))) == 1


async def test_the_loop_tells_by_itself(scene: Scene, notifier: AdminNotifier) -> None:
    channel = await scene.channel()
    running = asyncio.create_task(notifier.run())
    try:
        await scene.clock.asleep(1)
        close(scene, channel)
        await scene.outbox.publish()
        await scene.announcer.drain()
        await scene.clock.advance(15)
        dm = scene.sandbox.world.open_dm(owner_of(scene, channel))
        await scene.sandbox.wait_for_message(dm, timeout=10)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
