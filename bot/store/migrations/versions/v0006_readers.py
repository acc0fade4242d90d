"""What is kept of a person: where they stopped reading, what they saved, whom they follow."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "places",
        _user(),
        _interview(),
        sa.Column("section", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
    )
    op.create_index("places_newest", "places", ["user_id", "read_at"])
    op.create_table(
        "saved",
        _user(),
        _interview(),
        sa.Column("section", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("saved_at", MOMENT, nullable=False),
    )
    op.create_index("saved_newest", "saved", ["user_id", "saved_at"])
    op.create_table(
        "follows",
        _user(),
        sa.Column("artist_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("followed_at", MOMENT, nullable=False),
    )
    op.create_table(
        "follow_spellings",
        _user(),
        sa.Column("artist_id", sa.Text, primary_key=True),
        sa.Column("spelling_id", sa.Text, primary_key=True),
        sa.ForeignKeyConstraint(
            ["user_id", "artist_id"],
            ["follows.user_id", "follows.artist_id"],
            ondelete="CASCADE",
        ),
    )
    op.create_index("follow_spellings_spelling", "follow_spellings", ["spelling_id", "user_id"])
    # Direct messages stand in a queue of their own, however long it is.
    op.drop_index("deliveries_due", "deliveries")
    _queue("deliveries_due", "state IN ('pending', 'leased') AND round < 1000000")
    _queue("deliveries_due_direct", "state IN ('pending', 'leased') AND round >= 1000000")


def _queue(name: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        name, "deliveries", ["next_attempt_at"], sqlite_where=where, postgresql_where=where
    )


def _user() -> sa.Column[int]:
    return sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False)


def _interview() -> sa.Column[int]:
    return sa.Column(
        "interview_id",
        ID,
        sa.ForeignKey("interviews.id", ondelete="CASCADE"),
        primary_key=True,
    )
