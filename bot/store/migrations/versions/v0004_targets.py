"""Kinds of channel, and what follows a message: publishing it, opening its discussion."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "subscriptions", sa.Column("kind", sa.Text, nullable=False, server_default="text")
    )
    op.add_column("subscriptions", sa.Column("tag_id", sa.BigInteger))
    op.create_table(
        "extras",
        sa.Column(
            "delivery_id",
            ID,
            sa.ForeignKey("deliveries.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("what", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=False),
        sa.Column("tried_at", MOMENT),
        sa.Column("reason", sa.Text),
    )
    pending = sa.text("state = 'pending'")
    op.create_index(
        "extras_due",
        "extras",
        ["next_attempt_at"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
