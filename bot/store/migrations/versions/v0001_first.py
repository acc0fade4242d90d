"""The tables of the first release. No database is upgraded to them: a new one has those of today
(``bot.store.migrate``)."""

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing comes before."""
