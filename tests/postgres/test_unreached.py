"""A process that shares the shards with others, and can't reach the database."""

import asyncio
import sys

import pytest
import structlog

from bot.client import sharding
from bot.client.shard_locks import ShardLocks
from bot.core.clock import SystemClock
from bot.store import LockKind, join, open_store
from sandbox import Sandbox
from tests.client.test_sharding import connected, discord_here
from tests.postgres.server import Server

pytestmark = pytest.mark.postgres

__all__ = ["discord_here"]


@pytest.mark.parametrize("is_alone", [True, False])
async def test_it_disconnects_unless_it_is_alone(
    discord_here: Sandbox,
    own_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    is_alone: bool,
) -> None:
    """Whoever is cut off can't know whether others took its shards over."""
    monkeypatch.setattr(sys.modules["bot.store.membership"], "PRECEDENCE", 0.0)
    monkeypatch.setattr(sharding, "UNREACHED", 0.5)
    clock, url = SystemClock(), own_server.url()
    async with (
        open_store(url, clock) as store,
        join(url) as membership,
        join(url) as other,
    ):
        if not is_alone:
            assert other.id is not None
            assert await other.lock(LockKind.GATEWAY, other.id)
        locks = ShardLocks(clock, membership, store)
        shards = 4 if is_alone else 2
        async with connected(discord_here, monkeypatch, locks=locks) as client:
            await discord_here.wait_ready(shards=shards, timeout=60)
            await asyncio.wait_for(client.wait_until_ready(), 60)
            with structlog.testing.capture_logs() as logs:
                await asyncio.to_thread(own_server.stop, "fast")
                async with asyncio.timeout(60):
                    while sum(line["event"] == "shards.failed" for line in logs) < 4:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
            if is_alone:
                assert len(discord_here.gateway.ready_shards()) == shards
            else:
                await discord_here.gateway.wait_gone(60)
                assert not client.guilds
            await asyncio.to_thread(own_server.start)
            await discord_here.wait_ready(shards=shards, timeout=60)
