"""What holds among the subscriptions of one channel."""

from collections.abc import Sequence

from bot.core.errors import UserError
from bot.core.filters import parse_filter
from bot.core.model import Mode, Subscription
from bot.store import Repositories
from bot.ui.markdown import Marked


async def require_distinct(tx: Repositories, one: Subscription) -> None:
    """Refuse a second subscription of a channel with the same filter: all would come twice.

    Raises:
        UserError: there is one.
    """
    there = await tx.subscriptions.in_channel(one.guild_id, one.channel_id)
    if any(other.id != one.id and other.filter == one.filter for other in there):
        raise UserError("error.filter.taken", channel=Marked(f"<#{one.channel_id}>"))


def filter_meant(there: Sequence[Subscription], typed: str | None) -> str:
    """The filter of the subscription of a channel that ``add`` is about, which may be none yet.

    Where Discord carries announcements there, that ends. Where no filter is typed, it is the only
    one.
    """
    if typed is None or any(one.mode is Mode.FOLLOW for one in there):
        return there[0].filter if len(there) == 1 else ""
    return str(parse_filter(typed))


def require_posted(subscription: Subscription) -> Subscription:
    """The subscription, where the bot posts its announcements.

    Raises:
        UserError: Discord's channel following carries them: there are no options and no pause.
    """
    if subscription.mode is Mode.FOLLOW:
        raise UserError("error.follow.no-options")
    return subscription
