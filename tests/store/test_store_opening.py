import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.core.errors import StoreError
from bot.core.i18n import load_messages
from bot.store import Store, inspect_store, open_store
from bot.store.connections import BUSY_TIMEOUT, database_address
from tests.clock import FakeClock
from tests.store.rows import add_subscription, stored_interview
from tests.store.samples import database_url, interview

ROOT = os.geteuid() == 0 if hasattr(os, "geteuid") else False


async def refusal(url: str) -> tuple[str, str]:
    with pytest.raises(StoreError) as refused:
        async with open_store(url, FakeClock()):
            pass
    error = refused.value
    return error.key, load_messages().text()(error.key, **error.args_by_name)


@pytest.mark.sqlite
async def test_the_folder_and_the_file_are_made(tmp_path: Path) -> None:
    async with open_store(database_url(tmp_path, "a/b/kcrush.db"), FakeClock()) as store:
        assert (await store.schema()).up_to_date
    assert (tmp_path / "a" / "b" / "kcrush.db").is_file()


async def test_what_was_stored_is_there_after_opening_again(tmp_path: Path) -> None:
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        async with store.transaction() as tx:
            id_ = await tx.interviews.insert(interview(), "d")
        identity = store.identity
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        assert (await stored_interview(store, id_)).interview == interview()
        assert store.identity == identity


async def test_two_databases_are_not_mistaken_for_each_other(tmp_path: Path) -> None:
    async with (
        open_store(database_url(tmp_path, "one.db"), FakeClock()) as one,
        open_store(database_url(tmp_path, "two.db"), FakeClock()) as two,
    ):
        assert one.identity != two.identity


@pytest.mark.sqlite
async def test_every_connection_is_durable_and_keeps_foreign_keys(store: Store) -> None:
    for _ in range(2):
        async with store.database.transaction() as tx:
            asked = [
                (await tx.execute(sa.text(f"PRAGMA {name}"))).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        full = 2
        assert asked == ["wal", full, 1]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql+aiomysql://bot:secret@host/kcrush", 'address "mysql+aiomysql://bot:***@'),
        ("sqlite:///data/kcrush.db", 'can\'t use the database address "sqlite:///data/kcrush.db"'),
        ("what is this", 'can\'t use the database address "what is this"'),
    ],
)
async def test_another_database_is_refused_with_an_example(url: str, words: str) -> None:
    key, sentence = await refusal(url)
    assert key == "store.unsupported"
    assert words in sentence
    assert "sqlite+aiosqlite:///data/kcrush.db" in sentence


@pytest.mark.parametrize(
    ("rest", "key", "words"),
    [
        ("host/kcrush?nosuch=1&ssl=require", "bad-argument", "does not know: nosuch."),
        ("host", "bad-address", "is incomplete"),
        ("/kcrush", "bad-address", "is incomplete"),
        ("host:port/kcrush", "bad-address", "is incomplete"),
    ],
)
async def test_an_address_of_postgresql_that_is_incomplete_is_explained(
    rest: str, key: str, words: str
) -> None:
    refused, sentence = await refusal(f"postgresql+asyncpg://bot:hush@{rest}")
    assert refused == f"store.{key}"
    assert words in sentence
    assert "hush" not in sentence


def test_what_other_programs_call_sslmode_is_taken() -> None:
    address = database_address("postgresql+asyncpg://bot@host/kcrush?sslmode=require")
    assert address.query == {"ssl": "require"}


@pytest.mark.parametrize("rest", ["", ":memory:", "file:x?mode=memory&uri=true"])
async def test_a_database_that_would_be_forgotten_is_refused(rest: str) -> None:
    url = f"sqlite+aiosqlite:///{rest}" if rest else "sqlite+aiosqlite://"
    key, sentence = await refusal(url)
    assert key == "store.no-file"
    assert "nothing would outlive a restart" in sentence


@pytest.mark.sqlite
async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    key, sentence = await refusal(database_url(tmp_path, "file/kcrush.db"))
    assert key == "store.folder"
    assert sentence == (
        f"The folder {tmp_path / 'file'} for the database can't be made: File exists. Create it "
        "for the user that runs the bot, or set `DATABASE_URL` to a place where that user may "
        "write."
    )


