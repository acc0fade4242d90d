"""Channels that admins name in commands, and what the bot may do there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel, AppCommandThread
from discord.utils import format_dt

from bot.admins.subscriptions import SubscriptionEdits, can_ping
from bot.client.channels import TARGET_KINDS
from bot.client.client import KcrushClient
from bot.core.errors import PermissionNames, UserError
from bot.core.i18n import Text
from bot.core.model import Subscription, TargetKind
from bot.core.settings import MAX_SNOWFLAKE
from bot.core.targets import Target, needed_permissions, target_of, unsupported_options
from bot.ui.markdown import Marked
from cogs.options import TypedOption
from cogs.responses import Interaction

_CHANNEL = re.compile(r"(?:<#)?([0-9]{1,20})>?")
_ONE_OF_SEVERAL = re.compile(r"([0-9]{1,20})/([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class NamedChannel:
    """A channel, and of several subscriptions the one that was chosen."""

    id: int
    subscription_id: int | None = None


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
    """The id that is written as such, with a subscription's or as a mention; ``None`` for what can
    be no id."""
    match = _CHANNEL.fullmatch(text.strip()) or _ONE_OF_SEVERAL.fullmatch(text.strip())
    number = int(match.group(1)) if match else None
    return None if number is None or number > MAX_SNOWFLAKE else number


ANNOUNCEABLE = ChannelOption(*TARGET_KINDS)


class ChannelNameOption(TypedOption):
    """A channel's id as autocompletion sends it, perhaps with a subscription's (``1234/5``), as a
    mention, or by the channel's name."""

    async def transform(self, interaction: Interaction, value: str, /) -> NamedChannel:
        """
        Raises:
            UserError: no channel has this name.
        """
        number = read_channel_id(value)
        if number is not None:
            several = _ONE_OF_SEVERAL.fullmatch(value.strip())
            return NamedChannel(number, int(several[2]) if several else None)
        name = value.strip().lstrip("#").casefold()
        guild = interaction.guild
        channels = [*guild.channels, *guild.threads] if guild else []
        found = next((channel.id for channel in channels if channel.name.casefold() == name), None)
        if found is None:
            raise UserError("error.unknown-channel", name=value)
        return NamedChannel(found)


def managed_guild(interaction: Interaction) -> int:
    """The id of the guild that the person may manage.

    Raises:
        NoPrivateMessage: there is no guild.
        MissingPermissions: they may not manage it.
        CommandNotFound: an object among the options has an id that no object of Discord's has.
    """
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])
    for objects in _resolved(interaction).values():
        if any(int(id_) > MAX_SNOWFLAKE for id_ in objects):
            raise app_commands.CommandNotFound("", [])
    return interaction.guild_id


def _resolved(interaction: Interaction) -> dict[str, dict[str, Any]]:
    """The objects among a command's options as Discord sent them, by their kind and id."""
    data: Any = interaction.data or {}
    resolved: dict[str, dict[str, Any]] = data.get("resolved") or {}
    return resolved


def own_permissions(interaction: Interaction, channel_id: int) -> discord.Permissions | None:
    """What roles and overwrites allow the bot in a channel, in a thread by its parent; ``None``
    where neither the cache nor the interaction knows the channel.

    Without the implicit permissions, by which one that is denied takes others with it (Discord
    docs, Permissions): they would name what nobody denied.
    """
    guild = interaction.guild
    channel: Any = guild.get_channel_or_thread(channel_id) if guild else None
    sent = _resolved(interaction).get("channels", {}).get(str(channel_id), {})
    if isinstance(channel, discord.Thread):
        channel = channel.parent
    elif guild is not None and channel is None and sent.get("thread_metadata"):
        # The cache has no archived threads, and no private ones that the bot is not in.
        channel = guild.get_channel(int(sent["parent_id"]))
    if guild is None or channel is None or guild.me is None:
        return interaction.app_permissions if channel_id == interaction.channel_id else None
    return discord.abc.GuildChannel.permissions_for(channel, guild.me)


