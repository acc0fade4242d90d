"""Several processes share a database: who they are, whose leases are whose, and their shards."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "processes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slots", sa.Integer, nullable=False, server_default="0"),
        sa.Column("slots_until", sa.DateTime(timezone=True)),
        sqlite_autoincrement=True,
    )
    op.add_column("deliveries", sa.Column("owner_id", sa.Integer))
    op.add_column("database", sa.Column("shard_count", sa.Integer))
