"""What else than artists may be followed: kinds, words, everything."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sort = sa.Column("sort", sa.Text, nullable=False, server_default="artist")
    op.add_column("follows", sort)
    words = sa.text("sort = 'words'")
    op.create_index(
        "follows_words",
        "follows",
        ["artist_id", "name"],
        sqlite_where=words,
        postgresql_where=words,
    )
