"""Posting for all to see: whether the person may, and once for a button that is pressed twice."""

from collections.abc import Hashable

import discord

from bot.core.errors import UserError
from bot.fans.library import Library
from bot.ui.layout import Layout
from cogs.replies import Interaction, post


class MayNotShareError(UserError):
    """The person may not write in the channel, or not with their own installation of the bot."""


class SharedAlreadyError(UserError):
    """They shared the same here a moment ago."""

    def __init__(self) -> None:
        super().__init__("error.shared-already")


class Sharing:
    """Posts in the channel on behalf of the person who pressed."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def share(
        self,
        interaction: Interaction,
        layout: Layout,
        *what: Hashable,
        file: discord.File = discord.utils.MISSING,
    ) -> None:
        """Answer with a message that all can see; `what` tells shared things apart.

        Raises:
            MayNotShareError: the person may not write here.
            SharedAlreadyError: they shared this here within the last seconds.
        """
        refuse_who_may_not_write(interaction)
        done = (interaction.user.id, interaction.channel_id, *what)
        if self._library.repeats.again(*done):
            raise SharedAlreadyError
        try:
            await post(interaction, layout, file)
        except BaseException:
            self._library.repeats.undo(*done)
            raise


def refuse_who_may_not_write(interaction: Interaction) -> None:
    """
    Answering an interaction needs no permission of anybody's, so that Discord would let a person
    post through the bot who may not write; and where the bot is there only by the person's own
    installation, Discord hides what they may not use publicly (Discord docs, Permissions,
    ``USE_EXTERNAL_APPS``).

    Raises:
        MayNotShareError: they may not write here; never in direct messages.
    """
    if interaction.guild_id is None:
        return
    allowed, channel = interaction.permissions, interaction.channel
    in_thread = channel is not None and channel.type in _THREADS
    if not (allowed.send_messages_in_threads if in_thread else allowed.send_messages):
        raise MayNotShareError("error.may-not-write")
    if not interaction.is_guild_integration() and not allowed.use_external_apps:
        raise MayNotShareError("error.may-not-use-publicly")


_THREADS = frozenset(
    {
        discord.ChannelType.news_thread,
        discord.ChannelType.public_thread,
        discord.ChannelType.private_thread,
    }
)
