"""The store: all repositories, on the database or in one transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa

from bot.core.clock import Clock
from bot.store.archive import ArchiveRepository
from bot.store.backlog import BacklogRepository
from bot.store.drafts import DraftRepository
from bot.store.edits import EditRepository
from bot.store.engine import CATCH_UP, Database, open_database
from bot.store.extras import ExtraRepository
from bot.store.feeds import FeedRepository
from bot.store.filtering import FilterRepository
from bot.store.follows import FollowRepository
from bot.store.gateway import GatewayRepository
from bot.store.guilds import GuildRepository
from bot.store.history import HistoryRepository
from bot.store.interviews import InterviewRepository
from bot.store.long_queries import LongQueryRepository
from bot.store.migrate import migrate, read_schema
from bot.store.notices import NoticeRepository
from bot.store.outbox import Outbox
from bot.store.outbox_repairs import OutboxRepairs
from bot.store.readers import ReaderRepository
from bot.store.reading_threads import ReadingThreadRepository
from bot.store.regular_posts import RegularPostRepository
from bot.store.results import SchemaVersion
from bot.store.session import Session
from bot.store.subscriptions import SubscriptionRepository
from bot.store.tables import database as database_table


class Repositories:
    """The repositories, each for one subject."""

    def __init__(self, session: Session) -> None:
        self.interviews = InterviewRepository(session)
        self.feeds = FeedRepository(session)
        self.archives = ArchiveRepository(session)
        self.subscriptions = SubscriptionRepository(session)
        self.gateway = GatewayRepository(session)
        self.guilds = GuildRepository(session)
        self.history = HistoryRepository(session)
        self.drafts = DraftRepository(session)
        self.outbox = Outbox(session)
        self.filters = FilterRepository(session)
        self.repairs = OutboxRepairs(session)
        self.backlog = BacklogRepository(session)
        self.extras = ExtraRepository(session)
        self.edits = EditRepository(session)
        self.notices = NoticeRepository(session)
        self.regular_posts = RegularPostRepository(session)
        self.reading_threads = ReadingThreadRepository(session)
        self.follows = FollowRepository(session)
        self.readers = ReaderRepository(session)
        self.long_queries = LongQueryRepository(session)


class Store(Repositories):
    """The repositories on the database.

    Reads see the last commit and never wait for a write. Each change is a transaction of its own,
    and they take turns. A change whose caller is cancelled is made to its end first, but for a
    ``transaction`` block, which is rolled back. Errors: see ``Repository``.
    """

    def __init__(self, database: Database, identity: str) -> None:
        super().__init__(database)
        self.database = database
        self.identity = identity
        """Distinguishes this database from every other, also from one made anew in its place."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Repositories]:
        """The repositories in one transaction: committed at exit, rolled back when the block
        raises or is cancelled.

        In the block, changes go through these repositories; a change through the store itself
        would wait for the block's end for ever, and raises ``RuntimeError`` instead.
        """
        async with self.database.transaction() as tx:
            yield Repositories(tx)

    async def schema(self) -> SchemaVersion:
        """The version of the tables."""
        return await read_schema(self.database)


@asynccontextmanager
async def open_store(url: str, clock: Clock, *, catch_up: int = CATCH_UP) -> AsyncIterator[Store]:
    """Open the database of `url`, migrating it as needed; SQLite's folder and file are created.

    `url` is SQLAlchemy's: ``sqlite+aiosqlite:///relative/path``, with four slashes for an absolute
    one, or ``postgresql+asyncpg://user:password@host:port/database``. Several processes may have
    the database open. `catch_up` is explained at ``Session``.

    Raises:
        StoreError: it can't be opened, is no database, is of a newer version of the program or
            can't be migrated.
    """
    async with open_database(url, clock, catch_up) as database:
        await migrate(database)
        identity = (await database.read(sa.select(database_table.c.identity)))[0].identity
        yield Store(database, identity)
