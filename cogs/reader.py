"""``/interviews read`` and the reader's buttons."""

from discord import app_commands

from bot.i18n import Messages, Text
from bot.reading import Reading
from bot.ui import ids
from bot.ui.ids import COVER, Position
from bot.ui.layout import Layout
from bot.ui.lists import choice_name, choices_page
from bot.ui.reader import reader_page
from cogs.interviews import Interviews
from cogs.naming import Naming
from cogs.replies import Interaction, replace, show
from cogs.router import Router, chosen_value

TITLE_LIMIT = 200
"""Characters that may be typed for a title; a choice's value is far shorter."""


class Reader:
    """Reading an interview, page by page. `interviews` shows what words may mean."""

    def __init__(self, reading: Reading, messages: Messages, interviews: Interviews) -> None:
        self._reading = reading
        self._messages = messages
        self._interviews = interviews

    def add_to(self, group: app_commands.Group, naming: Naming) -> None:
        """Its commands in the group ``/interviews``."""

        @group.command(
            name=naming("command.read.name"), description=naming("command.read.description")
        )
        @app_commands.rename(interview=naming("command.read.interview.name"))
        @app_commands.describe(interview=naming("command.read.interview.description"))
        @app_commands.autocomplete(interview=self._complete)
        async def read(
            interaction: Interaction, interview: app_commands.Range[str, 1, TITLE_LIMIT]
        ) -> None:
            await show(interaction, await self._read(interview, self._text(interaction)))

    def answer(self, router: Router) -> None:
        """Take on the buttons and menus of cards and the reader."""
        router.on(ids.OpenReader, self.open_reader)
        router.on(ids.OpenChosen, self.open_chosen)
        router.on(ids.TurnPage, self.turn_page)
        router.on(ids.Jump, self.jump)
        router.on(ids.TurnMenu, self.turn_menu)

    async def open_reader(self, interaction: Interaction, action: ids.OpenReader) -> None:
        await show(interaction, await self._page(interaction, action.interview, COVER))

    async def open_chosen(self, interaction: Interaction, _: ids.OpenChosen) -> None:
        interview, position = ids.parse_place_value(chosen_value(interaction))
        await show(interaction, await self._page(interaction, interview, position))

    async def turn_page(self, interaction: Interaction, action: ids.TurnPage) -> None:
        page = await self._page(interaction, action.interview, action.position)
        await replace(interaction, page)

    async def jump(self, interaction: Interaction, action: ids.Jump) -> None:
        position = ids.parse_position_value(chosen_value(interaction))
        await replace(interaction, await self._page(interaction, action.interview, position))

    async def turn_menu(self, interaction: Interaction, action: ids.TurnMenu) -> None:
        page = await self._page(
            interaction, action.interview, action.position, menu_page=action.menu
        )
        await replace(interaction, page)

    def _text(self, interaction: Interaction) -> Text:
        return self._messages.text(str(interaction.locale))

    async def _page(
        self,
        interaction: Interaction,
        interview: int,
        position: Position,
        *,
        menu_page: int | None = None,
    ) -> Layout:
        stored = await self._reading.interview(interview)
        return reader_page(stored, position, self._text(interaction), menu_page=menu_page)

    async def _read(self, wanted: str, text: Text) -> Layout:
        chosen = ids.parse_interview_value(wanted)
        if chosen is None:
            matches = await self._reading.matching(wanted)
            if not matches:
                return await self._interviews.search(wanted, 0, text)
            if len(matches) > 1:
                return choices_page(wanted, matches, text)
            chosen = matches[0].id
        return reader_page(await self._reading.interview(chosen), COVER, text)

    async def _complete(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        text = self._text(interaction)
        return [
            app_commands.Choice(
                name=choice_name(summary, text), value=ids.interview_value(summary.id)
            )
            for summary in await self._reading.complete(current)
        ]
