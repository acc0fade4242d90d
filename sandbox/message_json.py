"""JSON of messages; shapes follow Discord's OpenAPI document."""

from __future__ import annotations

from typing import Any

from sandbox import serial
from sandbox.entities import Message, MessageType
from sandbox.state import State

Json = dict[str, Any]


def message_json(world: State, message: Message, *, nested: bool = False) -> Json:
    """A message as REST answers it; `nested` omits the message that it refers to."""
    data: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": message.type,
        "content": message.content,
        "author": serial.user_json(message.author),
        "timestamp": serial.iso(message.timestamp),
        "edited_timestamp": None if message.edited is None else serial.iso(message.edited),
        "tts": message.tts,
        "pinned": False,
        "flags": message.flags,
        "embeds": message.embeds,
        "components": [_component(world, each) for each in message.components],
        "attachments": message.attachments,
        "mentions": [
            serial.user_json(world.users[user_id])
            for user_id in message.mentions
            if user_id in world.users
        ],
        "mention_roles": [str(role_id) for role_id in message.mention_roles],
        "mention_everyone": message.mention_everyone,
    }
    for key, value in (
        ("nonce", message.nonce),
        ("webhook_id", serial.sid(message.webhook_id)),
        ("application_id", serial.sid(message.application_id)),
        ("message_reference", message.reference),
        ("interaction_metadata", message.interaction_metadata),
        ("position", message.position),
    ):
        if value is not None:
            data[key] = value
    if message.thread_id is not None and (thread := world.channels.get(message.thread_id)):
        data["thread"] = serial.thread_json(world, thread)
    if not nested and message.type in (MessageType.REPLY, MessageType.THREAD_STARTER_MESSAGE):
        data["referenced_message"] = _referenced(world, message)
    return data


# Undocumented; as discord.py's `MediaItemLoadingState` names them.
LOADING = 1
LOADED = 2


def _component(world: State, component: Json) -> Json:
    """A component, its pictures with their state of loading as it is now."""
    shown = dict(component)
    for key in ("components", "items"):
        if key in shown:
            shown[key] = [_component(world, each) for each in shown[key]]
    if "accessory" in shown:
        shown["accessory"] = _component(world, shown["accessory"])
    if "media" in shown:
        is_loading = world.pictures.get(shown["media"]["url"], 0.0) > world.clock()
        shown["media"] = {**shown["media"], "loading_state": LOADING if is_loading else LOADED}
    return shown


def message_event_json(world: State, message: Message) -> Json:
    """The data of MESSAGE_CREATE and MESSAGE_UPDATE: the message with its guild and member."""
    data = message_json(world, message)
    if message.guild_id is not None:
        data["guild_id"] = str(message.guild_id)
        guild = world.guilds.get(message.guild_id)
        member = guild.members.get(message.author.id) if guild else None
        if member is not None:
            data["member"] = serial.member_json(member, with_user=False)
    return data


def _referenced(world: State, message: Message) -> Json | None:
    reference = message.reference or {}
    channel = world.channels.get(int(reference.get("channel_id", 0)))
    target = channel.messages.get(int(reference.get("message_id", 0))) if channel else None
    return None if target is None else message_json(world, target, nested=True)
