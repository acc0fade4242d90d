"""A server's regular posts, as its admins see and set them up."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import discord
from discord import ButtonStyle, ui

from bot.core.drafts import NO_LANGUAGE
from bot.core.i18n import Text
from bot.core.model import GuildSettings, SubscriptionState
from bot.core.regular_posts import (
    RegularPost,
    RegularSort,
    RegularTimes,
    is_silenced,
    next_moment,
)
from bot.core.text import shorten
from bot.core.timetable import clock_face, zone_of
from bot.store import PlannedPost
from bot.ui import ids
from bot.ui.admin_ids import (
    AddRegularPost,
    RegularPostButton,
    RegularPostForm,
    RegularPostsPage,
)
from bot.ui.layout import (
    CALM,
    PLACEHOLDER_LIMIT,
    Content,
    Layout,
    button,
    lines,
    menu,
    option,
    panel,
    row,
    rule,
    small,
)
from bot.ui.markdown import bold, join
from bot.ui.panel_forms import StatelessForm, labelled
from bot.ui.subscriptions import reason_of, schedule, timetable_facts

MOST_POSTS = 8
"""Regular posts of a guild: four components each, of Discord's 40 of a message."""

EVERY_DAY = "daily"
"""The value of a form's menu of days that stands for all of them; the others are 0 to 6."""


def regular_posts_page(
    planned: Sequence[PlannedPost],
    settings: GuildSettings,
    text: Text,
    now: datetime,
    *,
    done: str = "",
) -> Layout:
    """All of a guild's regular posts, and the menu that adds one; `done` is what was changed."""
    entries: list[Content] = []
    for one in planned[:MOST_POSTS]:
        show = button(text("panel.change"), RegularPostButton(one.post.subscription.id, "show"))
        entries += [
            rule(),
            ui.Section(_entry(one, settings, text, now, short=True), accessory=show),
        ]
    sorts = [
        option(text(f"regular.sort.{sort}"), sort, description=text(f"regular.about.{sort}"))
        for sort in RegularSort
    ]
    full = len(planned) >= MOST_POSTS
    return panel(
        done,
        lines(f"## {text('regular.title')}", text("regular.intro") if not planned else None),
        *entries,
        rule(),
        None if full else menu(text("regular.add"), AddRegularPost(), sorts),
        row(button(text("list.back"), ids.SubscriptionsPage(0))),
        small(text("options.no-zone")) if planned and settings.time_zone is None else None,
        colour=CALM,
    )


def regular_post_page(
    one: PlannedPost, settings: GuildSettings, text: Text, now: datetime
) -> Layout:
    """One of them, and what can be done with it."""

    def press(what: str, style: ButtonStyle = ButtonStyle.secondary) -> "ui.Button[Any]":
        action = RegularPostButton(one.post.subscription.id, what)
        return button(text(f"announcements.list.{what}"), action, style)

    is_resting = one.post.subscription.state is SubscriptionState.PAUSED
    return panel(
        _entry(one, settings, text, now),
        small(text(f"regular.about.{one.post.sort}")),
        row(
            press("edit"),
            button(text("panel.preview"), RegularPostButton(one.post.subscription.id, "preview")),
            press("resume" if is_resting else "pause"),
            press("remove", ButtonStyle.danger),
            button(text("list.back"), RegularPostsPage("here")),
        ),
        colour=CALM,
    )


def name_of(post: RegularPost, text: Text) -> str:
    """What it is called, where its channel sees it too."""
    if post.sort is RegularSort.QUOTE:
        often = "day" if post.times.weekday is None else "week"
        return text(f"regular.head.quote-{often}")
    return text(f"regular.sort.{post.sort}")


def post_facts(post: RegularPost, settings: GuildSettings, text: Text) -> list[str]:
    """All that an admin chose, each in a few words."""
    language = post.subscription.style.language
    return [
        schedule(post.times.timetable(), settings, text) or "",
        text("options.list.language", language=text.language(language))
        if language
        else text("options.list.no-language"),
    ]


def _entry(
    one: PlannedPost, settings: GuildSettings, text: Text, now: datetime, *, short: bool = False
) -> str:
    """Its name, where and when, and how it fares: a line each. A `short` one leaves out the time
    zone, for which a phone has no room beside a button."""
    post = one.post
    when, language = post_facts(post, settings, text)
    if short:
        when = timetable_facts(post.times.timetable(), settings, text)[0]
    shown = language if post.subscription.style.language else None
    return lines(
        bold(name_of(post, text)),
        join([f"<#{post.subscription.channel_id}>", when, shown]),
        small(_state(one, settings, text, now)),
    )


def _state(one: PlannedPost, settings: GuildSettings, text: Text, now: datetime) -> str:
    subscription, quiet = one.post.subscription, one.quiet
    if subscription.state is SubscriptionState.PAUSED:
        return text("regular.paused")
    if subscription.state is SubscriptionState.PARKED:
        return text("announcements.list.parked", reason=reason_of(subscription.reason, text))
    if is_silenced(one.post.times, quiet):
        return text("regular.silenced")
    following = next_moment(one.post.times, now, zone_of(settings.time_zone), quiet)
    when = discord.utils.format_dt(following, "R")
    shown = text("announcements.list.next-post", when=when)
    return shown[:1].upper() + shown[1:]


def regular_post_form(
    sort: RegularSort,
    post: RegularPost | None,
    text: Text,
    *,
    channel_id: int,
    channel_types: Sequence[discord.ChannelType],
    languages: Mapping[str, str],
) -> StatelessForm:
    """The form of a post as it is, or of a new one, for which `channel_id` (0 for none) is
    suggested."""
    times = post.times if post is not None else _SUGGESTED[sort]
    days = {EVERY_DAY: text("regular.every-day")}
    days |= {str(day): text(f"weekday.{day}") for day in range(len(calendar.day_name))}
    day = EVERY_DAY if times.weekday is None else str(times.weekday)
    hours = {str(hour): clock_face(hour * 60) for hour in range(24)}
    spoken = {NO_LANGUAGE: text("panel.no-language"), **languages}
    chosen = (post.subscription.style.language if post is not None else None) or NO_LANGUAGE
    channels: ui.ChannelSelect[Any] = ui.ChannelSelect(
        custom_id="channel",
        channel_types=list(channel_types),
        default_values=[discord.Object(channel_id)] if channel_id else [],
        placeholder=shorten(text("regular.choose-channel"), PLACEHOLDER_LIMIT),
        required=True,
    )
    return StatelessForm(
        text(f"regular.sort.{sort}"),
        RegularPostForm(post.subscription.id if post is not None else 0, sort).custom_id,
        [
            labelled("regular-channel", text, channels) if post is None else None,
            labelled("regular-day", text, _menu("day", days, day)),
            labelled("regular-hour", text, _menu("hour", hours, str(times.hour))),
            labelled("language", text, _menu("language", spoken, chosen)),
        ],
    )


_SUGGESTED = {
    RegularSort.ON_THIS_DAY: RegularTimes(9),
    RegularSort.QUOTE: RegularTimes(18),
    RegularSort.ARCHIVE: RegularTimes(18, 6),
}


def _menu(name: str, choices: Mapping[str, str], chosen: str) -> "ui.Select[Any]":
    options = [option(label, value, default=value == chosen) for value, label in choices.items()]
    return ui.Select(custom_id=name, options=options)
