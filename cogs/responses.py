"""How interactions are answered: for the one person unless they share it, mentioning nobody."""

from typing import Any

import discord

from bot.client.client import KcrushClient
from bot.core.errors import UserError
from bot.core.i18n import Text
from bot.ui.layout import Layout

Interaction = discord.Interaction[KcrushClient]

NOBODY = discord.AllowedMentions.none()


def text_for(interaction: Interaction) -> Text:
    """The catalogue in the person's language."""
    return interaction.client.messages.text(str(interaction.locale))


def text_for_channel(interaction: Interaction) -> Text:
    """The catalogue for what a whole channel reads: in the server's language, and in a direct
    message in the person's."""
    return interaction.client.messages.text(str(interaction.guild_locale or interaction.locale))


async def show(interaction: Interaction, layout: Layout) -> None:
    """Answer with a message that only this person sees."""
    await interaction.response.send_message(view=layout, ephemeral=True, allowed_mentions=NOBODY)


async def replace(interaction: Interaction, layout: Layout) -> None:
    """Show `layout` in place of the person's own message, or beside one that others see too."""
    message = interaction.message
    if message is not None and message.flags.ephemeral:
        await interaction.response.edit_message(view=layout, allowed_mentions=NOBODY)
    else:
        await show(interaction, layout)


def chosen_value(interaction: Interaction) -> str:
    """The value that was chosen in a menu.

    Raises:
        UserError: nothing was chosen.
    """
    data: Any = interaction.data or {}
    values = data.get("values") or [""]
    if not values[0]:
        raise UserError("error.stale-button")
    return str(values[0])
