"""Bringing a database to the tables of this program: a new one gets them at once, another the
revisions since its own, one transaction at a time."""

import secrets
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.core.errors import StoreError
from bot.store.columns import metadata
from bot.store.connections import OPENING_TIMEOUT
from bot.store.engine import Database
from bot.store.results import SchemaVersion
from bot.store.session import shielded
from bot.store.tables import HEAD
from bot.store.tables import database as database_table

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"

MOVING = "moving"
"""The version of tables into which a database is being moved."""

_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""As Alembic makes it."""


async def read_schema(database: Database) -> SchemaVersion:
    """The version of the tables in the database; ``None`` for one without any."""
    return SchemaVersion(await database.inspect(read_version), HEAD)


def read_version(connection: sa.Connection) -> str | None:
    """The revision of the tables; ``None`` where there are none."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    current: str | None = connection.scalar(sa.select(_VERSION.c.version_num))
    return current


async def migrate(database: Database, *, scripts: Path = MIGRATIONS, head: str = HEAD) -> None:
    """Create the tables, or upgrade them to `head`. Several processes may do so at once: each step
    is made by one of them.

    Every step reads the version and makes the change in one transaction that holds the write
    lock, so that a step that fails or is killed leaves the version before it, whole. So does one
    that leaves a row whose parent is gone.

    Raises:
        StoreError: the database is of a version that `scripts` do not know (a newer program
            made it), is being moved here, or can't be written.
    """
    if await database.inspect(read_version) == head:
        return
    async with database.without_foreign_keys():
        while not await shielded(_upgrade(database, scripts, head)):
            pass


async def _upgrade(database: Database, scripts: Path, head: str) -> bool:
    async with database.transaction(wait=OPENING_TIMEOUT) as tx:
        return await tx.run(_step, scripts, head)


def _step(connection: sa.Connection, scripts: Path, head: str) -> bool:
    """Create the tables or apply the next revision; whether the database is at `head`."""
    current = read_version(connection)
    if current == head:
        return True
    if current is None:
        create_tables(connection)
        return head == HEAD
    if current == MOVING:
        raise StoreError("store.moving")
    if not is_known(current, scripts):
        raise StoreError("store.newer", current=current, head=head)
    from alembic import command

    config = _configuration(scripts)
    config.attributes["connection"] = connection
    command.upgrade(config, "+1")
    if connection.dialect.name == "sqlite":
        _check_foreign_keys(connection)
    return False


def _check_foreign_keys(connection: sa.Connection) -> None:
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if orphan is not None:
        raise sqlite3.IntegrityError(f"a row of {orphan[0]} without its parent in {orphan[2]}")


def is_known(revision: str, scripts: Path = MIGRATIONS) -> bool:
    """Whether this program can upgrade a database of that revision."""
    # Alembic takes a tenth of a second to import, and most starts need none of it.
    from alembic.script import ScriptDirectory

    directory = ScriptDirectory.from_config(_configuration(scripts))
    return revision in {script.revision for script in directory.walk_revisions()}


def _configuration(scripts: Path) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def create_tables(connection: sa.Connection) -> None:
    """All tables of today, empty."""
    metadata.create_all(connection)
    connection.execute(
        database_table.insert().values(id=1, identity=secrets.token_hex(3), revision=0)
    )
    _VERSION.create(connection)
    connection.execute(_VERSION.insert().values(version_num=HEAD))


def write_version(connection: sa.Connection, revision: str) -> None:
    """Say that the tables are of this revision."""
    connection.execute(_VERSION.update().values(version_num=revision))
