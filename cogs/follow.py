"""``/announcements follow``: a channel gets its announcements through Discord's own following."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel
from discord.http import Route

from bot.admins.subscriptions import Subscribing
from bot.core.errors import UserError
from bot.core.i18n import Messages, Text
from bot.core.model import Mode, Subscription
from bot.ui.markdown import Marked
from bot.ui.panels import notice
from cogs.naming import Naming
from cogs.replies import Interaction

FOLLOWER_HOOK = 2
"""Discord docs, Webhook, Webhook Types: Channel Follower."""

HOOKS_FULL = 30007
"""Discord docs, JSON error codes: maximum number of webhooks reached (15)."""

NEEDED = ("view_channel", "manage_webhooks")
"""Discord docs, Channel, Follow Announcement Channel."""


class FollowError(UserError):
    """The channel can't follow; the key says why."""

    def __init__(self, problem: str, channel: Marked, **args: object) -> None:
        super().__init__(f"error.follow.{problem}", channel=channel, **args)


class Follow:
    """The command, where the bot has a home channel."""

    def __init__(self, subscribing: Subscribing, messages: Messages, home_id: int) -> None:
        self._subscribing = subscribing
        self._messages = messages
        self._home_id = home_id

    def add_to(self, group: app_commands.Group, naming: Naming) -> None:
        """Put the command into the group ``/announcements``."""

        @group.command(
            name=naming("command.follow.name"), description=naming("command.follow.description")
        )
        @app_commands.rename(channel=naming("command.follow.channel.name"))
        @app_commands.describe(channel=naming("command.follow.channel.description"))
        async def follow(
            interaction: Interaction,
            channel: app_commands.Transform[AppCommandChannel, _FollowingChannel],
        ) -> None:
            await self.follow(interaction, channel)

    async def follow(self, interaction: Interaction, channel: AppCommandChannel) -> None:
        """Let `channel` follow the home channel, and say what that brings and what it lacks."""
        if interaction.guild_id is None:
            raise app_commands.NoPrivateMessage
        if not interaction.permissions.manage_guild:
            raise app_commands.MissingPermissions(["manage_guild"])
        text = self._messages.text(str(interaction.locale))
        mention = Marked(channel.mention)
        if channel.id == self._home_id:
            raise FollowError("is-home", mention)
        self._require_permissions(interaction, channel, text)
        # Two requests may take longer than the 3 s in which an interaction wants its answer.
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._require_unused(interaction, interaction.guild_id, channel)
        webhook_id = await self._ask(interaction, channel)
        await self._subscribing.follow(
            interaction.guild_id, channel.id, interaction.user.id, webhook_id
        )
        told = notice(
            text("follow.done", channel=mention, home=f"<#{self._home_id}>"),
            detail=text("follow.limits", channel=mention),
        )
        await interaction.edit_original_response(
            view=told, allowed_mentions=discord.AllowedMentions.none()
        )

    def _require_permissions(
        self, interaction: Interaction, channel: AppCommandChannel, text: Text
    ) -> None:
        permissions = discord.Permissions.none()
        known = interaction.guild.get_channel(channel.id) if interaction.guild else None
        if channel.id == interaction.channel_id:
            permissions = interaction.app_permissions
        elif known is not None and interaction.guild is not None:
            permissions = known.permissions_for(interaction.guild.me)
        missing = [name for name in NEEDED if not getattr(permissions, name)]
        if missing:
            names = ", ".join(f"**{text(f'permission.{name}')}**" for name in missing)
            raise FollowError("missing", Marked(channel.mention), permissions=Marked(names))

    async def _require_unused(
        self, interaction: Interaction, guild_id: int, channel: AppCommandChannel
    ) -> None:
        """Neither announced to by ourselves nor following already: it would get each twice."""
        mention = Marked(channel.mention)
        found = await self._subscribing.find(guild_id, channel.id)
        if found is not None and found.mode is Mode.POST:
            raise FollowError("has-announcements", mention)
        try:
            hooks = await interaction.client.http.channel_webhooks(channel.id)
        except discord.Forbidden as error:
            raise FollowError("refused", mention) from error
        if follows(hooks, self._home_id):
            raise FollowError("already", mention)

    async def _ask(self, interaction: Interaction, channel: AppCommandChannel) -> int:
        mention = Marked(channel.mention)
        try:
            made: Any = await interaction.client.http.follow_webhook(self._home_id, channel.id)
        except discord.NotFound as error:
            raise FollowError("home-gone", mention) from error
        except discord.Forbidden as error:
            raise FollowError("refused", mention) from error
        except discord.HTTPException as error:
            if error.code != HOOKS_FULL:
                raise
            raise FollowError("hooks-full", mention) from error
        return int(made["webhook_id"])


async def unfollow(interaction: Interaction, subscription: Subscription) -> bool:
    """End the following that a subscription stands for; whether there is none any more."""
    if subscription.mode is not Mode.FOLLOW or subscription.webhook_id is None:
        return True
    try:
        route = Route("DELETE", "/webhooks/{webhook_id}", webhook_id=subscription.webhook_id)
        await interaction.client.http.request(route)
    except discord.NotFound:
        return True
    except discord.HTTPException:
        return False
    return True


class _FollowingChannel(app_commands.Transformer):
    """A channel that can follow: text or announcement, be it in our cache or not."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [discord.ChannelType.text, discord.ChannelType.news]

    async def transform(
        self, interaction: Interaction, value: AppCommandChannel, /
    ) -> AppCommandChannel:
        return value


def follows(hooks: Sequence[Any], home_id: int) -> bool:
    """Whether one of a channel's webhooks, as Discord's JSON, carries the home channel's."""
    return any(
        hook.get("type") == FOLLOWER_HOOK
        and str((hook.get("source_channel") or {}).get("id")) == str(home_id)
        for hook in hooks
    )
