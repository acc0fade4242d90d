"""How the bot fares, as a value for monitors. Pure.

| status | code | when |
|---|---|---|
| ``ok`` | 200 | all is well |
| ``degraded`` | 200 | a feed fails, or has not been polled yet; a restart would not mend it |
| ``failing`` | 503 | Discord is not connected, the database fails, or all feeds failed thrice |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.core.errors import UserError
from bot.core.model import DeliveryState
from bot.feed.watcher import FeedHealth

GIVEN_UP_AFTER = 3
"""Failed polls in a row that count as a feed that is down, rather than as a bad moment."""


@dataclass(frozen=True, slots=True)
class Health:
    """An answer to ``GET /healthz``: HTTP status and JSON."""

    code: int
    body: Mapping[str, Any]


def health(
    feeds: Sequence[FeedHealth], outbox: Mapping[DeliveryState, int] | None, *, connected: bool
) -> Health:
    """`outbox` is ``None`` where the database could not be asked.

    The addresses of feeds are shown without credentials and query, which may be secret.
    """
    down = bool(feeds) and all(feed.failures >= GIVEN_UP_AFTER for feed in feeds)
    if not connected or outbox is None or down:
        status = "failing"
    elif any(feed.failures or feed.succeeded_at is None for feed in feeds):
        status = "degraded"
    else:
        status = "ok"
    body = {
        "status": status,
        "discord": {"connected": connected},
        "database": {"ok": outbox is not None},
        "outbox": {state.value: count for state, count in (outbox or {}).items()},
        "feeds": [_feed(feed) for feed in feeds],
    }
    return Health(503 if status == "failing" else 200, body)


def _feed(feed: FeedHealth) -> Mapping[str, Any]:
    return {
        "url": _shown(feed.url),
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


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
