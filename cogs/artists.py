"""``/interviews artist``: who, every interview with them, and the words that strike most."""

from discord import app_commands
from discord.app_commands import Choice

from bot.core.artists import artist_key
from bot.core.i18n import Messages, Text
from bot.core.model import Artist
from bot.fans.reading import ArtistView, Reading
from bot.ui import ids
from bot.ui.artist import INTERVIEWS_PER_PAGE, Quoted, artist_page, artists_page, nobody_page
from bot.ui.layout import Layout
from cogs.naming import Naming
from cogs.replies import Interaction, replace, show
from cogs.router import Router
from cogs.suggesting import ARTIST_LIMIT, artist_meant, suggest_artists


class Artists:
    """Looking up an artist, by name or by a button that carries their id."""

    def __init__(self, reading: Reading, messages: Messages) -> None:
        self._reading = reading
        self._messages = messages

    def add_to(self, group: app_commands.Group, naming: Naming) -> None:
        """Its command in the group ``/interviews``."""

        @group.command(
            name=naming("command.artist.name"), description=naming("command.artist.description")
        )
        @app_commands.rename(name=naming("command.artist.artist.name"))
        @app_commands.describe(name=naming("command.artist.artist.description"))
        @app_commands.autocomplete(name=self._complete)
        async def artist(
            interaction: Interaction, name: app_commands.Range[str, 1, ARTIST_LIMIT]
        ) -> None:
            await show(interaction, await self._named(name, self._text(interaction)))

    def answer(self, router: Router) -> None:
        """Take on the buttons that lead to an artist."""
        router.on(ids.ArtistPage, self.turn)

    async def turn(self, interaction: Interaction, action: ids.ArtistPage) -> None:
        page = await self._page(action.artist, action.page, self._text(interaction))
        await replace(interaction, page)

    def _text(self, interaction: Interaction) -> Text:
        return self._messages.text(str(interaction.locale))

    async def _named(self, name: str, text: Text) -> Layout:
        meant = artist_meant(self._reading, name)
        if meant.artist is not None:
            return await self._page(meant.artist.id, 0, text)
        if not meant.candidates:
            return nobody_page(name, text)
        return artists_page(
            name,
            meant.candidates,
            text,
            known=meant.known,
            choose=lambda artist: ids.ArtistPage(artist.id),
        )

    async def _page(self, artist_id: str, page: int, text: Text) -> Layout:
        view = await self._reading.artist(artist_id, page, INTERVIEWS_PER_PAGE)
        return artist_page(view.artist, view.summaries, text, page=view.page, quoted=_quoted(view))

    async def _complete(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        return suggest_artists(self._reading, current, self._text(interaction))


def _quoted(view: ArtistView) -> Quoted | None:
    if view.quoted is None:
        return None
    summary, quote = view.quoted
    speaker = "" if _is_called(view.artist, quote.speaker) else quote.speaker
    return Quoted(summary, quote.section, speaker, quote.question, quote.text)


def _is_called(artist: Artist, name: str) -> bool:
    return artist_key(name) in map(artist_key, (artist.name, *artist.aliases))
