"""Databases as released versions of the program left them.

``schemas/VERSION.sql`` is the schema of a version as SQLite tells it, ``schemas/VERSION.rows.sql``
rows in each of its tables. A file there never changes: a released migration that is edited fails,
and every one of these databases is upgraded. A new migration needs its two files:
``python -m tests.store.released`` writes them, and what is new in the rows is put in by hand.
"""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.store.columns import metadata
from bot.store.engine import open_database
from bot.store.migrate import MIGRATIONS, migrate
from bot.store.tables import HEAD
from tests.clock import FakeClock
from tests.store.samples import database_url

SCHEMAS = Path(__file__).parent / "schemas"

NEXT = '''
"""A revision of tomorrow."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "next", "{before}", None, None


def upgrade():
    op.create_table("tomorrow", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("feeds", sa.Column("hub", sa.Text))
    op.execute("UPDATE interviews SET title = 'changed'")
{last}
'''

Rows = dict[str, list[dict[str, object]]]
"""Each table's rows, as the values of their columns."""


def revisions(scripts: Path = MIGRATIONS) -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("path_separator", "os")
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][
        ::-1
    ]


def scripts_of_tomorrow(tmp_path: Path, last: str = "") -> Path:
    """The revisions and one more, which does `last` at its end."""
    scripts = tmp_path / "scripts"
    shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    text = NEXT.format(before=HEAD, last=last)
    (scripts / "versions" / "v9999_next.py").write_text(text)
    return scripts


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in found}


def schema_of(path: Path) -> str:
    """Every table and index of a database, as statements that make them."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
            " ORDER BY type DESC, name"
        )
        return "".join(f"{sql};\n" for (sql,) in found)


def rows_of(path: Path) -> Rows:
    """All that is in a database but the version of its tables."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608
            for table in sorted(tables(path) - {"alembic_version", "sqlite_sequence"})
        }


def released(folder: Path, version: str, *, rows: bool = True) -> Path:
    """A database as `version` made it; without `rows`, as it was on the first day."""
    path = folder / "kcrush.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((SCHEMAS / f"{version}.sql").read_text())
        if rows:
            connection.executescript((SCHEMAS / f"{version}.rows.sql").read_text())
        else:
            connection.execute("INSERT INTO alembic_version VALUES (?)", (version,))
            connection.execute(
                "INSERT INTO database (id, identity, revision) VALUES (1, 'abcdef', 0)"
            )
        connection.commit()
    return path


async def upgraded(folder: Path, before: str, version: str) -> Path:
    path = released(folder, before)
    async with open_database(database_url(folder), FakeClock()) as database:
        await migrate(database, head=version)
    return path


def insertions(path: Path) -> str:
    """The rows of a database as statements that insert them, parents first."""
    with closing(sqlite3.connect(path)) as connection:
        lines = []
        for table in ("alembic_version", *(one.name for one in metadata.sorted_tables)):
            found = connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
            columns = ", ".join(f'"{name}"' for (name,) in found)
            for row in connection.execute(f'SELECT {columns} FROM "{table}"'):  # noqa: S608
                values = (connection.execute("SELECT quote(?)", (one,)) for one in row)
                literals = ", ".join(value.fetchone()[0] for value in values)
                lines.append(f'INSERT INTO "{table}" ({columns})\n  VALUES ({literals});\n')  # noqa: S608
        return "".join(lines)


if __name__ == "__main__":
    for before, new in pairwise(revisions()):
        if not (SCHEMAS / f"{new}.sql").exists():
            with TemporaryDirectory() as folder:
                made = asyncio.run(upgraded(Path(folder), before, new))
                (SCHEMAS / f"{new}.sql").write_text(schema_of(made))
                (SCHEMAS / f"{new}.rows.sql").write_text(insertions(made))
