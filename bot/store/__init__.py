"""The store: the only room that knows SQL.

    async with open_store(database_url, clock) as store: ...

One writer at a time, readers beside it (SQLite's WAL). Every method is one transaction; several
changes that belong together go through ``Store.write``. What can go wrong with a database at run
time (locked, full, read-only, damaged) is a ``bot.core.errors.StoreError`` that says the mend.
"""

from bot.store.archive import Answer, ArchivePost, Archives, ArchiveState, PostState
from bot.store.extras import Extras
from bot.store.follows import FOLLOWS_LIMIT, Following, Follows, Messages, Wanted
from bot.store.inspection import Inspection, inspect_store
from bot.store.readers import Count, Listed, Opened, Readers, SavedItem, Started
from bot.store.results import (
    Addressee,
    Change,
    DueEdit,
    DueNotice,
    Extra,
    Known,
    Leased,
    Schema,
    SentCard,
    SubscriptionOverview,
)
from bot.store.store import Store, Write, open_store

__all__ = [
    "FOLLOWS_LIMIT",
    "Addressee",
    "Answer",
    "ArchivePost",
    "ArchiveState",
    "Archives",
    "Change",
    "Count",
    "DueEdit",
    "DueNotice",
    "Extra",
    "Extras",
    "Following",
    "Follows",
    "Inspection",
    "Known",
    "Leased",
    "Listed",
    "Messages",
    "Opened",
    "PostState",
    "Readers",
    "SavedItem",
    "Schema",
    "SentCard",
    "Started",
    "Store",
    "SubscriptionOverview",
    "Wanted",
    "Write",
    "inspect_store",
    "open_store",
]
