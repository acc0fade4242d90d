"""The outbox by itself: enqueueing for ten thousand channels, and the memory that sending takes.

Each figure comes from a process of its own, ``python -m benchmarks.rows COUNT WAY [--enqueue]``,
that prints JSON; what a process held once is never given back, so that one may not measure twice.
"""

import asyncio
import json
import random
import resource
import sqlite3
import sys
import time
from collections.abc import Set
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.fanout import interview
from benchmarks.figures import Figure, Report, seconds
from benchmarks.remote import ROOT, freeze, quiet
from bot.core.clock import SystemClock
from bot.core.discord_limits import GLOBAL_LIMIT
from bot.core.model import DeliveryState
from bot.delivery.announcer import Announcer
from bot.delivery.outcomes import Sent
from bot.store import LeasedDelivery, NewestMessage, SentCard, Store, open_store
from tests.delivery.fakes import UnusedPort

FLAT = 1.2
"""Peak memory at ten times the rows may be so many times as high and still be called flat."""

TURNS, ENQUEUED = 2, 5
"""How often a process enqueues rows in the one way and another in the other, and how often each
does, with an empty outbox. The fastest counts: it takes a tenth of a second, which a neighbour on
the machine doubles."""

FIRST_ID = 1_000_000


class NoDiscord(UnusedPort):
    """Takes every card at once: what is measured is the outbox."""

    rate = GLOBAL_LIMIT

    def __init__(self) -> None:
        self.sent = 0

    def now(self) -> datetime | None:
        return None

    async def announced_after(self, newest: NewestMessage) -> list[int]:
        return []

    async def send(self, leased: LeasedDelivery, *, plain: bool = False) -> Sent:
        await asyncio.sleep(0)
        self.sent += 1
        return Sent(FIRST_ID + self.sent)

    async def find(
        self, leased: LeasedDelivery, since: datetime, known: Set[int] = frozenset()
    ) -> Sent | None:
        return None

    async def edit(self, card: SentCard) -> None:
        """Nothing changes."""

    async def turn(self) -> None:
        """The pace: none."""


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``rows``; with `small` a tenth of them."""
    few, many = (100, 1000) if small else (1000, 10_000)
    ours_few, ours = await in_process(few, "ours"), await in_process(many, "ours")
    naive_few, naive = await in_process(few, "naive"), await in_process(many, "naive")
    growth = ours["peak"] / ours_few["peak"]
    naive_growth = naive["peak"] / naive_few["peak"]
    enqueued: dict[str, list[float]] = {"ours": [], "naive": []}
    for _ in range(1 if small else TURNS):
        for way, times in enqueued.items():
            times.append((await in_process(many, way, "--enqueue"))["enqueue"])
    fastest, naive_fastest = min(enqueued["ours"]), min(enqueued["naive"])
    slower = fastest / naive_fastest
    return Report(
        "rows",
        "Rows",
        f"One interview enqueued for {many:,} subscriptions, each with a filter of ten terms (the "
        f"fastest of {TURNS * ENQUEUED} times, in turns with the baseline), and drained to a "
        "Discord that answers at once. Baselines: an INSERT a subscription, in one transaction; a "
        "list of all rows with their interviews, and a task for each.",
        command,
        [
            Figure(
                f"enqueueing {many:,} deliveries",
                seconds(fastest),
                seconds(naive_fastest),
                f"{slower:.2f} times as long",
                "not longer",
                good=slower <= 1,
                value=slower,
                judged="ratio",
            ),
            Figure(
                f"peak memory, {few:,} rows", mib(ours_few), mib(naive_few), value=ours_few["peak"]
            ),
            Figure(f"peak memory, {many:,} rows", mib(ours), mib(naive), value=ours["peak"]),
            Figure(
                "growth of the peak, ten times the rows",
                f"{growth:.2f}",
                f"{naive_growth:.2f}",
                f"{naive_growth / growth:.2f} times the growth",
                f"at most {FLAT:g}",
                good=growth <= FLAT,
                value=growth,
            ),
            Figure(
                f"draining {many:,} rows",
                seconds(ours["drain"]),
                bound="no rows left",
                value=ours["drain"],
            ),
        ],
    )


def mib(found: dict[str, Any]) -> str:
    return f"{found['peak'] / 1024:.1f} MiB"


async def in_process(count: int, way: str, *more: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.rows", str(count), way, *more),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    found: dict[str, Any] = json.loads(out)
    return found


async def run(count: int, way: str, *, drain: bool) -> dict[str, Any]:
    quiet()
    freeze()
    with TemporaryDirectory(prefix="kcrush-bench-") as folder:
        path = Path(folder) / "kcrush.db"
        url = f"sqlite+aiosqlite:///{path}"
        async with open_store(url, SystemClock()) as store:
            await store.subscriptions.subscribe(1, 1, 1, lambda one: one)
        multiply(path, "subscriptions", count)
        add_filters(path)
        if way == "naive":
            return await run_naive(path, url, count, drain=drain)
        async with open_store(url, SystemClock()) as store:
            if not drain:
                return {"enqueue": await enqueued_again(store, path, count)}
            await enqueued(store, count)
            began = time.perf_counter()
            sender = NoDiscord()
            announcer = Announcer(store, sender, SystemClock(), random.Random(1), sender)
            await announcer.drain()
            drained = time.perf_counter() - began
            left = count - (await store.outbox.counts())[DeliveryState.SENT]
            assert left == 0
            assert sender.sent == count
        return {"drain": drained, "peak": peak()}


async def enqueued(store: Store, count: int, number: int = 1) -> float:
    began = time.perf_counter()
    async with store.transaction() as tx:
        stored = await tx.interviews.insert(interview(number), f"digest {number}")
        assert await tx.outbox.enqueue(stored, SystemClock().now()) == count
    return time.perf_counter() - began


async def enqueued_again(store: Store, path: Path, count: int) -> float:
    times = []
    for number in range(1, ENQUEUED + 1):
        times.append(await enqueued(store, count, number))
        empty(path, but=0)
    return min(times)


def empty(path: Path, *, but: int) -> None:
    """Delete all deliveries but the first so many."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM deliveries WHERE id > ?", (but,))
        connection.commit()


