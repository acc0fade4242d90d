"""The bot as two processes on one database: the second takes over when the first is killed."""

import asyncio
import time
from pathlib import Path

import pytest

from bot.cli.demo import furnish
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
        held = Rule(match=SEND, times=1, latency=(1.0, 1.0), status=500, when="after")
        sandbox.faults.add(held)
        post = site.publish()
        await sandbox.wait_until(lambda _: stage.interviews.messages or None, 60)
        before = time.monotonic()
        leader.kill()
        await logs(other, "lead.taken")
        await logs(other, "announcer.leases-taken-over")
        assert time.monotonic() - before < 15
        await barrier(sandbox, site, stage.interviews)
        assert await other.stop() == 0
    assert post.title in text_of(stage.interviews)
    assert len(stage.interviews.messages) == 2
    counted = execute("SELECT count(*), min(state) FROM deliveries", url.rpartition("/")[2])
    assert counted == "2|sent"
