"""The ``resolved`` objects behind the ids among an interaction's values.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-resolved-data-structure
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from sandbox import serial
from sandbox.entities import Channel, Member, Role, Upload, User
from sandbox.interactions.invoker import Invoker
from sandbox.outcome import Refused
from sandbox.permissions import Permission
from sandbox.world import World


@dataclass(slots=True)
class ResolvedData:
    """Collects resolved objects.

    Each method takes an object, its id, or its id as text, and returns the id as text. Refused for
    what the invoker can't choose.
    """

    invoker: Invoker
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)

    def _add(self, kind: str, key: int, data: dict[str, Any]) -> str:
        self.objects.setdefault(kind, {})[str(key)] = data
        return str(key)

    def user(self, value: Any) -> str:
        invoker = self.invoker
        user = invoker.world.users.get(_id(value))
        if user is None:
            raise Refused(f"there is no user {value!r}")
        member = invoker.guild.members.get(user.id) if invoker.guild else None
        if member is not None:
            data = serial.member_json(member, with_user=False)
            del data["mute"], data["deaf"]
            granted = invoker.world.permissions(invoker.channel, member)
            self._add("members", user.id, data | {"permissions": str(granted)})
        return self._add("users", user.id, serial.user_json(user))

    def role(self, value: Any) -> str:
        role = self._roles().get(_id(value))
        if role is None:
            raise Refused(f"there is no role {value!r} here")
        return self._add("roles", role.id, serial.role_json(role))

    def _roles(self) -> dict[int, Role]:
        return self.invoker.guild.roles if self.invoker.guild else {}

    def mentionable(self, value: Any) -> str:
        """A user or a role."""
        return self.role(value) if _id(value) in self._roles() else self.user(value)

    def attachment(self, value: Any) -> str:
        """A file that the invoker chose, an `Upload`."""
        if not isinstance(value, Upload):
            raise Refused(f"{value!r} is no file")
        world, id_ = self.invoker.world, self.invoker.world.snowflake()
        world.files[id_] = (value.filename, value.content_type, value.content)
        address = f"{world.base_url}/cdn/attachments/{self.invoker.channel.id}/{id_}"
        data = {
            "id": str(id_),
            "filename": value.filename,
            "size": len(value.content),
            "url": f"{address}/{quote(value.filename)}",
            "proxy_url": f"{address}/{quote(value.filename)}",
            "content_type": value.content_type,
            "ephemeral": True,
        }
        return self._add("attachments", id_, data)

    def channel(self, value: Any, types: list[int] | None = None) -> str:
        """A channel of this guild that the invoker sees, of one of `types` if any are given."""
        world = self.invoker.world
        channel = world.channels.get(_id(value))
        if channel is None or channel.guild_id != self.invoker.channel.guild_id:
            raise Refused(f"there is no channel {value!r} here")
        granted = world.permissions(channel, self.invoker.user)
        if not granted & Permission.VIEW_CHANNEL:
            raise Refused(f"{self.invoker.user.name} does not see #{channel.name}")
        if types and channel.type not in types:
            raise Refused(f"#{channel.name} is of type {channel.type}, not one of {types}")
        return self._add("channels", channel.id, partial_channel_json(world, channel, granted))


def partial_channel_json(world: World, channel: Channel, permissions: int) -> dict[str, Any]:
    """The channel of an interaction: without overwrites, with the person's permissions."""
    data = serial.channel_json(world, channel)
    data.pop("permission_overwrites", None)
    return data | {"permissions": str(permissions)}


def _id(value: Any) -> int:
    """The id of an object, an id or an id as text; -1 for anything else."""
    if isinstance(value, Member):
        return value.user.id
    if isinstance(value, User | Role | Channel):
        return value.id
    if isinstance(value, bool):
        return -1
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else -1
