"""A server's regular posts: their page, and the form that sets one up."""

from discord.ext import commands

from bot.admins.regular_posts import RegularPostService, place_of
from bot.client.channels import TARGET_KINDS
from bot.client.deferral import defer
from bot.core.drafts import NO_LANGUAGE
from bot.core.errors import UserError
from bot.core.model import Subscription, SubscriptionState
from bot.core.regular_posts import RegularPost, RegularSort, RegularTimes
from bot.core.targets import FORUMS, needed_permissions, target_of
from bot.quotes.service import Quotes
from bot.ui.admin_ids import (
    AddRegularPost,
    RegularPostButton,
    RegularPostForm,
    RegularPostsPage,
)
from bot.ui.layout import Layout
from bot.ui.panel_regular import (
    EVERY_DAY,
    name_of,
    regular_post_form,
    regular_post_page,
    regular_posts_page,
)
from bot.ui.panels import notice
from bot.ui.regular_posts import regular_post, regular_quote
from cogs.channels import chosen_kind, managed_guild, require_permissions
from cogs.components import component
from cogs.quotes import may_attach_here, picture_file
from cogs.responses import (
    Interaction,
    chosen_value,
    form_values,
    open_form,
    replace,
    show,
    text_for,
)

CHANNEL_TYPES = tuple(type_ for type_, kind in TARGET_KINDS.items() if kind not in FORUMS)
"""A forum's posts are discussions of new interviews; what comes by the clock is a message."""

_STATES = {
    "pause": SubscriptionState.PAUSED,
    "resume": SubscriptionState.ACTIVE,
    "remove": SubscriptionState.ENDED,
}


class RegularPostCommands(commands.Cog):
    """The page and its buttons, menu and form."""

    def __init__(self, posts: RegularPostService, quotes: Quotes) -> None:
        self._posts = posts
        self._quotes = quotes

    @component(RegularPostsPage)
    async def page(self, interaction: Interaction, action: RegularPostsPage) -> None:
        answer = show if action.what == "beside" else replace
        await answer(interaction, await self._page(interaction))

    async def _page(self, interaction: Interaction, done: str = "") -> Layout:
        planned, settings = await self._posts.of_guild(managed_guild(interaction))
        text, now = text_for(interaction), self._posts.now()
        return regular_posts_page(planned, settings, text, now, done=done)

    @component(AddRegularPost)
    async def add(self, interaction: Interaction, _: AddRegularPost) -> None:
        guild_id = managed_guild(interaction)
        sort = _known_sort(chosen_value(interaction))
        await self._posts.require_room(guild_id)
        await self._open_form(interaction, sort, None)

    async def _open_form(
        self, interaction: Interaction, sort: RegularSort, post: RegularPost | None
    ) -> None:
        suggested = await self._posts.suggested_channel(managed_guild(interaction))
        form = regular_post_form(
            sort,
            post,
            text_for(interaction),
            channel_id=suggested if _is_there(interaction, suggested) else 0,
            channel_types=CHANNEL_TYPES,
            languages=interaction.client.messages.names(),
        )
        await open_form(interaction, form)

    @component(RegularPostForm)
    async def fill(self, interaction: Interaction, action: RegularPostForm) -> None:
        guild_id, by, values = managed_guild(interaction), interaction.user.id, _chosen(interaction)
        text, now = text_for(interaction), self._posts.now()
        if action.post:
            channel_id = (await self._posts.get(guild_id, action.post)).post.subscription.channel_id
        else:
            channel_id = _number(values, "channel", 2**63 - 1)
        kind = chosen_kind(interaction, channel_id)
        if kind in FORUMS:
            raise UserError("error.stale-button")
        day = values.get("day")
        weekday = None if day == EVERY_DAY else _number(values, "day", 6)
        times = RegularTimes(_number(values, "hour", 23), weekday)
        language = values.get("language", NO_LANGUAGE)
        known = language if language in interaction.client.messages.names() else None
        place = place_of(guild_id, channel_id, kind, known, by, now)
        _require_postable(interaction, place)
        one = await self._posts.put(_known_sort(action.form), times, place, by=by)
        channel = f"<#{channel_id}>"
        done = text("regular.saved", post=name_of(one.post, text), channel=channel)
        await replace(interaction, await self._page(interaction, done))

    @component(RegularPostButton)
    async def press(self, interaction: Interaction, action: RegularPostButton) -> None:
        guild_id, text = managed_guild(interaction), text_for(interaction)
        one = await self._posts.get(guild_id, action.post)
        if action.what == "edit":
            await self._open_form(interaction, one.post.sort, one.post)
            return
        if action.what == "preview":
            await self._preview(interaction, guild_id, action.post)
            return
        if action.what == "resume":
            _require_postable(interaction, one.post.subscription)
        if action.what in _STATES:
            state = _STATES[action.what]
            await self._posts.change_state(guild_id, action.post, state, by=interaction.user.id)
        if action.what == "remove":
            channel = f"<#{one.post.subscription.channel_id}>"
            done = text("regular.removed", post=name_of(one.post, text), channel=channel)
            await replace(interaction, await self._page(interaction, done))
            return
        one, (_, settings) = (
            await self._posts.get(guild_id, action.post),
            await self._posts.of_guild(guild_id),
        )
        await replace(interaction, regular_post_page(one, settings, text, self._posts.now()))

    async def _preview(self, interaction: Interaction, guild_id: int, id_: int) -> None:
        """Show what comes next, for the one person: a quote as words where it can't be drawn."""
        text = text_for(interaction)
        found = await self._posts.preview(guild_id, id_)
        if found is None:
            await show(interaction, notice(text("regular.nothing")))
            return
        stored, content = found
        if content.sort is not RegularSort.QUOTE:
            await show(interaction, regular_post(stored, content, text))
            return
        chosen, files = await self._quotes.of(stored, content.section), []
        if may_attach_here(interaction):
            picture = await self._quotes.cached_picture(chosen)
            if picture is None:
                await defer(interaction, thinking=True)
                picture = await self._quotes.picture(chosen)
            files = [picture_file(chosen, picture)]
        name = files[0].filename if files else None
        await show(interaction, regular_quote(stored, chosen.quote, name, content, text), files)


def _require_postable(interaction: Interaction, place: Subscription) -> None:
    """
    Raises:
        UserError: the bot lacks a permission there.
    """
    needed, error = needed_permissions(target_of(place)), "error.regular.missing-permissions"
    require_permissions(interaction, place.channel_id, needed, error)


def _is_there(interaction: Interaction, channel_id: int) -> bool:
    """Whether a menu of the form's may hold the channel."""
    guild = interaction.guild
    known = guild.get_channel_or_thread(channel_id) if guild and channel_id else None
    return known is not None and known.type in CHANNEL_TYPES


def _known_sort(value: str) -> RegularSort:
    try:
        return RegularSort(value)
    except ValueError:
        raise UserError("error.stale-button") from None


def _chosen(interaction: Interaction) -> dict[str, str]:
    """What was chosen in each menu of the form."""
    return {
        name: str(value[0])
        for name, value in form_values(interaction).items()
        if isinstance(value, list) and value
    }


def _number(values: dict[str, str], name: str, most: int) -> int:
    """
    Raises:
        UserError: no number from 0 to `most` was chosen.
    """
    value = values.get(name, "")
    if not (value.isascii() and value.isdecimal() and len(value) <= len(str(most))):
        raise UserError("error.stale-button")
    if int(value) > most:
        raise UserError("error.stale-button")
    return int(value)
