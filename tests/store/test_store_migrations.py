"""Migrations: what released versions left is upgraded, and nothing else than a whole version is
ever seen. A new database does not go through the migrations, and has to have the same tables."""

import asyncio
import sqlite3
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.core.errors import StoreError
from bot.core.model import DeliveryState, QuietHours
from bot.store import SchemaVersion, open_store
from bot.store.columns import metadata
from bot.store.engine import open_database
from bot.store.migrate import MIGRATIONS, migrate, read_schema
from bot.store.tables import HEAD
from tests.clock import FakeClock
from tests.store.released import (
    NEXT,
    SCHEMAS,
    released,
    revisions,
    rows_of,
    schema_of,
    scripts_of_tomorrow,
    tables,
    upgraded,
)
from tests.store.rows import stored_interview
from tests.store.samples import database_url, interview

GUILD, ROLE = 200000000000000001, 200000000000000003
"""In the rows of every version."""

Facts = list[tuple[str | int | None, ...]]


def shape_of(path: Path) -> dict[str, object]:
    """What the tables of a database are, however they were made and in whatever order."""
    with closing(sqlite3.connect(path)) as connection:

        def ask(query: str, *parameters: str) -> Facts:
            return sorted(connection.execute(query, parameters).fetchall(), key=repr)

        def columns_of(index: str) -> Facts:
            return ask('SELECT seqno, name FROM pragma_index_xinfo(?) WHERE "key"', index)

        shape: dict[str, object] = {
            "indexes": ask("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql <> ''")
        }
        for name in tables(path):
            unique = ask('SELECT name FROM pragma_index_list(?) WHERE "unique"', name)
            shape[name] = (
                ask('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', name),
                ask(
                    'SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(?)', name
                ),
                sorted(columns_of(str(index)) for (index,) in unique),
                ask("SELECT sql LIKE '%AUTOINCREMENT%' FROM sqlite_master WHERE name = ?", name),
            )
        return shape


def test_the_newest_revision_is_the_one_the_tables_name() -> None:
    assert revisions()[-1] == HEAD


def test_every_revision_has_its_schema_and_rows() -> None:
    names = {f"{name}{kind}.sql" for name in revisions() for kind in ("", ".rows")}
    assert {path.name for path in SCHEMAS.glob("*.sql")} == names


@pytest.mark.parametrize(("before", "version"), list(pairwise(revisions())))
@pytest.mark.sqlite
async def test_a_revision_makes_the_schema_that_was_released_with_it(
    tmp_path: Path, before: str, version: str
) -> None:
    made = schema_of(await upgraded(tmp_path, before, version))
    assert made == (SCHEMAS / f"{version}.sql").read_text()


@pytest.mark.parametrize("version", revisions())
@pytest.mark.sqlite
async def test_the_rows_of_every_released_version_outlive_its_upgrade(
    tmp_path: Path, version: str
) -> None:
    path = released(tmp_path, version)
    before = rows_of(path)
    assert [table for table, rows in before.items() if not rows] == []

    async with open_store(database_url(tmp_path), FakeClock()) as store:
        assert (await store.schema()).up_to_date
        stored = await stored_interview(store, 1)
        (shown,) = await store.subscriptions.overview(GUILD)
        counts = await store.outbox.counts()
    after = rows_of(path)

    assert stored.interview == interview()
    assert (shown.subscription.role_id, shown.subscription.timetable.quiet) == (
        ROLE,
        QuietHours(1320, 420),
    )
    assert counts[DeliveryState.SENT] == sum(counts.values()) == 1
    for table, rows in before.items():
        columns = rows[0].keys()
        assert [{name: row[name] for name in columns} for row in after[table]] == rows
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.sqlite
async def test_a_revision_that_rebuilds_a_table_keeps_what_hangs_on_it(tmp_path: Path) -> None:
    """Alembic's batch mode drops the old table, and with it go the rows that refer to its own
    wherever SQLite minds foreign keys."""
    last = (
        "    with op.batch_alter_table('interviews') as batch:\n"
        "        batch.alter_column('excerpt', nullable=True)"
    )
    path = released(tmp_path, HEAD)
    before = rows_of(path)
    async with open_database(database_url(tmp_path), FakeClock()) as database:
        await migrate(database, scripts=scripts_of_tomorrow(tmp_path, last), head="next")
        async with database.transaction() as tx:
            minded = (await tx.execute(sa.text("PRAGMA foreign_keys"))).scalar()

    after = rows_of(path)
    assert {table: len(rows) for table, rows in after.items() if table != "tomorrow"} == {
        table: len(rows) for table, rows in before.items()
    }
    assert minded == 1


