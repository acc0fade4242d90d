"""Channels that admins name in commands, and what the bot may do there."""

import re
from collections.abc import Iterable

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel, AppCommandThread

from bot.admins.subscriptions import SubscriptionEdits, can_ping
from bot.client.channels import TARGET_KINDS
from bot.client.client import KcrushClient
from bot.core.errors import UserError
from bot.core.i18n import Text
from bot.core.model import TargetKind
from bot.core.settings import MAX_SNOWFLAKE
from bot.core.targets import Target, needed_permissions, unsupported_options
from bot.ui.markdown import Marked
from cogs.options import TypedOption
from cogs.responses import Interaction, text_for

_CHANNEL = re.compile(r"(?:<#)?([0-9]{1,20})>?")


class ChannelOption(app_commands.Transformer[KcrushClient]):
    """A channel of one of `kinds`, whether the bot's cache knows it or not."""

    type = discord.AppCommandOptionType.channel
    channel_types: list[discord.ChannelType] = []  # noqa: RUF012

    def __init__(self, *kinds: discord.ChannelType) -> None:
        self.channel_types = list(kinds)

    async def transform(
        self, interaction: Interaction, value: AppCommandChannel | AppCommandThread, /
    ) -> AppCommandChannel | AppCommandThread:
        return value


def read_channel_id(text: str) -> int | None:
    """The id that is written as such or as a mention; ``None`` for what can be no id."""
    match = _CHANNEL.fullmatch(text.strip())
    number = int(match.group(1)) if match else None
    return None if number is None or number > MAX_SNOWFLAKE else number


ANNOUNCEABLE = ChannelOption(*TARGET_KINDS)


class ChannelNameOption(TypedOption):
    """A channel's id as autocompletion sends it, as a mention, or by the channel's name."""

    async def transform(self, interaction: Interaction, value: str, /) -> int:
        """
        Raises:
            UserError: no channel has this name.
        """
        number = read_channel_id(value)
        if number is not None:
            return number
        name = value.strip().lstrip("#").casefold()
        guild = interaction.guild
        channels = [*guild.channels, *guild.threads] if guild else []
        found = next((channel.id for channel in channels if channel.name.casefold() == name), None)
        if found is None:
            raise UserError("error.not-subscribed", channel=value)
        return found


def managed_guild(interaction: Interaction) -> int:
    """The id of the guild that the person may manage.

    Raises:
        NoPrivateMessage: there is no guild.
        MissingPermissions: they may not manage it.
    """
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])
    return interaction.guild_id


def own_permissions(interaction: Interaction, channel_id: int) -> discord.Permissions:
    """The bot's permissions in a channel; none where the cache doesn't know it."""
    if channel_id == interaction.channel_id:
        return interaction.app_permissions
    guild = interaction.guild
    known = guild.get_channel_or_thread(channel_id) if guild else None
    if guild is None or known is None or guild.me is None:
        return discord.Permissions.none()
    return known.permissions_for(guild.me)


def require_permissions(
    interaction: Interaction, channel_id: int, needed: Iterable[str], error: str
) -> discord.Permissions:
    """The bot's permissions in a channel, where all that are `needed` are among them.

    Raises:
        UserError: `error`, with the names of those that are missing as Discord's client shows them.
    """
    permissions, text = own_permissions(interaction, channel_id), text_for(interaction)
    missing = [text(f"permission.{name}") for name in needed if not getattr(permissions, name)]
    if missing:
        names = Marked(", ".join(f"**{name}**" for name in missing))
        raise UserError(error, channel=Marked(f"<#{channel_id}>"), permissions=names)
    return permissions


def require_postable(
    interaction: Interaction, channel_id: int, edits: SubscriptionEdits, role: discord.Role | None
) -> None:
    """Refuse options that this kind of channel doesn't have, and those that need a permission that
    the bot lacks.

    Raises:
        UserError: the announcements could not be posted in this way.
    """
    channel = Marked(f"<#{channel_id}>")
    kind = edits.kind or TargetKind.TEXT
    target = Target(kind, bool(edits.crosspost), bool(edits.discussion), edits.tag_id)
    for option in unsupported_options(target):
        raise UserError(f"error.{option}-not-here", channel=channel)
    permissions = require_permissions(
        interaction, channel_id, needed_permissions(target), "error.missing-permissions"
    )
    if role is not None and role.is_default():
        raise UserError("error.role-everyone")
    if role is not None and not can_ping(permissions, role_is_mentionable=role.mentionable):
        mention = Marked(role.mention)
        raise UserError("error.role-not-mentionable", role=mention, channel=channel)


def known_kind(interaction: Interaction, channel_id: int) -> TargetKind | None:
    """The kind of a channel of the guild; ``None`` where the cache doesn't know the channel."""
    known = interaction.guild.get_channel_or_thread(channel_id) if interaction.guild else None
    return TARGET_KINDS.get(known.type) if known is not None else None


def shown_name(interaction: Interaction, channel_id: int, text: Text) -> str:
    """A channel's name as a choice of autocompletion shows it."""
    guild = interaction.guild
    channel = guild.get_channel_or_thread(channel_id) if guild else None
    if channel is None:
        return text("announcements.channel-deleted", id=channel_id)
    return f"#{channel.name}"
