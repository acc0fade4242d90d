"""Endpoints of threads and of posts in forum and media channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox import errors, serial, validate
from sandbox.entities import (
    POST_TYPES,
    Channel,
    ChannelType,
    Guild,
    Message,
    MessageFlag,
    MessageType,
    Upload,
    User,
    Webhook,
)
from sandbox.errors import ApiError
from sandbox.messages import create_message, publish, store
from sandbox.permissions import Permission
from sandbox.ratelimit import Limit
from sandbox.rest.access import need, not_archived
from sandbox.rest.pipeline import NO_CONTENT, Call, Reply, Route
from sandbox.world import World

P = Permission

THREAD_PARENTS = frozenset({ChannelType.TEXT, ChannelType.ANNOUNCEMENT})


async def start_from_message(call: Call) -> Reply:
    """A thread on a message; its id is the message's. 400 (160004) when there is one already."""
    channel = call.channel()
    message = call.message(channel)
    if channel.type not in THREAD_PARENTS:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    need(call.world, channel, P.READ_MESSAGE_HISTORY, P.CREATE_PUBLIC_THREADS)
    body = validate.message_thread_payload(call.payload)
    if message.thread_id is not None:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    thread = call.world.add_thread(
        channel, body.pop("name"), call.bot, thread_id=message.id, **body
    )
    message.thread_id = thread.id
    message.flags |= MessageFlag.HAS_THREAD
    _system_message(call.world, thread, MessageType.THREAD_STARTER_MESSAGE, _to(message))
    publish(call.world, "MESSAGE_UPDATE", channel, message)
    return Reply(serial.thread_json(call.world, thread), 201)


async def start(call: Call) -> Reply:
    """A thread without a message, or a post in a forum or media channel."""
    channel = call.channel()
    if channel.type in POST_TYPES:
        return _start_post(call, channel)
    if channel.type not in THREAD_PARENTS:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    body = validate.thread_payload(call.payload)
    # "defaults to PRIVATE_THREAD", docs, "Start Thread without Message".
    kind = body.setdefault("type", ChannelType.PRIVATE_THREAD)
    private = kind == ChannelType.PRIVATE_THREAD
    need(call.world, channel, P.CREATE_PRIVATE_THREADS if private else P.CREATE_PUBLIC_THREADS)
    announcement = channel.type == ChannelType.ANNOUNCEMENT
    if announcement != (kind == ChannelType.ANNOUNCEMENT_THREAD):
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    thread = call.world.add_thread(channel, body.pop("name"), call.bot, **body)
    if not private:
        _system_message(
            call.world, channel, MessageType.THREAD_CREATED, _to_thread(thread), thread.name
        )
    return Reply(serial.thread_json(call.world, thread), 201)


def _start_post(call: Call, forum: Channel) -> Reply:
    """A post: the thread and its first message, which share their id.

    SEND_MESSAGES of the forum is what lets one post. 400 (40067) without a tag where one is
    required, 404 (10087) for a tag that the forum has not.
    """
    world = call.world
    may_post = need(world, forum, P.SEND_MESSAGES)
    body = validate.post_payload(call.payload)
    body.pop("type", None)
    tags = body.get("applied_tags", [])
    check_tags(forum, tags, moderator=bool(may_post & P.MANAGE_THREADS))
    if call.files and not may_post & P.ATTACH_FILES:
        raise errors.missing_permissions()
    first = body.pop("message")
    name = body.pop("name")
    # Checked before the thread is there, so that a refused message leaves no empty post.
    try:
        validate.message_payload(world, first, files=call.files, post=True)
    except ApiError as error:
        if error.errors:
            error.errors = {"message": error.errors}
        raise
    thread, message = begin_post(world, forum, name, call.bot, first, files=call.files, **body)
    data = serial.thread_json(world, thread)
    return Reply(data | {"message": serial.message_json(world, message)}, 201)


def begin_post(
    world: World,
    forum: Channel,
    name: str,
    author: User,
    first: Mapping[str, Any],
    *,
    files: Sequence[Upload] = (),
    webhook: Webhook | None = None,
    **settings: Any,
) -> tuple[Channel, Message]:
    """Make a post of an already checked first message; `settings` are those of `add_thread`."""
    thread = world.add_thread(forum, name, author, **settings)
    message = create_message(
        world, thread, author, first, files=files, webhook=webhook, message_id=thread.id
    )
    return thread, message


