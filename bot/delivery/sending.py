"""One attempt to bring one delivery into its channel."""

import structlog

from bot.core.clock import Clock
from bot.core.model import Doubt
from bot.core.targets import FORUMS
from bot.delivery.failures import attempt
from bot.delivery.outcomes import Failed, FailureKind, Sent, must_search
from bot.delivery.pacing import Pace
from bot.delivery.port import DiscordPort, HistoryUnreadableError
from bot.store import LeasedDelivery

logger = structlog.get_logger(__name__)


class MessageSender:
    """Sends a delivery, unless it is found to have been sent before.

    Discord is trusted to recognise a nonce for `window` seconds; `limit` is the time for one
    attempt, in seconds.
    """

    def __init__(
        self, port: DiscordPort, pace: Pace, clock: Clock, window: float, limit: float
    ) -> None:
        self._port = port
        self._pace = pace
        self._clock = clock
        self._window = window
        self._limit = limit

    async def send(self, leased: LeasedDelivery) -> Sent | Failed:
        """Make the attempt; the caller has had its turn at the pace for the first request."""
        return await attempt(self._search_and_send(leased), self._limit)

    async def _search_and_send(self, leased: LeasedDelivery) -> Sent | Failed:
        row = leased.delivery
        has_nonce = leased.subscription.kind not in FORUMS
        since = row.maybe_sent_at
        if since is not None and must_search(
            row, self._clock.now(), self._window, has_nonce=has_nonce
        ):
            try:
                found = await self._port.find(leased, since)
            except HistoryUnreadableError as error:
                logger.warning("delivery.doubtful", delivery=row.id, cause=str(error))
                if leased.doubt is Doubt.RATHER_ONCE:
                    return Failed(FailureKind.DOUBTFUL, "maybe-sent", maybe_sent=True)
                found = None
            if found is not None:
                return found
            await self._pace.turn()
        outcome = await attempt(self._port.send(leased), self._limit)
        if isinstance(outcome, Failed) and outcome.kind is FailureKind.REJECTED:
            logger.error(
                "delivery.our-bug", delivery=row.id, kind=outcome.kind, exc_info=outcome.error
            )
            await self._pace.turn()
            return await self._port.send(leased, plain=True)
        return outcome
