"""A look at a database from outside, for whoever wants to know before starting."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bot.core.clock import Clock
from bot.store.engine import open_database
from bot.store.migrate import read_schema
from bot.store.results import SchemaVersion
from bot.store.store import open_store
from bot.store.tables import interviews


@dataclass(frozen=True, slots=True)
class Inspection:
    """The version of a database's tables, and how many interviews are in them (0 if none)."""

    schema: SchemaVersion
    interviews: int


async def inspect_store(url: str, clock: Clock) -> Inspection:
    """Look at a database, without changing one that is there; a missing one is created.

    Raises:
        StoreError: it can't be opened or written, as ``open_store`` says.
    """
    path = Path(make_url(url).database or "")
    if not await asyncio.to_thread(path.exists):
        async with open_store(url, clock) as store:
            return Inspection(await store.schema(), 0)
    async with open_database(url, clock) as database:
        async with database.transaction():
            """Beginning takes the write lock, which a file that can't be written refuses."""
        schema = await read_schema(database)
        if not schema.up_to_date:
            return Inspection(schema, 0)
        counted = await database.read(sa.select(sa.func.count()).select_from(interviews))
        return Inspection(schema, counted[0][0])
