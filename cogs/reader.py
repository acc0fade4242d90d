"""``/interviews continue`` and ``saved``; the reader's buttons, and those that open it."""

from discord import app_commands

from bot.core.model import OUTRO, Position
from bot.ui import ids
from bot.ui.history import nothing_begun_page, other_started, saved_page, tabbed
from bot.ui.lists import similar_page
from bot.ui.personal_ids import PersonalList
from bot.ui.reader import saved_section
from bot.ui.sharing import shared_page
from cogs.components import component
from cogs.fan_cog import FanCog
from cogs.responses import Interaction, chosen_value, replace, show, text_for, text_for_channel
from cogs.sharing import share


class ReaderCommands(FanCog):
    """Reading an interview page by page; what a person began to read, and what they saved."""

    @component(ids.OpenReader)
    async def open_reader(self, interaction: Interaction, action: ids.OpenReader) -> None:
        await show(interaction, await self.reader_page(interaction, action.interview))

    @component(ids.OpenAt)
    async def open_at(self, interaction: Interaction, action: ids.OpenAt) -> None:
        page = await self.reader_page(interaction, action.interview, action.position)
        await show(interaction, page)

    @component(ids.OpenChosen)
    async def open_chosen(self, interaction: Interaction, _: ids.OpenChosen) -> None:
        interview, position = ids.parse_place_value(chosen_value(interaction))
        await show(interaction, await self.reader_page(interaction, interview, position))

    @component(ids.OpenFound)
    async def open_found(self, interaction: Interaction, action: ids.OpenFound) -> None:
        page = await self.reader_page(
            interaction,
            action.interview,
            Position(action.section),
            marker=self.reading.marker(action.query),
        )
        await show(interaction, page)

    @component(ids.TurnPage)
    async def turn_page(self, interaction: Interaction, action: ids.TurnPage) -> None:
        page = await self.reader_page(interaction, action.interview, action.position)
        await replace(interaction, page)

    @component(ids.Jump)
    async def jump(self, interaction: Interaction, action: ids.Jump) -> None:
        position = ids.parse_position_value(chosen_value(interaction))
        await replace(interaction, await self.reader_page(interaction, action.interview, position))

    @component(ids.TurnMenu)
    async def turn_menu(self, interaction: Interaction, action: ids.TurnMenu) -> None:
        page = await self.reader_page(
            interaction, action.interview, action.position, menu_page=action.menu
        )
        await replace(interaction, page)

    @component(ids.ShowMore)
    async def show_more(self, interaction: Interaction, action: ids.ShowMore) -> None:
        page = await self.reader_page(interaction, action.interview, action.position, more=True)
        await replace(interaction, page)

    @component(ids.Share)
    async def share(self, interaction: Interaction, action: ids.Share) -> None:
        """Post a question or the whole interview.

        A question that can't be read here, or that an edit removed, is not posted: the person sees
        what the reader shows in its place.
        """
        opened = await self.library.open(interaction.user.id, action.interview)
        asked = Position(action.section)
        if saved_section(opened.stored.interview, asked, self.question_limit) != action.section:
            page = await self.reader_page(interaction, action.interview, asked)
            await show(interaction, page)
            return
        name, text = interaction.user.display_name, text_for_channel(interaction)
        layout = shared_page(opened.stored, action.section, name, text)
        await share(interaction, self.library, layout, action.interview, action.section)

    @component(ids.Save)
    async def save(self, interaction: Interaction, action: ids.Save) -> None:
        person, interview = interaction.user.id, action.interview
        opened = await self.library.open(person, interview)
        section = saved_section(opened.stored.interview, action.position, self.question_limit)
        await self.library.save(person, interview, section)
        await self._show_again(interaction, action, "saved.done")

    @component(ids.Unsave)
    async def unsave(self, interaction: Interaction, action: ids.Unsave) -> None:
        section, limit = action.position.section, self.question_limit
        whole = section == OUTRO or (limit is not None and section > limit)
        await self.library.unsave(interaction.user.id, action.interview, 0 if whole else section)
        await self._show_again(interaction, action, "saved.dropped")

    @component(ids.Similar)
    async def similar(self, interaction: Interaction, action: ids.Similar) -> None:
        similar = await self.library.similar(action.interview)
        await show(interaction, similar_page(similar, text_for(interaction)))

    async def _show_again(
        self, interaction: Interaction, action: ids.Save | ids.Unsave, done: str
    ) -> None:
        """The same page, with a line that says what was done."""
        note = text_for(interaction)(done)
        page = await self.reader_page(interaction, action.interview, action.position, note=note)
        await replace(interaction, page)

    @app_commands.command(name="continue", description="Keep reading where you left off")
    async def continue_reading(self, interaction: Interaction) -> None:
        history = await self.library.history(interaction.user.id)
        text = text_for(interaction)
        if history.begun:
            newest, *others = history.begun
            position = newest.place.position
            below = other_started(others, text)
            page = await self.reader_page(interaction, newest.summary.id, position, below=below)
        else:
            page = nothing_begun_page(history, text)
        await show(interaction, page)

    @app_commands.command(description="The questions and interviews you saved")
    async def saved(self, interaction: Interaction) -> None:
        await self.turn_saved(interaction, ids.SavedPage(0))

    @component(ids.SavedPage)
    async def turn_saved(self, interaction: Interaction, action: ids.SavedPage) -> None:
        found = await self.library.saved(interaction.user.id, action.page)
        text = text_for(interaction)
        page = saved_page(found, text, limit=self.question_limit)
        await replace(interaction, tabbed(PersonalList.SAVED, page, text))

    @component(ids.UnsaveChosen)
    async def unsave_chosen(self, interaction: Interaction, action: ids.UnsaveChosen) -> None:
        interview, position = ids.parse_place_value(chosen_value(interaction))
        await self.library.unsave(interaction.user.id, interview, position.section)
        await self.turn_saved(interaction, ids.SavedPage(action.page))
