"""What admins chose, in words: when and how a channel gets its announcements."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import discord

from bot.core.i18n import Text
from bot.core.model import (
    Frequency,
    GuildSettings,
    Mode,
    Subscription,
    SubscriptionState,
    Timetable,
)
from bot.core.targets import FORUMS, target_of
from bot.core.timetable import clock_face
from bot.core.zones import abbreviations
from bot.ui.markdown import Marked, escape_within

_ZONE_LIMIT = 60


def describe_subscription(
    one: Subscription, settings: GuildSettings, text: Text, *, is_pinged: bool = True
) -> str:
    """Where, when and how new interviews are announced: markdown, a sentence a line.

    `is_pinged` is false where a mention of the role notifies nobody.
    """
    channel, is_digest = f"<#{one.channel_id}>", one.timetable.is_digest
    times = _times(one.timetable, settings, text)
    lines = [text(_when(one), channel=channel, **times)]
    if one.role_id is None:
        lines.append(text("options.nobody"))
    elif not is_pinged:
        lines.append(text("options.role-silent", role=f"<@&{one.role_id}>"))
    else:
        key = "options.role-digest" if is_digest else "options.role"
        lines.append(text(key, role=f"<@&{one.role_id}>"))
    if one.timetable.quiet is not None:
        lines.append(text("options.quiet-digest" if is_digest else "options.quiet", **times))
    if target_of(one).crosspost:
        lines.append(text("options.crosspost", channel=channel))
    if target_of(one).discussion and not is_digest:
        lines.append(text("options.discussion"))
    return "\n".join(lines)


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
    frequency = "follow" if one.mode is Mode.FOLLOW else one.timetable.frequency.value
    return [
        text(f"options.list.{frequency}", **times),
        text("announcements.list.mentions", role=f"<@&{one.role_id}>")
        if one.role_id is not None
        else text("options.list.no-role"),
        text("options.list.quiet" if quiet else "options.list.no-quiet", **times),
        text("options.list.crosspost" if target.crosspost else "options.list.no-crosspost"),
        text("options.list.discussion" if has_thread else "options.list.no-discussion"),
        text("options.list.tag", tag=tags.get(target.tag_id or 0, "—"))
        if has_tag
        else text("options.list.no-tag"),
    ]


def settings_facts(settings: GuildSettings, text: Text, year: int) -> list[str]:
    """What applies to all of a guild, each in a few words."""
    return [zone_clock(settings, text, year), text(f"options.list.{settings.doubt}")]


def schedule(timetable: Timetable, settings: GuildSettings, text: Text) -> str | None:
    """The timetable in a few words, for a list; ``None`` for the default."""
    times = _times(timetable, settings, text)
    words = []
    if timetable.is_digest:
        weekly = timetable.frequency is Frequency.WEEKLY
        words.append(text("options.list.weekly" if weekly else "options.list.daily", **times))
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
    if not one.timetable.is_digest:
        return "options.each-post" if one.kind in FORUMS else "options.each"
    weekly = one.timetable.frequency is Frequency.WEEKLY
    return "options.weekly" if weekly else "options.daily"


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
