"""How interactions are answered: for the one person unless they share it, mentioning nobody."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

from bot.client.client import KcrushClient
from bot.client.deferral import end_deferral
from bot.core.errors import UserError
from bot.core.i18n import Text
from bot.core.settings import MAX_SNOWFLAKE
from bot.ui.layout import Layout
from bot.ui.panel_forms import StatelessForm

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
    await edit_pressed(interaction, layout, files)


async def edit_pressed(
    interaction: Interaction, layout: Layout, files: Sequence[discord.File] = ()
) -> None:
    """Show `layout` in the place of the message with what was pressed, whoever sees it."""
    deferred = await end_deferral(interaction)
    edit = interaction.edit_original_response if deferred else interaction.response.edit_message
    await edit(view=layout, attachments=files, allowed_mentions=NOBODY)


def is_on_own_message(interaction: Interaction) -> bool:
    """Whether the bot itself posted the message with this button: a client may send any custom_id,
    and one that gives a role, or changes what others read, is believed only there."""
    message, data = interaction.message, interaction.data
    pressed: Any = data.get("custom_id") if data else None
    if message is None or message.author != interaction.client.user:
        return False
    children = [
        child
        for component in message.components
        if isinstance(component, discord.Container)
        for child in component.children
        if isinstance(child, discord.ActionRow)
    ]
    return any(
        getattr(one, "custom_id", None) == pressed for row in children for one in row.children
    )


async def show_content(interaction: Interaction, content: Mapping[str, Any]) -> None:
    """Show what discord.py's ``send`` takes to the one person, beside what they pressed."""
    send: Any = interaction.response.send_message
    if await end_deferral(interaction):
        send = interaction.followup.send
    await send(**content, allowed_mentions=NOBODY, ephemeral=True)


async def open_form(interaction: Interaction, form: StatelessForm) -> None:
    """Open a form over what the person pressed.

    Raises:
        UserError: Discord waits for it no more; a second press is as good as the first.
    """
    if await end_deferral(interaction):
        raise UserError("error.press-again")
    await interaction.response.send_modal(form)


def form_values(interaction: Interaction) -> dict[str, str | list[str]]:
    """What was filled into a form: texts, and lists of what was chosen, by the fields' names."""
    data: Any = interaction.data or {}
    fields = [label.get("component") or {} for label in data.get("components") or []]
    return {
        str(one["custom_id"]): one["value"] if "value" in one else list(one.get("values") or [])
        for one in fields
        if "custom_id" in one
    }


def chosen_values(interaction: Interaction) -> list[int]:
    """The ids that were chosen in a menu of channels or roles.

    Raises:
        UserError: one of them is none.
    """
    data: Any = interaction.data or {}
    values = [str(value) for value in data.get("values") or []]
    numbers = [int(value) for value in values if value.isascii() and value.isdecimal()]
    if len(numbers) != len(values) or any(number > MAX_SNOWFLAKE for number in numbers):
        raise UserError("error.stale-button")
    return numbers


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


def words_of(message: discord.Message) -> str:
    """All words and addresses of a message: its text, its embeds, its components, and those of what
    it forwards."""
    found: list[str] = []
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    for one in parts:
        embeds = (part for embed in one.embeds for part in (embed.url, embed.description))
        found += [one.content, *filter(None, embeds), *_words_in(one.components)]
    return "\n".join(found)


def _words_in(components: Sequence[Any]) -> Iterator[str]:
    for component in components:
        for name in ("url", "content"):
            value = getattr(component, name, None)
            if isinstance(value, str):
                yield value
        yield from _words_in(getattr(component, "children", ()))
        accessory = getattr(component, "accessory", None)
        if accessory is not None:
            yield from _words_in([accessory])
