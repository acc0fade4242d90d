"""Several processes share a database: one leads, locks are one's alone, and all hear of changes."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.core.clock import SystemClock
from bot.core.errors import StoreError
from bot.store import LockKind, Membership, Signal, join, open_store
from tests.forked import Piped, piped
from tests.postgres.server import OWN_LOCKS, Server, execute
from tests.store.samples import database_url

pytestmark = pytest.mark.postgres

module = sys.modules["bot.store.membership"]

MEMBER = "tests.postgres.member"


async def said(process: Piped, word: str) -> str:
    """The next line that begins with `word`; its log stands between them."""
    async with asyncio.timeout(30):
        while line := await process.line():
            if line.decode().startswith(word):
                return line.decode().strip()
    return ""


async def until(condition: Callable[[], bool], membership: Membership) -> None:
    """Wait for a condition that changes when processes come and go."""
    changed = asyncio.Event()
    membership.subscribe(Signal.PROCESSES, changed.set)
    async with asyncio.timeout(30):
        while not condition():
            changed.clear()
            await changed.wait()


@pytest.fixture
async def url(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with its tables, on a server that counts as one that has run for long."""
    monkeypatch.setattr(module, "PRECEDENCE", 0.0)
    url = database_url(folder)
    async with open_store(url, SystemClock()):
        return url


@asynccontextmanager
async def lost_sessions(url: str, membership: Membership) -> AsyncIterator[None]:
    """End the session of a process, which gets another one after the block."""
    turn: asyncio.Lock = getattr(membership, "_turn")  # noqa: B009
    membership.living = None
    sessions = f"FROM {OWN_LOCKS} AND classid = {LockKind.PROCESS:d} AND objid = {membership.id}"
    end = f"SELECT pg_terminate_backend(pid, 5000) {sessions}"
    async with turn:
        assert await asyncio.to_thread(execute, end, url.rpartition("/")[2]) == "t"
        yield
    await until(lambda: membership.living is not None, membership)


async def test_when_the_leader_is_killed_another_leads(url: str) -> None:
    async with piped(MEMBER, url) as first:
        await said(first, "joined")
        assert await said(first, "leads") == "leads"
        async with piped(MEMBER, url) as second:
            number = int((await said(second, "joined")).split()[1])
            async with join(url) as third:
                assert not third.leading.is_set()
                await until(lambda: len(third.living or ()) == 3, third)
                first.process.kill()
                await until(lambda: len(third.living or ()) == 2, third)
                assert set(third.living or ()) == {third.id, number}
            assert await said(second, "leads") == "leads"
            second.stdin.write(b"\n")


async def test_a_process_alone_leads_at_once(url: str) -> None:
    for _ in range(2):
        async with join(url) as membership:
            assert membership.leading.is_set()
            assert set(membership.living or ()) == {membership.id}


async def test_with_sqlite_a_process_is_alone(tmp_path: Path) -> None:
    heard: list[str] = []
    async with join(f"sqlite+aiosqlite:///{tmp_path / 'kcrush.db'}") as membership:
        assert membership.leading.is_set()
        assert membership.id is None
        assert membership.living == frozenset()
        assert await membership.lock(LockKind.SHARD, 3)
        membership.subscribe(Signal.OUTBOX, lambda: heard.append("outbox"))
        membership.notify(Signal.OUTBOX)
    assert heard == ["outbox"]


async def test_whoever_lost_the_lead_ends(url: str) -> None:
    with pytest.RaisesGroup(pytest.RaisesExc(StoreError, match="Another process leads")):
        async with join(url) as first, join(url) as second:
            async with lost_sessions(url, first):
                assert await second.lock(LockKind.LEAD, 0)
            await asyncio.Event().wait()


async def test_a_lock_is_ones_alone_until_it_is_given_back(url: str) -> None:
    async with join(url) as first, join(url) as second:
        assert await first.lock(LockKind.SHARD, 7)
        assert await first.lock(LockKind.SHARD, 7)
        assert not await second.lock(LockKind.SHARD, 7)
        assert await second.lock(LockKind.SHARD, 8)
        assert await second.lock(LockKind.GATEWAY, 7)
        assert await first.locked(LockKind.SHARD) == {7, 8}
        assert await second.locked(LockKind.GATEWAY) == {7}
        await first.unlock(LockKind.SHARD, 7)
        assert await second.lock(LockKind.SHARD, 7)
        await first.unlock(LockKind.SHARD, 7)
        assert not await first.lock(LockKind.SHARD, 7)


async def test_locks_outlive_a_lost_session(url: str) -> None:
    async with join(url) as first, join(url) as second:
        number = first.id
        assert await first.lock(LockKind.SHARD, 7)
        async with lost_sessions(url, first):
            pass
        assert not await second.lock(LockKind.SHARD, 7)
        assert first.id == number
        assert first.leading.is_set()
        assert not second.leading.is_set()
        await until(lambda: set(second.living or ()) == {first.id, second.id}, second)


