"""The outbox: which interview is to be sent where, and how far that is.

A row goes pending, leased, sent. A lease that runs out makes the row due again. Every lease raises
``attempts``, and only who names that number may settle the row: a sender that was held up for
longer than its lease changes nothing any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import Delivery, DeliveryState, Doubt, Mode, Subscription, SubscriptionState
from bot.store import extras, follows, parking, timing
from bot.store import subscriptions as rows_of
from bot.store.subscriptions import COLUMNS as SUBSCRIPTION
from bot.store.subscriptions import subscription
from bot.store.tables import (
    DIRECT_ROUND,
    TO_GUILDS,
    TO_PERSONS,
    database,
    deliveries,
    guilds,
    subscriptions,
)

FRESH = timedelta(hours=1)
"""A delivery that has waited for longer than this is catching up, and lets newer ones pass."""

_WAITING = sa.and_(
    deliveries.c.state.in_(
        [
            sa.literal_column(f"'{DeliveryState.PENDING}'"),
            sa.literal_column(f"'{DeliveryState.LEASED}'"),
        ]
    ),
    ~timing.IN_DIGEST,
)

_ROW = (
    deliveries.c.id,
    deliveries.c.interview_id,
    deliveries.c.subscription_id,
    deliveries.c.state,
    deliveries.c.attempts,
    deliveries.c.next_attempt_at,
    deliveries.c.nonce,
    deliveries.c.message_id,
    deliveries.c.reason,
    deliveries.c.maybe_sent_at,
    deliveries.c.missed,
)

_BESIDE = (
    subscriptions.c.probes,
    sa.func.coalesce(guilds.c.doubt, Doubt.RATHER_ONCE.value).label("doubt"),
)

# What waits for a parked subscription is parked as well, but for the one that probes it; one that
# was not parked by a refusal (``parked_at``) is not probed.
_ACTIVE = sa.or_(
    subscriptions.c.state == SubscriptionState.ACTIVE,
    sa.and_(
        subscriptions.c.state == SubscriptionState.PARKED, subscriptions.c.parked_at.is_not(None)
    ),
)

_JOINED = deliveries.join(subscriptions, subscriptions.c.id == deliveries.c.subscription_id)

_STALE = deliveries.c.created_at < sa.bindparam("stale")

_in_hand = deliveries.alias("in_hand")
_CHANNEL_IS_BUSY = sa.exists().where(
    _in_hand.c.subscription_id == deliveries.c.subscription_id,
    _in_hand.c.state == DeliveryState.LEASED,
    _in_hand.c.next_attempt_at > sa.bindparam("now"),
)

_COLUMNS = (*_ROW, *SUBSCRIPTION, *_BESIDE)

_MAY_GO = sa.and_(
    _WAITING,
    deliveries.c.next_attempt_at <= sa.bindparam("now"),
    _ACTIVE,
    ~_CHANNEL_IS_BUSY,
)
_WITH_GUILD = _JOINED.outerjoin(guilds, guilds.c.id == subscriptions.c.guild_id)

# One row a channel, and none while another of its rows is in somebody's hands: so no channel is
# ever sent two at once, and a slow one with a long queue takes up one place of the sender's.
_FIRST_OF_CHANNEL = (
    sa.select(
        *_COLUMNS,
        _STALE.label("stale"),
        deliveries.c.round,
        sa.func.row_number()
        .over(partition_by=deliveries.c.subscription_id, order_by=(_STALE, deliveries.c.id))
        .label("place"),
    )
    .select_from(_WITH_GUILD)
    .where(_MAY_GO, TO_GUILDS)
    .subquery()
)

_DUE = (
    sa.select(*list(_FIRST_OF_CHANNEL.c)[: len(_COLUMNS)])
    .where(_FIRST_OF_CHANNEL.c.place == 1)
    .order_by(
        _FIRST_OF_CHANNEL.c.stale, _FIRST_OF_CHANNEL.c.round, _FIRST_OF_CHANNEL.c[_ROW[0].name]
    )
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)

# One row a person, the longest due first: read off the index, so that the first few of ten
# thousand cost no more than of ten.
_before = deliveries.alias("before")
_DUE_DIRECT = (
    sa.select(*_COLUMNS)
    .select_from(_WITH_GUILD)
    .where(
        _MAY_GO,
        TO_PERSONS,
        ~sa.exists().where(
            _before.c.subscription_id == deliveries.c.subscription_id,
            _before.c.state.in_([DeliveryState.PENDING, DeliveryState.LEASED]),
            _before.c.next_attempt_at <= sa.bindparam("now"),
            _before.c.id < deliveries.c.id,
        ),
    )
    .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)

# A row that waits for its channel's turn falls due with the lease of the row before it.
_NEXT = (
    sa.select(deliveries.c.next_attempt_at)
    .select_from(_JOINED)
    .where(
        _WAITING,
        _ACTIVE,
        sa.or_(deliveries.c.state == DeliveryState.LEASED, ~_CHANNEL_IS_BUSY),
    )
    .order_by(deliveries.c.next_attempt_at)
    .limit(1)
)
NEXT_DUE = _NEXT.where(TO_GUILDS)
NEXT_DUE_DIRECT = _NEXT.where(TO_PERSONS)

COUNTS = sa.select(deliveries.c.state, sa.func.count().label("count")).group_by(deliveries.c.state)

OF_INTERVIEW = (
    sa.select(*_ROW)
    .where(deliveries.c.interview_id == sa.bindparam("interview_id"))
    .order_by(deliveries.c.id)
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A leased row as it is now; the rest as in ``Leased``."""

    delivery: Delivery
    subscription: Subscription
    expired: bool
    probes: int | None
    doubt: Doubt


