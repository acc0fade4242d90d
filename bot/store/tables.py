"""The tables: what a new database gets, and what ``migrations`` upgrade an older one to."""

import sqlalchemy as sa

from bot.store.columns import (
    Id,
    UtcDateTime,
    interview_id,
    metadata,
    user_id,
)
from bot.store.dialects import partial_index

HEAD = "0010"
"""The revision of ``migrations`` that these tables are: a test holds them together."""

DIRECT_ROUND = 1_000_000
"""``deliveries.round`` of what goes to a person: behind all that goes to guilds."""

database = sa.Table(
    "database",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    # Random, made once: tells this database from another, and its nonces from another bot's.
    sa.Column("identity", sa.Text, nullable=False),
    # The store-wide revision that the newest change of an interview got.
    sa.Column("revision", sa.BigInteger, nullable=False),
    # When the database was recognised as one that knows less than was sent, and the newest message
    # that it knew then.
    sa.Column("restored_at", UtcDateTime),
    sa.Column("restored_after", sa.BigInteger),
    # How many shards several processes share among them; NULL where one process has them all.
    sa.Column("shard_count", sa.Integer),
)

# The processes that share a database of PostgreSQL. Which of them are alive, locks say.
processes = sa.Table(
    "processes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # Host and process id there, for operators.
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    # Of Discord's requests a second, how many this process may use, and until when.
    sa.Column("slots", sa.Integer, nullable=False, server_default="0"),
    sa.Column("slots_until", UtcDateTime),
    sqlite_autoincrement=True,
)

# When a shard of each bucket identified last, in seconds since 1970 by the server's clock.
identifies = sa.Table(
    "identifies",
    metadata,
    sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("identified_at", sa.Double, nullable=False),
)

