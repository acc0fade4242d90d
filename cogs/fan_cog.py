"""What the fans' cogs have in common: their services, options, the reader's pages."""

from collections.abc import Callable
from dataclasses import dataclass

from discord.app_commands import Choice
from discord.ext import commands
from discord.ui import Container

from bot.core.i18n import Text
from bot.core.model import COVER, Artist, Position
from bot.fans.following import FollowService
from bot.fans.library import Library
from bot.fans.reading import Reading
from bot.fans.together import ReadingThreads
from bot.quotes.service import Quotes
from bot.search import Marker
from bot.ui import ids
from bot.ui.artist import artist_choice, artists_page, nobody_page
from bot.ui.custom_ids import Action
from bot.ui.interviews import interview_choice
from bot.ui.layout import Layout
from bot.ui.lists import choices_page
from bot.ui.reader import ReaderPage, ReaderView
from cogs.options import stem_of, value_of
from cogs.responses import Interaction, text_for


@dataclass(frozen=True, slots=True)
class FanServices:
    """What the fans' commands work with.

    ``question_limit`` is how many questions of an interview can be read; ``None`` for all.
    """

    reading: Reading
    library: Library
    following: FollowService
    quotes: Quotes
    threads: ReadingThreads
    question_limit: int | None = None


class FanCog(commands.Cog):
    """A cog whose commands belong to the group ``/interviews``."""

    def __init__(self, services: FanServices) -> None:
        self.reading = services.reading
        self.library = services.library
        self.following = services.following
        self.quotes = services.quotes
        self.question_limit = services.question_limit

    async def complete_artist(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        """Artists whose name may become what was typed; a choice's value is the artist's id."""
        return self.artist_choices(current, text_for(interaction))

    def artist_choices(self, current: str, text: Text) -> list[Choice[str]]:
        """Artists whose name begins as typed; a choice's value is the artist's id."""
        return [
            Choice(name=artist_choice(artist, text), value=ids.artist_value(artist.id))
            for artist in self.reading.complete_artists(current)
        ]

    def find_artist(
        self,
        value: str,
        text: Text,
        choose: Callable[[Artist], Action],
        unknown: Callable[[str, Text], Layout] = nobody_page,
    ) -> Artist | Layout:
        """The artist of an option that was chosen or typed, or a page in their place.

        That is a page of candidates, each with a button that does what `choose` gives, or
        `unknown`'s page where no artist has a similar name.

        Raises:
            UserError: the chosen artist is not in the archive any more.
        """
        value = value_of(value, self.artist_choices(stem_of(value), text))
        artist_id = ids.parse_artist_value(value)
        if artist_id is not None:
            return self.reading.known_artist(artist_id)
        found = self.reading.find_artist(value)
        if found.match is not None:
            return found.match
        if not found.offers:
            return unknown(value, text)
        return artists_page(value, found.offers, text, exact=found.exact, choose=choose)

    async def complete_title(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        """Interviews whose title or artist begins as typed; a choice's value is the id."""
        text = text_for(interaction)
        return [
            Choice(name=interview_choice(summary, text), value=ids.interview_value(summary.id))
            for summary in await self.reading.complete(current)
        ]

    async def find_interview(self, interaction: Interaction, typed: str) -> int | Layout | None:
        """The id of the interview that was chosen or is meant, or else a page of those that may be
        meant; ``None`` where no title is like what was typed."""
        chosen = ids.parse_interview_value(typed)
        if chosen is None:
            choices = await self.complete_title(interaction, stem_of(typed))
            chosen = ids.parse_interview_value(value_of(typed, choices))
        if chosen is None:
            chosen = await self.reading.linked(typed)
        if chosen is not None:
            return chosen
        found = self.reading.find_interview(typed)
        if found.match is not None:
            return found.match.id
        if not found.offers:
            return None
        return choices_page(typed, found.offers, text_for(interaction), exact=found.exact)

    async def reader_page(
        self,
        interaction: Interaction,
        interview: int,
        position: Position = COVER,
        *,
        menu_page: int | None = None,
        more: bool = False,
        note: str = "",
        marker: Marker | None = None,
        below: "Container[Layout] | None" = None,
    ) -> Layout:
        """A page of an interview as the person sees it; it becomes the place where they stopped.

        `note` is a line on the page, `below` a container after it; `menu_page`, `more` and `marker`
        are ``ReaderView``'s.

        Raises:
            UserError: the interview can't be read any more.
        """
        person = interaction.user.id
        opened = await self.library.open(person, interview)
        view = ReaderView(menu_page, more, self.question_limit, note, marker)
        shown = ReaderPage(opened, position, text_for(interaction), view)
        self.library.note(person, interview, shown.place)
        if below is not None:
            shown.layout.add_item(below)
        return shown.layout
