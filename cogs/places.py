"""Where announcements may go: channels as commands name them, and what the bot may do there."""

import re

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel, AppCommandThread

from bot.admins.subscriptions import can_ping
from bot.admins.targets import POSTS, STREAMS, Target, needed_permissions
from bot.core.errors import UserError
from bot.core.i18n import Text
from bot.core.model import TargetKind
from bot.ui.markdown import Marked
from cogs.replies import Interaction

_CHANNEL = re.compile(r"(?:<#)?([0-9]{1,20})>?")

KINDS = {
    discord.ChannelType.text: TargetKind.TEXT,
    discord.ChannelType.news: TargetKind.ANNOUNCEMENT,
    discord.ChannelType.public_thread: TargetKind.THREAD,
    discord.ChannelType.private_thread: TargetKind.THREAD,
    discord.ChannelType.news_thread: TargetKind.THREAD,
    discord.ChannelType.forum: TargetKind.FORUM,
    discord.ChannelType.media: TargetKind.MEDIA,
}
"""What can be announced in (Discord docs, Channel, Channel Types)."""


class MissingPermissionsError(UserError):
    """The bot could not post in the channel; `names` are permissions in the person's language."""

    def __init__(self, channel: Marked, names: str) -> None:
        super().__init__("error.missing-permissions", channel=channel, permissions=Marked(names))


class RoleNotMentionableError(UserError):
    """The bot's mention of the role would reach nobody."""

    def __init__(self, role: Marked, channel: Marked) -> None:
        super().__init__("error.role-not-mentionable", role=role, channel=channel)


class RoleEveryoneError(UserError):
    """The role is @everyone itself."""

    def __init__(self) -> None:
        super().__init__("error.role-everyone")


class NotSubscribedError(UserError):
    """The channel has no announcements. `channel` is what was named."""

    def __init__(self, channel: str) -> None:
        super().__init__("error.not-subscribed", channel=channel)


class NotOfferedError(UserError):
    """The channel's kind has no such thing; `what` is crosspost or discussion."""

    def __init__(self, what: str, channel: Marked) -> None:
        super().__init__(f"error.{what}-not-here", channel=channel)


class PostableChannel(app_commands.Transformer):
    """A channel, thread or forum, be it in our cache or not."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return list(KINDS)

    async def transform(
        self, interaction: Interaction, value: AppCommandChannel | AppCommandThread, /
    ) -> AppCommandChannel | AppCommandThread:
        return value


def require_postable(
    interaction: Interaction,
    channel_id: int,
    target: Target,
    role: discord.Role | None,
    text: Text,
) -> None:
    """Everything that announcing so would need.

    Raises:
        NotOfferedError, MissingPermissionsError, RoleEveryoneError, RoleNotMentionableError
    """
    mention = Marked(f"<#{channel_id}>")
    if target.crosspost and target.kind is not TargetKind.ANNOUNCEMENT:
        raise NotOfferedError("crosspost", mention)
    if target.discussion and target.kind not in STREAMS:
        raise NotOfferedError("discussion", mention)
    if target.tag_id is not None and target.kind not in POSTS:
        raise NotOfferedError("tag", mention)
    permissions = _own_permissions(interaction, channel_id)
    missing = [name for name in needed_permissions(target) if not getattr(permissions, name)]
    if missing:
        names = ", ".join(f"**{text(f'permission.{name}')}**" for name in missing)
        raise MissingPermissionsError(mention, names)
    if role is None:
        return
    if role.is_default():
        raise RoleEveryoneError
    if not can_ping(permissions, role_is_mentionable=role.mentionable):
        raise RoleNotMentionableError(Marked(role.mention), mention)


def _own_permissions(interaction: Interaction, channel_id: int) -> discord.Permissions:
    """The bot's permissions in a channel; none where it doesn't even know of it."""
    if channel_id == interaction.channel_id:
        return interaction.app_permissions
    guild = interaction.guild
    known = guild.get_channel_or_thread(channel_id) if guild else None
    if guild is None or known is None or guild.me is None:
        return discord.Permissions.none()
    return known.permissions_for(guild.me)


def known_kind(interaction: Interaction, channel_id: int) -> TargetKind | None:
    """What a channel of the guild is, by what the gateway told; ``None`` where it told nothing."""
    known = interaction.guild.get_channel_or_thread(channel_id) if interaction.guild else None
    return KINDS.get(known.type) if known is not None else None


def channel_named(interaction: Interaction, named: str) -> int:
    """A channel's id as autocompletion sends it, as a mention, or by its name.

    Raises:
        NotSubscribedError: nothing is called so.
    """
    match = _CHANNEL.fullmatch(named.strip())
    if match is not None:
        return int(match.group(1))
    name = named.strip().lstrip("#").casefold()
    guild = interaction.guild
    channels = [*guild.channels, *guild.threads] if guild else []
    found = next((channel.id for channel in channels if channel.name.casefold() == name), None)
    if found is None:
        raise NotSubscribedError(named)
    return found


def shown_name(interaction: Interaction, channel_id: int, text: Text) -> str:
    """A channel as a choice of autocompletion shows it."""
    guild = interaction.guild
    channel = guild.get_channel_or_thread(channel_id) if guild else None
    if channel is None:
        return text("announcements.channel-deleted", id=channel_id)
    return f"#{channel.name}"
