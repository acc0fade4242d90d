"""Where a person stands when they use the application: channel, permissions, context."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from sandbox import serial
from sandbox.entities import Channel, Command, Guild, Member, Role, User
from sandbox.outcome import Refused
from sandbox.permissions import ALL, Permission
from sandbox.world import DM_PERMISSIONS, World

# What an application that is not in the guild may do there,
# https://docs.discord.com/developers/interactions/receiving-and-responding (app_permissions).
_OUTSIDER = int(Permission.EMBED_LINKS | Permission.ATTACH_FILES | Permission.MENTION_EVERYONE)

# The size of a file that may be uploaded without any boost, 10 MiB.
ATTACHMENT_SIZE_LIMIT = 10 * 1024 * 1024


class Context(IntEnum):
    """Interaction contexts, https://docs.discord.com/developers/interactions/application-commands."""

    GUILD = 0
    BOT_DM = 1
    PRIVATE_CHANNEL = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A person in a channel. `permissions` are theirs there; `installed` maps the kinds of
    installation that make the application usable there ("0" guild, "1" user) to their owners."""

    world: World
    user: User
    channel: Channel
    guild: Guild | None
    member: Member | None
    permissions: int
    context: Context
    installed: dict[str, str]

    @property
    def may_use_publicly(self) -> bool:
        """False where Discord makes the answers of a user's own application ephemeral."""
        if self.guild is None or "0" in self.installed:
            return True
        return bool(self.permissions & Permission.USE_EXTERNAL_APPS)

    def owners(self, command: Command) -> dict[str, str]:
        """`authorizing_integration_owners`: the installations by which the command is here."""
        kinds = [str(kind) for kind in command.integration_types]
        if command.guild_id is not None:
            kinds = ["0"]
        return {kind: owner for kind, owner in self.installed.items() if kind in kinds}

    def hidden(self, command: Command) -> str | None:
        """Why Discord's client does not offer the command here, None when it does."""
        if command.guild_id is not None and command.guild_id != self.channel.guild_id:
            return "the command belongs to another guild"
        if not self.owners(command):
            return "the application is not installed here for such commands"
        if self.context not in _contexts(command):
            return f"the command is not offered in the context {self.context.name}"
        if self.guild is None:
            return None
        if command.nsfw and not self.channel.nsfw:
            return "the command is age-restricted and the channel is not"
        if not self.permissions & Permission.USE_APPLICATION_COMMANDS:
            return f"{self.user.name} lacks USE_APPLICATION_COMMANDS here"
        return self._not_permitted(command)

    def _not_permitted(self, command: Command) -> str | None:
        needed = command.default_member_permissions
        if needed is None or self.permissions == ALL:
            return None
        if needed == 0:
            return "the command is for administrators only"
        missing = needed & ~self.permissions
        if not missing:
            return None
        names = [bit.name or hex(bit) for bit in Permission if bit & missing]
        return f"{self.user.name} lacks {', '.join(names)}"


@dataclass(slots=True)
class Resolved:
    """The objects behind the ids among an interaction's values."""

    place: Place
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def _put(self, kind: str, key: int, data: dict[str, Any]) -> str:
        self.found.setdefault(kind, {})[str(key)] = data
        return str(key)

    def user(self, value: Any) -> str:
        user = self.place.world.users.get(_id(value))
        if user is None:
            raise Refused(f"there is no user {value!r}")
        member = self.place.guild.members.get(user.id) if self.place.guild else None
        if member is not None:
            data = serial.member_json(member, with_user=False)
            del data["mute"], data["deaf"]
            granted = self.place.world.permissions(self.place.channel, member)
            self._put("members", user.id, data | {"permissions": str(granted)})
        return self._put("users", user.id, serial.user_json(user))

    def role(self, value: Any) -> str:
        roles = self.place.guild.roles if self.place.guild else {}
        role = roles.get(_id(value))
        if role is None:
            raise Refused(f"there is no role {value!r} here")
        return self._put("roles", role.id, serial.role_json(role))

    def mentionable(self, value: Any) -> str:
        roles = self.place.guild.roles if self.place.guild else {}
        return self.role(value) if _id(value) in roles else self.user(value)

    def channel(self, value: Any, types: list[int] | None = None) -> str:
        """A channel of this guild that the person sees, of one of `types` if any are named."""
        channel = self.place.world.channels.get(_id(value))
        if channel is None or channel.guild_id != self.place.channel.guild_id:
            raise Refused(f"there is no channel {value!r} here")
        granted = self.place.world.permissions(channel, self.place.user)
        if not granted & Permission.VIEW_CHANNEL:
            raise Refused(f"{self.place.user.name} does not see #{channel.name}")
        if types and channel.type not in types:
            raise Refused(f"#{channel.name} is of type {channel.type}, not one of {types}")
        return self._put("channels", channel.id, channel_part(self.place.world, channel, granted))

    def attachment(self, value: Any) -> str:
        if not isinstance(value, dict) or "id" not in value:
            raise Refused("an attachment is given as its JSON object")
        return self._put("attachments", int(value["id"]), value)

    def message(self, data: dict[str, Any]) -> str:
        return self._put("messages", int(data["id"]), data)


