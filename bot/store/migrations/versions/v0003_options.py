"""What admins choose: how often and when, crosspost and discussion; guilds and their settings."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _guilds()
    _subscriptions()
    _deliveries()


def _guilds() -> None:
    op.create_table(
        "guilds",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("time_zone", sa.Text),
        sa.Column("doubt", sa.Text, nullable=False),
        sa.Column("removed_at", MOMENT),
    )


def _subscriptions() -> None:
    for column in (
        sa.Column("frequency", sa.Text, nullable=False, server_default="each"),
        sa.Column("weekday", sa.Integer, nullable=False, server_default="0"),
        sa.Column("hour", sa.Integer, nullable=False, server_default="18"),
        sa.Column("quiet_from", sa.Integer),
        sa.Column("quiet_until", sa.Integer),
        sa.Column("crosspost", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("discussion", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("role_lost", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("mode", sa.Text, nullable=False, server_default="post"),
        sa.Column("webhook_id", sa.BigInteger),
    ):
        op.add_column("subscriptions", column)
    timed = sa.text("frequency != 'each' OR quiet_from IS NOT NULL")
    op.create_index(
        "subscriptions_timed", "subscriptions", ["id"], sqlite_where=timed, postgresql_where=timed
    )


def _deliveries() -> None:
    op.add_column("deliveries", sa.Column("batch", ID))
    batched = sa.text("batch IS NOT NULL")
    op.create_index(
        "deliveries_batch",
        "deliveries",
        ["batch"],
        sqlite_where=batched,
        postgresql_where=batched,
    )
