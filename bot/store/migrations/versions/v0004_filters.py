"""What of the interviews a subscription lets through, and the text above it; several of a channel.

SQLite drops no constraint of a table, so ``subscriptions`` is made anew without its ``UNIQUE``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    naming = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
    with op.batch_alter_table(
        "subscriptions",
        naming_convention=naming,
        table_kwargs={"sqlite_autoincrement": True},
        recreate="always",
    ) as batch:
        batch.drop_constraint("uq_subscriptions_channel_id", type_="unique")
        for name in ("filter", "text_above"):
            batch.add_column(sa.Column(name, sa.Text, nullable=False, server_default=""))
        batch.create_index("subscriptions_channel", ["channel_id"])
