"""The first tables."""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _interviews()
    _subscriptions()
    _deliveries()
    _archives()
    _persons()
    _long_queries()


def _interviews() -> None:
    database = op.create_table(
        "database",
        _column("id", sa.Integer, primary_key=True, autoincrement=False),
        _column("identity", sa.Text),
        _column("revision", sa.BigInteger),
    )
    op.bulk_insert(database, [{"id": 1, "identity": secrets.token_hex(3), "revision": 0}])
    op.create_table(
        "feeds",
        _column("url", sa.Text, primary_key=True),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        _column("seeded", sa.Boolean),
        sa.Column("polled_at", MOMENT),
        sa.Column("changed_at", MOMENT),
        sa.Column("moved_to", sa.Text),
    )
    op.create_table(
        "interviews",
        _column("id", ID, primary_key=True),
        _column("guid", sa.Text, unique=True),
        _column("url", sa.Text),
        _column("digest", sa.Text),
        _column("title", sa.Text),
        sa.Column("author", sa.Text),
        sa.Column("published_at", MOMENT),
        sa.Column("updated_at", MOMENT),
        _column("excerpt", sa.Text),
        sa.Column("image_url", sa.Text),
        _column("subjects", sa.JSON),
        _column("tags", sa.JSON),
        _column("frame", sa.JSON),
        _column("turn_count", sa.Integer),
        _column("first_seen_at", MOMENT),
        _column("listed_at", MOMENT),
        sa.Column("withdrawn_at", MOMENT),
        _column("revision", sa.BigInteger),
        _column("path", sa.Text, server_default=""),
        sqlite_autoincrement=True,
    )
    op.create_index("interviews_url", "interviews", ["url"])
    op.create_index("interviews_path", "interviews", ["path"])
    op.create_index("interviews_revision", "interviews", ["revision"], unique=True)
    _index("interviews_listed", "interviews", "withdrawn_at IS NULL", "listed_at", "id")
    op.create_table(
        "turns",
        _interview_key(),
        _column("number", sa.Integer, primary_key=True, autoincrement=False),
        _column("question", sa.Text),
        _column("answers", sa.JSON),
        _column("images", sa.JSON),
    )


