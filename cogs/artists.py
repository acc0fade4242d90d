"""``/interviews artist``: who they are, every interview with them, and their best answer."""

from discord import app_commands

from bot.core.model import Artist
from bot.ui import ids
from bot.ui.artist import artist_page
from bot.ui.following import unknown_artist_page
from cogs.components import component
from cogs.fan_cog import FanCog
from cogs.options import NAME_HINT, ArtistName
from cogs.responses import Interaction, replace, show, text_for


class ArtistCommands(FanCog):
    """Looking up an artist, by name or by a button that carries their id."""

    @app_commands.command(description="Everything about an artist, with every interview")
    @app_commands.describe(name=NAME_HINT)
    @app_commands.autocomplete(name=FanCog.complete_artist)
    async def artist(self, interaction: Interaction, name: ArtistName) -> None:
        found = self.find_artist(
            name,
            text_for(interaction),
            choose=lambda artist: ids.ArtistPage(artist.id),
            unknown=unknown_artist_page,
        )
        if isinstance(found, Artist):
            await self.turn(interaction, ids.ArtistPage(found.id))
        else:
            await show(interaction, found)

    @component(ids.ArtistPage)
    async def turn(self, interaction: Interaction, action: ids.ArtistPage) -> None:
        profile = await self.reading.artist(action.artist, action.page)
        await replace(interaction, artist_page(profile, text_for(interaction)))
