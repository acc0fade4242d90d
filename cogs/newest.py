"""The newest interviews for a subscription: previewed, posted as a test, or announced now."""

from collections.abc import Mapping
from contextlib import suppress

import discord
from discord.ext import commands

from bot.admins.newest import NewestService, TestRefusedError
from bot.admins.subscriptions import SubscriptionService
from bot.client.channels import language_of
from bot.client.deferral import defer
from bot.core.errors import UserError
from bot.core.model import Mode, Subscription
from bot.core.targets import FORUMS, needed_permissions, target_of
from bot.ui.admin_ids import DeleteTest, PostNewest, PreviewMenu
from bot.ui.announcing import announcement, announcement_card, rendering_of
from bot.ui.discussion import announced_title
from bot.ui.markdown import Marked
from bot.ui.newest import posted_words, preview_facts, tested_page
from bot.ui.panels import notice
from bot.ui.subscriptions import reason_of
from bot.ui.test_mark import TEST_ID
from cogs.channels import is_pinged, managed_guild, require_permissions
from cogs.components import component
from cogs.forum_tags import post_tags
from cogs.responses import (
    Interaction,
    chosen_value,
    chosen_values,
    show,
    show_content,
    text_for,
)
from cogs.subscribed import names_of


class NewestCommands(commands.Cog):
    """The menus beside a preview and below what was saved, and the button of a test."""

    def __init__(self, subscriptions: SubscriptionService, newest: NewestService) -> None:
        self._subscriptions = subscriptions
        self._newest = newest

    @component(PreviewMenu)
    async def choose(self, interaction: Interaction, _: PreviewMenu) -> None:
        managed_guild(interaction)
        chosen = chosen_value(interaction)
        await show_preview_of(interaction, self._subscriptions, self._newest, chosen)

    @component(PostNewest)
    async def post(self, interaction: Interaction, action: PostNewest) -> None:
        guild_id, text = managed_guild(interaction), text_for(interaction)
        count = next(iter(chosen_values(interaction)), 0)
        posted = await self._newest.post(guild_id, action.subscription, count)
        one = posted.subscription
        words = posted_words(one, posted.queued, posted.known, posted.due, text)
        await show(interaction, notice(words))

    @component(DeleteTest)
    async def delete(self, interaction: Interaction, _: DeleteTest) -> None:
        managed_guild(interaction)
        message, text = interaction.message, text_for(interaction)
        if message is None or not _is_test(interaction, message):
            raise UserError("error.stale-button")
        await defer(interaction, thinking=False)
        if message.id != interaction.channel_id:
            await interaction.delete_original_response()
            return
        # A post's first message has the post's id.
        http = interaction.client.http
        try:
            await http.delete_channel(message.id)
        except discord.Forbidden:
            await interaction.delete_original_response()
            await show(interaction, notice(text("test.emptied")))
            with suppress(discord.HTTPException):
                await http.edit_channel(message.id, archived=True)


async def show_preview_of(
    interaction: Interaction,
    subscriptions: SubscriptionService,
    newest: NewestService,
    chosen: str | None = None,
) -> None:
    """Show a preview of the subscription with the `chosen` id; else of the first in this channel,
    or of the guild.

    Raises:
        UserError: the guild has no such subscription any more.
    """
    overviews = await subscriptions.overviews(managed_guild(interaction))
    posted = [each.subscription for each in overviews if each.subscription.mode is Mode.POST]
    if chosen is not None:
        found = [one for one in posted if str(one.id) == chosen]
        if not found:
            raise UserError("error.setup.removed")
    else:
        found = [one for one in posted if one.channel_id == interaction.channel_id] or posted
    if found:
        names = names_of(posted, interaction) if len(posted) > 1 else {}
        await show_preview(interaction, newest, found[0], names)
        return
    stored = await newest.newest()
    # In the channel's language, not in the admin's: as it will look.
    await show(
        interaction,
        announcement_card(stored, interaction.client.messages.text(language_of(interaction.guild))),
    )


async def show_preview(
    interaction: Interaction,
    newest: NewestService,
    one: Subscription,
    others: Mapping[int, str],
) -> None:
    """Show what a subscription would announce, exactly so but for the pings, and below it what
    that can't show."""
    sample = await newest.sample(one)
    announced, text = sample.announced, text_for(interaction)
    # In the channel's language, not in the admin's: as it will look.
    language = one.style.language or language_of(interaction.guild)
    of_channel = interaction.client.messages.text(language)
    content = announcement(
        announced, of_channel, rendering_of(one), role_ids=one.role_ids, style=one.style
    )
    await show_content(interaction, content)
    is_post = one.kind in FORUMS
    facts = preview_facts(
        one,
        sample.trial,
        text,
        post=announced_title(announced, of_channel) if is_post else "",
        tags=post_tags(interaction, one, announced) if is_post else "",
        is_pinged=is_pinged(interaction, one),
        others=others,
    )
    await show(interaction, facts)


async def show_test(interaction: Interaction, newest: NewestService, one: Subscription) -> None:
    """Post a test where a subscription announces, and say where it is.

    Raises:
        UserError: a permission is missing there, nothing passes the filter, or Discord refused it.
    """
    text, channel = text_for(interaction), Marked(f"<#{one.channel_id}>")
    needed = needed_permissions(target_of(one))
    require_permissions(interaction, one.channel_id, needed, "error.missing-permissions")
    try:
        channel_id, message_id = await newest.test(one)
    except TestRefusedError as error:
        key = "error.test.doubt" if error.maybe_sent else "error.test.refused"
        reason = Marked(reason_of(error.reason, text))
        raise UserError(key, channel=channel, reason=reason) from error
    await show(interaction, tested_page(one, channel_id, message_id, text))


def _is_test(interaction: Interaction, message: discord.Message) -> bool:
    """Whether the bot itself posted the message with the mark; a custom_id alone is anybody's."""
    found = list(message.components)
    for part in found:
        found += [*getattr(part, "children", [])]
    has_mark = any(getattr(part, "custom_id", None) == TEST_ID for part in found)
    return message.author == interaction.client.user and has_mark