@pytest.mark.sqlite
async def test_a_revision_that_leaves_rows_without_their_parents_is_undone(tmp_path: Path) -> None:
    path = released(tmp_path, HEAD)
    before = rows_of(path)
    last = "    op.execute('DELETE FROM interviews')"
    async with open_database(database_url(tmp_path), FakeClock()) as database:
        with pytest.raises(StoreError) as refused:
            await migrate(database, scripts=scripts_of_tomorrow(tmp_path, last), head="next")
    assert refused.value.key == "store.failed"
    assert rows_of(path) == before


@pytest.mark.parametrize("version", [None, *revisions()])
@pytest.mark.sqlite
async def test_every_released_schema_is_upgraded(tmp_path: Path, version: str | None) -> None:
    if version is not None:
        released(tmp_path, version, rows=False)
    async with open_database(database_url(tmp_path), FakeClock()) as database:
        assert await read_schema(database) == SchemaVersion(version, HEAD)
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        assert await store.schema() == SchemaVersion(HEAD, HEAD)
        id_ = await store.interviews.insert(interview(), "d")
        assert (await stored_interview(store, id_)).interview == interview()


@pytest.mark.sqlite
async def test_a_new_database_has_the_tables_of_an_upgraded_one(tmp_path: Path) -> None:
    shapes = []
    for version in (None, *revisions()):
        folder = tmp_path / str(version)
        folder.mkdir()
        if version is not None:
            released(folder, version, rows=False)
        async with open_store(database_url(folder), FakeClock()):
            pass
        shapes.append(shape_of(folder / "kcrush.db"))
    assert all(shape == shapes[0] for shape in shapes)
    assert len(shapes[0]) > len(metadata.tables)


@pytest.mark.sqlite
async def test_a_revision_that_fails_half_way_leaves_the_version_before_it_whole(
    tmp_path: Path,
) -> None:
    scripts = scripts_of_tomorrow(tmp_path, "    op.execute('SELECT * FROM no_such_table')")
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        id_ = await store.interviews.insert(interview(), "d")
    async with open_database(database_url(tmp_path), FakeClock()) as database:
        with pytest.raises(Exception, match="no_such_table"):
            await migrate(database, scripts=scripts, head="next")
        assert (await read_schema(database)).current == HEAD
    assert "tomorrow" not in tables(tmp_path / "kcrush.db")
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        assert (await stored_interview(store, id_)).interview.title == interview().title
        await store.feeds.state("u")

    (scripts / "versions" / "v9999_next.py").write_text(NEXT.format(before=HEAD, last=""))
    async with open_database(database_url(tmp_path), FakeClock()) as database:
        await migrate(database, scripts=scripts, head="next")
        assert (await read_schema(database)).current == "next"
    assert "tomorrow" in tables(tmp_path / "kcrush.db")


STARTED = """
import asyncio, sys
from bot.core.clock import SystemClock
from bot.store import open_store

async def main(url):
    print("ready", flush=True)
    sys.stdin.readline()
    async with open_store(url, SystemClock()) as store:
        print(store.identity, (await store.schema()).current, flush=True)

asyncio.run(main(sys.argv[1]))
"""


async def test_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    pipe = asyncio.subprocess.PIPE
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            STARTED,
            database_url(tmp_path),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
    said = await asyncio.gather(
        *(asyncio.wait_for(process.communicate(), 60) for process in started)
    )
    assert [process.returncode for process in started] == [0] * 4, said
    assert len({out for out, _ in said}) == 1, said


def test_the_revisions_are_packaged() -> None:
    packages = {Path("bot/store/migrations"), Path("bot/store/migrations/versions")}
    assert all((package / "__init__.py").is_file() for package in packages)
    assert (MIGRATIONS / "env.py").is_file()
