"""Opening a SQLite file: write-ahead logging, one writer, and permissions for its owner alone.

SQLite answers within the call, so it is called in aiosqlite's threads, each query as a whole: a
read is one trip there and back.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.engine import URL

from bot.core.errors import StoreError
from bot.core.folders import make_private_folder
from bot.store.connections import OPENING_TIMEOUT, READERS, Connections, Run, make_engine
from bot.store.errors import is_busy, translated
from bot.store.session import shielded

T = TypeVar("T")

# How every connection is set (SQLite docs, "PRAGMA Statements").
#
# synchronous=FULL: in WAL mode, NORMAL does not sync the log at each commit, and "a transaction
# committed in WAL mode with synchronous=NORMAL might roll back following a power loss or system
# crash" (https://www.sqlite.org/pragma.html#pragma_synchronous). What rolls back here is the
# knowledge that a message was sent, and the guild would read it twice. FULL costs one sync a
# commit, in the writer's thread; the busiest hour is some fifty commits a second.
#
# cache_size is in KiB where negative. A reader's is small, for the system caches the file anyway:
# 4,000 took 12 MiB more for all, and a read as long. journal_size_limit lets a log that one large
# transaction blew up shrink again.
_WRITER_PRAGMAS = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA synchronous=FULL",
    "PRAGMA cache_size=-8000",
    "PRAGMA journal_size_limit=16777216",
)
_READER_PRAGMAS = ("PRAGMA query_only=ON", "PRAGMA cache_size=-1000")


@asynccontextmanager
async def open_sqlite(address: URL) -> AsyncIterator[Connections]:
    """Open the file, creating it and its folder where they are missing. Only the owner may read
    what is created.

    Raises:
        StoreError: the file can't be opened for writing.
    """
    path = str(address.database)
    _make_private(Path(path))
    async with AsyncExitStack() as stack:
        with translated(path):
            driver = await stack.enter_async_context(_connect(path, timeout=0.0))
            await _use_wal(driver)
            writer = await _prepare(driver, _WRITER_PRAGMAS)
            sa.event.listen(writer, "begin", _begin_immediate)
            free: asyncio.LifoQueue[tuple[Run, sa.Connection]] = asyncio.LifoQueue()
            for _ in range(READERS):
                reader = await stack.enter_async_context(_connect(path, timeout=OPENING_TIMEOUT))
                free.put_nowait(
                    (_run_of(reader), await _prepare(reader, _READER_PRAGMAS, **_READING))
                )

        async def read(look: Callable[[sa.Connection], T]) -> T:
            run, connection = reader = await free.get()
            try:
                found: T = await run(look, connection)
            except asyncio.CancelledError:
                # Its thread goes on with it, and what this connection is asked next would wait.
                await shielded(run(lambda: None))
                raise
            else:
                return found
            finally:
                free.put_nowait(reader)

        yield Connections(path, writer, writer.begin, _run_of(driver), read)


_READING: Any = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}


def _connect(path: str, *, timeout: float) -> aiosqlite.Connection:
    # sqlite3 would otherwise begin transactions where it sees fit, and never for DDL; then BEGIN is
    # ours alone (SQLAlchemy docs, SQLite, "Enabling Non-Legacy SQLite Transactional Modes").
    # The rows of a change are fetched by whoever made it.
    return aiosqlite.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)


def _run_of(driver: aiosqlite.Connection) -> Run:
    """Calls functions in the thread of a connection. aiosqlite has no public name for it;
    SQLAlchemy's adapter goes behind it as well."""
    run: Run = driver._execute
    return run


async def _prepare(
    driver: aiosqlite.Connection, pragmas: Sequence[str], **options: Any
) -> sa.Connection:
    """SQLAlchemy's connection on one of aiosqlite, to be used in its thread."""
    for pragma in pragmas:
        await driver.execute_fetchall(pragma)
    engine = make_engine(
        URL.create("sqlite"),
        creator=lambda: driver._conn,
        poolclass=sa.StaticPool,
        **options,
    )
    connection: sa.Connection = await _run_of(driver)(engine.connect)
    return connection


def mind_foreign_keys(connection: sa.Connection, value: str) -> None:
    """Whether they are minded from now on: ``ON`` or ``OFF``."""
    # On the driver's connection: SQLAlchemy's would begin a transaction, in which this is void.
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys={value}")
    cursor.close()


def _make_private(path: Path) -> None:
    """Make the file and its folder, for their owner alone. SQLite gives the files that it makes
    beside it the same permissions."""
    try:
        make_private_folder(path.parent)
    except OSError as error:
        raise StoreError(
            "store.folder", path=path.parent, problem=error.strerror or str(error)
        ) from error
    if path.is_dir():
        raise StoreError("store.is-folder", path=path)
    with suppress(OSError):
        path.touch(0o600)
    for name in ("", "-wal", "-shm"):
        # Another owner's file can't be changed, and may be opened nevertheless.
        with suppress(OSError):
            path.with_name(path.name + name).chmod(0o600)


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _use_wal(driver: aiosqlite.Connection) -> None:
    """Switch the file to write-ahead logging, which stays with it.

    The switch needs the file for itself, and SQLite's busy handler does not wait for that when
    another process is switching too; so the wait is here.
    """
    for _ in range(_SWITCH_TRIES - 1):
        try:
            await driver.execute_fetchall(_SWITCH)
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            await asyncio.sleep(OPENING_TIMEOUT / _SWITCH_TRIES)
        else:
            return
    await driver.execute_fetchall(_SWITCH)


_SWITCH = "PRAGMA journal_mode=WAL"
_SWITCH_TRIES = 100
