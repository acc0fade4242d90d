"""The bot's process from its start to rest: the seconds until it is ready, and its memory then.

Both programs run as their own processes before the same kind of sandbox, one after the other.
Linux tells the resident memory in ``/proc``.
"""

import asyncio
import os
import signal
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, Report, seconds
from benchmarks.generated import generated_archive
from benchmarks.remote import ROOT, Discord, open_discord
from bot.core.clock import SystemClock
from bot.search import SearchIndex
from bot.store import open_store
from sandbox.site import SampleSite

CHANNELS, ROLES = 30, 20
"""Of each guild."""

BOT = ("-m", "bot", "run")
BARE = ("-m", "benchmarks.bare_client")


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``start``; with `small` few guilds and one start each."""
    interviews, few, many, runs = (20, 2, 4, 1) if small else (1_000, 100, 500, 5)
    rest = 1.0 if small else 30.0
    with TemporaryDirectory(prefix="kcrush-bench-") as name:
        folder = Path(name)
        await stock(folder, interviews)
        pairs = [
            (await one(folder, few, BOT, rest=0), await one(folder, few, BARE, rest=0))
            for _ in range(runs)
        ]
        ours, bare = (
            statistics.median(run[0] for run in runs) for runs in zip(*pairs, strict=True)
        )
        memory = (await one(folder, many, BOT, rest))[1]
        bare_memory = (await one(folder, many, BARE, rest))[1]
    return Report(
        "start",
        "Start and rest",
        f"The process `python -m bot run` with {interviews:,} interviews stored and indexed: until "
        f"it says that it is ready (median of {runs}), and its resident memory after {rest:g} s at "
        f"rest, when the process that read the feed is gone. Each guild has {CHANNELS} channels "
        f"and {ROLES} roles. Baseline: a discord.py client with the same intents and nothing else.",
        command,
        [
            Figure(
                f"start to ready, {few} guilds",
                seconds(ours),
                seconds(bare),
                f"{ours / bare:.2f}",
            ),
            Figure(
                f"resident at rest, {many} guilds",
                f"{memory:.1f} MiB",
                f"{bare_memory:.1f} MiB",
                f"{memory / bare_memory:.2f}",
            ),
        ],
        ["Aims, not held yet: 1.5 times the bare client's start, 105 MiB."],
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
            env={**os.environ, **_environment(discord, site, folder)},
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        lines = [b""]
        while b"ready" not in lines[-1]:
            lines.append(await process.stderr.readline())
            if not lines[-1]:
                raise RuntimeError(b"".join(lines).decode())
        spent = time.perf_counter() - began
        draining = asyncio.create_task(process.stderr.read())
        await asyncio.sleep(rest)
        memory = _resident(process.pid)
        process.send_signal(signal.SIGTERM)
        await process.wait()
        await draining
    return spent, memory


def _environment(discord: Discord, site: SampleSite, folder: Path) -> dict[str, str]:
    return {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "FEED_URL": site.feed_url,
        "DATA_DIR": str(folder),
        "HTTP_PORT": "0",
        "BACKFILL": "off",
        "LOG_LEVEL": "info",
    }


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
