"""``/interviews search``, ``latest``, ``today``, ``random`` and ``read``."""

from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands
from discord.ui import ActionRow

from bot.core.errors import UserError
from bot.core.i18n import Text
from bot.core.model import Artist, Topic
from bot.core.text import is_visible
from bot.fans.reading import Day
from bot.ui import ids
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
from bot.ui.lists import (
    LATEST_PER_PAGE,
    choice_name,
    choices_page,
    day_page,
    latest_page,
    nothing_on_day,
)
from bot.ui.panels import notice
from cogs.components import component
from cogs.fan_cog import FanCog
from cogs.options import CHOICES, TOPICS, ArtistName
from cogs.responses import Interaction, replace, show, text_for

DRAWS = 1_000_000
"""The button for another random interview carries the shown one's id modulo this number."""

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Years that may be asked for: from before there was a web, to where nobody will look."""

TITLE_LIMIT = 200
"""Characters that may be typed for a title; a choice's value is far shorter."""

OF_THIS_KIND = "Only interviews of this kind"


@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
@app_commands.allowed_installs(guilds=True, users=True)
class InterviewCommands(
    FanCog,
    commands.GroupCog,
    group_name="interviews",
    group_description="KCrush's interviews, to find and to read",
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

    async def complete_title(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        """Interviews whose title or artist begins as typed; a choice's value is the id."""
        text = text_for(interaction)
        return [
            Choice(name=choice_name(summary, text), value=ids.interview_value(summary.id))
            for summary in await self.reading.complete(current)
        ]

    @app_commands.command(description="Find words in every question and answer")
    @app_commands.describe(
        query="Words, a name, a song; in English or Hangul",
        artist="Only interviews with this artist: begin to type a name and choose",
        kind=OF_THIS_KIND,
        year="Only interviews published in this year",
    )
    @app_commands.choices(kind=TOPICS)
    @app_commands.autocomplete(artist=FanCog.complete_artist)
    @app_commands.autocomplete(year=complete_year)
    async def search(
        self,
        interaction: Interaction,
        query: app_commands.Range[str, 1, ids.QUERY_LIMIT],
        artist: ArtistName | None = None,
        kind: Topic | None = None,
        year: app_commands.Range[int, FIRST_YEAR, LAST_YEAR] | None = None,
    ) -> None:
        text = text_for(interaction)
        asked = Asked(ids.short_query(query), kind=kind, year=year)
        if artist is None:
            page = await self._search_page(asked, 0, text)
        else:
            found = self.find_artist(
                artist,
                text,
                choose=lambda one: asked.among(one).page(0),
                unknown=lambda value, text: unknown_artist(asked, value, text),
            )
            if isinstance(found, Artist):
                found = await self._search_page(asked.among(found), 0, text)
            page = found
        await show(interaction, page)

    @app_commands.command(description="The newest interviews")
    @app_commands.describe(kind=OF_THIS_KIND)
    @app_commands.choices(kind=TOPICS)
    async def latest(self, interaction: Interaction, kind: Topic | None = None) -> None:
        await show(interaction, await self._latest(interaction, ids.LatestPage(0, kind)))

    @app_commands.command(description="What came out on this day in other years")
    async def today(self, interaction: Interaction) -> None:
        day = self.reading.today()
        await show(interaction, await self._day(interaction, ids.DayPage(day.month, day.day)))

    @app_commands.command(description="An interview by chance")
    @app_commands.describe(kind=OF_THIS_KIND)
    @app_commands.choices(kind=TOPICS)
    async def random(self, interaction: Interaction, kind: Topic | None = None) -> None:
        drawn = await self.reading.random(kind)
        await show(interaction, await self._drawn(interaction, drawn, kind))

    @app_commands.command(description="Read an interview here, question by question")
    @app_commands.describe(interview="Begin to type a title or a name and choose")
    @app_commands.autocomplete(interview=complete_title)
    async def read(
        self, interaction: Interaction, interview: app_commands.Range[str, 1, TITLE_LIMIT]
    ) -> None:
        text = text_for(interaction)
        chosen = ids.parse_interview_value(interview)
        matches = await self.reading.matching(interview) if chosen is None else []
        if len(matches) == 1:
            chosen = matches[0].id
        if chosen is not None:
            page = await self.reader_page(interaction, chosen)
        elif matches:
            page = choices_page(interview, matches, text)
        else:
            page = await self._search_page(Asked(ids.short_query(interview)), 0, text)
        await show(interaction, page)

    @component(ids.SearchPage)
    async def turn_search(self, interaction: Interaction, action: ids.SearchPage) -> None:
        artist = self.reading.known_artist(action.artist) if action.artist else None
        asked = Asked(action.query, artist, action.kind, action.year)
        page = await self._search_page(asked, action.page, text_for(interaction))
        await replace(interaction, page)

    @component(ids.LatestPage)
    async def turn_latest(self, interaction: Interaction, action: ids.LatestPage) -> None:
        await replace(interaction, await self._latest(interaction, action))

    @component(ids.DayPage)
    async def turn_day(self, interaction: Interaction, action: ids.DayPage) -> None:
        await replace(interaction, await self._day(interaction, action))

    @component(ids.AnotherRandom)
    async def draw_another(self, interaction: Interaction, action: ids.AnotherRandom) -> None:
        drawn = await self.reading.random(
            action.kind, unlike=lambda one: one % DRAWS == action.draw
        )
        await replace(interaction, await self._drawn(interaction, drawn, action.kind))

    async def _search_page(self, asked: Asked, page: int, text: Text) -> Layout:
        """A page of what a search finds, or what to try where it finds nothing."""
        if not is_visible(asked.query):
            raise UserError("error.nothing-searched")
        found = await self.reading.search(
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

    async def _latest(self, interaction: Interaction, action: ids.LatestPage) -> Layout:
        text = text_for(interaction)
        found = await self.reading.latest(action.page, LATEST_PER_PAGE, action.kind)
        if not found.summaries:
            return notice(text("latest.end"))
        return latest_page(
            found.summaries, text, page=action.page, more=found.more, kind=action.kind
        )

    async def _day(self, interaction: Interaction, action: ids.DayPage) -> Layout:
        text = text_for(interaction)
        found = self.reading.on_day(Day(action.month, action.day), action.page, LATEST_PER_PAGE)
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

    async def _drawn(self, interaction: Interaction, interview: int, kind: Topic | None) -> Layout:
        """An interview's cover, with a button for another one below."""
        label = text_for(interaction)("random.another")
        another = button(label, ids.AnotherRandom(kind, interview % DRAWS).custom_id, emoji="🎲")
        page = await self.reader_page(interaction, interview)
        page.add_item(ActionRow(another))
        return page
