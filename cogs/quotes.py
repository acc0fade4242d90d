"""``/interviews quote`` and the buttons of quotes: a striking answer as a picture to share."""

import asyncio
import io

import discord
from discord import app_commands
from discord.app_commands import Choice

from bot.client.deferral import defer
from bot.core.errors import UserError
from bot.core.model import Artist, StoredInterview
from bot.core.text import shorten
from bot.quotes.card import USUAL_LOOK, Look, has_typeface
from bot.quotes.service import ChosenQuote
from bot.ui import ids
from bot.ui.artist import nobody_page
from bot.ui.interviews import question_title
from bot.ui.layout import Layout
from bot.ui.quote_ids import ANYBODY, ChangeLook, NextQuote, ShareLook, parse_look_value
from bot.ui.sharing import quote_page, shared_quote
from cogs.components import component
from cogs.fan_cog import FanCog
from cogs.options import (
    CHOICE_LIMIT,
    CHOICES,
    NAME_HINT,
    TITLE_HINT,
    ArtistName,
    InterviewTitle,
)
from cogs.responses import (
    Interaction,
    chosen_value,
    replace,
    show,
    text_for,
    text_for_channel,
)
from cogs.sharing import require_may_write, share

SHARE_SECONDS = 2.0
"""Seconds to wait for the picture of a quote that is shared. It was drawn for the preview, so it
is nearly always there already; a public answer can't be deferred, for its failure would be public
too. Discord waits 3 s for an answer (Discord docs, Receiving and Responding)."""


LAST_QUESTION = 999_999
"""The largest number that a custom_id carries."""


