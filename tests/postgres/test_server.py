"""What is PostgreSQL's alone: its server, its locks, its sessions."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.core.errors import StoreError
from bot.core.i18n import load_messages
from bot.core.model import Doubt
from bot.store import Store, inspect_store, open_store, silence
from bot.store import postgres as postgres_store
from bot.store.connections import BUSY_TIMEOUT
from bot.store.engine import open_database
from bot.store.migrate import migrate, read_schema
from bot.store.tables import HEAD
from tests.clock import FakeClock
from tests.postgres.network import Cable
from tests.postgres.server import ADDRESS, Server, execute
from tests.store.released import NEXT, scripts_of_tomorrow
from tests.store.rows import add_subscription, stored_interview
from tests.store.samples import database_url, interview

pytestmark = pytest.mark.postgres

SCHEMAS = Path(__file__).parent / "schemas"


async def refusal(url: str) -> tuple[str, str]:
    with pytest.raises(StoreError) as refused:
        async with open_store(url, FakeClock()):
            pass
    error = refused.value
    return error.key, load_messages().text()(error.key, **error.args_by_name)


def name_in(url: str) -> str:
    return url.rpartition("/")[2]


async def test_a_server_that_is_not_there_is_named_without_its_password(folder: Path) -> None:
    host = database_url(folder).replace("bot@", "bot:hush@")
    nobody = "postgresql+asyncpg://bot:hush@127.0.0.1:1/kcrush"
    key, sentence = await refusal(nobody)
    assert key == "store.unreachable"
    assert "at postgresql://127.0.0.1:1/kcrush" in sentence
    key, sentence = await refusal(host.replace(name_in(host), "nosuch"))
    assert key == "store.no-database"
    assert "createdb" in sentence
    key, sentence = await refusal(host.replace("bot:", "nobody:"))
    assert key == "store.login-refused"
    assert "hush" not in sentence


async def test_a_user_who_may_not_make_tables_is_told_so(tmp_path: Path) -> None:
    url = database_url(tmp_path)
    execute("CREATE ROLE reader LOGIN")
    try:
        key, sentence = await refusal(url.replace("bot@", "reader@"))
    finally:
        execute("DROP ROLE reader")
    assert key == "store.not-allowed"
    assert "Make the user the owner" in sentence


async def test_texts_with_nul_and_lone_surrogates_are_stored(store: Store) -> None:
    await store.long_queries.save("a\0b", "\ud800 c\0d", store.database.clock.now())
    assert await store.long_queries.get("ab") == "\N{REPLACEMENT CHARACTER} cd"
    assert await store.long_queries.get("a\0b") == await store.long_queries.get("ab")
    draft = await store.drafts.create(1, 2, {"filter": "a\0b"})
    assert await store.drafts.find(draft, 1, 2) == {"filter": "a\0b"}


async def test_several_processes_write_one_after_the_other(folder: Path, store: Store) -> None:
    async with open_store(database_url(folder), FakeClock()) as other:

        async def one(writer: Store, number: int) -> int:
            async with writer.transaction() as tx:
                before = await tx.interviews.known([], ["shared"])
                await tx.interviews.insert(interview(number, url="shared"), "d")
                return len(before)

        writers = (store, other)
        seen = await asyncio.gather(*(one(writers[number % 2], number) for number in range(20)))
    assert sorted(seen) == list(range(20))


async def test_a_writer_that_takes_too_long_is_named_to_the_others_in_time(
    folder: Path, store: Store
) -> None:
    async with open_store(database_url(folder), FakeClock()) as other:
        async with store.transaction():
            async with asyncio.timeout(2 * BUSY_TIMEOUT):
                with pytest.raises(StoreError) as refused:
                    await add_subscription(other, 1, 2, None, 3)
            assert refused.value.key == "store.server-busy"
            assert await other.subscriptions.overview(1) == []
            waiting = asyncio.create_task(add_subscription(other, 1, 2, None, 3))
        _, created = await waiting
        assert created is True


async def test_a_frozen_writer_loses_its_lock(
    folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgres_store._SESSION, "idle_in_transaction_session_timeout", "300")
    async with open_store(database_url(folder), FakeClock()) as frozen:

        async def freeze() -> None:
            async with frozen.transaction() as tx:
                await tx.interviews.insert(interview(1), "d")
                await add_subscription(store, 1, 2, None, 3)
                await tx.interviews.insert(interview(2), "d")

        with pytest.raises(StoreError) as refused:
            await freeze()
        assert refused.value.key == "store.unreachable"
        assert await frozen.interviews.count() == 0
        await frozen.interviews.insert(interview(3), "d")
        assert await store.interviews.count() == 1


async def test_a_server_that_is_restarted_is_gone_on_with(own_server: Server) -> None:
    async with open_store(own_server.url(), FakeClock()) as store:
        id_ = await store.interviews.insert(interview(1), "d")
        await asyncio.gather(*(store.interviews.get(id_) for _ in range(8)))
        for how in ("immediate", "fast"):
            await asyncio.to_thread(own_server.stop, how)
            for _ in range(2):
                for lost in (
                    store.interviews.count,
                    partial(add_subscription, store, 1, 2, None, 3),
                ):
                    with pytest.raises(StoreError) as refused:
                        await lost()
                    assert refused.value.key == "store.unreachable"
            await asyncio.to_thread(own_server.start)
            found = await asyncio.gather(*(store.interviews.get(id_) for _ in range(8)))
            assert None not in found
            await add_subscription(store, 1, 2, None, 3)
        assert len(await store.subscriptions.overview(1)) == 1


async def test_a_restart_within_a_moment_is_not_noticed(own_server: Server) -> None:
    async with open_store(own_server.url(), FakeClock()) as store:
        await asyncio.to_thread(own_server.stop, "fast")
        asking = asyncio.create_task(store.interviews.count())
        adding = asyncio.create_task(add_subscription(store, 1, 2, None, 3))
        await asyncio.to_thread(own_server.start)
        assert await asking == 0
        assert (await adding)[1] is True


@contextlib.asynccontextmanager
async def over_cable(url: str) -> AsyncIterator[tuple[Store, Cable]]:
    async with (
        Cable(ADDRESS) as cable,
        open_store(url.replace(ADDRESS, cable.address), FakeClock()) as store,
    ):
        yield store, cable


async def test_a_network_that_swallows_everything_holds_nobody_for_long(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_READING", "_WRITING", "_CONNECTING"):
        monkeypatch.setattr(postgres_store, name, 0.3)
    async with over_cable(database_url(folder)) as (store, cable):
        assert await store.interviews.count() == 0
        cable.silence()
        async with asyncio.timeout(8):
            for lost in (
                store.interviews.count,
                partial(add_subscription, store, 1, 2, None, 3),
            ):
                with pytest.raises(StoreError) as refused:
                    await lost()
                assert refused.value.key == "store.unreachable"
        await cable.mend()
        assert await store.interviews.count() == 0
        await add_subscription(store, 1, 2, None, 3)


async def test_a_silent_server_is_noticed_long_before_the_time_limits(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "PATIENCE", 0.1)
    async with over_cable(database_url(folder)) as (store, cable):
        await store.interviews.insert(interview(1), "d")
        cable.silence()
        async with asyncio.timeout(postgres_store._READING - 1):
            # More than there are connections: some wait for one.
            lost = await asyncio.gather(
                *(store.interviews.count() for _ in range(9)),
                add_subscription(store, 1, 2, None, 3),
                return_exceptions=True,
            )
        assert {getattr(error, "key", None) for error in lost} == {"store.unreachable"}
        with pytest.raises(StoreError, match="it does not answer"):
            await store.interviews.count()
        await cable.mend()
        async with asyncio.timeout(60):
            while True:
                with contextlib.suppress(StoreError):
                    assert await store.interviews.count() == 1
                    break
        assert (await add_subscription(store, 1, 2, None, 3))[1] is True


async def test_connections_that_a_firewall_has_forgotten_are_given_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New connections work at once, and the old ones never again; see
    https://github.com/MemMachine/MemMachine/pull/1552."""
    monkeypatch.setattr(silence, "PATIENCE", 0.3)
    async with over_cable(database_url(folder)) as (store, cable):
        id_ = await store.interviews.insert(interview(1), "d")
        await asyncio.gather(*(store.interviews.get(id_) for _ in range(8)))
        cable.strand()
        async with asyncio.timeout(postgres_store._READING - 1):
            outcomes = await asyncio.gather(
                *(store.interviews.get(id_) for _ in range(8)),
                add_subscription(store, 1, 2, None, 3),
                return_exceptions=True,
            )
        assert [one for one in outcomes if not isinstance(one, StoreError)]
        assert await store.interviews.get(id_) is not None
        await add_subscription(store, 1, 2, None, 3)
        assert len(await store.subscriptions.overview(1)) == 1


