"""A look at a database from outside, for whoever wants to know before starting."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.util import greenlet_spawn

from bot.core.errors import StoreError
from bot.store.backlog import REMINDED_FOR, REMINDERS
from bot.store.connections import SQLITE, database_address
from bot.store.errors import translated
from bot.store.migrate import read_version
from bot.store.postgres import open_postgres
from bot.store.results import SchemaVersion
from bot.store.tables import HEAD, database, feeds, interviews


@dataclass(frozen=True, slots=True)
class Inspection:
    """The version of a database's tables, and what is in them (nothing unless they are up to date).

    ``interviews`` counts them, ``withheld`` has the ids of those that the operator may announce,
    and ``moved`` the addresses to which feeds moved for good, by their addresses in the settings.
    ``identity`` and ``revision`` are what a copy of it, the search index, names; ``size`` is that
    of the file and its log, in bytes.
    """

    schema: SchemaVersion
    interviews: int = 0
    withheld: tuple[int, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    identity: str = ""
    revision: int = 0
    size: int = 0


async def inspect_store(url: str) -> Inspection | None:
    """Look at a database as ``open_store`` takes it, without changing it; ``None`` for a file that
    is not there yet and could be made, or a server's database without tables.

    With Python 3.11, what a killed process left in SQLite's log is written into the file, as at
    each start.

    Raises:
        StoreError: it can't be opened, made or written, as ``open_store`` says, or it is damaged.
    """
    address = database_address(url)
    if address.drivername == SQLITE:
        return await asyncio.to_thread(_look, str(address.database))
    async with open_postgres(address) as opened:
        with translated(opened.name):
            return await greenlet_spawn(_look_at_server, opened.writer)


def _look_at_server(connection: sa.Connection) -> Inspection | None:
    current = read_version(connection)
    if current is None:
        return None
    size = connection.scalar(sa.func.pg_database_size(sa.func.current_database()))
    return _contents(connection, SchemaVersion(current, HEAD), size or 0)


def _look(name: str) -> Inspection | None:
    path = Path(name).absolute()
    if path.is_dir():
        raise StoreError("store.is-folder", path=path)
    if not path.exists():
        nearest = next(folder for folder in path.parents if folder.exists())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            problem = f"{nearest} can't be written"
            raise StoreError("store.folder", path=path.parent, problem=problem)
        return None

    engine = sa.create_engine(
        "sqlite://", creator=lambda: _connect_to_look(path), poolclass=sa.NullPool
    )
    with translated(str(path)), closing(engine.connect()) as connection:
        # Takes the write lock, which a file that can't be written refuses.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        schema = SchemaVersion(read_version(connection), HEAD)
        # Reading it to its end may take seconds, in which a running bot writes.
        connection.exec_driver_sql("ROLLBACK")
        damage = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
        if damage != "ok":
            raise StoreError("store.damaged", path=path, problem=damage)
        files = (path, path.with_name(f"{path.name}-wal"))
        size = sum(file.stat().st_size for file in files if file.exists())
        return _contents(connection, schema, size)


def _contents(connection: sa.Connection, schema: SchemaVersion, size: int) -> Inspection:
    if not schema.up_to_date:
        return Inspection(schema, size=size)
    count = sa.select(sa.func.count()).select_from(interviews)
    since = {"since": datetime.now(UTC) - REMINDED_FOR}
    moved = sa.select(feeds.c.url, feeds.c.moved_to).where(feeds.c.moved_to.is_not(None))
    return Inspection(
        schema,
        connection.scalar(count) or 0,
        tuple(row[0] for row in connection.execute(REMINDERS, since)),
        {row.url: row.moved_to for row in connection.execute(moved)},
        *connection.execute(sa.select(database.c.identity, database.c.revision)).one(),
        size=size,
    )


def _connect_to_look(path: Path) -> sqlite3.Connection:
    has_log = path.with_name(f"{path.name}-wal").exists()
    connection = connect_to(path, "mode=rw")
    if sys.version_info >= (3, 12) and has_log:
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)  # noqa: FBT003
    return connection


def connect_to(path: Path, options: str) -> sqlite3.Connection:
    """A connection to a file that is there, with `options` of SQLite's URIs such as "mode=rw"
    (https://www.sqlite.org/uri.html)."""
    address = f"{path.absolute().as_uri()}?{options}"
    return sqlite3.connect(address, uri=True, isolation_level=None)
