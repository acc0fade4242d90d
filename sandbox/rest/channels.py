"""Endpoints of channels themselves: read, edit, delete, overwrites, following."""

from __future__ import annotations

from typing import Any

from sandbox import errors, following, serial, validate
from sandbox.entities import POST_TYPES, Channel, ChannelType, Overwrite, Tag
from sandbox.errors import ApiError
from sandbox.permissions import Permission
from sandbox.ratelimit import Limit
from sandbox.rest.access import need, need_in_guild
from sandbox.rest.pipeline import NO_CONTENT, Call, Reply, Route, visible_channel
from sandbox.rest.threads import check_tags
from sandbox.world import World

P = Permission

REQUIRE_TAG = 1 << 4


async def get_channel(call: Call) -> Reply:
    return Reply(serial.channel_json(call.world, call.channel()))


async def patch_channel(call: Call) -> Reply:
    channel = call.channel()
    if channel.is_dm:
        raise ApiError(403, 50003, "Cannot execute action on a DM channel")
    if channel.is_thread:
        _edit_thread(call, channel)
    else:
        need(call.world, channel, P.MANAGE_CHANNELS)
        body = validate.edit_channel_payload(call.payload)
        call.world.edit_channel(channel, **_changes(call.world, body))
    return Reply(serial.channel_json(call.world, channel))


def _edit_thread(call: Call, thread: Channel) -> None:
    """Its owner, or MANAGE_THREADS; waking an unlocked one needs only to be able to speak."""
    bits = need(call.world, thread)
    body = validate.edit_thread_payload(call.payload)
    body.pop("flags", None)
    info = thread.thread
    if info is None:
        return
    if info.archived and body.get("archived") is not False:
        raise ApiError(400, 50083, "Thread is archived")
    manages = bool(bits & P.MANAGE_THREADS)
    waking = set(body) == {"archived"} and not body["archived"] and not info.locked
    own = info.owner_id == call.bot.id and "locked" not in body and not info.locked
    if not (manages or own or (waking and bits & P.SEND_MESSAGES_IN_THREADS)):
        raise errors.missing_permissions()
    parent = call.world.channels.get(thread.parent_id or 0)
    if "applied_tags" in body and parent is not None:
        check_tags(parent, body["applied_tags"], moderator=manages)
    call.world.edit_channel(thread, **body)


def _changes(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """A checked channel body as attributes of `Channel`."""
    changes = dict(body)
    if "permission_overwrites" in changes:
        changes["overwrites"] = _overwrites(changes.pop("permission_overwrites"))
    if "available_tags" in changes:
        changes["tags"] = [
            Tag(
                tag.get("id") or world.snowflake(),
                tag["name"],
                tag.get("moderated", False),
                tag.get("emoji_id"),
                tag.get("emoji_name"),
            )
            for tag in changes.pop("available_tags")
        ]
    if "flags" in changes:
        changes["require_tag"] = bool(changes.pop("flags") & REQUIRE_TAG)
    return changes


def _overwrites(given: list[dict[str, Any]]) -> dict[int, Overwrite]:
    return {
        each["id"]: Overwrite(
            each["id"], each.get("type", 0), each.get("allow", 0), each.get("deny", 0)
        )
        for each in given
    }


async def remove_channel(call: Call) -> Reply:
    """Delete a channel or thread; a direct message is only closed, and answers as it is."""
    channel = call.channel()
    if channel.is_thread:
        need(call.world, channel, P.MANAGE_THREADS)
    elif not channel.is_dm:
        need(call.world, channel, P.MANAGE_CHANNELS)
    data = serial.channel_json(call.world, channel)
    if not channel.is_dm:
        call.world.delete_channel(channel)
    return Reply(data)


async def create_channel(call: Call) -> Reply:
    guild = call.guild()
    need_in_guild(call.world, guild, P.MANAGE_CHANNELS)
    body = validate.new_channel_payload(call.payload)
    parent = call.world.channels.get(body.pop("parent_id", None) or 0)
    if parent is not None and parent.type != ChannelType.CATEGORY:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    channel = call.world.add_channel(
        guild, body.pop("name"), type=body.pop("type", 0), parent=parent
    )
    if channel.type not in POST_TYPES:
        body.pop("available_tags", None)
    if body:
        call.world.edit_channel(channel, **_changes(call.world, body))
    return Reply(serial.channel_json(call.world, channel), 201)


async def put_overwrite(call: Call) -> Reply:
    channel = call.channel()
    need(call.world, channel, P.MANAGE_ROLES)
    body = validate.overwrite_payload(call.payload)
    target = call.id("overwrite_id")
    call.world.set_overwrite(channel, target, allow=body.get("allow", 0), deny=body.get("deny", 0))
    return NO_CONTENT


async def delete_overwrite(call: Call) -> Reply:
    channel = call.channel()
    need(call.world, channel, P.MANAGE_ROLES)
    target = call.id("overwrite_id")
    if target not in channel.overwrites:
        raise errors.unknown("Overwrite")
    call.world.set_overwrite(channel, target)
    return NO_CONTENT


async def follow(call: Call) -> Reply:
    """Let another channel follow this announcement channel, through a follower webhook there.

    The bot must see the source, and hold MANAGE_WEBHOOKS in the target.
    """
    world = call.world
    source = call.channel()
    if source.type != ChannelType.ANNOUNCEMENT:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    body = validate.follow_payload(call.payload)
    target = visible_channel(world, body["webhook_channel_id"])
    need(world, target, P.MANAGE_WEBHOOKS)
    if target.type not in (ChannelType.TEXT, ChannelType.ANNOUNCEMENT):
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    webhook = following.follow(world, source, target)
    return Reply({"channel_id": str(source.id), "webhook_id": str(webhook.id)})


_CHANNEL = "/channels/{channel_id}"
_OVERWRITE = _CHANNEL + "/permissions/{overwrite_id}"

ROUTES = (
    Route("GET", _CHANNEL, get_channel),
    Route("PATCH", _CHANNEL, patch_channel, Limit(5, 15.0)),
    Route("DELETE", _CHANNEL, remove_channel, Limit(5, 5.0)),
    Route("PUT", _OVERWRITE, put_overwrite, Limit(10, 15.0)),
    Route("DELETE", _OVERWRITE, delete_overwrite, Limit(10, 15.0)),
    Route("POST", _CHANNEL + "/followers", follow, Limit(5, 5.0)),
    Route("POST", "/guilds/{guild_id}/channels", create_channel, Limit(10, 15.0)),
)
