"""What follows a sent message: publishing it to followers, opening its discussion thread.

Each is a row of its own beside the delivery, made in the transaction that settles the delivery as
sent, so that neither its failure nor its delay touches the message. Doing one twice is harmless
(Discord knows that a message is published and that it has a thread), so rows need no lease.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.extras import ExtraKind, ExtraState
from bot.core.model import (
    DeliveryState,
    SubscriptionState,
)
from bot.core.targets import target_of
from bot.store.codec import storable_or_none
from bot.store.dialects import insert
from bot.store.results import Extra
from bot.store.session import Repository, Transaction, transactional
from bot.store.subscription_rows import COLUMNS as SUBSCRIPTION
from bot.store.subscription_rows import subscription
from bot.store.tables import deliveries, extras, subscriptions

_SENT = (
    sa.select(*SUBSCRIPTION, deliveries.c.batch)
    .join(deliveries, deliveries.c.subscription_id == subscriptions.c.id)
    .where(
        deliveries.c.id == sa.bindparam("delivery_id"),
        deliveries.c.state == DeliveryState.SENT.value,
        deliveries.c.message_id.is_not(None),
    )
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
    subscriptions.c.language,
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
    """Add the extras that a sent delivery's subscription asks for. A digest is published once, with
    the delivery that stands for it, and has no discussion."""
    for row in await tx.read(_SENT, {"delivery_id": delivery_id}):
        target = target_of(subscription(row))
        asked = {
            ExtraKind.CROSSPOST: target.crosspost and row.batch in (None, delivery_id),
            ExtraKind.DISCUSSION: target.discussion and row.batch is None,
        }
        pending = {"state": ExtraState.PENDING, "attempts": 0, "next_attempt_at": now}
        rows = [
            {"delivery_id": delivery_id, "what": what, **pending}
            for what, is_asked in asked.items()
            if is_asked
        ]
        if rows:
            await tx.execute(insert(extras).on_conflict_do_nothing(), rows)


class ExtraRepository(Repository):
    """What follows a sent message."""

    async def due(self, now: datetime, limit: int) -> list[Extra]:
        """Up to `limit` that are due at `now`, the longest due first."""
        rows = await self._session.read(DUE, {"now": now, "limit": limit})
        return [Extra(row[0], ExtraKind(row[1]), *row[2:]) for row in rows]

    async def next_due(self) -> datetime | None:
        """When ``due`` will next give something; ``None`` when nothing waits."""
        due: datetime | None = await self._session.scalar(NEXT_DUE)
        return due

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
