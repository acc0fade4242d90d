"""The archive of each feed: how far it was read, its posts, and interviews by their path."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _tables()
    _paths()


def _tables() -> None:
    op.create_table(
        "archives",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("way", sa.Text),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
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
        sa.Column("id", ID, primary_key=True),
        sa.Column("feed", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("mark", sa.Text),
        sa.Column("interview_id", ID, sa.ForeignKey("interviews.id")),
        sa.UniqueConstraint("feed", "key"),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "archive_posts_waiting",
        "archive_posts",
        ["feed", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "archive_answers",
        sa.Column("feed", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("total", sa.Integer),
    )


def _paths() -> None:
    op.add_column("interviews", sa.Column("path", sa.Text, nullable=False, server_default=""))
    op.create_index("interviews_path", "interviews", ["path"])
    connection = op.get_bind()
    table = sa.table("interviews", sa.column("id"), sa.column("url"), sa.column("path"))
    for id_, url in connection.execute(sa.select(table.c.id, table.c.url)).all():
        connection.execute(table.update().where(table.c.id == id_).values(path=_path(url)))


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