async def enqueue(connection: AsyncConnection, interview_id: int, now: datetime) -> int:
    """A row for each subscription that has not ended and has none, of persons only for those who
    follow somebody of the interview; parked with its subscription."""
    spellings = await follows.spellings_of(connection, interview_id)
    guilds_turn = sa.func.row_number().over(
        partition_by=subscriptions.c.guild_id, order_by=subscriptions.c.id
    )
    number = await _insert(connection, interview_id, now, guilds_turn, ~follows.DIRECT)
    followers = sa.and_(follows.DIRECT, subscriptions.c.channel_id.in_(follows.FOLLOWERS))
    number += await _insert(
        connection, interview_id, now, sa.literal(DIRECT_ROUND), followers, spellings=spellings
    )
    # Six characters of the database's own and the row's id: at most the 25 that Discord takes
    # (Discord docs, Message, Create Message).
    identity = sa.select(database.c.identity).scalar_subquery()
    await connection.execute(
        deliveries.update()
        .where(deliveries.c.interview_id == interview_id, deliveries.c.nonce == "")
        .values(nonce=identity + sa.cast(deliveries.c.id, sa.Text))
    )
    await timing.put_off(connection, interview_id, now)
    await parking.probe_stranded(connection, now)
    return number


async def _insert(
    connection: AsyncConnection,
    interview_id: int,
    now: datetime,
    place: sa.ColumnElement[int],
    of: sa.ColumnElement[bool],
    **values: object,
) -> int:
    parked = subscriptions.c.state.in_([SubscriptionState.PARKED, SubscriptionState.PAUSED])
    rows = sa.select(
        sa.literal(interview_id),
        subscriptions.c.id,
        sa.case((parked, DeliveryState.PARKED.value), else_=DeliveryState.PENDING.value),
        sa.literal(0),
        sa.literal(now, deliveries.c.next_attempt_at.type),
        place,
        sa.literal(""),
        sa.case((parked, subscriptions.c.reason)),
        sa.literal(now, deliveries.c.created_at.type),
        sa.literal(now, deliveries.c.changed_at.type),
    ).where(
        of,
        subscriptions.c.state != SubscriptionState.ENDED,
        subscriptions.c.mode == Mode.POST,
        ~sa.exists().where(
            deliveries.c.interview_id == interview_id,
            deliveries.c.subscription_id == subscriptions.c.id,
        ),
    )
    columns = (
        "interview_id",
        "subscription_id",
        "state",
        "attempts",
        "next_attempt_at",
        "round",
        "nonce",
        "reason",
        "created_at",
        "changed_at",
    )
    inserted = await connection.execute(deliveries.insert().from_select(columns, rows), values)
    return inserted.rowcount


