"""Two processes on a database of PostgreSQL: how long nobody polls and nobody sends after the one
that leads was killed."""

import asyncio
import os
import sys
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, Report, seconds
from bot.core.clock import SystemClock
from bot.store import open_store
from sandbox import Sandbox
from sandbox.entities import Channel
from sandbox.gateway import GatewaySettings
from sandbox.site import SampleSite
from tests.postgres.server import Server, folder_for_server, running
from tests.process import BotProcess, pointed_at
from tests.process import running as running_bot

MOST_SECONDS = 15.0


async def measure(*, small: bool, command: str) -> Report:
    """The benchmark ``failover``: 20 times, with `small` twice."""
    with folder_for_server() as folder, running(folder / "server") as server:
        polls, deliveries = await killed(folder, server, 2 if small else 20)
    return Report(
        "failover",
        "Fail-over",
        f"Two processes on one database, and SIGKILL for the one that leads, {len(polls)} times; "
        "an interview is published at the same instant. The feed is polled every second, so what "
        "is measured is the other's taking the lead.",
        command,
        [
            figure("next poll, after", polls),
            figure("next delivery, after", deliveries),
        ],
    )


def figure(what: str, found: list[float]) -> Figure:
    return Figure(
        f"{what}, median and longest",
        f"{seconds(median(found))}, {seconds(max(found))}",
        bound=f"at most {MOST_SECONDS:g} s",
        good=max(found) <= MOST_SECONDS,
    )


async def killed(folder: Path, server: Server, times: int) -> tuple[list[float], list[float]]:
    polls, deliveries = [], []
    gateway = GatewaySettings(identify_interval=0.0)
    async with (
        AsyncExitStack() as stack,
        Sandbox(page=False, gateway=gateway) as sandbox,
        SampleSite() as site,
    ):
        channel = await subscribed(sandbox, server)
        paths = os.pathsep.join(filter(None, sys.path))
        env = pointed_at(sandbox, site.feed_url, DATABASE_URL=server.url(), PYTHONPATH=paths)

        async def start(number: int) -> BotProcess:
            own = folder / f"bot{number}"
            own.mkdir()
            return await stack.enter_async_context(running_bot(own, env, forked=False))

        leader = await start(0)
        await site.wait_for(lambda seen: "/feed/" in seen.path, count=2, timeout=60)
        await sandbox.wait_ready(timeout=60)
        for number in range(times):
            other = await start(number + 1)
            await logged(other, "ready")
            count = len(channel.messages)
            site.publish_new(title=f"Interview {number}", body="<p><b>Yes?</b></p><p>No.</p>")
            leader.kill()
            began = time.monotonic()
            await leader.ended()
            site.log.clear()
            await site.wait_for(lambda seen: "/feed/" in seen.path, timeout=60)
            polls.append(time.monotonic() - began)
            await sandbox.wait_until(partial(more_than, channel, count), timeout=60)
            deliveries.append(time.monotonic() - began)
            leader = other
    return polls, deliveries


async def subscribed(sandbox: Sandbox, server: Server) -> Channel:
    guild = sandbox.world.add_guild("Guild")
    channel = sandbox.world.add_channel(guild, "interviews")
    async with open_store(server.url(), SystemClock()) as store:
        await store.subscriptions.subscribe(guild.id, channel.id, 1, lambda one: one)
    return channel


def more_than(channel: Channel, count: int, _: object) -> bool | None:
    return len(channel.messages) > count or None


async def logged(bot: BotProcess, event: str) -> None:
    async with asyncio.timeout(60):
        while event not in bot.log.read_text():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
