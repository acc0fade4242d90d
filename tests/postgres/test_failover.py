"""The bot as two processes on one database: one does what the other did when that is killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.cli.demo import Stage, furnish
from sandbox import Sandbox
from sandbox.faults import Rule
from sandbox.site import SampleSite
from tests.postgres.server import execute
from tests.process import BotProcess, pointed_at, running
from tests.store.samples import database_url
from tests.test_process import SEND, barrier, seeded, subscribe, text_of

pytestmark = pytest.mark.postgres


async def logs(bot: BotProcess, event: str) -> None:
    async with asyncio.timeout(60):
        while event not in bot.log.read_text():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)


@asynccontextmanager
async def two_processes(
    tmp_path: Path, sandbox: Sandbox, site: SampleSite
) -> AsyncIterator[tuple[Stage, str, dict[int, BotProcess]]]:
    """Two bots on one database, by their process ids, the one that leads first."""
    stage, url = furnish(sandbox), database_url(tmp_path)
    env = pointed_at(sandbox, site.feed_url, DATABASE_URL=url)
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
    async with running(folders[0], env) as leader:
        await logs(leader, "membership.joined")
        async with running(folders[1], env) as other:
            await subscribe(sandbox, stage)
            await seeded(site)
            await logs(other, "ready")
            yield stage, url, {one.process.pid: one for one in (leader, other)}


async def test_the_other_sends_once_what_a_killed_process_had_in_hand(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    sandbox, site = discord_here, sample_site
    async with two_processes(tmp_path, sandbox, site) as (stage, url, bots):
        held = Rule(match=SEND, times=1, latency=(60.0, 60.0), status=500)
        sandbox.faults.add(held)
        post = site.publish()
        async with asyncio.timeout(60):
            while not held.fired:  # noqa: ASYNC110 - no event says so
                await asyncio.sleep(0.02)
        owner = execute(
            "SELECT split_part(name, ':', 2) FROM processes, deliveries"
            " WHERE owner_id = processes.id AND state = 'leased'",
            url.rpartition("/")[2],
        )
        killed = bots.pop(int(owner))
        killed.kill()
        await killed.ended()
        (other,) = bots.values()
        await logs(other, "announcer.leases-taken-over")
        await sandbox.wait_for_message(stage.interviews, timeout=60)
        await barrier(sandbox, site, stage.interviews)
        assert await other.stop() == 0
    assert post.title in text_of(stage.interviews)
    assert len(stage.interviews.messages) == 2
    counted = execute("SELECT count(*), min(state) FROM deliveries", url.rpartition("/")[2])
    assert counted == "2|sent"


async def test_another_polls_when_the_leader_is_killed(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    sandbox, site = discord_here, sample_site
    async with two_processes(tmp_path, sandbox, site) as (stage, _, bots):
        leader, other = bots.values()
        leader.kill()
        await leader.ended()
        await logs(other, "lead.taken")
        post = site.publish()
        await sandbox.wait_for_message(stage.interviews, timeout=60)
        assert await other.stop() == 0
    assert post.title in text_of(stage.interviews)
    assert len(stage.interviews.messages) == 1
