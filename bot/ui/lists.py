"""Lists: the newest interviews, those of a day, a guild's announcements."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import discord

from bot.core.i18n import Text
from bot.core.model import (
    GuildSettings,
    InterviewSummary,
    Mode,
    SubscriptionState,
    Timetable,
    Topic,
)
from bot.core.text import is_visible, measure, one_line, shorten
from bot.store import SubscriptionOverview
from bot.ui import ids
from bot.ui.layout import (
    CALM,
    OPTION_TEXT_LIMIT,
    Item,
    Layout,
    button,
    container,
    menu,
    option,
    row,
    rule,
    small,
    words,
)
from bot.ui.markdown import escape, escape_within, join, link
from bot.ui.options import schedule

LATEST_PER_PAGE = 10
SUBSCRIPTIONS_PER_PAGE = 5
"""So many that the longest entries together stay below Discord's 4,000 characters."""

_TITLE_LIMIT = 100
_URL_LIMIT = 120
_NAMES_LIMIT = 60
_REASON_LIMIT = 100


def choices_page(query: str, choices: Sequence[InterviewSummary], text: Text) -> Layout:
    """Several interviews that typed words may mean, to choose from; at most ten are shown."""
    shown = escape(shorten(one_line(query), ids.QUERY_LIMIT))
    return _interviews(text("read.which", query=shown), choices[:LATEST_PER_PAGE], text, None)


def latest_page(
    summaries: Sequence[InterviewSummary],
    text: Text,
    *,
    page: int,
    more: bool,
    kind: Topic | None = None,
) -> Layout:
    """One page (from 0) of the newest interviews, of one kind or all, at most
    ``LATEST_PER_PAGE``."""
    turners = row(
        turner(text("latest.newer"), ids.LatestPage(page - 1, kind) if page else None),
        turner(text("latest.older"), ids.LatestPage(page + 1, kind) if more else None),
    )
    title = text("latest.title")
    if kind is not None:
        title = text("latest.title-kind", kind=text(f"kind.{kind}"))
    return _interviews(title, summaries, text, turners)


def day_page(
    summaries: Sequence[InterviewSummary],
    text: Text,
    day: ids.DayPage,
    *,
    year: int,
    total: int,
    more: bool,
) -> Layout:
    """One page of what was published on a day in other years than `year`, by years, at most
    ``LATEST_PER_PAGE`` of `total`."""
    items: list[Item | None] = []
    for then, group in groupby(summaries, lambda one: one.published_at and one.published_at.year):
        ago = text.plural("day.years-ago", year - then) if then and then < year else None
        first, *others = [entry(summary, text, dated=False) for summary in group]
        items += [rule(), words(f"### {join([str(then), ago])}\n{first}"), *map(words, others)]
    head = f"## {text('day.title', day=text.day(day.month, day.day))}"
    counted = join(
        [text.plural("day.total", total), page_of(day.page, total, LATEST_PER_PAGE, text)]
    )
    turners = row(
        turner(text("list.back"), replace(day, page=day.page - 1) if day.page else None),
        turner(text("list.next"), replace(day, page=day.page + 1) if more else None),
    )
    foot = words(small(text("day.utc")))
    return Layout(
        container(
            words(f"{head}\n{small(counted)}"),
            *items,
            rule(),
            chooser(summaries, text),
            turners,
            foot,
        )
    )


def nothing_on_day(
    text: Text, day: ids.DayPage, nearest: Sequence[tuple[ids.DayPage, int]]
) -> Layout:
    """What a fan reads of a day on which nothing was published, with the days around on which
    something was, and how much."""
    offered = row(
        *(
            button(
                text.plural("day.other", count, day=text.day(other.month, other.day)),
                other.custom_id,
            )
            for other, count in nearest
        )
    )
    shown = text("day.nothing", day=text.day(day.month, day.day))
    return Layout(container(words(shown), offered, words(small(text("day.utc")))))