def check_tags(forum: Channel, tags: Iterable[int], *, moderator: bool) -> None:
    """The tags exist, moderated ones are given by moderators, a required one is there."""
    known = {tag.id: tag for tag in forum.tags}
    given = list(tags)
    for tag_id in given:
        if tag_id not in known:
            raise errors.unknown("Tag")
        if known[tag_id].moderated and not moderator:
            raise errors.missing_permissions()
    if forum.require_tag and not given:
        raise ApiError(400, 40067, "A tag is required to create a forum post in this channel")


def _system_message(
    world: World, channel: Channel, kind: MessageType, reference: dict[str, Any], content: str = ""
) -> Message:
    """A message that Discord itself writes in the bot's name."""
    message = Message(
        id=world.snowflake(),
        channel_id=channel.id,
        guild_id=channel.guild_id,
        author=world.application.bot,
        timestamp=world.clock(),
        type=kind,
        content=content,
        reference=reference,
    )
    store(world, channel, message)
    publish(world, "MESSAGE_CREATE", channel, message)
    return message


def _to(message: Message) -> dict[str, Any]:
    return {
        "type": 0,
        "guild_id": str(message.guild_id),
        "channel_id": str(message.channel_id),
        "message_id": str(message.id),
    }


def _to_thread(thread: Channel) -> dict[str, Any]:
    return {"type": 0, "guild_id": str(thread.guild_id), "channel_id": str(thread.id)}


async def join(call: Call) -> Reply:
    thread = _thread(call)
    not_archived(thread)
    if thread.thread is not None and call.bot.id not in thread.thread.members:
        thread.thread.members[call.bot.id] = call.world.clock()
        call.world.edit_channel(thread)
    return NO_CONTENT


async def leave(call: Call) -> Reply:
    thread = _thread(call)
    not_archived(thread)
    if thread.thread is not None:
        thread.thread.members.pop(call.bot.id, None)
    return NO_CONTENT


async def thread_members(call: Call) -> Reply:
    thread = _thread(call)
    members = thread.thread.members if thread.thread else {}
    return Reply([serial.thread_member_json(thread, user_id) for user_id in members])


async def thread_member(call: Call) -> Reply:
    thread = _thread(call)
    user_id = call.bot.id if call.params["user_id"] == "@me" else call.id("user_id")
    if thread.thread is None or user_id not in thread.thread.members:
        raise errors.unknown("Member")
    return Reply(serial.thread_member_json(thread, user_id))


def _thread(call: Call) -> Channel:
    channel = call.channel()
    if not channel.is_thread:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    return channel


async def active_threads(call: Call) -> Reply:
    guild = call.guild()
    seen = [thread for thread in _visible(call.world, guild) if not _archived(thread)]
    return Reply(_page(call, seen) | {"has_more": False})


async def archived_threads(call: Call) -> Reply:
    """Public archived threads of a channel, those archived last first."""
    channel = call.channel()
    need(call.world, channel, P.READ_MESSAGE_HISTORY)
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
    raw = call.query.get("limit", "50")
    limit = min(100, max(2, int(raw))) if raw.isdecimal() else 50
    return Reply(_page(call, found[:limit]) | {"has_more": len(found) > limit})


def _visible(world: World, guild: Guild) -> list[Channel]:
    found = []
    for thread in list(guild.threads.values()):
        world.let_rest(thread)
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


_THREADS = "/channels/{channel_id}/threads"
_MEMBERS = "/channels/{channel_id}/thread-members"

ROUTES = (
    Route(
        "POST",
        "/channels/{channel_id}/messages/{message_id}/threads",
        start_from_message,
        Limit(10, 10.0),
    ),
    Route("POST", _THREADS, start, Limit(10, 10.0)),
    Route("GET", _THREADS + "/archived/public", archived_threads),
    Route("PUT", _MEMBERS + "/@me", join),
    Route("DELETE", _MEMBERS + "/@me", leave),
    Route("GET", _MEMBERS, thread_members),
    Route("GET", _MEMBERS + "/{user_id}", thread_member),
    Route("GET", "/guilds/{guild_id}/threads/active", active_threads),
)
