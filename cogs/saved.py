"""``/interviews continue`` and ``saved``: what one comes back to."""

from discord import app_commands

from bot.ui import ids
from bot.ui.layout import Layout
from bot.ui.saved import all_read, beside_reader, saved_page
from cogs.components import component
from cogs.fan_cog import FanCog
from cogs.responses import Interaction, chosen_value, replace, show, text_for


class SavedCommands(FanCog):
    """What a person began to read, and what they saved."""

    @app_commands.command(name="continue", description="Go on reading where you stopped")
    async def continue_reading(self, interaction: Interaction) -> None:
        reads = await self.library.reads(interaction.user.id)
        text = text_for(interaction)
        if reads.begun:
            newest, *others = reads.begun
            position = newest.place.position
            below = beside_reader(others, text) if others else None
            page = await self.reader_page(interaction, newest.summary.id, position, below=below)
        else:
            page = all_read(next(iter(reads.finished), None), reads.unread, text)
        await show(interaction, page)

    @app_commands.command(description="The questions and interviews that you saved")
    async def saved(self, interaction: Interaction) -> None:
        await show(interaction, await self._saved(interaction, 0))

    @component(ids.SavedPage)
    async def turn_saved(self, interaction: Interaction, action: ids.SavedPage) -> None:
        await replace(interaction, await self._saved(interaction, action.page))

    @component(ids.UnsaveChosen)
    async def unsave_chosen(self, interaction: Interaction, action: ids.UnsaveChosen) -> None:
        interview, position = ids.parse_place_value(chosen_value(interaction))
        await self.library.unsave(interaction.user.id, interview, position.section)
        await replace(interaction, await self._saved(interaction, action.page))

    async def _saved(self, interaction: Interaction, page: int) -> Layout:
        found = await self.library.saved(interaction.user.id, page)
        return saved_page(
            found.items,
            text_for(interaction),
            page=found.page,
            pages=found.pages,
            total=found.total,
            limit=self.question_limit,
        )
