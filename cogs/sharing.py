"""Posting in the channel on a person's behalf: only where they may, and once for two presses."""

from collections.abc import Hashable, Sequence

import discord

from bot.core.errors import UserError
from bot.fans.library import Library
from bot.ui.layout import Layout
from cogs.responses import Interaction, show

THREADS = frozenset(
    {
        discord.ChannelType.news_thread,
        discord.ChannelType.public_thread,
        discord.ChannelType.private_thread,
    }
)


async def share(
    interaction: Interaction,
    library: Library,
    layout: Layout,
    *what: Hashable,
    files: Sequence[discord.File] = (),
) -> None:
    """Answer with a message that everybody in the channel sees; `what` identifies its content.

    Raises:
        UserError: the person may not write here, or shared the same here some seconds ago.
    """
    require_may_write(interaction)
    key = (interaction.user.id, interaction.channel_id, *what)
    if key in library.shared:
        raise UserError("error.shared-already")
    library.shared[key] = True
    try:
        await show(interaction, layout, files, ephemeral=False)
    except BaseException:
        library.shared.pop(key, None)
        raise


def require_may_write(interaction: Interaction) -> None:
    """Refuse a person who may not write in the channel; in direct messages everybody may.

    Answering an interaction needs no permission of the person's, so that Discord would let them
    post through the bot where they may not write; and where the bot is there only by their own
    installation, Discord hides what they may not use publicly (Discord docs, Permissions,
    ``USE_EXTERNAL_APPS``).

    Raises:
        UserError: they may not write here.
    """
    if interaction.guild_id is None:
        return
    allowed, channel = interaction.permissions, interaction.channel
    in_thread = channel is not None and channel.type in THREADS
    if not (allowed.send_messages_in_threads if in_thread else allowed.send_messages):
        raise UserError("error.may-not-write")
    if not interaction.is_guild_integration() and not allowed.use_external_apps:
        raise UserError("error.may-not-use-publicly")
