"""``/interviews follow``, ``unfollow`` and ``following``: messages about artists."""

from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.core.errors import StoreError
from bot.core.model import Artist
from bot.ui import ids
from bot.ui.following import (
    closed_notice,
    follow_choice,
    followed_page,
    following_page,
    message_test_page,
    message_test_started,
    unfollowed_page,
)
from bot.ui.layout import Layout
from cogs.components import component
from cogs.fan_cog import FanCog
from cogs.options import ArtistName
from cogs.responses import Interaction, chosen_value, replace, show, text_for

logger = structlog.get_logger(__name__)


class ArtistFollowCommands(FanCog):
    """Whom a person follows; every answer is for their eyes alone."""

    async def complete_followed(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        """Artists whom the person follows; a choice's value is the artist's id."""
        text = text_for(interaction)
        return [
            Choice(name=follow_choice(follow, text), value=ids.artist_value(follow.artist_id))
            for follow in await self.following.complete(interaction.user.id, current)
        ]

    @app_commands.command(description="Get a direct message when an artist has a new interview")
    @app_commands.describe(artist="The artist to follow; part of the name is enough")
    @app_commands.autocomplete(artist=FanCog.complete_artist)
    async def follow(self, interaction: Interaction, artist: ArtistName) -> None:
        found = self.find_artist(
            artist, text_for(interaction), choose=lambda one: ids.FollowArtist(one.id)
        )
        if isinstance(found, Artist):
            found = await self._follow(interaction, found)
        await show(interaction, found)

    @app_commands.command(description="Stop getting direct messages about an artist")
    @app_commands.describe(artist="An artist you follow")
    @app_commands.autocomplete(artist=complete_followed)
    async def unfollow(self, interaction: Interaction, artist: ArtistName) -> None:
        text, user_id = text_for(interaction), interaction.user.id
        chosen = ids.parse_artist_value(artist)
        if chosen is not None:
            page = unfollowed_page(await self.following.unfollow(user_id, chosen), chosen, text)
        else:
            gone = await self.following.unfollow_named(user_id, artist)
            page = unfollowed_page(gone, gone.artist_id, text)
        await show(interaction, page)

    @app_commands.command(
        name="following",
        description="See who you follow, and check that my direct messages reach you",
    )
    async def show_followed(self, interaction: Interaction) -> None:
        await self.turn(interaction, ids.FollowingPage(0))

    @component(ids.FollowArtist)
    async def follow_artist(self, interaction: Interaction, action: ids.FollowArtist) -> None:
        artist = self.reading.known_artist(action.artist)
        await show(interaction, await self._follow(interaction, artist))

    @component(ids.UnfollowArtist)
    async def unfollow_artist(self, interaction: Interaction, action: ids.UnfollowArtist) -> None:
        gone = await self.following.unfollow(interaction.user.id, action.artist)
        await replace(interaction, unfollowed_page(gone, action.artist, text_for(interaction)))

    @component(ids.UnfollowChosen)
    async def unfollow_chosen(self, interaction: Interaction, action: ids.UnfollowChosen) -> None:
        await self.following.unfollow(interaction.user.id, chosen_value(interaction))
        await self.turn(interaction, ids.FollowingPage(action.page))

    @component(ids.FollowingPage)
    async def turn(self, interaction: Interaction, action: ids.FollowingPage) -> None:
        followed = await self.following.followed(interaction.user.id)
        page = following_page(followed, text_for(interaction), page=action.page)
        await replace(interaction, page)

    @component(ids.TryMessages)
    async def try_messages(self, interaction: Interaction, _: ids.TryMessages) -> None:
        """Send again what was missed. That takes a moment, so the person sees it going on."""
        text = text_for(interaction)
        await replace(interaction, message_test_started(text))
        result = await self.following.try_again(interaction.user.id)
        await interaction.edit_original_response(view=message_test_page(result, text))

    @commands.Cog.listener()
    async def on_component_completion(self, interaction: Interaction) -> None:
        await self._after_answer(interaction)

    @commands.Cog.listener()
    async def on_app_command_completion(self, interaction: Interaction, _: Any) -> None:
        await self._after_answer(interaction)

    async def _after_answer(self, interaction: Interaction) -> None:
        """Note the person's language, and say once that direct messages don't reach them.

        Never raises; what can't be said now is said beside another answer.
        """
        user_id = interaction.user.id
        try:
            await self.following.note_language(user_id, str(interaction.locale))
            if not self.following.is_notice_due(user_id) or not interaction.response.is_done():
                return
            if await self.following.take_notice(user_id):
                await interaction.followup.send(
                    view=closed_notice(text_for(interaction)), ephemeral=True
                )
        except (StoreError, discord.HTTPException, aiohttp.ClientError, OSError) as error:
            logger.warning("following.not-told", cause=str(error))

    async def _follow(self, interaction: Interaction, artist: Artist) -> Layout:
        language = str(interaction.locale)
        result = await self.following.follow(interaction.user.id, artist, language)
        return followed_page(result, text_for(interaction))
