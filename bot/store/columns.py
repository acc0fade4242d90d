"""What the tables are made of: their register, row ids, moments, and keys that several have.

Snowflakes are ``BIGINT``: Discord's are 64 bits wide with the top bit unused for the next sixty
years (Discord docs, Reference, Snowflakes).
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A row id. SQLite only counts up by itself in a column declared exactly INTEGER."""


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware moment, kept in UTC, where SQLite itself knows no time zones.

    SQLite gets text of one length (`2024-03-16 09:30:00.000000`), which sorts as the moments do.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone can't be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def interview_id() -> sa.Column[Any]:
    """Part of the key of what goes with an interview."""
    interview = sa.ForeignKey("interviews.id", ondelete="CASCADE")
    return sa.Column("interview_id", Id, interview, primary_key=True)


def user_id() -> sa.Column[Any]:
    """Part of the key of what is stored of a person."""
    return sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False)


def subscription_id() -> sa.Column[Any]:
    """Part of the key of what goes with a subscription."""
    subscription = sa.ForeignKey("subscriptions.id", ondelete="CASCADE")
    return sa.Column("subscription_id", Id, subscription, primary_key=True, autoincrement=False)
