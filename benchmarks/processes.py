"""Three processes on one database of PostgreSQL, beside one on SQLite: an interview to a thousand
channels. The bots are real ones, each a process of its own."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.fanout import ALLOWANCE, GLOBAL_LIMIT
from benchmarks.figures import Figure, Report
from benchmarks.remote import Discord, open_discord
from bot.core.clock import SystemClock
from bot.store import open_store
from sandbox.site import SampleSite
from tests.postgres.server import folder_for_server, running
from tests.process import BotProcess
from tests.process import running as running_bot

PROCESSES = 3

LONGEST = 120.0
"""Seconds until a fan-out that does not end is given up."""

SETTLED = 5.0
"""Seconds until the rate is parted."""


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``processes``; with `small` a tenth of the channels."""
    count = 100 if small else 1000
    with folder_for_server() as folder, running(folder / "server") as server:
        ours = await fan_out(folder, server.url(), PROCESSES, count)
        one = await fan_out(folder, f"sqlite+aiosqlite:///{folder}/kcrush.db", 1, count)
    limit = count / GLOBAL_LIMIT
    fast = f"at most {limit * ALLOWANCE:.1f} s"
    return Report(
        "processes",
        "Several processes",
        f"One interview to {count:,} channels by {PROCESSES} processes on PostgreSQL, and by one "
        "on SQLite, before the Discord of the fan-out: from when the deliveries were stored until "
        f"the last channel has its message. At Discord's limit it takes {limit:g} s.",
        command,
        [
            Figure(
                f"time for {count:,} channels",
                f"{ours['seconds']:.2f} s",
                f"{one['seconds']:.2f} s",
                f"{ours['seconds'] / one['seconds']:.2f}",
                fast,
                good=ours["seconds"] <= limit * ALLOWANCE,
                value=ours["seconds"],
            ),
            Figure(
                "429s",
                str(ours["limited"]),
                str(one["limited"]),
                bound="none",
                good=ours["limited"] == 0,
            ),
            Figure(
                "channels without the message; with two",
                f"{count - ours['reached']}; {ours['doubled']}",
                f"{count - one['reached']}; {one['doubled']}",
                bound="none",
                good=ours["reached"] == count and ours["doubled"] == 0,
            ),
            Figure(
                "requests in the busiest second",
                str(ours["busiest_second"]),
                str(one["busiest_second"]),
            ),
        ],
    )


async def fan_out(folder: Path, url: str, processes: int, count: int) -> dict[str, Any]:
    """What the sandbox saw of a fan-out by so many processes on the database of `url`."""
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(open_discord())
        site = await stack.enter_async_context(SampleSite())
        channels = (await discord("furnish", guilds=count))["channels"]
        await discord("faults", on=True)
        await subscribe(url, channels)
        for number in range(processes):
            own = folder / f"{processes}-{number}"
            await stack.enter_async_context(bot(own, url, discord, site))
        await asyncio.sleep(SETTLED)
        await discord("reset")
        site.publish_new(title="An interview", body="<p><b>Yes?</b></p><p>No.</p>")
        began = await stored_at(url)
        async with asyncio.timeout(LONGEST):
            while (await discord("stats"))["reached"] < count:  # noqa: ASYNC110
                await asyncio.sleep(0.5)
        # What is sent twice may come late.
        await asyncio.sleep(2.0)
        found = await discord("stats")
        limited = found["statuses"].get("429", 0)
        return {**found, "seconds": found["ended"] - began, "limited": limited}


@asynccontextmanager
async def bot(
    folder: Path, url: str, discord: Discord, site: SampleSite
) -> AsyncIterator[BotProcess]:
    """A bot that polls every second and has connected to all guilds."""
    folder.mkdir()  # noqa: ASYNC240
    paths = os.pathsep.join(filter(None, sys.path))
    env = {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
        "FEED_URL": site.feed_url,
        "POLL_INTERVAL": "1",
        "LOG_FORMAT": "json",
        "DATABASE_URL": url,
        "BACKFILL": "off",
        "PYTHONPATH": paths,
    }
    async with running_bot(folder, env, forked=False) as process:
        async with asyncio.timeout(60):
            while '"ready"' not in process.log.read_text():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        yield process


async def subscribe(url: str, channels: list[list[int]]) -> None:
    async with open_store(url, SystemClock()) as store, store.transaction() as tx:
        for guild_id, channel_id in channels:
            await tx.subscriptions.subscribe(guild_id, channel_id, 1, lambda one: one)


async def stored_at(url: str) -> float:
    """When the next deliveries are stored, within some milliseconds."""
    async with open_store(url, SystemClock()) as store:
        while await store.outbox.next_due() is None:  # noqa: ASYNC110 - another process stores it
            await asyncio.sleep(0.02)
        return time.time()
