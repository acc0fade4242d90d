"""What guilds cost: the bot's start, memory, announcement and rows with 100 to 10,000 of them.

The points by which ``bot.core.capacity`` is checked. Each guild has one subscribed channel.
"""

import asyncio
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.figures import Figure, Report, seconds
from benchmarks.observed_bot import resident
from benchmarks.remote import ROOT, Discord, open_discord
from benchmarks.start import BOT, CHANNELS, ROLES, environment, wait_until_ready
from bot.core.capacity import Point, capacity
from bot.core.clock import SystemClock
from bot.store import open_store
from sandbox.site import SampleSite
from tests.postgres.server import Server, execute, folder_for_server, running

SIZES = (100, 1_000, 10_000)

TOLERANCE = 0.15
"""By how much the model may be off."""

REST = 25.0
"""Seconds, as in the benchmark ``start``."""


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``capacity``; with `small` few guilds."""
    figures, rest = [], 1.0 if small else REST
    for guilds in (20,) if small else SIZES:
        found, model = await point(guilds, rest=rest), capacity(guilds)
        figures += [
            compared(guilds, "start to ready", found.start, model.start, seconds),
            compared(guilds, "resident at rest", found.memory, model.memory, mebibytes),
            compared(guilds, "announced to all", found.announcing, model.announcing, seconds),
            compared(guilds, "database for an interview", found.stored, model.stored, mebibytes),
        ]
    guilds = 20 if small else 1_000
    with folder_for_server() as folder, running(folder / "server") as server:
        shared = await point(guilds, rest=rest, server=server)
    transactions, model = shared.transactions, capacity(guilds)
    figures.append(
        compared(guilds, "PostgreSQL's transactions/s", transactions, model.transactions, number)
    )
    return Report(
        "capacity",
        "What guilds cost",
        f"The process `python -m bot run` on SQLite, before a sandbox that recommends a shard for "
        f"1,000 guilds and lets one identify in 5 s. Each guild has {CHANNELS} channels, of which "
        f"one is announced in, and {ROLES} roles. Baseline: the model of `python -m bot simulate`.",
        command,
        figures,
    )


def compared(
    guilds: int, what: str, ours: float, model: float, shown: Callable[[float], str]
) -> Figure:
    return Figure(
        f"{what}, guilds: {guilds:,}",
        shown(ours),
        shown(model),
        f"{ours / model:.2f}",
        f"off by {TOLERANCE:.0%} at most",
        good=abs(ours / model - 1) <= TOLERANCE,
        value=ours / model,
        judged="ratio",
    )


def number(value: float) -> str:
    return f"{value:.1f}"


def mebibytes(value: float) -> str:
    return f"{value:.2f} MiB" if value < 10 else f"{value:.0f} MiB"


async def point(guilds: int, *, rest: float, server: Server | None = None) -> Point:
    """Run the bot with so many guilds, on SQLite or on `server`, and announce one interview to all
    of them."""
    with TemporaryDirectory(prefix="kcrush-bench-") as name:
        folder = Path(name)
        url = server.url() if server else f"sqlite+aiosqlite:///{folder / 'kcrush.db'}"
        async with open_discord() as discord, SampleSite() as site:
            found = await discord("furnish", guilds=guilds, channels=CHANNELS, roles=ROLES)
            await subscribe(url, found["channels"])
            began = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *BOT,
                cwd=ROOT,
                env=environment(discord, site, folder, POLL_INTERVAL="30", DATABASE_URL=url),
                stderr=asyncio.subprocess.PIPE,
            )
            draining = await wait_until_ready(process)
            start = time.perf_counter() - began
            await site.wait_for(lambda seen: "/feed/" in seen.path, timeout=60)
            await asyncio.sleep(rest)
            memory = resident(process.pid)
            before = 0.0 if server else size(folder)
            site.publish_new(title="An interview", body="<p><b>Yes?</b></p><p>No.</p>")
            await reached(discord, 1)
            committed = commits(server)
            stats = await reached(discord, guilds)
            committed = commits(server) - committed
            after = 0.0 if server else size(folder)
            process.send_signal(signal.SIGTERM)
            await process.wait()
            await draining
    spent = stats["ended"] - stats["began"]
    return Point(guilds, start, memory, spent, after - before, committed / spent)


async def reached(discord: Discord, channels: int) -> dict[str, Any]:
    """Wait until so many channels have a message."""
    while (stats := await discord("stats"))["reached"] < channels:  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    return stats


async def subscribe(url: str, channels: list[list[int]]) -> None:
    async with open_store(url, SystemClock()) as store, store.transaction() as tx:
        for guild_id, channel_id in channels:
            await tx.subscriptions.subscribe(guild_id, channel_id, 1, lambda one: one)


def commits(server: Server | None) -> int:
    if server is None:
        return 0
    sql = "SELECT xact_commit FROM pg_stat_database WHERE datname = 'postgres'"
    return int(execute(sql, address=server.address))


def size(folder: Path) -> float:
    """MiB of the database's pages that hold something."""
    with closing(sqlite3.connect(folder / "kcrush.db")) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        (bytes_a_page,) = connection.execute("PRAGMA page_size").fetchone()
    return float((pages - free) * bytes_a_page) / 2**20