@pytest.mark.sqlite
async def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    (tmp_path / "kcrush.db").mkdir()
    key, sentence = await refusal(database_url(tmp_path))
    assert key == "store.is-folder"
    assert sentence.startswith(
        f"{tmp_path / 'kcrush.db'} is a folder, but it should be the database file"
    )


@pytest.mark.sqlite
async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "kcrush.db").write_bytes(b"<html>not a database</html>" * 200)
    key, sentence = await refusal(database_url(tmp_path))
    assert key == "store.not-a-database"
    assert sentence.startswith(f"The file {tmp_path / 'kcrush.db'} is no SQLite database.")
    assert (tmp_path / "kcrush.db").read_bytes().startswith(b"<html>")


@pytest.mark.skipif(ROOT, reason="root may write everywhere")
@pytest.mark.sqlite
async def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        key, _ = await refusal(database_url(tmp_path))
    finally:
        tmp_path.chmod(0o700)
    assert key == "store.cannot-open"


@pytest.mark.sqlite
async def test_a_database_of_a_newer_program_is_refused_and_untouched(tmp_path: Path) -> None:
    async with open_store(database_url(tmp_path), FakeClock()):
        pass
    with sqlite3.connect(tmp_path / "kcrush.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    key, sentence = await refusal(database_url(tmp_path))
    assert key == "store.newer"
    assert "The database is of version 9999, made by a newer version" in sentence
    connection = sqlite3.connect(tmp_path / "kcrush.db")
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
    connection.close()


@pytest.mark.sqlite
async def test_a_damaged_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "kcrush.db"
    async with open_store(database_url(tmp_path), FakeClock()) as store, store.transaction() as tx:
        for number in range(200):
            await tx.interviews.insert(interview(number), "d")
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xa5" * (len(whole) - 8192))
    with pytest.raises(StoreError) as refused:
        async with open_store(database_url(tmp_path), FakeClock()) as store:
            await store.interviews.changed_since(0)
    assert refused.value.key == "store.damaged"


@pytest.mark.sqlite
async def test_another_process_that_holds_the_lock_for_too_long(tmp_path: Path) -> None:
    """Whoever waits has to hear it before Discord's three seconds are over, also those that wait
    for their turn behind others."""
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        other = sqlite3.connect(tmp_path / "kcrush.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(BUSY_TIMEOUT + 0.9):
            refusals = await asyncio.gather(
                *(add_subscription(store, 1, channel, None, 3) for channel in range(2, 7)),
                return_exceptions=True,
            )
        assert all(isinstance(refused, StoreError) for refused in refusals)
        assert {getattr(refused, "key", None) for refused in refusals} == {"store.locked"}
        assert await store.subscriptions.overview(1) == []

        other.execute("ROLLBACK")
        other.close()
        _, created = await add_subscription(store, 1, 2, None, 3)
        assert created is True


@pytest.mark.sqlite
async def test_a_lock_that_is_released_in_time_is_waited_for(tmp_path: Path) -> None:
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        other = sqlite3.connect(tmp_path / "kcrush.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        adding = asyncio.create_task(add_subscription(store, 1, 2, None, 3))
        await asyncio.wait([adding], timeout=0.2)
        assert not adding.done()
        other.close()
        _, created = await adding
        assert created is True


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
@pytest.mark.sqlite
async def test_what_is_created_is_for_its_owner_alone(tmp_path: Path) -> None:
    async with open_store(database_url(tmp_path, "data/deep/kcrush.db"), FakeClock()) as store:
        await add_subscription(store, 1, 2, None, 3)
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    private = {"data": 0o700, "deep": 0o700, "kcrush.db": 0o600}
    assert modes == {**private, "kcrush.db-wal": 0o600, "kcrush.db-shm": 0o600}


@pytest.mark.usefixtures("open_umask")
@pytest.mark.sqlite
async def test_an_older_file_that_all_may_read_is_closed_to_them(tmp_path: Path) -> None:
    async with open_store(database_url(tmp_path), FakeClock()):
        (tmp_path / "kcrush.db").chmod(0o644)
        (tmp_path / "kcrush.db-wal").chmod(0o644)
        folder = tmp_path.stat().st_mode
        async with open_store(database_url(tmp_path), FakeClock()):
            modes = {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {0o600}
    assert tmp_path.stat().st_mode == folder


@pytest.mark.parametrize("name", ["what?", "a#b", "per%20cent", "with space", "?mode=ro", "한글 %"])
@pytest.mark.sqlite
async def test_any_path_names_the_file(tmp_path: Path, name: str) -> None:
    async with open_store(database_url(tmp_path, f"{name}/kcrush.db"), FakeClock()) as store:
        await add_subscription(store, 1, 2, None, 3)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    found = await inspect_store(database_url(tmp_path, f"{name}/kcrush.db"))
    assert found is not None
    assert found.schema.up_to_date
    assert {path.name for path in (tmp_path / name).iterdir()} == {"kcrush.db"}


@pytest.mark.sqlite
async def test_looking_creates_and_changes_nothing(tmp_path: Path) -> None:
    assert await inspect_store(database_url(tmp_path, "a/b/kcrush.db")) is None
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "kcrush.db").touch()
    found = await inspect_store(database_url(tmp_path))
    assert found is not None
    assert (found.schema.current, found.interviews) == (None, 0)
    assert (tmp_path / "kcrush.db").read_bytes() == b""
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        async with store.transaction() as tx:
            await tx.interviews.insert(interview(), "d")
        found = await inspect_store(database_url(tmp_path))
    assert found is not None
    assert found.interviews == 1


@pytest.mark.sqlite
async def test_looking_at_what_can_not_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder").mkdir()
    for name, key in [("file/kcrush.db", "store.folder"), ("folder", "store.is-folder")]:
        with pytest.raises(StoreError) as refused:
            await inspect_store(database_url(tmp_path, name))
        assert refused.value.key == key


async def fill(store: Store) -> None:
    async with store.transaction() as tx:
        for number in range(100):
            await tx.interviews.insert(interview(number), "d")


@pytest.mark.sqlite
async def test_a_full_disk_loses_nothing_and_heals(tmp_path: Path) -> None:
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        async with store.database.transaction() as tx:
            pages = (await tx.execute(sa.text("PRAGMA page_count"))).scalar_one()
            await tx.execute(sa.text(f"PRAGMA max_page_count={pages + 2}"))
        with pytest.raises(StoreError) as refused:
            await fill(store)
        assert refused.value.key == "store.full"
        assert await store.interviews.count() == 0

        async with store.database.transaction() as tx:
            await tx.execute(sa.text("PRAGMA max_page_count=1000000"))
        async with store.transaction() as tx:
            await tx.interviews.insert(interview(), "d")
        assert await store.interviews.count() == 1


@pytest.mark.sqlite
async def test_a_database_that_became_read_only_can_still_be_read(tmp_path: Path) -> None:
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        async with store.database.transaction() as tx:
            await tx.execute(sa.text("PRAGMA query_only=ON"))
        with pytest.raises(StoreError) as refused:
            await add_subscription(store, 1, 2, None, 3)
        assert refused.value.key == "store.read-only"
        assert await store.interviews.count() == 0


@pytest.mark.sqlite
async def test_a_copy_made_while_the_bot_runs_opens(tmp_path: Path, store: Store) -> None:
    async with store.transaction() as tx:
        id_ = await tx.interviews.insert(interview(), "d")
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("kcrush.db", "kcrush.db-wal"):
        shutil.copy(tmp_path / name, copy / name)
    async with open_store(database_url(copy), FakeClock()) as copied:
        assert (await stored_interview(copied, id_)).interview == interview()


@pytest.mark.sqlite
def test_sqlite_loads_nothing_of_postgresql(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys, bot.app, cogs\n"
        "from bot.core.clock import SystemClock\n"
        "from bot.store import open_store\n"
        "async def main():\n"
        "    async with open_store(sys.argv[1], SystemClock()) as store:\n"
        "        await store.interviews.count()\n"
        "asyncio.run(main())\n"
        "print([name for name in ('sqlalchemy.dialects.postgresql', 'asyncpg') "
        "if name in sys.modules])"
    )
    command = [sys.executable, "-c", script, database_url(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_every_sentence_of_the_store_is_in_the_catalogue() -> None:
    source = "".join(path.read_text() for path in Path("bot/store").glob("*.py"))
    text = load_messages().text()
    keys = {piece.split('"')[0] for piece in source.split('"store.')[1:]}
    assert len(keys) >= 12
    names = ("path", "problem", "url", "current", "head", "argument", "table")
    said = dict.fromkeys(names, "x")
    for key in keys:
        assert text(f"store.{key}", **said)
