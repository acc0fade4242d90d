"""Threads that read an interview together: the question that each is at, and its deliveries.

A thread is a subscription of the mode ``regular``, whose deliveries are leased and sent as any
other. The question that it is at is written down with the delivery, in one transaction: two presses
of one button, or a press and the day's end, post the next question once.
"""

from datetime import datetime

import sqlalchemy as sa

from bot.core.model import Subscription, SubscriptionState
from bot.store import delivery_states, parking
from bot.store.regular_posts import add_place, queue_scheduled
from bot.store.scheduled_tables import reading_threads
from bot.store.session import Repository, Transaction, transactional
from bot.store.subscription_rows import NOT_ENDED
from bot.store.tables import deliveries, subscriptions

FINISHED = "read"
"""Why a thread's subscription ends: its last question is posted."""

_JOINED = reading_threads.join(
    subscriptions, subscriptions.c.id == reading_threads.c.subscription_id
)


class ReadingThreadRepository(Repository):
    """The threads that are being read, each with one interview."""

    async def open_in(self, guild_id: int) -> int:
        """How many a guild has that are not at their last question."""
        query = (
            sa.select(sa.func.count())
            .select_from(_JOINED)
            .where(
                NOT_ENDED,
                subscriptions.c.guild_id == guild_id,
                reading_threads.c.section < reading_threads.c.last,
            )
        )
        return int((await self._session.read(query))[0][0])

    async def overdue(self, before: datetime) -> list[tuple[int, int]]:
        """The threads whose last question came before a moment: channel, and that question."""
        query = (
            sa.select(subscriptions.c.channel_id, reading_threads.c.section)
            .select_from(_JOINED)
            .where(
                subscriptions.c.state == SubscriptionState.ACTIVE,
                reading_threads.c.changed_at <= before,
            )
        )
        rows = await self._session.read(query)
        return [(int(channel), int(section)) for channel, section in rows]

    @transactional
    async def begin(
        self, tx: Transaction, thread: Subscription, interview_id: int, last: int
    ) -> None:
        """Queue the first question for a thread, which is read as far as the question `last`."""
        id_ = await add_place(tx, thread)
        await tx.execute(
            reading_threads.insert().values(
                subscription_id=id_,
                interview_id=interview_id,
                section=1,
                last=last,
                changed_at=tx.clock.now(),
            )
        )
        await queue_scheduled(tx, id_, interview_id, SubscriptionState.ACTIVE)

    @transactional
    async def advance(self, tx: Transaction, channel_id: int, section: int) -> bool:
        """Queue the question after `section`, or end the thread after its last; false, and nothing
        changed, where it is at another one, the former is still under way, or it has ended."""
        query = (
            sa.select(
                subscriptions.c.id,
                subscriptions.c.state,
                reading_threads.c.interview_id,
                reading_threads.c.last,
                _is_under_way(),
            )
            .select_from(_JOINED)
            .where(
                NOT_ENDED,
                subscriptions.c.channel_id == channel_id,
                reading_threads.c.section == section,
            )
        )
        found = (await tx.execute(query)).first()
        if found is None:
            return False
        id_, state, interview_id, last, is_under_way = tuple(found)
        if is_under_way:
            return False
        if section >= last:
            await parking.change_state(tx, id_, SubscriptionState.ENDED, FINISHED, tx.clock.now())
            return False
        this = reading_threads.c.subscription_id == id_
        await tx.execute(
            reading_threads.update()
            .where(this)
            .values(section=section + 1, changed_at=tx.clock.now())
        )
        await queue_scheduled(tx, id_, interview_id, SubscriptionState(state))
        return True


def _is_under_way() -> sa.Exists:
    return sa.exists().where(
        deliveries.c.subscription_id == subscriptions.c.id,
        deliveries.c.state.not_in(delivery_states.FINAL),
    )
