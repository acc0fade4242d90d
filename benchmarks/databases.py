"""The store's operations on PostgreSQL, beside the same on SQLite.

PostgreSQL is started for it on loopback, and syncs each commit as SQLite does.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from statistics import quantiles

import sqlalchemy as sa

from benchmarks.figures import Figure, Report, seconds
from benchmarks.remote import quiet
from bot.core.clock import SystemClock
from bot.core.model import Conclusion, DeliveryState, SubscriptionState, TargetKind
from bot.core.readers import Saved
from bot.store import LeasedDelivery, Store, open_store
from bot.store.tables import subscriptions
from tests.postgres.server import folder_for_server, running
from tests.store.samples import interview

LEASE = timedelta(minutes=3)
CLAIM = 100

Samples = dict[str, list[float]]
"""Seconds of each run of an operation."""

BATCHED = {"claiming 100": CLAIM, "settling 100": CLAIM}


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``databases``; with `small` a tenth of the rows."""
    quiet()
    channels, rounds = (1_000, 100) if small else (10_000, 1_000)
    with folder_for_server() as folder:
        baseline = await sampled(f"sqlite+aiosqlite:///{folder / 'kcrush.db'}", channels, rounds)
        with running(folder / "server", quick=False) as server:
            ours = await sampled(server.url(), channels, rounds)
    return Report(
        "databases",
        "PostgreSQL and SQLite",
        f"The store's operations for {channels:,} channels, one process; ours is PostgreSQL 15 on "
        "the same machine, the baseline SQLite. Both sync each commit. A reader's page is an "
        "interview with what the person saved of it and where they stopped.",
        command,
        [figure for name in ours for figure in figures(name, ours[name], baseline[name])],
    )


def figures(name: str, ours: list[float], baseline: list[float]) -> list[Figure]:
    if len(ours) < CLAIM:
        best, other = min(ours), min(baseline)
        return [Figure(name, seconds(best), seconds(other), f"{best / other:.1f} times as long")]
    found = []
    for label, place in (("p50", 49), ("p99", 98)):
        one, other = (quantiles(sample, n=100)[place] for sample in (ours, baseline))
        ratio = f"{one / other:.1f} times as long"
        found.append(Figure(f"{name}, {label}", seconds(one), seconds(other), ratio))
    each = BATCHED.get(name, 1)
    one, other = (each * len(sample) / sum(sample) for sample in (ours, baseline))
    ratio = f"{one / other:.2f} times as many"
    return [*found, Figure(f"{name}, a second", f"{one:,.0f}", f"{other:,.0f}", ratio)]


async def sampled(url: str, channels: int, rounds: int) -> Samples:
    clock = SystemClock()
    async with open_store(url, clock) as store:
        await subscribe(store, channels)
        samples: Samples = {}
        enqueueing = samples[f"enqueueing {channels:,}"] = []
        for number in range(3):
            async with timed(enqueueing), store.transaction() as tx:
                id_ = await tx.interviews.insert(interview(number), "d")
                assert await tx.outbox.enqueue(id_, clock.now()) == channels
        await store.readers.save(5, Saved(id_, 1, clock.now()), 10)
        await repeat(samples, "reading an interview", rounds, lambda: store.interviews.get(id_))
        await repeat(samples, "a reader's page", rounds, lambda: store.readers.open(5, id_))
        claiming = samples["claiming 100"] = []
        settling = samples["settling 100"] = []
        for _ in range(channels // CLAIM):
            now = clock.now()
            async with timed(claiming):
                leased = await store.outbox.lease_due(now, now + LEASE, CLAIM)
            assert len(leased) == CLAIM
            async with timed(settling):
                await asyncio.gather(*(sent(store, one) for one in leased))
        return samples


async def subscribe(store: Store, channels: int) -> None:
    rows = [
        {
            "guild_id": number // 2,
            "channel_id": number,
            "created_by": 1,
            "created_at": store.database.clock.now(),
            "state": SubscriptionState.ACTIVE,
            "kind": TargetKind.TEXT,
        }
        for number in range(1, channels + 1)
    ]
    async with store.database.transaction() as tx:
        await tx.execute(subscriptions.insert(), rows)
        await tx.execute(sa.text("ANALYZE"))


async def repeat(
    samples: Samples, name: str, rounds: int, work: Callable[[], Awaitable[object]]
) -> None:
    found = samples[name] = []
    for _ in range(rounds):
        async with timed(found):
            assert await work() is not None


async def sent(store: Store, leased: LeasedDelivery) -> None:
    now = store.database.clock.now()
    conclusion = Conclusion(DeliveryState.SENT, message_id=leased.delivery.id)
    assert await store.outbox.settle(leased.delivery, conclusion, now)


@asynccontextmanager
async def timed(found: list[float]) -> AsyncIterator[None]:
    began = time.perf_counter()
    yield
    found.append(time.perf_counter() - began)
