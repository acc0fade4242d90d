"""One step of Alembic, inside a transaction that the caller holds."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.core.errors import StoreError


def step(connection: sa.Connection, scripts: Path, head: str) -> bool:
    """Apply the next revision of `scripts`, if there is one; whether the database is at `head`.

    Raises:
        StoreError: the database's revision is none of `scripts`.
    """
    current = MigrationContext.configure(connection).get_current_revision()
    if current == head:
        return True
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise StoreError("store.newer", current=current, head=head)
    config.attributes["connection"] = connection
    command.upgrade(config, "+1")
    return False
