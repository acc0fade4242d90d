"""A database of SQLite becomes one of PostgreSQL, row by row."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.errors import StoreError
from bot.core.readers import Saved
from bot.store import Store, move, open_store
from bot.store.columns import metadata
from bot.store.tables import HEAD
from tests.clock import START, FakeClock
from tests.forked import piped
from tests.postgres.server import execute
from tests.store.released import released
from tests.store.rows import add_subscription
from tests.store.samples import NOON, database_url, interview

pytestmark = pytest.mark.postgres


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """The address of a file of SQLite with rows in every table."""
    return f"sqlite+aiosqlite:///{released(tmp_path, HEAD)}"


async def fill(store: Store, count: int) -> None:
    for channel in range(10):
        await add_subscription(store, 1, channel, None, 3)
    async with store.transaction() as tx:
        for number in range(count):
            id_ = await tx.interviews.insert(interview(number + 100), "d")
            await tx.outbox.enqueue(id_, START)
    await store.readers.save(5, Saved(id_, 0, NOON), 10)
    await store.drafts.create(1, 2, {"filter": "a\0b"})
    await store.drafts.delete(await store.drafts.create(1, 2, {}), 1, 2)


async def contents(url: str) -> dict[str, Sequence[Any]]:
    async with open_store(url, FakeClock()) as store:
        return {
            table.name: sorted(map(tuple, await store.database.read(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
        }


async def test_every_row_of_every_table_comes_over(tmp_path: Path, sqlite: str) -> None:
    there, seen = database_url(tmp_path, "there.db"), []
    async with open_store(sqlite, FakeClock()) as store:
        await fill(store, 60)
    rows = await move(sqlite, there, FakeClock(), lambda *counts: seen.append(counts))
    before = await contents(sqlite)
    assert all(before.values())
    assert await contents(there) == before
    assert seen[-1] == (rows, rows)
    assert rows == sum(map(len, before.values()))


async def test_ids_go_on_where_they_were(tmp_path: Path, sqlite: str) -> None:
    there = database_url(tmp_path, "there.db")
    async with open_store(sqlite, FakeClock()) as store:
        await fill(store, 3)
        deleted = await store.drafts.create(1, 2, {})
        await store.drafts.delete(deleted, 1, 2)
        last = await store.interviews.insert(interview(9), "d")
    await move(sqlite, there, FakeClock(), lambda *_: None)
    async with open_store(there, FakeClock()) as store:
        assert await store.drafts.create(1, 2, {}) == deleted + 1
        assert await store.interviews.insert(interview(10), "d") == last + 1
        assert await store.interviews.revision() == last + 1


async def test_killed_it_goes_on(tmp_path: Path, sqlite: str) -> None:
    there = database_url(tmp_path, "there.db")
    async with open_store(sqlite, FakeClock()) as store:
        await fill(store, 60)
    for instant in (1, 9, 14):
        async with piped("tests.postgres.mover", sqlite, there, str(instant)) as mover:
            assert await mover.rest() == b""
        with pytest.raises(StoreError) as refused:
            async with open_store(there, FakeClock()):
                pass
        assert refused.value.key == "store.moving"
    async with piped("tests.postgres.mover", sqlite, there, "0") as mover:
        rows, chunks = map(int, (await mover.rest()).split())
    assert chunks > 14
    before = await contents(sqlite)
    assert await contents(there) == before
    assert rows == sum(map(len, before.values()))


async def test_what_changed_between_a_kill_and_the_next_begin_comes_over(
    tmp_path: Path, sqlite: str
) -> None:
    there = database_url(tmp_path, "there.db")
    async with open_store(sqlite, FakeClock()) as store:
        await fill(store, 60)
    async with piped("tests.postgres.mover", sqlite, there, "8") as mover:
        assert await mover.rest() == b""
    async with open_store(sqlite, FakeClock()) as store:
        (newest,) = await store.interviews.latest(1)
        await store.interviews.update(newest.id, interview(7, title="Edited"), "e")
    await move(sqlite, there, FakeClock(), lambda *_: None)
    assert await contents(there) == await contents(sqlite)


async def test_a_database_in_use_is_left_as_it_is(tmp_path: Path, sqlite: str) -> None:
    there = database_url(tmp_path, "there.db")
    async with open_store(there, FakeClock()) as store:
        await add_subscription(store, 1, 2, None, 3)
    before = await contents(there)
    with pytest.raises(StoreError) as refused:
        await move(sqlite, there, FakeClock(), lambda *_: None)
    assert refused.value.key == "store.move-not-empty"
    assert await contents(there) == before


async def test_another_move_is_not_gone_on_with(tmp_path: Path, sqlite: str) -> None:
    there = database_url(tmp_path, "there.db")
    async with piped("tests.postgres.mover", sqlite, there, "2") as mover:
        assert await mover.rest() == b""
    other = f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"
    with pytest.raises(StoreError) as refused:
        await move(other, there, FakeClock(), lambda *_: None)
    assert refused.value.key == "store.move-not-empty"


async def test_what_differs_at_the_end_is_told(tmp_path: Path, sqlite: str) -> None:
    there = database_url(tmp_path, "there.db")
    name = there.rpartition("/")[2]

    def disturb(done: int, total: int) -> None:
        if done == total:
            execute("UPDATE guilds SET doubt = 'x'", name)

    with pytest.raises(StoreError) as refused:
        await move(sqlite, there, FakeClock(), disturb)
    assert (refused.value.key, refused.value.args_by_name["table"]) == (
        "store.move-differs",
        "guilds",
    )
    await move(sqlite, there, FakeClock(), lambda *_: None)
    assert await contents(there) == await contents(sqlite)


@pytest.mark.parametrize("way", ["back", "file"])
async def test_only_from_sqlite_to_postgresql(tmp_path: Path, sqlite: str, way: str) -> None:
    there = database_url(tmp_path, "there.db") if way == "back" else sqlite
    with pytest.raises(StoreError) as refused:
        await move(there, sqlite, FakeClock(), lambda *_: None)
    assert refused.value.key == "store.move-direction"
