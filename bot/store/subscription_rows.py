"""Subscriptions as rows and back, and how to find them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from bot.core.model import Form, Mode, Style, Subscription, SubscriptionState, TargetKind
from bot.store.codec import columns_of, timetable
from bot.store.session import Transaction
from bot.store.tables import subscriptions

_COLUMNS = columns_of(Subscription, subscriptions, without="timetable style")

TIMES = tuple(
    subscriptions.c[name] for name in ("frequency", "weekday", "hour", "quiet_from", "quiet_until")
)
"""What ``codec.timetable`` takes."""

STYLE = tuple(
    subscriptions.c[name]
    for name in ("form", "colour", "spoiler", "silent", "text_above", "language")
)
"""What ``style`` takes."""

COLUMNS = (*_COLUMNS, *TIMES, *STYLE)
"""What ``subscription`` reads."""

_CHOSEN = (
    *("role_id", "role_lost", "crosspost", "discussion"),
    *("mode", "webhook_id", "kind", "tag_id"),
    *("more_role_ids", "filter"),
)

NOT_ENDED = subscriptions.c.state != SubscriptionState.ENDED

ANNOUNCES = subscriptions.c.mode != Mode.REGULAR
"""It is for new interviews, not a regular post."""


def subscription(row: Sequence[Any]) -> Subscription:
    """The subscription of a row that begins with ``COLUMNS``."""
    values = {column.name: value for column, value in zip(_COLUMNS, row, strict=False)}
    begun = len(_COLUMNS) + len(TIMES)
    others = {
        "timetable": timetable(*row[len(_COLUMNS) : begun]),
        "style": style(*row[begun : len(COLUMNS)]),
        "more_role_ids": tuple(values["more_role_ids"]),
        "state": SubscriptionState(values["state"]),
        "mode": Mode(values["mode"]),
        "kind": TargetKind(values["kind"]),
    }
    return Subscription(**values | others)


def style(form: str, *others: Any) -> Style:
    """How a subscription's announcements look, by the columns ``STYLE``."""
    return Style(Form(form), *others)


def chosen_values(one: Subscription) -> dict[str, Any]:
    """The columns that admins choose."""
    times, quiet = one.timetable, one.timetable.quiet
    return {
        **{name: getattr(one, name) for name in _CHOSEN},
        "frequency": times.frequency,
        "weekday": times.weekday,
        "hour": times.hour,
        "quiet_from": quiet.start if quiet else None,
        "quiet_until": quiet.until if quiet else None,
        **asdict(one.style),
    }


async def find_all(tx: Transaction, *where: sa.ColumnElement[bool]) -> list[Subscription]:
    """The subscriptions that match `where`."""
    return [subscription(row) for row in await tx.read(sa.select(*COLUMNS).where(*where))]
