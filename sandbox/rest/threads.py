"""Endpoints of threads, and of posts in forum and media channels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox import errors, serial
from sandbox.entities import (
    POST_TYPES,
    Channel,
    ChannelType,
    Guild,
    MessageFlag,
    MessageType,
)
from sandbox.errors import ApiError
from sandbox.message_json import message_json
from sandbox.messages import add_system_message, create_message, publish
from sandbox.permissions import Permission
from sandbox.ratelimit import Limit
from sandbox.rest.access import require
from sandbox.rest.pipeline import Call, Reply, Route
from sandbox.validate.channels import POST, THREAD_FROM_MESSAGE
from sandbox.validate.message import message_payload
from sandbox.world import World

P = Permission

THREAD_PARENTS = frozenset({ChannelType.TEXT, ChannelType.ANNOUNCEMENT})


async def start_from_message(call: Call) -> Reply:
    """A thread from a message, with the message's id. 400 (160004) when it has one already."""
    channel = call.channel()
    message = call.message(channel)
    if channel.type not in THREAD_PARENTS:
        raise errors.wrong_channel_type()
    require(call.world, channel, P.READ_MESSAGE_HISTORY, P.CREATE_PUBLIC_THREADS)
    body = call.checked(THREAD_FROM_MESSAGE)
    if message.thread_id is not None:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    thread = call.world.add_thread(
        channel, body.pop("name"), call.bot, thread_id=message.id, **body
    )
    message.thread_id = thread.id
    message.flags |= MessageFlag.HAS_THREAD
    reference = {
        "type": 0,
        "guild_id": str(message.guild_id),
        "channel_id": str(message.channel_id),
        "message_id": str(message.id),
    }
    add_system_message(call.world, thread, MessageType.THREAD_STARTER_MESSAGE, reference)
    publish(call.world, "MESSAGE_UPDATE", channel, message)
    return Reply(serial.thread_json(call.world, thread), 201)


async def start_post(call: Call) -> Reply:
    """A post: a thread and its first message, which have the same id.

    Needs SEND_MESSAGES. 400 (40067) without a tag where one is required, 404 (10087) for an unknown
    tag, 400 (50024) in channels other than forum and media channels.
    """
    world, forum = call.world, call.channel()
    if forum.type not in POST_TYPES:
        raise errors.wrong_channel_type()
    granted = require(world, forum, P.SEND_MESSAGES)
    body = call.checked(POST)
    body.pop("type", None)
    check_tags(forum, body.get("applied_tags", []), moderator=bool(granted & P.MANAGE_THREADS))
    if call.files and not granted & P.ATTACH_FILES:
        raise errors.missing_permissions()
    if forum.type == ChannelType.MEDIA and not call.files:
        # Discord's client lets nobody post without a file; for its API nothing is documented.
        raise errors.invalid_form("message", "BASE_TYPE_REQUIRED", "An attachment is required")
    first, name = body.pop("message"), body.pop("name")
    # Checked before the thread is made, so that a refused message leaves no empty post.
    try:
        message_payload(world, first, files=call.files, post=True)
    except ApiError as error:
        if error.errors:
            error.errors = {"message": error.errors}
        raise
    thread = world.add_thread(forum, name, call.bot, **body)
    message = create_message(world, thread, call.bot, first, files=call.files, message_id=thread.id)
    data = serial.thread_json(world, thread)
    return Reply(data | {"message": message_json(world, message)}, 201)


def check_tags(forum: Channel, tags: Iterable[int], *, moderator: bool) -> None:
    """Check that the tags exist, that the bot may use them, and that a required one is given."""
    known = {tag.id: tag for tag in forum.tags}
    given = list(tags)
    for tag_id in given:
        if tag_id not in known:
            raise errors.unknown("Tag")
        if known[tag_id].moderated and not moderator:
            raise errors.missing_permissions()
    if forum.require_tag and not given:
        raise ApiError(400, 40067, "A tag is required to create a forum post in this channel")


async def active_threads(call: Call) -> Reply:
    guild = call.guild()
    seen = [thread for thread in _visible(call.world, guild) if not _archived(thread)]
    return Reply(_page(call, seen) | {"has_more": False})


async def archived_threads(call: Call) -> Reply:
    """Public archived threads of a channel, the most recently archived first."""
    channel = call.channel()
    require(call.world, channel, P.READ_MESSAGE_HISTORY)
    guild = call.world.guild_of(channel)
    found = [
        thread
        for thread in (_visible(call.world, guild) if guild else ())
        if thread.parent_id == channel.id
        and thread.type != ChannelType.PRIVATE_THREAD
        and _archived(thread)
    ]
    found.sort(key=lambda t: t.thread.archive_timestamp if t.thread else 0.0, reverse=True)
    before = call.query.get("before")
    if before:
        found = [t for t in found if t.thread and serial.iso(t.thread.archive_timestamp) < before]
    limit = call.limit(highest=100)
    return Reply(_page(call, found[:limit]) | {"has_more": len(found) > limit})


def _visible(world: World, guild: Guild) -> list[Channel]:
    found = []
    for thread in list(guild.threads.values()):
        world.archive_if_inactive(thread)
        if world.permissions(thread, world.application.bot):
            found.append(thread)
    return found


def _archived(thread: Channel) -> bool:
    return thread.thread is not None and thread.thread.archived


def _page(call: Call, threads: list[Channel]) -> dict[str, Any]:
    own = call.bot.id
    return {
        "threads": [serial.thread_json(call.world, thread) for thread in threads],
        "members": [
            serial.thread_member_json(thread, own)
            for thread in threads
            if thread.thread and own in thread.thread.members
        ],
    }


ROUTES = (
    Route(
        "POST",
        "/channels/{channel_id}/messages/{message_id}/threads",
        start_from_message,
        Limit(10, 10.0),
    ),
    Route("POST", "/channels/{channel_id}/threads", start_post, Limit(10, 10.0)),
    Route("GET", "/channels/{channel_id}/threads/archived/public", archived_threads),
    Route("GET", "/guilds/{guild_id}/threads/active", active_threads),
)
