"""``/interviews follow``, ``unfollow`` and ``following``: messages about new interviews."""

from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.core.errors import StoreError, UserError
from bot.core.model import Topic
from bot.core.readers import FollowSort
from bot.ui import ids
from bot.ui.artist import artists_page, nobody_page
from bot.ui.following import (
    anyway_row,
    closed_notice,
    follow_choice,
    followed_page,
    following_page,
    message_test_page,
    message_test_started,
    start_page,
    unfollowed_page,
)
from bot.ui.history import tabbed
from bot.ui.layout import Layout
from bot.ui.personal_ids import FollowKind, PersonalList
from cogs.components import component
from cogs.fan_cog import FanCog
from cogs.options import TOPICS, ArtistName, stem_of, value_of
from cogs.responses import Interaction, chosen_value, replace, show, text_for

logger = structlog.get_logger(__name__)


class ArtistFollowCommands(FanCog):
    """What a person follows; every answer is for their eyes alone."""

    async def complete_followed(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        """What the person follows; a choice's value is its id, written as an artist's."""
        text = text_for(interaction)
        found = await self.following.complete(
            interaction.user.id, current, lambda one: follow_choice(one, text)
        )
        return [
            Choice(name=follow_choice(follow, text), value=ids.artist_value(follow.id))
            for follow in found
        ]

    @app_commands.command(description="Get a direct message when what you follow has an interview")
    @app_commands.describe(
        artist="A name; it doesn't matter whether KCrush has talked to them yet",
        kind="Every interview of this kind",
        words="A word or a phrase: every interview in which it comes up",
        everything="Every new interview",
    )
    @app_commands.choices(kind=TOPICS)
    @app_commands.autocomplete(artist=FanCog.complete_artist)
    async def follow(
        self,
        interaction: Interaction,
        artist: ArtistName | None = None,
        kind: Topic | None = None,
        words: app_commands.Range[str, 1, ids.QUERY_LIMIT] | None = None,
        everything: bool = False,
    ) -> None:
        asked = {
            FollowSort.ARTIST: artist,
            FollowSort.KIND: kind and kind.value,
            FollowSort.WORDS: words,
            FollowSort.ALL: "" if everything else None,
        }
        named = [(sort, name) for sort, name in asked.items() if name is not None]
        if not named:
            await show(interaction, start_page(text_for(interaction)))
            return
        if len(named) > 1:
            raise UserError("error.follow-several")
        ((sort, name),) = named
        if sort is FollowSort.ARTIST:
            page = await self._follow_typed(interaction, name)
        else:
            page = await self._follow_named(interaction, sort, name)
        await show(interaction, page)

    @app_commands.command(description="Stop getting direct messages about something you follow")
    @app_commands.describe(artist="Who or what you follow")
    @app_commands.autocomplete(artist=complete_followed)
    async def unfollow(self, interaction: Interaction, artist: ArtistName) -> None:
        text, user_id = text_for(interaction), interaction.user.id
        typed = value_of(artist, await self.complete_followed(interaction, artist))
        chosen = ids.parse_artist_value(typed)
        if chosen is not None:
            gone = await self.following.unfollow(user_id, chosen)
        else:
            gone = await self.following.unfollow_named(user_id, typed)
        await show(interaction, unfollowed_page(gone, text))

    @app_commands.command(
        name="following",
        description="See what you follow, and check that my direct messages reach you",
    )
    async def show_followed(self, interaction: Interaction) -> None:
        await self.turn(interaction, ids.FollowingPage(0))

    @component(ids.FollowArtist)
    async def follow_artist(self, interaction: Interaction, action: ids.FollowArtist) -> None:
        await show(interaction, await self._follow_known(interaction, action.artist))

    @component(ids.FollowNamed)
    async def follow_named(self, interaction: Interaction, action: ids.FollowNamed) -> None:
        await show(interaction, await self._follow_named(interaction, action.sort, action.name))

    @component(FollowKind)
    async def follow_kind(self, interaction: Interaction, _: FollowKind) -> None:
        kind = chosen_value(interaction)
        await show(interaction, await self._follow_named(interaction, FollowSort.KIND, kind))

    @component(ids.UnfollowArtist)
    async def unfollow_artist(self, interaction: Interaction, action: ids.UnfollowArtist) -> None:
        gone = await self.following.unfollow(interaction.user.id, action.artist)
        await replace(interaction, unfollowed_page(gone, text_for(interaction)))

    @component(ids.UnfollowChosen)
    async def unfollow_chosen(self, interaction: Interaction, action: ids.UnfollowChosen) -> None:
        await self.following.unfollow(interaction.user.id, chosen_value(interaction))
        await self.turn(interaction, ids.FollowingPage(action.page))

    @component(ids.FollowingPage)
    async def turn(self, interaction: Interaction, action: ids.FollowingPage) -> None:
        followed = await self.following.followed(interaction.user.id)
        text = text_for(interaction)
        page = following_page(followed, text, page=action.page)
        await replace(interaction, tabbed(PersonalList.FOLLOWING, page, text))

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

    async def _follow_typed(self, interaction: Interaction, typed: str) -> Layout:
        """Follow whoever is called so, known or not; or offer those with similar names."""
        text = text_for(interaction)
        typed = value_of(typed, self.artist_choices(stem_of(typed), text))
        chosen = ids.parse_artist_value(typed)
        if chosen is not None:
            return await self._follow_known(interaction, chosen)
        found = self.following.find_artist(typed)
        if found.match is not None:
            return await self._follow_known(interaction, found.match.id)
        anyway = anyway_row(typed, text)
        if found.offers:
            page = artists_page(
                typed,
                found.offers,
                text,
                exact=found.exact,
                choose=lambda one: ids.FollowArtist(one.id),
            )
            if anyway is not None and not found.exact:
                page.add_item(anyway)
            return page
        if anyway is None:
            return nobody_page(typed, text)
        return await self._follow_named(interaction, FollowSort.ARTIST, typed)

    async def _follow_named(self, interaction: Interaction, sort: FollowSort, name: str) -> Layout:
        result = await self.following.follow_named(
            interaction.user.id, sort, name, str(interaction.locale)
        )
        return followed_page(result, text_for(interaction))

    async def _follow_known(self, interaction: Interaction, artist_id: str) -> Layout:
        artist = self.reading.known_artist(artist_id)
        result = await self.following.follow(interaction.user.id, artist, str(interaction.locale))
        return followed_page(result, text_for(interaction))
