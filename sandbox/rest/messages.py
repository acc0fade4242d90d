"""Endpoints of messages: list, send, edit, delete, crosspost."""

from __future__ import annotations

from sandbox import errors
from sandbox.entities import ChannelType, MessageFlag
from sandbox.errors import ApiError
from sandbox.following import copy_to_followers
from sandbox.message_json import message_json
from sandbox.messages import create_message, delete_message, edit_message, publish
from sandbox.permissions import Permission
from sandbox.ratelimit import Limit
from sandbox.rest.access import (
    require,
    require_content,
    require_own,
    require_send,
    require_unarchived,
)
from sandbox.rest.pipeline import NO_CONTENT, Call, Reply, Route, snowflake

P = Permission


async def list_messages(call: Call) -> Reply:
    """The newest messages (`before` an id), or the oldest ones `after` an id; newest first.

    Without READ_MESSAGE_HISTORY "no messages will be returned", docs.
    """
    channel = call.channel()
    granted = require(call.world, channel)
    for unsupported in set(call.query) - {"limit", "before", "after"}:
        raise errors.invalid_form(unsupported, "SANDBOX_UNSUPPORTED", "Not known in the sandbox.")
    limit = call.limit(highest=100)
    messages = list(channel.messages.values())
    if call.query.get("before"):
        mark = snowflake(call.query["before"], "before")
        messages = [each for each in messages if each.id < mark]
    elif call.query.get("after"):
        mark = snowflake(call.query["after"], "after")
        messages = [each for each in messages if each.id > mark][:limit]
    if not granted & P.READ_MESSAGE_HISTORY:
        messages = []
    return Reply([message_json(call.world, each) for each in reversed(messages[-limit:])])


async def get_message(call: Call) -> Reply:
    channel = call.channel()
    require(call.world, channel, P.READ_MESSAGE_HISTORY)
    return Reply(message_json(call.world, call.message(channel)))


async def post_message(call: Call) -> Reply:
    channel = call.channel()
    require_content(call.world, channel, call.payload, files=bool(call.files))
    message = create_message(call.world, channel, call.bot, call.body(), files=call.files)
    return Reply(message_json(call.world, message))


async def patch_message(call: Call) -> Reply:
    channel = call.channel()
    message = call.message(channel)
    require_own(call.world, message)
    require_unarchived(channel)
    edit_message(call.world, message, call.body(), files=call.files)
    return Reply(message_json(call.world, message))


async def remove_message(call: Call) -> Reply:
    channel = call.channel()
    message = call.message(channel)
    if message.author.id != call.bot.id:
        if channel.is_dm:
            raise ApiError(403, 50003, "Cannot execute action on a DM channel")
        require(call.world, channel, P.MANAGE_MESSAGES)
    require_unarchived(channel)
    delete_message(call.world, message)
    return NO_CONTENT


async def crosspost(call: Call) -> Reply:
    """Publish a message of an announcement channel to its followers.

    The bot needs SEND_MESSAGES for its own messages, MANAGE_MESSAGES for others. The copies appear
    after the answer, as at Discord.
    """
    channel = call.channel()
    message = call.message(channel)
    if channel.type != ChannelType.ANNOUNCEMENT:
        raise errors.wrong_channel_type()
    require_send(call.world, channel)
    if message.author.id != call.bot.id:
        require(call.world, channel, P.MANAGE_MESSAGES)
    if message.flags & MessageFlag.CROSSPOSTED:
        raise ApiError(400, 40033, "This message has already been crossposted")
    message.flags |= MessageFlag.CROSSPOSTED
    publish(call.world, "MESSAGE_UPDATE", channel, message)
    call.rest.background(copy_to_followers(call.world, channel, message))
    return Reply(message_json(call.world, message))


_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"

# Discord documents a number only for crossposts; the others are those of its answers.
ROUTES = (
    Route("GET", _MESSAGES, list_messages, Limit(5, 1.0)),
    Route("POST", _MESSAGES, post_message, Limit(5, 5.0)),
    Route("GET", _MESSAGE, get_message, Limit(5, 1.0)),
    Route("PATCH", _MESSAGE, patch_message, Limit(5, 5.0)),
    Route("DELETE", _MESSAGE, remove_message, Limit(5, 1.0)),
    # "up to 10 messages an hour", support article "Announcement Channels".
    Route("POST", _MESSAGE + "/crosspost", crosspost, Limit(10, 3600.0)),
)
