"""What delivering needs to know: what may have been sent, where it stands, who was told."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _subscriptions()
    _deliveries()
    _carry_over()


def _subscriptions() -> None:
    for column in (
        sa.Column("parked_at", MOMENT),
        sa.Column("probes", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_probe_at", MOMENT),
        sa.Column("notified_at", MOMENT),
        sa.Column("notified_cause", sa.Text),
        sa.Column("notice_due_at", MOMENT),
        sa.Column("notice_tried_at", MOMENT),
    ):
        op.add_column("subscriptions", column)
    _index("subscriptions_probe", "subscriptions", "next_probe_at")
    _index("subscriptions_notice", "subscriptions", "notice_due_at")


def _deliveries() -> None:
    for column in (
        sa.Column("maybe_sent_at", MOMENT),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("thread_id", sa.BigInteger),
        sa.Column("digest", sa.Text),
        sa.Column("plain", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("missed", sa.Integer, nullable=False, server_default="0"),
        sa.Column("edited_at", MOMENT),
        sa.Column("edit_due_at", MOMENT),
        sa.Column("edit_attempts", sa.Integer, nullable=False, server_default="0"),
    ):
        op.add_column("deliveries", column)
    _index("deliveries_edits", "deliveries", "edit_due_at")


def _index(name: str, table: str, column: str) -> None:
    there = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], sqlite_where=there, postgresql_where=there)


def _carry_over() -> None:
    """What was on its way may have arrived; what is parked is probed by itself from now on."""
    deliveries = sa.table(
        "deliveries",
        sa.column("state"),
        sa.column("attempts"),
        sa.column("changed_at"),
        sa.column("maybe_sent_at"),
    )
    on_its_way = deliveries.c.state.in_(["pending", "leased"]) & (deliveries.c.attempts > 0)
    op.execute(deliveries.update().where(on_its_way).values(maybe_sent_at=deliveries.c.changed_at))
    subscriptions = sa.table(
        "subscriptions",
        sa.column("state"),
        sa.column("parked_at", MOMENT),
        sa.column("next_probe_at", MOMENT),
    )
    now = datetime.now(UTC)
    op.execute(
        subscriptions.update()
        .where(subscriptions.c.state == "parked")
        .values(parked_at=now, next_probe_at=now)
    )
