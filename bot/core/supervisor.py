"""Background work that no failure ends."""

import asyncio
import math
from collections.abc import Awaitable, Callable

import aiohttp
import discord
import structlog

from bot.core.clock import Clock, wait
from bot.core.errors import KcrushError
from bot.core.retry import retry_after_of

logger = structlog.get_logger(__name__)

EXPECTED = (KcrushError, discord.DiscordException, aiohttp.ClientError, OSError)
"""Failures of the database, the site, Discord or the network. Their message says what is wrong, so
they are logged without a traceback."""

LONGEST_WAIT = 24 * 3600.0
"""Seconds: a longer Retry-After is cut to this."""


async def supervise(
    name: str,
    work: Callable[[], Awaitable[float | None]],
    clock: Clock,
    *,
    pause: float | Callable[[int], float],
    wake: asyncio.Event | None = None,
    fatal: type[Exception] | tuple[type[Exception], ...] = (),
    **context: object,
) -> None:
    """Run `work` again and again until it has nothing more to do, or until cancelled.

    `work` returns the seconds until its next run: ``inf`` for "only when woken", ``None`` for
    "never again", which ends the supervision. `wake` cuts every wait short; it is cleared before
    each run, so that what sets it during a run leads to another one.

    Every exception of `work` but the `fatal` ones is logged, and `work` is run again after `pause`
    seconds, or after what `pause` says for that number of failures in a row, but not before the
    time that the answer's Retry-After states. The log's events are
    ``<name>.failed`` for an expected failure, ``<name>.crashed`` with a traceback for any other,
    and ``<name>.recovered``; `context` goes with each of them.
    """
    log = logger.bind(**context)
    failures = 0
    while True:
        if wake is not None:
            wake.clear()
        try:
            delay = await work()
        except fatal:
            raise
        except Exception as error:
            failures += 1
            delay = pause(failures) if callable(pause) else pause
            delay = max(delay, min(retry_after_of(error), LONGEST_WAIT))
            details = {"failures": failures, "next_try_in": round(delay, 1)}
            if isinstance(error, EXPECTED):
                log.warning(f"{name}.failed", cause=str(error) or type(error).__name__, **details)
            else:
                log.exception(f"{name}.crashed", **details)
        else:
            if failures:
                log.info(f"{name}.recovered", failures=failures)
            failures = 0
        if delay is None:
            return
        if wake is None:
            await clock.sleep(delay)
        else:
            await wait(wake, clock, None if math.isinf(delay) else delay)
