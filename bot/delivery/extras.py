"""What follows a sent announcement: it is published to followers, its discussion is opened.

The message stands whatever becomes of these: they have rows and tries of their own, and nothing
here ever sends an announcement.
"""

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.core.clock import Clock, wait
from bot.core.errors import StoreError
from bot.core.model import ExtraKind, StoredInterview
from bot.delivery.causes import failure_of
from bot.delivery.machine import Failed, Kind
from bot.delivery.pacing import Pace
from bot.store import Extra, Store

logger = structlog.get_logger(__name__)

CROSSPOSTS = 10
CROSSPOST_WINDOW = timedelta(hours=1)
"""Messages of a channel that may be published, and in which time (Discord's support article
"Announcement Channels")."""

MARGIN = timedelta(seconds=5)
"""By how much Discord's hour may end later than ours."""

FIRST_RETRY = 5.0
LONGEST_RETRY = 3600.0
"""Seconds: the bounds of the back-off."""

LAST_TRY_AFTER = 30
"""Tries after which an extra is given up: about a day of hourly ones."""

TRY_LIMIT = 90.0
"""Seconds for one try; more than discord.py's own five tries wait (25 s)."""

AT_ONCE = 20
STORE_RETRY = 30.0

_ALREADY_PUBLISHED = 40033
_FOR_GOOD = frozenset({10003, 10004, 10008, 50024, 50068, 20009})
"""Discord docs, JSON error codes: what the message needs is gone, or never was."""


