"""Deliveries that wait for their hour: digests gather, quiet hours put off.

A digest is one message for several rows of the outbox. When its hour has come, the rows that are
due are marked with the id of the newest of them (``batch``): that row is leased, sent under its own
nonce and settled for them all, and from then on the others do only what it does. So the list is
the same however often it has to be sent, and what arrives meanwhile waits for the next one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.batching import batched
from bot.core.model import DeliveryState, Frequency, Subscription, SubscriptionState, Timetable
from bot.core.timetable import next_due, quiet_end, zone_of
from bot.store.subscriptions import timetable
from bot.store.tables import deliveries, guilds, interviews, subscriptions

_CHUNK = 500
"""Ids in one statement, far below SQLite's 32,766 (SQLite docs, Limits)."""

IN_DIGEST = sa.and_(deliveries.c.batch.is_not(None), deliveries.c.batch != deliveries.c.id)
"""A row that only follows another: never leased by itself."""

_TIMED = sa.or_(
    subscriptions.c.frequency != sa.literal_column(f"'{Frequency.EACH}'"),
    subscriptions.c.quiet_from.is_not(None),
)
_TIMES = (
    subscriptions.c.frequency,
    subscriptions.c.weekday,
    subscriptions.c.hour,
    subscriptions.c.quiet_from,
    subscriptions.c.quiet_until,
)
_WITH_ZONE = subscriptions.outerjoin(guilds, guilds.c.id == subscriptions.c.guild_id)

_ALL_TIMED = (
    sa.select(subscriptions.c.id, guilds.c.time_zone, *_TIMES)
    .select_from(_WITH_ZONE)
    .where(
        _TIMED,
        subscriptions.c.state.in_([SubscriptionState.ACTIVE, SubscriptionState.PARKED]),
    )
)

_DUE_NOW = sa.and_(
    deliveries.c.state == DeliveryState.PENDING,
    deliveries.c.next_attempt_at <= sa.bindparam("now"),
)

DUE_TIMED = _ALL_TIMED.where(
    sa.exists().where(deliveries.c.subscription_id == subscriptions.c.id, _DUE_NOW)
)

IN_BATCHES = (
    sa.select(deliveries.c.batch, deliveries.c.interview_id)
    .join(interviews, interviews.c.id == deliveries.c.interview_id)
    .where(
        deliveries.c.batch.in_(sa.bindparam("batches", expanding=True)),
        interviews.c.withdrawn_at.is_(None),
    )
    .order_by(deliveries.c.id.desc())
)
"""What digests list, the newest arrivals first, without what was withdrawn meanwhile."""


async def put_off(connection: AsyncConnection, interview_id: int, now: datetime) -> None:
    """Give an interview's fresh rows the hour for which they have to wait."""
    known: dict[tuple[str | None, Timetable], datetime] = {}
    waiting: defaultdict[datetime, list[int]] = defaultdict(list)
    for id_, zone, *times in await connection.execute(_ALL_TIMED):
        when = (zone, timetable(*times))
        if when not in known:
            known[when] = next_due(when[1], now, zone_of(zone))
        if known[when] > now:
            waiting[known[when]].append(id_)
    for due, ids in waiting.items():
        for chunk in batched(ids, _CHUNK):
            await connection.execute(
                deliveries.update()
                .where(
                    deliveries.c.interview_id == interview_id,
                    deliveries.c.subscription_id.in_(chunk),
                    *_UNTOUCHED,
                )
                .values(next_attempt_at=due)
            )


_UNTOUCHED = (
    deliveries.c.state == DeliveryState.PENDING,
    deliveries.c.attempts == 0,
    deliveries.c.batch.is_(None),
)


async def reschedule(
    connection: AsyncConnection, subscription: Subscription, zone: str | None, now: datetime
) -> None:
    """Give what waits for a subscription, and was never tried, its hour by the present options."""
    due = next_due(subscription.timetable, now, zone_of(zone))
    await connection.execute(
        deliveries.update()
        .where(deliveries.c.subscription_id == subscription.id, *_UNTOUCHED)
        .values(next_attempt_at=due)
    )


async def gather(connection: AsyncConnection, now: datetime) -> None:
    """Before leasing: what fell due in quiet hours waits for their end, and what fell due in a
    digest becomes one."""
    found = await connection.execute(DUE_TIMED, {"now": now})
    for id_, zone, *times in found.all():
        when = timetable(*times)
        until = quiet_end(when.quiet, now, zone_of(zone))
        if until > now:
            await _wait(connection, id_, now, until)
        elif when.frequency is not Frequency.EACH:
            await _batch(connection, id_, now)


async def _wait(
    connection: AsyncConnection, subscription_id: int, now: datetime, until: datetime
) -> None:
    await connection.execute(
        deliveries.update()
        .where(
            deliveries.c.subscription_id == subscription_id,
            deliveries.c.state == DeliveryState.PENDING,
            deliveries.c.next_attempt_at <= now,
        )
        .values(next_attempt_at=until)
    )


async def _batch(connection: AsyncConnection, subscription_id: int, now: datetime) -> None:
    due = (
        deliveries.c.subscription_id == subscription_id,
        deliveries.c.state == DeliveryState.PENDING,
        deliveries.c.batch.is_(None),
        deliveries.c.next_attempt_at <= now,
    )
    newest = await connection.scalar(sa.select(sa.func.max(deliveries.c.id)).where(*due))
    if newest is not None:
        await connection.execute(deliveries.update().where(*due).values(batch=newest))


async def settle_batch(
    connection: AsyncConnection, delivery_id: int, values: Mapping[str, Any]
) -> None:
    """A digest's row was settled: those that it speaks for end as it does.

    They stay where they are while it is to be tried again; parking takes them along with the
    subscription.
    """
    if values.get("state") not in (
        DeliveryState.SENT,
        DeliveryState.ABANDONED,
        DeliveryState.SUPERSEDED,
    ):
        return
    taken = ("state", "reason", "message_id", "changed_at")
    await connection.execute(
        deliveries.update()
        .where(
            deliveries.c.batch == delivery_id,
            deliveries.c.id != delivery_id,
            deliveries.c.state.in_([DeliveryState.PENDING, DeliveryState.PARKED]),
        )
        .values({name: values[name] for name in taken if name in values})
    )


async def withdraw(connection: AsyncConnection, interview_id: int, now: datetime) -> None:
    """An interview was withdrawn: digests that wait leave it out, and one that would be empty is
    never sent. The row that speaks for a digest does so even when its own interview is gone."""
    listed = deliveries.alias("listed")
    still_there = sa.exists().where(
        listed.c.batch == deliveries.c.batch,
        listed.c.interview_id == interviews.c.id,
        interviews.c.withdrawn_at.is_(None),
    )
    theirs = sa.select(deliveries.c.batch).where(
        deliveries.c.interview_id == interview_id, deliveries.c.batch.is_not(None)
    )
    await connection.execute(
        deliveries.update()
        .where(
            deliveries.c.batch.in_(theirs),
            deliveries.c.state.in_([DeliveryState.PENDING, DeliveryState.PARKED]),
            ~still_there,
        )
        .values(state=DeliveryState.SUPERSEDED, reason="withdrawn", changed_at=now)
    )


def batches(rows: Sequence[Any]) -> dict[int, list[int]]:
    """The interviews of each digest by the id of its row."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for batch, interview_id in rows:
        found[batch].append(interview_id)
    return found
