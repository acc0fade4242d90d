"""``/announcements filter`` and ``why``: what of the interviews comes to a channel."""

from dataclasses import replace

from discord import app_commands
from discord.app_commands import Choice, Range

from bot.admins.explaining import ExplanationService
from bot.admins.several import require_posted
from bot.admins.subscriptions import SubscriptionEdits, SubscriptionService
from bot.core.errors import UserError
from bot.core.filters import LONGEST_FILTER
from bot.core.text_above import LONGEST_TEXT
from bot.fans.reading import Reading
from bot.ui.explaining import explanation_page, trial_words
from bot.ui.ids import interview_value, parse_interview_value
from bot.ui.interviews import interview_choice
from bot.ui.panels import notice
from cogs.change_words import change_words
from cogs.channels import known_kind, managed_guild
from cogs.options import filter_named, stem_of, value_of
from cogs.responses import Interaction, show, text_for
from cogs.subscribed import CHANNEL, Subscribed, Subscribing

TITLE_LIMIT = 1000
FilterText = Range[str, 1, LONGEST_FILTER]


class FilterCommands(Subscribing):
    """Filters for those who prefer typing, and why something came or not."""

    def __init__(
        self, subscriptions: SubscriptionService, explanations: ExplanationService, reading: Reading
    ) -> None:
        super().__init__(subscriptions)
        self._explanations = explanations
        self._reading = reading

    @app_commands.command(
        name="filter", description="Choose which interviews are announced, by kind, artist or words"
    )
    @app_commands.describe(
        channel=CHANNEL,
        typed='Like a search: kind:music -artist:BTS "a phrase" -word. Type off to get everything',
        beside="Keep the channel's announcements and add a second set with this filter",
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
        if changed.subscription.filter:
            trial = await self._explanations.try_filter(changed.subscription.filter)
            hint = trial_words(trial, text_for(interaction)) if trial.tried else hint
        await show(interaction, notice("\n".join(words), detail=hint))

    @app_commands.command(name="text", description="Choose the text above each announcement")
    @app_commands.describe(
        channel=CHANNEL,
        typed="Use {title} {artist} {kind} {date} {link} {count} {roles}, or type off for none",
    )
    @app_commands.rename(typed="text")
    @app_commands.autocomplete(channel=Subscribing.complete_channel)
    async def choose_text(
        self, interaction: Interaction, channel: Subscribed, typed: Range[str, 1, LONGEST_TEXT]
    ) -> None:
        guild_id, by = managed_guild(interaction), interaction.user.id
        found = await self._subscriptions.get(guild_id, channel.id, channel.subscription_id)
        edits = SubscriptionEdits(text_above=filter_named(typed))
        changed = await self._subscriptions.edit(guild_id, found.id, edits, by=by)
        words, hint = change_words(interaction, changed)
        await show(interaction, notice("\n".join(words), detail=hint))

    async def complete_interview(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        """Interviews whose title or names begin like what was typed."""
        text = text_for(interaction)
        return [
            Choice(name=interview_choice(summary, text), value=interview_value(summary.id))
            for summary in await self._reading.complete(current)
        ]

    @app_commands.command(description="Why an interview was or wasn't announced in each channel")
    @app_commands.describe(interview="Type a title or a name and pick one, or paste its link")
    @app_commands.autocomplete(interview=complete_interview)
    async def why(self, interaction: Interaction, interview: Range[str, 1, TITLE_LIMIT]) -> None:
        guild_id, text = managed_guild(interaction), text_for(interaction)
        choices = await self.complete_interview(interaction, stem_of(interview))
        id_ = parse_interview_value(value_of(interview, choices))
        if id_ is None:
            found = self._reading.find_interview(interview).match
            id_ = found.id if found is not None else await self._reading.linked(interview)
        if id_ is None:
            raise UserError("error.why-unknown", typed=interview)
        stored = await self._reading.interview(id_)
        explained = await self._explanations.explain(guild_id, stored)
        await show(interaction, explanation_page(stored, explained, text))
