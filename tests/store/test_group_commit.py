"""Settling many deliveries at once: one transaction for those that come together."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.core.clock import SystemClock
from bot.core.errors import StoreError
from bot.core.model import DeliveryState
from bot.store import LeasedDelivery, engine, open_store
from tests.delivery.fakes import Outbox
from tests.store.rows import settle_delivery

CHANNELS = 40


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    clock = SystemClock()
    async with open_store(f"sqlite+aiosqlite:///{tmp_path}/kcrush.db", clock) as store:
        box = Outbox(store, clock)
        await box.subscribe(*range(1, CHANNELS + 1))
        yield box


async def leased(outbox: Outbox) -> list[LeasedDelivery]:
    await outbox.publish()
    now = outbox.clock.now()
    return await outbox.store.outbox.lease_due(now, now.replace(year=now.year + 1), CHANNELS)


def settle(outbox: Outbox, row: LeasedDelivery, attempts: int | None = None) -> Awaitable[object]:
    return settle_delivery(
        outbox.store,
        row.delivery.id,
        expected_attempts=row.delivery.attempts if attempts is None else attempts,
        state=DeliveryState.SENT,
        now=outbox.clock.now(),
        message_id=row.delivery.id,
    )


async def test_each_hears_of_its_own_and_commits_are_few(outbox: Outbox) -> None:
    rows = await leased(outbox)
    commits: list[object] = []
    writer = outbox.store.database._writer.engine
    sa.event.listen(writer, "commit", commits.append)
    stale = {rows[3].delivery.id, rows[7].delivery.id}
    results = await asyncio.gather(
        *(settle(outbox, row, 99 if row.delivery.id in stale else None) for row in rows)
    )
    assert [row.delivery.id for row, ours in zip(rows, results, strict=True) if not ours] == sorted(
        stale
    )
    assert (await outbox.counts())[DeliveryState.SENT] == CHANNELS - 2
    assert len(commits) <= 3


async def test_locked_out_all_of_them_hear_it_and_can_try_again(
    outbox: Outbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 0.05)
    async with open_store(f"sqlite+aiosqlite:///{tmp_path}/kcrush.db", outbox.clock) as store:
        box = Outbox(store, outbox.clock)
        rows = await leased(box)
        other = sqlite3.connect(tmp_path / "kcrush.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        failed = await asyncio.gather(*(settle(box, row) for row in rows), return_exceptions=True)
        other.execute("ROLLBACK")
        other.close()
        assert {type(error) for error in failed} == {StoreError}
        assert all(await asyncio.gather(*(settle(box, row) for row in rows)))
        assert await box.all_sent()


async def test_who_is_cancelled_has_settled_nevertheless(outbox: Outbox) -> None:
    rows = await leased(outbox)
    tasks = [asyncio.ensure_future(settle(outbox, row)) for row in rows]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    counts = await outbox.counts()
    # A task that had not begun has asked for nothing.
    assert counts.get(DeliveryState.SENT, 0) in (0, CHANNELS)


async def test_settling_within_a_write_is_refused_and_does_not_wait_for_itself(
    outbox: Outbox,
) -> None:
    rows = await leased(outbox)
    async with outbox.store.transaction():
        with pytest.raises(RuntimeError, match="inside a write"):
            await settle(outbox, rows[0])
