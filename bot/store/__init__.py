"""The store: the only package that knows SQL.

    async with open_store(database_url, clock) as store: ...

One writer at a time, readers beside it, with SQLite as with PostgreSQL. Each subject has a
repository (``store.interviews``, ``store.outbox``, ...), and each change is one transaction;
several changes that belong together go through ``Store.transaction``. What can go wrong with a
database at run time (locked, full, read-only, damaged, out of reach) is a
``bot.core.errors.StoreError`` that says what to do.
"""

from bot.store.advisory_locks import LockKind
from bot.store.archive import ArchivePost, ArchiveState, CachedResponse, PostState
from bot.store.backup import DailyBackups, back_up, database_file, restore
from bot.store.connections import is_sqlite
from bot.store.follows import FOLLOWS_LIMIT, DirectMessageStatus, FollowOutcome
from bot.store.history import Change, ChangeAction
from bot.store.inspection import Inspection, inspect_store
from bot.store.membership import Membership, Signal, join
from bot.store.move import move
from bot.store.rate import RATE_LEASE, RateLease
from bot.store.readers import (
    PLACES_KEPT,
    DatedCount,
    ListedInterview,
    OpenedInterview,
    SavedItem,
    StartedInterview,
)
from bot.store.regular_posts import PlannedPost
from bot.store.results import (
    Addressee,
    DueEdit,
    DueNotice,
    Extra,
    InterviewChange,
    KnownInterview,
    LeasedDelivery,
    NewestMessage,
    ParkedChannel,
    SchemaVersion,
    SentCard,
    SubscriptionOverview,
)
from bot.store.store import Repositories, Store, open_store

__all__ = [
    "FOLLOWS_LIMIT",
    "PLACES_KEPT",
    "RATE_LEASE",
    "Addressee",
    "ArchivePost",
    "ArchiveState",
    "CachedResponse",
    "Change",
    "ChangeAction",
    "DailyBackups",
    "DatedCount",
    "DirectMessageStatus",
    "DueEdit",
    "DueNotice",
    "Extra",
    "FollowOutcome",
    "Inspection",
    "InterviewChange",
    "KnownInterview",
    "LeasedDelivery",
    "ListedInterview",
    "LockKind",
    "Membership",
    "NewestMessage",
    "OpenedInterview",
    "ParkedChannel",
    "PlannedPost",
    "PostState",
    "RateLease",
    "Repositories",
    "SavedItem",
    "SchemaVersion",
    "SentCard",
    "Signal",
    "StartedInterview",
    "Store",
    "SubscriptionOverview",
    "back_up",
    "database_file",
    "inspect_store",
    "is_sqlite",
    "join",
    "move",
    "open_store",
    "restore",
]