class Hand(Protocol):
    """What this needs of Discord. Raises as discord.py does."""

    async def publish(self, extra: Extra) -> None:
        """Publish the message to the followers of its channel; one that is published stays so."""
        ...

    async def discuss(self, extra: Extra, stored: StoredInterview) -> int:
        """Open the message's thread with a first question; the thread's id. Twice is as once."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """An extra is given up, or comes back after `delay` seconds."""

    reason: str
    delay: float | None


def conclude(failure: Failed, code: int, attempts: int, rng: random.Random) -> Given:
    """What becomes of an extra whose `attempts`-th try failed.

    | failure | what follows |
    |---|---|
    | the message or its channel is gone; Discord won't have it | given up |
    | a permission is missing | again, more and more rarely, for about a day |
    | anything else | again, when Discord says or after a back-off |
    """
    if code in _FOR_GOOD or failure.kind is Kind.REJECTED:
        return Given(failure.reason, None)
    patient = failure.kind in (Kind.LOST, Kind.LIMITED, Kind.SHUT_OUT, Kind.UNAUTHORIZED)
    if attempts >= LAST_TRY_AFTER and not patient:
        return Given(failure.reason, None)
    whole = min(LONGEST_RETRY, FIRST_RETRY * 2.0 ** min(max(attempts - 1, 0), 30))
    return Given(failure.reason, max(whole * rng.uniform(0.5, 1.0), failure.retry_after or 0.0))


class ExtrasService:
    """Does what is due, some at a time, at the pace of all requests."""

    def __init__(
        self, store: Store, hand: Hand, clock: Clock, rng: random.Random, pace: Pace
    ) -> None:
        self._store = store
        self._hand = hand
        self._clock = clock
        self._rng = rng
        self._pace = pace

    async def run(self) -> None:
        """Do what falls due, until cancelled; no failure ends it."""
        begun = self._store.extras.begun
        while True:
            begun.clear()
            pause: float | None = STORE_RETRY
            try:
                await self.drain()
                pause = await self._until_due()
            except StoreError as error:
                logger.warning("extras.store-failing", cause=str(error), next_try_in=STORE_RETRY)
            except Exception:
                logger.exception("extras.failing", next_try_in=STORE_RETRY)
            await wait(begun, self._clock, pause)

    async def drain(self) -> None:
        """Do what is due now, each at most once.

        Raises:
            StoreError: the rows can't be read or written.
        """
        tried: set[tuple[int, ExtraKind]] = set()
        while True:
            found = await self._store.extras.due(self._clock.now(), AT_ONCE)
            due = [extra for extra in found if (extra.delivery_id, extra.what) not in tried]
            if not due:
                return
            tried |= {(extra.delivery_id, extra.what) for extra in due}
            # One channel's publications by turns: each counts for the next one's limit.
            by_channel: dict[int, list[Extra]] = {}
            for extra in due:
                by_channel.setdefault(extra.channel_id, []).append(extra)
            done = await asyncio.gather(
                *(self._in_turn(extras) for extras in by_channel.values()), return_exceptions=True
            )
            failed = [result for result in done if isinstance(result, BaseException)]
            if failed:
                raise failed[0]

    async def _in_turn(self, extras: list[Extra]) -> None:
        for extra in extras:
            await self._one(extra)

    async def _until_due(self) -> float | None:
        due = await self._store.extras.next_due()
        return None if due is None else max(0.0, (due - self._clock.now()).total_seconds())

    async def _one(self, extra: Extra) -> None:
        store, now = self._store.extras, self._clock.now()
        free_at = await self._free_at(extra, now)
        if free_at is not None:
            await store.delay(extra, free_at, "crosspost-limit")
            self._log(extra).info("extra.waits", reason="crosspost-limit", until=free_at)
            return
        await self._pace.turn()
        again_at = self._clock.now() + timedelta(seconds=TRY_LIMIT + 30.0)
        await store.begin_attempt(extra, self._clock.now(), again_at)
        try:
            async with asyncio.timeout(TRY_LIMIT):
                thread_id = await self._do(extra)
        except Exception as error:  # noqa: BLE001 - every cause has its treatment
            await self._failed(extra, error)
            return
        await store.complete(extra, thread_id=thread_id)
        self._log(extra).info("extra.done", thread=thread_id)

    async def _free_at(self, extra: Extra, now: datetime) -> datetime | None:
        """When the channel may publish again; ``None`` for now."""
        if extra.what is not ExtraKind.CROSSPOST:
            return None
        times = await self._store.extras.published(extra.channel_id, now - CROSSPOST_WINDOW)
        others = [when for when in times if when != extra.tried_at]
        if len(others) < CROSSPOSTS:
            return None
        return others[-CROSSPOSTS] + CROSSPOST_WINDOW + MARGIN

    async def _do(self, extra: Extra) -> int | None:
        if extra.what is ExtraKind.CROSSPOST:
            try:
                await self._hand.publish(extra)
            except Exception as error:
                if _code(error) != _ALREADY_PUBLISHED:
                    raise
            return None
        stored = await self._store.interviews.get(extra.interview_id)
        if stored is None:
            raise LookupError(extra.interview_id)
        return await self._hand.discuss(extra, stored)

    async def _failed(self, extra: Extra, error: Exception) -> None:
        failure = failure_of(error)
        given = conclude(failure, _code(error), extra.attempts + 1, self._rng)
        log = self._log(extra).bind(reason=given.reason, cause=str(error) or type(error).__name__)
        if given.delay is None:
            await self._store.extras.abandon(extra, given.reason)
            log.error("extra.abandoned")
            return
        until = self._clock.now() + timedelta(seconds=given.delay)
        await self._store.extras.delay(extra, until, given.reason)
        log.warning("extra.delayed", next_attempt_at=until)

    @staticmethod
    def _log(extra: Extra) -> structlog.typing.FilteringBoundLogger:
        bound: structlog.typing.FilteringBoundLogger = logger.bind(
            what=extra.what,
            delivery=extra.delivery_id,
            channel=extra.channel_id,
            message=extra.message_id,
            attempt=extra.attempts + 1,
        )
        return bound


def _code(error: Exception) -> int:
    """Discord's JSON error code; 0 for none."""
    code = getattr(error, "code", 0)
    return code if isinstance(code, int) else 0
