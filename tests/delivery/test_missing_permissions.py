"""A permission that is taken away after the set-up: found at sending, with the reason that admins
read, and sent once it is there again."""

import pytest

from bot.core.i18n import load_messages
from bot.core.model import DeliveryState, SubscriptionState
from bot.ui.subscriptions import reason_of
from sandbox.entities import Channel, ChannelType
from sandbox.permissions import Permission
from tests.delivery.stage import Stage, spoken

P = Permission
TEXT = load_messages().text()


@pytest.mark.parametrize(
    ("kind", "denied", "reason"),
    [
        (ChannelType.TEXT, P.VIEW_CHANNEL, "missing-access"),
        (ChannelType.TEXT, P.SEND_MESSAGES, "missing-permissions"),
        (ChannelType.ANNOUNCEMENT, P.VIEW_CHANNEL, "missing-access"),
        (ChannelType.ANNOUNCEMENT, P.SEND_MESSAGES, "missing-permissions"),
        # What is published to followers is an embed.
        (ChannelType.ANNOUNCEMENT, P.EMBED_LINKS, "missing-permissions"),
        (ChannelType.PUBLIC_THREAD, P.VIEW_CHANNEL, "missing-access"),
        (ChannelType.PUBLIC_THREAD, P.SEND_MESSAGES_IN_THREADS, "missing-permissions"),
        (ChannelType.FORUM, P.VIEW_CHANNEL, "missing-access"),
        (ChannelType.FORUM, P.SEND_MESSAGES, "missing-permissions"),
        (ChannelType.MEDIA, P.VIEW_CHANNEL, "missing-access"),
        (ChannelType.MEDIA, P.SEND_MESSAGES, "missing-permissions"),
        (ChannelType.MEDIA, P.ATTACH_FILES, "missing-permissions"),
    ],
)
async def test_it_parks_with_the_reason_and_goes_out_when_it_is_mended(
    on_stage: Stage, kind: ChannelType, denied: Permission, reason: str
) -> None:
    world = on_stage.sandbox.world
    is_thread = kind is ChannelType.PUBLIC_THREAD
    parent = on_stage.channel(ChannelType.TEXT if is_thread else kind)
    channel = parent
    if is_thread:
        channel = world.add_thread(parent, "Interviews", world.application.owner)
    one = await on_stage.subscribe(channel, crosspost=kind is ChannelType.ANNOUNCEMENT)
    bot = world.application.bot.id
    world.set_overwrite(parent, bot, deny=int(denied))
    number = await on_stage.publish()
    await on_stage.deliver()
    row = await on_stage.row(number)
    assert (row.state, row.reason) == (DeliveryState.PARKED, reason)
    stored = await on_stage.store.subscriptions.find(one.guild_id, one.channel_id)
    assert stored is not None
    assert (stored.state, stored.reason) == (SubscriptionState.PARKED, reason)
    # A sentence of its own, not the word for what is unknown.
    assert reason_of(reason, TEXT) == TEXT(f"delivery.reason.{reason}")
    assert messages(on_stage, channel) == 0
    world.set_overwrite(parent, bot)
    assert await on_stage.store.subscriptions.probe_soon([one.id], on_stage.clock.now()) == 1
    await on_stage.deliver()
    assert (await on_stage.row(number)).state is DeliveryState.SENT
    assert messages(on_stage, channel) == 1


def messages(stage: Stage, channel: Channel) -> int:
    posts = [one for one in stage.guild.threads.values() if one.parent_id == channel.id]
    return sum(len(spoken(place)) for place in (posts or [channel]))
