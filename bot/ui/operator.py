"""What the bot's owners read about it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from discord.utils import format_dt

from bot.core.bot_state import BotState, readiness, shown_address
from bot.core.errors import UserError
from bot.core.feed_state import FeedHealth
from bot.core.i18n import Text
from bot.core.model import DeliveryState
from bot.core.text import shorten
from bot.feed.writing import PollReport
from bot.store import ArchiveState, ParkedChannel
from bot.ui.layout import CALM, TEXT_LIMIT, WARNING, Layout, lines, panel, small
from bot.ui.markdown import escape, escape_within
from bot.ui.subscriptions import GUILD_LIMIT, reason_of

GUILDS_SHOWN = 20
CHANNELS_SHOWN = 15
"""What a message has room for, with names of any length."""

Guild = tuple[int, str, int | None]
"""Id, name, and number of members where it is known."""


def status_page(state: BotState, version: str, text: Text) -> Layout:
    """How the bot fares: the reasons why it is not ready, then its figures."""
    reasons = [f"- {escape(reason)}" for reason in readiness(state).body["reasons"]]
    title = text("owner.status.ready" if not reasons else "owner.status.not-ready")
    return _page(
        f"## {title}",
        lines(*reasons),
        lines(*(_feed(feed, text) for feed in state.feeds)),
        _outbox(state, text),
        text(
            "owner.status.discord",
            guilds=text.number(state.discord.guilds),
            connected=text.number(state.discord.connected_shards),
            shards=text.number(state.discord.shards or 0),
            invalid=text.number(state.discord.invalid_responses),
            sessions=text.number(state.discord.identifies_left),
        ),
        small(f"kcrush-bot {version}"),
        warns=bool(reasons),
    )


def _feed(feed: FeedHealth, text: Text) -> str:
    read_at, failures = feed.succeeded_at, feed.failures
    when = format_dt(read_at, "R") if read_at is not None else text("owner.status.never")
    failed = text.plural("owner.status.failures", failures) if failures else ""
    return lines(text("owner.status.feed", url=_address(feed.url), when=when), failed)


def _outbox(state: BotState, text: Text) -> str | None:
    if state.stored is None:
        return None
    counts = state.stored.deliveries
    return text(
        "owner.status.outbox",
        interviews=text.number(state.stored.interviews),
        sent=text.number(counts[DeliveryState.SENT]),
        waiting=text.number(counts[DeliveryState.PENDING] + counts[DeliveryState.LEASED]),
        parked=text.number(counts[DeliveryState.PARKED]),
    )


def polled_page(polled: Sequence[tuple[str, PollReport | UserError]], text: Text) -> Layout:
    """What polls of the feeds brought, or why they failed, by their addresses."""
    said = [f"{_address(url)}\n{_brought(result, text)}" for url, result in polled]
    return _page(*said, warns=any(isinstance(result, UserError) for _, result in polled))


def _brought(result: PollReport | UserError, text: Text) -> str:
    if isinstance(result, UserError):
        return escape(result.sentence(text))
    if not result.changed:
        return text("owner.poll.nothing")
    return text(
        "owner.poll.changed",
        new=text.number(len(result.new_ids)),
        updated=text.number(len(result.updated_ids)),
        queued=text.number(result.enqueued),
        withheld=text.number(len(result.withheld_ids)),
    )


def backfill_page(archives: Sequence[ArchiveState], text: Text) -> Layout:
    """That the archives are being read, and how far each is."""
    return _page(text("owner.backfill"), *(_archive(one, text) for one in archives))


def _archive(one: ArchiveState, text: Text) -> str:
    url = _address(one.url)
    if one.finished_at is not None:
        return text("owner.backfill.finished", url=url, when=format_dt(one.finished_at, "R"))
    done = text.number(one.done)
    total = "?" if one.total is None else text.number(one.total)
    return text("owner.backfill.reading", url=url, done=done, total=total)


def guilds_page(guilds: Sequence[Guild], channels: Mapping[int, int], text: Text) -> Layout:
    """The largest guilds, with how many of their channels get announcements."""
    largest = sorted(guilds, key=lambda one: (-(one[2] or 0), one[0]))
    shown = [
        text(
            "owner.guilds.line",
            name=escape_within(name, GUILD_LIMIT),
            id=id_,
            members="?" if members is None else text.number(members),
            channels=text.number(channels.get(id_, 0)),
        )
        for id_, name, members in largest[:GUILDS_SHOWN]
    ]
    announcing = sum(1 for id_, _, _ in guilds if channels.get(id_))
    return _page(
        f"## {text.plural('owner.guilds', len(guilds))}",
        text.plural("owner.guilds.announcing", announcing),
        lines(*shown),
        _more(len(guilds) - GUILDS_SHOWN, text),
    )


def failing_page(parked: Sequence[ParkedChannel], names: Mapping[int, str], text: Text) -> Layout:
    """The channels that can't be reached: how many by cause, then the longest parked."""
    if not parked:
        return _page(text("owner.failing.none"))
    causes = Counter(one.reason for one in parked).most_common()
    by_cause = [f"- **{text.number(count)}** {reason_of(reason, text)}" for reason, count in causes]
    shown = [
        text.plural(
            "owner.failing.line",
            one.waiting,
            guild=escape_within(names.get(one.guild_id, str(one.guild_id)), GUILD_LIMIT),
            channel=one.channel_id,
            since=format_dt(one.parked_at, "R") if one.parked_at else "?",
        )
        for one in parked[:CHANNELS_SHOWN]
    ]
    return _page(
        f"## {text.plural('owner.failing', len(parked))}",
        lines(*by_cause),
        lines(*shown),
        _more(len(parked) - CHANNELS_SHOWN, text),
        warns=True,
    )


def announced_page(count: int, text: Text) -> Layout:
    """That withheld interviews are announced now."""
    return _page(text.plural("owner.announced", count))


def _address(url: str) -> str:
    return f"`{shown_address(url).replace('`', '%60')}`"


def _more(count: int, text: Text) -> str:
    return small(text("owner.more", count=text.number(count))) if count > 0 else ""


def _page(*parts: str | None, warns: bool = False) -> Layout:
    return panel(*_fitting(parts), colour=WARNING if warns else CALM)


def _fitting(parts: Iterable[str | None]) -> Iterable[str]:
    """The parts that are there, as far as a message has room for them."""
    left = TEXT_LIMIT
    for part in parts:
        if part and left > 0:
            yield shorten(part, left)
            left -= len(part)