async def test_a_commit_that_a_firewall_swallows_is_given_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "PATIENCE", 0.3)
    async with over_cable(database_url(folder)) as (store, cable):

        async def write() -> None:
            async with store.transaction() as tx:
                await tx.interviews.insert(interview(1), "d")
                cable.strand()

        async with asyncio.timeout(postgres_store._READING - 1):
            with pytest.raises(StoreError) as refused:
                await write()
        assert refused.value.key == "store.unreachable"


async def test_a_statement_that_takes_long_is_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "PATIENCE", 0.1)
    async with open_store(database_url(folder), FakeClock()) as store:
        assert await store.database.scalar(sa.select(1, sa.func.pg_sleep(1.5))) == 1


async def test_what_another_program_changed_in_a_table_is_read_anew(
    folder: Path, store: Store
) -> None:
    """PostgreSQL refuses a statement that was prepared for other columns; see
    https://github.com/MagicStack/asyncpg/issues/458."""
    for _ in range(8):
        assert (await store.guilds.settings(1)).doubt is Doubt.RATHER_ONCE
    execute("ALTER TABLE guilds ALTER doubt TYPE varchar(40)", name_in(database_url(folder)))
    for _ in range(8):
        assert (await store.guilds.settings(1)).doubt is Doubt.RATHER_ONCE