async def lease(
    connection: AsyncConnection,
    now: datetime,
    lease_until: datetime,
    limit: int,
    catch_up: int = parking.CATCH_UP,
    direct: int | None = None,
) -> list[Taken]:
    """Take up to `limit` due rows, of those to persons up to `direct` and only when no more go to
    guilds."""
    await _give_up_orphans(connection, now)
    await parking.begin_probes(connection, now, catch_up)
    await timing.gather(connection, now)
    asked = {"now": now, "stale": now - FRESH}
    rows = list((await connection.execute(_DUE, asked | {"limit": limit})).all())
    left = limit - len(rows) if direct is None else min(direct, limit - len(rows))
    if left > 0:
        found = await connection.execute(_DUE_DIRECT, {"now": now, "limit": left})
        rows += found.all()
    if not rows:
        return []
    await connection.execute(
        deliveries.update()
        .where(deliveries.c.id.in_([row[0] for row in rows]))
        .values(
            state=DeliveryState.LEASED,
            attempts=deliveries.c.attempts + 1,
            next_attempt_at=lease_until,
            changed_at=now,
            maybe_sent_at=sa.func.coalesce(deliveries.c.maybe_sent_at, now),
        )
    )
    return [_leased(row, now, lease_until) for row in rows]


async def take_over(connection: AsyncConnection, now: datetime) -> int:
    """Let every lease run out now; how many there were. The fencing tokens stay as they are, so
    that a holder who lives after all may settle until somebody leases the row anew."""
    result = await connection.execute(
        deliveries.update()
        .where(deliveries.c.state == DeliveryState.LEASED, deliveries.c.next_attempt_at > now)
        .values(next_attempt_at=now)
    )
    return result.rowcount


async def settle(
    connection: AsyncConnection,
    delivery_id: int,
    expected_attempts: int,
    values: Mapping[str, Any],
    catch_up: int = parking.CATCH_UP,
) -> bool:
    """Write `values` to a row whose lease is still the one that `expected_attempts` names. Sent,
    it heals its subscription, if that was parked."""
    result = await connection.execute(
        deliveries.update()
        .where(
            deliveries.c.id == delivery_id,
            deliveries.c.attempts == expected_attempts,
            deliveries.c.state == DeliveryState.LEASED,
        )
        .values(values)
    )
    if result.rowcount != 1:
        return False
    await timing.settle_batch(connection, delivery_id, values)
    if values["state"] is DeliveryState.SENT:
        await extras.begin(connection, delivery_id, values["changed_at"])
        await rows_of.heal(connection, delivery_id, values["changed_at"], catch_up)
    elif values["state"] is DeliveryState.ABANDONED:
        await parking.probe_stranded(connection, values["changed_at"])
    return True


def delivery(row: Sequence[Any]) -> Delivery:
    id_, interview_id, subscription_id, state, *rest = row
    return Delivery(id_, interview_id, subscription_id, DeliveryState(state), *rest)


def counts(rows: Sequence[Any]) -> dict[DeliveryState, int]:
    """A number for every state, also those that no row is in."""
    return dict.fromkeys(DeliveryState, 0) | {DeliveryState(row[0]): row[1] for row in rows}


def _leased(row: Sequence[Any], now: datetime, lease_until: datetime) -> Taken:
    before = delivery(row[: len(_ROW)])
    after = replace(
        before,
        state=DeliveryState.LEASED,
        attempts=before.attempts + 1,
        next_attempt_at=lease_until,
        leased_at=now,
    )
    one = subscription(row[len(_ROW) : len(_ROW) + len(SUBSCRIPTION)])
    probes, doubt = row[len(_ROW) + len(SUBSCRIPTION) :]
    return Taken(
        after,
        one,
        expired=before.state is DeliveryState.LEASED,
        probes=probes if one.state is SubscriptionState.PARKED else None,
        doubt=Doubt(doubt),
    )


async def _give_up_orphans(connection: AsyncConnection, now: datetime) -> None:
    """Rows that were being sent when their subscription ended, by a process that is gone."""
    ended = sa.select(subscriptions.c.id).where(subscriptions.c.state == SubscriptionState.ENDED)
    await connection.execute(
        deliveries.update()
        .where(
            _WAITING,
            deliveries.c.next_attempt_at <= now,
            deliveries.c.subscription_id.in_(ended),
        )
        .values(state=DeliveryState.ABANDONED, reason="ended", changed_at=now)
    )
