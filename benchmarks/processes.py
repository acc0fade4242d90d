"""Three processes on one database of PostgreSQL, beside one on SQLite: an interview to a thousand
channels, and people at work. The bots are real ones, each a process of its own."""

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.fanout import ALLOWANCE, GLOBAL_LIMIT
from benchmarks.figures import Figure, Report, seconds
from benchmarks.generated import generated_archive
from benchmarks.remote import Discord, open_discord
from benchmarks.talk import READERS, Topics, acts, p99
from bot.core.clock import SystemClock
from bot.store import open_store
from bot.ui.ids import interview_value
from sandbox.site import SampleSite
from tests.postgres.server import execute, folder_for_server, running
from tests.process import BotProcess
from tests.process import running as running_bot

PROCESSES = 3

BODY = '<p><img src="/picture.jpg" alt="" /></p><p><b>Yes?</b></p><p>No.</p>'

LONGEST = 120.0
"""Seconds until a fan-out that does not end is given up."""

SETTLED = 5.0
"""Seconds until the rate is parted."""


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``processes``; with `small` a tenth of the channels."""
    count = 100 if small else 1000
    with folder_for_server() as folder, running(folder / "server") as server:
        sqlite = f"sqlite+aiosqlite:///{folder}"
        ours = await fan_out(folder, server.url(), PROCESSES, count)
        one = await fan_out(folder, f"{sqlite}/fan_out.db", 1, count)
        execute("CREATE DATABASE talk", address=server.address)
        talked = await talk(folder, server.url("talk"), PROCESSES, small=small)
        talked_one = await talk(folder, f"{sqlite}/talk.db", 1, small=small)
    limit = count / GLOBAL_LIMIT
    fast = f"at most {limit * ALLOWANCE:.1f} s"
    return Report(
        "processes",
        "Several processes",
        f"One interview to {count:,} channels by {PROCESSES} processes on PostgreSQL, and by one "
        "on SQLite, before the Discord of the fan-out: from when the deliveries were stored until "
        f"the last channel has its message. At Discord's limit it takes {limit:g} s. Then "
        f"{talked['rate']} interactions a second for {talked['length']:g} s, as in “People at "
        "work”, in 300 guilds on three shards.",
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
            *(
                Figure(
                    f"{name} of interactions",
                    seconds(talked[name]),
                    seconds(talked_one[name]),
                    f"{talked[name] / talked_one[name]:.2f}",
                    value=talked[name],
                )
                for name in ("p50", "p99")
            ),
            Figure(
                "interactions without an answer",
                str(talked["failed"]),
                str(talked_one["failed"]),
                bound="none",
                good=talked["failed"] == 0,
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
        site.publish_new(title="An interview", body=BODY)
        began = await stored_at(url)
        async with asyncio.timeout(LONGEST):
            while (await discord("stats"))["reached"] < count:  # noqa: ASYNC110
                await asyncio.sleep(0.5)
        # What is sent twice may come late.
        await asyncio.sleep(2.0)
        found = await discord("stats")
        limited = found["statuses"].get("429", 0)
        return {**found, "seconds": found["ended"] - began, "limited": limited}


async def talk(folder: Path, url: str, processes: int, *, small: bool) -> dict[str, Any]:
    """How long people waited for so many processes on the database of `url`, in seconds."""
    interviews, rate, length = (100, 30, 2.0) if small else (500, 300, 20.0)
    rng, topics, ids = random.Random(5), Topics(), []
    async with open_store(url, SystemClock()) as store, store.transaction() as tx:
        for number, interview in enumerate(generated_archive(interviews)):
            ids.append(await tx.interviews.insert(interview, f"digest {number}"))
            topics.remember(interview, rng)
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(open_discord())
        site = await stack.enter_async_context(SampleSite())
        await discord("furnish", guilds=300)
        for number in range(processes):
            own = folder / f"talk-{processes}-{number}"
            shards = f"{number}/{processes}" if processes > 1 else "0-2/3"
            await stack.enter_async_context(bot(own, url, discord, site, SHARDS=shards))
        await asyncio.sleep(SETTLED)
        await discord("open_readers", interviews=[interview_value(id_) for id_ in ids[:READERS]])
        await discord("talk", acts=acts(rate, topics, rng), rate=rate)
        found = await discord("talk", acts=acts(int(rate * length), topics, rng), rate=rate)
    spent = [one for kind in found["seconds"].values() for one in kind]
    return {
        "p50": median(spent),
        "p99": p99(spent),
        "failed": found["failed"],
        "rate": rate,
        "length": length,
    }


@asynccontextmanager
async def bot(
    folder: Path, url: str, discord: Discord, site: SampleSite, **settings: str
) -> AsyncIterator[BotProcess]:
    """A bot that polls every second and has connected to its guilds."""
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
        **settings,
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
