"""Writes down what became of leased deliveries."""

import random
from collections.abc import Callable

import structlog

from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.core.model import Conclusion, DeliveryState
from bot.core.retry import backoff
from bot.delivery.outcomes import Failed, Outcome, Released, Sent, conclude, is_direct
from bot.store import LeasedDelivery, Store

logger = structlog.get_logger(__name__)

FIRST_RETRY = 0.5
LONGEST_RETRY = 30.0
"""Seconds between two tries of a database that is full, locked or gone."""


class OutcomeWriter:
    """Settles leases. ``waiting`` are the ids of deliveries whose outcome the database has refused
    so far."""

    def __init__(self, store: Store, clock: Clock, rng: random.Random) -> None:
        self._store = store
        self._clock = clock
        self._rng = rng
        self.waiting: set[int] = set()

    async def write(self, leased: LeasedDelivery, outcome: Outcome) -> Conclusion | None:
        """Write an outcome down, as often as it takes: a message that was sent and is not known to
        be would be sent again. ``None`` if the lease was lost, so that nothing was written."""
        failures = 0
        try:
            while True:
                now = self._clock.now()
                conclusion = conclude(leased, outcome, now, self._rng)
                try:
                    settled = await self._store.outbox.settle(leased.delivery, conclusion, now)
                    break
                except StoreError as error:
                    failures += 1
                    self.waiting.add(leased.delivery.id)
                    if failures == 1:
                        log_of(leased).error("delivery.not-settled", cause=str(error))
                    await self._clock.sleep(self.pause(failures))
        finally:
            self.waiting.discard(leased.delivery.id)
        if not settled:
            log_of(leased).warning("delivery.lease-lost", outcome=conclusion.state)
            return None
        _log_conclusion(leased, outcome, conclusion)
        return conclusion

    async def give_back(self, unsent: list[LeasedDelivery]) -> None:
        """Release leases of which nothing was sent; those that the database refuses run out."""
        now = self._clock.now()
        for leased in unsent:
            released = conclude(leased, Released(), now, self._rng)
            try:
                await self._store.outbox.settle(leased.delivery, released, now)
            except StoreError as error:
                log_of(leased).warning("delivery.not-given-back", cause=str(error))
                return

    def pause(self, failures: int) -> float:
        """Seconds until the database is tried again after so many failures in a row."""
        return backoff(failures, FIRST_RETRY, LONGEST_RETRY, self._rng.random())


def _log_conclusion(leased: LeasedDelivery, outcome: Outcome, conclusion: Conclusion) -> None:
    log = log_of(leased).bind(reason=conclusion.reason)
    if isinstance(outcome, Sent):
        log_of(leased).info("delivery.sent", message=outcome.message_id, found=outcome.found)
    elif conclusion.state is DeliveryState.PARKED:
        log.warning("delivery.parked")
    elif conclusion.state is DeliveryState.ABANDONED:
        log.error("delivery.abandoned")
    elif isinstance(outcome, Failed):
        log.warning(
            "delivery.delayed",
            maybe_sent=outcome.maybe_sent,
            next_attempt_at=conclusion.next_attempt_at,
        )


def log_of(leased: LeasedDelivery) -> structlog.typing.FilteringBoundLogger:
    """A logger bound to a delivery. It never names the person whom a direct message is for."""
    one = leased.subscription
    where: dict[str, object] = (
        {"direct": True}
        if is_direct(leased)
        else {"guild": one.guild_id, "channel": one.channel_id}
    )
    bind: Callable[..., structlog.typing.FilteringBoundLogger] = logger.bind
    return bind(
        delivery=leased.delivery.id,
        interview=leased.interview.id,
        **where,
        attempt=leased.delivery.attempts,
    )
