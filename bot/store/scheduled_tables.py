"""The tables of what is posted by the clock, or when somebody asks for it."""

import sqlalchemy as sa

from bot.store.columns import Id, UtcDateTime, metadata, subscription_id

# The rhythm of a subscription that posts by the clock.
regular_posts = sa.Table(
    "regular_posts",
    metadata,
    subscription_id(),
    sa.Column("sort", sa.Text, nullable=False),
    sa.Column("hour", sa.Integer, nullable=False),
    # NULL for every day.
    sa.Column("weekday", sa.Integer),
    # No hour before it is made up for.
    sa.Column("since", UtcDateTime, nullable=False),
)

# The days for which it posted, and what: once a day by the key, and nothing again within a year.
regular_days = sa.Table(
    "regular_days",
    metadata,
    subscription_id(),
    # In the guild's time zone.
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("channel_id", sa.BigInteger, nullable=False),
    # NULL where there was nothing to post.
    sa.Column("interview_id", Id, sa.ForeignKey("interviews.id")),
    # The question that was quoted; 0 for none.
    sa.Column("section", sa.Integer, nullable=False, server_default="0"),
    sa.Index("regular_days_channel", "channel_id", "day"),
)

# The threads that read an interview together, and the question that they are at.
reading_threads = sa.Table(
    "reading_threads",
    metadata,
    subscription_id(),
    sa.Column("interview_id", Id, sa.ForeignKey("interviews.id"), nullable=False),
    sa.Column("section", sa.Integer, nullable=False),
    # The last question that is read here.
    sa.Column("last", sa.Integer, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False, index=True),
)
