"""Opening a SQLite file: write-ahead logging, one writer, and permissions for its owner alone.

SQLite answers within the call, so it is called in threads: a read is one trip there and back.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from bot.core.errors import StoreError
from bot.core.folders import make_private_folder
from bot.store.connections import OPENING_TIMEOUT, READERS, Connections, Run, make_engine
from bot.store.errors import is_busy, translated

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
        write, read = (_in_threads(number, stack) for number in (1, READERS))
        with translated(path):
            await _use_wal(address, write)
        writer = _engine(address, 1, _WRITER_PRAGMAS, connect_args={"timeout": 0})
        stack.push_async_callback(write, writer.dispose)
        sa.event.listen(writer, "begin", _begin_immediate)
        readers = _engine(
            address,
            READERS,
            _READER_PRAGMAS,
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
        )
        stack.push_async_callback(read, readers.dispose)
        with translated(path):
            connection = await write(writer.connect)
        stack.push_async_callback(write, connection.close)
        yield Connections(path, connection, readers, connection.begin, write, read)


def _in_threads(number: int, stack: AsyncExitStack) -> Run:
    threads = stack.enter_context(ThreadPoolExecutor(number, thread_name_prefix="sqlite"))
    return partial(asyncio.get_running_loop().run_in_executor, threads)


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


def _engine(address: URL, size: int, pragmas: Sequence[str], **options: Any) -> sa.Engine:
    options.setdefault("connect_args", {"timeout": OPENING_TIMEOUT})
    engine = make_engine(address.set(drivername="sqlite"), size, **options)

    def prepare(connection: Any, record: object) -> None:
        del record
        # sqlite3 would otherwise begin transactions where it sees fit, and never for DDL; then
        # BEGIN is ours alone (SQLAlchemy docs, SQLite, "Enabling Non-Legacy SQLite
        # Transactional Modes").
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    sa.event.listen(engine, "connect", prepare)
    return engine


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _use_wal(address: URL, write: Run) -> None:
    """Switch the file to write-ahead logging, which stays with it.

    The switch needs the file for itself, and SQLite's busy handler does not wait for that when
    another process is switching too; so the wait is here.
    """
    engine = _engine(address, 1, ())
    try:
        for _ in range(_SWITCH_TRIES - 1):
            try:
                await write(_switch, engine)
            except sa.exc.OperationalError as error:
                if not is_busy(error):
                    raise
                await asyncio.sleep(OPENING_TIMEOUT / _SWITCH_TRIES)
            else:
                return
        await write(_switch, engine)
    finally:
        await write(engine.dispose)


_SWITCH_TRIES = 100


def _switch(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
