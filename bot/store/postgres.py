"""Opening a database of PostgreSQL, by asyncpg.

The store writes as it does with SQLite, one transaction at a time: a transaction begins with an
advisory lock that lasts as long as it does, so that no other's changes come between its questions
and its changes, whichever process they are of. Readers wait for nobody.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.util import greenlet_spawn

from bot.core.errors import StoreError
from bot.store.codec import storable
from bot.store.connections import BUSY_TIMEOUT, READERS, Connections, make_engine, name_of
from bot.store.errors import is_lost_connection, translated
from bot.store.session import shielded
from bot.store.silence import UNREACHABLE, Silence

T = TypeVar("T")

WRITING = 0x6B637275
"""The advisory lock of whoever writes ("kcru")."""

_CONNECTING = 3.0
"""Seconds for a connection to be made."""

_READING = 10.0
_WRITING = 60.0
"""Seconds after which a statement counts as lost with its connection: a network that drops packets
says nothing. Writing includes migrations."""

# For every session (PostgreSQL docs, "Server Configuration"). A process that is frozen in the
# middle of a transaction keeps the lock for as long as idle_in_transaction_session_timeout; one
# whose machine is gone, for as long as tcp_keepalives_*, some fifteen seconds.
_SESSION = {
    "application_name": "kcrush-bot",
    "timezone": "UTC",
    # A statement sees what was committed before it, not before the lock was asked for.
    "default_transaction_isolation": "read committed",
    # What a commit says must outlive a crash of the server, as with SQLite's synchronous=FULL.
    "synchronous_commit": "on",
    "jit": "off",
    "lock_timeout": f"{BUSY_TIMEOUT * 1000:.0f}",
    "idle_in_transaction_session_timeout": "10000",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
}


@asynccontextmanager
async def open_postgres(address: URL) -> AsyncIterator[Connections]:
    """Connect to the database.

    Raises:
        StoreError: asyncpg is not installed, or the database can't be reached or refuses the login.
    """
    name = name_of(address)
    async with AsyncExitStack() as stack:
        silence = Silence(name)
        writer = make_postgres_engine(address, 1, _WRITING, silence=silence)
        stack.push_async_callback(greenlet_spawn, writer.dispose)
        readers = make_postgres_engine(
            address,
            READERS,
            _READING,
            silence=silence,
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
        )
        stack.push_async_callback(greenlet_spawn, readers.dispose)
        probe = make_postgres_engine(address, 1, _READING)
        stack.push_async_callback(greenlet_spawn, probe.dispose)
        with translated(name):
            connection = await greenlet_spawn(writer.connect)
        stack.push_async_callback(greenlet_spawn, connection.close)
        watching = asyncio.create_task(silence.run(probe), name="silence")
        stack.callback(watching.cancel)

        async def read(look: Callable[[sa.Connection], T]) -> T:
            return await shielded(silence.ask(_read, readers, look))

        yield Connections(name, connection, partial(_begin_alone, connection), silence.ask, read)


def make_postgres_engine(
    address: URL,
    size: int,
    timeout: float,
    *,
    session: Mapping[str, str] = MappingProxyType({}),
    silence: Silence | None = None,
    **options: Any,
) -> sa.Engine:
    """An engine whose errors are all SQLAlchemy's, and whose statements end after `timeout`
    seconds. `session` are settings of its sessions beside those of every one; `silence` watches
    over it.

    Raises:
        StoreError: asyncpg is not installed.
    """
    arguments = {
        "timeout": _CONNECTING,
        "command_timeout": timeout,
        "server_settings": {**_SESSION, **session},
    }
    try:
        engine = make_engine(
            address, pool_size=size, max_overflow=0, connect_args=arguments, **options
        )
    except ModuleNotFoundError as error:
        raise StoreError("store.no-driver") from error
    if silence is not None:
        silence.watch(engine)
    sa.event.listen(engine, "do_connect", _connect)
    sa.event.listen(engine, "handle_error", _drop_lost)
    sa.event.listen(engine, "before_cursor_execute", _make_storable, retval=True)
    return engine


def _read(readers: sa.Engine, look: Callable[[sa.Connection], T]) -> T:
    with readers.connect() as connection:
        return look(connection)


def _begin_alone(connection: sa.Connection) -> None:
    connection.begin()
    try:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING})")
    except BaseException:
        connection.rollback()
        raise


def _connect(dialect: Any, record: object, arguments: Any, options: Any) -> Any:
    """Connect; what asyncpg raises there passes through SQLAlchemy as it is."""
    del record
    dbapi = dialect.loaded_dbapi
    asyncpg = dbapi.asyncpg
    try:
        return dialect.connect(*arguments, **options)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        failure = dbapi.OperationalError(str(error) or "no answer in time")
        failure.sqlstate = getattr(error, "sqlstate", None) or UNREACHABLE
        raise failure from error


def _drop_lost(context: sa.engine.ExceptionContext) -> Exception | None:
    """A connection that did not answer in time, or whose server goes away, is not used again."""
    error = context.original_exception
    if isinstance(error, OSError):
        context.is_disconnect = True
        lost = sa.exc.OperationalError(context.statement, context.parameters, error)
        lost.connection_invalidated = True
        return lost
    if isinstance(error, Exception) and is_lost_connection(error):
        context.is_disconnect = True
    return None


def _make_storable(
    connection: object, cursor: object, statement: str, parameters: Any, context: object, many: bool
) -> tuple[str, Any]:
    """PostgreSQL refuses texts with NUL, and nobody can encode lone surrogates.

    Of many rows that one statement inserts and returns, `parameters` are the values of all.
    """
    del connection, cursor, context
    if many and isinstance(parameters, list):
        return statement, [_storable(row) for row in parameters]
    return statement, _storable(parameters)


def _storable(row: Any) -> Any:
    if any(isinstance(value, str) for value in row):
        return tuple(storable(value) if isinstance(value, str) else value for value in row)
    return row
