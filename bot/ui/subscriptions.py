"""What admins read of announcements: what they chose in words, a guild's list, and the notice when
they stop somewhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import discord
from discord import ButtonStyle

from bot.core.i18n import Text
from bot.core.model import GuildSettings, Mode, Style, Subscription, SubscriptionState, Timetable
from bot.core.targets import FORUMS, target_of
from bot.core.timetable import clock_face
from bot.core.zones import abbreviations
from bot.store import DueNotice, SubscriptionOverview
from bot.ui import ids
from bot.ui.admin_ids import (
    EditSetup,
    OpenSetup,
    RegularPostsPage,
    SubscriptionButton,
    UndoRemoval,
)
from bot.ui.filters import shown_filter
from bot.ui.layout import (
    CALM,
    WARNING,
    Button,
    Content,
    Item,
    Layout,
    button,
    lines,
    page_buttons,
    panel,
    row,
    rule,
    small,
)
from bot.ui.lists import back_next
from bot.ui.markdown import Marked, escape_within, join

SUBSCRIPTIONS_PER_PAGE = 4
"""Eight components each, of Discord's 40."""

CHANNELS_SHOWN = 10
GUILD_LIMIT = 100
"""Characters of a guild's name (Discord docs, Guild Resource)."""

_REASON_LIMIT = 100
_ZONE_LIMIT = 60

_FOR_GOOD = frozenset({"unknown-channel", "wrong-channel-type"})
"""Reasons that nobody mends: another channel has to be chosen."""


# ---------------------------------------------------------------- the list and the notice


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
        entries.append(_buttons(overview.subscription, page, text))
    turners = page_buttons(page, page < last, ids.SubscriptionsPage, back_next(text))
    another = button(text("announcements.list.another"), OpenSetup(), ButtonStyle.primary)
    title = f"## {text('announcements.list.title')}"
    regular = button(text("regular.title"), RegularPostsPage("here"))
    return panel(title, *entries, rule(), row(another, regular, *turners), colour=CALM)


def _buttons(one: Subscription, page: int, text: Text) -> Item | None:
    """What can be done with a subscription; of what Discord carries only its end."""

    def press(what: str, style: ButtonStyle = ButtonStyle.secondary) -> Button:
        action = SubscriptionButton(one.id, what, page)
        return button(text(f"announcements.list.{what}"), action, style)

    remove = press("remove", ButtonStyle.danger)
    if one.mode is Mode.FOLLOW:
        return row(remove)
    edit = button(text("announcements.list.edit"), EditSetup(one.id))
    is_active = one.state is SubscriptionState.ACTIVE
    return row(edit, press("test"), press("pause" if is_active else "resume"), remove)


def removed_page(message: str, change_id: int | None, text: Text) -> Layout:
    """That a channel's announcements were removed; with the button that undoes it, where that is
    possible."""
    undo = button(text("announcements.undo"), UndoRemoval(change_id)) if change_id else None
    see_all = button(text("panel.list"), ids.SubscriptionsPage(0))
    hint = small(text("announcements.undoable")) if change_id else None
    return panel(message, row(undo, see_all), hint, colour=CALM)


def _entry(
    overview: SubscriptionOverview, settings: GuildSettings, text: Text, *, is_pinged: bool
) -> str:
    one = overview.subscription
    mentions = silent = None
    if one.role_ids and is_pinged:
        mentions = text("announcements.list.mentions", role=roles_of(one))
    elif one.role_ids:
        silent = text("options.role-silent", role=roles_of(one))
    return lines(
        join([f"**<#{one.channel_id}>**", mentions]),
        join([_state(overview, text), schedule(one.timetable, settings, text)]),
        small(_further_facts(one, settings, text)),
        text("announcements.list.role-lost") if one.role_lost else silent,
        small(delivery_facts(overview, text)) if one.mode is Mode.POST else None,
    )


def _further_facts(one: Subscription, settings: GuildSettings, text: Text) -> str:
    """What is chosen beside channel, roles and times, where it is not as it comes."""
    blank = Subscription(0, one.guild_id, one.channel_id, None, 0, one.created_at, kind=one.kind)
    facts, usual = (
        subscription_facts(each, settings, text, {})[FIRST_FURTHER:] for each in (one, blank)
    )
    chosen = [fact for fact, common in zip(facts, usual, strict=True) if fact != common]
    return " · ".join(chosen) if one.mode is Mode.POST else ""


