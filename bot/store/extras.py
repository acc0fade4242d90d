"""What follows a sent message: publishing it to followers, opening its discussion thread.

Each is a row of its own beside the delivery, made in the transaction that settles the delivery as
sent, so that neither its failure nor its delay touches the message. Doing one twice is harmless
(Discord knows that a message is published and that it has a thread), so rows need no lease.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.model import DeliveryState, ExtraKind, ExtraState, SubscriptionState
from bot.core.targets import TargetOption, kinds_with
from bot.store.codec import storable_or_none
from bot.store.results import Extra
from bot.store.session import Repository, Session, Transaction, transactional
from bot.store.tables import deliveries, extras, subscriptions

_ALONE = deliveries.c.batch.is_(None)
"""A digest is published once, with the delivery that stands for it, and has no discussion."""

_CONDITIONS = {
    ExtraKind.CROSSPOST: sa.and_(
        subscriptions.c.crosspost,
        subscriptions.c.kind.in_(kinds_with(TargetOption.CROSSPOST)),
        sa.or_(_ALONE, deliveries.c.batch == deliveries.c.id),
    ),
    ExtraKind.DISCUSSION: sa.and_(
        subscriptions.c.discussion,
        subscriptions.c.kind.in_(kinds_with(TargetOption.DISCUSSION)),
        _ALONE,
    ),
}


def _new_rows(what: ExtraKind) -> Any:
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
            _CONDITIONS[what],
            ~sa.exists().where(
                extras.c.delivery_id == deliveries.c.id, extras.c.what == what.value
            ),
        )
    )


_BEGIN = extras.insert().from_select(
    ["delivery_id", "what", "state", "attempts", "next_attempt_at"],
    sa.union_all(*map(_new_rows, ExtraKind)),
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

# A sent message is still published when its subscription is paused or parked; not when it ended.
_NOT_ENDED = subscriptions.c.state != SubscriptionState.ENDED.value

DUE = (
    sa.select(*_ROW)
    .select_from(_JOINED)
    .where(
        extras.c.state == sa.literal_column(f"'{ExtraState.PENDING}'"),
        extras.c.next_attempt_at <= sa.bindparam("now"),
        _NOT_ENDED,
    )
    .order_by(extras.c.next_attempt_at, extras.c.delivery_id, extras.c.what)
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)

NEXT_DUE = (
    sa.select(extras.c.next_attempt_at)
    .select_from(_JOINED)
    .where(extras.c.state == sa.literal_column(f"'{ExtraState.PENDING}'"), _NOT_ENDED)
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


async def begin(tx: Transaction, delivery_id: int, now: datetime) -> None:
    """Add the extras that a sent delivery's subscription asks for."""
    await tx.execute(_BEGIN, {"delivery_id": delivery_id, "now": now})


class ExtraRepository(Repository):
    """What follows a sent message."""

    def __init__(self, session: Session, begun: asyncio.Event) -> None:
        super().__init__(session)
        self.begun = begun
        """Set after every delivery that was settled as sent: there may be something to do."""

    async def due(self, now: datetime, limit: int) -> list[Extra]:
        """Up to `limit` that are due at `now`, the longest due first."""
        rows = await self._session.read(DUE, {"now": now, "limit": limit})
        return [Extra(row[0], ExtraKind(row[1]), *row[2:]) for row in rows]

    async def next_due(self) -> datetime | None:
        """When ``due`` will next give something; ``None`` when nothing waits."""
        rows = await self._session.read(NEXT_DUE)
        return rows[0].next_attempt_at if rows else None

    async def published(self, channel_id: int, since: datetime) -> list[datetime]:
        """When messages of a channel were published, or attempted to be, after `since`; oldest
        first. A message with several attempts counts once, with the latest."""
        rows = await self._session.read(PUBLISHED, {"channel_id": channel_id, "since": since})
        return [row.tried_at for row in rows]

    async def begin_attempt(self, extra: Extra, now: datetime, again_at: datetime) -> None:
        """Note an attempt before it is made; without an outcome it is due again at `again_at`."""
        attempts = extra.attempts + 1
        await self._update(
            extra, {"attempts": attempts, "tried_at": now, "next_attempt_at": again_at}
        )

    async def delay(self, extra: Extra, until: datetime, reason: str) -> None:
        """It is due again at `until`, and why."""
        await self._update(extra, {"next_attempt_at": until, "reason": storable_or_none(reason)})

    async def complete(self, extra: Extra, *, thread_id: int | None = None) -> None:
        """It is done; `thread_id` is that of the discussion."""
        await self._update(extra, {"state": ExtraState.DONE, "reason": None}, thread_id)

    async def abandon(self, extra: Extra, reason: str) -> None:
        """It can't be done, and why; the message stays as it is."""
        values = {"state": ExtraState.ABANDONED, "reason": storable_or_none(reason)}
        await self._update(extra, values)

    @transactional
    async def _update(
        self,
        tx: Transaction,
        extra: Extra,
        values: Mapping[str, Any],
        thread_id: int | None = None,
    ) -> None:
        this = (extras.c.delivery_id == extra.delivery_id, extras.c.what == extra.what)
        await tx.execute(extras.update().where(*this).values(values))
        if thread_id is not None:
            message = deliveries.c.id == extra.delivery_id
            await tx.execute(deliveries.update().where(message).values(thread_id=thread_id))