def _subscriptions() -> None:
    op.create_table(
        "guilds",
        _column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("time_zone", sa.Text),
        _column("doubt", sa.Text),
        sa.Column("removed_at", MOMENT),
    )
    op.create_table(
        "subscriptions",
        _column("id", ID, primary_key=True),
        _column("guild_id", sa.BigInteger),
        _column("channel_id", sa.BigInteger, unique=True),
        sa.Column("role_id", sa.BigInteger),
        _column("created_by", sa.BigInteger),
        _column("created_at", MOMENT),
        _column("state", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("parked_at", MOMENT),
        _column("probes", sa.Integer, server_default="0"),
        sa.Column("next_probe_at", MOMENT),
        sa.Column("notified_at", MOMENT),
        sa.Column("notified_cause", sa.Text),
        sa.Column("notice_due_at", MOMENT),
        sa.Column("notice_tried_at", MOMENT),
        _column("frequency", sa.Text, server_default="each"),
        _column("weekday", sa.Integer, server_default="0"),
        _column("hour", sa.Integer, server_default="18"),
        sa.Column("quiet_from", sa.Integer),
        sa.Column("quiet_until", sa.Integer),
        _column("crosspost", sa.Boolean, server_default=sa.false()),
        _column("discussion", sa.Boolean, server_default=sa.false()),
        _column("role_lost", sa.Boolean, server_default=sa.false()),
        _column("mode", sa.Text, server_default="post"),
        sa.Column("webhook_id", sa.BigInteger),
        _column("kind", sa.Text, server_default="text"),
        sa.Column("tag_id", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    table = "subscriptions"
    op.create_index("subscriptions_guild", table, ["guild_id"])
    timed = "frequency != 'each' OR quiet_from IS NOT NULL"
    _index("subscriptions_timed", table, timed, "id")
    _index("subscriptions_probe", table, "next_probe_at IS NOT NULL", "next_probe_at")
    _index("subscriptions_notice", table, "notice_due_at IS NOT NULL", "notice_due_at")


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        _column("id", ID, primary_key=True),
        _column("interview_id", ID, sa.ForeignKey("interviews.id")),
        _column("subscription_id", ID, sa.ForeignKey("subscriptions.id")),
        _column("state", sa.Text),
        _column("attempts", sa.Integer),
        _column("next_attempt_at", MOMENT),
        _column("round", sa.Integer),
        _column("nonce", sa.Text),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("reason", sa.Text),
        _column("created_at", MOMENT),
        _column("changed_at", MOMENT),
        sa.Column("maybe_sent_at", MOMENT),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("thread_id", sa.BigInteger),
        sa.Column("digest", sa.Text),
        _column("plain", sa.Boolean, server_default=sa.false()),
        _column("missed", sa.Integer, server_default="0"),
        sa.Column("edited_at", MOMENT),
        sa.Column("edit_due_at", MOMENT),
        _column("edit_attempts", sa.Integer, server_default="0"),
        sa.Column("batch", ID),
        sa.UniqueConstraint("interview_id", "subscription_id"),
        sqlite_autoincrement=True,
    )
    table = "deliveries"
    op.create_index("deliveries_subscription", table, ["subscription_id", "state", "changed_at"])
    waiting = "state IN ('pending', 'leased') AND round"
    _index("deliveries_due", table, f"{waiting} < 1000000", "next_attempt_at")
    _index("deliveries_due_direct", table, f"{waiting} >= 1000000", "next_attempt_at")
    _index("deliveries_edits", table, "edit_due_at IS NOT NULL", "edit_due_at")
    _index("deliveries_batch", table, "batch IS NOT NULL", "batch")
    delivery = sa.ForeignKey("deliveries.id", ondelete="CASCADE")
    op.create_table(
        "extras",
        _column("delivery_id", ID, delivery, primary_key=True),
        _column("what", sa.Text, primary_key=True),
        _column("state", sa.Text),
        _column("attempts", sa.Integer),
        _column("next_attempt_at", MOMENT),
        sa.Column("tried_at", MOMENT),
        sa.Column("reason", sa.Text),
    )
    _index("extras_due", "extras", "state = 'pending'", "next_attempt_at")


def _archives() -> None:
    op.create_table(
        "archives",
        _column("url", sa.Text, primary_key=True),
        sa.Column("way", sa.Text),
        _column("plan", sa.JSON),
        _column("position", sa.Integer),
        _column("done", sa.Integer),
        sa.Column("total", sa.Integer),
        sa.Column("offered", sa.Integer),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.Column("synced_at", MOMENT),
        sa.Column("swept_at", MOMENT),
        sa.Column("robots", sa.Text),
        sa.Column("robots_at", MOMENT),
    )
    op.create_table(
        "archive_posts",
        _column("id", ID, primary_key=True),
        _column("feed", sa.Text),
        _column("key", sa.Text),
        _column("state", sa.Text),
        sa.Column("mark", sa.Text),
        sa.Column("interview_id", ID, sa.ForeignKey("interviews.id")),
        sa.UniqueConstraint("feed", "key"),
    )
    _index("archive_posts_waiting", "archive_posts", "state = 'waiting'", "feed", "id")
    op.create_table(
        "archive_responses",
        _column("feed", sa.Text, primary_key=True),
        _column("address", sa.Text, primary_key=True),
        _column("status", sa.Integer),
        _column("body", sa.LargeBinary),
        _column("url", sa.Text),
        sa.Column("total", sa.Integer),
    )


def _persons() -> None:
    op.create_table(
        "places",
        _user_key(),
        _interview_key(),
        _column("section", sa.Integer),
        _column("part", sa.Integer),
        _column("read_at", MOMENT),
    )
    op.create_index("places_newest", "places", ["user_id", "read_at"])
    op.create_table(
        "saved",
        _user_key(),
        _interview_key(),
        _column("section", sa.Integer, primary_key=True, autoincrement=False),
        _column("saved_at", MOMENT),
    )
    op.create_index("saved_newest", "saved", ["user_id", "saved_at"])
    op.create_table(
        "follows",
        _user_key(),
        _column("artist_id", sa.Text, primary_key=True),
        _column("name", sa.Text),
        _column("followed_at", MOMENT),
    )
    followed = ["user_id", "artist_id"]
    op.create_table(
        "follow_spellings",
        _user_key(),
        _column("artist_id", sa.Text, primary_key=True),
        _column("spelling_id", sa.Text, primary_key=True),
        sa.ForeignKeyConstraint(
            followed, [f"follows.{name}" for name in followed], ondelete="CASCADE"
        ),
    )
    op.create_index("follow_spellings_spelling", "follow_spellings", ["spelling_id", "user_id"])


def _long_queries() -> None:
    op.create_table(
        "long_queries",
        _column("key", sa.Text, primary_key=True),
        _column("query", sa.Text),
        _column("asked_at", MOMENT),
    )
    op.create_index("long_queries_newest", "long_queries", ["asked_at"])


def _column(name: str, kind: Any, *constraints: Any, **options: Any) -> sa.Column[Any]:
    """A column that is never NULL."""
    return sa.Column(name, kind, *constraints, nullable=False, **options)


def _user_key() -> sa.Column[Any]:
    return _column("user_id", sa.BigInteger, primary_key=True, autoincrement=False)


def _interview_key() -> sa.Column[Any]:
    interview = sa.ForeignKey("interviews.id", ondelete="CASCADE")
    return _column("interview_id", ID, interview, primary_key=True)


def _index(name: str, table: str, where: str, *columns: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, list(columns), sqlite_where=condition, postgresql_where=condition)