FIRST_FURTHER = 3
"""The place of the first fact of ``subscription_facts`` that the list's first lines don't have."""


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


def delivery_facts(overview: SubscriptionOverview, text: Text) -> str:
    """What was sent last, what waits, and when that is tried next: markdown of a line."""
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
    found = list(dict.fromkeys(f"<#{one.channel_id}>" for one in stopped))
    channels = found[:CHANNELS_SHOWN]
    if len(found) > CHANNELS_SHOWN:
        channels.append(text.plural("notice.more", len(found) - CHANNELS_SHOWN))
    where = text.all_of(channels)
    ended = stopped[0].state is SubscriptionState.ENDED
    heals = not ended and stopped[0].reason not in _FOR_GOOD
    name = escape_within(guild, GUILD_LIMIT) if guild else None
    keys = ("notice.stopped", "notice.ended", "notice.after")
    if all(one.regular for one in stopped):
        keys = ("notice.regular.stopped", "notice.regular.ended", "notice.regular.after")
    return panel(
        text(keys[1] if ended else keys[0], channels=where),
        text("notice.why", reason=reason_of(stopped[0].reason, text)),
        text(keys[2]) if heals else None,
        small(text("notice.guild", guild=name)) if name else None,
        colour=WARNING,
    )


# ---------------------------------------------------------------- what admins chose


def describe_subscription(
    one: Subscription, settings: GuildSettings, text: Text, *, is_pinged: bool = True
) -> str:
    """Where, when and how new interviews are announced: markdown, a sentence a line.

    `is_pinged` is false where a mention of the role notifies nobody.
    """
    channel, role = f"<#{one.channel_id}>", roles_of(one)
    is_digest, target = one.timetable.is_digest, target_of(one)
    times = _times(one.timetable, settings, text)
    if not one.role_ids:
        pinged = text("options.nobody")
    elif not is_pinged:
        pinged = text("options.role-silent", role=role)
    else:
        pinged = text("options.role-digest" if is_digest else "options.role", role=role)
    quiet = text("options.quiet-digest" if is_digest else "options.quiet", **times)
    return lines(
        text(_when(one), channel=channel, **times),
        text("options.filter", filter=shown_filter(one.filter, text)) if one.filter else None,
        pinged,
        quiet if one.timetable.quiet is not None else None,
        text("options.crosspost", channel=channel) if target.crosspost else None,
        text("options.discussion") if target.discussion and not is_digest else None,
    )


def next_step_hint(
    one: Subscription, settings: GuildSettings, due: datetime | None, text: Text, *, is_new: bool
) -> str:
    """When the next digest is sent (`due`), or what to do next, and whether the guild lacks a time
    zone: one line of markdown, which may be empty."""
    hints = []
    if one.state is SubscriptionState.ACTIVE and one.timetable.is_digest and due is not None:
        hints.append(text("options.next-digest", when=discord.utils.format_dt(due, "F")))
    elif one.state is SubscriptionState.ACTIVE:
        hints.append(text("announcements.next-steps" if is_new else "announcements.see-preview"))
    if settings.time_zone is None and (one.timetable.is_digest or one.timetable.quiet):
        hints.append(text("options.no-zone"))
    return " ".join(hints)


def describe_changes(text: Text, before: Iterable[str], after: Iterable[str]) -> list[str]:
    """What differs between two lists of facts that correspond, as before → after, a line each."""
    return [
        text("options.change", before=old, after=new)
        for old, new in zip(before, after, strict=True)
        if old != new
    ]


def subscription_facts(
    one: Subscription, settings: GuildSettings, text: Text, tags: Mapping[int, str]
) -> list[str]:
    """All that an admin chose of a subscription, each in a few words; `tags` are the shown names
    of the forum's tags."""
    times, target = _times(one.timetable, settings, text), target_of(one)
    is_digest, quiet = one.timetable.is_digest, one.timetable.quiet
    has_tag, has_thread = target.tag_id is not None, target.discussion and not is_digest
    frequency = "follow" if one.mode is Mode.FOLLOW else one.timetable.frequency
    return [
        text(f"options.list.{frequency}", **times),
        text("announcements.list.mentions", role=roles_of(one))
        if one.role_ids
        else text("options.list.no-role"),
        text("options.list.quiet" if quiet else "options.list.no-quiet", **times),
        text("options.list.crosspost" if target.crosspost else "options.list.no-crosspost"),
        text("options.list.discussion" if has_thread else "options.list.no-discussion"),
        text("options.list.tag", tag=tags.get(target.tag_id or 0, "—"))
        if has_tag
        else text("options.list.no-tag"),
        *style_facts(one.style, text),
        shown_filter(one.filter, text),
    ]