async def run_naive(path: Path, url: str, count: int, *, drain: bool) -> dict[str, Any]:
    """Rows inserted one by one, as copies of one that is right; all of them read, and sent by a
    task each."""
    async with open_store(url, SystemClock()) as store:
        async with store.transaction() as tx:
            stored = await tx.interviews.insert(interview(), "digest")
            await tx.outbox.enqueue(stored, SystemClock().now())
        times = []
        for _ in range(1 if drain else ENQUEUED):
            empty(path, but=1)
            began = time.perf_counter()
            multiply(path, "deliveries", count)
            times.append(time.perf_counter() - began)
        if not drain:
            return {"enqueue": min(times)}
        sender = NoDiscord()
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute("SELECT * FROM deliveries").fetchall()
        found = [(row, await store.interviews.get(stored)) for row in rows]

        async def send(pair: Any) -> None:
            await asyncio.sleep(0)
            sender.sent += bool(pair)

        await asyncio.gather(*(send(pair) for pair in found))
        assert sender.sent == count
    return {"peak": peak()}


def multiply(path: Path, table: str, count: int) -> None:
    """Make the one row of a table into so many, an INSERT each in one transaction; ids and
    whatever must be unique count up."""
    with closing(sqlite3.connect(path)) as connection:
        cursor = connection.execute(f"SELECT * FROM {table} ORDER BY id LIMIT 1")  # noqa: S608
        names = [column[0] for column in cursor.description]
        first = dict(zip(names, cursor.fetchone(), strict=True))
        marks = ", ".join("?" * len(names))
        for number in range(2, count + 1):
            row = {**first, "id": number}
            for name in ("subscription_id", "guild_id", "channel_id"):
                if first.get(name) is not None:
                    row[name] = number
            if "nonce" in row:
                row["nonce"] = f"naive{number}"
            connection.execute(f"INSERT INTO {table} VALUES ({marks})", list(row.values()))  # noqa: S608
        connection.commit()


def add_filters(path: Path) -> None:
    """Give every subscription a filter of ten terms, no two alike, which lets ``interview()``
    through."""
    terms = " ".join(f"-no{term}'||id||'" for term in range(9))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE subscriptions SET filter = '{terms} -artist:no'||id")  # noqa: S608
        connection.commit()


def peak() -> int:
    """The most memory that this process ever held, in KiB. Linux's ``ru_maxrss`` starts with the
    parent's, so its own count comes first."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.stdout.write(
        json.dumps(
            asyncio.run(run(int(sys.argv[1]), sys.argv[2], drain="--enqueue" not in sys.argv))
        )
    )
