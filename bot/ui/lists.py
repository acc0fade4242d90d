"""Lists: what a search found, the newest interviews, a guild's announcements."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.i18n import Text
from bot.model import GuildSettings, InterviewSummary, Mode, SubscriptionState, Timetable
from bot.search import Fragment, Hit
from bot.store import SubscriptionOverview
from bot.ui import ids
from bot.ui.ids import COVER, Position
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
from bot.ui.markdown import (
    bold,
    escape,
    escape_within,
    escaped_length,
    is_visible,
    join,
    link,
    measure,
    one_line,
    shorten,
)
from bot.ui.options import schedule

LATEST_PER_PAGE = 10
HITS_PER_PAGE = 5
SUBSCRIPTIONS_PER_PAGE = 5
"""So many that the longest entries together stay below Discord's 4,000 characters."""

_TITLE_LIMIT = 100
_URL_LIMIT = 120
_NAMES_LIMIT = 60
_QUESTION_LIMIT = 120
_SNIPPET_LIMIT = 240
_LEAST_ROOM = 12
_REASON_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Found:
    """An interview and what was found in it, in the order of relevance."""

    interview: InterviewSummary
    hits: tuple[Hit, ...]


def search_page(
    query: str,
    found: Sequence[Found],
    text: Text,
    *,
    page: int,
    total: int,
    more: bool,
    exact: bool = True,
) -> Layout:
    """One page (from 0) of a search: at most ``HITS_PER_PAGE`` hits, grouped by interview.

    `exact` is false where no passage holds all the words, and these are the nearest.
    """
    shown = escape(shorten(one_line(query), ids.QUERY_LIMIT))
    items: list[Item | None] = [
        words(f"## {text('search.title', query=shown)}"),
        None if exact else words(text("search.nearest")),
        words(small(join([text.plural("search.total", total), _page_of(page, total, text)]))),
    ]
    for group in found:
        items += [rule(), words(_entry(group.interview, text))]
        items += [words(_hit(group.interview, hit, text)) for hit in group.hits]
    options = {
        ids.place_value(group.interview.id, _place(hit)): (group.interview, hit)
        for group in found
        for hit in group.hits
    }
    chooser = menu(
        text("search.choose"),
        ids.OpenChosen().custom_id,
        [
            option(_label(summary, hit, text), value, description=_titled(summary, text))
            for value, (summary, hit) in options.items()
        ],
    )
    turners = row(
        _turner(text("list.back"), ids.SearchPage(page - 1, query) if page else None),
        _turner(text("list.next"), ids.SearchPage(page + 1, query) if more else None),
    )
    return Layout(container(*items, rule(), chooser, turners))


def nothing_found(query: str, text: Text) -> Layout:
    """What a fan reads when a search found nothing, with what to try."""
    shown = escape(shorten(one_line(query), ids.QUERY_LIMIT))
    return Layout(container(words(text("search.nothing", query=shown))))


def choices_page(query: str, choices: Sequence[InterviewSummary], text: Text) -> Layout:
    """Several interviews that typed words may mean, to choose from; at most ten are shown."""
    shown = escape(shorten(one_line(query), ids.QUERY_LIMIT))
    return _interviews(text("read.which", query=shown), choices[:LATEST_PER_PAGE], text, None)


def latest_page(
    summaries: Sequence[InterviewSummary], text: Text, *, page: int, more: bool
) -> Layout:
    """One page (from 0) of the newest interviews, at most ``LATEST_PER_PAGE``."""
    turners = row(
        _turner(text("latest.newer"), ids.LatestPage(page - 1) if page else None),
        _turner(text("latest.older"), ids.LatestPage(page + 1) if more else None),
    )
    return _interviews(text("latest.title"), summaries, text, turners)


