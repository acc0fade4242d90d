"""The bot as several processes that share the gateway's shards."""

import asyncio
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest

from bot.core.shards import shard_of
from bot.store import LockKind
from sandbox import Sandbox
from sandbox.entities import Channel, User
from sandbox.gateway import GatewaySettings
from sandbox.observe import Exchange, GatewayPayload
from sandbox.site import SampleSite
from tests.openapi import Checker
from tests.postgres.server import OWN_LOCKS, execute
from tests.process import BotProcess, pointed_at, running
from tests.store.samples import database_url

pytestmark = pytest.mark.postgres

SHARDS = 6
INTERVAL = 1.0
LIMIT = 90.0
"""Seconds for what takes some twenty: a server that was started just now, and processes that have
to live for ten before they get shards of others."""


@dataclass
class Traffic:
    """What the sandbox sees of several processes."""

    checker: Checker
    identified: list[tuple[int, float]] = field(default_factory=list)
    refused: int = 0
    answered: Counter[str] = field(default_factory=Counter)

    def __call__(self, seen: Exchange | GatewayPayload) -> None:
        self.checker(seen)
        if isinstance(seen, Exchange):
            if seen.path.endswith("/callback"):
                self.answered[seen.path.split("/")[2]] += 1
        elif seen.direction == "in" and seen.op == 2:
            self.identified.append((seen.data["shard"][0], monotonic()))
        elif seen.direction == "out" and seen.op == 9:
            self.refused += 1

    def closest(self, concurrency: int) -> float:
        """The least seconds between two IDENTIFYs of one bucket."""
        by_bucket: dict[int, list[float]] = {}
        for shard, at in self.identified:
            by_bucket.setdefault(shard % concurrency, []).append(at)
        return min(
            later - earlier for times in by_bucket.values() for earlier, later in pairwise(times)
        )


@dataclass
class Scene:
    """A Discord with a guild on each shard, and a database for processes of the bot."""

    sandbox: Sandbox
    traffic: Traffic
    site: SampleSite
    folder: Path
    url: str
    admin: User
    channels: dict[int, Channel]
    count: int = 0

    @asynccontextmanager
    async def process(self, **variables: str) -> AsyncIterator[BotProcess]:
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        env = pointed_at(self.sandbox, self.site.feed_url, DATABASE_URL=self.url, **variables)
        async with running(folder, env) as bot:
            yield bot

    def sessions(self) -> dict[str, int]:
        """The sessions that are connected, with their shards."""
        return {
            one.session.id: one.session.shard[0]
            for one in self.sandbox.gateway.connections
            if one.session is not None
        }

    def served(self) -> Counter[int]:
        """How many connections serve each shard."""
        return Counter(
            one.session.shard[0]
            for one in self.sandbox.gateway.connections
            if one.session is not None and one.idle
        )

    def held(self) -> list[int]:
        """How many shards each process holds, by the database."""
        locks = f"FROM {OWN_LOCKS} AND classid = {LockKind.SHARD:d}"
        rows = execute(
            f"SELECT pid, count(*) {locks} GROUP BY pid ORDER BY 2", self.url.rpartition("/")[2]
        )
        return [int(row.split("|")[1]) for row in rows.splitlines()]

    async def all_served(self) -> None:
        await self.sandbox.wait_until(
            lambda _: len(self.served()) == len(self.channels) or None, LIMIT, "all shards"
        )

    async def answered(self) -> None:
        """An admin is answered in each guild, and in direct messages, by one process."""
        await asyncio.gather(*(self.ask(channel) for channel in self.channels.values()))
        direct = self.sandbox.world.open_dm(self.admin)
        response = await self.sandbox.command(self.admin, direct, "interviews help")
        await response.finished()
        assert set(self.traffic.answered.values()) == {1}

    async def commands_are_mentioned(self) -> None:
        """Also by the process that did not register them."""
        for channel in self.channels.values():
            response = await self.sandbox.command(self.admin, channel, "interviews help")
            assert "</interviews" in str((await response.finished()).components)

    async def ask(self, channel: Channel) -> None:
        response = await self.sandbox.command(self.admin, channel, "announcements list")
        await response.finished()


async def until(condition: Callable[[], bool], limit: float = LIMIT) -> None:
    async with asyncio.timeout(limit):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.2)


@asynccontextmanager
async def scene_of(
    tmp_path: Path, checker: Checker, site: SampleSite, settings: GatewaySettings
) -> AsyncIterator[Scene]:
    traffic = Traffic(checker)
    async with Sandbox(page=False, observer=traffic, gateway=settings) as sandbox:
        admin = sandbox.world.add_user("Ada")
        channels: dict[int, Channel] = {}
        shards = settings.shards or 1
        while len(channels) < shards:
            guild = sandbox.world.add_guild("A server", owner=admin)
            channel = sandbox.world.add_channel(guild, "interviews")
            channels.setdefault(shard_of(guild.id, shards), channel)
            await asyncio.sleep(0.001)
        yield Scene(sandbox, traffic, site, tmp_path, database_url(tmp_path), admin, channels)


@pytest.fixture
async def scene(
    tmp_path: Path, strict_checker: Checker, sample_site: SampleSite
) -> AsyncIterator[Scene]:
    settings = GatewaySettings(shards=SHARDS, max_concurrency=2)
    async with scene_of(tmp_path, strict_checker, sample_site, settings) as made:
        yield made


