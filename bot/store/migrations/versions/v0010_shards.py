"""Several processes share the gateway's shards: who identifies when, and the language of guilds
of other processes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identifies",
        sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("identified_at", sa.Double, nullable=False),
    )
    op.add_column("guilds", sa.Column("language", sa.Text))
