"""The bot as several processes that share the gateway's shards."""

import asyncio
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
from tests.postgres.server import execute
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

    def served(self) -> Counter[int]:
        """How many connections serve each shard."""
        return Counter(
            one.session.shard[0]
            for one in self.sandbox.gateway.connections
            if one.session is not None and one.idle
        )

    def held(self) -> list[int]:
        """How many shards each process holds, by the database."""
        locks = f"FROM pg_locks WHERE locktype = 'advisory' AND classid = {LockKind.SHARD:d}"
        rows = execute(
            f"SELECT pid, count(*) {locks} GROUP BY pid ORDER BY 2", self.url.rpartition("/")[2]
        )
        return [int(row.split("|")[1]) for row in rows.splitlines()]

    async def all_served(self) -> None:
        await self.sandbox.wait_until(
            lambda _: len(self.served()) == len(self.channels) or None, LIMIT, "all shards"
        )

    async def answered(self) -> None:
        """An admin in each guild is answered, by one process."""
        await asyncio.gather(*(self.ask(channel) for channel in self.channels.values()))
        assert set(self.traffic.answered.values()) == {1}

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
        # One is killed: the other serves its guilds.
        first.kill()
        await first.ended()
        await until(lambda: scene.held() == [6])
        await scene.all_served()
        await scene.answered()
        # Two more come: they get their shares, and every shard goes on.
        await stack.enter_async_context(scene.process())
        await stack.enter_async_context(scene.process())
        await until(lambda: scene.held() == [2, 2, 2])
        await scene.all_served()
        await scene.answered()
    assert set(scene.served().values()) <= {1}
    assert scene.traffic.refused == 0
    assert scene.traffic.closest(2) >= 4.9
