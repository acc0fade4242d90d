"""The first tables: interviews and turns, feeds, subscriptions, the outbox."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _database()
    _interviews()
    _feeds()
    _subscriptions()
    _deliveries()


def _database() -> None:
    table = op.create_table(
        "database",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(table, [{"id": 1, "identity": secrets.token_hex(3), "revision": 0}])


def _interviews() -> None:
    op.create_table(
        "interviews",
        sa.Column("id", ID, primary_key=True),
        sa.Column("guid", sa.Text, nullable=False, unique=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("author", sa.Text),
        sa.Column("published_at", MOMENT),
        sa.Column("updated_at", MOMENT),
        sa.Column("excerpt", sa.Text, nullable=False),
        sa.Column("image_url", sa.Text),
        sa.Column("subjects", sa.JSON, nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("frame", sa.JSON, nullable=False),
        sa.Column("turn_count", sa.Integer, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("listed_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("interviews_url", "interviews", ["url"])
    op.create_index("interviews_revision", "interviews", ["revision"], unique=True)
    there = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "interviews_listed",
        "interviews",
        ["listed_at", "id"],
        sqlite_where=there,
        postgresql_where=there,
    )
    op.create_table(
        "turns",
        sa.Column(
            "interview_id",
            ID,
            sa.ForeignKey("interviews.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("images", sa.JSON, nullable=False),
    )


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("seeded", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("polled_at", MOMENT),
        sa.Column("changed_at", MOMENT),
    )


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", ID, primary_key=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False, unique=True),
        sa.Column("role_id", sa.BigInteger),
        sa.Column("created_by", sa.BigInteger, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("subscriptions_guild", "subscriptions", ["guild_id"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ID, primary_key=True),
        sa.Column("interview_id", ID, sa.ForeignKey("interviews.id"), nullable=False),
        sa.Column("subscription_id", ID, sa.ForeignKey("subscriptions.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.UniqueConstraint("interview_id", "subscription_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "deliveries_subscription", "deliveries", ["subscription_id", "state", "changed_at"]
    )
    waiting = sa.text("state IN ('pending', 'leased')")
    op.create_index(
        "deliveries_due",
        "deliveries",
        ["next_attempt_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