def _interviews(
    title: str, summaries: Sequence[InterviewSummary], text: Text, turners: Item | None
) -> Layout:
    entries = [words(entry(summary, text)) for summary in summaries]
    return Layout(
        container(words(f"## {title}"), *entries, rule(), chooser(summaries, text), turners)
    )


def chooser(summaries: Sequence[InterviewSummary], text: Text) -> Item:
    """A menu that opens one of these interviews, at most 25."""
    options = {
        ids.place_value(summary.id): option(
            titled(summary, text),
            ids.place_value(summary.id),
            description=join([*summary.names[:3], _plain_date(summary, text)]),
        )
        for summary in summaries
    }
    return menu(text("latest.choose"), ids.OpenChosen().custom_id, list(options.values()))


def entry(summary: InterviewSummary, text: Text, *, dated: bool = True, named: bool = True) -> str:
    """An interview in a list: its linked title, and who, when and how long below."""
    title = link(titled(summary, text), summary.url, _TITLE_LIMIT, url_limit=_URL_LIMIT)
    turns, when = summary.turn_count, summary.published_at
    facts = join(
        [
            escape_within(", ".join(summary.names), _NAMES_LIMIT)
            if summary.names and named
            else None,
            discord.utils.format_dt(when, "D") if when and dated else None,
            text.plural("card.questions", turns) if turns else None,
        ]
    )
    return "\n".join(filter(None, [f"**{title}**", small(facts)]))


def titled(summary: InterviewSummary, text: Text) -> str:
    """The title as plain text, whatever the magazine wrote."""
    title = one_line(summary.title)
    return title if is_visible(title) else text("card.untitled")


def page_of(page: int, total: int, size: int, text: Text) -> str | None:
    """ "page 2 of 3"; ``None`` where there is but one."""
    pages = -(-total // size)
    if pages < 2:
        return None
    return text("list.page", number=text.number(page + 1), total=text.number(pages))


def _plain_date(summary: InterviewSummary, text: Text) -> str | None:
    return text.date(summary.published_at) if summary.published_at else None


def choice_name(summary: InterviewSummary, text: Text) -> str:
    """An interview as autocompletion offers it: title and date within 100 characters."""
    date = _plain_date(summary, text)
    tail = f" · {date}" if date else ""
    return shorten(titled(summary, text), OPTION_TEXT_LIMIT - measure(tail)) + tail


# ---------------------------------------------------------------- announcements


def subscriptions_page(
    overviews: Sequence[SubscriptionOverview], text: Text, settings: GuildSettings, *, page: int
) -> Layout:
    """One page (from 0) of a guild's announcements, of all that there are."""
    last = max(0, (len(overviews) - 1) // SUBSCRIPTIONS_PER_PAGE)
    page = min(page, last)
    first = page * SUBSCRIPTIONS_PER_PAGE
    entries: list[Item | None] = []
    for overview in overviews[first : first + SUBSCRIPTIONS_PER_PAGE]:
        entries += [rule(), words(_subscription(overview, settings, text))]
    turners = row(
        turner(text("list.back"), ids.SubscriptionsPage(page - 1) if page else None),
        turner(text("list.next"), ids.SubscriptionsPage(page + 1) if page < last else None),
    )
    title = words(f"## {text('announcements.list.title')}")
    return Layout(container(title, *entries, turners, colour=CALM))


def _subscription(overview: SubscriptionOverview, settings: GuildSettings, text: Text) -> str:
    one = overview.subscription
    head = [f"**<#{one.channel_id}>**"]
    if one.role_id is not None:
        head.append(text("announcements.list.mentions", role=f"<@&{one.role_id}>"))
    lines = [
        join(head),
        join([_state(overview, text), schedule(one.timetable, settings, text)]),
        text("announcements.list.role-lost") if one.role_lost else None,
        small(_deliveries(overview, text)) if one.mode is Mode.POST else None,
    ]
    return "\n".join(filter(None, lines))


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


def turner(
    label: str, action: ids.Action | None
) -> "discord.ui.Button[discord.ui.LayoutView] | None":
    """A button that turns a list's pages, or nothing where there is no such page."""
    return button(label, action.custom_id) if action else None
