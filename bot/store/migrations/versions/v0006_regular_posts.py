"""Posts by the clock: their rhythm, and what they showed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "regular_posts",
        _subscription(row_id),
        sa.Column("sort", sa.Text, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("weekday", sa.Integer),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "regular_days",
        _subscription(row_id),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("interview_id", row_id, sa.ForeignKey("interviews.id")),
        sa.Column("section", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_index("regular_days_channel", "regular_days", ["channel_id", "day"])


def _subscription(row_id: "sa.types.TypeEngine[int]") -> "sa.Column[int]":
    return sa.Column(
        "subscription_id",
        row_id,
        sa.ForeignKey("subscriptions.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
