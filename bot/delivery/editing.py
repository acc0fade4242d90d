"""Sent announcements follow their interviews: edited in place, behind what is new, no ping."""

import asyncio
import hashlib
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.core.clock import Clock, wait
from bot.core.errors import StoreError
from bot.core.model import StoredInterview
from bot.delivery.causes import failure_of
from bot.delivery.machine import OF_DISCORD, Kind, edit_delay
from bot.delivery.pacing import Pace
from bot.delivery.sender import Sender
from bot.store import DueEdit, SentCard, Store

logger = structlog.get_logger(__name__)

BATCH = 50
"""Edits looked up at once."""

LIMIT = 90.0
"""Seconds for one edit."""

LOOK_AGAIN = 60.0
"""Seconds between two looks; an edit is in no hurry."""


def card_digest(stored: StoredInterview) -> str:
    """Tells what an announcement shows from what it showed before: title, link, excerpt and
    picture, and whether it was withdrawn."""
    interview = stored.interview
    shown = (
        interview.title,
        interview.url,
        interview.excerpt,
        interview.image_url or "",
        "withdrawn" if stored.withdrawn_at else "",
    )
    return hashlib.sha256("\0".join(shown).encode("utf-8", "replace")).hexdigest()[:16]


class Editor:
    """Edits one message at a time, so that it has but one place in the pace's line."""

    def __init__(
        self, store: Store, sender: Sender, clock: Clock, rng: random.Random, pace: Pace
    ) -> None:
        self._store = store
        self._sender = sender
        self._clock = clock
        self._rng = rng
        self._pace = pace
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Something may have changed: look now."""
        self._changed.set()

    async def run(self) -> None:
        """Edit what is due, until cancelled; no failure ends it."""
        while True:
            self._changed.clear()
            try:
                while await self.edit_due():
                    pass
            except StoreError as error:
                logger.warning("editor.store-failing", cause=str(error))
            except Exception:
                logger.exception("editor.failing")
            await wait(self._changed, self._clock, LOOK_AGAIN)

    async def edit_due(self) -> int:
        """Edit a batch of what is due; how many there were, 0 where it is no use to go on now.

        Raises:
            StoreError: the store can't be read or written; the rest is edited later.
        """
        due = await self._store.edits.due(self._clock.now(), BATCH)
        found = await self._store.interviews.get_many(list({edit.interview_id for edit in due}))
        interviews = {stored.id: stored for stored in found}
        cards = [SentCard(edit, interviews[edit.interview_id]) for edit in due]
        for card in await self._addressed(cards):
            if not await self._edit(card):
                return 0
        return len(due)

    async def _addressed(self, cards: Sequence[SentCard]) -> list[SentCard]:
        persons = [(card.edit.guild_id, card.interview) for card in cards if card.edit.direct]
        found = await self._store.follows.addressees(persons)
        return [
            replace(card, addressee=found.get((card.edit.guild_id, card.interview.id)))
            for card in cards
        ]

    async def _edit(self, card: SentCard) -> bool:
        """Whether to go on with others: not while it is Discord itself that fails or refuses."""
        digest = card_digest(card.interview)
        if digest == card.edit.digest:
            await self._store.edits.settle(card.edit, self._clock.now(), None)
            return True
        await self._pace.turn()
        try:
            async with asyncio.timeout(LIMIT):
                await self._sender.edit(card)
        except Exception as error:  # noqa: BLE001 - every cause has its treatment
            return await self._failed(card.edit, error)
        await self._store.edits.settle(card.edit, self._clock.now(), digest)
        logger.info("delivery.edited", delivery=card.edit.delivery_id, interview=card.interview.id)
        return True

    async def _failed(self, edit: DueEdit, error: Exception) -> bool:
        """What can't be edited is let be: deleted, out of reach, or refused. The rest is tried
        again."""
        failure = failure_of(error)
        over = failure.kind in (Kind.BLOCKED, Kind.REJECTED)
        now = self._clock.now()
        delay = edit_delay(failure, edit.attempts, self._rng)
        logger.warning(
            "delivery.not-edited",
            delivery=edit.delivery_id,
            reason=failure.reason,
            cause=str(error) or type(error).__name__,
            next_try_in=None if over else round(delay),
        )
        again = None if over else now + timedelta(seconds=delay)
        await self._store.edits.settle(edit, now, None, again)
        return failure.kind not in OF_DISCORD
