"""``/interviews``: what fans find and read."""

from discord import app_commands

from bot.errors import UserError
from bot.i18n import Messages, Text
from bot.reading import Reading
from bot.ui import ids
from bot.ui.ids import COVER
from bot.ui.layout import Layout
from bot.ui.lists import (
    HITS_PER_PAGE,
    LATEST_PER_PAGE,
    Found,
    latest_page,
    nothing_found,
    search_page,
)
from bot.ui.markdown import is_visible
from bot.ui.panels import notice
from bot.ui.reader import reader_page
from cogs.naming import Naming
from cogs.replies import Interaction, replace, show
from cogs.router import Router


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
            await show(interaction, await self.search(query, 0, self._text(interaction)))

        @group.command(
            name=naming("command.random.name"), description=naming("command.random.description")
        )
        async def random(interaction: Interaction) -> None:
            stored = await self._reading.random()
            await show(interaction, reader_page(stored, COVER, self._text(interaction)))

        return group

    def answer(self, router: Router) -> None:
        """Take on the buttons of lists."""
        router.on(ids.SearchPage, self.turn_search)
        router.on(ids.LatestPage, self.turn_latest)

    async def turn_search(self, interaction: Interaction, action: ids.SearchPage) -> None:
        text = self._text(interaction)
        await replace(interaction, await self.search(action.query, action.page, text))

    async def turn_latest(self, interaction: Interaction, action: ids.LatestPage) -> None:
        await replace(interaction, await self._latest(action.page, self._text(interaction)))

    def _text(self, interaction: Interaction) -> Text:
        return self._messages.text(str(interaction.locale))

    async def _latest(self, page: int, text: Text) -> Layout:
        found = await self._reading.latest(page, LATEST_PER_PAGE)
        if not found.summaries:
            return notice(text("latest.end"))
        return latest_page(found.summaries, text, page=page, more=found.more)

    async def search(self, query: str, page: int, text: Text) -> Layout:
        """One page of what a search finds, or what to try where it finds nothing."""
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
