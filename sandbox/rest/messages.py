"""Endpoints of messages: list, post, edit, delete, crosspost, typing, reactions."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox import errors, serial
from sandbox.entities import Channel, ChannelType, Intent, Message, MessageFlag
from sandbox.errors import ApiError
from sandbox.following import spread
from sandbox.messages import (
    create_message,
    delete_message,
    edit_message,
    publish,
)
from sandbox.permissions import Permission
from sandbox.ratelimit import Limit
from sandbox.rest.access import may_send, may_speak, need, not_archived, own_message
from sandbox.rest.pipeline import NO_CONTENT, Call, Reply, Route, snowflake

__all__ = ["ROUTES", "create_message", "delete_message", "edit_message"]

P = Permission


async def list_messages(call: Call) -> Reply:
    """Newest first. Without READ_MESSAGE_HISTORY "no messages will be returned", docs."""
    channel = call.channel()
    bits = need(call.world, channel)
    found = _window(list(channel.messages.values()), call.query)
    if not bits & P.READ_MESSAGE_HISTORY:
        found = []
    return Reply([serial.message_json(call.world, message) for message in found])


def _window(messages: list[Message], query: Mapping[str, str]) -> list[Message]:
    """The messages that `before`, `after`, `around` (exclusive) and `limit` ask for."""
    limit = _limit(query.get("limit", "50"))
    marks = {
        key: snowflake(query[key], key) for key in ("around", "before", "after") if query.get(key)
    }
    if "around" in marks:
        half = limit // 2
        older = [each for each in messages if each.id < marks["around"]]
        newer = [each for each in messages if each.id >= marks["around"]]
        chosen = older[max(0, len(older) - half) :] + newer[: limit - min(half, len(older))]
    elif "before" in marks:
        chosen = [each for each in messages if each.id < marks["before"]][-limit:]
    elif "after" in marks:
        chosen = [each for each in messages if each.id > marks["after"]][:limit]
    else:
        chosen = messages[-limit:]
    return chosen[::-1]


def _limit(value: str) -> int:
    """1 to 100; 400 otherwise."""
    if value.isdecimal() and 1 <= int(value) <= 100:
        return int(value)
    error = {
        "code": "NUMBER_TYPE_MAX" if value.isdecimal() else "NUMBER_TYPE_COERCE",
        "message": "int value should be between 1 and 100.",
    }
    raise ApiError(400, 50035, "Invalid Form Body", {"limit": {"_errors": [error]}})


async def get_message(call: Call) -> Reply:
    channel = call.channel()
    need(call.world, channel, P.READ_MESSAGE_HISTORY)
    return Reply(serial.message_json(call.world, call.message(channel)))


async def post_message(call: Call) -> Reply:
    channel = call.channel()
    may_send(call.world, channel, call.payload, files=bool(call.files))
    message = create_message(call.world, channel, call.bot, call.body(), files=call.files)
    return Reply(serial.message_json(call.world, message))


async def patch_message(call: Call) -> Reply:
    channel = call.channel()
    message = call.message(channel)
    own_message(call.world, message)
    not_archived(channel)
    edit_message(call.world, message, call.body(), files=call.files)
    return Reply(serial.message_json(call.world, message))


async def remove_message(call: Call) -> Reply:
    channel = call.channel()
    message = call.message(channel)
    if message.author.id != call.bot.id:
        if channel.is_dm:
            raise ApiError(403, 50003, "Cannot execute action on a DM channel")
        need(call.world, channel, P.MANAGE_MESSAGES)
    not_archived(channel)
    delete_message(call.world, message)
    return NO_CONTENT


async def crosspost(call: Call) -> Reply:
    """Publish a message of an announcement channel to its followers.

    Its own messages the bot may publish with SEND_MESSAGES, others' with MANAGE_MESSAGES. The
    copies appear after the answer, as they do at Discord.
    """
    channel = call.channel()
    message = call.message(channel)
    if channel.type != ChannelType.ANNOUNCEMENT:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    may_speak(call.world, channel)
    if message.author.id != call.bot.id:
        need(call.world, channel, P.MANAGE_MESSAGES)
    if message.flags & MessageFlag.CROSSPOSTED:
        raise ApiError(400, 40033, "This message has already been crossposted")
    message.flags |= MessageFlag.CROSSPOSTED
    publish(call.world, "MESSAGE_UPDATE", channel, message)
    call.rest.background(spread(call.world, channel, message))
    return Reply(serial.message_json(call.world, message))


async def typing(call: Call) -> Reply:
    channel = call.channel()
    may_speak(call.world, channel)
    data = {
        "channel_id": str(channel.id),
        "user_id": str(call.bot.id),
        "timestamp": int(call.world.clock()),
    }
    if channel.guild_id is not None:
        data["guild_id"] = str(channel.guild_id)
    call.world.publish(
        "TYPING_START",
        lambda: data,
        guild=call.world.guild_of(channel),
        intents=Intent.DIRECT_MESSAGE_TYPING if channel.is_dm else Intent.GUILD_MESSAGE_TYPING,
    )
    return NO_CONTENT


async def add_reaction(call: Call) -> Reply:
    """React as the bot; a first reaction with an emoji needs ADD_REACTIONS."""
    channel = call.channel()
    message = call.message(channel)
    emoji = _emoji(call)
    wanted = [P.READ_MESSAGE_HISTORY]
    if emoji not in message.reactions:
        wanted.append(P.ADD_REACTIONS)
    need(call.world, channel, *wanted)
    not_archived(channel)
    message.reactions.setdefault(emoji, set()).add(call.bot.id)
    _publish_reaction(call, "MESSAGE_REACTION_ADD", channel, message, emoji)
    return NO_CONTENT


async def remove_reaction(call: Call) -> Reply:
    channel = call.channel()
    message = call.message(channel)
    emoji = _emoji(call)
    users = message.reactions.get(emoji)
    if users is None or call.bot.id not in users:
        raise errors.unknown("Emoji")
    users.discard(call.bot.id)
    if not users:
        del message.reactions[emoji]
    _publish_reaction(call, "MESSAGE_REACTION_REMOVE", channel, message, emoji)
    return NO_CONTENT


async def list_reactions(call: Call) -> Reply:
    message = call.message(call.channel())
    users = message.reactions.get(_emoji(call), set())
    return Reply([serial.user_json(call.world.users[each]) for each in sorted(users)])


def _emoji(call: Call) -> str:
    """``name:id`` of a custom emoji, or a Unicode emoji, bounded; 400 (10014) for words."""
    name = call.params["emoji_name"]
    if not name or len(name) > 64 or (name.isascii() and ":" not in name):
        raise ApiError(400, 10014, "Unknown Emoji")
    return name


def _publish_reaction(
    call: Call, name: str, channel: Channel, message: Message, emoji: str
) -> None:
    plain, _, emoji_id = emoji.partition(":")
    data = {
        "user_id": str(call.bot.id),
        "channel_id": str(channel.id),
        "message_id": str(message.id),
        "emoji": {"id": emoji_id or None, "name": plain},
        "burst": False,
        "type": 0,
    }
    if channel.guild_id is not None:
        data["guild_id"] = str(channel.guild_id)
    intents = Intent.DIRECT_MESSAGE_REACTIONS if channel.is_dm else Intent.GUILD_MESSAGE_REACTIONS
    guild = call.world.guild_of(channel)
    call.world.publish(name, lambda: data, guild=guild, intents=intents)


_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_REACTION = _MESSAGE + "/reactions/{emoji_name}"

# Discord documents no numbers but for crossposts; these are what its answers have carried.
ROUTES = (
    Route("GET", _MESSAGES, list_messages, Limit(5, 1.0)),
    Route("POST", _MESSAGES, post_message, Limit(5, 5.0)),
    Route("GET", _MESSAGE, get_message, Limit(5, 1.0)),
    Route("PATCH", _MESSAGE, patch_message, Limit(5, 5.0)),
    Route("DELETE", _MESSAGE, remove_message, Limit(5, 1.0)),
    # "up to 10 messages an hour", support article "Announcement Channels".
    Route("POST", _MESSAGE + "/crosspost", crosspost, Limit(10, 3600.0)),
    Route("POST", "/channels/{channel_id}/typing", typing, Limit(5, 5.0)),
    Route("PUT", _REACTION + "/@me", add_reaction, Limit(1, 0.25)),
    Route("DELETE", _REACTION + "/@me", remove_reaction, Limit(1, 0.25)),
    Route("GET", _REACTION, list_reactions),
)
