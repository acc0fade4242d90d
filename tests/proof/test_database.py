"""A database that is full, locked or read-only while interviews are announced."""

import asyncio
import re
import resource
import sys
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.clock import SystemClock
from bot.store import engine, open_store
from bot.store.connections import database_address, name_of
from bot.store.engine import open_database
from sandbox import Sandbox
from sandbox.faults import Rule
from sandbox.site import SampleSite
from tests.feeds import Item
from tests.openapi import Checker
from tests.process import pointed_at, running
from tests.proof.newsroom import Newsroom, open_newsroom
from tests.store.rows import add_subscription
from tests.store.samples import database_url

SEND = r"^POST /channels/\d+/messages$"
TOLD = re.compile(r'"event": "(announcer.failed|delivery.not-settled|feed.failed)"')
CHANNELS = 8


@asynccontextmanager
async def locked(room: Newsroom, folder: Path) -> AsyncIterator[None]:
    """Another process writes, and does not come to an end."""
    del room
    async with (
        open_database(database_url(folder), SystemClock()) as other,
        other.transaction(wait=10),
    ):
        yield


@asynccontextmanager
async def read_only(room: Newsroom, folder: Path) -> AsyncIterator[None]:
    """What SQLite says on a file system that was remounted read-only (which a test may not do):
    its own writer is forbidden to write."""
    database = room.app.store.database
    for begun in (True, False):
        # In its turn: a rollback would undo a transaction of the bot's that is under way.
        async with database._turn:
            pragma = f"PRAGMA query_only={int(begun)}"
            await database._run_writing(database._writer.exec_driver_sql, pragma)
            await database._run_writing(database._writer.rollback)
        if begun:
            yield


TROUBLES = {"locked": locked, "read-only": read_only}


@pytest.mark.parametrize("trouble", ["locked", pytest.param("read-only", marks=pytest.mark.sqlite)])
async def test_trouble_while_announcing(
    tmp_path: Path, strict_checker: Checker, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """The outcome of what was sent can't be written down, and nothing new can be leased."""
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 0.05)
    with capture_logs() as logs:
        async with open_newsroom(tmp_path, observer=strict_checker) as room:
            await room.subscribe(CHANNELS)
            assert await room.polled([Item(1)]) == 0
            room.sandbox.faults.add(Rule(match=SEND, latency=(0.05, 0.15)))
            room.feed([Item(3), Item(2), Item(1)])
            announcing = asyncio.create_task(room.app.announcer.run())
            await room.app.watcher.poll(room.site.feed_url)
            room.app.announcer.wake()
            await room.sandbox.wait_until(lambda _: room.messages() >= 2)
            async with TROUBLES[trouble](room, tmp_path):
                async with asyncio.timeout(10):
                    while not told(logs):  # noqa: ASYNC110 - a list of structlog's
                        await asyncio.sleep(0.02)
                sent = room.messages()
                await asyncio.sleep(0.5)
                amid = room.messages()
            await room.sandbox.wait_until(lambda _: room.each_once([2, 3]), timeout=60)
            await room.app.announcer.stop()
            await announcing
            counts = await room.app.store.outbox.counts()
    assert amid - sent <= CHANNELS
    assert room.each_once([2, 3])
    assert {str(state): number for state, number in counts.items() if number} == {
        "sent": 2 * CHANNELS
    }
    name = name_of(database_address(database_url(tmp_path)))
    assert all(name in line["cause"] for line in told(logs))


def told(logs: list[MutableMapping[str, Any]]) -> list[MutableMapping[str, Any]]:
    events = ("delivery.not-settled", "announcer.failed")
    return [line for line in logs if line["event"] in events]


@pytest.mark.sqlite
@pytest.mark.skipif(sys.platform != "linux", reason="prlimit, which fills the disk, is Linux's")
async def test_a_disk_that_is_full_for_a_while(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    """The real process, of which no file may grow any more: it sends nothing twice, loses
    nothing, says so, and goes on by itself when there is room again."""
    sandbox, site = discord_here, sample_site
    channels = []
    (tmp_path / "data").mkdir()
    database = tmp_path / "data" / "kcrush.db"
    async with open_store(f"sqlite+aiosqlite:///{database}", SystemClock()) as store:
        for number in range(CHANNELS):
            guild = sandbox.world.add_guild(f"Guild {number}")
            channels.append(sandbox.world.add_channel(guild, "interviews"))
            await add_subscription(store, guild.id, channels[-1].id, None, 1)
    async with running(tmp_path, pointed_at(sandbox, site.feed_url)) as bot:
        await sandbox.wait_ready(timeout=60)
        await site.wait_for(lambda seen: "/feed/" in seen.path, count=2, timeout=60)
        sandbox.faults.add(Rule(match=SEND, latency=(0.1, 0.4)))
        first = site.publish()
        await sandbox.wait_until(lambda _: any(c.messages for c in channels) or None, 60)
        pid = bot.process.pid
        free = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        # What SQLite appends to is as large as it may become, the log still far from it.
        full = database.with_name("kcrush.db-wal").stat().st_size
        assert full > 10 * bot.log.stat().st_size
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (full, free[1]))
        site.publish()
        async with asyncio.timeout(60):
            while not TOLD.search(bot.log.read_text()):  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.05)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, free)
        await sandbox.wait_until(
            lambda _: all(len(channel.messages) == 2 for channel in channels) or None, 60
        )
        site.publish_new(title="The last word", body="<p><b>Done?</b></p><p>Done.</p>")
        await sandbox.wait_until(
            lambda _: all(len(channel.messages) >= 3 for channel in channels) or None, 60
        )
        assert await bot.stop() == 0
    assert [len(channel.messages) for channel in channels] == [3] * CHANNELS
    assert all(first.title in str(next(iter(c.messages.values())).components) for c in channels)


@pytest.mark.sqlite
async def test_a_running_bot_makes_the_daily_copies(folder: Path) -> None:
    async with open_newsroom(folder, logged_in=False) as room:
        (backups,) = [one for one in room.app.workers if one.name == "backups"]
        assert backups.after == ()
