"""What an admin chose, in words: what will happen from now on."""

from datetime import datetime

import discord

from bot.core.i18n import Text
from bot.core.model import Frequency, GuildSettings, Mode, Subscription, TargetKind, Timetable
from bot.core.timetable import clock_face
from bot.ui.markdown import Marked, escape_within

_ZONE_LIMIT = 60
_POSTS = (TargetKind.FORUM, TargetKind.MEDIA)


def describe_subscription(one: Subscription, settings: GuildSettings, text: Text) -> str:
    """Where, when and how new interviews are announced: markdown, a line each."""
    channel = f"<#{one.channel_id}>"
    lines = [_when(one, settings, text, channel), _who(one, text)]
    quiet = one.timetable.quiet
    if quiet is not None:
        lines.append(
            text(
                "options.quiet",
                start=clock_face(quiet.start),
                until=clock_face(quiet.until),
                zone=zone(settings),
            )
        )
    if one.crosspost and one.kind is TargetKind.ANNOUNCEMENT:
        lines.append(text("options.crosspost", channel=channel))
    gathers = one.timetable.frequency is not Frequency.EACH
    if one.discussion and one.kind in (TargetKind.TEXT, TargetKind.ANNOUNCEMENT) and not gathers:
        lines.append(text("options.discussion"))
    return "\n".join(lines)


def next_step_hint(
    one: Subscription, settings: GuildSettings, next_digest: datetime | None, text: Text
) -> str:
    """What is good to know beside the promise: one line of markdown."""
    told = [
        text("options.next-digest", when=discord.utils.format_dt(next_digest, "F"))
        if next_digest is not None
        else text("announcements.next-steps")
    ]
    timed = one.timetable.quiet is not None or one.timetable.frequency is not Frequency.EACH
    if timed and settings.time_zone is None:
        told.append(text("options.no-zone"))
    return " ".join(told)


def schedule(timetable: Timetable, settings: GuildSettings, text: Text) -> str | None:
    """The timetable in a few words, for a list; ``None`` for the default."""
    words = []
    if timetable.frequency is Frequency.DAILY:
        words.append(text("options.list.daily", hour=clock_face(timetable.hour * 60)))
    elif timetable.frequency is Frequency.WEEKLY:
        words.append(
            text(
                "options.list.weekly",
                day=text(f"weekday.{timetable.weekday}"),
                hour=clock_face(timetable.hour * 60),
            )
        )
    if timetable.quiet is not None:
        start, until = clock_face(timetable.quiet.start), clock_face(timetable.quiet.until)
        words.append(text("options.list.quiet", start=start, until=until))
    return f"{' · '.join(words)} ({zone(settings)})" if words else None


def describe_settings(settings: GuildSettings, text: Text) -> str:
    """What holds for all of a guild."""
    return "\n".join(
        [
            text("settings.zone", zone=zone(settings))
            if settings.time_zone
            else text("settings.no-zone"),
            text(f"settings.{settings.doubt}"),
        ]
    )


def zone(settings: GuildSettings) -> Marked:
    """The time zone's name, in which nothing is markdown."""
    return Marked(escape_within(settings.time_zone or "UTC", _ZONE_LIMIT))


def _when(one: Subscription, settings: GuildSettings, text: Text, channel: str) -> str:
    times = one.timetable
    if one.mode is Mode.FOLLOW:
        return text("options.follow", channel=channel)
    if times.frequency is Frequency.EACH:
        key = "options.each-post" if one.kind in _POSTS else "options.each"
        return text(key, channel=channel)
    values = {"channel": channel, "hour": clock_face(times.hour * 60), "zone": zone(settings)}
    if times.frequency is Frequency.DAILY:
        return text("options.daily", **values)
    return text("options.weekly", day=text(f"weekday.{times.weekday}"), **values)


def _who(one: Subscription, text: Text) -> str:
    if one.role_id is None:
        return text("options.nobody")
    key = "options.role" if one.timetable.frequency is Frequency.EACH else "options.role-digest"
    return text(key, role=f"<@&{one.role_id}>")
