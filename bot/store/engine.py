"""The database's door: one writer at a time, readers beside it, and errors that say the mend.

All that is peculiar to SQLite stands in this module and in ``errors``; the queries are SQLAlchemy
Core.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.util import greenlet_spawn

from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.core.folders import make_private_folder
from bot.store.errors import is_busy, translated
from bot.store.group_commit import GroupCommit
from bot.store.session import Parameters, Session, Transaction, Work, shielded

T = TypeVar("T")

CATCH_UP = 3
"""How many missed interviews a subscription that is active again gets as messages of their own,
unless the settings say otherwise."""

_DRIVER = "sqlite+aiosqlite"

READERS = 4
"""Connections for reading. A read takes about a millisecond, so four serve thousands a second."""

BUSY_TIMEOUT = 1.5
"""Seconds after which a write gives up that another process's write keeps from beginning. Discord
waits 3 s for an answer to an interaction (Discord docs, Receiving and Responding), and whoever asks
must hear that nothing was changed, before a command that takes longer is deferred."""

OPENING_TIMEOUT = 10.0
"""As ``BUSY_TIMEOUT``, while the database is opened and migrated: nobody waits for an answer then,
and another process may be migrating it."""

BUSY_PAUSE = 0.02
"""Seconds between two attempts to begin a write."""

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


class Database(Session):
    """An open database. Use ``open_database``."""

    def __init__(
        self,
        path: str,
        writer: sa.Connection,
        readers: sa.Engine,
        clock: Clock,
        catch_up: int,
    ) -> None:
        super().__init__(clock, catch_up)
        self._path = path
        self._writer = writer
        self._readers = readers
        self._turn = asyncio.Lock()
        self._writing: asyncio.Task[Any] | None = None
        self._group = GroupCommit(self.transact)

    async def read(self, statement: sa.Executable, parameters: Parameters = None) -> Sequence[Any]:
        """All rows of a query, as of the last commit; never waits for the writer."""

        return await self.inspect(
            lambda connection: connection.execute(statement, parameters).all()
        )

    async def transact(self, work: Work[T], *, grouped: bool = False) -> T:
        self._refuse_nesting()
        return await shielded(self._group.submit(work) if grouped else self._commit(work))

    async def _commit(self, work: Work[T]) -> T:
        async with self.transaction() as tx:
            return await work(tx)

    @asynccontextmanager
    async def transaction(self, *, wait: float | None = None) -> AsyncIterator[Transaction]:
        """A transaction that holds the write lock from its beginning (BEGIN IMMEDIATE).

        Commits at exit, rolls back when the block raises or is cancelled. Tasks take turns.

        Raises:
            StoreError: the database is locked by another process `wait` seconds after this was
                asked for (``BUSY_TIMEOUT`` by default), full, read-only or damaged. Nothing was
                changed then.
            RuntimeError: the same task is in a transaction already, and would wait for itself.
        """
        self._refuse_nesting()
        deadline = time.monotonic() + (BUSY_TIMEOUT if wait is None else wait)
        async with self._turn:
            self._writing = asyncio.current_task()
            try:
                with translated(self._path):
                    async with self._begun(deadline):
                        yield Transaction(self._writer, self.clock, self.catch_up)
            finally:
                self._writing = None

    @asynccontextmanager
    async def _begun(self, deadline: float) -> AsyncIterator[None]:
        try:
            await shielded(self._begin(deadline))
            yield
            await shielded(greenlet_spawn(self._writer.commit))
        finally:
            await shielded(greenlet_spawn(self._writer.rollback))

    async def _begin(self, deadline: float) -> None:
        """Take the write lock. SQLite's own waiting would begin anew for each write, so that those
        that wait for their turn would wait much longer."""
        while True:
            try:
                await greenlet_spawn(self._writer.begin)
            except sa.exc.OperationalError as error:
                if not is_busy(error) or time.monotonic() >= deadline:
                    raise
            else:
                return
            await asyncio.sleep(BUSY_PAUSE)

    @asynccontextmanager
    async def without_foreign_keys(self) -> AsyncIterator[None]:
        """Foreign keys are not minded, for a table to be rebuilt: dropping the old one would delete
        what refers to its rows (https://www.sqlite.org/lang_altertable.html#otheralter)."""
        await shielded(greenlet_spawn(self._mind_foreign_keys, "OFF"))
        try:
            yield
        finally:
            await shielded(greenlet_spawn(self._mind_foreign_keys, "ON"))

    def _mind_foreign_keys(self, value: str) -> None:
        # On the driver's connection: SQLAlchemy's would begin a transaction, in which this is void.
        cursor = self._writer.connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys={value}")
        cursor.close()

    def _refuse_nesting(self) -> None:
        if self._writing is not None and self._writing is asyncio.current_task():
            raise RuntimeError("a write inside a write of the same task would wait for ever")

    async def inspect(self, look: Callable[[sa.Connection], T]) -> T:
        """The result of `look`, called with a connection that reads."""

        def run() -> T:
            with self._readers.connect() as connection:
                return look(connection)

        with translated(self._path):
            return await shielded(greenlet_spawn(run))


@asynccontextmanager
async def open_database(
    url: str, clock: Clock, catch_up: int = CATCH_UP
) -> AsyncIterator[Database]:
    """Open the database of `url`, creating its folder and file where they are missing.

    Only the owner may read what is created. `catch_up` is explained at ``Session``.

    Raises:
        StoreError: `url` names no SQLite file, or the file can't be opened for writing.
    """
    address = database_address(url)
    _make_private(Path(str(address.database)))
    path = str(address.database)
    with translated(path):
        await _use_wal(address)
    async with AsyncExitStack() as stack:
        writer = _engine(address, 1, _WRITER_PRAGMAS, connect_args={"timeout": 0})
        stack.push_async_callback(greenlet_spawn, writer.dispose)
        sa.event.listen(writer, "begin", _begin_immediate)
        readers = _engine(
            address,
            READERS,
            _READER_PRAGMAS,
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
        )
        stack.push_async_callback(greenlet_spawn, readers.dispose)
        with translated(path):
            connection = await greenlet_spawn(writer.connect)
        stack.push_async_callback(greenlet_spawn, connection.close)
        yield Database(path, connection, readers, clock, catch_up)


def database_address(url: str) -> URL:
    """SQLAlchemy's address of the database file that `url` names. All that follows ``:///`` is the
    path, as it is.

    Raises:
        StoreError: `url` names no SQLite file.
    """
    driver, _, path = url.partition("://")
    if driver != _DRIVER:
        raise StoreError("store.unsupported", url=_without_password(url))
    path = path.removeprefix("/")
    if not path or path.startswith((":memory:", "file:")):
        raise StoreError("store.no-file", url=url)
    return URL.create(_DRIVER, database=path)


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url


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
    engine = sa.create_engine(
        address,
        pool_size=size,
        max_overflow=0,
        # A connection goes back only after its commit or rollback, so there is nothing to reset;
        # the reset would be one more trip to the connection's thread for every read.
        pool_reset_on_return=None,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        **options,
    )

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


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


async def _use_wal(address: URL) -> None:
    """Switch the file to write-ahead logging, which stays with it.

    The switch needs the file for itself, and SQLite's busy handler does not wait for that when
    another process is switching too; so the wait is here.
    """
    engine = _engine(address, 1, ())
    try:
        for _ in range(_SWITCH_TRIES - 1):
            try:
                return await greenlet_spawn(_switch, engine)
            except sa.exc.OperationalError as error:
                if not is_busy(error):
                    raise
                await asyncio.sleep(OPENING_TIMEOUT / _SWITCH_TRIES)
        await greenlet_spawn(_switch, engine)
    finally:
        await greenlet_spawn(engine.dispose)


_SWITCH_TRIES = 100


def _switch(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
