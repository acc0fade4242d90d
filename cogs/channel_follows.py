"""``/announcements follow``: a channel gets its announcements through Discord's own following."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel, Transform
from discord.ext import commands
from discord.http import Route

from bot.admins.subscriptions import SubscriptionService
from bot.client.deferral import defer
from bot.core.errors import UserError
from bot.core.model import Mode, Subscription
from bot.ui.markdown import Marked
from bot.ui.panels import notice
from cogs.channels import ChannelOption, managed_guild, require_permissions
from cogs.responses import Interaction, show, text_for

CHANNEL_FOLLOWER = 2
"""Discord docs, Webhook, Webhook Types."""

WEBHOOK_ERRORS = {30007: "error.follow.hooks-full", 30058: "error.follow.server-hooks-full"}
"""What a person reads, by Discord's JSON error code: the channel has 15 webhooks, or the server
1,000 (Discord docs, JSON error codes)."""

FOLLOW_ERRORS = {403: "error.follow.refused", 404: "error.follow.home-gone"}
"""The same, by the HTTP status of Follow Announcement Channel."""

NEEDED = ("view_channel", "manage_webhooks")
"""Discord docs, Channel, Follow Announcement Channel."""

FOLLOWABLE = ChannelOption(discord.ChannelType.text, discord.ChannelType.news)


class ChannelFollowCommands(commands.Cog):
    """The command, where the bot has a home channel."""

    def __init__(self, subscriptions: SubscriptionService, home_id: int) -> None:
        self._subscriptions = subscriptions
        self._home_id = home_id

    @app_commands.command(
        description=(
            "Make a channel follow the bot's own: nothing to maintain, but no pings or options"
        )
    )
    @app_commands.describe(channel="The channel where Discord should bring each interview")
    async def follow(
        self, interaction: Interaction, channel: Transform[AppCommandChannel, FOLLOWABLE]
    ) -> None:
        guild_id, text = managed_guild(interaction), text_for(interaction)
        mention = Marked(channel.mention)
        if channel.id == self._home_id:
            raise UserError("error.follow.is-home", channel=mention)
        require_permissions(interaction, channel.id, NEEDED, "error.follow.missing")
        # Two requests may take longer than the 3 s within which Discord wants an answer.
        await defer(interaction, thinking=True)
        await self._require_unused(interaction, guild_id, channel.id)
        webhook_id = await self._follow(interaction, channel.id)
        await self._subscriptions.follow(guild_id, channel.id, interaction.user.id, webhook_id)
        done = notice(
            text("follow.done", channel=mention, home=f"<#{self._home_id}>"),
            detail=text("follow.limits", channel=mention),
        )
        await show(interaction, done)

    async def _require_unused(
        self, interaction: Interaction, guild_id: int, channel_id: int
    ) -> None:
        """Refuse a channel that has announcements or follows already: it would get each twice."""
        mention = Marked(f"<#{channel_id}>")
        there = await self._subscriptions.in_channel(guild_id, channel_id)
        if any(one.mode is Mode.POST for one in there):
            raise UserError("error.follow.has-announcements", channel=mention)
        try:
            webhooks = await interaction.client.http.channel_webhooks(channel_id)
        except discord.Forbidden as error:
            raise UserError("error.follow.refused", channel=mention) from error
        if follows(webhooks, self._home_id):
            raise UserError("error.follow.already", channel=mention)

    async def _follow(self, interaction: Interaction, channel_id: int) -> int:
        """The id of the webhook by which the channel follows the home channel from now on."""
        try:
            # discord.py's annotation says that nothing is returned; Discord returns the webhook.
            http: Any = interaction.client.http
            made = await http.follow_webhook(self._home_id, channel_id)
        except discord.HTTPException as error:
            key = WEBHOOK_ERRORS.get(error.code) or FOLLOW_ERRORS.get(error.status)
            if key is None:
                raise
            raise UserError(key, channel=Marked(f"<#{channel_id}>")) from error
        return int(made["webhook_id"])


async def unfollow(interaction: Interaction, subscription: Subscription) -> bool:
    """End the following that a subscription stands for; true where none is left."""
    if subscription.mode is not Mode.FOLLOW or subscription.webhook_id is None:
        return True
    route = Route("DELETE", "/webhooks/{webhook_id}", webhook_id=subscription.webhook_id)
    try:
        await interaction.client.http.request(route)
    except discord.NotFound:
        return True
    except discord.HTTPException:
        return False
    return True


def follows(webhooks: Sequence[Any], home_id: int) -> bool:
    """Whether one of a channel's webhooks (Discord's JSON) carries the home channel's messages."""
    return any(
        webhook.get("type") == CHANNEL_FOLLOWER
        and str((webhook.get("source_channel") or {}).get("id")) == str(home_id)
        for webhook in webhooks
    )
