"""``/announcements doctor``: what is the matter with announcements, and how to mend it."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.admins.explaining import ExplanationService
from bot.admins.subscriptions import SubscriptionService
from bot.client.deferral import defer
from bot.core.errors import UserError
from bot.core.model import Mode, StoredInterview, Subscription, TargetKind
from bot.fans.reading import Reading
from bot.store import SubscriptionOverview
from bot.ui.doctor import ExaminedSubscription, doctor_page
from bot.ui.markdown import Marked
from cogs.channels import known_kind, managed_guild, subscription_trouble
from cogs.responses import Interaction, show, text_for


class DoctorCommands(commands.Cog):
    """The command. It asks Discord itself only for the webhooks of channels that follow."""

    def __init__(
        self, subscriptions: SubscriptionService, explanations: ExplanationService, reading: Reading
    ) -> None:
        self._subscriptions = subscriptions
        self._explanations = explanations
        self._reading = reading

    @app_commands.command(description="Find out why announcements don't arrive, and how to fix it")
    async def doctor(self, interaction: Interaction) -> None:
        guild_id, text = managed_guild(interaction), text_for(interaction)
        await defer(interaction, thinking=True)
        overviews = await self._subscriptions.overviews(guild_id)
        page = doctor_page(
            [await self._examine(interaction, overview) for overview in overviews],
            self._subscriptions.feed_health(),
            await self._newest(),
            await self._subscriptions.settings(guild_id),
            text,
            interaction.created_at,
        )
        await show(interaction, page)

    async def _newest(self) -> StoredInterview | None:
        try:
            return await self._reading.newest()
        except UserError:
            return None

    async def _examine(
        self, interaction: Interaction, overview: SubscriptionOverview
    ) -> ExaminedSubscription:
        one = overview.subscription
        if one.mode is Mode.FOLLOW:
            trouble = await _follow_trouble(interaction, one)
            return ExaminedSubscription(
                overview, (trouble,) if trouble else (), None, bool(trouble)
            )
        trial = await self._explanations.try_filter(one.filter) if one.filter else None
        is_lost, trouble = _is_unseen(interaction, one), _trouble(interaction, one)
        return ExaminedSubscription(overview, (trouble,) if trouble else (), trial, is_lost)


def _trouble(interaction: Interaction, one: Subscription) -> str | None:
    """What would fail with the next announcement, as far as the cache knows."""
    text = text_for(interaction)
    if _is_unseen(interaction, one):
        return text("doctor.channel-unseen")
    try:
        subscription_trouble(interaction, one)
    except UserError as error:
        return error.sentence(text)
    return None


def _is_unseen(interaction: Interaction, one: Subscription) -> bool:
    """Whether the cache lacks the channel; of archived threads it knows nothing."""
    is_thread = one.kind is TargetKind.THREAD
    return not is_thread and known_kind(interaction, one.channel_id) is None


async def _follow_trouble(interaction: Interaction, one: Subscription) -> str | None:
    """Whether the webhook is gone that carries announcements; ``None`` where nobody can tell."""
    try:
        webhooks = await interaction.client.http.channel_webhooks(one.channel_id)
    except discord.HTTPException:
        return None
    if any(str(webhook["id"]) == str(one.webhook_id) for webhook in webhooks):
        return None
    return text_for(interaction)("doctor.webhook-gone", channel=Marked(f"<#{one.channel_id}>"))
