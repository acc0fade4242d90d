"""How admins name announcements in a command: by their channel, of several by their filter too."""

from collections import Counter
from collections.abc import Sequence

from discord.app_commands import Choice, Transform
from discord.ext import commands

from bot.admins.subscriptions import SubscriptionService
from bot.core.model import Subscription
from bot.ui.filters import filter_in_words
from cogs.channels import ChannelNameOption, NamedChannel, shown_name
from cogs.options import CHOICE_LIMIT, CHOICES
from cogs.responses import Interaction, text_for

Subscribed = Transform[NamedChannel, ChannelNameOption]

CHANNEL = "A channel that gets announcements"


class Subscribing(commands.Cog):
    """What the cogs have in common whose commands name announcements."""

    def __init__(self, subscriptions: SubscriptionService) -> None:
        self._subscriptions = subscriptions

    async def complete_channel(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        """The guild's channels with announcements; a choice's value is the channel's id, and of
        several of a channel the subscription's as well."""
        if interaction.guild_id is None or not interaction.permissions.manage_guild:
            return []
        overviews = await self._subscriptions.overviews(interaction.guild_id)
        found = [overview.subscription for overview in overviews]
        several = Counter(one.channel_id for one in found)
        shown = names_of(found, interaction)
        names = {
            f"{one.channel_id}/{one.id}"
            if several[one.channel_id] > 1
            else str(one.channel_id): shown[one.id]
            for one in found
        }
        wanted = current.strip().lstrip("#").casefold()
        return [
            Choice(name=name[:CHOICE_LIMIT], value=value)
            for value, name in names.items()
            if wanted in name.casefold() or wanted in value
        ][:CHOICES]


def names_of(found: Sequence[Subscription], interaction: Interaction) -> dict[int, str]:
    """The names of subscriptions' channels as choices show them, by the subscriptions' ids; where a
    channel has several, with their filters."""
    text, several = text_for(interaction), Counter(one.channel_id for one in found)
    names: dict[int, str] = {}
    for one in found:
        name = shown_name(interaction, one, text)
        if several[one.channel_id] > 1:
            room = CHOICE_LIMIT - len(name) - len(" · ")
            name = f"{name} · {filter_in_words(one.filter, text, limit=max(room, 1))}"
        names[one.id] = name
    return names
