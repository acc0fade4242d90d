"""Endpoints of channels: create, read, edit a thread, follow, delete."""

from __future__ import annotations

from sandbox import errors, following, serial
from sandbox.entities import ChannelType, Overwrite
from sandbox.errors import ApiError
from sandbox.permissions import Permission, guild_permissions
from sandbox.ratelimit import Limit
from sandbox.rest.access import require
from sandbox.rest.pipeline import Call, Reply, Route, visible_channel
from sandbox.rest.threads import check_tags
from sandbox.validate.channels import CHANNEL, EDIT_THREAD, FOLLOW


async def get_channel(call: Call) -> Reply:
    return Reply(serial.channel_json(call.world, call.channel()))


async def create_channel(call: Call) -> Reply:
    """Create a channel; needs MANAGE_CHANNELS, and each permission that its overwrites name."""
    guild, body = call.guild(), call.checked(CHANNEL)
    me = guild.members[call.bot.id]
    granted = guild_permissions(guild, me, now=call.world.clock())
    overwrites = [Overwrite(**one) for one in body.get("permission_overwrites", ())]
    needed = Permission.MANAGE_CHANNELS
    for one in overwrites:
        needed |= one.allow | one.deny
    if needed & ~granted:
        raise errors.missing_permissions()
    channel = call.world.add_channel(
        guild,
        body["name"],
        type=body.get("type", ChannelType.TEXT),
        overwrites=overwrites,
        topic=body.get("topic"),
    )
    return Reply(serial.channel_json(call.world, channel), 201)


async def delete_channel(call: Call) -> Reply:
    """Delete a guild's channel; a thread needs MANAGE_THREADS, any other MANAGE_CHANNELS."""
    channel = call.channel()
    if channel.guild_id is None:
        raise errors.wrong_channel_type()
    needed = Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS
    require(call.world, channel, needed)
    deleted = serial.channel_json(call.world, channel)
    call.world.delete_channel(channel)
    return Reply(deleted)


async def edit_thread(call: Call) -> Reply:
    """Edit a thread; other channels are 400 (50024).

    Allowed to its owner and with MANAGE_THREADS. Unarchiving an unlocked thread needs only
    SEND_MESSAGES_IN_THREADS.
    """
    thread = call.channel()
    info = thread.thread
    if info is None:
        raise errors.wrong_channel_type()
    granted = require(call.world, thread)
    body = call.checked(EDIT_THREAD)
    body.pop("flags", None)
    if info.archived and body.get("archived") is not False:
        raise ApiError(400, 50083, "Thread is archived")
    is_moderator = bool(granted & Permission.MANAGE_THREADS)
    only_unarchives = set(body) == {"archived"} and not body["archived"] and not info.locked
    is_owner = info.owner_id == call.bot.id and "locked" not in body and not info.locked
    may_unarchive = only_unarchives and granted & Permission.SEND_MESSAGES_IN_THREADS
    if not (is_moderator or is_owner or may_unarchive):
        raise errors.missing_permissions()
    parent = call.world.channels.get(thread.parent_id or 0)
    if "applied_tags" in body and parent is not None:
        check_tags(parent, body["applied_tags"], moderator=is_moderator)
    call.world.edit_channel(thread, **body)
    return Reply(serial.channel_json(call.world, thread))


async def follow(call: Call) -> Reply:
    """Let another channel follow this announcement channel, through a webhook there.

    The bot must see the source, and hold MANAGE_WEBHOOKS in the target.
    """
    world = call.world
    source = call.channel()
    if source.type != ChannelType.ANNOUNCEMENT:
        raise errors.wrong_channel_type()
    target = visible_channel(world, call.checked(FOLLOW)["webhook_channel_id"])
    require(world, target, Permission.MANAGE_WEBHOOKS)
    if target.type not in (ChannelType.TEXT, ChannelType.ANNOUNCEMENT):
        raise errors.wrong_channel_type()
    webhook = following.follow(world, source, target)
    return Reply({"channel_id": str(source.id), "webhook_id": str(webhook.id)})


_CHANNEL = "/channels/{channel_id}"

ROUTES = (
    Route("POST", "/guilds/{guild_id}/channels", create_channel, Limit(10, 10.0)),
    Route("GET", _CHANNEL, get_channel),
    Route("DELETE", _CHANNEL, delete_channel),
    Route("PATCH", _CHANNEL, edit_thread, Limit(5, 15.0)),
    Route("POST", _CHANNEL + "/followers", follow, Limit(5, 5.0)),
)