interviews = sa.Table(
    "interviews",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("guid", sa.Text, nullable=False, unique=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("author", sa.Text),
    sa.Column("published_at", UtcDateTime),
    sa.Column("updated_at", UtcDateTime),
    sa.Column("excerpt", sa.Text, nullable=False),
    sa.Column("image_url", sa.Text),
    sa.Column("subjects", sa.JSON, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    # All of the transcript but its turns.
    sa.Column("frame", sa.JSON, nullable=False),
    sa.Column("turn_count", sa.Integer, nullable=False),
    sa.Column("first_seen_at", UtcDateTime, nullable=False),
    # What lists go by: when it was published, or first seen where the site doesn't say or
    # dates it into the future.
    sa.Column("listed_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime),
    sa.Column("revision", sa.BigInteger, nullable=False),
    # The address without scheme, host and trailing slash, which outlives a change of domain.
    sa.Column("path", sa.Text, nullable=False, server_default=""),
    sa.Index("interviews_url", "url"),
    sa.Index("interviews_path", "path"),
    sa.Index("interviews_revision", "revision", unique=True),
    sqlite_autoincrement=True,
)
partial_index("interviews_listed", "withdrawn_at IS NULL", interviews.c.listed_at, interviews.c.id)

turns = sa.Table(
    "turns",
    metadata,
    interview_id(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("question", sa.Text, nullable=False),
    # Read and written whole, never searched here: JSON in the row makes an interview one query.
    sa.Column("answers", sa.JSON, nullable=False),
    sa.Column("images", sa.JSON, nullable=False),
)

guilds = sa.Table(
    "guilds",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    # An IANA name; NULL where nobody chose one, which is UTC.
    sa.Column("time_zone", sa.Text),
    # Where it can't be told whether a message arrived: rather-once or rather-twice.
    sa.Column("doubt", sa.Text, nullable=False),
    # Since when the bot is not in it any more.
    sa.Column("removed_at", UtcDateTime),
    # When the bot said hello there last.
    sa.Column("welcomed_at", UtcDateTime),
    # Discord's name of the language that it chose; NULL where it chose none.
    sa.Column("language", sa.Text),
)

# What admins changed, for ``/announcements history``: as it was and as it became.
history = sa.Table(
    "history",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    # NULL where the person had what is stored of them deleted.
    sa.Column("user_id", sa.BigInteger),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("channel_id", sa.BigInteger),
    sa.Column("before", sa.JSON),
    sa.Column("after", sa.JSON),
    sa.Index("history_guild", "guild_id", "id"),
    sqlite_autoincrement=True,
)
partial_index("history_user", "user_id IS NOT NULL", history.c.user_id)

# What an admin is setting up and has not saved yet.
drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Index("drafts_user", "user_id"),
    sa.Index("drafts_changed", "changed_at"),
    sqlite_autoincrement=True,
)

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("seeded", sa.Boolean, nullable=False),
    sa.Column("polled_at", UtcDateTime),
    sa.Column("changed_at", UtcDateTime),
    sa.Column("moved_to", sa.Text),
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    sa.Column("channel_id", sa.BigInteger, nullable=False),
    sa.Column("role_id", sa.BigInteger),
    sa.Column("created_by", sa.BigInteger, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    # While it is parked: since when, how often it was probed in vain, and when to probe next.
    sa.Column("parked_at", UtcDateTime),
    sa.Column("probes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_probe_at", UtcDateTime),
    # What its admins were told: when, of which cause; and what is still to be told to them.
    sa.Column("notified_at", UtcDateTime),
    sa.Column("notified_cause", sa.Text),
    sa.Column("notice_due_at", UtcDateTime),
    sa.Column("notice_tried_at", UtcDateTime),
    # When: each by itself or gathered, the day (0 is Monday) and hour of a digest, and the quiet
    # hours as minutes of the day; all of them in the guild's time zone.
    sa.Column("frequency", sa.Text, nullable=False, server_default="each"),
    sa.Column("weekday", sa.Integer, nullable=False, server_default="0"),
    sa.Column("hour", sa.Integer, nullable=False, server_default="18"),
    sa.Column("quiet_from", sa.Integer),
    sa.Column("quiet_until", sa.Integer),
    sa.Column("crosspost", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("discussion", sa.Boolean, nullable=False, server_default=sa.false()),
    # The role that was to be pinged was deleted.
    sa.Column("role_lost", sa.Boolean, nullable=False, server_default=sa.false()),
    # Posted by ourselves, or carried by Discord's channel following, then by this webhook.
    sa.Column("mode", sa.Text, nullable=False, server_default="post"),
    sa.Column("webhook_id", sa.BigInteger),
    # What its channel is, as far as it matters to sending, and the tag of a forum's posts where
    # none fits.
    sa.Column("kind", sa.Text, nullable=False, server_default="text"),
    sa.Column("tag_id", sa.BigInteger),
    # The roles that are pinged beside the first.
    sa.Column("more_role_ids", sa.JSON, nullable=False, server_default="[]"),
    # How it looks: full, compact or link; the edge as 0xRRGGBB, NULL for the magazine's colour.
    sa.Column("form", sa.Text, nullable=False, server_default="full"),
    sa.Column("colour", sa.Integer),
    sa.Column("spoiler", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("silent", sa.Boolean, nullable=False, server_default=sa.false()),
    # What of the interviews it lets through, as admins type it; "" for everything.
    sa.Column("filter", sa.Text, nullable=False, server_default=""),
    # What stands above the card, with its placeholders.
    sa.Column("text_above", sa.Text, nullable=False, server_default=""),
    # Discord's name of the language of the bot's own words; NULL for the guild's. Of a person: in
    # which they last used the bot.
    sa.Column("language", sa.Text),
    sa.Index("subscriptions_guild", "guild_id"),
    sa.Index("subscriptions_channel", "channel_id"),
    sqlite_autoincrement=True,
)
partial_index(
    "subscriptions_timed", "frequency != 'each' OR quiet_from IS NOT NULL", subscriptions.c.id
)
partial_index("subscriptions_probe", "next_probe_at IS NOT NULL", subscriptions.c.next_probe_at)
partial_index("subscriptions_notice", "notice_due_at IS NOT NULL", subscriptions.c.notice_due_at)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("interview_id", Id, sa.ForeignKey("interviews.id"), nullable=False),
    sa.Column("subscription_id", Id, sa.ForeignKey("subscriptions.id"), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_attempt_at", UtcDateTime, nullable=False),
    # Which of its guild's channels this is: every guild's first goes before any guild's second.
    # ``DIRECT_ROUND`` for a person.
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("message_id", sa.BigInteger),
    sa.Column("reason", sa.Text),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    # Since when the message may stand in the channel without our knowing.
    sa.Column("maybe_sent_at", UtcDateTime),
    # A snowflake of Discord's time then: the message, if there is one, has a greater id.
    sa.Column("after_id", sa.BigInteger),
    # Where the message stands, when that is not the subscription's channel (a post of a forum),
    # and the thread that was opened under it.
    sa.Column("channel_id", sa.BigInteger),
    sa.Column("thread_id", sa.BigInteger),
    # What was sent: the digest of what the card shows, and whether it was the plain rendering.
    sa.Column("digest", sa.Text),
    sa.Column("plain", sa.Boolean, nullable=False, server_default=sa.false()),
    # For how many others, missed while the channel was out of reach, this one speaks.
    sa.Column("missed", sa.Integer, nullable=False, server_default="0"),
    sa.Column("edited_at", UtcDateTime),
    sa.Column("edit_due_at", UtcDateTime),
    sa.Column("edit_attempts", sa.Integer, nullable=False, server_default="0"),
    # The delivery whose message lists this one's interview too: a digest's first, also for itself.
    sa.Column("batch", Id),
    # The process that leased it; NULL where one process works on the database.
    sa.Column("owner_id", sa.Integer),
    sa.UniqueConstraint("interview_id", "subscription_id"),
    sa.Index("deliveries_subscription", "subscription_id", "state", "changed_at"),
    sqlite_autoincrement=True,
)
TO_GUILDS = sa.text(f"round < {DIRECT_ROUND}")
TO_PERSONS = sa.text(f"round >= {DIRECT_ROUND}")
for _name, _whom in (("deliveries_due", TO_GUILDS), ("deliveries_due_direct", TO_PERSONS)):
    partial_index(
        _name, f"state IN ('pending', 'leased') AND {_whom}", deliveries.c.next_attempt_at
    )
partial_index("deliveries_edits", "edit_due_at IS NOT NULL", deliveries.c.edit_due_at)
partial_index("deliveries_batch", "batch IS NOT NULL", deliveries.c.batch)

extras = sa.Table(
    "extras",
    metadata,
    sa.Column(
        "delivery_id", Id, sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("what", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_attempt_at", UtcDateTime, nullable=False),
    # Written before each try, so that a killed one counts against the limits too.
    sa.Column("tried_at", UtcDateTime),
    sa.Column("reason", sa.Text),
)
partial_index("extras_due", "state = 'pending'", extras.c.next_attempt_at)

archives = sa.Table(
    "archives",
    metadata,
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("way", sa.Text),
    # What the way needs: the addresses and ids found when it was chosen.
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer),
    sa.Column("offered", sa.Integer),
    sa.Column("started_at", UtcDateTime),
    sa.Column("finished_at", UtcDateTime),
    sa.Column("synced_at", UtcDateTime),
    sa.Column("swept_at", UtcDateTime),
    sa.Column("robots", sa.Text),
    sa.Column("robots_at", UtcDateTime),
)

archive_posts = sa.Table(
    "archive_posts",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("feed", sa.Text, nullable=False),
    # The REST id, or the address where the site has no REST.
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    # Changes when the site changes the post: its time of modification, or a digest.
    sa.Column("mark", sa.Text),
    sa.Column("interview_id", Id, sa.ForeignKey("interviews.id")),
    sa.UniqueConstraint("feed", "key"),
)
partial_index(
    "archive_posts_waiting", "state = 'waiting'", archive_posts.c.feed, archive_posts.c.id
)

# What a site answered, until what follows from it is written down: a killed process need not ask
# again.
archive_responses = sa.Table(
    "archive_responses",
    metadata,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("total", sa.Integer),
)

# What is kept of a person, all of it; ``/interviews privacy`` tells and deletes it.

# Where a person stopped in each interview.
places = sa.Table(
    "places",
    metadata,
    user_id(),
    interview_id(),
    sa.Column("section", sa.Integer, nullable=False),
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("read_at", UtcDateTime, nullable=False),
    sa.Index("places_newest", "user_id", "read_at"),
)

saved = sa.Table(
    "saved",
    metadata,
    user_id(),
    interview_id(),
    # A question's number, or 0 for the whole interview.
    sa.Column("section", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("saved_at", UtcDateTime, nullable=False),
    sa.Index("saved_newest", "user_id", "saved_at"),
)

follows = sa.Table(
    "follows",
    metadata,
    user_id(),
    # The artist's id at the time of following, or the ``follow_id``; the name as it was shown then.
    sa.Column("artist_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("followed_at", UtcDateTime, nullable=False),
    # An artist, a kind, words or all.
    sa.Column("sort", sa.Text, nullable=False, server_default="artist"),
)
partial_index("follows_words", "sort = 'words'", follows.c.artist_id, follows.c.name)

# What a new interview is matched with: the ids of all spellings of an artist, else the one id.
follow_spellings = sa.Table(
    "follow_spellings",
    metadata,
    user_id(),
    sa.Column("artist_id", sa.Text, primary_key=True),
    sa.Column("spelling_id", sa.Text, primary_key=True),
    sa.ForeignKeyConstraint(
        ["user_id", "artist_id"],
        ["follows.user_id", "follows.artist_id"],
        ondelete="CASCADE",
    ),
    sa.Index("follow_spellings_spelling", "spelling_id", "user_id"),
)

long_queries = sa.Table(
    "long_queries",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Index("long_queries_newest", "asked_at"),
)
