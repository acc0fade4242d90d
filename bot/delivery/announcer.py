"""The announcer: leases what is due, sends it at the pace, and writes the outcome down."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil, inf

import structlog
from discord.utils import time_snowflake

from bot.core.clock import Clock
from bot.core.discord_limits import GLOBAL_LIMIT
from bot.core.model import Conclusion, DeliveryState
from bot.core.readers import Reached
from bot.delivery.due_worker import DueWorker
from bot.delivery.failures import TOO_MANY_DIRECT, TRY_LIMIT
from bot.delivery.holds import Hold
from bot.delivery.outcomes import (
    ANSWERED,
    FIRST_HOLD,
    HOLDING,
    Failed,
    FailureKind,
    Outcome,
    Released,
    Sent,
    is_direct,
)
from bot.delivery.pacing import Pace, Pacer
from bot.delivery.pictures import PictureLoading
from bot.delivery.port import DiscordPort
from bot.delivery.restored import look_for_restored
from bot.delivery.sending import MessageSender
from bot.delivery.settling import OutcomeWriter, log_of
from bot.store import LeasedDelivery, Membership, Store

logger = structlog.get_logger(__name__)

NOTHING_YET = 1.0
"""Seconds until the next look when something is due that may not be leased: another process has
its channel in hand."""


LONGEST_LOOK = 60.0
"""Seconds between two looks: a clock that was set, a host that was suspended, or a notification
that was lost delays nothing for longer."""

CLOCK_STEP = 10.0
"""Seconds by which wall and monotonic clock part when the wall clock was set."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the announcer works. Times in seconds.

    ``lease`` outlasts the wait for a turn and one ``send_limit``. ``queue`` is how many wait for a
    turn where the process has all of Discord's limit, a second's worth; with a share of it, as
    large a share of them. More are leased when a third is gone, so that processes that share the
    work end it together.
    ``in_hand`` bounds the sends under way, most of them slow ones, for at Discord's limit fewer
    than ten are needed. ``direct`` bounds the direct messages among them: what goes to guilds finds
    room whatever waits for persons. ``grace`` is the time for sends under way when it stops.

    ``nonce_window`` is for how long Discord is trusted to know a nonce again; it says "a few
    minutes" (Discord docs, Create Message). What may have been sent longer ago is looked for in
    the channel before it is sent again.
    """

    lease: float = 180.0
    send_limit: float = TRY_LIMIT
    queue: int = 50
    in_hand: int = 1000
    direct: int = 40
    grace: float = 10.0
    nonce_window: float = 120.0


class Announcer(DueWorker):
    """Sends every delivery once.

    A row is leased, sent under its stable nonce, and settled under its fencing token. Killed in
    between, the next start takes the lease over and sends the row again under the same nonce, which
    Discord answers with the first message as long as it remembers it ("a few minutes"). After that
    the channel is searched for the message before it is sent again (``MessageSender``).

    Channels are served side by side, each by one send at a time (the store leases one row a
    channel), in the store's order: fresh ones first, guilds by turns. Direct messages go when
    nothing goes to a guild, a bounded number at once.

    `on_settled` is called with each delivery and its conclusion, after that was written down;
    `on_direct` with a person and what became of their direct message; `on_sent` after each message;
    and `on_edit_due` when a message is to be edited
    because its picture was not loaded when it was sent. ``wake`` is to be called after every commit
    that adds deliveries.
    """

    name = "announcer"

    def __init__(
        self,
        store: Store,
        port: DiscordPort,
        clock: Clock,
        rng: random.Random,
        pace: Pace | None = None,
        tuning: Tuning = Tuning(),
        membership: Membership | None = None,
    ) -> None:
        super().__init__(store, port, clock, rng, pace or Pacer())
        self._tuning = tuning
        self._membership = membership or Membership()
        self._wall_offset: float | None = None
        self._sender = MessageSender(
            store, port, self._pace, clock, tuning.nonce_window, tuning.send_limit
        )
        self._outcomes = OutcomeWriter(store, clock, rng)
        self.retry = self._outcomes.pause
        self._pictures = PictureLoading(port, clock)
        self._hold = Hold(clock, rng)
        self._direct_hold = Hold(clock, rng)
        self._stopping = False
        self._stopped = asyncio.Event()
        self._stopped.set()
        self._looked_for_restored = False
        self._took_over_from_all_but: frozenset[int] | None = None
        # Tasks that wait for their turn, and tasks that send; the direct messages among both.
        self._queued: dict[asyncio.Task[None], LeasedDelivery] = {}
        self._sending: dict[asyncio.Task[None], LeasedDelivery] = {}
        self._direct: set[asyncio.Task[None]] = set()
        self._at_channel: dict[int, asyncio.Task[None]] = {}
        self.on_direct: Callable[[int, Reached], None] | None = None
        self.on_sent: Callable[[], None] | None = None
        self.on_settled: Callable[[LeasedDelivery, Conclusion], None] | None = None
        self.on_edit_due: Callable[[], None] | None = None

    async def run(self) -> None:
        """Send what falls due until ``stop`` or cancellation; no failure ends it."""
        self._stopping = self._looked_for_restored = False
        self._took_over_from_all_but = None
        self._stopped.clear()
        try:
            await super().run()
        finally:
            await self._wind_up()
            self._stopped.set()

    async def stop(self) -> None:
        """End ``run`` in order: what waits for its turn is given back, what is under way arrives,
        within the grace. What is not done then stays leased and is sent again under its nonce."""
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
                # What ends while the outbox is read may let another row fall due.
                idle = not self._sending and not self._queued
                await self._lease()
                if tasks := {*self._sending, *self._queued}:
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                elif idle:
                    return
        finally:
            await self._wind_up()

    # ---------------------------------------------------------------- what is due

    async def work(self) -> float | None:
        if self._stopping:
            return None
        await self._take_over()
        await self._check_clock()
        more = await self._lease()
        return await self._until_due(more=more)

    async def _take_over(self) -> None:
        """Take over what killed processes left leased, instead of waiting for their leases' end.

        Nothing comes twice by it: a lease is shorter than Discord's memory of nonces, and what is
        older is looked for in the channel before it is sent again.
        """
        living = self._membership.living
        if living is not None and living != self._took_over_from_all_but:
            leases = await self._store.repairs.take_over_leases(self._clock.now(), living=living)
            self._took_over_from_all_but = living
            if leases:
                logger.info("announcer.leases-taken-over", leases=leases)
        if not self._looked_for_restored:
            await look_for_restored(self._store, self._port, self._clock.now())
            self._looked_for_restored = True

    async def _check_clock(self) -> None:
        """Repair due times at the start, and when the wall clock was set since the last look."""
        offset = self._clock.now().timestamp() - self._clock.monotonic()
        before = self._wall_offset
        if before is not None and abs(offset - before) < CLOCK_STEP:
            return
        await self._store.repairs.repair_due_times(self._clock.now())
        self._wall_offset = offset
        if before is not None:
            logger.warning("announcer.clock-set", seconds=round(offset - before))

    @property
    def _queue(self) -> int:
        return ceil(self._tuning.queue * self._pace.rate / GLOBAL_LIMIT)

    def _room(self) -> int:
        """How many rows to lease now. None while an outcome could not be written down: a lease
        that ran out meanwhile must not be sent again by ourselves. One at a time after a refusal
        of everything, to find out whether it is over."""
        tuning = self._tuning
        queue = self._queue
        if self._outcomes.waiting or self._hold.left > 0 or len(self._queued) > queue * 2 // 3:
            return 0
        in_hand = len(self._queued) + len(self._sending)
        free = min(queue - len(self._queued), tuning.in_hand - in_hand)
        return min(free, 1 - in_hand) if self._hold.refusals else free

    def _direct_room(self) -> int:
        """How many direct messages may be among them: none while they are held, and only several
        at a time, for each lease has its price."""
        free = self._tuning.direct - len(self._direct)
        return 0 if self._direct_hold.left > 0 or 2 * free < self._tuning.direct else free

    async def _lease(self) -> bool:
        """Lease what there is room for, and begin to send it; whether there may be more."""
        room = self._room()
        if room <= 0:
            return False
        now = self._clock.now()
        direct = self._direct_room()
        # A read, which waits for none of the writes that settle what is under way.
        due = await self._store.outbox.next_due(direct=direct > 0)
        if due is None or due > now:
            return False
        until = now + timedelta(seconds=self._tuning.lease)
        at_discord = self._port.now()
        after_id = None if at_discord is None else time_snowflake(at_discord)
        batch = await self._store.outbox.lease_due(
            now, until, room, direct=direct, after_id=after_id, owner=self._membership.id
        )
        for leased in batch:
            sending = self._pictures.send_in_turn(leased, self._deliver)
            task = asyncio.create_task(sending, name=f"send {leased.delivery.id}")
            self._queued[task] = leased
            if is_direct(leased):
                self._direct.add(task)
            task.add_done_callback(self._done)
        return len(batch) == room

    async def _until_due(self, *, more: bool) -> float:
        """Seconds until the next look. A task that ends, or leaves room in the queue, wakes the
        loop by itself."""
        if self._hold.left > 0:
            return self._hold.left
        if self._room() <= 0:
            return inf
        if more:
            return 0.0
        due = await self._store.outbox.next_due(direct=self._direct_room() > 0)
        if due is None:
            return self._direct_hold.left or LONGEST_LOOK
        left = (due - self._clock.now()).total_seconds()
        return min(left, LONGEST_LOOK) if left > 0 else NOTHING_YET

    def _done(self, task: asyncio.Task[None]) -> None:
        self._queued.pop(task, None)
        self._direct.discard(task)
        self._sending.pop(task, None)
        self._changed.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("announcer.send-crashed", task=task.get_name(), exc_info=error)

    # ---------------------------------------------------------------- one delivery

    async def _deliver(self, leased: LeasedDelivery) -> Outcome | None:
        """Send and write down what became of it; ``None`` where nothing was tried."""
        structlog.contextvars.bind_contextvars(delivery=leased.delivery.id)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        await self._pace.turn()
        if len(self._queued) == self._queue * 2 // 3 + 1:
            self._changed.set()
        channel = leased.subscription.channel_id
        while (ahead := self._at_channel.get(channel)) is not None:
            if self._sending[ahead].delivery.id == leased.delivery.id:
                # Its first lease ran out while it is still being sent.
                log_of(leased).warning("delivery.lease-spent")
                return None
            # Written down as sent, but not ended yet.
            await asyncio.wait([ahead])
        left = leased.delivery.next_attempt_at - self._clock.now()
        # The lease must not run out while we send, or another send could begin beside ours.
        if left < timedelta(seconds=self._tuning.send_limit):
            log_of(leased).warning("delivery.lease-spent")
            return None
        del self._queued[task]
        self._sending[task] = leased
        self._at_channel[channel] = task
        try:
            held = max(self._hold.left, self._direct_hold.left if is_direct(leased) else 0.0)
            outcome = Released(held) if held > 0 else await self._send(leased)
            conclusion = await self._outcomes.write(leased, outcome)
            if conclusion is not None:
                self._report(leased, conclusion)
            return outcome
        finally:
            del self._at_channel[channel]

    def _report(self, leased: LeasedDelivery, conclusion: Conclusion) -> None:
        if self.on_settled is not None:
            self.on_settled(leased, conclusion)
        if conclusion.state is DeliveryState.SENT and self.on_sent is not None:
            self.on_sent()
        if conclusion.edit_due_at is not None and self.on_edit_due is not None:
            self.on_edit_due()
        reached = _reached(leased, conclusion) if is_direct(leased) else None
        if reached is not None and self.on_direct is not None:
            self.on_direct(leased.subscription.channel_id, reached)

    async def _send(self, leased: LeasedDelivery) -> Outcome:
        outcome = await self._sender.send(leased)
        if isinstance(outcome, Failed):
            return self._note_failure(leased, outcome)
        if not isinstance(outcome, Sent):
            return outcome
        self._note_accepted()
        if is_direct(leased):
            self._direct_hold.refusals = 0
        return outcome

    def _note_accepted(self) -> None:
        if self._hold.refusals:
            logger.info("announcer.accepted-again", refusals=self._hold.refusals)
            self._hold.refusals = 0

    def _note_failure(self, leased: LeasedDelivery, failure: Failed) -> Failed:
        """Log a failure, and hold all sending where it says so. This row comes back after the
        hold, so that it is another that finds out whether it is over: what is refused may be this
        one message alone."""
        log = log_of(leased).bind(cause=failure.cause)
        if failure.kind in HOLDING:
            if self._hold.extend(failure):
                held_for = round(self._hold.left)
                log.critical("announcer.refused", kind=failure.kind, held_for=held_for)
            return replace(failure, retry_after=self._hold.left + FIRST_HOLD)
        if failure.reason == TOO_MANY_DIRECT:
            if self._direct_hold.extend(failure):
                log.error("announcer.direct-refused", held_for=round(self._direct_hold.left))
            return replace(failure, retry_after=self._direct_hold.left + FIRST_HOLD)
        if failure.kind in (FailureKind.BUG, FailureKind.REJECTED):
            log.error("delivery.our-bug", kind=failure.kind, exc_info=failure.error)
        if failure.kind in ANSWERED:
            self._note_accepted()
        return failure

    # ---------------------------------------------------------------- the end

    async def _wind_up(self) -> None:
        waiting = dict(self._queued)
        for task in waiting:
            task.cancel()
        try:
            async with asyncio.timeout(self._tuning.grace):
                await asyncio.gather(*waiting, return_exceptions=True)
                await self._outcomes.give_back(list(waiting.values()))
                if self._sending:
                    await asyncio.wait(self._sending)
        except TimeoutError:
            logger.warning("announcer.stopped-amid-sending", sends=len(self._sending))
        finally:
            left = list(self._sending)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)


def _reached(leased: LeasedDelivery, conclusion: Conclusion) -> Reached | None:
    if conclusion.state is DeliveryState.SENT:
        return Reached.ARRIVED
    if conclusion.state is not DeliveryState.PARKED:
        return None
    return Reached.REFUSED if leased.probes is None else Reached.REFUSED_AGAIN
