"""``/interviews continue`` and ``saved``: what one comes back to."""

from discord import app_commands

from bot.fans.library import Library
from bot.ui import ids
from bot.ui.ids import Position
from bot.ui.layout import Layout
from bot.ui.saved import all_read, beside_reader, saved_page
from cogs.naming import Naming
from cogs.opening import Opening
from cogs.replies import Interaction, replace, show
from cogs.router import Router, chosen_value


class Shelf:
    """What a person began to read, and what they saved."""

    def __init__(self, library: Library, opening: Opening) -> None:
        self._library = library
        self._opening = opening

    def add_to(self, group: app_commands.Group, naming: Naming) -> None:
        """Its commands in the group ``/interviews``."""

        @group.command(
            name=naming("command.continue.name"),
            description=naming("command.continue.description"),
        )
        async def go_on(interaction: Interaction) -> None:
            await show(interaction, await self._go_on(interaction))

        @group.command(
            name=naming("command.saved.name"), description=naming("command.saved.description")
        )
        async def saved(interaction: Interaction) -> None:
            await show(interaction, await self._saved(interaction, 0))

    def answer(self, router: Router) -> None:
        """Take on the buttons and menus of the saved list."""
        router.on(ids.SavedPage, self.turn_saved)
        router.on(ids.UnsaveChosen, self.unsave_chosen)

    async def turn_saved(self, interaction: Interaction, action: ids.SavedPage) -> None:
        await replace(interaction, await self._saved(interaction, action.page))

    async def unsave_chosen(self, interaction: Interaction, action: ids.UnsaveChosen) -> None:
        interview, position = ids.parse_place_value(chosen_value(interaction))
        await self._library.unsave(interaction.user.id, interview, position.section)
        await replace(interaction, await self._saved(interaction, action.page))

    async def _saved(self, interaction: Interaction, page: int) -> Layout:
        found = await self._library.saved(interaction.user.id, page)
        return saved_page(
            found.items,
            self._opening.text(interaction),
            page=found.page,
            pages=found.pages,
            total=found.total,
            limit=self._opening.limit,
        )

    async def _go_on(self, interaction: Interaction) -> Layout:
        reads = await self._library.reads(interaction.user.id)
        text = self._opening.text(interaction)
        if not reads.begun:
            last = reads.finished[0] if reads.finished else None
            return all_read(last, reads.unread, text)
        newest, *others = reads.begun
        place = Position(newest.place.section, newest.place.part)
        below = beside_reader(others, text) if others else None
        return await self._opening.page(interaction, newest.summary.id, place, below=below)
