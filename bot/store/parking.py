"""Subscriptions whose channel is out of reach: parked, probed now and then, healed, caught up.

A probe is one of the parked deliveries, made due while its subscription stays parked. Refused, it
parks again; sent, it heals the subscription in the transaction that settles it. So a probe costs
one request, and nothing is posted that was not to be posted anyhow.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.model import DeliveryState, Frequency, SubscriptionState, TargetKind
from bot.store.codec import storable_or_none
from bot.store.delivery_states import MERGE, OF_SUBSCRIPTION, PROBE, REVIVE, take
from bot.store.session import Transaction
from bot.store.tables import deliveries, subscriptions
from bot.store.timing import form_digest

NOTICE_PAUSE = timedelta(days=1)
"""A subscription's admins get a notice of the same cause no oftener."""

PROBES_AT_ONCE = 50
"""Probes begun with one lease: what heals together is spread over several."""

CAUGHT_UP = "caught-up"
"""Why a delivery is superseded: the message of a newer one mentions it."""

_PARKED = subscriptions.c.state == SubscriptionState.PARKED

NEXT_PROBE = (
    sa.select(subscriptions.c.next_probe_at)
    .where(subscriptions.c.next_probe_at.is_not(None), _PARKED)
    .order_by(subscriptions.c.next_probe_at)
    .limit(1)
)

DUE_PROBES = (
    sa.select(subscriptions.c.id, subscriptions.c.frequency)
    .where(
        subscriptions.c.next_probe_at.is_not(None),
        subscriptions.c.next_probe_at <= sa.bindparam("now"),
        _PARKED,
    )
    .order_by(subscriptions.c.next_probe_at)
    .limit(PROBES_AT_ONCE)
)

_NOT_PARKED: dict[str, Any] = {
    "parked_at": None,
    "probes": 0,
    "next_probe_at": None,
    "notice_due_at": None,
    "notice_tried_at": None,
}
"""The columns of a subscription that is not parked."""


async def change_state(
    tx: Transaction,
    subscription_id: int,
    state: SubscriptionState,
    reason: str | None,
    now: datetime,
) -> None:
    """Change a subscription's state, and take its deliveries along (``OF_SUBSCRIPTION``). Active
    again, it catches up on the newest that it missed."""
    reason = storable_or_none(reason)
    this = subscriptions.c.id == subscription_id
    if state is SubscriptionState.ACTIVE:
        frequency = await tx.scalar(sa.select(subscriptions.c.frequency).where(this))
        # A digest lists all that was missed.
        if frequency == Frequency.EACH:
            await _merge_missed(tx, subscription_id, now)
    parked = {} if state is SubscriptionState.PARKED else _NOT_PARKED
    await tx.execute(
        subscriptions.update().where(this).values(state=state, reason=reason, **parked)
    )
    step = OF_SUBSCRIPTION[state]
    due = {"next_attempt_at": now} if step is REVIVE else {}
    theirs = deliveries.c.subscription_id == subscription_id
    await take(tx, step, now, theirs, reason=reason, **due)


async def park(
    tx: Transaction, delivery_id: int, reason: str, now: datetime, next_probe_at: datetime
) -> None:
    """Park the subscription of a delivery, unless it has ended meanwhile, or an admin paused it,
    or its guild removed the bot: then the delivery follows that."""
    row = (
        await tx.execute(
            sa.select(
                subscriptions.c.id,
                subscriptions.c.state,
                subscriptions.c.reason,
                subscriptions.c.parked_at,
            )
            .join(deliveries, deliveries.c.subscription_id == subscriptions.c.id)
            .where(deliveries.c.id == delivery_id)
        )
    ).one()
    again = row.state == SubscriptionState.PARKED
    left = again and row.parked_at is None
    if left or row.state in (SubscriptionState.ENDED, SubscriptionState.PAUSED):
        await change_state(tx, row.id, SubscriptionState(row.state), row.reason, now)
        return
    await change_state(tx, row.id, SubscriptionState.PARKED, reason, now)
    await _plan_probe_and_notice(tx, row.id, reason, now, next_probe_at, again=again)


async def heal(tx: Transaction, delivery_id: int, now: datetime) -> None:
    """A delivery was sent, so its channel is in reach: a parked subscription is active again."""
    id_ = await tx.scalar(
        sa.select(subscriptions.c.id)
        .join(deliveries, deliveries.c.subscription_id == subscriptions.c.id)
        .where(deliveries.c.id == delivery_id, _PARKED)
    )
    if id_ is not None:
        await change_state(tx, id_, SubscriptionState.ACTIVE, None, now)


