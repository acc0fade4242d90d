"""Copies of the database: whole while others write, checked, and put back without a loss."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.errors import StoreError
from bot.store import DailyBackups, Store, back_up, database_file, open_store, restore
from tests.clock import FakeClock
from tests.store.samples import database_url, interview

pytestmark = pytest.mark.sqlite


async def _titles(url: str) -> list[str]:
    async with open_store(url, FakeClock()) as opened:
        return [one.title for one in await opened.interviews.latest(100)]


async def _add(store: Store, number: int) -> None:
    one = interview(number)
    await store.interviews.insert(one, f"digest {number}")


@pytest.fixture
async def written(store: Store) -> Store:
    for number in range(3):
        await _add(store, number)
    return store


async def test_a_copy_made_amid_writes_is_whole_and_for_its_owner_alone(
    written: Store, folder: Path
) -> None:
    target = folder / "copies" / "copy.db"
    stop = asyncio.Event()

    async def write() -> int:
        number = 3
        while not stop.is_set():
            await _add(written, number)
            number += 1
        return number

    writing = asyncio.create_task(write())
    size = await asyncio.to_thread(back_up, database_url(folder), target)
    stop.set()
    count = await writing

    assert size == target.stat().st_size > 0
    assert target.stat().st_mode & 0o777 == 0o600
    assert 3 <= len(await _titles(f"sqlite+aiosqlite:///{target}")) <= count
    assert [path.name for path in target.parent.iterdir() if path.name.endswith(".part")] == []


async def test_the_daily_copy_of_a_running_bot_does_not_load_alembic(
    written: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("bot.store.backup.is_known", asked.append)
    await asyncio.to_thread(back_up, database_url(folder), folder / "copy.db")
    assert asked == []


async def test_a_copy_takes_the_place_of_an_older_one_only_when_it_is_whole(
    written: Store, folder: Path
) -> None:
    target = folder / "copy.db"
    target.write_text("an older copy")
    damaged = folder / "damaged.db"
    await asyncio.to_thread(back_up, database_url(folder), damaged)
    body = bytearray(damaged.read_bytes())
    body[4096 * 3 : 4096 * 6] = b"\xff" * 4096 * 3
    damaged.write_bytes(body)

    with pytest.raises(StoreError) as caught:
        back_up(f"sqlite+aiosqlite:///{damaged}", target)

    assert caught.value.key == "store.damaged"
    assert target.read_text() == "an older copy"


async def test_a_restored_copy_has_what_it_had_and_the_former_database_is_still_there(
    folder: Path,
) -> None:
    url, copy = database_url(folder), folder / "copy.db"
    async with open_store(url, FakeClock()) as store:
        await _add(store, 1)
        await asyncio.to_thread(back_up, url, copy)
        await _add(store, 2)
    before = await _titles(url)

    with pytest.raises(StoreError) as caught:
        restore(url, copy, replace=False)
    assert caught.value.key == "store.would-replace"
    assert await _titles(url) == before

    former = restore(url, copy, replace=True)

    assert former is not None
    assert len(await _titles(url)) == 1
    assert await _titles(f"sqlite+aiosqlite:///{former}") == before
    assert database_file(url).stat().st_mode & 0o777 == 0o600


async def test_a_log_that_a_killed_process_left_is_not_applied_to_the_restored_copy(
    folder: Path,
) -> None:
    url, copy = database_url(folder), folder / "copy.db"
    path = database_file(url)
    async with open_store(url, FakeClock()) as store:
        await _add(store, 1)
        await asyncio.to_thread(back_up, url, copy)
        await _add(store, 2)
        left = {ending: path.with_name(path.name + ending).read_bytes() for ending in ("", "-wal")}
    for ending, body in left.items():
        path.with_name(path.name + ending).write_bytes(body)
    assert left["-wal"]

    former = restore(url, copy, replace=True)

    assert former is not None
    assert len(await _titles(url)) == 1
    assert len(await _titles(f"sqlite+aiosqlite:///{former}")) == 2


async def test_what_stands_in_the_log_beside_a_copy_is_restored_with_it(folder: Path) -> None:
    """A copy made with ``cp`` from under a running bot, or a database that was set aside."""
    copies = folder / "copies"
    copies.mkdir()
    async with open_store(database_url(folder), FakeClock()) as store:
        await _add(store, 1)
        for ending in ("", "-wal"):
            source = database_file(database_url(folder))
            body = source.with_name(source.name + ending).read_bytes()
            (copies / f"by-hand.db{ending}").write_bytes(body)
    made = {path.name: path.read_bytes() for path in copies.iterdir()}
    assert made["by-hand.db-wal"]
    url = database_url(folder, "elsewhere/kcrush.db")

    restore(url, copies / "by-hand.db", replace=False)

    assert len(await _titles(url)) == 1
    assert {path.name: path.read_bytes() for path in copies.iterdir()} == made
    assert [path.name for path in database_file(url).parent.iterdir()] == ["kcrush.db"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may")
@pytest.mark.parametrize("replaced", [True, False], ids=["a database", "an empty folder"])
async def test_what_root_restores_belongs_to_the_bots_user(folder: Path, *, replaced: bool) -> None:
    """A service that runs as a user of its own could not open it otherwise."""
    copy, url = folder / "copy.db", database_url(folder, "theirs/kcrush.db")
    async with open_store(database_url(folder), FakeClock()):
        await asyncio.to_thread(back_up, database_url(folder), copy)
    path = database_file(url)
    path.parent.mkdir()
    if replaced:
        path.write_bytes(copy.read_bytes())
    for one in (path.parent, *path.parent.iterdir()):
        os.chown(one, 61234, 61234)

    restore(url, copy, replace=True)

    assert (path.stat().st_uid, path.stat().st_gid) == (61234, 61234)


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda path: None, "store.missing"),
        (lambda path: path.write_text("no database at all" * 100), "store.not-ours"),
        (lambda path: _sql(path, "CREATE TABLE songs (title TEXT)"), "store.not-ours"),
        (
            lambda path: _sql(
                path,
                "CREATE TABLE alembic_version (version_num TEXT)",
                "INSERT INTO alembic_version VALUES ('9999')",
            ),
            "store.newer",
        ),
    ],
    ids=["missing", "text", "another program's", "newer"],
)
async def test_what_is_no_copy_is_refused_and_nothing_changes(
    written: Store, folder: Path, make: Callable[[Path], object], key: str
) -> None:
    copy = folder / "copy.db"
    make(copy)
    before = await _titles(database_url(folder))

    with pytest.raises(StoreError) as caught:
        restore(database_url(folder), copy, replace=True)

    assert caught.value.key == key
    assert await _titles(database_url(folder)) == before


def _sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


async def test_a_copy_a_day_and_no_more_than_were_asked_for(store: Store, folder: Path) -> None:
    clock, copies = FakeClock(datetime(2026, 11, 26, 21, 0, tzinfo=UTC)), folder / "backups"
    copies.mkdir()
    for name in ("kcrush-2026-11-20.db", "kcrush-2026-11-21.db", "my own.db"):
        (copies / name).touch()
    backups = DailyBackups(database_url(folder), copies, clock, count=2)
    running = asyncio.create_task(backups.run())

    for hours in (1, 3, 24, 24):
        await clock.asleep()
        await clock.advance(hours * 3600)
    await clock.asleep()
    running.cancel()

    assert sorted(path.name for path in copies.iterdir()) == [
        "kcrush-2026-11-28.db",
        "kcrush-2026-11-29.db",
        "my own.db",
    ]
    assert await _titles(f"sqlite+aiosqlite:///{copies / 'kcrush-2026-11-29.db'}") == []