async def test_processes_share_the_shards_whoever_comes_and_goes(scene: Scene) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(scene.process())
        await stack.enter_async_context(scene.process())
        await scene.all_served()
        await until(lambda: scene.held() == [3, 3])
        await scene.all_served()
        await scene.answered()
        await scene.commands_are_mentioned()
        # One is killed: the other serves its guilds.
        first.kill()
        await first.ended()
        await until(lambda: scene.held() == [6])
        await scene.all_served()
        await scene.answered()
        # Two more come: they get their shares, and every shard goes on.
        await stack.enter_async_context(scene.process())
        last = await stack.enter_async_context(scene.process())
        await until(lambda: scene.held() == [2, 2, 2])
        await scene.all_served()
        await scene.answered()
        # One ends in order.
        assert await last.stop() == 0
        await until(lambda: scene.held() == [3, 3])
        await scene.all_served()
        await scene.answered()
    assert set(scene.served().values()) <= {1}
    assert scene.traffic.refused == 0
    assert scene.traffic.closest(2) >= 4.9


@pytest.fixture
async def quick_scene(
    tmp_path: Path, strict_checker: Checker, sample_site: SampleSite
) -> AsyncIterator[Scene]:
    """All shards may identify at a time."""
    settings = GatewaySettings(shards=4, max_concurrency=16)
    async with scene_of(tmp_path, strict_checker, sample_site, settings) as made:
        yield made


async def test_a_frozen_process_that_lost_its_shards_disconnects_them(quick_scene: Scene) -> None:
    scene = quick_scene
    async with scene.process() as one, scene.process() as other:
        await until(lambda: scene.held() == [2, 2])
        await scene.all_served()
        # Whoever loses the lead ends.
        first = other if '"leads": true' in one.log.read_text() else one
        taken = re.findall(r'"shards": \[([0-9, ]*)\], "held"', first.log.read_text())
        own = {int(shard) for shards in taken for shard in shards.split(", ")}
        former = {id_ for id_, shard in scene.sessions().items() if shard in own}
        first.process.send_signal(signal.SIGSTOP)
        # As the server does it after two minutes.
        joined = re.search(r'"process": (\d+)', first.log.read_text())
        assert joined is not None
        session = f"FROM {OWN_LOCKS} AND classid = {LockKind.PROCESS:d} AND objid = {joined[1]}"
        terminate = f"SELECT pg_terminate_backend(pid, 5000) {session}"
        assert execute(terminate, scene.url.rpartition("/")[2]) == "t"
        await until(lambda: scene.held() == [4])
        first.process.send_signal(signal.SIGCONT)
        await until(lambda: "lock.lost" in first.log.read_text())
        await until(lambda: not former & scene.sessions().keys())
        await until(lambda: set(scene.served().values()) == {1} and len(scene.served()) == 4)
        await scene.answered()
        await until(lambda: scene.held() == [2, 2])
        await scene.all_served()
        assert set(scene.served().values()) == {1}
        await scene.answered()


async def test_refused_shards_are_raised_by_all_processes(quick_scene: Scene) -> None:
    """4011, for a shard of one process: the others follow."""
    scene = quick_scene
    sandbox = scene.sandbox
    async with scene.process() as first, scene.process() as second:
        await until(lambda: scene.held() == [2, 2])
        await scene.all_served()
        sandbox.gateway.settings.shards = 8
        await sandbox.gateway.close(4011, shard=0)
        totals = {one.session.shard[1] for one in sandbox.gateway.connections if one.session}
        assert 4 in totals
        await until(lambda: scene.held() == [4, 4])
        await sandbox.wait_until(lambda _: len(scene.served()) == 8 or None, LIMIT, "all shards")
        assert {one.session.shard[1] for one in sandbox.gateway.connections if one.session} == {8}
        logs = first.log.read_text() + second.log.read_text()
        assert logs.count("shards.total-changed") == 1
        await scene.answered()


async def test_ranges_by_hand_are_not_taken_over(quick_scene: Scene) -> None:
    scene = quick_scene
    async with scene.process(SHARDS="0-1/4"), scene.process(SHARDS="2-3/4") as second:
        await scene.all_served()
        await scene.answered()
        async with scene.process(SHARDS="2-3/4") as spare:
            await until(lambda: "shards.held-by-another" in spare.log.read_text())
            assert scene.held() == [2, 2]
            assert set(scene.served().values()) == {1}
            second.kill()
            await second.ended()
            await scene.all_served()
            await until(lambda: scene.held() == [2, 2])
            await scene.answered()


async def test_a_guild_of_another_processs_shard_did_not_leave(quick_scene: Scene) -> None:
    scene = quick_scene
    database = scene.url.rpartition("/")[2]
    async with scene.process() as first, scene.process():
        await until(lambda: scene.held() == [2, 2])
        await scene.all_served()
        for channel in scene.channels.values():
            await (
                await scene.sandbox.command(
                    scene.admin, channel, "announcements add", channel=channel
                )
            ).finished()
        gone = scene.channels[0].guild_id
        assert gone is not None
        first.kill()
        await first.ended()
        scene.sandbox.world.remove_bot(scene.sandbox.world.guilds[gone])
        await until(lambda: scene.held() == [4])
        await scene.all_served()
        removed = "SELECT id FROM guilds WHERE removed_at IS NOT NULL"
        await until(lambda: execute(removed, database) == str(gone))
        async with scene.process():
            await until(lambda: scene.held() == [2, 2])
            await scene.all_served()
            await until(lambda: execute(removed, database) == str(gone))
        parked = "SELECT guild_id FROM subscriptions WHERE state = 'parked'"
        assert execute(parked, database) == str(gone)
