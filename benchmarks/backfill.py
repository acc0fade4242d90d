"""The archive of ten thousand interviews read over REST: how fast, and in how much memory.

Each figure comes from a process of its own, ``python -m benchmarks.backfill ROOT WAY``, that
prints JSON: what a process held once is never given back.
"""

import asyncio
import json
import random
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

from benchmarks.figures import Figure, Report, seconds
from benchmarks.remote import ROOT, freeze, quiet
from benchmarks.rows import FLAT, mib, peak
from bot.archive.service import Backfill
from bot.core.clock import SystemClock
from bot.feed.fetch import open_fetcher
from bot.feed.watcher import Watcher
from bot.store import open_store

PAGE = 20
MOST_TIMES_NAIVE = 4


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``backfill``; with `small` a few interviews, and memory is
    not compared."""
    few, many = (10, 40) if small else (1000, 10_000)
    ours, naive = await on_archive(many, "ours"), await on_archive(many, "naive")
    ours_few = ours if small else await on_archive(few, "ours")
    naive_few = naive if small else await on_archive(few, "naive")
    growth = ours["peak"] / ours_few["peak"]
    naive_growth = naive["peak"] / naive_few["peak"]
    slower = ours["seconds"] / naive["seconds"]
    rate, naive_rate = many / ours["seconds"], many / naive["seconds"]
    return Report(
        "backfill",
        "Backfill",
        f"The archive of {many:,} interviews of five kilobytes, read over REST from a local server "
        "with `--rate 0`: asked for, parsed, transcribed and stored with their turns, each page "
        "with how far the archive is read in one transaction. Baseline: a script that fetches all "
        "pages into a list and stores each post's JSON with one INSERT, without looking into it.",
        command,
        [
            Figure(
                f"{many:,} interviews",
                seconds(ours["seconds"]),
                seconds(naive["seconds"]),
                f"{slower:.1f} times the time",
                f"at most {MOST_TIMES_NAIVE} times",
                good=slower <= MOST_TIMES_NAIVE,
                value=slower,
                judged="ratio",
            ),
            Figure(
                "interviews a second",
                f"{rate:,.0f}",
                f"{naive_rate:,.0f}",
                f"{rate / naive_rate:.2f}",
                value=rate,
            ),
            Figure(
                f"peak memory, {few:,} interviews",
                mib(ours_few),
                mib(naive_few),
                value=ours_few["peak"],
            ),
            Figure(f"peak memory, {many:,} interviews", mib(ours), mib(naive), value=ours["peak"]),
            Figure(
                "growth of the peak, ten times the interviews",
                f"{growth:.2f}",
                f"{naive_growth:.2f}",
                f"{naive_growth / growth:.2f} times the growth",
                f"at most {FLAT:g}",
                good=growth <= FLAT,
                value=growth,
            ),
        ],
    )


@asynccontextmanager
async def hosted(count: int) -> AsyncIterator[str]:
    """The address of a WordPress with so many interviews, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.archive_host", str(count)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


async def on_archive(count: int, way: str) -> dict[str, Any]:
    async with hosted(count) as root:
        return await in_process("benchmarks.backfill", root, way, str(count))


async def in_process(module: str, *arguments: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    found: dict[str, Any] = json.loads(out)
    return found


async def run(root: str, way: str, count: int) -> dict[str, Any]:
    quiet()
    freeze()
    with TemporaryDirectory(prefix="kcrush-bench-") as folder:
        path = Path(folder) / "kcrush.db"
        stored = await (run_ours(root, path) if way == "ours" else run_naive(root, path))
        assert stored["count"] == count, stored
        return {**stored, "peak": peak()}


async def run_ours(root: str, path: Path) -> dict[str, Any]:
    url, clock, rng = f"{root}/category/interviews/feed/", SystemClock(), random.Random(1)
    async with (
        open_store(f"sqlite+aiosqlite:///{path}", clock) as store,
        open_fetcher(clock, user_agent="kcrush-bot") as fetcher,
    ):
        watcher = Watcher(fetcher, store, clock, rng, feeds=[url], interval=300)
        service = Backfill(
            fetcher, store, clock, rng, feeds=[url], agent="kcrush-bot", rate=0, poll=watcher.poll
        )
        began = time.perf_counter()
        report = await service.fill(url)
        spent = time.perf_counter() - began
        assert (report.strategy, report.finished) == ("rest", True)
        return {"seconds": spent, "count": await store.interviews.count()}


async def run_naive(root: str, path: Path) -> dict[str, Any]:
    began = time.perf_counter()
    posts: list[dict[str, Any]] = []
    async with aiohttp.ClientSession() as session:
        page = 1
        while True:
            address = f"{root}/wp-json/wp/v2/posts?categories=2&per_page={PAGE}&page={page}"
            async with session.get(address) as response:
                if response.status != 200:
                    break
                posts += await response.json()
            page += 1
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE posts (id INTEGER PRIMARY KEY, post TEXT)")
        for post in posts:
            connection.execute("INSERT INTO posts VALUES (?, ?)", (post["id"], json.dumps(post)))
            connection.commit()
    return {"seconds": time.perf_counter() - began, "count": len(posts)}


if __name__ == "__main__":
    found = asyncio.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    sys.stdout.write(json.dumps(found))
