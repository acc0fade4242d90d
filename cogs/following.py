"""``/interviews follow``, ``unfollow``, ``following``: a direct message at the next interview."""

from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.app_commands import Choice

from bot.client.client import KcrushClient
from bot.core.errors import StoreError
from bot.core.i18n import Messages, Text
from bot.core.model import Artist
from bot.fans.following import Following
from bot.fans.reading import Reading
from bot.ui import ids
from bot.ui.following import (
    closed_word,
    follow_choice,
    followed_page,
    following_page,
    tried_page,
    trying_page,
    unfollowed_page,
    whom_to_follow,
)
from bot.ui.layout import Layout
from cogs.naming import Naming
from cogs.replies import Interaction, replace, show
from cogs.router import Router, chosen_value
from cogs.suggesting import ARTIST_LIMIT, artist_meant, suggest_artists

logger = structlog.get_logger(__name__)

Typed = app_commands.Range[str, 1, ARTIST_LIMIT]


class FollowingArtists:
    """What a person follows; every answer is for their eyes alone."""

    def __init__(self, following: Following, reading: Reading, messages: Messages) -> None:
        self._following = following
        self._reading = reading
        self._messages = messages

    def add_to(self, group: app_commands.Group, naming: Naming) -> None:
        """Its commands in the group ``/interviews``."""
        named = {"artist": naming("command.follow-artist.artist.name")}

        @group.command(
            name=naming("command.follow-artist.name"),
            description=naming("command.follow-artist.description"),
        )
        @app_commands.rename(**named)
        @app_commands.describe(artist=naming("command.follow-artist.artist.description"))
        @app_commands.autocomplete(artist=self._complete)
        async def follow(interaction: Interaction, artist: Typed) -> None:
            await show(interaction, await self._follow_named(interaction, artist))

        @group.command(
            name=naming("command.unfollow-artist.name"),
            description=naming("command.unfollow-artist.description"),
        )
        @app_commands.rename(**named)
        @app_commands.describe(artist=naming("command.unfollow-artist.artist.description"))
        @app_commands.autocomplete(artist=self._complete_followed)
        async def unfollow(interaction: Interaction, artist: Typed) -> None:
            await show(interaction, await self._unfollow_named(interaction, artist))

        @group.command(
            name=naming("command.following.name"),
            description=naming("command.following.description"),
        )
        async def following(interaction: Interaction) -> None:
            await show(interaction, await self._list(interaction, 0))

    def answer(self, router: Router) -> None:
        """Take on the buttons that follow and unfollow."""
        router.on(ids.FollowArtist, self.follow)
        router.on(ids.UnfollowArtist, self.unfollow)
        router.on(ids.UnfollowChosen, self.unfollow_chosen)
        router.on(ids.FollowingPage, self.turn)
        router.on(ids.TryMessages, self.try_messages)
        router.after(self.tell)

    def listen(self, client: KcrushClient) -> None:
        """Tell beside the answers to commands, too, what is to be told."""
        client.hear("app_command_completion", self._after_command)

    # ---------------------------------------------------------------- buttons and menus

    async def follow(self, interaction: Interaction, action: ids.FollowArtist) -> None:
        artist = self._reading.known_artist(action.artist)
        await show(interaction, await self._follow(interaction, artist))

    async def unfollow(self, interaction: Interaction, action: ids.UnfollowArtist) -> None:
        gone = await self._following.unfollow(interaction.user.id, action.artist)
        page = unfollowed_page(gone, action.artist, self._text(interaction))
        await replace(interaction, page)

    async def unfollow_chosen(self, interaction: Interaction, action: ids.UnfollowChosen) -> None:
        await self._following.unfollow(interaction.user.id, chosen_value(interaction))
        await replace(interaction, await self._list(interaction, action.page))

    async def turn(self, interaction: Interaction, action: ids.FollowingPage) -> None:
        await replace(interaction, await self._list(interaction, action.page))

    async def try_messages(self, interaction: Interaction, _: ids.TryMessages) -> None:
        """Trying takes a moment: the person sees that it is under way."""
        text = self._text(interaction)
        await replace(interaction, trying_page(text))
        tried = await self._following.try_again(interaction.user.id)
        await interaction.edit_original_response(view=tried_page(tried, text))

    # ---------------------------------------------------------------- closed messages

    async def tell(self, interaction: Interaction) -> None:
        """After an answer: say, once, that direct messages don't reach this person. Never
        raises; what could not be said now is said another time."""
        user_id = interaction.user.id
        if not self._following.is_untold(user_id) or not interaction.response.is_done():
            return
        try:
            if await self._following.take_untold(user_id):
                await interaction.followup.send(
                    view=closed_word(self._text(interaction)), ephemeral=True
                )
        except (StoreError, discord.HTTPException, aiohttp.ClientError, OSError) as error:
            logger.warning("following.not-told", cause=str(error))

    async def _after_command(self, interaction: Interaction, _: Any) -> None:
        await self.tell(interaction)

    # ---------------------------------------------------------------- answers

    def _text(self, interaction: Interaction) -> Text:
        return self._messages.text(str(interaction.locale))

    async def _follow(self, interaction: Interaction, artist: Artist) -> Layout:
        followed = await self._following.follow(interaction.user.id, artist)
        return followed_page(
            followed.artist,
            self._text(interaction),
            already=followed.already,
            closed=followed.closed,
        )

    async def _follow_named(self, interaction: Interaction, artist: str) -> Layout:
        meant = artist_meant(self._reading, artist)
        if meant.artist is not None:
            return await self._follow(interaction, meant.artist)
        return whom_to_follow(artist, meant.candidates, self._text(interaction), known=meant.known)

    async def _unfollow_named(self, interaction: Interaction, artist: str) -> Layout:
        text, user_id = self._text(interaction), interaction.user.id
        chosen = ids.parse_artist_value(artist)
        if chosen is not None:
            return unfollowed_page(await self._following.unfollow(user_id, chosen), chosen, text)
        gone = await self._following.unfollow_named(user_id, artist)
        return unfollowed_page(gone, gone.artist_id, text)

    async def _list(self, interaction: Interaction, page: int) -> Layout:
        found = await self._following.followings(interaction.user.id)
        return following_page(
            found.follows, self._text(interaction), closed=found.closed, page=page
        )

    # ---------------------------------------------------------------- completion

    async def _complete(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        return suggest_artists(self._reading, current, self._text(interaction))

    async def _complete_followed(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        text = self._text(interaction)
        return [
            Choice(name=follow_choice(follow, text), value=ids.artist_value(follow.artist_id))
            for follow in await self._following.complete(interaction.user.id, current)
        ]
