"""One attempt to bring one delivery into its channel."""

import asyncio
from datetime import timedelta

import structlog
from discord.utils import snowflake_time

from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.core.model import Delivery, Doubt
from bot.core.targets import FORUMS
from bot.delivery.failures import attempt
from bot.delivery.outcomes import (
    Failed,
    FailureKind,
    Obsolete,
    Outcome,
    Released,
    Sent,
    must_search,
)
from bot.delivery.pacing import Pace
from bot.delivery.port import DiscordPort, HistoryUnreadableError
from bot.delivery.settling import log_of
from bot.store import LeasedDelivery, Store

logger = structlog.get_logger(__name__)


UNREAD_RETRY = 1.0
"""Seconds until a delivery is tried again of which the database did not say whether it is still to
be sent."""


class MessageSender:
    """Sends a delivery, unless it is found to have been sent before.

    Discord is trusted to recognise a nonce for `window` seconds; `limit` is the time for one
    attempt, in seconds.
    """

    def __init__(
        self,
        store: Store,
        port: DiscordPort,
        pace: Pace,
        clock: Clock,
        window: float,
        limit: float,
    ) -> None:
        self._store = store
        self._port = port
        self._pace = pace
        self._clock = clock
        self._window = window
        self._limit = limit
        self._looking = asyncio.Lock()

    async def send(self, leased: LeasedDelivery) -> Outcome:
        """Make the attempt; the caller has had its turn at the pace for the first request."""
        return await attempt(self._send_unless_unread(leased), self._limit)

    async def _send_unless_unread(self, leased: LeasedDelivery) -> Outcome:
        try:
            return await self._search_and_send(leased)
        except StoreError as error:
            # Only what is asked before the message asks the store, so nothing was sent.
            log_of(leased).warning("delivery.not-checked", cause=str(error))
            return Released(UNREAD_RETRY)

    async def _search_and_send(self, leased: LeasedDelivery) -> Outcome:
        row = leased.delivery
        if self._must_search(row, has_nonce=leased.subscription.kind not in FORUMS):
            found = await self._find(leased)
            if found is not None:
                return found
            await self._pace.turn()
        # One look at a time, so that messages go out in the order of their turns.
        async with self._looking:
            reason = await self._store.outbox.obsolete_reason(leased)
        if reason == "changed":
            return Released()
        if reason is not None:
            found = await self._find(leased) if row.maybe_sent_at is not None else None
            return found if isinstance(found, Sent) else Obsolete(reason)
        outcome = await attempt(self._port.send(leased), self._limit)
        if isinstance(outcome, Failed) and outcome.kind is FailureKind.REJECTED:
            logger.error(
                "delivery.our-bug", delivery=row.id, kind=outcome.kind, exc_info=outcome.error
            )
            await self._pace.turn()
            return await self._port.send(leased, plain=True)
        return outcome

    def _must_search(self, row: Delivery, *, has_nonce: bool) -> bool:
        """By our clock or by Discord's, whichever says so: ours may have been set."""
        if must_search(row, self._clock.now(), self._window, has_nonce=has_nonce):
            return True
        now = self._port.now()
        if row.maybe_sent_at is None or row.after_id is None or now is None:
            return False
        return now - snowflake_time(row.after_id) >= timedelta(seconds=self._window)

    async def _find(self, leased: LeasedDelivery) -> Sent | Failed | None:
        """The message, if it stands; a failure where nobody can tell and the guild prefers none to
        a second one."""
        since = min(leased.delivery.maybe_sent_at or self._clock.now(), self._clock.now())
        known = await self._store.outbox.known_messages(leased.subscription)
        try:
            return await self._port.find(leased, since, known)
        except HistoryUnreadableError as error:
            logger.warning("delivery.doubtful", delivery=leased.delivery.id, cause=str(error))
            if leased.doubt is Doubt.RATHER_ONCE:
                return Failed(FailureKind.DOUBTFUL, "maybe-sent", maybe_sent=True)
            return None
