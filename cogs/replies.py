"""How an interaction is answered: for the one person unless they share it, pinging nobody."""

from typing import Any

import discord

from bot.ui.layout import Layout

Interaction = discord.Interaction[Any]

_NOBODY = discord.AllowedMentions.none()


async def show(interaction: Interaction, layout: Layout) -> None:
    """Answer with a message that only this person sees."""
    await interaction.response.send_message(view=layout, ephemeral=True, allowed_mentions=_NOBODY)


async def post(
    interaction: Interaction, layout: Layout, file: discord.File = discord.utils.MISSING
) -> None:
    """Answer with a message that all in the channel can see."""
    await interaction.response.send_message(view=layout, file=file, allowed_mentions=_NOBODY)


async def replace(interaction: Interaction, layout: Layout) -> None:
    """Show `layout` in the place of the person's own message; beside one that others see too."""
    message = interaction.message
    if message is not None and message.flags.ephemeral:
        await interaction.response.edit_message(view=layout, allowed_mentions=_NOBODY)
    else:
        await show(interaction, layout)
