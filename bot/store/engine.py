"""The database's door: one writer at a time, readers beside it, and errors that say the mend.

The queries are SQLAlchemy Core, the same for every kind of database.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.core.clock import Clock
from bot.store.connections import BUSY_TIMEOUT, SQLITE, Connections, database_address
from bot.store.errors import is_busy, is_passing, translated
from bot.store.group_commit import GroupCommit
from bot.store.postgres import open_postgres
from bot.store.session import Parameters, Session, Transaction, Work, shielded
from bot.store.sqlite import mind_foreign_keys, open_sqlite

T = TypeVar("T")

CATCH_UP = 3
"""How many missed interviews a subscription that is active again gets as messages of their own,
unless the settings say otherwise."""

BUSY_PAUSE = 0.02
"""Seconds between two attempts to begin a write, or to read after a lost connection."""


class Database(Session):
    """An open database. Use ``open_database``."""

    def __init__(self, connections: Connections, clock: Clock, catch_up: int) -> None:
        super().__init__(clock, catch_up)
        self._name = connections.name
        self._writer = connections.writer
        self._begin_alone = connections.begin
        self._run_writing = connections.write
        self._run_reading = connections.read
        self._turn = asyncio.Lock()
        self._writing: asyncio.Task[Any] | None = None
        self._group = GroupCommit(self.transact)

    @property
    def is_sqlite(self) -> bool:
        return self._writer.dialect.name == "sqlite"

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
        """A transaction that holds the write lock from its beginning.

        Commits at exit, rolls back when the block raises or is cancelled. Tasks take turns.

        Raises:
            StoreError: the database is locked by another process, or out of reach, `wait` seconds
                after this was asked for (``BUSY_TIMEOUT`` by default), full, read-only or damaged.
                Nothing was changed then, unless the connection was lost during the commit.
            RuntimeError: the same task is in a transaction already, and would wait for itself.
        """
        self._refuse_nesting()
        deadline = time.monotonic() + (BUSY_TIMEOUT if wait is None else wait)
        async with self._turn:
            self._writing = asyncio.current_task()
            try:
                with translated(self._name):
                    async with self._begun(deadline):
                        yield Transaction(
                            self._writer, self._run_writing, self.clock, self.catch_up
                        )
            finally:
                self._writing = None

    @asynccontextmanager
    async def _begun(self, deadline: float) -> AsyncIterator[None]:
        try:
            await shielded(self._begin(deadline))
            yield
            await shielded(self._run_writing(self._writer.commit))
        except BaseException:
            await shielded(self._run_writing(self._roll_back))
            raise

    async def _begin(self, deadline: float) -> None:
        """Take the write lock. SQLite's own waiting would begin anew for each write, so that those
        that wait for their turn would wait much longer."""
        while True:
            try:
                await self._run_writing(self._begin_alone)
            except DBAPIError as error:
                in_vain = not (is_busy(error.orig) or is_passing(error))
                if in_vain or time.monotonic() >= deadline:
                    raise
            else:
                return
            await asyncio.sleep(BUSY_PAUSE)

    def _roll_back(self) -> None:
        try:
            self._writer.rollback()
        except DBAPIError as error:
            # The server rolls back what was begun on a connection that is lost.
            if not is_passing(error):
                raise

    @asynccontextmanager
    async def without_foreign_keys(self) -> AsyncIterator[None]:
        """SQLite does not mind foreign keys, for a table to be rebuilt: dropping the old one would
        delete what refers to its rows (https://www.sqlite.org/lang_altertable.html#otheralter)."""
        if self.is_sqlite:
            await shielded(self._run_writing(mind_foreign_keys, self._writer, "OFF"))
        try:
            yield
        finally:
            if self.is_sqlite:
                await shielded(self._run_writing(mind_foreign_keys, self._writer, "ON"))

    def _refuse_nesting(self) -> None:
        if self._writing is not None and self._writing is asyncio.current_task():
            raise RuntimeError("a write inside a write of the same task would wait for ever")

    async def inspect(self, look: Callable[[sa.Connection], T]) -> T:
        """The result of `look`, called with a connection that reads; called again, where that
        connection was lost."""
        deadline = time.monotonic() + BUSY_TIMEOUT
        with translated(self._name):
            while True:
                try:
                    found: T = await self._run_reading(look)
                except DBAPIError as error:
                    if not is_passing(error) or time.monotonic() >= deadline:
                        raise
                else:
                    return found
                await asyncio.sleep(BUSY_PAUSE)


@asynccontextmanager
async def open_database(
    url: str, clock: Clock, catch_up: int = CATCH_UP
) -> AsyncIterator[Database]:
    """Open the database of `url`; a file of SQLite is created where it is missing. `catch_up` is
    explained at ``Session``.

    Raises:
        StoreError: `url` names no database, or it can't be opened for writing.
    """
    address = database_address(url)
    opened = open_sqlite if address.drivername == SQLITE else open_postgres
    async with opened(address) as connections:
        yield Database(connections, clock, catch_up)
