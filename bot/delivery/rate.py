"""Several processes with one token part its requests a second among them.

Each leases slots of the ``Pacer`` from the store and renews the lease each second; without it,
it sends nothing. The store's clock says when a lease ends; a process stops ``MARGIN`` before that,
by a clock of its own that began before the store was asked.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from bot.core.clock import Clock
from bot.core.discord_limits import GLOBAL_LIMIT
from bot.core.supervisor import supervise
from bot.delivery.pacing import WINDOW, Pacer
from bot.store import RATE_LEASE, RateLease

logger = structlog.get_logger(__name__)

RENEWAL = 1.0
"""Seconds between two renewals."""

RETRY = 0.25
"""Seconds until a renewal is tried again; after several failures, as long as between renewals."""

LONG_WITHOUT = 10.0
"""Seconds without a slot after which that is no beginning any more: there are more processes than
requests, or slots are leased that nobody renews."""

MARGIN = WINDOW + 0.25
"""Seconds before the lease's end from which its slots are not used any more. Discord counts the
last request for ``WINDOW``, from when it arrives, and others may use the slots at the end."""


@asynccontextmanager
async def shared_rate(
    url: str, process: int | None, pacer: Pacer, clock: Clock, on_change: Callable[[], None]
) -> AsyncIterator[None]:
    """Until the block ends the pacer has the slots that this process leases in the database of
    `url`; where it is the only one (``None``), as before. `on_change` is called when they are
    others in number."""
    if process is None:
        yield
        return
    pacer.lease(0, pacer.now())
    lease = RateLease(url, process, GLOBAL_LIMIT)
    keeping = asyncio.create_task(keep_rate(lease, pacer, clock, on_change), name="rate")
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
        await lease.close()


async def keep_rate(
    lease: RateLease, pacer: Pacer, clock: Clock, on_change: Callable[[], None]
) -> None:
    """Keep the pacer's slots leased, until cancelled."""
    had_some, is_told = pacer.now(), False

    async def renew() -> float:
        nonlocal had_some, is_told
        began, before = pacer.now(), pacer.rate
        slots = await lease.renew(pacer.held)
        if before and pacer.has_lapsed:
            logger.warning("rate.lapsed")
        pacer.lease(slots, began + RATE_LEASE - MARGIN)
        if slots != before:
            on_change()
        if slots:
            had_some, is_told = began, False
        elif began - had_some > LONG_WITHOUT and not is_told:
            is_told = True
            logger.error("rate.no-share", effect="nothing is sent, and no login", most=GLOBAL_LIMIT)
        return RENEWAL - (pacer.now() - began)

    await supervise("rate", renew, clock, pause=lambda failures: min(RENEWAL, RETRY * failures))
