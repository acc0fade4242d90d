"""Tells the admins, in Discord, when a channel's announcements stop: once, with cause and mend."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.delivery.causes import failure_of
from bot.delivery.machine import OF_DISCORD, Kind, edit_delay
from bot.delivery.pacing import Pace
from bot.store import DueNotice, Store

logger = structlog.get_logger(__name__)

BATCH = 100
"""Notices looked up at once."""

LOOK_AGAIN = 15.0
"""Seconds between two looks; what stops together in a guild meanwhile is told together."""

LIMIT = 90.0
"""Seconds for one notice."""


class Teller(Protocol):
    """What the notifier needs of Discord."""

    async def tell(self, notices: Sequence[DueNotice], nonce: str) -> bool:
        """Tell the person who set these up, or their guild; they share guild, person and cause.
        Whether anybody was told. Raises as discord.py does where it may work later."""
        ...


class Notifier:
    """Tells one after the other, at the announcements' pace."""

    def __init__(
        self, store: Store, teller: Teller, clock: Clock, rng: random.Random, pace: Pace
    ) -> None:
        self._store = store
        self._teller = teller
        self._clock = clock
        self._rng = rng
        self._pace = pace

    async def run(self) -> None:
        """Tell what is due, until cancelled; no failure ends it."""
        while True:
            try:
                await self.tell_due()
            except StoreError as error:
                logger.warning("notifier.store-failing", cause=str(error))
            except Exception:
                logger.exception("notifier.failing")
            await self._clock.sleep(LOOK_AGAIN)

    async def tell_due(self) -> int:
        """Tell what is due; how many subscriptions it was about.

        Raises:
            StoreError: the store can't be read or written; the rest is told later.
        """
        due = await self._store.notices.due(self._clock.now(), BATCH)
        groups: defaultdict[object, list[DueNotice]] = defaultdict(list)
        for notice in due:
            groups[notice.guild_id, notice.created_by, notice.reason, notice.state].append(notice)
        for group in groups.values():
            if not await self._tell(group):
                break
        return len(due)

    async def _tell(self, group: Sequence[DueNotice]) -> bool:
        """Whether to go on with others: not while it is Discord itself that fails or refuses."""
        await self._store.notices.begin_attempt(group, self._clock.now())
        await self._pace.turn()
        try:
            async with asyncio.timeout(LIMIT):
                told = await self._teller.tell(group, self._nonce(group[0]))
        except Exception as error:  # noqa: BLE001 - every cause has its treatment
            return await self._failed(group, error)
        await self._store.notices.mark_sent(group, self._clock.now())
        logger.info(
            "notice.told" if told else "notice.nobody-to-tell",
            guild=group[0].guild_id,
            channels=len(group),
            reason=group[0].reason,
        )
        return True

    def _nonce(self, first: DueNotice) -> str:
        """The same for every try of one notice: at most 25 characters for ids below ten billion."""
        return f"{self._store.identity}n{first.subscription_id}{int(first.due_at.timestamp()):x}"

    async def _failed(self, group: Sequence[DueNotice], error: Exception) -> bool:
        failure = failure_of(error)
        now = self._clock.now()
        logger.warning(
            "notice.not-told",
            guild=group[0].guild_id,
            reason=failure.reason,
            cause=str(error) or type(error).__name__,
        )
        if failure.kind in (Kind.BLOCKED, Kind.REJECTED):
            await self._store.notices.mark_sent(group, now)
        elif not failure.maybe_sent:
            delay = edit_delay(failure, 0, self._rng)
            await self._store.notices.delay(group, now + timedelta(seconds=delay))
        # What may have been told is due again at once, under its nonce, while Discord knows that.
        return failure.kind not in OF_DISCORD
