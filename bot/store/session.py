"""What repositories run their statements on: the database, or one transaction of it.

A repository is written once and works on both. On the database, each of its changes is a
transaction of its own and each of its questions sees the last commit; on a transaction, all of
them belong to that transaction.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, TypeVarTuple, cast

import sqlalchemy as sa

from bot.core.clock import Clock
from bot.store.connections import Run
from bot.store.dialects import insert

T = TypeVar("T")
P = ParamSpec("P")
Ts = TypeVarTuple("Ts")

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class Session(ABC):
    """Where statements are executed.

    ``catch_up`` is the number of missed interviews that a subscription gets as messages of their
    own when it becomes active again (the setting ``CATCH_UP``).
    """

    def __init__(self, clock: Clock, catch_up: int) -> None:
        self.clock = clock
        self.catch_up = catch_up

    @abstractmethod
    async def read(self, statement: sa.Executable, parameters: Parameters = None) -> Sequence[Any]:
        """All rows of a query.

        Raises:
            StoreError: the database can't be read.
        """

    async def scalar(self, statement: sa.Executable, parameters: Parameters = None) -> Any:
        """The first column of the first row; ``None`` without a row."""
        rows = await self.read(statement, parameters)
        return rows[0][0] if rows else None

    async def scalars(self, statement: sa.Executable) -> list[Any]:
        """The first column of all rows."""
        return [row[0] for row in await self.read(statement)]

    @abstractmethod
    async def transact(
        self, work: "Callable[[Transaction], Awaitable[T]]", *, grouped: bool = False
    ) -> T:
        """The result of `work`, done in one transaction.

        On the database it is a transaction of its own, committed before this returns; with
        `grouped` it may share that transaction with other grouped work (see ``GroupCommit``). If
        the caller is cancelled, the work is finished and committed first.

        Raises:
            StoreError: the database is locked by another process, out of reach, full, read-only or
                damaged. Nothing was changed, unless the connection was lost during the commit.
            RuntimeError: the calling task is inside a transaction of the database already.
        """


class Transaction(Session):
    """One open transaction. Its changes are seen by nobody else before the commit."""

    def __init__(self, connection: sa.Connection, run: Run, clock: Clock, catch_up: int) -> None:
        super().__init__(clock, catch_up)
        self._connection = connection
        self._run = run

    async def run(self, work: Callable[[sa.Connection, *Ts], T], *args: *Ts) -> T:
        """The result of `work`, called with the connection; a cancellation of the caller waits
        until it is done."""
        result: T = await shielded(self._run(work, self._connection, *args))
        return result

    async def execute(
        self, statement: sa.Executable, parameters: Parameters = None
    ) -> sa.CursorResult[Any]:
        """Execute a statement; a cancellation of the caller waits until it is done."""
        return await self.run(lambda connection: connection.execute(statement, parameters))

    async def upsert(self, table: sa.Table, keys: Sequence[str], *rows: Mapping[str, Any]) -> None:
        """Insert rows; one whose `keys` are there already is overwritten in all other columns."""
        if rows:
            await self.execute(_upsert(table, tuple(keys), tuple(rows[0])), list(rows))

    async def read(self, statement: sa.Executable, parameters: Parameters = None) -> Sequence[Any]:
        return await self.run(lambda connection: connection.execute(statement, parameters).all())

    async def transact(
        self, work: "Callable[[Transaction], Awaitable[T]]", *, grouped: bool = False
    ) -> T:
        del grouped
        return await work(self)


# To build one takes longer than to execute it.
@cache
def _upsert(table: sa.Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> sa.Insert:
    new = insert(table)
    others = {name: new.excluded[name] for name in columns if name not in keys}
    return new.on_conflict_do_update(index_elements=keys, set_=others)


Work = Callable[[Transaction], Awaitable[T]]


class Repository:
    """The questions and changes of one subject.

    Raises (every method):
        StoreError: the database is locked by another process, out of reach, full, read-only or
            damaged; a change that raises has not happened, unless the connection to PostgreSQL was
            lost during its commit.
        RuntimeError: a change of the store inside a transaction of the same task.
    """

    def __init__(self, session: Session) -> None:
        self._session = session


R = TypeVar("R", bound=Repository)


def transactional(
    method: Callable[Concatenate[R, Transaction, P], Awaitable[T]],
) -> Callable[Concatenate[R, P], Coroutine[Any, Any, T]]:
    """Make a method of a repository one transaction, which the method gets as first argument."""

    @wraps(method)
    async def in_transaction(self: R, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._session.transact(lambda tx: method(self, tx, *args, **kwargs))

    return cast("Callable[Concatenate[R, P], Coroutine[Any, Any, T]]", in_transaction)


async def shielded(work: Awaitable[T]) -> T:
    """The result of `work`; a cancellation of the caller waits until it is done.

    A statement that is left alone half way keeps its transaction, and with it the write lock,
    until the garbage collector finds its cursor; a connection whose opening is cut short is never
    closed.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        raise
