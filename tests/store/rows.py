"""What tests ask of a store and do to it, in few words."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.core.clock import SystemClock
from bot.core.extras import ExtraKind, ExtraState
from bot.core.model import (
    Conclusion,
    Delivery,
    DeliveryState,
    StoredInterview,
    Subscription,
    SubscriptionState,
)
from bot.store import Store
from bot.store.engine import open_database
from bot.store.outbox_queries import ROW, delivery
from bot.store.parking import change_state
from bot.store.tables import deliveries, extras
from tests.store.samples import database_url


async def add_subscription(
    store: Store, guild_id: int, channel_id: int, role_id: int | None, created_by: int
) -> tuple[Subscription, bool]:
    """Subscribe a channel: its subscription, and whether it had none before."""
    after, before = await store.subscriptions.subscribe(
        guild_id,
        channel_id,
        created_by,
        lambda one: replace(one, role_id=role_id, role_lost=False),
    )
    return after, before is None


async def set_subscription_state(
    store: Store, subscription_id: int, state: SubscriptionState, reason: str | None
) -> None:
    """Change a subscription's state with all that comes of it."""
    await store.database.transact(
        lambda tx: change_state(tx, subscription_id, state, reason, tx.clock.now())
    )


async def asked(folder: Path, question: str) -> list[tuple[Any, ...]]:
    """The rows that answer a question in SQL to the database of ``database_url(folder)``."""
    async with open_database(database_url(folder), SystemClock()) as database:
        return [tuple(row) for row in await database.read(sa.text(question))]


async def deliveries_of(store: Store, interview_id: int) -> list[Delivery]:
    """What became of an interview in each channel, in the order of the rows."""
    rows = await store.database.read(
        sa.select(*ROW).where(deliveries.c.interview_id == interview_id).order_by(deliveries.c.id)
    )
    return [delivery(row) for row in rows]


async def stored_interview(store: Store, interview_id: int) -> StoredInterview:
    """An interview that is there."""
    stored = await store.interviews.get(interview_id)
    assert stored is not None
    return stored


async def extras_of(
    store: Store, delivery_id: int
) -> dict[ExtraKind, tuple[ExtraState, str | None]]:
    """How far each of a delivery's extras is, and why it waits or was given up."""
    rows = await store.database.read(
        sa.select(extras.c.what, extras.c.state, extras.c.reason)
        .where(extras.c.delivery_id == delivery_id)
        .order_by(extras.c.what)
    )
    return {ExtraKind(row.what): (ExtraState(row.state), row.reason) for row in rows}


async def settle_delivery(
    store: Store,
    delivery_id: int,
    *,
    expected_attempts: int,
    state: DeliveryState,
    now: datetime,
    **rest: Any,
) -> bool:
    """End the lease of a delivery; the rest are the fields of the conclusion."""
    return await store.outbox.settle(
        leased(delivery_id, expected_attempts, now), Conclusion(state, **rest), now
    )


async def park_delivery(
    store: Store,
    delivery_id: int,
    *,
    expected_attempts: int,
    now: datetime,
    reason: str,
    next_probe_at: datetime | None = None,
    maybe_sent_at: datetime | None = None,
) -> bool:
    """End the lease of a delivery whose channel is out of reach; probed after ten minutes."""
    next_probe_at = next_probe_at or now + timedelta(minutes=10)
    conclusion = Conclusion(DeliveryState.PARKED, reason, next_probe_at, maybe_sent_at)
    return await store.outbox.settle(leased(delivery_id, expected_attempts, now), conclusion, now)


def leased(delivery_id: int, attempts: int, now: datetime) -> Delivery:
    """What settling needs of a delivery: its id and the fencing token."""
    return Delivery(delivery_id, 0, 0, DeliveryState.LEASED, attempts, now, "")


async def subscription_in(store: Store, guild_id: int, channel_id: int) -> int:
    """The id of a channel's only subscription."""
    (found,) = await store.subscriptions.in_channel(guild_id, channel_id)
    return found.id
