"""Migrations, and the schemas of released versions.

``schemas/VERSION.sql`` is the schema of a released version as SQLite tells it. A file there never
changes: a released migration that is edited fails, and every one of these databases is upgraded.
A new migration needs its file: ``python -m tests.store.test_store_migrations`` writes it. A new
database does not go through the migrations, and has to have the same tables.
"""

import asyncio
import shutil
import sqlite3
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.store import SchemaVersion, open_store
from bot.store.engine import open_database
from bot.store.migrate import MIGRATIONS, migrate, read_schema
from bot.store.tables import HEAD, metadata
from tests.clock import FakeClock
from tests.store.rows import stored_interview
from tests.store.samples import database_url, interview

SCHEMAS = Path(__file__).parent / "schemas"

NEXT = '''
"""A revision of tomorrow."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "next", "{before}", None, None


def upgrade():
    op.create_table("tomorrow", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("feeds", sa.Column("hub", sa.Text))
    op.execute("UPDATE interviews SET title = 'changed'")
{last}
'''


def revisions(scripts: Path = MIGRATIONS) -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("path_separator", "os")
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][
        ::-1
    ]


def scripts_of_tomorrow(tmp_path: Path, last: str = "") -> Path:
    scripts = tmp_path / "scripts"
    shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    text = NEXT.format(before=HEAD, last=last)
    (scripts / "versions" / "v9999_next.py").write_text(text)
    return scripts


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in found}


def schema_of(path: Path) -> str:
    """Every table and index of a database, as statements that make them."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
            " ORDER BY type DESC, name"
        )
        return "".join(f"{sql};\n" for (sql,) in found)


Rows = list[tuple[str | int | None, ...]]


def shape_of(path: Path) -> dict[str, object]:
    """What the tables of a database are, however they were made and in whatever order."""
    with closing(sqlite3.connect(path)) as connection:

        def ask(query: str, *parameters: str) -> Rows:
            return sorted(connection.execute(query, parameters).fetchall(), key=repr)

        def columns_of(index: str) -> Rows:
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


def released(folder: Path, version: str) -> Path:
    """A database as `version` made it."""
    path = folder / "kcrush.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((SCHEMAS / f"{version}.sql").read_text())
        connection.execute("INSERT INTO alembic_version VALUES (?)", (version,))
        connection.execute("INSERT INTO database (id, identity, revision) VALUES (1, 'abcdef', 0)")
        connection.commit()
    return path


async def upgraded(folder: Path, before: str, version: str) -> Path:
    path = released(folder, before)
    async with open_database(database_url(folder), FakeClock()) as database:
        await migrate(database, head=version)
    return path


def test_the_newest_revision_is_the_one_the_tables_name() -> None:
    assert revisions()[-1] == HEAD


def test_every_revision_has_its_schema() -> None:
    assert {path.stem for path in SCHEMAS.glob("*.sql")} == set(revisions())


@pytest.mark.parametrize(("before", "version"), list(pairwise(revisions())))
async def test_a_revision_makes_the_schema_that_was_released_with_it(
    tmp_path: Path, before: str, version: str
) -> None:
    made = schema_of(await upgraded(tmp_path, before, version))
    assert made == (SCHEMAS / f"{version}.sql").read_text()


@pytest.mark.parametrize("version", [None, *revisions()])
async def test_every_released_schema_is_upgraded(tmp_path: Path, version: str | None) -> None:
    if version is not None:
        released(tmp_path, version)
    async with open_database(database_url(tmp_path), FakeClock()) as database:
        assert await read_schema(database) == SchemaVersion(version, HEAD)
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        assert await store.schema() == SchemaVersion(HEAD, HEAD)
        id_ = await store.interviews.insert(interview(), "d")
        assert (await stored_interview(store, id_)).interview == interview()


async def test_a_new_database_has_the_tables_of_an_upgraded_one(tmp_path: Path) -> None:
    shapes = []
    for version in (None, *revisions()):
        folder = tmp_path / str(version)
        folder.mkdir()
        if version is not None:
            released(folder, version)
        async with open_store(database_url(folder), FakeClock()):
            pass
        shapes.append(shape_of(folder / "kcrush.db"))
    assert all(shape == shapes[0] for shape in shapes)
    assert len(shapes[0]) > len(metadata.tables)


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


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from bot.core.clock import SystemClock
from bot.store.engine import open_database
from bot.store.migrate import migrate

async def main(url, scripts):
    async with open_database(url, SystemClock()) as database:
        await migrate(database, scripts=Path(scripts), head="next")

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_revision_killed_half_way_leaves_the_version_before_it_whole(
    tmp_path: Path,
) -> None:
    last = "    import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    scripts = scripts_of_tomorrow(tmp_path, last)
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        await store.interviews.insert(interview(), "d")
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, database_url(tmp_path), str(scripts)
    )
    assert await asyncio.wait_for(killed.wait(), 60) == -9
    assert "tomorrow" not in tables(tmp_path / "kcrush.db")
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        assert (await store.schema()).current == HEAD
        assert (await store.interviews.latest())[0].title == interview().title


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


if __name__ == "__main__":
    for before, new in pairwise(revisions()):
        if not (SCHEMAS / f"{new}.sql").exists():
            with TemporaryDirectory() as folder:
                made = asyncio.run(upgraded(Path(folder), before, new))
                (SCHEMAS / f"{new}.sql").write_text(schema_of(made))