def channel_part(world: World, channel: Channel, permissions: int) -> dict[str, Any]:
    """The partial channel of an interaction: no overwrites, the person's permissions."""
    data = serial.channel_json(world, channel)
    data.pop("permission_overwrites", None)
    return data | {"permissions": str(permissions)}


def stand(world: World, user: User, channel: Channel, user_installs: set[int]) -> Place:
    """Where the person stands; Refused when they do not see the channel, or the application
    can't be reached there in any way."""
    permissions = world.permissions(channel, user)
    if not permissions & Permission.VIEW_CHANNEL:
        raise Refused(f"{user.name} does not see the channel {channel.name or channel.id}")
    guild = world.guild_of(channel)
    member = guild.members.get(user.id) if guild else None
    context = _context(world, channel)
    installed: dict[str, str] = {}
    if guild is not None and world.application.bot.id in guild.members:
        installed["0"] = str(guild.id)
    elif context is Context.BOT_DM:
        installed["0"] = "0"
    if user.id in user_installs:
        installed["1"] = str(user.id)
    return Place(world, user, channel, guild, member, permissions, context, installed)


def interaction_json(
    place: Place,
    *,
    id: int,  # noqa: A002
    token: str,
    type: int,  # noqa: A002
    data: dict[str, Any],
    owners: dict[str, str],
    message: dict[str, Any] | None,
) -> dict[str, Any]:
    """INTERACTION_CREATE's data, after
    https://docs.discord.com/developers/interactions/receiving-and-responding."""
    world = place.world
    payload: dict[str, Any] = {
        "id": str(id),
        "application_id": str(world.application.id),
        "type": type,
        "data": data,
        "token": token,
        "version": 1,
        "channel_id": str(place.channel.id),
        "channel": channel_part(world, place.channel, place.permissions),
        "app_permissions": str(_app_permissions(place)),
        "locale": place.user.locale,
        "entitlements": [],
        "authorizing_integration_owners": owners,
        "context": int(place.context),
        "attachment_size_limit": ATTACHMENT_SIZE_LIMIT,
    }
    if message is not None:
        payload["message"] = message
    if place.guild is None:
        payload["user"] = serial.user_json(place.user)
        return payload
    locale = place.guild.preferred_locale
    payload["guild_id"] = str(place.guild.id)
    payload["guild"] = {
        "id": str(place.guild.id),
        "locale": locale,
        "features": ["COMMUNITY", "NEWS"],
    }
    payload["guild_locale"] = locale
    if place.member is not None:
        granted = {"permissions": str(place.permissions)}
        payload["member"] = serial.member_json(place.member) | granted
    return payload


def _app_permissions(place: Place) -> int:
    bot = place.world.application.bot
    if place.guild is None:
        return DM_PERMISSIONS
    if bot.id not in place.guild.members:
        return _OUTSIDER
    return place.world.permissions(place.channel, bot)


def _context(world: World, channel: Channel) -> Context:
    if channel.guild_id is not None:
        return Context.GUILD
    ours = len(channel.recipients) == 1 and world.dms.get(channel.recipients[0].id) is channel
    return Context.BOT_DM if ours else Context.PRIVATE_CHANNEL


def _contexts(command: Command) -> list[int]:
    """Those named; by default all, private channels only for what users may install."""
    if command.guild_id is not None:
        return [Context.GUILD]
    if command.contexts is not None:
        return command.contexts
    default: list[int] = [Context.GUILD, Context.BOT_DM]
    return [*default, Context.PRIVATE_CHANNEL] if 1 in command.integration_types else default


def _id(value: Any) -> int:
    """The id of a thing, given as the thing, its id or its id in text; -1 for anything else."""
    if isinstance(value, Member):
        return value.user.id
    if isinstance(value, User | Role | Channel):
        return value.id
    if isinstance(value, bool):
        return -1
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else -1
