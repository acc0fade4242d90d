"""Moving a database from SQLite to PostgreSQL, all rows of it, compared with what they were.

Rows are copied in chunks, a transaction each, and a chunk that is there already is only compared:
a move that was killed is begun again and goes on. Until its end the tables bear the version
``MOVING``, by which no bot opens them.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.store.codec import storable
from bot.store.columns import metadata
from bot.store.connections import SQLITE, database_address, name_of
from bot.store.dialects import insert
from bot.store.engine import Database, open_database
from bot.store.migrate import MOVING, create_tables, migrate, read_version, write_version
from bot.store.session import Session, Transaction
from bot.store.tables import HEAD
from bot.store.tables import database as database_table

CHUNK = 500
"""Rows of one transaction. PostgreSQL takes 32,767 parameters in a statement, and no key has more
than three columns."""

Progress = Callable[[int, int], None]


async def move(source_url: str, target_url: str, clock: Clock, progress: Progress) -> int:
    """Copy the database of `source_url`, a file of SQLite that nobody writes to, to that of
    `target_url`, an empty one of PostgreSQL or one to which this move was begun. `progress` is
    called with the rows that are there and all rows. How many there are.

    Raises:
        StoreError: one of them is of the wrong kind, or can't be used; the target has other rows;
            or what is in it at the end is not what is in the source.
    """
    source, target = database_address(source_url), database_address(target_url)
    if source.drivername != SQLITE or target.drivername == SQLITE:
        raise StoreError("store.move-direction", url=name_of(target))
    async with (
        open_database(source_url, clock) as old,
        open_database(target_url, clock) as new,
    ):
        await migrate(old)
        await _begin(old, new, name_of(target))
        tables = metadata.sorted_tables
        total = sum([await _count(old, table) for table in tables])
        done = 0
        for table in tables:
            async for rows in _chunks(old, table):
                differing = await _differing(new, table, rows)
                if differing:
                    async with new.transaction() as tx:
                        await _write(tx, table, differing)
                done += len(rows)
                progress(done, total)
        for table in tables:
            await _check(old, new, table)
        await _finish(old, new)
        return total


async def _begin(old: Database, new: Database, name: str) -> None:
    (row,) = await old.read(sa.select(database_table))
    async with new.transaction() as tx:
        current = await tx.run(read_version)
        if current is None:
            await tx.run(create_tables)
        elif current == MOVING:
            identity = await tx.scalar(sa.select(database_table.c.identity))
            if identity != row.identity:
                raise StoreError("store.move-not-empty", path=name)
        elif current != HEAD or any(
            [await _count(tx, table) for table in metadata.sorted_tables if table != database_table]
        ):
            raise StoreError("store.move-not-empty", path=name)
        await _write(tx, database_table, [row])
        await tx.run(write_version, MOVING)


async def _chunks(old: Database, table: sa.Table) -> AsyncIterator[Sequence[Any]]:
    """All rows by their keys."""
    keys = list(table.primary_key)
    query = sa.select(table).order_by(*keys).limit(CHUNK)
    rows = await old.read(query)
    while rows:
        yield rows
        last = sa.tuple_(*(sa.literal(rows[-1]._mapping[key], key.type) for key in keys))
        rows = await old.read(query.where(sa.tuple_(*keys) > last))


async def _differing(new: Session, table: sa.Table, rows: Sequence[Any]) -> list[Any]:
    """Those of the rows that the target has not, or has otherwise."""
    keys = list(table.primary_key)
    wanted = {_key(row, keys): row for row in rows}
    query = sa.select(table).where(sa.tuple_(*keys).in_(list(wanted)))
    there = {_key(row, keys): _values(row) for row in await new.read(query)}
    return [row for key, row in wanted.items() if there.get(key) != _values(row)]


def _key(row: Any, keys: Sequence[sa.Column[Any]]) -> tuple[Any, ...]:
    return tuple(_storable(row._mapping[key]) for key in keys)


def _values(row: Any) -> tuple[Any, ...]:
    return tuple(map(_storable, row))


def _storable(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value


async def _write(tx: Transaction, table: sa.Table, rows: Sequence[Any]) -> None:
    values = [dict(row._mapping) for row in rows]
    keys = [key.name for key in table.primary_key]
    if len(keys) < len(table.columns):
        await tx.upsert(table, keys, *values)
    else:
        await tx.execute(insert(table).on_conflict_do_nothing(), values)


async def _check(old: Database, new: Database, table: sa.Table) -> None:
    """
    Raises:
        StoreError: the target's rows are not the source's.
    """
    same = await _count(old, table) == await _count(new, table)
    async for rows in _chunks(old, table):
        same = same and not await _differing(new, table, rows)
    if not same:
        raise StoreError("store.move-differs", table=table.name)


async def _finish(old: Database, new: Database) -> None:
    """Ids that were given once are never given again, also those of rows that were deleted."""
    given = await old.inspect(lambda one: one.exec_driver_sql(_GIVEN_IDS).all())
    async with new.transaction() as tx:
        for name, highest in given:
            await tx.execute(_SET_SEQUENCE, {"table": name, "highest": max(1, highest)})
        # Without its statistics, PostgreSQL plans for tables that are nearly empty.
        await tx.execute(sa.text("ANALYZE"))
        await tx.run(write_version, HEAD)


_GIVEN_IDS = "SELECT name, seq FROM sqlite_sequence"
_SET_SEQUENCE = sa.text(
    "SELECT setval(pg_get_serial_sequence(CAST(:table AS TEXT), 'id'), CAST(:highest AS BIGINT))"
)


async def _count(session: Session, table: sa.Table) -> int:
    return int(await session.scalar(sa.select(sa.func.count()).select_from(table)))
