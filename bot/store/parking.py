"""Subscriptions whose channel is out of reach: parked, probed now and then, healed, caught up.

A probe is one of the parked deliveries, made due while its subscription stays parked. Refused, it
parks again; sent, it heals the subscription in the transaction that settles it. So trying costs
one request, and nothing is posted that was not to be posted anyhow.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.batching import batched
from bot.core.model import DeliveryState, Frequency, SubscriptionState, TargetKind
from bot.store.engine import Database
from bot.store.tables import deliveries, subscriptions

CATCH_UP = 3
"""How many missed interviews a healed channel gets as cards, unless the settings say otherwise."""

NOTICE_PAUSE = timedelta(days=1)
"""A subscription's admins are told of the same cause no oftener."""

PROBES_AT_ONCE = 50
"""Probes begun with one lease: what heals together is spread over several."""

_CHUNK = 500
"""Ids in one statement, far below SQLite's 32,766 (SQLite docs, Limits)."""

CAUGHT_UP = "caught-up"
"""Why a delivery is superseded: a newer one's card speaks for it."""

NEXT_PROBE = (
    sa.select(subscriptions.c.next_probe_at)
    .where(
        subscriptions.c.next_probe_at.is_not(None),
        subscriptions.c.state == SubscriptionState.PARKED,
    )
    .order_by(subscriptions.c.next_probe_at)
    .limit(1)
)

PARKED = (
    sa.select(subscriptions.c.id, subscriptions.c.guild_id, subscriptions.c.channel_id)
    .where(
        subscriptions.c.next_probe_at.is_not(None),
        subscriptions.c.state == SubscriptionState.PARKED,
        subscriptions.c.kind != TargetKind.DIRECT,
    )
    .order_by(subscriptions.c.id)
)

_DUE_PROBES = (
    sa.select(subscriptions.c.id, subscriptions.c.frequency)
    .where(
        subscriptions.c.next_probe_at.is_not(None),
        subscriptions.c.next_probe_at <= sa.bindparam("now"),
        subscriptions.c.state == SubscriptionState.PARKED,
    )
    .order_by(subscriptions.c.next_probe_at)
    .limit(PROBES_AT_ONCE)
)

NOT_PARKED: dict[str, Any] = {
    "parked_at": None,
    "probes": 0,
    "next_probe_at": None,
    "notice_due_at": None,
    "notice_tried_at": None,
}
"""What stands in a subscription that is not parked."""


async def note_parked(
    connection: AsyncConnection,
    subscription_id: int,
    reason: str,
    now: datetime,
    next_probe_at: datetime,
    *,
    again: bool,
) -> None:
    """Plan the next probe of a parked subscription, and the word to its admins: once when it is
    parked, and when the cause is another; of one cause at most once in ``NOTICE_PAUSE``. A person
    whose messages are closed is told each time that they are, for they are told unasked only
    beside what they asked for."""
    one = subscriptions.c.id == subscription_id
    values: dict[str, Any] = {"next_probe_at": next_probe_at}
    values |= {"probes": subscriptions.c.probes + 1} if again else {"parked_at": now, "probes": 0}
    await connection.execute(subscriptions.update().where(one).values(values))
    untold = sa.or_(
        subscriptions.c.notified_cause.is_(None),
        subscriptions.c.notified_cause != reason,
        subscriptions.c.notified_at <= now - NOTICE_PAUSE if not again else sa.false(),
        subscriptions.c.kind == TargetKind.DIRECT if not again else sa.false(),
    )
    await connection.execute(
        subscriptions.update()
        .where(one, untold, subscriptions.c.notice_due_at.is_(None))
        .values(notice_due_at=now, notice_tried_at=None)
    )


async def probe_soon(connection: AsyncConnection, ids: Collection[int], now: datetime) -> int:
    """Probe these as soon as may be, unless they are healed or being probed; how many."""
    probed = 0
    for chunk in batched(ids, _CHUNK):
        result = await connection.execute(
            subscriptions.update()
            .where(
                subscriptions.c.id.in_(chunk),
                subscriptions.c.state == SubscriptionState.PARKED,
                subscriptions.c.next_probe_at > now,
            )
            .values(next_probe_at=now)
        )
        probed += result.rowcount
    return probed


