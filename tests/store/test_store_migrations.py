import asyncio
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.store import Schema, open_store
from bot.store.engine import open_database
from bot.store.migrate import MIGRATIONS, migrate, read_schema
from bot.store.tables import HEAD, metadata
from tests.clock import FakeClock
from tests.store.samples import database_url, interview

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


def revisions(scripts=MIGRATIONS):
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("path_separator", "os")
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][
        ::-1
    ]


def scripts_of_tomorrow(tmp_path, last=""):
    scripts = tmp_path / "scripts"
    shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    text = NEXT.format(before=HEAD, last=last)
    (scripts / "versions" / "v9999_next.py").write_text(text)
    return scripts


def tables(path):
    connection = sqlite3.connect(path)
    try:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in found}
    finally:
        connection.close()


def test_the_newest_revision_is_the_one_the_tables_name():
    assert revisions()[-1] == HEAD


async def test_the_revisions_make_the_tables_that_the_queries_use(tmp_path):
    async with open_store(database_url(tmp_path), FakeClock()):
        pass
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'kcrush.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize("version", [None, *revisions()])
async def test_every_old_version_is_upgraded(tmp_path, version):
    async with open_database(database_url(tmp_path)) as database:
        if version is not None:
            await migrate(database, head=version)
        assert await read_schema(database) == Schema(version, HEAD)
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        assert await store.schema() == Schema(HEAD, HEAD)
        async with store.write() as write:
            id_ = await write.insert(interview(), "d")
        assert (await store.interview(id_)).interview == interview()


async def test_a_revision_that_fails_half_way_leaves_the_version_before_it_whole(tmp_path):
    scripts = scripts_of_tomorrow(tmp_path, "    op.execute('SELECT * FROM no_such_table')")
    async with open_store(database_url(tmp_path), FakeClock()) as store, store.write() as write:
        id_ = await write.insert(interview(), "d")
    async with open_database(database_url(tmp_path)) as database:
        with pytest.raises(Exception, match="no_such_table"):
            await migrate(database, scripts=scripts, head="next")
        assert (await read_schema(database)).current == HEAD
    assert "tomorrow" not in tables(tmp_path / "kcrush.db")
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        assert (await store.interview(id_)).interview.title == interview().title
        await store.feed_state("u")

    (scripts / "versions" / "v9999_next.py").write_text(NEXT.format(before=HEAD, last=""))
    async with open_database(database_url(tmp_path)) as database:
        await migrate(database, scripts=scripts, head="next")
        assert (await read_schema(database)).current == "next"
    assert "tomorrow" in tables(tmp_path / "kcrush.db")


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from bot.store.engine import open_database
from bot.store.migrate import migrate

async def main(url, scripts):
    async with open_database(url) as database:
        await migrate(database, scripts=Path(scripts), head="next")

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_revision_killed_half_way_leaves_the_version_before_it_whole(tmp_path):
    last = "    import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    scripts = scripts_of_tomorrow(tmp_path, last)
    async with open_store(database_url(tmp_path), FakeClock()) as store, store.write() as write:
        await write.insert(interview(), "d")
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, database_url(tmp_path), str(scripts)
    )
    assert await asyncio.wait_for(killed.wait(), 60) == -9
    assert "tomorrow" not in tables(tmp_path / "kcrush.db")
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        assert (await store.schema()).current == HEAD
        assert (await store.latest())[0].title == interview().title


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


async def test_processes_that_start_at_once_migrate_once(tmp_path):
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
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    for process in started:
        process.stdin.write(b"go\n")
    said = await asyncio.gather(
        *(asyncio.wait_for(process.communicate(), 60) for process in started)
    )
    assert [process.returncode for process in started] == [0] * 4, said
    assert len({out for out, _ in said}) == 1, said


def test_the_revisions_are_packaged():
    packages = {Path("bot/store/migrations"), Path("bot/store/migrations/versions")}
    assert all((package / "__init__.py").is_file() for package in packages)
    assert (MIGRATIONS / "env.py").is_file()
