"""A person who uses the application in a channel: their permissions, and the commands offered.

https://docs.discord.com/developers/interactions/application-commands#contexts
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from sandbox.entities import Channel, Command, Guild, Member, User
from sandbox.outcome import Refused
from sandbox.permissions import ALL, DM_PERMISSIONS, Permission
from sandbox.world import World

# The permissions of an application that is not in the guild, "app_permissions" in
# https://docs.discord.com/developers/interactions/receiving-and-responding.
_OUTSIDE_GUILD = int(Permission.EMBED_LINKS | Permission.ATTACH_FILES | Permission.MENTION_EVERYONE)


class Context(IntEnum):
    """Interaction contexts, https://docs.discord.com/developers/interactions/application-commands."""

    GUILD = 0
    BOT_DM = 1
    PRIVATE_CHANNEL = 2


@dataclass(frozen=True, slots=True)
class Invoker:
    """A person in a channel.

    Attributes:
        permissions: the person's permissions in the channel.
        installed: the kinds of installation that make the application usable there ("0" guild,
            "1" user), and the id of each one's owner.
    """

    world: World
    user: User
    channel: Channel
    guild: Guild | None
    member: Member | None
    permissions: int
    context: Context
    installed: dict[str, str]

    @property
    def may_answer_publicly(self) -> bool:
        """False where Discord makes the answers of a user-installed application ephemeral."""
        if self.guild is None or "0" in self.installed:
            return True
        return bool(self.permissions & Permission.USE_EXTERNAL_APPS)

    def owners(self, command: Command) -> dict[str, str]:
        """`authorizing_integration_owners`: the installations that provide the command here."""
        kinds = [str(kind) for kind in command.integration_types]
        if command.guild_id is not None:
            kinds = ["0"]
        return {kind: owner for kind, owner in self.installed.items() if kind in kinds}

    def why_hidden(self, command: Command) -> str | None:
        """Why Discord's client does not offer the command here; None when it does."""
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

    def app_permissions(self) -> int:
        """The bot's permissions in the channel."""
        bot = self.world.application.bot
        if self.guild is None:
            return DM_PERMISSIONS
        if bot.id not in self.guild.members:
            return _OUTSIDE_GUILD
        return self.world.permissions(self.channel, bot)

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


def invoker_in(world: World, user: User, channel: Channel) -> Invoker:
    """The person in that channel. Refused when they do not see the channel."""
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
    if user.id in world.own_installs:
        installed["1"] = str(user.id)
    return Invoker(world, user, channel, guild, member, permissions, context, installed)


def _context(world: World, channel: Channel) -> Context:
    if channel.guild_id is not None:
        return Context.GUILD
    ours = len(channel.recipients) == 1 and world.dms.get(channel.recipients[0].id) is channel
    return Context.BOT_DM if ours else Context.PRIVATE_CHANNEL


def _contexts(command: Command) -> list[int]:
    """The contexts of a command; by default all, PRIVATE_CHANNEL only if users may install it."""
    if command.guild_id is not None:
        return [Context.GUILD]
    if command.contexts is not None:
        return command.contexts
    default: list[int] = [Context.GUILD, Context.BOT_DM]
    return [*default, Context.PRIVATE_CHANNEL] if 1 in command.integration_types else default
