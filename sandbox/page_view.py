"""The part of the world that one person sees, as JSON for the page, in Discord's shapes.

Everything is bounded, so that the page stays small in a world of ten thousand guilds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from sandbox import serial
from sandbox.entities import Channel, Event, Guild, Message, User
from sandbox.message_json import message_event_json
from sandbox.permissions import Permission
from sandbox.world import World

Json = dict[str, Any]

#: Guilds in the sidebar (Discord: a user without Nitro can join 100).
GUILDS = 100
#: Members of a guild whose names are sent, beside the viewer and the bot.
MEMBERS = 200
#: People as whom one can use the page.
PEOPLE = 50
#: Messages in one answer, as in Discord's "Get Channel Messages".
MESSAGES = 100

#: Events sent with their data. Of those that begin as in `_STRUCTURE` only the name is sent, and
#: the page loads its state again.
_MESSAGES = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK"})
_STRUCTURE = ("GUILD_", "CHANNEL_", "THREAD_")


def find_person(world: World, name: str) -> User | None:
    """The person of that id or name; for an empty name the owner of the first guild, or anybody."""
    people = [user for user in world.users.values() if not user.bot]
    if not name:
        guild = next(iter(world.bot_guilds()), None)
        return guild.owner if guild is not None else next(iter(people), None)
    for user in people:
        if str(user.id) == name or user.name.casefold() == name.casefold():
            return user
    return None


def can_see(world: World, viewer: User, channel: Channel) -> bool:
    return bool(world.permissions(channel, viewer) & Permission.VIEW_CHANNEL)


def state_json(world: World, viewer: User) -> Json:
    """All that the page shows to the viewer, except messages."""
    guilds = islice((g for g in world.guilds.values() if viewer.id in g.members), GUILDS)
    dms = [c for c in _private_channels(world, viewer) if can_see(world, viewer, c)]
    return {
        "viewer": serial.user_json(viewer) | {"locale": viewer.locale},
        "people": [serial.user_json(user) for user in _people(world, viewer)],
        "application": {
            "id": str(world.application.id),
            "name": world.application.name,
            "bot": serial.user_json(world.application.bot),
        },
        "guilds": [_guild_json(world, viewer, guild) for guild in guilds],
        "dms": [_dm_json(world, dm) for dm in dms],
    }


def _private_channels(world: World, viewer: User) -> Iterator[Channel]:
    own = world.dms.get(viewer.id)
    if own is not None:
        yield own
    for channel in world.channels.values():
        if channel.is_dm and channel is not own and viewer in channel.recipients:
            yield channel


def _people(world: World, viewer: User) -> list[User]:
    """The viewer, and people who are members of a guild."""
    belonging = {
        user_id for guild in islice(world.guilds.values(), GUILDS) for user_id in guild.members
    }
    others = (
        user
        for user in world.users.values()
        if not user.bot and (user.id in belonging or user is viewer)
    )
    people = list(islice(others, PEOPLE))
    return people if viewer in people else [viewer, *people]


def _dm_json(world: World, channel: Channel) -> Json:
    data = serial.channel_json(world, channel)
    if world.dms.get(channel.recipients[0].id) is channel:
        data["recipients"] = [serial.user_json(world.application.bot), *data["recipients"]]
    return data


def _guild_json(world: World, viewer: User, guild: Guild) -> Json:
    channels = [c for c in guild.channels.values() if can_see(world, viewer, c)]
    threads = [t for t in guild.threads.values() if can_see(world, viewer, t)]
    known = {viewer.id, world.application.bot.id, *islice(guild.members, MEMBERS)}
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "owner_id": str(guild.owner.id),
        "roles": [serial.role_json(role) for role in guild.roles.values()],
        "members": [serial.member_json(guild.members[i]) for i in known if i in guild.members],
        "channels": [serial.channel_json(world, channel) for channel in channels],
        "threads": [serial.thread_json(world, thread) for thread in threads],
    }


def messages_json(
    world: World, viewer: User, channel: Channel, *, before: int | None, limit: int
) -> list[Json]:
    """The newest messages of the channel, the viewer's ephemeral ones included, oldest first."""
    own = (
        message
        for message in world.ephemerals.values()
        if message.channel_id == channel.id and message.ephemeral_for == viewer.id
    )
    found = [
        message
        for message in (*channel.messages.values(), *own)
        if before is None or message.id < before
    ]
    found.sort(key=lambda message: message.id)
    return [_message_json(world, message) for message in found[-min(limit, MESSAGES) :]]


def _message_json(world: World, message: Message) -> Json:
    return with_command(world, message_event_json(world, message))


def with_command(world: World, data: Json) -> Json:
    """The message with the name of the command that it answers, as Discord's client shows it."""
    metadata = data.get("interaction_metadata")
    if not isinstance(metadata, Mapping) or metadata.get("name"):
        return data
    interaction = world.interactions.get(int(metadata["id"]))
    if interaction is None or metadata.get("type") != 2:
        return data
    return data | {"interaction_metadata": {**metadata, "name": _path(interaction.data)}}


def _path(data: Mapping[str, Any]) -> str:
    """ "interviews search" out of an interaction's nested options."""
    names = [str(data.get("name", ""))]
    options = data.get("options") or []
    while options and options[0].get("type") in (1, 2):
        names.append(str(options[0]["name"]))
        options = options[0].get("options") or []
    return " ".join(names)


def event_json(world: World, viewer: User, event: Event) -> Json | None:
    """The event for the viewer's page: `t` its name, `d` its data; None when it is not sent."""
    if event.user_id is not None and event.user_id != viewer.id:
        return None
    if event.name in _MESSAGES:
        channel = world.channels.get(int(event.data["channel_id"]))
        if channel is not None and not can_see(world, viewer, channel):
            return None
        return {"t": event.name, "d": with_command(world, event.data)}
    if not event.name.startswith(_STRUCTURE):
        return None
    guild = world.guilds.get(event.guild_id or 0)
    if guild is not None and viewer.id not in guild.members and event.name != "GUILD_MEMBER_REMOVE":
        return None
    return {"t": event.name, "d": None}
