"""An interview's pages as one person sees them; where they are is remembered."""

from discord.ui import Container

from bot.core.i18n import Messages, Text
from bot.fans.library import Library
from bot.ui.ids import COVER, Position
from bot.ui.layout import Layout
from bot.ui.pages import EXCERPT_QUESTIONS
from bot.ui.reader import View, opened_page
from cogs.replies import Interaction


class Opening:
    """The one way to the reader's pages. With `excerpt` people read the beginning only."""

    def __init__(self, library: Library, messages: Messages, *, excerpt: bool = False) -> None:
        self.library = library
        self.limit = EXCERPT_QUESTIONS if excerpt else None
        """Questions of an interview that can be read; ``None`` for all."""
        self._messages = messages

    def text(self, interaction: Interaction) -> Text:
        """The words of the person's language."""
        return self._messages.text(str(interaction.locale))

    def text_for_all(self, interaction: Interaction) -> Text:
        """The words for what a whole channel reads: the server's language, in a message its
        writer's."""
        return self._messages.text(str(interaction.guild_locale or interaction.locale))

    async def page(
        self,
        interaction: Interaction,
        interview: int,
        position: Position = COVER,
        *,
        menu_page: int | None = None,
        note: str = "",
        below: "Container[Layout] | None" = None,
    ) -> Layout:
        """A page of an interview, with a line of ours on it and something of ours below it.

        Raises:
            InterviewGoneError, InterviewWithdrawnError: it can't be read any more.
        """
        person = interaction.user.id
        opened = await self.library.open(person, interview)
        view = View(menu_page, self.limit, note)
        shown = opened_page(opened, position, self.text(interaction), view)
        self.library.note(person, interview, shown.place)
        if below is not None:
            shown.layout.add_item(below)
        return shown.layout
