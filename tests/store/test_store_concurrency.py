import asyncio
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.core.model import DeliveryState
from bot.store import Store, open_store
from bot.store.engine import open_database
from tests.clock import START, FakeClock
from tests.forked import piped
from tests.store.rows import add_subscription, deliveries_of
from tests.store.samples import NOON, database_url, interview


async def test_a_failed_write_leaves_no_trace(store: Store) -> None:
    await add_subscription(store, 1, 10, None, 1)

    async def write_and_fail() -> None:
        async with store.transaction() as tx:
            await tx.outbox.enqueue(await tx.interviews.insert(interview(), "d"), START)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and_fail()
    assert await store.interviews.count() == 0
    assert (await store.outbox.counts())[DeliveryState.PENDING] == 0


async def test_readers_see_the_last_commit_and_do_not_wait_for_the_writer(store: Store) -> None:
    async with store.transaction() as tx:
        old = await tx.interviews.insert(interview(1), "d")
    async with store.transaction() as tx:
        new = await tx.interviews.insert(interview(2), "d")
        await tx.interviews.update(old, interview(1, title="Edited"), "d")
        async with asyncio.timeout(2):
            seen = await asyncio.gather(*(store.interviews.latest() for _ in range(20)))
        assert {tuple(one.title for one in titles) for titles in seen} == {(interview(1).title,)}
        assert await store.interviews.get(new) is None
    assert [one.title for one in await store.interviews.latest()] == ["Edited", interview(2).title]


async def test_writers_take_turns(store: Store) -> None:
    async def one(number: int) -> int:
        async with store.transaction() as tx:
            before = await tx.interviews.known([], ["shared"])
            await asyncio.sleep(0)
            await tx.interviews.insert(interview(number, url="shared"), "d")
            return len(before)

    seen = await asyncio.gather(*(one(number) for number in range(20)))
    assert sorted(seen) == list(range(20))


async def test_a_write_inside_a_write_is_told_instead_of_waiting_for_ever(store: Store) -> None:
    async with asyncio.timeout(2):
        async with store.transaction():
            with pytest.raises(RuntimeError, match="same task"):
                await add_subscription(store, 1, 2, None, 3)
        await add_subscription(store, 1, 2, None, 3)


@pytest.mark.parametrize("after", range(12))
async def test_a_cancelled_write_does_not_block_the_next(store: Store, after: int) -> None:
    async def many() -> None:
        async with store.transaction() as tx:
            for number in range(50):
                await tx.interviews.insert(interview(number), "d")

    task = asyncio.create_task(many())
    for _ in range(after * 3):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.interviews.count() == 0
    async with asyncio.timeout(5), store.transaction() as tx:
        await tx.interviews.insert(interview(), "d")
    assert await store.interviews.count() == 1


async def test_leases_taken_at_once_never_overlap(store: Store) -> None:
    for channel in range(60):
        await add_subscription(store, channel % 7, channel, None, 1)
    async with store.transaction() as tx:
        for number in range(2):
            await tx.outbox.enqueue(await tx.interviews.insert(interview(number), "d"), START)
    until = START + timedelta(minutes=5)
    batches = await asyncio.gather(*(store.outbox.lease_due(START, until, 7) for _ in range(30)))
    leased = [one.delivery.id for batch in batches for one in batch]
    assert len(leased) == len(set(leased)) == 60


@pytest.mark.parametrize("pauses", range(0, 24, 3))
async def test_a_cancelled_change_is_made_whole(store: Store, pauses: int) -> None:
    task = asyncio.create_task(add_subscription(store, 1, 10, None, 1))
    for _ in range(pauses):
        await asyncio.sleep(0)
    begun = pauses > 0
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await store.subscriptions.overview(1)) == (1 if begun else 0)


@pytest.mark.parametrize("pauses", range(0, 24, 3))
async def test_cancelled_reads_leave_the_store_readable(store: Store, pauses: int) -> None:
    async with store.transaction() as tx:
        id_ = await tx.interviews.insert(interview(), "d")
    reads = [asyncio.create_task(store.interviews.get(id_)) for _ in range(8)]
    for _ in range(pauses):
        await asyncio.sleep(0)
    for read in reads:
        read.cancel()
    await asyncio.gather(*reads, return_exceptions=True)
    async with asyncio.timeout(5):
        found = await asyncio.gather(*(store.interviews.get(id_) for _ in range(8)))
        assert {one.id for one in found if one} == {id_}
        assert None not in found
        await add_subscription(store, 1, 10, None, 1)


async def test_nobody_waits_for_a_read_that_was_cancelled(tmp_path: Path) -> None:
    """SQLite goes on with it, and the connection is free again only when it has ended."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'db.sqlite'}"
    async with open_database(url, FakeClock()) as database:
        loop, begun, end = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

        def look(_connection: sa.Connection) -> None:
            loop.call_soon_threadsafe(begun.set)
            assert end.wait(10)

        slow = asyncio.create_task(database.inspect(look))
        await begun.wait()
        slow.cancel()
        try:
            async with asyncio.timeout(2):
                await database.scalar(sa.select(sa.literal(0)))
                others = [database.scalar(sa.select(sa.literal(number))) for number in range(8)]
                assert await asyncio.gather(*others) == list(range(8))
        finally:
            end.set()
        with pytest.raises(asyncio.CancelledError):
            await slow


async def test_what_was_committed_outlives_kill_9_and_the_rest_is_whole(tmp_path: Path) -> None:
    for round_ in range(3):
        url = database_url(tmp_path, f"{round_}.db")
        async with piped("tests.store.writer", url) as writer:
            for _ in range(5 + 7 * round_):
                told = int(await writer.line())
            writer.process.kill()
            rest = await writer.rest()
        told = int(rest.split()[-1]) if rest.endswith(b"\n") and rest.split() else told
        async with open_store(url, FakeClock()) as store:
            changes = await store.interviews.changed_since(0, limit=10_000)
            assert len(changes) >= told
            for change in changes:
                assert change.interview is not None
                assert len(change.interview.interview.transcript.turns) == 2
                assert len(await deliveries_of(store, change.id)) == 1
            assert (await store.outbox.counts())[DeliveryState.PENDING] == len(changes)
            async with store.transaction() as tx:
                await tx.interviews.withdraw(changes[0].id, NOON)
