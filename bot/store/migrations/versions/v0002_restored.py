"""Where a doubted message is searched from, and whether the database was restored."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("after_id", sa.BigInteger))
    op.add_column("database", sa.Column("restored_at", sa.DateTime(timezone=True)))
    op.add_column("database", sa.Column("restored_after", sa.BigInteger))
