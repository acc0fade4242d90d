"""Edits sent announcements when their interviews change: behind what is new, without a ping."""

from datetime import timedelta

import structlog

from bot.delivery.due_worker import DueWorker
from bot.delivery.failures import attempt
from bot.delivery.outcomes import OF_DISCORD, UNCHANGEABLE, Failed, card_digest, edit_delay
from bot.store import Addressee, DueEdit, SentCard

logger = structlog.get_logger(__name__)

BATCH = 50
"""Edits looked up at once."""

LOOK_AGAIN = 60.0
"""Seconds between two looks; an edit is in no hurry."""


class Editor(DueWorker):
    """Edits one message at a time, so that it has one place only in the pace's queue."""

    name, retry = "editor", LOOK_AGAIN

    async def work(self) -> float:
        while await self.edit_due():
            pass
        due = await self._store.edits.next_due()
        left = 0.0 if due is None else (due - self._clock.now()).total_seconds()
        return left if 0.0 < left < LOOK_AGAIN else LOOK_AGAIN

    async def edit_due(self) -> int:
        """Edit a batch of what is due; how many there were, 0 where it is no use to go on now.

        Raises:
            StoreError: the store can't be read or written; the rest is edited later.
        """
        due = await self._store.edits.due(self._clock.now(), BATCH)
        found = await self._store.interviews.get_many(list({edit.interview_id for edit in due}))
        interviews = {stored.id: stored for stored in found}
        addressees = await self._store.follows.addressees(
            [
                (edit.guild_id, interviews[edit.interview_id])
                for edit in due
                if edit.direct and edit.interview_id in interviews
            ]
        )
        for edit in due:
            if (stored := interviews.get(edit.interview_id)) is None:
                await self._store.edits.settle(edit, self._clock.now(), None)
                continue
            addressee = addressees.get((edit.guild_id, stored.id), Addressee())
            with structlog.contextvars.bound_contextvars(delivery=edit.delivery_id):
                if not await self._edit(SentCard(edit, stored, addressee)):
                    return 0
        return len(due)

    async def _edit(self, card: SentCard) -> bool:
        """Whether to go on with others: not while it is Discord itself that fails or refuses."""
        digest = card_digest(card.interview)
        if digest == card.edit.digest:
            await self._store.edits.settle(card.edit, self._clock.now(), None)
            return True
        await self._pace.turn()
        failure = await attempt(self._port.edit(card))
        if failure is not None:
            return await self._settle_failed(card.edit, failure)
        await self._store.edits.settle(card.edit, self._clock.now(), digest)
        logger.info("delivery.edited", delivery=card.edit.delivery_id, interview=card.interview.id)
        return True

    async def _settle_failed(self, edit: DueEdit, failure: Failed) -> bool:
        """A message that can't be edited (deleted, out of reach, refused) is left as it is; any
        other is tried again."""
        now = self._clock.now()
        delay: float | None = edit_delay(failure, edit.attempts, self._rng)
        if failure.kind in UNCHANGEABLE:
            delay = None
        logger.warning(
            "delivery.not-edited",
            delivery=edit.delivery_id,
            reason=failure.reason,
            cause=failure.cause,
            next_try_in=None if delay is None else round(delay),
        )
        again = None if delay is None else now + timedelta(seconds=delay)
        await self._store.edits.settle(edit, now, None, again)
        return failure.kind not in OF_DISCORD
