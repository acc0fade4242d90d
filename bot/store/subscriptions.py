"""Questions and changes about subscriptions, and what becomes of their deliveries with them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import DeliveryState, Subscription, SubscriptionState
from bot.store.codec import storable_or_none
from bot.store.results import SubscriptionOverview
from bot.store.tables import deliveries, subscriptions

COLUMNS = (
    subscriptions.c.id,
    subscriptions.c.guild_id,
    subscriptions.c.channel_id,
    subscriptions.c.role_id,
    subscriptions.c.created_by,
    subscriptions.c.created_at,
    subscriptions.c.state,
    subscriptions.c.reason,
)


def _of_subscription(what: Any, *states: DeliveryState) -> sa.ScalarSelect[Any]:
    return (
        sa.select(what)
        .where(
            deliveries.c.subscription_id == subscriptions.c.id,
            deliveries.c.state.in_(states),
        )
        .correlate(subscriptions)
        .scalar_subquery()
    )


_LAST_REASON = (
    sa.select(deliveries.c.reason)
    .where(deliveries.c.subscription_id == subscriptions.c.id, deliveries.c.reason.is_not(None))
    .where(deliveries.c.state != DeliveryState.SENT)
    .order_by(deliveries.c.changed_at.desc(), deliveries.c.id.desc())
    .limit(1)
    .correlate(subscriptions)
    .scalar_subquery()
)

OVERVIEW = (
    sa.select(
        *COLUMNS,
        _of_subscription(sa.func.max(deliveries.c.changed_at), DeliveryState.SENT),
        _of_subscription(
            sa.func.count(), DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.PARKED
        ),
        _of_subscription(
            sa.func.min(deliveries.c.next_attempt_at), DeliveryState.PENDING, DeliveryState.LEASED
        ),
        _LAST_REASON,
    )
    .where(
        subscriptions.c.guild_id == sa.bindparam("guild_id"),
        subscriptions.c.state != SubscriptionState.ENDED,
    )
    .order_by(subscriptions.c.id)
)


def subscription(row: Sequence[Any]) -> Subscription:
    id_, guild_id, channel_id, role_id, created_by, created_at, state, reason = row
    return Subscription(
        id_, guild_id, channel_id, role_id, created_by, created_at, SubscriptionState(state), reason
    )


def overview(row: Sequence[Any]) -> SubscriptionOverview:
    return SubscriptionOverview(subscription(row[: len(COLUMNS)]), *row[len(COLUMNS) :])


async def add(
    connection: AsyncConnection,
    guild_id: int,
    channel_id: int,
    role_id: int | None,
    created_by: int,
    now: datetime,
) -> tuple[Subscription, bool]:
    found = await connection.execute(
        sa.select(*COLUMNS).where(subscriptions.c.channel_id == channel_id)
    )
    row = found.one_or_none()
    if row is None:
        result = await connection.execute(
            subscriptions.insert().values(
                guild_id=guild_id,
                channel_id=channel_id,
                role_id=role_id,
                created_by=created_by,
                created_at=now,
                state=SubscriptionState.ACTIVE,
            )
        )
        assert result.inserted_primary_key is not None  # noqa: S101
        id_ = result.inserted_primary_key[0]
        return Subscription(id_, guild_id, channel_id, role_id, created_by, now), True
    return await _add_again(connection, subscription(row), guild_id, role_id, created_by, now)


async def _add_again(
    connection: AsyncConnection,
    before: Subscription,
    guild_id: int,
    role_id: int | None,
    created_by: int,
    now: datetime,
) -> tuple[Subscription, bool]:
    ended = before.state is SubscriptionState.ENDED
    after = Subscription(
        id=before.id,
        guild_id=guild_id,
        channel_id=before.channel_id,
        role_id=role_id,
        created_by=created_by if ended else before.created_by,
        created_at=now if ended else before.created_at,
    )
    await connection.execute(
        subscriptions.update()
        .where(subscriptions.c.id == before.id)
        .values(
            guild_id=after.guild_id,
            role_id=after.role_id,
            created_by=after.created_by,
            created_at=after.created_at,
        )
    )
    await change_state(connection, before.id, SubscriptionState.ACTIVE, None, now)
    return after, ended


async def remove(
    connection: AsyncConnection, guild_id: int, channel_id: int, now: datetime
) -> bool:
    id_ = await connection.scalar(
        sa.select(subscriptions.c.id).where(
            subscriptions.c.guild_id == guild_id,
            subscriptions.c.channel_id == channel_id,
            subscriptions.c.state != SubscriptionState.ENDED,
        )
    )
    if id_ is None:
        return False
    await change_state(connection, id_, SubscriptionState.ENDED, "removed", now)
    return True


async def park(connection: AsyncConnection, delivery_id: int, reason: str, now: datetime) -> None:
    """Park the subscription of a delivery, unless it has ended meanwhile: then end that too."""
    found = await connection.execute(
        sa.select(subscriptions.c.id, subscriptions.c.state, subscriptions.c.reason)
        .join(deliveries, deliveries.c.subscription_id == subscriptions.c.id)
        .where(deliveries.c.id == delivery_id)
    )
    id_, state, ended_because = found.one()
    if state == SubscriptionState.ENDED:
        await change_state(connection, id_, SubscriptionState.ENDED, ended_because, now)
    else:
        await change_state(connection, id_, SubscriptionState.PARKED, reason, now)


_FOLLOWING = {
    SubscriptionState.ACTIVE: ((DeliveryState.PARKED,), DeliveryState.PENDING),
    SubscriptionState.PARKED: ((DeliveryState.PENDING,), DeliveryState.PARKED),
    SubscriptionState.ENDED: (
        (DeliveryState.PENDING, DeliveryState.PARKED),
        DeliveryState.ABANDONED,
    ),
}
"""Which deliveries a subscription takes along into a state, and what they become.

Never a leased one: it is in somebody's hands, and they know best how it ends.
"""


async def change_state(
    connection: AsyncConnection,
    id_: int,
    state: SubscriptionState,
    reason: str | None,
    now: datetime,
) -> None:
    reason = storable_or_none(reason)
    await connection.execute(
        subscriptions.update().where(subscriptions.c.id == id_).values(state=state, reason=reason)
    )
    taken, become = _FOLLOWING[state]
    values: dict[str, Any] = {"state": become, "reason": reason, "changed_at": now}
    if become is DeliveryState.PENDING:
        values["next_attempt_at"] = now
    await connection.execute(
        deliveries.update()
        .where(deliveries.c.subscription_id == id_, deliveries.c.state.in_(taken))
        .values(values)
    )
