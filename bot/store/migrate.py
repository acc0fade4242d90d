"""Bringing a database to the tables of this program, one revision and one transaction at a time."""

from pathlib import Path

import sqlalchemy as sa

from bot.store.engine import Database
from bot.store.results import Schema
from bot.store.tables import HEAD

MIGRATIONS = Path(__file__).parent / "migrations"

_VERSION = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.Text))


async def read_schema(database: Database) -> Schema:
    """The version of the tables in the database; ``None`` for one without any."""
    return Schema(await database.inspect(_current), HEAD)


def _current(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    current: str | None = connection.scalar(sa.select(_VERSION.c.version_num))
    return current


async def migrate(database: Database, *, scripts: Path = MIGRATIONS, head: str = HEAD) -> None:
    """Upgrade to `head`. Several processes may do so at once: each step is made by one of them.

    Every step reads the version and makes the change in one transaction that holds the write
    lock, so that a step that fails or is killed leaves the version before it, whole.

    Raises:
        StoreError: the database is of a version that `scripts` do not know (a newer program
            made it), or can't be written.
    """
    if await database.inspect(_current) == head:
        return
    # Alembic takes a tenth of a second to import, and most starts need none of it.
    from bot.store.alembic_steps import step

    done = False
    while not done:
        done = await database.change(lambda connection: connection.run_sync(step, scripts, head))