async def test_a_primary_that_became_a_standby_is_waited_for(folder: Path, store: Store) -> None:
    name = name_in(database_url(folder))
    execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await store.database.inspect(lambda connection: connection.invalidate())
    async with store.database.transaction() as tx:
        await tx.execute(sa.text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
    with pytest.raises(StoreError) as refused:
        await add_subscription(store, 1, 2, None, 3)
    assert refused.value.key == "store.server-read-only"
    assert await store.interviews.count() == 0
    execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    with contextlib.suppress(StoreError):
        await add_subscription(store, 1, 2, None, 3)
    await add_subscription(store, 1, 2, None, 3)
    assert len(await store.subscriptions.overview(1)) == 1


async def test_days_are_those_of_utc_wherever_the_server_stands(tmp_path: Path) -> None:
    url = database_url(tmp_path)
    execute(f"ALTER DATABASE \"{name_in(url)}\" SET timezone = 'Asia/Seoul'")
    async with open_store(url, FakeClock()) as store:
        one = interview(1)
        assert one.published_at is not None
        for hour in (1, 23):
            moment = one.published_at.replace(hour=hour)
            await store.interviews.insert(
                interview(2 + hour, published_at=moment, url=f"u{hour}"), "d"
            )
        assert await store.interviews.most_in_a_day() == 2
        found = await store.interviews.latest()
        assert {each.published_at for each in found} == {
            one.published_at.replace(hour=hour) for hour in (1, 23)
        }


async def test_looking_changes_nothing(tmp_path: Path) -> None:
    url = database_url(tmp_path)
    assert await inspect_store(url) is None
    assert (
        execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name_in(url)) == "0"
    )
    async with open_store(url, FakeClock()) as store:
        await store.interviews.insert(interview(), "d")
        found = await inspect_store(url)
    assert found is not None
    assert (found.schema.up_to_date, found.interviews, found.revision) == (True, 1, 1)
    assert found.size > 0


async def test_a_revision_that_fails_half_way_leaves_the_version_before_it_whole(
    folder: Path,
) -> None:
    url, name = database_url(folder), name_in(database_url(folder))
    scripts = scripts_of_tomorrow(folder, "    op.execute('SELECT * FROM no_such_table')")
    async with open_store(url, FakeClock()) as store:
        id_ = await store.interviews.insert(interview(), "d")
    async with open_database(url, FakeClock()) as database:
        with pytest.raises(StoreError, match="no_such_table"):
            await migrate(database, scripts=scripts, head="next")
        assert (await read_schema(database)).current == HEAD
        async with open_store(url, FakeClock()) as store:
            assert (await stored_interview(store, id_)).interview.title == interview().title
        (scripts / "versions" / "v9999_next.py").write_text(NEXT.format(before=HEAD, last=""))
        await migrate(database, scripts=scripts, head="next")
        assert (await read_schema(database)).current == "next"
    assert execute("SELECT count(*) FROM tomorrow", name) == "0"


def shape_of(name: str) -> set[str]:
    """Columns, indexes and constraints, in whatever order they were made."""
    questions = (
        "SELECT table_name, column_name, data_type, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
    )
    return {line for question in questions for line in execute(question, name).splitlines()}


@pytest.mark.parametrize("version", [path.stem for path in sorted(SCHEMAS.glob("*.sql"))])
async def test_what_released_versions_made_is_upgraded_to_the_tables_of_today(
    tmp_path: Path, folder: Path, version: str
) -> None:
    older = database_url(tmp_path, "older.db")
    execute((SCHEMAS / f"{version}.sql").read_text(), name_in(older))
    execute(f"INSERT INTO alembic_version VALUES ('{version}')", name_in(older))  # noqa: S608
    execute("INSERT INTO database VALUES (1, 'abcdef', 0)", name_in(older))
    async with open_store(older, FakeClock()) as store:
        assert (await store.schema()).current == HEAD
        assert store.identity == "abcdef"
    assert shape_of(name_in(older)) == shape_of(name_in(database_url(folder)))
