"""Threads that read an interview together, question by question."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    subscription = sa.ForeignKey("subscriptions.id", ondelete="CASCADE")
    op.create_table(
        "reading_threads",
        sa.Column("subscription_id", row_id, subscription, primary_key=True, autoincrement=False),
        sa.Column("interview_id", row_id, sa.ForeignKey("interviews.id"), nullable=False),
        sa.Column("section", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_reading_threads_changed_at", "reading_threads", ["changed_at"])
