"""``/interviews``: what fans find."""

from discord import app_commands
from discord.app_commands import Choice
from discord.ui import ActionRow

from bot.core.errors import UserError
from bot.core.i18n import Messages, Text
from bot.core.model import Topic
from bot.fans.reading import Day, Reading
from bot.ui import ids
from bot.ui.artist import artists_page
from bot.ui.found import (
    HITS_PER_PAGE,
    Asked,
    Found,
    no_more,
    nothing_found,
    search_page,
    unknown_artist,
)
from bot.ui.layout import Layout, button
from bot.ui.lists import LATEST_PER_PAGE, day_page, latest_page, nothing_on_day
from bot.ui.markdown import is_visible
from bot.ui.panels import notice
from cogs.naming import Naming
from cogs.opening import Opening
from cogs.replies import Interaction, replace, show
from cogs.router import Router
from cogs.suggesting import (
    ARTIST_LIMIT,
    FIRST_YEAR,
    LAST_YEAR,
    artist_meant,
    kind_choices,
    kind_chosen,
    suggest_artists,
    suggest_years,
)

DRAWS = 1_000_000
"""A button for another random interview carries its id up to here, so as not to repeat it."""


class NothingSearchedError(UserError):
    """A search without a single letter or digit."""

    def __init__(self) -> None:
        super().__init__("error.nothing-searched")


