"""What the database's door opens: connections, and the address that names the database.

What is peculiar to one kind of database stands in ``sqlite``, in ``postgres``, in ``dialects`` and
in ``errors``.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.core.errors import StoreError

SQLITE = "sqlite+aiosqlite"
POSTGRES = "postgresql+asyncpg"

READERS = 4
"""Connections for reading. A read takes about a millisecond, so four serve thousands a second."""

BUSY_TIMEOUT = 1.5
"""Seconds after which a write gives up that another process's write keeps from beginning. Discord
waits 3 s for an answer to an interaction (Discord docs, Receiving and Responding), and whoever asks
must hear that nothing was changed, before a command that takes longer is deferred."""

OPENING_TIMEOUT = 10.0
"""As ``BUSY_TIMEOUT``, while the database is opened and migrated: nobody waits for an answer then,
and another process may be migrating it."""

_ARGUMENTS = {"ssl", "target_session_attrs", "prepared_statement_cache_size", "host", "port"}
"""What may follow the ``?`` of an address of PostgreSQL: what asyncpg and SQLAlchemy take there."""


Run = Callable[..., Awaitable[Any]]
"""Calls a function with arguments, and keeps the event loop going meanwhile."""


@dataclass(frozen=True, slots=True)
class Connections:
    """The connections to an open database.

    ``name`` is how errors call it: SQLite's file, PostgreSQL's address without user and password.
    ``begin`` begins a transaction on the ``writer``, beside which no other process's runs; what
    uses the writer is called by ``write``. What is called by ``read`` gets a connection to read by,
    which a cancellation of the caller leaves usable.
    """

    name: str
    writer: sa.Connection
    begin: Callable[[], object]
    write: Run
    read: Run


def database_address(url: str) -> URL:
    """SQLAlchemy's address of the database that `url` names. For SQLite, all that follows ``:///``
    is the file's path, as it is.

    Raises:
        StoreError: `url` names neither a file of SQLite nor a database of PostgreSQL.
    """
    driver, _, path = url.partition("://")
    if driver == POSTGRES:
        return _postgres_address(url)
    if driver != SQLITE:
        raise StoreError("store.unsupported", url=_without_password(url))
    path = path.removeprefix("/")
    if not path or path.startswith((":memory:", "file:")):
        raise StoreError("store.no-file", url=url)
    return URL.create(SQLITE, database=path)


def is_sqlite(url: str) -> bool:
    """Whether `url` names a file, and not a server's database."""
    return url.startswith(SQLITE)


def name_of(address: URL) -> str:
    """How errors call a database."""
    if address.drivername == SQLITE:
        return str(address.database)
    return URL.create(
        "postgresql", None, None, address.host, address.port, address.database
    ).render_as_string()


def _postgres_address(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError("store.bad-address", url=_without_password(url)) from None
    # Whoever copies an address from a hoster's page has libpq's name for it
    # (https://github.com/MagicStack/asyncpg/issues/737).
    query = {"ssl" if name == "sslmode" else name: value for name, value in address.query.items()}
    unknown = ", ".join(sorted(query.keys() - _ARGUMENTS))
    if unknown:
        raise StoreError("store.bad-argument", url=_without_password(url), argument=unknown)
    if not address.database or not (address.host or "host" in query):
        raise StoreError("store.bad-address", url=_without_password(url))
    return address.set(query=query)


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        driver, separator, rest = url.partition("://")
        _, at, host = rest.rpartition("@")
        return f"{driver}{separator}***@{host}" if at else url


def make_engine(address: URL, **options: Any) -> sa.Engine:
    """An engine that reads and writes JSON as all of the store does."""
    return sa.create_engine(
        address,
        # A connection goes back only after its commit or rollback, so there is nothing to reset.
        pool_reset_on_return=None,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        **options,
    )


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()
