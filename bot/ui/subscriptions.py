"""What admins read of announcements: a guild's list, and the notice when they stop somewhere."""

from collections.abc import Callable, Sequence

import discord

from bot.core.i18n import Text
from bot.core.model import GuildSettings, Mode, Subscription, SubscriptionState, Timetable
from bot.store import DueNotice, SubscriptionOverview
from bot.ui import ids
from bot.ui.layout import (
    CALM,
    WARNING,
    Content,
    Layout,
    lines,
    page_buttons,
    panel,
    row,
    rule,
    small,
)
from bot.ui.lists import back_next
from bot.ui.markdown import escape_within, join
from bot.ui.options import schedule

SUBSCRIPTIONS_PER_PAGE = 5
"""So many that the longest entries together stay below Discord's 4,000 characters."""

CHANNELS_SHOWN = 10
GUILD_LIMIT = 100
"""Characters of a guild's name (Discord docs, Guild Resource)."""

_REASON_LIMIT = 100

_FOR_GOOD = frozenset({"unknown-channel", "wrong-channel-type"})
"""Reasons that nobody mends: another channel has to be chosen."""


def subscriptions_page(
    overviews: Sequence[SubscriptionOverview],
    text: Text,
    settings: GuildSettings,
    *,
    page: int,
    is_pinged: Callable[[Subscription], bool] = lambda _: True,
) -> Layout:
    """One page (from 0; the last one for any beyond) of all of a guild's announcements.

    `is_pinged` says whether a mention of a subscription's role notifies anybody.
    """
    last = max(0, (len(overviews) - 1) // SUBSCRIPTIONS_PER_PAGE)
    page = min(page, last)
    first = page * SUBSCRIPTIONS_PER_PAGE
    entries: list[Content] = []
    for overview in overviews[first : first + SUBSCRIPTIONS_PER_PAGE]:
        pinged = is_pinged(overview.subscription)
        entries += [rule(), _entry(overview, settings, text, is_pinged=pinged)]
    turners = page_buttons(page, page < last, ids.SubscriptionsPage, back_next(text))
    title = f"## {text('announcements.list.title')}"
    return panel(title, *entries, row(*turners), colour=CALM)


def _entry(
    overview: SubscriptionOverview, settings: GuildSettings, text: Text, *, is_pinged: bool
) -> str:
    one = overview.subscription
    mentions = silent = None
    if one.role_id is not None and is_pinged:
        mentions = text("announcements.list.mentions", role=f"<@&{one.role_id}>")
    elif one.role_id is not None:
        silent = text("options.role-silent", role=f"<@&{one.role_id}>")
    return lines(
        join([f"**<#{one.channel_id}>**", mentions]),
        join([_state(overview, text), schedule(one.timetable, settings, text)]),
        text("announcements.list.role-lost") if one.role_lost else silent,
        small(_deliveries(overview, text)) if one.mode is Mode.POST else None,
    )


def _state(overview: SubscriptionOverview, text: Text) -> str:
    one = overview.subscription
    if one.mode is Mode.FOLLOW:
        return text("announcements.list.follows")
    if one.state is SubscriptionState.ACTIVE:
        return text("announcements.list.active")
    if one.state is SubscriptionState.PAUSED:
        return text("announcements.list.paused")
    reason = reason_of(one.reason or overview.last_reason, text)
    return text("announcements.list.parked", reason=reason)


def _deliveries(overview: SubscriptionOverview, text: Text) -> str:
    one, sent, following = overview.subscription, overview.last_sent_at, overview.next_attempt_at
    active = one.state is SubscriptionState.ACTIVE
    waiting = None
    if overview.waiting:
        waiting = text.plural("announcements.list.waiting", overview.waiting)
        if overview.last_reason and active:
            waiting = f"{waiting} ({reason_of(overview.last_reason, text)})"
    upcoming = "announcements.list.next"
    if one.timetable != Timetable() and active and not overview.last_reason:
        upcoming = "announcements.list.next-post"
    relative = discord.utils.format_dt
    return join(
        [
            text("announcements.list.sent", when=relative(sent, "R"))
            if sent
            else text("announcements.list.never"),
            waiting,
            text(upcoming, when=relative(following, "R"))
            if following and overview.waiting
            else None,
        ]
    )


def reason_of(reason: str | None, text: Text) -> str:
    """Why a delivery waits, in words: the sentence ``delivery.reason.<reason>``."""
    try:
        return text(f"delivery.reason.{reason or 'unknown'}")
    except KeyError:
        return text("delivery.reason.other", reason=escape_within(reason or "", _REASON_LIMIT))


def stopped_notice(stopped: Sequence[DueNotice], text: Text, guild: str | None) -> Layout:
    """What an admin reads when announcements stop: where, why, and what to do. All of `stopped`
    share their reason and state."""
    channels = [f"<#{one.channel_id}>" for one in stopped[:CHANNELS_SHOWN]]
    if len(stopped) > CHANNELS_SHOWN:
        channels.append(text.plural("notice.more", len(stopped) - CHANNELS_SHOWN))
    where = ", ".join(channels)
    ended = stopped[0].state is SubscriptionState.ENDED
    heals = not ended and stopped[0].reason not in _FOR_GOOD
    name = escape_within(guild, GUILD_LIMIT) if guild else None
    return panel(
        text("notice.ended" if ended else "notice.stopped", channels=where),
        text("notice.why", reason=reason_of(stopped[0].reason, text)),
        text("notice.after") if heals else None,
        small(text("notice.guild", guild=name)) if name else None,
        colour=WARNING,
    )