async def begin_probes(connection: AsyncConnection, now: datetime, catch_up: int) -> None:
    """Make one delivery due of each subscription whose probe is; without any, wait for one."""
    found = await connection.execute(_DUE_PROBES, {"now": now})
    for id_, frequency in found.all():
        probe = (
            await gather(connection, id_, catch_up, now)
            if frequency == Frequency.EACH
            else await _lead(connection, id_)
        )
        if probe is not None:
            await connection.execute(
                deliveries.update()
                .where(deliveries.c.id == probe)
                .values(state=DeliveryState.PENDING, next_attempt_at=now, changed_at=now)
            )
        await connection.execute(
            subscriptions.update().where(subscriptions.c.id == id_).values(next_probe_at=None)
        )


async def probe_stranded(connection: AsyncConnection, now: datetime) -> None:
    """Plan a probe where none is planned or under way although something waits: there was nothing
    to probe with, or what there was is not to be sent any more."""
    parked = sa.exists().where(
        deliveries.c.subscription_id == subscriptions.c.id,
        deliveries.c.state == DeliveryState.PARKED,
    )
    being_probed = sa.exists().where(
        deliveries.c.subscription_id == subscriptions.c.id,
        deliveries.c.state.in_([DeliveryState.PENDING, DeliveryState.LEASED]),
    )
    await connection.execute(
        subscriptions.update()
        .where(
            subscriptions.c.state == SubscriptionState.PARKED,
            subscriptions.c.parked_at.is_not(None),
            subscriptions.c.next_probe_at.is_(None),
            parked,
            ~being_probed,
        )
        .values(next_probe_at=now)
    )


async def gather(
    connection: AsyncConnection, subscription_id: int, catch_up: int, now: datetime
) -> int | None:
    """Of what a subscription missed, keep the newest `catch_up` (at least one); the oldest of them
    speaks for the rest. Its id, ``None`` where nothing was missed."""
    found = await connection.execute(
        sa.select(deliveries.c.id, deliveries.c.missed)
        .where(
            deliveries.c.subscription_id == subscription_id,
            deliveries.c.state == DeliveryState.PARKED,
            deliveries.c.batch.is_(None),
        )
        .order_by(deliveries.c.id.desc())
    )
    rows = found.all()
    kept, rest = rows[: max(1, catch_up)], rows[max(1, catch_up) :]
    if not kept:
        return None
    speaker: int = kept[-1].id
    if rest:
        await connection.execute(
            deliveries.update()
            .where(
                deliveries.c.subscription_id == subscription_id,
                deliveries.c.state == DeliveryState.PARKED,
                deliveries.c.batch.is_(None),
                deliveries.c.id < speaker,
            )
            .values(state=DeliveryState.SUPERSEDED, reason=CAUGHT_UP, missed=0, changed_at=now)
        )
        await connection.execute(
            deliveries.update()
            .where(deliveries.c.id == speaker)
            .values(missed=deliveries.c.missed + sum(1 + row.missed for row in rest))
        )
    return speaker


async def gather_each(
    connection: AsyncConnection, subscription_id: int, catch_up: int, now: datetime
) -> None:
    """``gather``, for a subscription that gets each interview by itself; a digest takes all."""
    frequency = await connection.scalar(
        sa.select(subscriptions.c.frequency).where(subscriptions.c.id == subscription_id)
    )
    if frequency == Frequency.EACH:
        await gather(connection, subscription_id, catch_up, now)


async def _lead(connection: AsyncConnection, subscription_id: int) -> int | None:
    """The delivery that speaks for a parked digest; all that waits goes into one."""
    parked = (
        deliveries.c.subscription_id == subscription_id,
        deliveries.c.state == DeliveryState.PARKED,
    )
    leader = await connection.scalar(
        sa.select(sa.func.min(deliveries.c.id)).where(
            *parked, deliveries.c.batch == deliveries.c.id
        )
    )
    if leader is not None:
        return int(leader)
    newest = await connection.scalar(sa.select(sa.func.max(deliveries.c.id)).where(*parked))
    if newest is None:
        return None
    await connection.execute(deliveries.update().where(*parked).values(batch=newest))
    return int(newest)


class Parking:
    """The parked subscriptions, for whoever hears that something may be mended. See ``Store``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def parked(self, guild_id: int | None = None) -> list[tuple[int, int, int]]:
        """The parked channels of a guild (``None``: of all) that could be probed: subscription,
        guild and channel."""
        wanted = PARKED
        if guild_id is not None:
            wanted = wanted.where(subscriptions.c.guild_id == guild_id)
        rows = await self._database.fetch(wanted)
        return [(row.id, row.guild_id, row.channel_id) for row in rows]

    async def probe_soon(self, ids: Collection[int], now: datetime) -> int:
        """Probe these with the next lease; how many were not about to be anyhow.

        Raises:
            StoreError: as every method of the store.
        """
        return await self._database.change(lambda connection: probe_soon(connection, ids, now))