def timetable_facts(timetable: Timetable, settings: GuildSettings, text: Text) -> list[str]:
    """When announcements go out, in a few words each."""
    times = _times(timetable, settings, text)
    return [
        text(f"options.list.{timetable.frequency}", **times),
        text("options.list.quiet" if timetable.quiet else "options.list.no-quiet", **times),
    ]


def style_facts(style: Style, text: Text) -> list[str]:
    """How announcements look, in a few words each."""
    edge = "options.list.no-colour" if style.colour is None else "options.list.colour"
    return [
        text(f"options.list.{style.form}"),
        text(edge, colour=hex_of(style)),
        text("options.list.spoiler" if style.spoiler else "options.list.no-spoiler"),
        text("options.list.silent" if style.silent else "options.list.no-silent"),
        text("options.list.above", words=escape_within(style.text_above, 80))
        if style.text_above
        else text("options.list.no-above"),
        text("options.list.language", language=text.language(style.language))
        if style.language
        else text("options.list.no-language"),
    ]


def hex_of(style: Style) -> str:
    """The edge's colour as ``#RRGGBB``; "" for the magazine's."""
    return "" if style.colour is None else f"#{style.colour:06X}"


def roles_of(one: Subscription) -> str:
    """The mentions of the roles that are pinged."""
    return " ".join(f"<@&{id_}>" for id_ in one.role_ids)


def settings_facts(settings: GuildSettings, text: Text, year: int) -> list[str]:
    """What applies to all of a guild, each in a few words."""
    return [zone_clock(settings, text, year), text(f"options.list.{settings.doubt}")]


def schedule(timetable: Timetable, settings: GuildSettings, text: Text) -> str | None:
    """The timetable in a few words, for a list; ``None`` for the default."""
    times = _times(timetable, settings, text)
    words = []
    if timetable.is_digest:
        words.append(text(f"options.list.{timetable.frequency}", **times))
    if timetable.quiet is not None:
        words.append(text("options.list.quiet", **times))
    return f"{' · '.join(words)} ({times['zone']})" if words else None


def describe_settings(settings: GuildSettings, text: Text) -> str:
    """What applies to all of a guild: a sentence a line."""
    zone = text("settings.zone" if settings.time_zone else "settings.no-zone", zone=_zone(settings))
    return f"{zone}\n{text(f'settings.{settings.doubt}')}"


def zone_clock(settings: GuildSettings, text: Text, year: int) -> str:
    """The guild's time zone, with what its clocks are called where they change in a `year`."""
    called = abbreviations(settings.time_zone or "UTC", year)
    if len(called) < 2:
        return _zone(settings)
    winter, summer = called
    return text("settings.zone-clock", zone=_zone(settings), winter=winter, summer=summer)


def _when(one: Subscription) -> str:
    """The key of the sentence that says where and when."""
    if one.mode is Mode.FOLLOW:
        return "options.follow"
    is_post = one.kind in FORUMS and not one.timetable.is_digest
    return "options.each-post" if is_post else f"options.{one.timetable.frequency}"


def _times(timetable: Timetable, settings: GuildSettings, text: Text) -> dict[str, str]:
    """All times of a timetable as sentences name them."""
    quiet = timetable.quiet
    return {
        "hour": clock_face(timetable.hour * 60),
        "day": text(f"weekday.{timetable.weekday}"),
        "start": clock_face(quiet.start) if quiet else "",
        "until": clock_face(quiet.until) if quiet else "",
        "zone": _zone(settings),
    }


def _zone(settings: GuildSettings) -> Marked:
    """The time zone's name, escaped: IANA names contain underscores."""
    return Marked(escape_within(settings.time_zone or "UTC", _ZONE_LIMIT))
