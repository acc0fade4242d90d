"""How interactions are answered: for the one person unless they share it, mentioning nobody."""

from collections.abc import Sequence
from typing import Any

import discord

from bot.client.client import KcrushClient
from bot.client.deferral import end_deferral
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


async def show(
    interaction: Interaction,
    layout: Layout,
    files: Sequence[discord.File] = (),
    *,
    ephemeral: bool = True,
) -> None:
    """Answer with a message that only this person sees, or with ``ephemeral=False`` everybody;
    the latter only after a press, for a command is deferred for the person alone."""
    deferred = await end_deferral(interaction)
    response = interaction.response
    shown: dict[str, Any] = {"view": layout, "allowed_mentions": NOBODY}
    if not deferred:
        await response.send_message(**shown, files=files, ephemeral=ephemeral)
    elif response.type is discord.InteractionResponseType.deferred_channel_message:
        await interaction.edit_original_response(**shown, attachments=files)
    else:
        await interaction.followup.send(**shown, files=files, ephemeral=ephemeral)


async def replace(
    interaction: Interaction, layout: Layout, files: Sequence[discord.File] = ()
) -> None:
    """Show `layout` in place of the person's own message, or beside one that others see too; as
    the answer to a command, which so shows the first page of what a button turns."""
    message = interaction.message
    if message is None or not message.flags.ephemeral:
        await show(interaction, layout, files)
        return
    deferred = await end_deferral(interaction)
    edit = interaction.edit_original_response if deferred else interaction.response.edit_message
    await edit(view=layout, attachments=files, allowed_mentions=NOBODY)


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
