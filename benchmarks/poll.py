"""A poll of a feed that did not change: what it costs the site, the processor and the disk."""

import asyncio
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import feedparser

from benchmarks.backfill import hosted
from benchmarks.figures import Figure, Report
from benchmarks.remote import quiet
from bot.core.clock import SystemClock
from bot.feed.fetch import open_fetcher
from bot.feed.watcher import Watcher
from bot.store import open_store

INTERVIEWS = 10


class Relay:
    """Passes bytes on to the site and back, and counts those that come back."""

    def __init__(self, port: int) -> None:
        self.received = 0
        self._port = port

    async def start(self) -> asyncio.Server:
        return await asyncio.start_server(self._join, "127.0.0.1", 0)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, away = await asyncio.open_connection("127.0.0.1", self._port)

        async def back() -> None:
            while data := await there.read(65536):
                self.received += len(data)
                writer.write(data)
                await writer.drain()
            writer.close()

        task = asyncio.create_task(back())
        while data := await reader.read(65536):
            away.write(data)
            await away.drain()
        away.close()
        await task


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``poll``; with `small` a few polls only."""
    quiet()
    polls = 5 if small else 200
    async with hosted(INTERVIEWS) as root:
        relay = Relay(int(root.rpartition(":")[2]))
        async with await relay.start() as server:
            port = server.sockets[0].getsockname()[1]
            url = f"http://127.0.0.1:{port}/category/interviews/feed/"
            with TemporaryDirectory(prefix="kcrush-bench-") as folder:
                size, cpu, rows = await run_ours(url, Path(folder) / "kcrush.db", relay, polls)
            naive_size, naive_cpu = await run_naive(url, relay, polls)
    return Report(
        "poll",
        "A poll of an unchanged feed",
        f"The mean of {polls} polls of a feed of ten whole interviews, over real sockets. Rows are "
        "what the database counts as changed. Baseline: `feedparser.parse(url)` each time.",
        command,
        [
            Figure(
                "bytes received",
                f"{size:,.0f}",
                f"{naive_size:,.0f}",
                f"1 to {naive_size / size:,.0f}",
            ),
            Figure(
                "CPU",
                f"{cpu * 1000:.2f} ms",
                f"{naive_cpu * 1000:.2f} ms",
                f"{naive_cpu / cpu:.1f} times as little",
                value=cpu,
            ),
            Figure("rows written", f"{rows}", bound="none", good=rows == 0),
        ],
    )


async def run_ours(url: str, path: Path, relay: Relay, polls: int) -> tuple[float, float, int]:
    """Bytes and CPU seconds a poll, and rows that all of them changed."""
    clock = SystemClock()
    async with (
        open_store(f"sqlite+aiosqlite:///{path}", clock) as store,
        open_fetcher(clock, user_agent="kcrush-bot") as fetcher,
    ):
        watcher = Watcher(fetcher, store, clock, random.Random(1), feeds=[url], interval=300)
        await watcher.poll(url)
        await watcher.poll(url)
        before, received = await asyncio.to_thread(contents, path), relay.received
        began = time.process_time()
        for _ in range(polls):
            await watcher.poll(url)
        spent = time.process_time() - began
        after = await asyncio.to_thread(contents, path)
    return (relay.received - received) / polls, spent / polls, len(before ^ after)


async def run_naive(url: str, relay: Relay, polls: int) -> tuple[float, float]:
    received, began = relay.received, time.process_time()
    for _ in range(polls):
        parsed = await asyncio.to_thread(feedparser.parse, url)
        assert len(parsed.entries) == INTERVIEWS
    spent = time.process_time() - began
    return (relay.received - received) / polls, spent / polls


def contents(path: Path) -> set[tuple[object, ...]]:
    """Every row of every table."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {
            (name, *row)
            for (name,) in tables.fetchall()
            for row in connection.execute(f"SELECT * FROM {name}")  # noqa: S608 - its own tables
        }
