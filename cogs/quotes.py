"""``/interviews quote`` and the buttons of quotes: striking words as a picture to share."""

import asyncio
import io

import discord
from discord import app_commands
from discord.app_commands import Choice

from bot.core.errors import UserError
from bot.core.i18n import Text
from bot.core.model import Artist
from bot.fans.reading import Meant, Reading
from bot.quotes import Chosen, Quotes
from bot.ui import ids
from bot.ui.artist import artists_page, nobody_page
from bot.ui.layout import Layout
from bot.ui.quotes import quote_page, shared_quote
from cogs.naming import Naming
from cogs.opening import Opening
from cogs.replies import Interaction, show
from cogs.router import Router
from cogs.sharing import MayNotShareError, Sharing, refuse_who_may_not_write
from cogs.suggesting import ARTIST_LIMIT, artist_meant, suggest_artists

SHARE_SECONDS = 2.0
"""For the picture of a quote that is shared. It was drawn for the preview, so it nearly always is
at hand; a public answer can't be put off, for its failure would be public too. Discord waits 3 s
(Discord docs, Receiving and Responding)."""

_NOBODY = discord.AllowedMentions.none()


class NotReadyError(UserError):
    """The picture that is to be shared is still being drawn."""

    def __init__(self) -> None:
        super().__init__("error.quote-not-ready")


class Quoting:
    """Quotes by chance, of an artist, of what somebody reads; shown to them, and shared."""

    def __init__(
        self, quotes: Quotes, reading: Reading, opening: Opening, sharing: Sharing
    ) -> None:
        self._quotes = quotes
        self._reading = reading
        self._opening = opening
        self._sharing = sharing

    def add_to(self, group: app_commands.Group, naming: Naming) -> None:
        """Its command in the group ``/interviews``."""

        @group.command(
            name=naming("command.quote.name"), description=naming("command.quote.description")
        )
        @app_commands.rename(artist=naming("command.quote.artist.name"))
        @app_commands.describe(artist=naming("command.quote.artist.description"))
        @app_commands.autocomplete(artist=self._complete)
        async def quote(
            interaction: Interaction,
            artist: app_commands.Range[str, 1, ARTIST_LIMIT] | None = None,
        ) -> None:
            await self._asked(interaction, artist)

    def answer(self, router: Router) -> None:
        """Take on the buttons of quotes, in the reader and below the pictures."""
        router.on(ids.QuotePicture, self.of_reader)
        router.on(ids.AnotherQuote, self.another)
        router.on(ids.ShareQuote, self.share)

    async def of_reader(self, interaction: Interaction, action: ids.QuotePicture) -> None:
        """Words of the answer at hand; where none stand on their own, of the whole interview."""
        stored = await self._reading.interview(action.interview)
        chosen = await self._quotes.of(stored, action.section)
        note = ""
        if action.section and chosen.section != action.section:
            note = self._opening.text(interaction)("quote.from-elsewhere")
        await self._show(interaction, chosen, None, note=note)

    async def another(self, interaction: Interaction, action: ids.AnotherQuote) -> None:
        artist = self._reading.known_artist(action.artist) if action.artist else None
        chosen = await self._quotes.another(artist, than=action.than)
        message = interaction.message
        in_place = message is not None and message.flags.ephemeral
        another = self._another(chosen, artist)
        await self._show(interaction, chosen, another, in_place=in_place)

    async def share(self, interaction: Interaction, action: ids.ShareQuote) -> None:
        """Post the picture; who may not attach files may not do so through the bot."""
        refuse_who_may_not_write(interaction)
        if interaction.guild_id is not None and not interaction.permissions.attach_files:
            raise MayNotShareError("error.may-not-attach")
        stored = await self._reading.interview(action.interview)
        chosen = await self._quotes.of(stored, action.section)
        try:
            async with asyncio.timeout(SHARE_SECONDS):
                picture = await self._quotes.picture(chosen)
        except TimeoutError:
            raise NotReadyError from None
        text = self._opening.text_for_all(interaction)
        file = _file(chosen, picture)
        name = interaction.user.display_name
        layout = shared_quote(stored, chosen.quote, file.filename, name, text)
        await self._sharing.share(
            interaction, layout, "quote", action.interview, action.section, file=file
        )

    # ---------------------------------------------------------------- showing

    async def _asked(self, interaction: Interaction, wanted: str | None) -> None:
        artist: Artist | None = None
        if wanted is not None:
            meant = artist_meant(self._reading, wanted)
            if meant.artist is None:
                await show(interaction, _which(wanted, meant, self._opening.text(interaction)))
                return
            artist = meant.artist
        chosen = await self._quotes.another(artist)
        await self._show(interaction, chosen, self._another(chosen, artist))

    def _another(self, chosen: Chosen, artist: Artist | None) -> ids.AnotherQuote | None:
        """The button for other words, unless there is one interview to take them from."""
        if artist is None:
            return ids.AnotherQuote(chosen.stored.id)
        only = len(artist.interviews) == 1
        return None if only else ids.AnotherQuote(chosen.stored.id, artist.id)

    async def _show(
        self,
        interaction: Interaction,
        chosen: Chosen,
        another: ids.AnotherQuote | None,
        *,
        in_place: bool = False,
        note: str = "",
    ) -> None:
        """Show the picture to the one person, at once where it is kept; else Discord says that we
        are at it while it is drawn."""
        picture = await self._quotes.kept(chosen)
        if picture is None:
            await interaction.response.defer(ephemeral=True, thinking=not in_place)
            picture = await self._quotes.picture(chosen)
        file = _file(chosen, picture)
        layout = quote_page(
            chosen.stored,
            chosen.quote,
            file.filename,
            self._opening.text(interaction),
            share=ids.ShareQuote(chosen.stored.id, chosen.section),
            another=another,
            note=note,
        )
        if interaction.response.is_done():
            await interaction.edit_original_response(
                view=layout, attachments=[file], allowed_mentions=_NOBODY
            )
        elif in_place:
            await interaction.response.edit_message(
                view=layout, attachments=[file], allowed_mentions=_NOBODY
            )
        else:
            await interaction.response.send_message(
                view=layout, file=file, ephemeral=True, allowed_mentions=_NOBODY
            )

    async def _complete(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        return suggest_artists(self._reading, current, self._opening.text(interaction))


def _which(wanted: str, meant: Meant, text: Text) -> Layout:
    """The artists that typed words may mean."""
    if not meant.candidates:
        return nobody_page(wanted, text)
    return artists_page(
        wanted,
        meant.candidates,
        text,
        known=meant.known,
        choose=lambda artist: ids.AnotherQuote(0, artist.id),
    )


def _file(chosen: Chosen, picture: bytes) -> discord.File:
    return discord.File(
        io.BytesIO(picture), f"kcrush-quote-{chosen.stored.id}-{chosen.quote.section}.jpg"
    )
