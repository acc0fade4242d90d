"""The announcer: the loop around the state machine, and the only part of it that waits."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.core import model
from bot.core.clock import Clock, wait
from bot.core.errors import StoreError
from bot.core.model import Reached, TargetKind
from bot.delivery.attempt import Attempts
from bot.delivery.causes import TOO_MANY, failure_of
from bot.delivery.editing import card_digest
from bot.delivery.machine import (
    FIRST_HOLD,
    Conclusion,
    Event,
    Failed,
    Kind,
    Outcome,
    Released,
    Sent,
    conclude,
    hold,
    probe_delay,
    rest,
)
from bot.delivery.pacing import Pace, Pacer
from bot.delivery.sender import Sender
from bot.store import LeasedDelivery, Store

logger = structlog.get_logger(__name__)

FIRST_STORE_RETRY = 0.5
LONGEST_STORE_RETRY = 30.0
"""Seconds between tries of a database that is full, locked or gone."""

NOTHING_YET = 1.0
"""Seconds until looking again when something is due that may not be had: another process has its
channel in hand."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the announcer works. Times in seconds.

    ``lease`` outlasts the wait for a turn (``queue`` at the pace) and one ``send_limit``, which
    in turn outlasts discord.py's own five tries (25 s of waiting). ``in_hand`` bounds the sends
    under way, most of them slow ones, for at Discord's limit fewer than ten are needed. ``direct``
    bounds the direct messages among them: what goes to guilds finds room whatever waits for
    persons.

    ``nonce_window`` is for how long Discord is trusted to know a nonce again; it says "a few
    minutes" (Discord docs, Create Message). What may have been sent longer ago is looked for in
    the channel before it is sent again.
    """

    lease: float = 180.0
    send_limit: float = 90.0
    queue: int = 100
    in_hand: int = 1000
    direct: int = 40
    grace: float = 10.0
    nonce_window: float = 120.0


class Announcer:
    """Sends every delivery once.

    A row is leased, sent with its stable nonce, and settled under its fencing token. Killed in
    between, the next start takes the lease over and sends the row again with the same nonce, which
    Discord answers with the first message as long as it remembers it ("a few minutes"). Beyond
    that window the channel is searched for the message before it is sent again (``Attempts``).

    Channels are served side by side, each by one send at a time (the store leases one row a
    channel), in the store's order: fresh ones first, guilds by turns. Direct messages go when
    nothing goes to a guild, a bounded number at once.

    `on_direct` is told of persons and their direct messages, after that was written down.
    """

    def __init__(
        self,
        store: Store,
        sender: Sender,
        clock: Clock,
        rng: random.Random,
        pace: Pace | None = None,
        tuning: Tuning = Tuning(),
    ) -> None:
        self._store = store
        self._clock = clock
        self._rng = rng
        self._pace = pace or Pacer()
        self._tuning = tuning
        self._attempts = Attempts(sender, self._pace, clock, tuning.nonce_window)
        self._changed = asyncio.Event()
        self._stopping = False
        self._stopped = asyncio.Event()
        self._stopped.set()
        self._queued: dict[asyncio.Task[None], LeasedDelivery] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._channels: set[int] = set()
        self._unsettled: set[int] = set()
        self._store_failures = 0
        self._refusals = 0
        self._inherited = False
        self._hold_until = 0.0
        self._direct: set[asyncio.Task[None]] = set()
        self._direct_refusals = 0
        self._direct_until = 0.0
        self.on_direct: Callable[[int, Reached], None] | None = None

    def wake(self) -> None:
        """Something may be due: look now. After every commit that adds deliveries."""
        self._changed.set()

    async def run(self) -> None:
        """Send what falls due until ``stop`` or cancellation; no failure ends it."""
        self._stopping = False
        self._stopped.clear()
        self._inherited = False
        try:
            while not self._stopping:
                self._changed.clear()
                pause = await self._supervised_round()
                if not self._stopping:
                    await wait(self._changed, self._clock, pause)
        finally:
            await self._wind_up()
            self._stopped.set()

    async def stop(self) -> None:
        """End ``run``: give back what was not begun, and wait for what is on its way, within the
        grace; what is not done then stays leased and is sent again under the same nonce.
        """
        self._stopping = True
        self._changed.set()
        await self._stopped.wait()

    async def drain(self) -> None:
        """Send what is due now, and return; not beside ``run``. What has to be tried later, by
        its own cause or because all sending is held, stays.

        Raises:
            StoreError: the outbox can't be read.
        """
        try:
            while True:
                await self._take_due()
                if not self._hands:
                    return
                await asyncio.wait(self._hands, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._wind_up()

    @property
    def _hands(self) -> set[asyncio.Task[None]]:
        return self._sending | set(self._queued)

    # ---------------------------------------------------------------- what is due

    async def _supervised_round(self) -> float | None:
        """Take what is due; seconds until to look again, ``None`` for not before woken."""
        try:
            await self._inherit()
            more = await self._take_due()
            pause = await self._until_due(more=more)
        except StoreError as error:
            self._store_failures += 1
            pause = self._store_delay(self._store_failures)
            logger.warning("announcer.store-failing", cause=str(error), next_try_in=round(pause, 1))
            return pause
        except Exception:
            self._store_failures += 1
            logger.exception("announcer.failing")
            return self._store_delay(self._store_failures)
        if self._store_failures:
            logger.info("announcer.recovered", failures=self._store_failures)
            self._store_failures = 0
        return pause

    async def _inherit(self) -> None:
        """Take over what a killed process left leased, instead of waiting for its leases' end.

        Nothing comes twice by it: a lease is shorter than Discord's memory of nonces, and what is
        older is looked for in the channel before it is sent again.
        """
        if self._inherited:
            return
        taken = await self._store.outbox.take_over_leases(self._clock.now())
        self._inherited = True
        if taken:
            logger.info("announcer.leases-taken-over", leases=taken)

    def _store_delay(self, failures: int) -> float:
        longest = min(LONGEST_STORE_RETRY, FIRST_STORE_RETRY * 2.0 ** min(failures - 1, 16))
        return longest * self._rng.uniform(0.5, 1.0)

    def _room(self) -> int:
        """How many rows to lease now. None while an outcome could not be written down: a lease
        that ran out meanwhile must not be sent again by ourselves. One at a time after a refusal
        of everything, to feel whether it is over.
        """
        tuning = self._tuning
        if self._unsettled or self._held_for() > 0 or len(self._queued) > tuning.queue // 2:
            return 0
        in_hand = len(self._queued) + len(self._sending)
        free = min(tuning.queue - len(self._queued), tuning.in_hand - in_hand)
        return min(free, 1 - in_hand) if self._refusals else free

    def _direct_room(self) -> int:
        """How many direct messages may be among them: none while Discord wants a rest of them,
        and some at a time, for each lease has its price."""
        free = self._tuning.direct - len(self._direct)
        return 0 if self._direct_held_for() > 0 or 2 * free < self._tuning.direct else free

    async def _take_due(self) -> bool:
        """Lease what there is room for, and begin to send it; whether there may be more."""
        room = self._room()
        if room <= 0:
            return False
        now = self._clock.now()
        # Asking is a read, beside the writes that settle what is on its way.
        direct = self._direct_room()
        due = await self._store.outbox.next_due(direct=direct > 0)
        if due is None or due > now:
            return False
        until = now + timedelta(seconds=self._tuning.lease)
        batch = await self._store.outbox.lease_due(now, until, room, direct=direct)
        for leased in batch:
            task = asyncio.create_task(self._deliver(leased), name=f"send {leased.delivery.id}")
            self._queued[task] = leased
            if _is_direct(leased):
                self._direct.add(task)
            task.add_done_callback(self._done)
        return len(batch) == room

    async def _until_due(self, *, more: bool) -> float | None:
        """A task that ends, or leaves the queue half empty, wakes the loop by itself."""
        held = self._held_for()
        if held > 0:
            return held
        if self._room() <= 0:
            return None
        if more:
            return 0.0
        due = await self._store.outbox.next_due(direct=self._direct_room() > 0)
        if due is None:
            resting = self._direct_held_for()
            return resting if resting > 0 else None
        left = (due - self._clock.now()).total_seconds()
        return left if left > 0 else NOTHING_YET

    def _held_for(self) -> float:
        return self._hold_until - self._clock.monotonic()

    def _direct_held_for(self) -> float:
        return self._direct_until - self._clock.monotonic()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._queued.pop(task, None)
        self._direct.discard(task)
        self._sending.discard(task)
        self._changed.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("announcer.send-crashed", task=task.get_name(), exc_info=error)

    # ---------------------------------------------------------------- one delivery

    async def _deliver(self, leased: LeasedDelivery) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        await self._pace.turn()
        if len(self._queued) == self._tuning.queue // 2 + 1:
            self._changed.set()
        channel = leased.subscription.channel_id
        if self._too_late(leased) or channel in self._channels:
            self._log(leased).warning("delivery.lease-spent")
            return
        del self._queued[task]
        self._sending.add(task)
        self._channels.add(channel)
        try:
            held = max(self._held_for(), self._direct_held_for() if _is_direct(leased) else 0.0)
            outcome = Released(held) if held > 0 else await self._send(leased)
            await self._settle(leased, outcome)
        finally:
            self._channels.discard(channel)

    def _too_late(self, leased: LeasedDelivery) -> bool:
        """Whether the lease could run out while we send, and another send beside us."""
        ends = leased.delivery.next_attempt_at
        return ends - self._clock.now() < timedelta(seconds=self._tuning.send_limit)

    async def _send(self, leased: LeasedDelivery) -> Outcome:
        try:
            async with asyncio.timeout(self._tuning.send_limit):
                outcome = await self._attempts.make(leased)
        except Exception as error:  # noqa: BLE001 - every cause has its treatment
            failure = failure_of(error)
            return self._noted(leased, failure, error)
        self._accepted()
        if _is_direct(leased):
            self._direct_refusals = 0
        return outcome

    def _accepted(self) -> None:
        if self._refusals:
            logger.info("announcer.accepted-again", refusals=self._refusals)
            self._refusals = 0

    def _noted(self, leased: LeasedDelivery, failure: Failed, error: Exception) -> Failed:
        """Log a failure and hold all sending where it says so; then this row comes back after the
        hold, so that it is another that feels whether it is over: what is refused may be this one
        message alone.
        """
        log = self._log(leased).bind(cause=str(error) or type(error).__name__)
        if failure.kind in (Kind.SHUT_OUT, Kind.UNAUTHORIZED):
            if self._held_for() <= 0:
                self._refusals += 1
                held = hold(failure, self._refusals, self._rng)
                self._hold_until = self._clock.monotonic() + held
                log.critical("announcer.refused", kind=failure.kind, held_for=round(held))
            return replace(failure, retry_after=self._held_for() + FIRST_HOLD)
        if failure.reason == TOO_MANY:
            if self._direct_held_for() <= 0:
                self._direct_refusals += 1
                resting = rest(failure, self._direct_refusals, self._rng)
                self._direct_until = self._clock.monotonic() + resting
                log.error("announcer.direct-refused", held_for=round(resting))
            return replace(failure, retry_after=self._direct_held_for() + FIRST_HOLD)
        if failure.kind in (Kind.BUG, Kind.REJECTED):
            log.error("delivery.our-bug", kind=failure.kind, exc_info=error)
        if failure.kind in (Kind.BLOCKED, Kind.LIMITED, Kind.REJECTED):
            self._accepted()
        return failure

    async def _settle(self, leased: LeasedDelivery, outcome: Outcome) -> None:
        """Write the outcome down, as often as it takes: a message that was sent and is not known
        to be would be sent again."""
        delivery = leased.delivery
        failures = 0
        try:
            while True:
                now = self._clock.now()
                conclusion = conclude(delivery, outcome, now, self._rng)
                assert conclusion is not None  # noqa: S101
                try:
                    ours = await self._write(leased, conclusion, outcome, now)
                except StoreError as error:
                    failures += 1
                    self._unsettled.add(delivery.id)
                    if failures == 1:
                        self._log(leased).error("delivery.not-settled", cause=str(error))
                    await self._clock.sleep(self._store_delay(failures))
                    continue
                self._tell(leased, conclusion, outcome, ours=ours)
                if ours and _is_direct(leased):
                    self._tell_of_direct(leased, conclusion)
                return
        finally:
            self._unsettled.discard(delivery.id)

    async def _write(
        self, leased: LeasedDelivery, conclusion: Conclusion, outcome: Outcome, now: datetime
    ) -> bool:
        again_at = conclusion.next_attempt_at
        if conclusion.event is Event.PARK:
            probes = 0 if leased.probes is None else leased.probes + 1
            delay = probe_delay(probes, self._rng, direct=_is_direct(leased))
            again_at = now + timedelta(seconds=delay)
        sent = outcome if isinstance(outcome, Sent) else None
        settled = model.Conclusion(
            conclusion.state,
            conclusion.reason,
            again_at,
            conclusion.maybe_sent_at,
            message_id=sent.message_id if sent else None,
            channel_id=sent.channel_id if sent else None,
            card_digest=card_digest(leased.interview) if sent and not sent.found else None,
            plain=sent.plain if sent else False,
        )
        return await self._store.outbox.settle(leased.delivery, settled, now)

    def _tell(
        self, leased: LeasedDelivery, conclusion: Conclusion, outcome: Outcome, *, ours: bool
    ) -> None:
        log = self._log(leased)
        if not ours:
            log.warning("delivery.lease-lost", outcome=conclusion.event)
        elif isinstance(outcome, Sent):
            log.info("delivery.sent", message=outcome.message_id, found=outcome.found)
        elif conclusion.event is Event.PARK:
            log.warning("delivery.parked", reason=conclusion.reason)
        elif conclusion.event is Event.REJECT:
            log.error("delivery.abandoned", reason=conclusion.reason)
        elif isinstance(outcome, Failed):
            log.warning(
                "delivery.delayed",
                reason=outcome.reason,
                maybe_sent=outcome.maybe_sent,
                next_attempt_at=conclusion.next_attempt_at,
            )

    def _tell_of_direct(self, leased: LeasedDelivery, conclusion: Conclusion) -> None:
        if self.on_direct is None:
            return
        if conclusion.event is Event.SENT:
            self.on_direct(leased.subscription.channel_id, Reached.ARRIVED)
        elif conclusion.event is Event.PARK:
            again = leased.probes is not None
            told = Reached.REFUSED_AGAIN if again else Reached.REFUSED
            self.on_direct(leased.subscription.channel_id, told)

    # ---------------------------------------------------------------- the end

    async def _wind_up(self) -> None:
        waiting = dict(self._queued)
        for task in waiting:
            task.cancel()
        try:
            async with asyncio.timeout(self._tuning.grace):
                await asyncio.gather(*waiting, return_exceptions=True)
                await self._give_back(list(waiting.values()))
                if self._sending:
                    await asyncio.wait(self._sending)
        except TimeoutError:
            logger.warning("announcer.stopped-amid-sending", sends=len(self._sending))
        finally:
            left = list(self._sending)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _give_back(self, unsent: list[LeasedDelivery]) -> None:
        now = self._clock.now()
        for leased in unsent:
            released = conclude(leased.delivery, Released(), now, self._rng)
            assert released is not None  # noqa: S101
            try:
                await self._write(leased, released, Released(), now)
            except StoreError as error:
                self._log(leased).warning("delivery.not-given-back", cause=str(error))
                return

    @staticmethod
    def _log(leased: LeasedDelivery) -> structlog.typing.FilteringBoundLogger:
        """Whom a direct message is for stands in no log."""
        one = leased.subscription
        where: dict[str, object] = (
            {"direct": True}
            if _is_direct(leased)
            else {"guild": one.guild_id, "channel": one.channel_id}
        )
        bind: Callable[..., structlog.typing.FilteringBoundLogger] = logger.bind
        return bind(
            delivery=leased.delivery.id,
            interview=leased.interview.id,
            **where,
            attempt=leased.delivery.attempts,
        )


def _is_direct(leased: LeasedDelivery) -> bool:
    return leased.subscription.kind is TargetKind.DIRECT
