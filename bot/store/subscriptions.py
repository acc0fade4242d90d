"""Questions and changes about subscriptions, and what becomes of their deliveries with them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import (
    DeliveryState,
    Frequency,
    Mode,
    QuietHours,
    Subscription,
    SubscriptionState,
    TargetKind,
    Timetable,
)
from bot.store import parking
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
    subscriptions.c.crosspost,
    subscriptions.c.discussion,
    subscriptions.c.role_lost,
    subscriptions.c.mode,
    subscriptions.c.webhook_id,
    subscriptions.c.kind,
    subscriptions.c.tag_id,
    subscriptions.c.frequency,
    subscriptions.c.weekday,
    subscriptions.c.hour,
    subscriptions.c.quiet_from,
    subscriptions.c.quiet_until,
)
_NAMES = tuple(column.name for column in COLUMNS)

OF_CHANNEL = sa.select(*COLUMNS).where(
    subscriptions.c.channel_id == sa.bindparam("channel_id", type_=sa.BigInteger)
)
OF_GUILDS_CHANNEL = OF_CHANNEL.where(
    subscriptions.c.guild_id == sa.bindparam("guild_id", type_=sa.BigInteger),
    subscriptions.c.state != SubscriptionState.ENDED,
)

Edit = Callable[[Subscription], Subscription]
"""What becomes of a subscription; of the result, only what admins choose is written."""


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
    .where(deliveries.c.state.not_in([DeliveryState.SENT, DeliveryState.SUPERSEDED]))
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
        sa.func.coalesce(
            _of_subscription(
                sa.func.min(deliveries.c.next_attempt_at),
                DeliveryState.PENDING,
                DeliveryState.LEASED,
            ),
            subscriptions.c.next_probe_at,
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
    values = dict(zip(_NAMES, row, strict=True))
    return Subscription(
        **{name: values.pop(name) for name in _NAMES[:6]},
        state=SubscriptionState(values.pop("state")),
        mode=Mode(values.pop("mode")),
        kind=TargetKind(values.pop("kind")),
        timetable=timetable(*(values.pop(name) for name in _NAMES[-5:])),
        **values,
    )


def timetable(
    frequency: str, weekday: int, hour: int, quiet_from: int | None, quiet_until: int | None
) -> Timetable:
    quiet = (
        QuietHours(quiet_from, quiet_until)
        if quiet_from is not None and quiet_until is not None
        else None
    )
    return Timetable(Frequency(frequency), weekday, hour, quiet)


def _chosen(one: Subscription) -> dict[str, Any]:
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


def overview(row: Sequence[Any]) -> SubscriptionOverview:
    return SubscriptionOverview(subscription(row[: len(COLUMNS)]), *row[len(COLUMNS) :])


async def find(
    connection: AsyncConnection, channel_id: int, guild_id: int | None = None
) -> Subscription | None:
    """The subscription of a channel, an ended one too; with `guild_id`, only that guild's own
    that has not ended."""
    statement = OF_CHANNEL if guild_id is None else OF_GUILDS_CHANNEL
    values = {"channel_id": channel_id} | ({} if guild_id is None else {"guild_id": guild_id})
    row = (await connection.execute(statement, values)).one_or_none()
    return None if row is None else subscription(row)


async def of_guild(connection: AsyncConnection, guild_id: int) -> list[Subscription]:
    """A guild's subscriptions that have not ended."""
    rows = await connection.execute(
        sa.select(*COLUMNS).where(
            subscriptions.c.guild_id == guild_id,
            subscriptions.c.state != SubscriptionState.ENDED,
        )
    )
    return [subscription(row) for row in rows]


