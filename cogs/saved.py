"""``/interviews continue`` and ``saved``: what one comes back to."""

from discord import app_commands

from bot.ui import ids
from bot.ui.history import nothing_begun_page, other_started, saved_page
from cogs.components import component
from cogs.fan_cog import FanCog
from cogs.responses import Interaction, chosen_value, replace, show, text_for


class SavedCommands(FanCog):
    """What a person began to read, and what they saved."""

    @app_commands.command(name="continue", description="Go on reading where you stopped")
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

    @app_commands.command(description="The questions and interviews that you saved")
    async def saved(self, interaction: Interaction) -> None:
        await self.turn_saved(interaction, ids.SavedPage(0))

    @component(ids.SavedPage)
    async def turn_saved(self, interaction: Interaction, action: ids.SavedPage) -> None:
        found = await self.library.saved(interaction.user.id, action.page)
        page = saved_page(found, text_for(interaction), limit=self.question_limit)
        await replace(interaction, page)

    @component(ids.UnsaveChosen)
    async def unsave_chosen(self, interaction: Interaction, action: ids.UnsaveChosen) -> None:
        interview, position = ids.parse_place_value(chosen_value(interaction))
        await self.library.unsave(interaction.user.id, interview, position.section)
        await self.turn_saved(interaction, ids.SavedPage(action.page))