async def _plan_probe_and_notice(
    tx: Transaction,
    subscription_id: int,
    reason: str,
    now: datetime,
    next_probe_at: datetime,
    *,
    again: bool,
) -> None:
    """Plan the next probe of a parked subscription, and the notice to its admins: once when it is
    parked, and when the cause is another (`again`: it was parked before); of one cause at most
    once in ``NOTICE_PAUSE``. A person whose messages are closed gets one each time, for theirs is
    shown only beside the answer to a command."""
    this = subscriptions.c.id == subscription_id
    values: dict[str, Any] = {"next_probe_at": next_probe_at}
    values |= {"probes": subscriptions.c.probes + 1} if again else {"parked_at": now, "probes": 0}
    await tx.execute(subscriptions.update().where(this).values(values))
    notify = sa.or_(
        subscriptions.c.notified_cause.is_(None), subscriptions.c.notified_cause != reason
    )
    if not again:
        notify |= subscriptions.c.notified_at <= now - NOTICE_PAUSE
        notify |= subscriptions.c.kind == TargetKind.DIRECT
    await tx.execute(
        subscriptions.update()
        .where(this, notify, subscriptions.c.notice_due_at.is_(None))
        .values(notice_due_at=now, notice_tried_at=None)
    )


async def begin_probes(tx: Transaction, now: datetime) -> None:
    """Make one delivery due of each subscription whose probe is; without any, wait for one."""
    for id_, frequency in await tx.read(DUE_PROBES, {"now": now}):
        each = frequency == Frequency.EACH
        probe = await (_merge_missed(tx, id_, now) if each else _parked_digest(tx, id_))
        if probe is not None:
            await take(tx, PROBE, now, deliveries.c.id == probe, next_attempt_at=now)
        await tx.execute(
            subscriptions.update().where(subscriptions.c.id == id_).values(next_probe_at=None)
        )


async def probe_stranded(tx: Transaction, now: datetime) -> None:
    """Plan a probe where none is planned or under way although something waits: there was nothing
    to probe with, or what there was is not to be sent any more."""

    def has(*states: DeliveryState) -> sa.Exists:
        return sa.exists().where(
            deliveries.c.subscription_id == subscriptions.c.id, deliveries.c.state.in_(states)
        )

    await tx.execute(
        subscriptions.update()
        .where(
            _PARKED,
            subscriptions.c.parked_at.is_not(None),
            subscriptions.c.next_probe_at.is_(None),
            has(DeliveryState.PARKED),
            ~has(DeliveryState.PENDING, DeliveryState.LEASED),
        )
        .values(next_probe_at=now)
    )


async def _merge_missed(tx: Transaction, subscription_id: int, now: datetime) -> int | None:
    """Of what a subscription missed, keep the newest ``catch_up`` (at least one); the message of
    the oldest of them mentions the rest. Its id, ``None`` where nothing was missed."""
    missed = (
        deliveries.c.subscription_id == subscription_id,
        deliveries.c.state == DeliveryState.PARKED,
        deliveries.c.batch.is_(None),
    )
    rows = await tx.read(
        sa.select(deliveries.c.id, deliveries.c.missed)
        .where(*missed)
        .order_by(deliveries.c.id.desc())
    )
    kept, rest = rows[: max(1, tx.catch_up)], rows[max(1, tx.catch_up) :]
    if not kept:
        return None
    oldest: int = kept[-1].id
    if rest:
        await take(tx, MERGE, now, *missed, deliveries.c.id < oldest, reason=CAUGHT_UP, missed=0)
        mentioned = deliveries.c.missed + sum(1 + row.missed for row in rest)
        await tx.execute(
            deliveries.update().where(deliveries.c.id == oldest).values(missed=mentioned)
        )
    return oldest


async def _parked_digest(tx: Transaction, subscription_id: int) -> int | None:
    """The delivery that is sent for a parked digest; all that waits goes into one."""
    parked = (
        deliveries.c.subscription_id == subscription_id,
        deliveries.c.state == DeliveryState.PARKED,
    )
    leader: int | None = await tx.scalar(
        sa.select(sa.func.min(deliveries.c.id)).where(
            *parked, deliveries.c.batch == deliveries.c.id
        )
    )
    return leader if leader is not None else await form_digest(tx, *parked)