async def add(
    connection: AsyncConnection,
    guild_id: int,
    channel_id: int,
    created_by: int,
    edit: Edit,
    now: datetime,
) -> tuple[Subscription, Subscription | None]:
    """The subscription as it is now, and as it was before; ``None`` for new or ended."""
    before = await find(connection, channel_id)
    if before is None:
        blank = Subscription(0, guild_id, channel_id, None, created_by, now)
        after = edit(blank)
        result = await connection.execute(
            subscriptions.insert().values(
                guild_id=guild_id,
                channel_id=channel_id,
                created_by=created_by,
                created_at=now,
                state=SubscriptionState.ACTIVE,
                **_chosen(after),
            )
        )
        assert result.inserted_primary_key is not None  # noqa: S101
        return replace(after, id=result.inserted_primary_key[0]), None
    ended = before.state is SubscriptionState.ENDED
    awake = replace(before, guild_id=guild_id, state=SubscriptionState.ACTIVE, reason=None)
    if ended:
        awake = Subscription(before.id, guild_id, channel_id, None, created_by, now)
    after = edit(awake)
    await connection.execute(
        subscriptions.update()
        .where(subscriptions.c.id == before.id)
        .values(
            guild_id=guild_id,
            created_by=after.created_by,
            created_at=after.created_at,
            **_chosen(after),
        )
    )
    await change_state(connection, before.id, SubscriptionState.ACTIVE, None, now)
    return after, None if ended else before


async def save(connection: AsyncConnection, after: Subscription) -> None:
    """Write what admins choose of a subscription."""
    await connection.execute(
        subscriptions.update().where(subscriptions.c.id == after.id).values(_chosen(after))
    )


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


async def heal(connection: AsyncConnection, delivery_id: int, now: datetime, catch_up: int) -> None:
    """What was sent reached its channel: if its subscription is parked, it is not any more."""
    id_ = await connection.scalar(
        sa.select(subscriptions.c.id)
        .join(deliveries, deliveries.c.subscription_id == subscriptions.c.id)
        .where(deliveries.c.id == delivery_id, subscriptions.c.state == SubscriptionState.PARKED)
    )
    if id_ is not None:
        await change_state(connection, id_, SubscriptionState.ACTIVE, None, now, catch_up=catch_up)


async def park(
    connection: AsyncConnection,
    delivery_id: int,
    reason: str,
    now: datetime,
    next_probe_at: datetime,
) -> None:
    """Park the subscription of a delivery, unless it has ended meanwhile, or an admin paused it:
    then the delivery follows that."""
    found = await connection.execute(
        sa.select(
            subscriptions.c.id,
            subscriptions.c.state,
            subscriptions.c.reason,
            subscriptions.c.parked_at,
        )
        .join(deliveries, deliveries.c.subscription_id == subscriptions.c.id)
        .where(deliveries.c.id == delivery_id)
    )
    id_, state, ended_because, parked_at = found.one()
    left = state == SubscriptionState.PARKED and parked_at is None
    if left or state in (SubscriptionState.ENDED, SubscriptionState.PAUSED):
        await change_state(connection, id_, SubscriptionState(state), ended_because, now)
    else:
        await change_state(connection, id_, SubscriptionState.PARKED, reason, now)
        again = state == SubscriptionState.PARKED
        await parking.note_parked(connection, id_, reason, now, next_probe_at, again=again)


_FOLLOWING = {
    SubscriptionState.ACTIVE: ((DeliveryState.PARKED,), DeliveryState.PENDING),
    SubscriptionState.PARKED: ((DeliveryState.PENDING,), DeliveryState.PARKED),
    SubscriptionState.PAUSED: ((DeliveryState.PENDING,), DeliveryState.PARKED),
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
    *,
    catch_up: int = parking.CATCH_UP,
) -> None:
    """Active again, it catches up on the newest `catch_up` that it missed."""
    reason = storable_or_none(reason)
    if state is SubscriptionState.ACTIVE:
        await parking.gather_each(connection, id_, catch_up, now)
    values: dict[str, Any] = {"state": state, "reason": reason}
    if state is not SubscriptionState.PARKED:
        values |= parking.NOT_PARKED
    await connection.execute(subscriptions.update().where(subscriptions.c.id == id_).values(values))
    taken, become = _FOLLOWING[state]
    following: dict[str, Any] = {"state": become, "reason": reason, "changed_at": now}
    if become is DeliveryState.PENDING:
        following["next_attempt_at"] = now
    await connection.execute(
        deliveries.update()
        .where(deliveries.c.subscription_id == id_, deliveries.c.state.in_(taken))
        .values(following)
    )
