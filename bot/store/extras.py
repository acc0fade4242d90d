"""What follows a sent message: publishing it to followers, opening its discussion.

Each is a row of its own beside the delivery, begun in the transaction that settles the delivery as
sent, so that neither its failure nor its delay touches the message. Doing one twice is harmless
(Discord knows that a message is published and that it has a thread), so rows need no lease.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.model import DeliveryState, ExtraKind, ExtraState, SubscriptionState, TargetKind
from bot.store.codec import storable_or_none
from bot.store.engine import Database
from bot.store.results import Extra
from bot.store.tables import deliveries, extras, subscriptions

_ALONE = deliveries.c.batch.is_(None)
"""A digest is published once, with the delivery that stands for it, and has no discussion."""

_WANTED = {
    ExtraKind.CROSSPOST: sa.and_(
        subscriptions.c.crosspost,
        subscriptions.c.kind == TargetKind.ANNOUNCEMENT.value,
        sa.or_(_ALONE, deliveries.c.batch == deliveries.c.id),
    ),
    ExtraKind.DISCUSSION: sa.and_(
        subscriptions.c.discussion,
        subscriptions.c.kind.in_([TargetKind.TEXT.value, TargetKind.ANNOUNCEMENT.value]),
        _ALONE,
    ),
}


def _wanted(what: ExtraKind) -> Any:
    return (
        sa.select(
            deliveries.c.id,
            sa.literal(what.value),
            sa.literal(ExtraState.PENDING.value),
            sa.literal(0),
            sa.bindparam("now", type_=extras.c.next_attempt_at.type),
        )
        .join(subscriptions, subscriptions.c.id == deliveries.c.subscription_id)
        .where(
            deliveries.c.id == sa.bindparam("delivery_id"),
            deliveries.c.state == DeliveryState.SENT.value,
            deliveries.c.message_id.is_not(None),
            _WANTED[what],
            ~sa.exists().where(
                extras.c.delivery_id == deliveries.c.id, extras.c.what == what.value
            ),
        )
    )


_BEGIN = extras.insert().from_select(
    ["delivery_id", "what", "state", "attempts", "next_attempt_at"],
    sa.union_all(*map(_wanted, ExtraKind)),
)

_ROW = (
    extras.c.delivery_id,
    extras.c.what,
    extras.c.attempts,
    extras.c.tried_at,
    deliveries.c.interview_id,
    deliveries.c.message_id,
    deliveries.c.nonce,
    subscriptions.c.guild_id,
    subscriptions.c.channel_id,
)

_JOINED = extras.join(deliveries, deliveries.c.id == extras.c.delivery_id).join(
    subscriptions, subscriptions.c.id == deliveries.c.subscription_id
)

# What was sent stays to be published when a subscription is paused or parked; not when it ended.
_THERE = subscriptions.c.state != SubscriptionState.ENDED.value

DUE = (
    sa.select(*_ROW)
    .select_from(_JOINED)
    .where(
        extras.c.state == sa.literal_column(f"'{ExtraState.PENDING}'"),
        extras.c.next_attempt_at <= sa.bindparam("now"),
        _THERE,
    )
    .order_by(extras.c.next_attempt_at, extras.c.delivery_id, extras.c.what)
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)

NEXT_DUE = (
    sa.select(extras.c.next_attempt_at)
    .select_from(_JOINED)
    .where(extras.c.state == sa.literal_column(f"'{ExtraState.PENDING}'"), _THERE)
    .order_by(extras.c.next_attempt_at)
    .limit(1)
)

PUBLISHED = (
    sa.select(extras.c.tried_at)
    .select_from(_JOINED)
    .where(
        extras.c.what == ExtraKind.CROSSPOST.value,
        subscriptions.c.channel_id == sa.bindparam("channel_id"),
        extras.c.tried_at > sa.bindparam("since"),
    )
    .order_by(extras.c.tried_at)
)

OF_DELIVERY = (
    sa.select(extras.c.what, extras.c.state, extras.c.reason)
    .where(extras.c.delivery_id == sa.bindparam("delivery_id"))
    .order_by(extras.c.what)
)


async def begin(connection: AsyncConnection, delivery_id: int, now: datetime) -> int:
    """Rows for what a sent delivery's subscription wants besides; how many are new."""
    result = await connection.execute(_BEGIN, {"delivery_id": delivery_id, "now": now})
    return result.rowcount


class Extras:
    """The store's face for what follows a sent message; a part of ``Store``, and as that raises."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.begun = asyncio.Event()
        """Set by every delivery that was settled as sent: there may be something to do."""

    async def due(self, now: datetime, limit: int) -> list[Extra]:
        """Up to `limit` that are due at `now`, the longest due first."""
        rows = await self._database.fetch(DUE, {"now": now, "limit": limit})
        return [_extra(row) for row in rows]

    async def next_due(self) -> datetime | None:
        """When ``due`` will next give something; ``None`` when nothing waits."""
        rows = await self._database.fetch(NEXT_DUE)
        return rows[0].next_attempt_at if rows else None

    async def published(self, channel_id: int, since: datetime) -> list[datetime]:
        """When messages of a channel were published, or tried to be, after `since`; oldest first.

        A message that was tried several times counts once, with the latest.
        """
        rows = await self._database.fetch(PUBLISHED, {"channel_id": channel_id, "since": since})
        return [row.tried_at for row in rows]

    async def begin_try(self, extra: Extra, now: datetime, again_at: datetime) -> None:
        """Note a try before it is made; should it be heard of no more, it is due at `again_at`."""
        await self._change(
            extra, {"attempts": extra.attempts + 1, "tried_at": now, "next_attempt_at": again_at}
        )

    async def delay(self, extra: Extra, until: datetime, reason: str) -> None:
        """It waits, and why."""
        await self._change(extra, {"next_attempt_at": until, "reason": storable_or_none(reason)})

    async def done(self, extra: Extra, *, thread_id: int | None = None) -> None:
        """It is done; `thread_id` is that of the discussion."""

        async def write(connection: AsyncConnection) -> None:
            await _update(connection, extra, {"state": ExtraState.DONE.value, "reason": None})
            if thread_id is not None:
                await connection.execute(
                    deliveries.update()
                    .where(deliveries.c.id == extra.delivery_id)
                    .values(thread_id=thread_id)
                )

        await self._database.change(write)

    async def abandon(self, extra: Extra, reason: str) -> None:
        """It can't be done, and why; the message stays as it is."""
        await self._change(
            extra, {"state": ExtraState.ABANDONED.value, "reason": storable_or_none(reason)}
        )

    async def of_delivery(self, delivery_id: int) -> dict[ExtraKind, tuple[ExtraState, str | None]]:
        """How far each of a delivery's is, and why it waits or was given up."""
        rows = await self._database.fetch(OF_DELIVERY, {"delivery_id": delivery_id})
        return {ExtraKind(row.what): (ExtraState(row.state), row.reason) for row in rows}

    async def _change(self, extra: Extra, values: dict[str, Any]) -> None:
        await self._database.change(lambda connection: _update(connection, extra, values))


async def _update(connection: AsyncConnection, extra: Extra, values: dict[str, Any]) -> None:
    await connection.execute(
        extras.update()
        .where(extras.c.delivery_id == extra.delivery_id, extras.c.what == extra.what.value)
        .values(values)
    )


def _extra(row: Sequence[Any]) -> Extra:
    delivery_id, what, *rest = row
    return Extra(delivery_id, ExtraKind(what), *rest)