def _interviews(
    title: str, summaries: Sequence[InterviewSummary], text: Text, turners: Item | None
) -> Layout:
    entries = [words(_entry(summary, text)) for summary in summaries]
    options = {
        ids.place_value(summary.id): option(
            _titled(summary, text),
            ids.place_value(summary.id),
            description=join([*summary.names[:3], _plain_date(summary, text)]),
        )
        for summary in summaries
    }
    chooser = menu(text("latest.choose"), ids.OpenChosen().custom_id, list(options.values()))
    return Layout(container(words(f"## {title}"), *entries, rule(), chooser, turners))


def _entry(summary: InterviewSummary, text: Text) -> str:
    title = link(_titled(summary, text), summary.url, _TITLE_LIMIT, url_limit=_URL_LIMIT)
    turns = summary.turn_count
    facts = join(
        [
            escape_within(", ".join(summary.names), _NAMES_LIMIT) if summary.names else None,
            discord.utils.format_dt(summary.published_at, "D") if summary.published_at else None,
            text.plural("card.questions", turns) if turns else None,
        ]
    )
    return "\n".join(filter(None, [f"**{title}**", small(facts)]))


def _titled(summary: InterviewSummary, text: Text) -> str:
    title = one_line(summary.title)
    return title if is_visible(title) else text("card.untitled")


def _plain_date(summary: InterviewSummary, text: Text) -> str | None:
    return text.date(summary.published_at) if summary.published_at else None


def choice_name(summary: InterviewSummary, text: Text) -> str:
    """An interview as autocompletion offers it: title and date within 100 characters."""
    date = _plain_date(summary, text)
    tail = f" · {date}" if date else ""
    return shorten(_titled(summary, text), OPTION_TEXT_LIMIT - measure(tail)) + tail


# ---------------------------------------------------------------- search


def _place(hit: Hit) -> Position:
    return COVER if hit.turn_number is None else Position(hit.turn_number)


def _label(summary: InterviewSummary, hit: Hit, text: Text) -> str:
    if hit.turn_number is None:
        return text("search.in-intro") if summary.turn_count else text("search.in-text")
    question = one_line(hit.question)
    return (
        f"{text.number(hit.turn_number)}. {question}"
        if is_visible(question)
        else text("reader.question-untitled", number=text.number(hit.turn_number))
    )


def _hit(summary: InterviewSummary, hit: Hit, text: Text) -> str:
    """Where it was found, and the words around it as a quote."""
    where = escape_within(_label(summary, hit, text), _QUESTION_LIMIT)
    snippet = _snippet(hit.snippet)
    return f"{where}\n> {snippet}" if is_visible(snippet) else where


def _page_of(page: int, total: int, text: Text) -> str | None:
    pages = -(-total // HITS_PER_PAGE)
    if pages < 2:
        return None
    return text("list.page", number=text.number(page + 1), total=text.number(pages))


def _snippet(fragments: Sequence[Fragment]) -> str:
    """The words around what was found, that in bold, within ``_SNIPPET_LIMIT``."""
    merged: list[tuple[str, bool]] = []
    for fragment in fragments:
        if merged and merged[-1][1] == fragment.bold:
            merged[-1] = (merged[-1][0] + fragment.text, fragment.bold)
        else:
            merged.append((fragment.text, fragment.bold))
    shown, room = "", _SNIPPET_LIMIT
    for raw, is_bold in merged:
        core = one_line(raw)
        cut = shorten(core, room, cost=escaped_length)
        piece = escape(cut)
        shown += _gap(raw[:1]) + (bold(piece) if is_bold else piece) + _gap(raw[-1:])
        room -= escaped_length(cut) + 6
        if cut != core or room < _LEAST_ROOM:
            break
    return " ".join(shown.split())


def _gap(edge: str) -> str:
    return " " if edge.isspace() else ""


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
        _turner(text("list.back"), ids.SubscriptionsPage(page - 1) if page else None),
        _turner(text("list.next"), ids.SubscriptionsPage(page + 1) if page < last else None),
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


def _turner(
    label: str, action: ids.Action | None
) -> "discord.ui.Button[discord.ui.LayoutView] | None":
    return button(label, action.custom_id) if action else None
