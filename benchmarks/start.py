"""The bot's process from its start to rest: the seconds until it is ready, and its memory then.

Both programs run as their own processes before the same kind of sandbox, in turns.
"""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, Report, seconds
from benchmarks.generated import generated_archive
from benchmarks.observed_bot import resident
from benchmarks.remote import ROOT, Discord, open_discord
from bot.core.clock import SystemClock
from bot.search import SearchIndex
from bot.store import open_store
from sandbox.site import SampleSite

CHANNELS, ROLES = 30, 20
"""Of each guild."""

BOT = ("-m", "bot", "run")
BARE = ("-m", "benchmarks.bare_client")

MOST_TIMES_BARE = {1: 1.25, 100: 1.5}
"""By the number of guilds: of the bare client's start."""

MOST_MEMORY = 130.0
"""MiB, with 500 guilds. The aim was 105; the notes say what stands in the way."""

PAIRS = 3
"""How often both are started, of which the median counts."""

NOTES = [
    (
        "What takes the memory, in MiB: the interpreter 11; discord.py with aiohttp and TLS 32, "
        "and 500 guilds 12, which the bare client has, too; SQLAlchemy's Core 14; pydantic with "
        "the settings 9; Tantivy, rapidfuzz, prometheus-client and other libraries 12; our own "
        "code and tables 13; the open database and index, and 1,000 interviews by name 12; what "
        "the start leaves behind 5. rich, 4 more, is loaded by structlog where tools of "
        "development have installed it, as here."
    ),
    (
        "What went: the parsers and Pillow, which a worker process alone imports, 17; SQLAlchemy's "
        "ORM 6; its PostgreSQL dialect 2; what glibc kept of large blocks 3, and 150 after some "
        "forty changes of the feed."
    ),
    (
        "What the start waits for: two seconds of the bare client's are the library's wait for "
        "further guilds; the bot waits one, for it fills no member cache."
    ),
]


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``start``; with `small` few guilds."""
    interviews, most = (20, 4) if small else (1_000, 500)
    rest = 1.0 if small else 25.0
    figures = []
    with TemporaryDirectory(prefix="kcrush-bench-") as name:
        folder = Path(name)
        await stock(folder, interviews)
        await pair(folder, 1, 0)
        for guilds, bound in MOST_TIMES_BARE.items():
            pairs = []
            for _ in range(1 if small else PAIRS):
                (ours, _), (bare, _) = await pair(folder, min(guilds, most), 0)
                pairs.append((ours, bare))
            figures.append(started(guilds, pairs, bound))
        # Nobody waits for these: they rest side by side.
        (_, ours), (_, bare) = await asyncio.gather(
            one(folder, most, BOT, rest), one(folder, most, BARE, rest)
        )
        figures.append(rested(most, ours, bare))
    return Report(
        "start",
        "Start and rest",
        f"The process `python -m bot run` with {interviews:,} interviews stored and indexed: until "
        f"it says that it is ready, and its resident memory after {rest:g} s at rest, when the "
        f"process that read the feed is gone. Each guild has {CHANNELS} channels and {ROLES} "
        "roles. Baseline: a discord.py client with the same intents and nothing else.",
        command,
        figures,
        NOTES,
    )


def started(guilds: int, pairs: list[tuple[float, float]], bound: float) -> Figure:
    pairs = sorted(pairs, key=ratio)
    ours, bare = middle = pairs[len(pairs) // 2]
    return Figure(
        f"start to ready, guilds: {guilds}",
        seconds(ours),
        seconds(bare),
        f"{ratio(middle):.2f}",
        f"at most {bound:g} times",
        good=ratio(middle) <= bound,
        value=ratio(middle),
        judged="ratio",
        runs=f"{ratio(pairs[0]):.2f} to {ratio(pairs[-1]):.2f}" if len(pairs) > 1 else "–",
    )


def ratio(pair: tuple[float, float]) -> float:
    """Ours to the baseline's."""
    return pair[0] / pair[1]


def rested(guilds: int, ours: float, bare: float) -> Figure:
    return Figure(
        f"resident at rest, guilds: {guilds}",
        f"{ours:.1f} MiB",
        f"{bare:.1f} MiB",
        f"{ours / bare:.2f}",
        f"at most {MOST_MEMORY:g} MiB",
        good=ours <= MOST_MEMORY,
        value=ours,
    )


async def stock(folder: Path, count: int) -> None:
    """Store and index a generated archive."""
    async with open_store(f"sqlite+aiosqlite:///{folder / 'kcrush.db'}", SystemClock()) as store:
        async with store.transaction() as tx:
            for one in generated_archive(count):
                await tx.interviews.insert(one, f"digest of {one.guid}")
        index = SearchIndex.open_or_wait(folder / "index")
        await index.sync(store)
        index.close()


async def pair(
    folder: Path, guilds: int, rest: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The bot and the bare client, one after the other."""
    return await one(folder, guilds, BOT, rest), await one(folder, guilds, BARE, rest)


async def one(
    folder: Path, guilds: int, program: tuple[str, ...], rest: float
) -> tuple[float, float]:
    """Seconds from the process's start until it is ready; MiB resident after `rest` seconds."""
    async with open_discord() as discord, SampleSite() as site:
        await discord("furnish", guilds=guilds, channels=CHANNELS, roles=ROLES)
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *program,
            cwd=ROOT,
            env=environment(discord, site, folder),
            stderr=asyncio.subprocess.PIPE,
        )
        draining = await wait_until_ready(process)
        spent = time.perf_counter() - began
        await asyncio.sleep(rest)
        memory = resident(process.pid)
        process.send_signal(signal.SIGTERM)
        await process.wait()
        await draining
    return spent, memory


async def wait_until_ready(process: asyncio.subprocess.Process) -> "asyncio.Task[bytes]":
    """Until the log says so; a task that reads the rest of it."""
    assert process.stderr is not None
    lines = [b""]
    while b"ready" not in lines[-1]:
        lines.append(await process.stderr.readline())
        if not lines[-1]:
            raise RuntimeError(b"".join(lines).decode())
    return asyncio.create_task(process.stderr.read())


def environment(
    discord: Discord, site: SampleSite, folder: Path, **settings: str
) -> dict[str, str]:
    """The environment of a program before that Discord and that site; `settings` are more."""
    return {
        # As installed: nothing is compiled at the start but the first time.
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "FEED_URL": site.feed_url,
        "DATA_DIR": str(folder),
        "HTTP_PORT": "0",
        "BACKFILL": "off",
        "LOG_LEVEL": "info",
        **settings,
    }