class Interviews:
    """The fans' commands, in servers, in direct messages and wherever a fan installed the app."""

    def __init__(self, reading: Reading, messages: Messages, opening: Opening) -> None:
        self._reading = reading
        self._messages = messages
        self._opening = opening

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
        self._add_search(group, naming)
        self._add_lists(group, naming)
        return group

    def _add_search(self, group: app_commands.Group, naming: Naming) -> None:
        options = ("query", "artist", "kind", "year")

        @group.command(
            name=naming("command.search.name"), description=naming("command.search.description")
        )
        @app_commands.rename(**{one: naming(f"command.search.{one}.name") for one in options})
        @app_commands.describe(
            **{one: naming(f"command.search.{one}.description") for one in options}
        )
        @app_commands.choices(kind=kind_choices(naming))
        @app_commands.autocomplete(artist=self._complete_artist)
        @app_commands.autocomplete(year=self._complete_year)
        async def search(
            interaction: Interaction,
            query: app_commands.Range[str, 1, ids.QUERY_LIMIT],
            artist: app_commands.Range[str, 1, ARTIST_LIMIT] | None = None,
            kind: str | None = None,
            year: app_commands.Range[int, FIRST_YEAR, LAST_YEAR] | None = None,
        ) -> None:
            text = self._text(interaction)
            asked = Asked(ids.short_query(query), kind=kind_chosen(kind), year=year)
            await show(interaction, await self._search_with(asked, artist, text))

    def _add_lists(self, group: app_commands.Group, naming: Naming) -> None:
        @group.command(
            name=naming("command.latest.name"), description=naming("command.latest.description")
        )
        @app_commands.rename(kind=naming("command.search.kind.name"))
        @app_commands.describe(kind=naming("command.search.kind.description"))
        @app_commands.choices(kind=kind_choices(naming))
        async def latest(interaction: Interaction, kind: str | None = None) -> None:
            action = ids.LatestPage(0, kind_chosen(kind))
            await show(interaction, await self._latest(action, self._text(interaction)))

        @group.command(
            name=naming("command.today.name"), description=naming("command.today.description")
        )
        async def today(interaction: Interaction) -> None:
            day = self._reading.today()
            action = ids.DayPage(day.month, day.day)
            await show(interaction, await self._day(action, self._text(interaction)))

        @group.command(
            name=naming("command.random.name"), description=naming("command.random.description")
        )
        @app_commands.rename(kind=naming("command.search.kind.name"))
        @app_commands.describe(kind=naming("command.search.kind.description"))
        @app_commands.choices(kind=kind_choices(naming))
        async def random(interaction: Interaction, kind: str | None = None) -> None:
            chosen = kind_chosen(kind)
            drawn = await self._reading.random(chosen)
            await show(interaction, await self._drawn(interaction, drawn, chosen))

    def answer(self, router: Router) -> None:
        """Take on the buttons of lists."""
        router.on(ids.SearchPage, self.turn_search)
        router.on(ids.LatestPage, self.turn_latest)
        router.on(ids.DayPage, self.turn_day)
        router.on(ids.AnotherRandom, self.draw_another)

    async def turn_search(self, interaction: Interaction, action: ids.SearchPage) -> None:
        artist = self._reading.known_artist(action.artist) if action.artist else None
        asked = Asked(action.query, artist, action.kind, action.year)
        text = self._text(interaction)
        await replace(interaction, await self._found(asked, action.page, text))

    async def turn_latest(self, interaction: Interaction, action: ids.LatestPage) -> None:
        await replace(interaction, await self._latest(action, self._text(interaction)))

    async def turn_day(self, interaction: Interaction, action: ids.DayPage) -> None:
        await replace(interaction, await self._day(action, self._text(interaction)))

    async def draw_another(self, interaction: Interaction, action: ids.AnotherRandom) -> None:
        drawn = await self._reading.random(
            action.kind, unlike=lambda one: one % DRAWS == action.draw
        )
        await replace(interaction, await self._drawn(interaction, drawn, action.kind))

    async def search(self, query: str, page: int, text: Text) -> Layout:
        """One page of what a search for mere words finds, or what to try where it finds nothing."""
        return await self._found(Asked(ids.short_query(query)), page, text)

    def _text(self, interaction: Interaction) -> Text:
        return self._messages.text(str(interaction.locale))

    async def _latest(self, action: ids.LatestPage, text: Text) -> Layout:
        page, kind = action.page, action.kind
        found = await self._reading.latest(page, LATEST_PER_PAGE, kind)
        if not found.summaries:
            return notice(text("latest.end"))
        return latest_page(found.summaries, text, page=page, more=found.more, kind=kind)

    async def _day(self, action: ids.DayPage, text: Text) -> Layout:
        found = self._reading.on_day(Day(action.month, action.day), action.page, LATEST_PER_PAGE)
        if not found.total:
            nearest = [(ids.DayPage(day.month, day.day), count) for day, count in found.nearest]
            return nothing_on_day(text, action, nearest)
        if not found.summaries:
            return notice(text("latest.end"))
        return day_page(
            found.summaries,
            text,
            action,
            year=found.year,
            total=found.total,
            more=found.more,
        )

    async def _search_with(self, asked: Asked, artist: str | None, text: Text) -> Layout:
        """A search among the interviews with an artist, as the option names them."""
        if artist is None:
            return await self._found(asked, 0, text)
        meant = artist_meant(self._reading, artist)
        if meant.artist is not None:
            return await self._found(asked.among(meant.artist), 0, text)
        if not meant.candidates:
            return unknown_artist(asked, artist, text)
        return artists_page(
            artist,
            meant.candidates,
            text,
            known=meant.known,
            choose=lambda one: asked.among(one).page(0),
        )

    async def _found(self, asked: Asked, page: int, text: Text) -> Layout:
        if not is_visible(asked.query):
            raise NothingSearchedError
        found = await self._reading.search(
            asked.query,
            page,
            HITS_PER_PAGE,
            artist=asked.artist,
            kind=asked.kind,
            year=asked.year,
        )
        if not found.groups:
            return no_more(asked, text) if page else nothing_found(asked, text, found.less)
        return search_page(
            asked,
            [Found(interview, hits) for interview, hits in found.groups],
            text,
            page=page,
            total=found.total,
            more=found.more,
            exact=found.exact,
            corrected=found.corrected,
        )

    async def _drawn(self, interaction: Interaction, drawn: int, kind: Topic | None) -> Layout:
        """An interview's cover, with a button for another below."""
        label = self._text(interaction)("random.another")
        another = button(label, ids.AnotherRandom(kind, drawn % DRAWS).custom_id, emoji="🎲")
        page = await self._opening.page(interaction, drawn)
        page.add_item(ActionRow(another))
        return page

    async def _complete_artist(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        return suggest_artists(self._reading, current, self._text(interaction))

    async def _complete_year(self, interaction: Interaction, current: str) -> list[Choice[int]]:
        return suggest_years(self._reading, str(current), self._text(interaction))
