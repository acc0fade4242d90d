"""One process leads on a database, and another takes over when it ends."""

import asyncio
import sys
from pathlib import Path

import pytest

from bot.core.errors import StoreError
from bot.store import leadership
from bot.store.leadership import LEADING, _Lead
from tests.forked import Piped, piped
from tests.postgres.server import Server, execute
from tests.store.samples import database_url

pytestmark = pytest.mark.postgres

leading = sys.modules["bot.store.leadership"]

LEADER = "tests.postgres.leader"


async def said(process: Piped) -> str:
    """The next of its words; its log stands between them."""
    while line := await process.line():
        if line.strip() in (b"leads", b"standby", b"stopped", b"ends"):
            return line.strip().decode()
    return ""


async def test_who_stands_by_leads_when_the_leader_is_killed(folder: Path) -> None:
    url = database_url(folder)
    async with piped(LEADER, url) as first:
        assert await said(first) == "leads"
        async with piped(LEADER, url) as second:
            assert await said(second) == "standby"
            first.process.kill()
            async with asyncio.timeout(15):
                assert await said(second) == "leads"
            async with piped(LEADER, url) as third:
                assert await said(third) == "standby"
                third.stdin.write(b"\n")
                assert await said(third) == "stopped"
            second.stdin.write(b"\n")
            assert await said(second) == "ends"
    async with leadership(url) as leads:
        assert leads


async def test_without_a_wait_nobody_leads_beside_the_leader(folder: Path) -> None:
    url = database_url(folder)
    async with leadership(url) as leads, leadership(url) as other:
        assert (leads, other) == (True, False)
    async with leadership(url) as leads:
        assert leads


async def test_whoever_lost_the_lead_ends(folder: Path) -> None:
    url = database_url(folder)
    holder = f"FROM pg_locks WHERE objid = {LEADING}"
    terminate = f"SELECT pg_terminate_backend(pid, 5000) {holder}"
    with pytest.RaisesGroup(pytest.RaisesExc(StoreError, match="Another process does the work")):
        async with leadership(url) as leads:
            assert leads
            assert execute(terminate, url.rpartition("/")[2]) == "t"
            async with leadership(url) as other:
                assert other
                await asyncio.Event().wait()


async def test_a_server_that_is_restarted_leaves_the_lead_where_it_was(
    own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leading, "LOOK", 0.05)
    monkeypatch.setattr(leading, "KEEPING", 0.05)
    taken: list[_Lead] = []
    some_took = asyncio.Event()
    take = _Lead.take

    async def noted(self: _Lead) -> bool:
        took = await take(self)
        if took:
            taken.append(self)
            some_took.set()
        return took

    monkeypatch.setattr(_Lead, "take", noted)
    url, stop, stands_by = own_server.url(), asyncio.Event(), asyncio.Event()

    async def stand_by() -> bool:
        async with leadership(url, stop=stop, on_standby=stands_by.set) as leads:
            return leads

    async with leadership(url) as leads:
        assert leads
        (first,) = taken
        waiting = asyncio.create_task(stand_by())
        await stands_by.wait()
        await asyncio.to_thread(own_server.stop, "fast")
        taken.clear()
        some_took.clear()
        await asyncio.to_thread(own_server.start)
        async with asyncio.timeout(10):
            await some_took.wait()
        stop.set()
        assert await waiting is False
        assert set(taken) == {first}
