"""``/announcements filter``: what of the interviews comes to a channel."""

from dataclasses import replace

from discord import app_commands
from discord.app_commands import Range

from bot.admins.several import require_posted
from bot.admins.subscriptions import SubscriptionEdits
from bot.core.filters import LONGEST_FILTER
from bot.ui.panels import notice
from cogs.change_words import change_words
from cogs.channels import known_kind, managed_guild
from cogs.options import filter_named
from cogs.responses import Interaction, show
from cogs.subscribed import CHANNEL, Subscribed, Subscribing

FilterText = Range[str, 1, LONGEST_FILTER]


class FilterCommands(Subscribing):
    """The command for those who prefer typing."""

    @app_commands.command(
        name="filter", description="Choose what comes: kinds, artists, words, in and out"
    )
    @app_commands.describe(
        channel=CHANNEL,
        typed='Such as kind:music -artist:BTS "a phrase" -word, as in a search; off for everything',
        beside="Leave what the channel has, and add announcements with this filter beside it",
    )
    @app_commands.rename(typed="filter")
    @app_commands.autocomplete(channel=Subscribing.complete_channel)
    async def choose_filter(
        self,
        interaction: Interaction,
        channel: Subscribed,
        typed: FilterText,
        beside: bool = False,
    ) -> None:
        guild_id, by = managed_guild(interaction), interaction.user.id
        edits = SubscriptionEdits(filter=filter_named(typed))
        if beside:
            there = await self._subscriptions.in_channel(guild_id, channel.id)
            found = there[0] if there else await self._subscriptions.get(guild_id, channel.id)
            require_posted(found)
            edits = replace(edits, kind=known_kind(interaction, channel.id) or found.kind)
            changed = await self._subscriptions.add(guild_id, channel.id, by, edits)
        else:
            found = await self._subscriptions.get(guild_id, channel.id, channel.subscription_id)
            changed = await self._subscriptions.edit(guild_id, found.id, edits, by=by)
        words, hint = change_words(interaction, changed)
        await show(interaction, notice("\n".join(words), detail=hint))