async def test_a_lock_that_another_took_meanwhile_is_lost(url: str) -> None:
    lost: list[tuple[LockKind, int]] = []
    async with join(url) as first, join(url) as second:
        second.on_lost = lambda kind, number: lost.append((kind, number))
        assert await second.lock(LockKind.SHARD, 7)
        assert await second.lock(LockKind.SHARD, 8)
        async with lost_sessions(url, second):
            assert await first.lock(LockKind.SHARD, 7)
        assert lost == [(LockKind.SHARD, 7)]
        assert not await second.lock(LockKind.SHARD, 7)
        assert not await first.lock(LockKind.SHARD, 8)


async def test_a_process_whose_number_is_still_locked_waits_for_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = asyncio.Event()
    try_lock = module.try_lock

    def noted(connection: object, kind: LockKind, number: int) -> bool:
        got: bool = try_lock(connection, kind, number)
        if kind is LockKind.PROCESS and not got:
            refused.set()
        return got

    async with join(url) as first, join(url) as second:
        assert first.id is not None
        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:

            async def lose() -> None:
                async with lost_sessions(url, first):
                    assert await second.lock(LockKind.PROCESS, first.id or 0)
                    monkeypatch.setattr(module, "try_lock", noted)

            tasks.create_task(lose())
            await refused.wait()
            assert first.living is None
            await second.unlock(LockKind.PROCESS, first.id)
        assert first.leading.is_set()


async def test_a_session_that_only_the_server_still_has_is_ended(url: str) -> None:
    """As after a cut of the network of which the server heard nothing."""
    async with join(url) as membership:
        session = getattr(membership, "_connection")  # noqa: B009
        session.detach()
        membership.living = None
        setattr(membership, "_connection", None)  # noqa: B010
        await until(lambda: set(membership.living or ()) == {membership.id}, membership)
        assert membership.leading.is_set()
        session.invalidate()


async def test_all_processes_hear_of_a_change(url: str) -> None:
    heard = asyncio.Event()
    count = 0

    def hear() -> None:
        nonlocal count
        count += 1
        heard.set()

    async with join(url) as first, join(url) as second:
        first.subscribe(Signal.OUTBOX, hear)
        second.subscribe(Signal.INTERVIEWS, hear)
        async with asyncio.timeout(10):
            first.notify(Signal.OUTBOX)
            assert count == 1
            for expected in (2, 3):
                heard.clear()
                first.notify(Signal.INTERVIEWS)
                await heard.wait()
                assert count == expected
            async with lost_sessions(url, first):
                first.notify(Signal.INTERVIEWS)
            heard.clear()
            first.notify(Signal.INTERVIEWS)
            await heard.wait()


async def test_a_row_of_its_own_says_who_a_process_is(url: str) -> None:
    async with join(url) as membership:
        name = execute("SELECT name FROM processes", url.rpartition("/")[2])
        assert name.endswith(f":{os.getpid()}")
        execute("DELETE FROM processes", url.rpartition("/")[2])
        async with lost_sessions(url, membership):
            pass
        found = execute("SELECT id FROM processes", url.rpartition("/")[2])
        assert found == str(membership.id)


async def test_rows_of_processes_that_are_long_gone_go(url: str) -> None:
    database = url.rpartition("/")[2]
    execute(
        "INSERT INTO processes (name, started_at, slots_until) VALUES"
        " ('gone', now() - interval '9 days', now() - interval '2 days'),"
        " ('never had a slot', now() - interval '2 days', NULL),"
        " ('old', now() - interval '9 days', now() + interval '3 seconds'),"
        " ('gone a moment ago', now() - interval '2 days', now() - interval '1 hour')",
        database,
    )
    async with join(url):
        names = execute("SELECT name FROM processes ORDER BY id", database).splitlines()
    assert names[:-1] == ["old", "gone a moment ago"]


async def test_after_a_restart_of_the_server_nobody_counts_as_gone(
    own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PRECEDENCE", 0.0)
    async with open_store(own_server.url(), SystemClock()):
        pass
    async with join(own_server.url()) as first, join(own_server.url()) as second:
        await until(lambda: len(first.living or ()) == 2, first)
        assert not second.leading.is_set()
        monkeypatch.setattr(module, "PRECEDENCE", 30.0)
        await asyncio.to_thread(own_server.stop, "fast")
        await asyncio.to_thread(own_server.start)
        await until(lambda: first.living is None, first)
        await until(lambda: second.living is None, second)
        assert not second.leading.is_set()
        monkeypatch.setattr(module, "PRECEDENCE", 0.0)
        await until(lambda: len(first.living or ()) == 2, first)
        assert first.leading.is_set()
        assert not second.leading.is_set()
