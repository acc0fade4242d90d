"""How the bot fares at one moment, and whether it does its work: as values for monitors. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.core.errors import UserError
from bot.core.feed_state import FeedHealth
from bot.core.model import DeliveryState

STALLED = 300.0
"""Seconds for which a delivery may be due, and none be settled, before the outbox counts as
standing still: three attempts at a Discord that does not answer."""


@dataclass(frozen=True, slots=True)
class DiscordState:
    """The connection, and what Discord counts against the bot. ``shards`` are those that this
    process is to connect, ``None`` while that is not known; ``guilds`` are theirs."""

    shards: int | None = None
    connected_shards: int = 0
    guilds: int = 0
    invalid_responses: int = 0
    identifies_left: int = 0


@dataclass(frozen=True, slots=True)
class StoredState:
    """What the database has. ``overdue`` is for how many seconds the first delivery is due."""

    deliveries: Mapping[DeliveryState, int]
    interviews: int = 0
    overdue: float = 0.0


@dataclass(frozen=True, slots=True)
class BotState:
    """The bot at the moment ``now``. ``stored`` is ``None`` where the database does not answer;
    ``settled`` is how many seconds ago a delivery was settled, ``None`` for not since the start."""

    now: datetime
    feeds: Sequence[FeedHealth]
    discord: DiscordState
    stored: StoredState | None
    settled: float | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """An answer to ``GET /readyz``: HTTP status and JSON."""

    code: int
    body: Mapping[str, Any]


def readiness(state: BotState) -> Readiness:
    """200 where the bot does its work, 503 with the reasons where it does not.

    The addresses of feeds are shown without credentials and query, which may be secret.
    """
    reasons = [*_discord_reasons(state), *_feed_reasons(state), *_outbox_reasons(state)]
    stored = state.stored
    body = {
        "ready": not reasons,
        "reasons": reasons,
        "discord": {
            "shards": state.discord.shards,
            "connected": state.discord.connected_shards,
            "guilds": state.discord.guilds,
        },
        "database": {"ok": stored is not None},
        "outbox": {kind.value: count for kind, count in stored.deliveries.items()}
        if stored is not None
        else {},
        "feeds": [_feed(feed) for feed in state.feeds],
    }
    return Readiness(503 if reasons else 200, body)


def _discord_reasons(state: BotState) -> list[str]:
    shards, connected = state.discord.shards, state.discord.connected_shards
    if connected == shards:
        return []
    shown = "?" if shards is None else shards
    return [f"Discord: {connected} of {shown} shards are connected"]


def _feed_reasons(state: BotState) -> list[str]:
    """One feed that can be read is enough; that others fail is shown beside it."""
    fresh = [feed for feed in state.feeds if feed.fresh_until and state.now <= feed.fresh_until]
    if fresh or not state.feeds:
        return []
    return [
        f"feed {shown_address(feed.url)}: no good poll "
        + (f"since {_moment(feed.succeeded_at)}" if feed.succeeded_at else "yet")
        + (f" ({_error(feed.last_error)})" if feed.last_error else "")
        for feed in state.feeds
    ]


def _outbox_reasons(state: BotState) -> list[str]:
    if state.stored is None:
        return ["database: it does not answer; the log's lines store.… say why"]
    overdue = state.stored.overdue
    is_moving = state.settled is not None and state.settled <= STALLED
    if overdue <= STALLED or is_moving:
        return []
    return [f"outbox: a delivery has been due for {overdue:.0f} s and nothing is sent"]


def _feed(feed: FeedHealth) -> Mapping[str, Any]:
    return {
        "url": shown_address(feed.url),
        "last_poll": _moment(feed.polled_at),
        "last_success": _moment(feed.succeeded_at),
        "next_poll": _moment(feed.next_poll_at),
        "failures": feed.failures,
        "error": _error(feed.last_error),
    }


def _error(error: Exception | None) -> str | None:
    if error is None:
        return None
    return error.key if isinstance(error, UserError) else type(error).__name__


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def shown_address(url: str) -> str:
    """An address without credentials and query, which may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
