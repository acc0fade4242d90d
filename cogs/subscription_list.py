"""The list of a guild's announcements, and what its buttons do."""

from discord.ext import commands
from discord.utils import format_dt

from bot.admins.newest import NewestService
from bot.admins.subscriptions import SubscriptionChange, SubscriptionService
from bot.core.errors import UserError
from bot.core.i18n import Text
from bot.core.model import Mode, Subscription, SubscriptionState
from bot.core.targets import needed_permissions, target_of
from bot.ui.admin_ids import OpenSetup, RegularPostsPage, SubscriptionButton, UndoRemoval
from bot.ui.layout import Layout, button, panel, row
from bot.ui.markdown import Marked
from bot.ui.subscriptions import reason_of, removed_page, subscriptions_page
from cogs.channel_follows import unfollow
from cogs.channels import is_pinged, managed_guild, require_permissions
from cogs.components import component
from cogs.newest import show_test
from cogs.responses import Interaction, replace, text_for


class SubscriptionListButtons(commands.Cog):
    """The list's buttons: each does what the command of its name does."""

    def __init__(self, subscriptions: SubscriptionService, newest: NewestService) -> None:
        self._subscriptions = subscriptions
        self._newest = newest

    @component(SubscriptionButton)
    async def press(self, interaction: Interaction, action: SubscriptionButton) -> None:
        guild_id, by = managed_guild(interaction), interaction.user.id
        found = await self._subscriptions.store.subscriptions.by_id(guild_id, action.subscription)
        if found is None:
            raise UserError("error.setup.removed")
        if action.what == "remove":
            await remove(interaction, self._subscriptions, found)
            return
        if action.what == "test":
            await show_test(interaction, self._newest, found)
            return
        if action.what == "pause":
            await self._subscriptions.pause(guild_id, found.id, by=by)
        else:
            await resume(interaction, self._subscriptions, found)
        await replace(interaction, await list_page(interaction, self._subscriptions, action.page))

    @component(UndoRemoval)
    async def undo(self, interaction: Interaction, action: UndoRemoval) -> None:
        guild_id, text = managed_guild(interaction), text_for(interaction)
        one = await self._subscriptions.undo(guild_id, action.change, by=interaction.user.id)
        message = text("announcements.restored", channel=Marked(f"<#{one.channel_id}>"))
        await replace(interaction, removed_page(message, None, text))


async def list_page(
    interaction: Interaction, subscriptions: SubscriptionService, page: int
) -> Layout:
    """A page of a guild's announcements, or how to set up the first."""
    guild_id, text = managed_guild(interaction), text_for(interaction)
    overviews = await subscriptions.overviews(guild_id)
    if not overviews:
        setup = button(text("welcome.setup"), OpenSetup())
        regular = button(text("regular.title"), RegularPostsPage("here"))
        return panel(text("announcements.list.empty"), row(setup, regular))
    return subscriptions_page(
        overviews,
        text,
        await subscriptions.settings(guild_id),
        page=page,
        is_pinged=lambda one: is_pinged(interaction, one),
    )


async def resume(
    interaction: Interaction, subscriptions: SubscriptionService, found: Subscription
) -> SubscriptionChange:
    """Go on with a subscription.

    Raises:
        UserError: Discord carries it, or the bot lacks a permission.
    """
    if found.mode is Mode.POST:
        needed = needed_permissions(target_of(found))
        require_permissions(interaction, found.channel_id, needed, "error.missing-permissions")
    return await subscriptions.resume(found.guild_id, found.id, by=interaction.user.id)


async def remove(
    interaction: Interaction, subscriptions: SubscriptionService, found: Subscription
) -> None:
    """End a subscription, and say so, with the button that undoes it."""
    text = text_for(interaction)
    removed, change = await subscriptions.remove(found.guild_id, found.id, by=interaction.user.id)
    key, undoable = "announcements.removed", change
    if removed.mode is Mode.FOLLOW:
        ended = await unfollow(interaction, removed)
        key, undoable = "announcements.unfollowed" if ended else "announcements.removed-follow", 0
    elif interaction.client.user and removed.created_by == interaction.client.user.id:
        key, undoable = "announcements.removed-home", 0
    message = text(key, channel=Marked(f"<#{found.channel_id}>"))
    await replace(interaction, removed_page(message, undoable, text))


def describe_resume(resumed: SubscriptionChange, text: Text) -> str:
    """What a resumed subscription does with what it missed, as a sentence."""
    one = resumed.subscription
    channel = f"<#{one.channel_id}>"
    if resumed.was is SubscriptionState.ACTIVE:
        return text("announcements.resumed-already", channel=channel)
    if resumed.was is SubscriptionState.PARKED:
        reason = reason_of(one.reason, text)
        return text("announcements.resumed-parked", channel=channel, reason=reason)
    head = text("announcements.resumed", channel=channel)
    if not resumed.missed:
        return f"{head} {text('announcements.resumed-nothing')}"
    kind = "all" if resumed.shown == resumed.missed else "newest"
    if one.timetable.is_digest:
        kind = "digest"
    elif resumed.due is not None:
        kind = f"{kind}-later"
    missed = text.plural("announcements.resumed-missed", resumed.missed)
    shown, when = text.number(resumed.shown), format_dt(resumed.due, "t") if resumed.due else ""
    return f"{head} {missed} {text(f'announcements.resumed-{kind}', shown=shown, when=when)}"
