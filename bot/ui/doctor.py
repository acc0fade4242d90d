"""What ``/announcements doctor`` found: what is well, and what to mend and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from discord.utils import format_dt

from bot.core.explanations import FilterTrial
from bot.core.feed_state import FeedHealth
from bot.core.i18n import Text
from bot.core.model import GuildSettings, Mode, StoredInterview, SubscriptionState
from bot.store import SubscriptionOverview
from bot.ui.admin_ids import EditSetup, SubscriptionButton
from bot.ui.filters import shown_filter
from bot.ui.interviews import title_link
from bot.ui.layout import CALM, WARNING, Content, Layout, button, lines, panel, row, rule, small
from bot.ui.markdown import join
from bot.ui.subscriptions import delivery_facts, reason_of, zone_clock

EXAMINED_PER_PAGE = 5
"""So many that the longest findings together stay below Discord's 4,000 characters."""


@dataclass(frozen=True, slots=True)
class ExaminedSubscription:
    """A subscription with its ``troubles`` as sentences, and what its filter let through.
    ``is_lost``: its channel, or the webhook that it comes by, may be gone for good."""

    overview: SubscriptionOverview
    troubles: tuple[str, ...] = ()
    trial: FilterTrial | None = None
    is_lost: bool = False

    @property
    def is_well(self) -> bool:
        one = self.overview.subscription
        lets_some_through = self.trial is None or not self.trial.tried or self.trial.let_through
        is_parked = one.state is SubscriptionState.PARKED
        return bool(not self.troubles and not is_parked and not one.role_lost and lets_some_through)


def doctor_page(
    examined: Sequence[ExaminedSubscription],
    feeds: Sequence[FeedHealth],
    newest: StoredInterview | None,
    settings: GuildSettings,
    text: Text,
    now: datetime,
) -> Layout:
    """All findings; of the subscriptions those first that something is the matter with."""
    ill_first = sorted(examined, key=lambda one: one.is_well)
    shown: list[Content] = []
    for one in ill_first[:EXAMINED_PER_PAGE]:
        shown += [rule(), _findings(one, text), _mends(one, text)]
    more = len(examined) - EXAMINED_PER_PAGE
    title = title_link(newest.interview, text) if newest is not None else None
    is_well = all(one.is_well for one in examined) and not any(feed.failures for feed in feeds)
    return panel(
        f"## {text('doctor.well' if is_well else 'doctor.ill')}",
        lines(
            *(_feed(feed, text) for feed in feeds),
            text("doctor.newest", title=title) if title else text("doctor.no-interview"),
            text("doctor.clock", zone=zone_clock(settings, text, now.year)),
        ),
        *(shown or [text("announcements.list.empty")]),
        small(text("filter.more", n=text.number(more))) if more > 0 else None,
        colour=CALM if is_well else WARNING,
    )


def _feed(feed: FeedHealth, text: Text) -> str:
    if feed.failures:
        since = format_dt(feed.succeeded_at, "R") if feed.succeeded_at else text("doctor.never")
        return text("doctor.feed-fails", when=since)
    if feed.succeeded_at is None:
        return text("doctor.feed-waits")
    return text("doctor.feed", when=format_dt(feed.succeeded_at, "R"))


def _findings(examined: ExaminedSubscription, text: Text) -> str:
    overview, trial = examined.overview, examined.trial
    one = overview.subscription
    parked = one.state is SubscriptionState.PARKED
    lost = trial is not None and bool(trial.tried) and not trial.let_through
    return lines(
        join([f"**<#{one.channel_id}>**", shown_filter(one.filter, text) if one.filter else None]),
        text("doctor.parked", reason=reason_of(one.reason, text)) if parked else None,
        *(f"⚠️ {trouble}" for trouble in examined.troubles),
        text("announcements.list.role-lost") if one.role_lost else None,
        text.plural("doctor.nothing-comes", len(trial.tried)) if lost and trial else None,
        text("doctor.paused") if one.state is SubscriptionState.PAUSED else None,
        text("doctor.fine") if examined.is_well else None,
        small(delivery_facts(overview, text)) if one.mode is Mode.POST else None,
    )


def _mends(examined: ExaminedSubscription, text: Text) -> Content:
    """What the bot can do about it with a press."""
    one = examined.overview.subscription
    if examined.is_well or (one.mode is Mode.FOLLOW and not examined.is_lost):
        return None
    retry, remove = (SubscriptionButton(one.id, what, 0) for what in ("resume", "remove"))
    parked = one.state is SubscriptionState.PARKED
    return row(
        button(text("doctor.retry"), retry) if parked else None,
        button(text("doctor.edit"), EditSetup(one.id)) if not examined.is_lost else None,
        button(text("announcements.list.remove"), remove) if examined.is_lost else None,
    )
