"""Channel following: crossposted messages are copied into the channels that follow.

https://docs.discord.com/developers/resources/channel#follow-announcement-channel
"""

from __future__ import annotations

import asyncio

from sandbox.entities import Channel, Message, MessageFlag, MessageType, User, Webhook
from sandbox.errors import ApiError
from sandbox.messages import add_system_message, copy_content, publish, store
from sandbox.world import World

# "Maximum number of webhooks reached", code 30007, for each channel, and 30058 for each guild.
MAX_WEBHOOKS = 15
MAX_GUILD_WEBHOOKS = 1000
# After so many copies other tasks of the event loop run.
CHUNK = 100
FOLLOWER = 2


def check_webhook_count(world: World, channel: Channel) -> None:
    """400 when the channel (30007) or its guild (30058) has as many webhooks as it may."""
    here = [each for each in world.webhooks.values() if each.guild_id == channel.guild_id]
    if len(here) >= MAX_GUILD_WEBHOOKS:
        raise ApiError(400, 30058, "Maximum number of webhooks per guild reached")
    if len(channel.webhooks) >= MAX_WEBHOOKS:
        raise ApiError(400, 30007, f"Maximum number of webhooks reached ({MAX_WEBHOOKS})")


def follow(world: World, source: Channel, target: Channel) -> Webhook:
    """Make `target` follow `source` through a webhook; a system message in `target` says so.

    Raises `ApiError` 400 (30007, 30058) when there are too many webhooks.
    """
    check_webhook_count(world, target)
    guild = world.guild_of(source)
    webhook = Webhook(
        world.snowflake(),
        FOLLOWER,
        target.guild_id,
        target.id,
        f"{guild.name if guild else ''} #{source.name}".strip(),
        user=world.application.bot,
        source_channel_id=source.id,
        source_guild_id=source.guild_id,
    )
    source.followers.append(webhook.id)
    world.add_webhook(webhook)
    add_system_message(
        world, target, MessageType.CHANNEL_FOLLOW_ADD, _reference(source), webhook.name
    )
    return webhook


async def copy_to_followers(world: World, source: Channel, message: Message) -> None:
    """Copy a crossposted message into all channels that follow its channel now."""
    for number, webhook_id in enumerate(tuple(source.followers), 1):
        webhook = world.webhooks.get(webhook_id)
        target = world.channels.get(webhook.channel_id) if webhook else None
        if webhook is not None and target is not None:
            _copy(world, source, message, target, webhook)
        if number % CHUNK == 0:
            await asyncio.sleep(0)


def _copy(
    world: World, channel: Channel, source: Message, target: Channel, webhook: Webhook
) -> None:
    """A copy has the webhook's name and pings nobody."""
    copy = Message(
        id=world.snowflake(),
        channel_id=target.id,
        guild_id=target.guild_id,
        author=User(webhook.id, webhook.name, bot=True),
        timestamp=world.clock(),
        webhook_id=webhook.id,
        reference=_reference(channel) | {"message_id": str(source.id)},
    )
    copy_content(source, copy)
    copy.flags |= MessageFlag.IS_CROSSPOST
    store(world, target, copy)
    source.crossposts.append((target.id, copy.id))
    publish(world, "MESSAGE_CREATE", target, copy)


def _reference(source: Channel) -> dict[str, object]:
    return {"type": 0, "channel_id": str(source.id), "guild_id": str(source.guild_id)}
