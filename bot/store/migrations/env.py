"""Run by Alembic around the revisions, on the connection that ``bot.store.migrate`` hands in.

That connection is in a transaction already, and stays in it: whoever began it commits the
revision's changes and its version together.
"""

from alembic import context

import bot.store.scheduled_tables
import bot.store.tables  # noqa: F401
from bot.store.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
