"""``/interviews quote`` and the buttons of quotes: a striking answer as a picture to share."""

import asyncio
import io

import discord
from discord import app_commands

from bot.client.deferral import defer
from bot.core.errors import UserError
from bot.core.model import Artist
from bot.quotes.card import has_typeface
from bot.quotes.service import ChosenQuote
from bot.ui import ids
from bot.ui.layout import Layout
from bot.ui.sharing import quote_page, shared_quote
from cogs.components import component
from cogs.fan_cog import FanCog
from cogs.options import NAME_HINT, ArtistName
from cogs.responses import Interaction, replace, show, text_for, text_for_channel
from cogs.sharing import require_may_write, share

SHARE_SECONDS = 2.0
"""Seconds to wait for the picture of a quote that is shared. It was drawn for the preview, so it
is nearly always there already; a public answer can't be deferred, for its failure would be public
too. Discord waits 3 s for an answer (Discord docs, Receiving and Responding)."""


class QuoteCommands(FanCog):
    """Quotes by chance, of an artist, or of what somebody reads; shown to them, and shared."""

    @app_commands.command(description="Turn a striking answer into a picture to share")
    @app_commands.describe(artist=NAME_HINT)
    @app_commands.autocomplete(artist=FanCog.complete_artist)
    async def quote(self, interaction: Interaction, artist: ArtistName | None = None) -> None:
        found = None
        if artist is not None:
            found = self.find_artist(
                artist, text_for(interaction), choose=lambda one: ids.AnotherQuote(0, one.id)
            )
        if isinstance(found, Layout):
            await show(interaction, found)
            return
        chosen = await self.quotes.another(found)
        await self._show(interaction, chosen, _another(chosen, found))

    @component(ids.QuotePicture)
    async def quote_answer(self, interaction: Interaction, action: ids.QuotePicture) -> None:
        """Quote the answer at hand, or the whole interview where none of it stands on its own."""
        stored = await self.reading.interview(action.interview)
        chosen = await self.quotes.of(stored, action.section)
        elsewhere = action.section and chosen.section != action.section
        note = text_for(interaction)("quote.from-elsewhere") if elsewhere else ""
        await self._show(interaction, chosen, None, note=note)

    @component(ids.AnotherQuote)
    async def another(self, interaction: Interaction, action: ids.AnotherQuote) -> None:
        artist = self.reading.known_artist(action.artist) if action.artist else None
        chosen = await self.quotes.another(artist, than=action.than)
        message = interaction.message
        in_place = message is not None and message.flags.ephemeral
        await self._show(interaction, chosen, _another(chosen, artist), in_place=in_place)

    @component(ids.ShareQuote)
    async def share_quote(self, interaction: Interaction, action: ids.ShareQuote) -> None:
        """Post the picture; who may not attach files may not do so through the bot. Where the bot
        itself may or can attach nothing, post the words."""
        require_may_write(interaction)
        may_attach = _may_attach(interaction)
        refused = interaction.guild_id is not None and not interaction.permissions.attach_files
        if may_attach and refused:
            raise UserError("error.may-not-attach")
        stored = await self.reading.interview(action.interview)
        chosen = await self.quotes.of(stored, action.section)
        file = None
        if may_attach:
            try:
                async with asyncio.timeout(SHARE_SECONDS):
                    file = _file(chosen, await self.quotes.picture(chosen))
            except TimeoutError:
                raise UserError("error.quote-not-ready") from None
        name, text = interaction.user.display_name, text_for_channel(interaction)
        filename = file.filename if file else None
        layout = shared_quote(stored, chosen.quote, filename, name, text)
        what = ("quote", action.interview, action.section)
        await share(interaction, self.library, layout, *what, files=[file] if file else [])

    async def _show(
        self,
        interaction: Interaction,
        chosen: ChosenQuote,
        another: ids.AnotherQuote | None,
        *,
        in_place: bool = False,
        note: str = "",
    ) -> None:
        """Show the picture to the one person: at once where it is cached, else Discord shows that
        the bot is working while it is drawn. Where the bot may attach nothing, show the words."""
        files = []
        if _may_attach(interaction):
            picture = await self.quotes.cached_picture(chosen)
            if picture is None:
                await defer(interaction, thinking=not in_place)
                picture = await self.quotes.picture(chosen)
            files = [_file(chosen, picture)]
        layout = quote_page(
            chosen.stored,
            chosen.quote,
            files[0].filename if files else None,
            text_for(interaction),
            share=ids.ShareQuote(chosen.stored.id, chosen.section),
            another=another,
            note=note,
        )
        await (replace if in_place else show)(interaction, layout, files)


def _may_attach(interaction: Interaction) -> bool:
    """Whether the bot can draw, and may attach files here by the interaction's own permissions."""
    if not has_typeface():
        return False
    return interaction.guild_id is None or interaction.app_permissions.attach_files


def _another(chosen: ChosenQuote, artist: Artist | None) -> ids.AnotherQuote | None:
    """The button for another quote; ``None`` where there is one interview to quote from."""
    if artist is None:
        return ids.AnotherQuote(chosen.stored.id)
    only = len(artist.interviews) == 1
    return None if only else ids.AnotherQuote(chosen.stored.id, artist.id)


def _file(chosen: ChosenQuote, picture: bytes) -> discord.File:
    return discord.File(
        io.BytesIO(picture), f"kcrush-quote-{chosen.stored.id}-{chosen.quote.section}.jpg"
    )
