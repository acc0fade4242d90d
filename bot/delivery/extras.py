"""What follows a sent announcement: it is published to followers, its discussion is opened.

The message stands whatever becomes of these: they have rows and attempts of their own, and nothing
here ever sends an announcement.
"""

import asyncio
import random
from datetime import datetime, timedelta
from math import inf

import structlog

from bot.core.extras import ExtraKind
from bot.core.retry import backoff
from bot.delivery.due_worker import DueWorker
from bot.delivery.failures import TRY_LIMIT, attempt
from bot.delivery.outcomes import OF_DISCORD, Failed, FailureKind
from bot.store import Extra

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

MOST_ATTEMPTS = 30
"""Attempts after which an extra is given up: about a day of hourly ones."""

LOOK_AGAIN = 60.0
"""Seconds between two looks: another process may have sent what has extras."""

AT_ONCE = 20
STORE_RETRY = 30.0

_FOR_GOOD = frozenset({10003, 10004, 10008, 50024, 50068, 20009})
"""Discord docs, JSON error codes: what the message needs is gone, or never was."""


def retry_delay(failure: Failed, attempts: int, rng: random.Random) -> float | None:
    """Seconds until an extra is tried again whose `attempts`-th attempt failed; ``None``: never.

    | failure | what follows |
    |---|---|
    | the message or its channel is gone; Discord won't have it | given up |
    | a permission is missing | again, more and more rarely, for about a day |
    | anything else | again, when Discord says or after a back-off |
    """
    passes = failure.kind in OF_DISCORD or failure.kind is FailureKind.LIMITED
    is_final = failure.code in _FOR_GOOD or failure.kind is FailureKind.REJECTED
    if is_final or (attempts >= MOST_ATTEMPTS and not passes):
        return None
    delay = backoff(attempts, FIRST_RETRY, LONGEST_RETRY, rng.random())
    return max(delay, failure.retry_after or 0.0)


class ExtrasService(DueWorker):
    """Does what is due, some at a time, at the pace of all requests."""

    name, retry = "extras", STORE_RETRY

    async def work(self) -> float:
        await self.drain()
        due = await self._store.extras.next_due()
        left = inf if due is None else (due - self._clock.now()).total_seconds()
        return min(max(0.0, left), LOOK_AGAIN)

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
            # One channel's extras by turns: each publication counts for the next one's limit.
            by_channel: dict[int, list[Extra]] = {}
            for extra in due:
                by_channel.setdefault(extra.channel_id, []).append(extra)
            done = await asyncio.gather(
                *map(self._in_turn, by_channel.values()), return_exceptions=True
            )
            failed = [result for result in done if isinstance(result, BaseException)]
            if failed:
                raise failed[0]

    async def _in_turn(self, extras: list[Extra]) -> None:
        for extra in extras:
            with structlog.contextvars.bound_contextvars(delivery=extra.delivery_id):
                await self._do(extra)

    async def _do(self, extra: Extra) -> None:
        store, log = self._store.extras, _log(extra)
        free_at = await self._free_at(extra)
        if free_at is not None:
            await store.delay(extra, free_at, "crosspost-limit")
            log.info("extra.waits", reason="crosspost-limit", until=free_at)
            return
        await self._pace.turn()
        now = self._clock.now()
        await store.begin_attempt(extra, now, now + timedelta(seconds=TRY_LIMIT + 30.0))
        result = await attempt(self._request(extra))
        if isinstance(result, Failed):
            await self._settle_failed(extra, result)
            return
        await store.complete(extra, thread_id=result)
        log.info("extra.done", thread=result)

    async def _free_at(self, extra: Extra) -> datetime | None:
        """When the channel may publish again; ``None`` for now."""
        if extra.what is not ExtraKind.CROSSPOST:
            return None
        since = self._clock.now() - CROSSPOST_WINDOW
        times = await self._store.extras.published(extra.channel_id, since)
        others = [when for when in times if when != extra.tried_at]
        if len(others) < CROSSPOSTS:
            return None
        return others[-CROSSPOSTS] + CROSSPOST_WINDOW + MARGIN

    async def _request(self, extra: Extra) -> int | None:
        if extra.what is ExtraKind.CROSSPOST:
            await self._port.crosspost(extra)
            return None
        stored = await self._store.interviews.get(extra.interview_id)
        if stored is None:
            raise LookupError(extra.interview_id)
        return await self._port.open_discussion(extra, stored)

    async def _settle_failed(self, extra: Extra, failure: Failed) -> None:
        delay = retry_delay(failure, extra.attempts + 1, self._rng)
        log = _log(extra).bind(reason=failure.reason, cause=failure.cause)
        if delay is None:
            await self._store.extras.abandon(extra, failure.reason)
            log.error("extra.abandoned")
            return
        until = self._clock.now() + timedelta(seconds=delay)
        await self._store.extras.delay(extra, until, failure.reason)
        log.warning("extra.delayed", next_attempt_at=until)


def _log(extra: Extra) -> structlog.typing.FilteringBoundLogger:
    bound: structlog.typing.FilteringBoundLogger = logger.bind(
        what=extra.what,
        delivery=extra.delivery_id,
        channel=extra.channel_id,
        message=extra.message_id,
        attempt=extra.attempts + 1,
    )
    return bound
