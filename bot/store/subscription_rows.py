"""Subscriptions as rows and back, and how to find them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.model import Mode, Subscription, SubscriptionState, TargetKind
from bot.store.codec import timetable
from bot.store.session import Transaction
from bot.store.tables import subscriptions

_TIMES = ("frequency", "weekday", "hour", "quiet_from", "quiet_until")
_NAMES = (
    "id",
    "guild_id",
    "channel_id",
    "role_id",
    "created_by",
    "created_at",
    "reason",
    "crosspost",
    "discussion",
    "role_lost",
    "webhook_id",
    "tag_id",
    "state",
    "mode",
    "kind",
    *_TIMES,
)

COLUMNS = tuple(subscriptions.c[name] for name in _NAMES)
"""What ``subscription`` reads."""

NOT_ENDED = subscriptions.c.state != SubscriptionState.ENDED


def subscription(row: Sequence[Any]) -> Subscription:
    """The subscription of a row that begins with ``COLUMNS``."""
    values = dict(zip(_NAMES, row[: len(_NAMES)], strict=True))
    times = timetable(*(values.pop(name) for name in _TIMES))
    enums = {
        "state": SubscriptionState(values["state"]),
        "mode": Mode(values["mode"]),
        "kind": TargetKind(values["kind"]),
    }
    return Subscription(**values | enums, timetable=times)


def chosen_values(one: Subscription) -> dict[str, Any]:
    """The columns that admins choose."""
    times, quiet = one.timetable, one.timetable.quiet
    return {
        "role_id": one.role_id,
        "role_lost": one.role_lost,
        "crosspost": one.crosspost,
        "discussion": one.discussion,
        "mode": one.mode,
        "webhook_id": one.webhook_id,
        "kind": one.kind,
        "tag_id": one.tag_id,
        "frequency": times.frequency,
        "weekday": times.weekday,
        "hour": times.hour,
        "quiet_from": quiet.start if quiet else None,
        "quiet_until": quiet.until if quiet else None,
    }


async def find_all(tx: Transaction, *where: sa.ColumnElement[bool]) -> list[Subscription]:
    """The subscriptions that match `where`."""
    return [subscription(row) for row in await tx.read(sa.select(*COLUMNS).where(*where))]
