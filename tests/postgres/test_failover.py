"""The bot as two processes on one database: the second takes over when the first is killed."""

import asyncio
from pathlib import Path

import pytest

from bot.cli.demo import furnish
from bot.core.instance import only_instance
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


async def test_the_second_sends_once_what_the_first_had_in_hand(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    sandbox, site = discord_here, sample_site
    stage, url = furnish(sandbox), database_url(tmp_path)
    env = pointed_at(sandbox, site.feed_url, DATABASE_URL=url)
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
    async with running(folders[0], env) as first, running(folders[1], env) as second:
        await subscribe(sandbox, stage)
        await seeded(site)
        leader, other = (
            (first, second) if "lead.standby" in second.log.read_text() else (second, first)
        )
        await logs(other, "lead.standby")
        assert "ready" not in other.log.read_text()
        held = Rule(match=SEND, times=1, latency=(60.0, 60.0), status=500)
        sandbox.faults.add(held)
        post = site.publish()
        async with asyncio.timeout(60):
            while not held.fired:  # noqa: ASYNC110 - no event says so
                await asyncio.sleep(0.02)
        leader.kill()
        await leader.ended()
        # As a leader would hold it that is frozen.
        with only_instance(None, sandbox.token):
            await logs(other, "lead.taken")
            await logs(other, "announcer.leases-taken-over")
            await sandbox.wait_for_message(stage.interviews, timeout=60)
            await barrier(sandbox, site, stage.interviews)
            assert await other.stop() == 0
    assert post.title in text_of(stage.interviews)
    assert len(stage.interviews.messages) == 2
    counted = execute("SELECT count(*), min(state) FROM deliveries", url.rpartition("/")[2])
    assert counted == "2|sent"