class QuoteCommands(FanCog):
    """Quotes by chance, of an artist, or of what somebody reads; shown to them, and shared."""

    async def complete_question(self, interaction: Interaction, current: str) -> list[Choice[int]]:
        """The questions of the interview that was chosen which have what was typed, or its
        number."""
        try:
            found = await self.find_interview(interaction, interaction.namespace.interview or "")
            if not isinstance(found, int):
                return []
            interview = (await self.reading.interview(found)).interview
        except UserError:
            return []
        text, typed = text_for(interaction), str(current).strip().casefold()
        titles = [
            question_title(number, turn.question, text)
            for number, turn in enumerate(interview.transcript.turns[: self.question_limit], 1)
        ]
        return [
            Choice(name=shorten(title, CHOICE_LIMIT), value=number)
            for number, title in enumerate(titles, 1)
            if typed in title.casefold()
        ][:CHOICES]

    @app_commands.command(description="Turn a striking answer into a picture to share")
    @app_commands.describe(
        artist=NAME_HINT, interview=TITLE_HINT, question="Which of the interview's questions"
    )
    @app_commands.autocomplete(artist=FanCog.complete_artist)
    @app_commands.autocomplete(interview=FanCog.complete_title)
    @app_commands.autocomplete(question=complete_question)
    async def quote(
        self,
        interaction: Interaction,
        artist: ArtistName | None = None,
        interview: InterviewTitle | None = None,
        question: app_commands.Range[int, 1, LAST_QUESTION] | None = None,
    ) -> None:
        if interview is not None:
            await self._quote_interview(interaction, interview, question or 0)
            return
        if question is not None:
            raise UserError("error.quote-question-alone")
        found = None
        if artist is not None:
            found = self.find_artist(
                artist, text_for(interaction), choose=lambda one: ids.AnotherQuote(0, one.id)
            )
        if isinstance(found, Layout):
            await show(interaction, found)
            return
        chosen = await self.quotes.another(found)
        await self._show(interaction, chosen, _others(found))

    async def _quote_interview(self, interaction: Interaction, typed: str, question: int) -> None:
        found = await self.find_interview(interaction, typed)
        if found is None:
            found = nobody_page(typed, text_for(interaction), "read.unknown")
        if isinstance(found, Layout):
            await show(interaction, found)
            return
        stored = await self.reading.interview(found)
        last = len(stored.interview.transcript.turns)
        if question > last > 0:
            raise UserError("error.quote-no-question", number=question, last=last)
        await self._show_answer(interaction, stored, question)

    @component(ids.QuotePicture)
    async def quote_answer(self, interaction: Interaction, action: ids.QuotePicture) -> None:
        stored = await self.reading.interview(action.interview)
        await self._show_answer(interaction, stored, action.section)

    async def _show_answer(
        self, interaction: Interaction, stored: StoredInterview, section: int
    ) -> None:
        """Quote the answer, or the whole interview where none of it stands on its own."""
        chosen = await self.quotes.of(stored, section)
        elsewhere = section and chosen.section != section
        note = text_for(interaction)("quote.from-elsewhere") if elsewhere else ""
        await self._show(interaction, chosen, note=note)

    @component(ids.AnotherQuote)
    async def another(self, interaction: Interaction, action: ids.AnotherQuote) -> None:
        await self._show_next(interaction, action.than, action.artist, USUAL_LOOK)

    @component(NextQuote)
    async def next(self, interaction: Interaction, action: NextQuote) -> None:
        look = Look(action.design, action.format)
        await self._show_next(interaction, action.than, action.artist, look)

    async def _show_next(
        self, interaction: Interaction, than: int, artist_id: str | None, look: Look
    ) -> None:
        artist = self.reading.known_artist(artist_id) if artist_id else None
        chosen = await self.quotes.another(artist, than=than, look=look)
        await self._show(interaction, chosen, _others(artist), in_place=_is_own(interaction))

    @component(ChangeLook)
    async def change_look(self, interaction: Interaction, action: ChangeLook) -> None:
        look = parse_look_value(chosen_value(interaction))
        stored = await self.reading.interview(action.interview)
        chosen = await self.quotes.of(stored, action.section, look)
        await self._show(interaction, chosen, action.others, in_place=_is_own(interaction))

    @component(ids.ShareQuote)
    async def share_quote(self, interaction: Interaction, action: ids.ShareQuote) -> None:
        await self._share(interaction, action.interview, action.section, USUAL_LOOK)

    @component(ShareLook)
    async def share_look(self, interaction: Interaction, action: ShareLook) -> None:
        look = Look(action.design, action.format)
        await self._share(interaction, action.interview, action.section, look)

    async def _share(
        self, interaction: Interaction, interview: int, section: int, look: Look
    ) -> None:
        """Post the picture; who may not attach files may not do so through the bot. Where the bot
        itself may or can attach nothing, post the words."""
        require_may_write(interaction)
        may_attach = may_attach_here(interaction)
        refused = interaction.guild_id is not None and not interaction.permissions.attach_files
        if may_attach and refused:
            raise UserError("error.may-not-attach")
        stored = await self.reading.interview(interview)
        chosen = await self.quotes.of(stored, section, look)
        file = None
        if may_attach:
            try:
                async with asyncio.timeout(SHARE_SECONDS):
                    file = picture_file(chosen, await self.quotes.picture(chosen))
            except TimeoutError:
                raise UserError("error.quote-not-ready") from None
        name, text = interaction.user.display_name, text_for_channel(interaction)
        filename = file.filename if file else None
        layout = shared_quote(stored, chosen.quote, filename, name, text)
        what = ("quote", interview, section, look)
        await share(interaction, self.library, layout, *what, files=[file] if file else [])

    async def _show(
        self,
        interaction: Interaction,
        chosen: ChosenQuote,
        others: str = "",
        *,
        in_place: bool = False,
        note: str = "",
    ) -> None:
        """Show the picture to the one person: at once where it is cached, else Discord shows that
        the bot is working while it is drawn. Where the bot may attach nothing, show the words."""
        files = []
        if may_attach_here(interaction):
            picture = await self.quotes.cached_picture(chosen)
            if picture is None:
                await defer(interaction, thinking=not in_place)
                picture = await self.quotes.picture(chosen)
            files = [picture_file(chosen, picture)]
        number, section, look = chosen.stored.id, chosen.section, chosen.look
        artist = None if others == ANYBODY else others
        layout = quote_page(
            chosen.stored,
            chosen.quote,
            files[0].filename if files else None,
            text_for(interaction),
            share=ShareLook(look.design, look.format, number, section),
            another=NextQuote(look.design, look.format, number, artist) if others else None,
            change=ChangeLook(number, section, others),
            look=look,
            note=note,
        )
        await (replace if in_place else show)(interaction, layout, files)


def may_attach_here(interaction: Interaction) -> bool:
    """Whether the bot can draw, and may attach files here by the interaction's own permissions."""
    if not has_typeface():
        return False
    return interaction.guild_id is None or interaction.app_permissions.attach_files


def _is_own(interaction: Interaction) -> bool:
    """Whether what was pressed is in the person's own message."""
    message = interaction.message
    return message is not None and message.flags.ephemeral


def _others(artist: Artist | None) -> str:
    """Of whom there is another quote; "" where there is one interview to quote from."""
    if artist is None:
        return ANYBODY
    return "" if len(artist.interviews) == 1 else artist.id


def picture_file(chosen: ChosenQuote, picture: bytes) -> discord.File:
    look = chosen.look
    name = f"{chosen.stored.id}-{chosen.quote.section}-{look.design}-{look.format}"
    return discord.File(io.BytesIO(picture), f"kcrush-quote-{name}.jpg")
