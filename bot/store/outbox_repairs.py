"""The outbox after a process was killed, a database restored or the clock set."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.core.model import DeliveryState
from bot.store import delivery_states, timing
from bot.store.outbox_queries import EXPLAINED, NEWEST_MESSAGES
from bot.store.results import NewestMessage
from bot.store.session import Repository, Transaction, transactional
from bot.store.subscription_rows import subscription
from bot.store.tables import database, deliveries, extras, interviews, subscriptions

LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)
"""Since when a message may have been sent that a restored database knows nothing of: Discord's
first year, the epoch of its snowflakes."""

RESTORED_WITHIN = timedelta(days=1)
"""For how long after a restored database was recognised whatever is enqueued may have been sent."""

STEP_LEFT_OVER = timedelta(minutes=5)
"""A delivery that is tried again waits for no longer than this after a start or a step of the wall
clock."""


class OutboxRepairs(Repository):
    """What is done for the outbox at a start, when a process is gone, and when the wall clock was
    set."""

    @transactional
    async def take_over_leases(
        self, tx: Transaction, now: datetime, *, living: Collection[int] = ()
    ) -> int:
        """Let the leases of processes that are gone, all but the `living`, run out at `now`; how
        many there were.

        A row taken over is due at once, under its own nonce and as one that may have been sent; its
        former holder, should it live, may settle it until the row is leased anew (the fencing token
        stays as it is).
        """
        owner = deliveries.c.owner_id
        result = await tx.execute(
            deliveries.update()
            .where(
                deliveries.c.state == DeliveryState.LEASED,
                deliveries.c.next_attempt_at > now,
                sa.or_(owner.is_(None), owner.not_in(sorted(living))),
            )
            .values(next_attempt_at=now)
        )
        return result.rowcount

    async def newest_messages(self, limit: int) -> list[NewestMessage]:
        """The newest known message of subscriptions that are active, the newest first."""
        rows = await self._session.read(NEWEST_MESSAGES, {"limit": limit})
        return [
            NewestMessage(subscription(row), row.at_channel_id, row.newest_message_id)
            for row in rows
        ]

    async def unexplained(self, subscription_id: int, interview_ids: Sequence[int]) -> list[int]:
        """Those of the interviews that were not sent to the subscription's channel as far as is
        known, and that were not being sent."""
        parameters = {"subscription": subscription_id, "ids": list(interview_ids)}
        known = {row[0] for row in await self._session.read(EXPLAINED, parameters)}
        return [id_ for id_ in interview_ids if id_ not in known]

    @transactional
    async def mark_restored(self, tx: Transaction, now: datetime, after_id: int) -> int:
        """Write down that more was sent than this database knows, all of it after the message
        `after_id`: every open delivery may have been sent, and so may what is enqueued for
        interviews published before `now`. How many deliveries are open."""
        await tx.execute(database.update().values(restored_at=now, restored_after=after_id))
        result = await tx.execute(
            deliveries.update()
            .where(
                deliveries.c.state.not_in(delivery_states.FINAL),
                deliveries.c.maybe_sent_at.is_(None),
            )
            .values(maybe_sent_at=LONG_AGO, after_id=after_id)
        )
        return result.rowcount

    @transactional
    async def repair_due_times(self, tx: Transaction, now: datetime) -> None:
        """Bring times that a wrong clock wrote back to sense: for the start, and for whenever the
        wall clock was set. What is tried again is due within ``STEP_LEFT_OVER``, what was never
        tried at its subscription's hour, and no probe, edit or extra waits for longer than its
        longest back-off."""
        await timing.repair(tx, now, now + STEP_LEFT_OVER)
        for column, longest in (
            (subscriptions.c.next_probe_at, timedelta(days=7)),
            (subscriptions.c.notice_due_at, timedelta(hours=6)),
            (deliveries.c.edit_due_at, timedelta(hours=6)),
            (extras.c.next_attempt_at, timedelta(days=1)),
        ):
            await tx.execute(
                sa.update(column.table).where(column > now + longest).values({column.name: now})
            )


async def doubt_if_restored(tx: Transaction, interview_id: int, now: datetime) -> dict[str, object]:
    """The columns by which an interview's new rows bear doubt, where the database was restored and
    it may have been announced before that."""
    ((restored_at, after_id),) = await tx.read(
        sa.select(database.c.restored_at, database.c.restored_after)
    )
    if restored_at is None:
        return {}
    published = await tx.scalar(
        sa.select(interviews.c.published_at).where(interviews.c.id == interview_id)
    )
    if published is None or published < restored_at or now < restored_at + RESTORED_WITHIN:
        return {"maybe_sent_at": LONG_AGO, "after_id": after_id}
    return {}
