"""``/interviews read`` and the reader's buttons."""

from discord import app_commands

from bot.fans.library import Library
from bot.fans.reading import Reading
from bot.ui import ids
from bot.ui.ids import OUTRO, Position
from bot.ui.layout import Layout
from bot.ui.lists import choice_name, choices_page
from bot.ui.reader import saved_section
from bot.ui.saved import similar_page
from bot.ui.shared import shared_page
from cogs.interviews import Interviews
from cogs.naming import Naming
from cogs.opening import Opening
from cogs.replies import Interaction, replace, show
from cogs.router import Router, chosen_value
from cogs.sharing import Sharing

TITLE_LIMIT = 200
"""Characters that may be typed for a title; a choice's value is far shorter."""


class Reader:
    """Reading an interview, page by page. `interviews` shows what words may mean."""

    def __init__(
        self,
        reading: Reading,
        interviews: Interviews,
        library: Library,
        opening: Opening,
        sharing: Sharing,
    ) -> None:
        self._reading = reading
        self._interviews = interviews
        self._library = library
        self._opening = opening
        self._sharing = sharing

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
            await show(interaction, await self._read(interaction, interview))

    def answer(self, router: Router) -> None:
        """Take on the buttons and menus of cards and the reader."""
        router.on(ids.OpenReader, self.open_reader)
        router.on(ids.OpenAt, self.open_at)
        router.on(ids.OpenChosen, self.open_chosen)
        router.on(ids.TurnPage, self.turn_page)
        router.on(ids.Jump, self.jump)
        router.on(ids.TurnMenu, self.turn_menu)
        router.on(ids.Share, self.share)
        router.on(ids.Save, self.save)
        router.on(ids.Unsave, self.unsave)
        router.on(ids.Similar, self.similar)

    async def open_reader(self, interaction: Interaction, action: ids.OpenReader) -> None:
        await show(interaction, await self._opening.page(interaction, action.interview))

    async def open_at(self, interaction: Interaction, action: ids.OpenAt) -> None:
        await show(
            interaction, await self._opening.page(interaction, action.interview, action.position)
        )

    async def open_chosen(self, interaction: Interaction, _: ids.OpenChosen) -> None:
        interview, position = ids.parse_place_value(chosen_value(interaction))
        await show(interaction, await self._opening.page(interaction, interview, position))

    async def turn_page(self, interaction: Interaction, action: ids.TurnPage) -> None:
        page = await self._opening.page(interaction, action.interview, action.position)
        await replace(interaction, page)

    async def jump(self, interaction: Interaction, action: ids.Jump) -> None:
        position = ids.parse_position_value(chosen_value(interaction))
        page = await self._opening.page(interaction, action.interview, position)
        await replace(interaction, page)

    async def turn_menu(self, interaction: Interaction, action: ids.TurnMenu) -> None:
        page = await self._opening.page(
            interaction, action.interview, action.position, menu_page=action.menu
        )
        await replace(interaction, page)

    async def share(self, interaction: Interaction, action: ids.Share) -> None:
        """Post a question or the interview; what can't be read here is not posted, but shown as
        the reader shows it, nor is a question that an edit took away."""
        opened = await self._library.open(interaction.user.id, action.interview)
        asked = Position(action.section)
        if saved_section(opened.stored.interview, asked, self._opening.limit) != action.section:
            await show(interaction, await self._opening.page(interaction, action.interview, asked))
            return
        text = self._opening.text_for_all(interaction)
        name = interaction.user.display_name
        layout = shared_page(opened.stored, action.section, name, text)
        await self._sharing.share(interaction, layout, action.interview, action.section)

    async def save(self, interaction: Interaction, action: ids.Save) -> None:
        person, interview = interaction.user.id, action.interview
        opened = await self._library.open(person, interview)
        section = saved_section(opened.stored.interview, action.position, self._opening.limit)
        await self._library.save(person, interview, section)
        await self._replace(interaction, action, "saved.done")

    async def unsave(self, interaction: Interaction, action: ids.Unsave) -> None:
        section, limit = action.position.section, self._opening.limit
        whole = section == OUTRO or (limit is not None and section > limit)
        await self._library.unsave(interaction.user.id, action.interview, 0 if whole else section)
        await self._replace(interaction, action, "saved.dropped")

    async def similar(self, interaction: Interaction, action: ids.Similar) -> None:
        alike = await self._library.similar(action.interview)
        text = self._opening.text(interaction)
        await show(interaction, similar_page(alike.to, alike.found, text))

    async def _replace(
        self, interaction: Interaction, action: ids.Save | ids.Unsave, note: str
    ) -> None:
        """The same page, with a line that says what was done."""
        said = self._opening.text(interaction)(note)
        page = await self._opening.page(interaction, action.interview, action.position, note=said)
        await replace(interaction, page)

    async def _read(self, interaction: Interaction, wanted: str) -> Layout:
        chosen = ids.parse_interview_value(wanted)
        if chosen is None:
            text = self._opening.text(interaction)
            matches = await self._reading.matching(wanted)
            if not matches:
                return await self._interviews.search(wanted, 0, text)
            if len(matches) > 1:
                return choices_page(wanted, matches, text)
            chosen = matches[0].id
        return await self._opening.page(interaction, chosen)

    async def _complete(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        text = self._opening.text(interaction)
        return [
            app_commands.Choice(
                name=choice_name(summary, text), value=ids.interview_value(summary.id)
            )
            for summary in await self._reading.complete(current)
        ]
