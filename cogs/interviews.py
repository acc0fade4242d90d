"""``/interviews``: what fans find and read."""

from discord import app_commands

from bot.errors import UserError
from bot.i18n import Messages, Text
from bot.reading import Reading
from bot.ui import ids
from bot.ui.ids import COVER, Position
from bot.ui.layout import Layout
from bot.ui.lists import (
    HITS_PER_PAGE,
    LATEST_PER_PAGE,
    Found,
    choice_name,
    choices_page,
    latest_page,
    nothing_found,
    search_page,
)
from bot.ui.markdown import is_visible
from bot.ui.panels import notice
from bot.ui.reader import reader_page
from cogs.naming import Naming
from cogs.replies import Interaction, replace, show
from cogs.router import Router, chosen_value

TITLE_LIMIT = 200
"""Characters that may be typed for a title; a choice's value is far shorter."""


class NothingSearchedError(UserError):
    """A search without a single letter or digit."""

    def __init__(self) -> None:
        super().__init__("error.nothing-searched")


class Interviews:
    """The fans' commands, in servers, in direct messages and wherever a fan installed the app."""

    def __init__(self, reading: Reading, messages: Messages) -> None:
        self._reading = reading
        self._messages = messages

    def commands(self, naming: Naming) -> app_commands.Group:
        """The group ``/interviews``."""
        group = app_commands.Group(
            name=naming("command.interviews.name"),
            description=naming("command.interviews.description"),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )

        @group.command(
            name=naming("command.latest.name"), description=naming("command.latest.description")
        )
        async def latest(interaction: Interaction) -> None:
            await show(interaction, await self._latest(0, self._text(interaction)))

        @group.command(
            name=naming("command.search.name"), description=naming("command.search.description")
        )
        @app_commands.rename(query=naming("command.search.query.name"))
        @app_commands.describe(query=naming("command.search.query.description"))
        async def search(
            interaction: Interaction, query: app_commands.Range[str, 1, ids.QUERY_LIMIT]
        ) -> None:
            await show(interaction, await self._search(query, 0, self._text(interaction)))

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

        @group.command(
            name=naming("command.random.name"), description=naming("command.random.description")
        )
        async def random(interaction: Interaction) -> None:
            stored = await self._reading.random()
            await show(interaction, reader_page(stored, COVER, self._text(interaction)))

        return group

    def answer(self, router: Router) -> None:
        """Take on the buttons and menus of cards, lists and the reader."""
        router.on(ids.OpenReader, self.open_reader)
        router.on(ids.OpenChosen, self.open_chosen)
        router.on(ids.TurnPage, self.turn_page)
        router.on(ids.Jump, self.jump)
        router.on(ids.TurnMenu, self.turn_menu)
        router.on(ids.SearchPage, self.turn_search)
        router.on(ids.LatestPage, self.turn_latest)

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

    async def turn_search(self, interaction: Interaction, action: ids.SearchPage) -> None:
        text = self._text(interaction)
        await replace(interaction, await self._search(action.query, action.page, text))

    async def turn_latest(self, interaction: Interaction, action: ids.LatestPage) -> None:
        await replace(interaction, await self._latest(action.page, self._text(interaction)))

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

    async def _latest(self, page: int, text: Text) -> Layout:
        found = await self._reading.latest(page, LATEST_PER_PAGE)
        if not found.summaries:
            return notice(text("latest.end"))
        return latest_page(found.summaries, text, page=page, more=found.more)

    async def _search(self, query: str, page: int, text: Text) -> Layout:
        query = ids.short_query(query)
        if not is_visible(query):
            raise NothingSearchedError
        found = await self._reading.search(query, page, HITS_PER_PAGE)
        if not found.groups:
            return nothing_found(query, text)
        groups = [Found(interview, hits) for interview, hits in found.groups]
        return search_page(
            query,
            groups,
            text,
            page=page,
            total=found.total,
            more=found.more,
            exact=found.exact,
        )

    async def _read(self, wanted: str, text: Text) -> Layout:
        chosen = ids.parse_interview_value(wanted)
        if chosen is None:
            matches = await self._reading.matching(wanted)
            if not matches:
                return await self._search(wanted, 0, text)
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
