"""The rate that processes lease from a real PostgreSQL."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import StoreError
from bot.store import RateLease, Store
from tests.postgres.server import execute
from tests.store.samples import database_url

pytestmark = pytest.mark.postgres

LIMIT = 50
asyncpg: Any = pytest.importorskip("asyncpg")
Join = Callable[[], Awaitable[RateLease]]


@pytest.fixture
def database(folder: Path) -> str:
    return database_url(folder).rpartition("/")[2]


@pytest.fixture
async def join(folder: Path, store: Store, database: str) -> AsyncIterator[Join]:
    """Makes a process that leases."""
    async with AsyncExitStack() as stack:

        async def join() -> RateLease:
            sql = "INSERT INTO processes (name, started_at) VALUES ('', now()) RETURNING id"
            number = int(await asyncio.to_thread(execute, sql, database))
            lease = RateLease(database_url(folder), number, LIMIT)
            stack.push_async_callback(lease.close)
            return lease

        yield join


async def leased(database: str) -> list[int]:
    sql = "SELECT slots FROM processes WHERE slots_until > clock_timestamp() ORDER BY id"
    return [int(line) for line in (await asyncio.to_thread(execute, sql, database)).split()]


async def run_out(database: str) -> None:
    sql = "UPDATE processes SET slots_until = slots_until - interval '3 s'"
    await asyncio.to_thread(execute, sql, database)


async def test_one_has_all_and_three_part_it(join: Join, database: str) -> None:
    one = await join()
    assert await one.renew(0) == 50
    two, three = await join(), await join()
    assert [await two.renew(0), await three.renew(0)] == [0, 0]
    assert await one.renew(50) == 17
    assert await leased(database) == [50, 0, 0]
    assert [await one.renew(17), await two.renew(0), await three.renew(0)] == [17, 17, 16]
    assert await leased(database) == [17, 17, 16]


async def test_what_is_still_in_use_is_nobody_elses(join: Join, database: str) -> None:
    one, two = await join(), await join()
    assert await one.renew(0) == 50
    assert await two.renew(0) == 0
    assert await one.renew(40) == 25
    assert await two.renew(0) == 10
    assert await one.renew(25) == 25
    assert await two.renew(10) == 25


async def test_a_lease_that_ran_out_is_anybodys(join: Join, database: str) -> None:
    one, two = await join(), await join()
    assert await one.renew(0) == 50
    await run_out(database)
    assert await two.renew(0) == 50
    # Frozen until now, the former holder has nothing any more.
    assert await one.renew(50) == 0
    assert await leased(database) == [0, 50]


async def test_processes_that_ask_at_once_lease_no_more_than_there_is(
    join: Join, database: str
) -> None:
    rng = random.Random(4)
    processes = [await join() for _ in range(6)]
    held = dict.fromkeys(processes, 0)
    for turn in range(30):
        asking = [one for one in processes if rng.random() < 0.7]
        usable = await asyncio.gather(*(one.renew(held[one]) for one in asking))
        held |= dict(zip(asking, usable, strict=True))
        assert sum(held.values()) <= LIMIT
        assert sum(await leased(database)) <= LIMIT
        if turn % 10 == 9:
            await run_out(database)
            held = dict.fromkeys(processes, 0)
    for one in 4 * processes:
        held[one] = await one.renew(held[one])
    assert sorted(held.values()) == [8, 8, 8, 8, 9, 9]


async def test_a_process_that_is_frozen_amid_its_renewal_holds_up_nobody(
    join: Join, folder: Path
) -> None:
    one, two = await join(), await join()
    assert await one.renew(0) == 50
    address = database_url(folder).replace("+asyncpg", "")
    frozen = await asyncpg.connect(address)
    renewal = frozen.transaction(isolation="serializable")
    await renewal.start()
    await frozen.fetch("SELECT id, slots FROM processes")
    await frozen.execute("UPDATE processes SET slots = 1 WHERE slots = 50")
    async with asyncio.timeout(1.0):
        assert await two.renew(0) == 0
    # What it read is not so any more.
    with pytest.raises(asyncpg.SerializationError):
        await renewal.commit()
    await frozen.close()


async def test_a_server_that_is_away_is_an_error() -> None:
    lease = RateLease("postgresql+asyncpg://bot@127.0.0.1:9/postgres", 1, LIMIT)
    with pytest.raises(StoreError):
        await lease.renew(0)
    await lease.close()
