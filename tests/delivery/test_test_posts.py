"""A test that an admin asked for is never taken for the announcement that is looked for."""

from typing import Any

import pytest

from bot.core.model import DeliveryState, Form, Style
from bot.delivery.discord.rest_port import RestPort
from bot.delivery.restored import look_for_restored
from bot.delivery.test_posts import PosterOfTests
from bot.ui.announcing import Announcement
from sandbox.entities import Channel, ChannelType, Message, MessageFlag
from sandbox.faults import Rule
from tests.cogs.stage import interview
from tests.delivery.stage import Stage, spoken
from tests.ui.limits import walk


def poster(stage: Stage) -> PosterOfTests:
    return PosterOfTests(RestPort(stage.client, None, stage.attached), stage.clock)


def messages(stage: Stage, channel: Channel) -> list[Message]:
    posts = [one for one in stage.guild.threads.values() if one.parent_id == channel.id]
    return [message for place in (posts or [channel]) for message in spoken(place)]


WAYS = [
    (ChannelType.TEXT, {}),
    (ChannelType.TEXT, {"style": Style(Form.LINK)}),
    (ChannelType.ANNOUNCEMENT, {"crosspost": True}),
    (ChannelType.FORUM, {}),
    (ChannelType.MEDIA, {}),
]


@pytest.mark.parametrize(("kind", "options"), WAYS)
async def test_a_doubtful_delivery_passes_tests_over(
    on_stage: Stage, kind: ChannelType, options: dict[str, Any]
) -> None:
    channel = on_stage.channel(kind)
    one = await on_stage.subscribe(channel, **options)
    path = r"POST /channels/\d+/(messages|threads)$"
    on_stage.sandbox.faults.add(Rule(path, times=1, drop=True, when="before"))
    number = await on_stage.publish()
    await on_stage.deliver()
    assert (await on_stage.row(number)).state is DeliveryState.PENDING
    stored = await on_stage.store.interviews.get(number)
    assert stored is not None
    _, test_id = await poster(on_stage)(one, Announcement(stored))
    # Far beyond what Discord remembers of nonces: it is looked for.
    await on_stage.clock.advance(3600)
    await on_stage.deliver()
    row = await on_stage.row(number)
    assert row.state is DeliveryState.SENT
    assert row.message_id != test_id
    test, sent = messages(on_stage, channel)
    assert (test.id, sent.id) == (test_id, row.message_id)
    assert test.flags & MessageFlag.SUPPRESS_NOTIFICATIONS


async def test_a_test_is_no_sign_of_a_restored_database(on_stage: Stage) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    one = await on_stage.subscribe(channel)
    await on_stage.publish()
    await on_stage.deliver()
    async with on_stage.store.transaction() as tx:
        number = await tx.interviews.insert(interview(9), "digest of a later one")
    stored = await on_stage.store.interviews.get(number)
    assert stored is not None
    await poster(on_stage)(one, Announcement(stored))
    port = RestPort(on_stage.client)
    assert not await look_for_restored(on_stage.store, port, on_stage.clock.now())


async def test_a_test_pings_nobody(on_stage: Stage) -> None:
    world, channel = on_stage.sandbox.world, on_stage.channel(ChannelType.TEXT)
    role = world.add_role(on_stage.guild, "Fans", mentionable=True)
    one = await on_stage.subscribe(channel, role_id=role.id)
    number = await on_stage.publish(title="@everyone", excerpt=f"<@{world.application.owner.id}>")
    stored = await on_stage.store.interviews.get(number)
    assert stored is not None
    await poster(on_stage)(one, Announcement(stored))
    (test,) = messages(on_stage, channel)
    assert (test.mention_roles, test.mentions, test.mention_everyone) == ([], [], False)
    shown = [part["content"] for part in walk(test.components) if part["type"] == 10]
    assert any(f"<@&{role.id}>" in content for content in shown)