def require_permissions(
    interaction: Interaction, channel_id: int, needed: Iterable[str], error: str
) -> discord.Permissions | None:
    """The bot's permissions in a channel, where all that are `needed` are among them; ``None``
    where they are not known.

    Raises:
        UserError: `error`, with the names of those that are missing as Discord's client shows them;
            or the bot is in time-out.
    """
    permissions = own_permissions(interaction, channel_id)
    me = interaction.guild.me if interaction.guild else None
    missing = [name for name in needed if permissions and not getattr(permissions, name)]
    if missing and me is not None and me.timed_out_until and me.is_timed_out():
        raise UserError("error.timed-out", until=Marked(format_dt(me.timed_out_until, "f")))
    if missing:
        lacking = PermissionNames(tuple(missing))
        raise UserError(error, channel=Marked(f"<#{channel_id}>"), permissions=lacking)
    return permissions


def require_visible(
    interaction: Interaction, channel: AppCommandChannel | AppCommandThread
) -> None:
    """Refuse a private thread that the bot is not in: it sees those only with Manage Threads.

    Raises:
        UserError: it is one.
    """
    if channel.type is discord.ChannelType.private_thread and not known_kind(
        interaction, channel.id
    ):
        permissions = own_permissions(interaction, channel.id)
        if permissions is None or not permissions.manage_threads:
            raise UserError("error.private-thread", channel=Marked(channel.mention))


def is_pinged(interaction: Interaction, one: Subscription) -> bool:
    """Whether announcements notify a subscription's roles, as far as the cache knows."""
    guild = interaction.guild
    roles = [guild.get_role(id_) for id_ in one.role_ids] if guild else []
    permissions = own_permissions(interaction, one.channel_id)
    return permissions is None or all(
        role is None or can_ping(permissions, role_is_mentionable=role.mentionable)
        for role in roles
    )


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
    if (
        role is not None
        and permissions is not None
        and not can_ping(permissions, role_is_mentionable=role.mentionable)
    ):
        mention = Marked(role.mention)
        raise UserError("error.role-not-mentionable", role=mention, channel=channel)


def subscription_trouble(interaction: Interaction, one: Subscription) -> None:
    """Refuse what could not be posted as it is set up.

    Raises:
        UserError: the bot lacks a permission there, or may not ping one of the roles.
    """
    channel = Marked(f"<#{one.channel_id}>")
    needed = needed_permissions(target_of(one))
    permissions = require_permissions(
        interaction, one.channel_id, needed, "error.setup.missing-permissions"
    )
    guild = interaction.guild
    for role_id in one.role_ids:
        role = guild.get_role(role_id) if guild else None
        if role is None:
            raise UserError("error.setup.role-gone")
        if permissions is not None and not can_ping(
            permissions, role_is_mentionable=role.mentionable
        ):
            mention = Marked(role.mention)
            raise UserError("error.setup.role-not-mentionable", role=mention, channel=channel)


def resolved_channel(interaction: Interaction, channel_id: int) -> dict[str, Any] | None:
    """A chosen channel as Discord sent it."""
    found: dict[str, Any] | None = _resolved(interaction).get("channels", {}).get(str(channel_id))
    return found


def known_kind(interaction: Interaction, channel_id: int) -> TargetKind | None:
    """The kind of a channel of the guild; ``None`` where the cache doesn't know the channel."""
    known = interaction.guild.get_channel_or_thread(channel_id) if interaction.guild else None
    return TARGET_KINDS.get(known.type) if known is not None else None


def chosen_kind(interaction: Interaction, channel_id: int) -> TargetKind:
    """The kind of a chosen channel.

    Raises:
        UserError: it is none of this guild, none that can have announcements, or a private thread
            that the bot is not in.
    """
    known = known_kind(interaction, channel_id)
    if known is not None:
        return known
    sent = resolved_channel(interaction, channel_id)
    number = sent.get("type") if sent is not None else None
    kind = next((kind for type_, kind in TARGET_KINDS.items() if type_.value == number), None)
    if kind is None:
        raise UserError("error.stale-button")
    if number == discord.ChannelType.private_thread.value:
        raise UserError("error.private-thread", channel=Marked(f"<#{channel_id}>"))
    return kind


def shown_name(interaction: Interaction, one: Subscription, text: Text) -> str:
    """The name of a subscription's channel as a choice of autocompletion shows it."""
    guild = interaction.guild
    channel = guild.get_channel_or_thread(one.channel_id) if guild else None
    if channel is None:
        state = "unseen" if one.kind is TargetKind.THREAD else "deleted"
        return text(f"announcements.channel-{state}", id=one.channel_id)
    return f"#{channel.name}"
