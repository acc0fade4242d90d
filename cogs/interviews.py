"""``/interviews search``, ``latest``, ``today``, ``random`` and ``read``."""

from dataclasses import replace as replace_in

from discord import Message, app_commands
from discord.app_commands import Choice
from discord.ext import commands
from discord.ui import ActionRow

from bot.core.errors import UserError
from bot.core.i18n import Text
from bot.core.model import Topic
from bot.core.text import is_visible
from bot.fans.results import Day, SearchRequest
from bot.ui import ids
from bot.ui.artist import nobody_page
from bot.ui.layout import Layout, button
from bot.ui.lists import day_page, latest_page
from bot.ui.search_results import search_action, search_page, unknown_artist
from cogs.components import component
from cogs.fan_cog import FanCog
from cogs.options import CHOICES, TITLE_HINT, TOPICS, ArtistName, InterviewTitle
from cogs.responses import Interaction, replace, show, text_for, words_of

DRAWS = 1_000_000
"""The button for another random interview carries the shown one's id modulo this number."""

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""The years that may be asked for."""

OF_THIS_KIND = "Only interviews of this kind"


@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
@app_commands.allowed_installs(guilds=True, users=True)
class InterviewCommands(
    FanCog,
    commands.GroupCog,
    group_name="interviews",
    group_description="Find and read KCrush's interviews",
):
    """Finding interviews, in servers, in direct messages and wherever a fan installed the app."""

    async def complete_year(self, interaction: Interaction, current: str) -> list[Choice[int]]:
        """The years with interviews that begin as typed, newest first."""
        text = text_for(interaction)
        return [
            Choice(name=f"{year} · {text.plural('artist.interviews', count)}", value=year)
            for year, count in self.reading.years().items()
            if str(year).startswith(str(current).strip()) and FIRST_YEAR <= year <= LAST_YEAR
        ][:CHOICES]

    @app_commands.command(description="Search every question and answer")
    @app_commands.describe(
        query="A few words, a name or a song, in English or Hangul",
        artist="Only this artist's interviews: start typing a name and pick one",
        kind=OF_THIS_KIND,
        year="Only interviews published in this year",
    )
    @app_commands.choices(kind=TOPICS)
    @app_commands.autocomplete(artist=FanCog.complete_artist)
    @app_commands.autocomplete(year=complete_year)
    async def search(
        self,
        interaction: Interaction,
        query: app_commands.Range[str, 1, ids.LONG_QUERY_LIMIT],
        artist: ArtistName | None = None,
        kind: Topic | None = None,
        year: app_commands.Range[int, FIRST_YEAR, LAST_YEAR] | None = None,
    ) -> None:
        text = text_for(interaction)
        words = ids.short_query(query, ids.LONG_QUERY_LIMIT)
        request = SearchRequest(words, kind=kind, year=year)
        key = ids.query_key(words)
        if key is not None:
            await self.reading.keep_query(key, words)
        found = None
        if artist is not None:
            found = self.find_artist(
                artist,
                text,
                choose=lambda one: search_action(replace_in(request, artist=one)),
                unknown=lambda value, text: unknown_artist(request, value, text),
            )
        if not isinstance(found, Layout):
            found = await self._search_page(replace_in(request, artist=found), 0, text)
        await show(interaction, found)

    @app_commands.command(description="The newest interviews")
    @app_commands.describe(kind=OF_THIS_KIND)
    @app_commands.choices(kind=TOPICS)
    async def latest(self, interaction: Interaction, kind: Topic | None = None) -> None:
        await self.turn_latest(interaction, ids.LatestPage(0, kind))

    @app_commands.command(description="Interviews that came out on this day in other years")
    async def today(self, interaction: Interaction) -> None:
        day = self.reading.today()
        await self.turn_day(interaction, ids.DayPage(day.month, day.day))

    @app_commands.command(description="A random interview")
    @app_commands.describe(kind=OF_THIS_KIND)
    @app_commands.choices(kind=TOPICS)
    async def random(self, interaction: Interaction, kind: Topic | None = None) -> None:
        await self._show_drawn(interaction, await self.reading.random(kind), kind)

    @app_commands.command(description="Read an interview here, question by question")
    @app_commands.describe(interview=TITLE_HINT)
    @app_commands.autocomplete(interview=FanCog.complete_title)
    async def read(self, interaction: Interaction, interview: InterviewTitle) -> None:
        await show(interaction, await self._meant_page(interaction, interview))

    def message_command(self) -> app_commands.ContextMenu:
        """What a message's menu (Apps) offers; discord.py takes no such command from a cog."""
        return app_commands.ContextMenu(
            name=app_commands.locale_str("Read interview here", key="command.read-here.name"),
            callback=self._read_linked,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )

    async def _read_linked(self, interaction: Interaction, message: Message) -> None:
        linked = await self.reading.linked(words_of(message))
        if linked is None:
            raise UserError("read.no-link")
        await show(interaction, await self.reader_page(interaction, linked))

    async def _meant_page(self, interaction: Interaction, typed: str) -> Layout:
        """The interview that was chosen or is meant, else those that may be meant."""
        found = await self.find_interview(interaction, typed)
        if isinstance(found, int):
            return await self.reader_page(interaction, found)
        if found is not None:
            return found
        text = text_for(interaction)
        in_text = await self.reading.search(SearchRequest(ids.short_query(typed)), 0)
        if in_text.groups and in_text.exact and not in_text.corrected:
            return search_page(in_text, text)
        return nobody_page(typed, text, "read.unknown")

    @component(ids.SearchPage)
    async def turn_search(self, interaction: Interaction, action: ids.SearchPage) -> None:
        await self._turn_search(interaction, action, action.query)

    @component(ids.LongSearchPage)
    async def turn_long_search(self, interaction: Interaction, action: ids.LongSearchPage) -> None:
        await self._turn_search(interaction, action, await self.reading.kept_query(action.key))

    async def _turn_search(
        self, interaction: Interaction, action: ids.SearchPage | ids.LongSearchPage, query: str
    ) -> None:
        artist = self.reading.known_artist(action.artist) if action.artist else None
        request = SearchRequest(query, artist, action.kind, action.year)
        text = text_for(interaction)
        await replace(interaction, await self._search_page(request, action.page, text))

    @component(ids.MeaningPage)
    async def turn_meaning(self, interaction: Interaction, action: ids.MeaningPage) -> None:
        await self._turn_meaning(interaction, action.page, action.query)

    @component(ids.LongMeaningPage)
    async def turn_long_meaning(
        self, interaction: Interaction, action: ids.LongMeaningPage
    ) -> None:
        query = await self.reading.kept_query(action.key)
        await self._turn_meaning(interaction, action.page, query)

    async def _turn_meaning(self, interaction: Interaction, page: int, query: str) -> None:
        text = text_for(interaction)
        request = SearchRequest(query, by_meaning=True)
        await replace(interaction, await self._search_page(request, page, text))

    @component(ids.LatestPage)
    async def turn_latest(self, interaction: Interaction, action: ids.LatestPage) -> None:
        found = await self.reading.latest(action.page, action.kind)
        await replace(interaction, latest_page(found, text_for(interaction)))

    @component(ids.DayPage)
    async def turn_day(self, interaction: Interaction, action: ids.DayPage) -> None:
        found = self.reading.on_day(Day(action.month, action.day), action.page)
        await replace(interaction, day_page(found, text_for(interaction)))

    @component(ids.AnotherRandom)
    async def draw_another(self, interaction: Interaction, action: ids.AnotherRandom) -> None:
        drawn = await self.reading.random(
            action.kind, unlike=lambda one: one % DRAWS == action.draw
        )
        await self._show_drawn(interaction, drawn, action.kind)

    async def _search_page(self, request: SearchRequest, page: int, text: Text) -> Layout:
        """A page of what a search finds, or what to try where it finds nothing."""
        if not is_visible(request.query):
            raise UserError("error.nothing-searched")
        return search_page(await self.reading.search(request, page), text)

    async def _show_drawn(
        self, interaction: Interaction, interview: int, kind: Topic | None
    ) -> None:
        """An interview's cover, with a button for another one below."""
        label = text_for(interaction)("random.another")
        another = button(label, ids.AnotherRandom(kind, interview % DRAWS), emoji="🎲")
        page = await self.reader_page(interaction, interview)
        page.add_item(ActionRow(another))
        await replace(interaction, page)
