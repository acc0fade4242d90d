"""Interviews that come many at once: withheld until the operator says so, or merged."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.core.batching import batched
from bot.core.model import DeliveryState, Frequency
from bot.store.codec import CHUNK
from bot.store.delivery_states import MERGE, WITHHOLD, take
from bot.store.outbox import Outbox
from bot.store.parking import CAUGHT_UP
from bot.store.session import Repository, Transaction, transactional
from bot.store.tables import deliveries, subscriptions

WITHHELD = "withheld"

REMINDED_FOR = timedelta(days=30)
"""How long the operator is reminded of an interview that was withheld."""

_IS_WITHHELD = sa.and_(
    deliveries.c.state == DeliveryState.SUPERSEDED, deliveries.c.reason == WITHHELD
)

REMINDERS = (
    sa.select(deliveries.c.interview_id)
    .distinct()
    .where(_IS_WITHHELD, deliveries.c.created_at > sa.bindparam("since"))
    .order_by(deliveries.c.interview_id)
)


class BacklogRepository(Repository):
    """The deliveries of interviews that came many at once."""

    @transactional
    async def withhold(self, tx: Transaction, interview_id: int, now: datetime) -> None:
        """Queue a new interview as ``Outbox.enqueue`` does, but send it only once it is announced
        (``announce``): until then its deliveries are superseded, with the reason ``withheld``."""
        await Outbox(tx).enqueue(interview_id, now)
        this = deliveries.c.interview_id == interview_id
        await take(tx, WITHHOLD, now, this, reason=WITHHELD)

    async def withheld(self, now: datetime) -> list[int]:
        """The interviews that were withheld within ``REMINDED_FOR``, by id."""
        since = {"since": now - REMINDED_FOR}
        return [row[0] for row in await self._session.read(REMINDERS, since)]

    @transactional
    async def announce(self, tx: Transaction, ids: Collection[int], now: datetime) -> list[int]:
        """Queue withheld interviews for every subscription that has not ended, oldest id first;
        those that were withheld. Others are left as they are, so that none is announced twice."""
        announced: list[int] = []
        for id_ in sorted(set(ids)):
            withheld = (deliveries.c.interview_id == id_, _IS_WITHHELD)
            if (await tx.execute(deliveries.delete().where(*withheld))).rowcount:
                announced.append(id_)
                await Outbox(tx).enqueue(id_, now)
        return announced

    @transactional
    async def post(
        self, tx: Transaction, subscription_id: int, ids: Collection[int], now: datetime
    ) -> list[int]:
        """Queue these interviews for one subscription, oldest first as they are given; those that
        were queued. What it has a row of, whatever came of that, is left alone, so that nothing is
        announced to it twice."""
        posted = []
        for id_ in ids:
            known = sa.select(sa.func.count()).where(
                deliveries.c.interview_id == id_,
                deliveries.c.subscription_id == subscription_id,
            )
            if not await tx.scalar(known):
                await Outbox(tx).enqueue(id_, now, only=subscription_id)
                posted.append(id_)
        return posted

    @transactional
    async def merge(self, tx: Transaction, ids: Collection[int], now: datetime) -> None:
        """Of these interviews, just enqueued, every subscription that has no digest gets the newest
        ``catch_up``; the message of the oldest of them mentions the others, which are superseded.
        Those of a parked subscription are merged when it is healed."""
        by_subscription: dict[int, list[int]] = defaultdict(list)
        for chunk in batched(ids, CHUNK):
            rows = await tx.read(
                sa.select(deliveries.c.subscription_id, deliveries.c.id)
                .join(subscriptions, subscriptions.c.id == deliveries.c.subscription_id)
                .where(
                    deliveries.c.interview_id.in_(chunk),
                    deliveries.c.state == DeliveryState.PENDING,
                    subscriptions.c.frequency == Frequency.EACH,
                )
            )
            for subscription_id, id_ in rows:
                by_subscription[subscription_id].append(id_)
        for found in by_subscription.values():
            newest_first = sorted(found, reverse=True)
            kept, rest = newest_first[: tx.catch_up], newest_first[tx.catch_up :]
            for chunk in batched(rest, CHUNK):
                await take(tx, MERGE, now, deliveries.c.id.in_(chunk), reason=CAUGHT_UP)
            speaks = deliveries.c.id == kept[-1]
            await tx.execute(deliveries.update().where(speaks).values(missed=len(rest)))
