"""What admins chose, in words: when and how a channel gets its announcements."""

from datetime import datetime

import discord

from bot.core.i18n import Text
from bot.core.model import Frequency, GuildSettings, Mode, Subscription, Timetable
from bot.core.targets import FORUMS, target_of
from bot.core.timetable import clock_face
from bot.ui.markdown import Marked, escape_within

_ZONE_LIMIT = 60


def describe_subscription(one: Subscription, settings: GuildSettings, text: Text) -> str:
    """Where, when and how new interviews are announced: markdown, a sentence a line."""
    channel, is_digest = f"<#{one.channel_id}>", one.timetable.is_digest
    times = _times(one.timetable, settings, text)
    lines = [text(_when(one), channel=channel, **times)]
    if one.role_id is None:
        lines.append(text("options.nobody"))
    else:
        key = "options.role-digest" if is_digest else "options.role"
        lines.append(text(key, role=f"<@&{one.role_id}>"))
    if one.timetable.quiet is not None:
        lines.append(text("options.quiet", **times))
    if target_of(one).crosspost:
        lines.append(text("options.crosspost", channel=channel))
    if target_of(one).discussion and not is_digest:
        lines.append(text("options.discussion"))
    return "\n".join(lines)


def next_step_hint(
    one: Subscription, settings: GuildSettings, next_digest: datetime | None, text: Text
) -> str:
    """When the next digest is sent, or what else can be done, and whether the guild lacks a time
    zone: one line of markdown."""
    if next_digest is None:
        hint = text("announcements.next-steps")
    else:
        hint = text("options.next-digest", when=discord.utils.format_dt(next_digest, "F"))
    if settings.time_zone is None and (one.timetable.is_digest or one.timetable.quiet):
        hint = f"{hint} {text('options.no-zone')}"
    return hint


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
