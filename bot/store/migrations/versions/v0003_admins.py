"""How announcements look and whom else they ping; who changed what, unsaved drafts, welcomes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("more_role_ids", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("form", sa.Text, nullable=False, server_default="full"),
        sa.Column("colour", sa.Integer),
        sa.Column("spoiler", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("silent", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        op.add_column("subscriptions", column)
    op.add_column("guilds", sa.Column("welcomed_at", sa.DateTime(timezone=True)))
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "history",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
        sqlite_autoincrement=True,
    )
    op.create_index("history_guild", "history", ["guild_id", "id"])
    op.create_index(
        "history_user", "history", ["user_id"], sqlite_where=sa.text("user_id IS NOT NULL")
    )
    op.create_table(
        "drafts",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("drafts_user", "drafts", ["user_id"])
    op.create_index("drafts_changed", "drafts", ["changed_at"])
