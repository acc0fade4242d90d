"""The processes that work on one database: which are alive, which of them leads, and what they let
each other know.

With PostgreSQL several processes may run the bot on one database. Each has a session of its own
that holds advisory locks (PostgreSQL docs, "Explicit Locking"): one by the process's number, and
others for what only one process may have, such as the lead. The server frees them when the session
ends, so a process that ends, however it ends, holds nothing from that instant on. With SQLite there
is one process (``bot.core.instance`` sees to that), which leads.
"""

import asyncio
import os
import platform
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import Any, Final, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import greenlet_spawn

from bot.core.errors import StoreError
from bot.store.advisory_locks import LockKind, Seen, look, numbers, try_lock, unlock
from bot.store.connections import SQLITE, database_address, name_of
from bot.store.dialects import insert
from bot.store.errors import is_passing, translated
from bot.store.postgres import make_postgres_engine
from bot.store.session import shielded
from bot.store.tables import processes

logger = structlog.get_logger(__name__)

T = TypeVar("T")

BEAT: Final = 1.0
"""Seconds between two looks at the locks."""

PRECEDENCE: Final = 20.0
"""Seconds after a restart of the server, or after this process lost its session, in which it
concludes nothing from a lock that is free: its holder may be about to take it again."""

_ANSWER: Final = 10.0
"""Seconds for an answer of the server."""

# Seconds, or milliseconds, after which the server ends the session of a process that says nothing
# any more. A process that is frozen for so long has given up whatever it was sending (``TRY_LIMIT``
# of bot.delivery, 90 s) when it goes on, so that others may send it.
_SESSION = {
    "idle_session_timeout": "120000",
    "tcp_keepalives_idle": "60",
    "tcp_keepalives_interval": "20",
    "tcp_keepalives_count": "3",
}

_CHANNEL = "kcrush"


class Signal(StrEnum):
    """What changed, so that whoever minds it looks at once instead of at its next regular look."""

    PROCESSES = "processes"
    """A process came or went; each process notices that by itself."""

    SHARDS = "shards"
    """A shard was given up, or there are more of them."""

    OUTBOX = "outbox"
    """Deliveries fell due."""

    EXTRAS = "extras"
    """A message was sent that is to be published or discussed."""

    EDITS = "edits"
    """Messages are to be edited."""

    INTERVIEWS = "interviews"
    """Interviews were stored or changed."""

    FEED = "feed"
    """The feed may have something new."""

    ARCHIVES = "archives"
    """An owner wants the archives to be read on."""


class Membership:
    """This process among those that work on one database; by itself the only one.

    ``id`` is the process's number, ``None`` where it is the only one. ``living`` are the numbers of
    the processes that are alive, this one's included, and ``None`` while that can't be known.
    ``leading`` is set when it leads, and stays so.
    """

    def __init__(self) -> None:
        self.id: int | None = None
        self.living: frozenset[int] | None = frozenset()
        self.leading = asyncio.Event()
        self.on_lost: Callable[[LockKind, int], None] | None = None
        """Called with a lock that another process took after this one's session was lost."""

        self._subscribers: defaultdict[Signal, list[Callable[[], object]]] = defaultdict(list)

    def subscribe(self, signal: Signal, callback: Callable[[], object]) -> None:
        """Call `callback` whenever any process gives the signal, this one at once. A
        notification may be lost with the connection, so look regularly, too."""
        self._subscribers[signal].append(callback)

    def notify(self, signal: Signal) -> None:
        """Give all processes a signal; after the commit of what changed."""
        for callback in self._subscribers[signal]:
            callback()

    async def lock(self, kind: LockKind, number: int) -> bool:
        """Take a lock and hold it until ``unlock`` or the process's end; whether it is ours.

        Raises:
            StoreError: the database can't be reached.
        """
        del kind, number
        return True

    async def unlock(self, kind: LockKind, number: int) -> None:
        """Give a lock back; nothing happens where it is not ours."""

    async def locked(self, kind: LockKind) -> frozenset[int]:
        """The numbers of the locks of a kind that any process holds; none where this one is alone.

        Raises:
            StoreError: the database can't be reached.
        """
        del kind
        return frozenset()


class _SharedMembership(Membership):
    """One of several processes on a database of PostgreSQL."""

    def __init__(self, address: URL) -> None:
        super().__init__()
        self._engine = make_postgres_engine(
            address, 1, _ANSWER, session=_SESSION, isolation_level="AUTOCOMMIT"
        )
        self._name = name_of(address)
        self._connection: sa.Connection | None = None
        self._is_lost = False
        self._turn = asyncio.Lock()
        self._backend: Any = None
        """Process id and start of this session's server process."""

        self._connected_at: float | None = None
        """When a session took the place of one that was lost."""

        self._locks: set[tuple[LockKind, int]] = set()
        self._seen = Seen(frozenset(), led=True, settled=False)
        self._is_led = True
        self._unsent: set[Signal] = set()
        self._look = asyncio.Event()

    # ---------------------------------------------------------------- for others

    def notify(self, signal: Signal) -> None:
        super().notify(signal)
        self._unsent.add(signal)
        self._look.set()

    async def lock(self, kind: LockKind, number: int) -> bool:
        if (kind, number) in self._locks:
            return True
        with translated(self._name):
            if await self._ask(lambda connection: try_lock(connection, kind, number)):
                self._locks.add((kind, number))
                return True
        return False

    async def unlock(self, kind: LockKind, number: int) -> None:
        if (kind, number) in self._locks:
            self._locks.discard((kind, number))
            with translated(self._name):
                await self._ask(lambda connection: unlock(connection, kind, number))

    async def locked(self, kind: LockKind) -> frozenset[int]:
        with translated(self._name):
            return await self._ask(lambda connection: numbers(connection, kind))

    # ---------------------------------------------------------------- the session

    async def join(self) -> None:
        """Get a number, and lead where nobody does.

        Raises:
            StoreError: the database can't be reached.
        """
        with translated(self._name):
            await self._ask(_nothing)
        if await self.lock(LockKind.LEAD, 0):
            self.leading.set()
        logger.info("membership.joined", process=self.id, leads=self.leading.is_set())
        await self._beat()

    async def run(self) -> None:
        """Hold the locks, also over the loss of the session, until cancelled.

        Raises:
            StoreError: another process leads now, after this one's session was lost.
        """
        while True:
            try:
                await self._beat()
                await self._take_lead()
            except (DBAPIError, StoreError) as error:
                self._note_loss(error)
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT):
                    await self._look.wait()

    async def close(self) -> None:
        async with self._turn:
            await shielded(greenlet_spawn(self._drop))
            await shielded(greenlet_spawn(self._engine.dispose))

    async def _take_lead(self) -> None:
        if self.leading.is_set() or self.living is None or self._is_led:
            return
        if await self.lock(LockKind.LEAD, 0):
            logger.info("lead.taken", database=self._name)
            self.leading.set()

    async def _beat(self) -> None:
        """Send what is to be sent, and look who is there.

        A process counts as gone, and the lead as free, when two looks in a row find it so: whoever
        lost its session has another one after a moment.
        """
        self._look.clear()
        signals, self._unsent = self._unsent, set()
        try:
            seen = await self._ask(lambda connection: _notify_and_look(connection, signals))
        except BaseException:
            self._unsent |= signals
            raise
        before, self._seen = self._seen, seen
        self._is_led = seen.led or before.led
        after_loss = self._connected_at
        settled = seen.settled and (
            after_loss is None or asyncio.get_running_loop().time() - after_loss >= PRECEDENCE
        )
        living = seen.processes | before.processes if settled else None
        if living != self.living:
            self.living = living
            super().notify(Signal.PROCESSES)

    async def _ask(self, question: Callable[[sa.Connection], T]) -> T:
        """The answer to a question on the session, on a new one where it was lost before."""
        async with self._turn:
            lost = await shielded(greenlet_spawn(self._connect))
            for kind, number in lost:
                self._locks.discard((kind, number))
                logger.warning("lock.lost", kind=kind.name, number=number)
                if kind is LockKind.PROCESS:
                    # The former session has not ended yet; until then this one is worth nothing.
                    await shielded(greenlet_spawn(self._drop))
                    raise StoreError("store.server-busy", path=self._name)
                if kind is LockKind.LEAD:
                    raise StoreError("store.lead-lost", path=self._name)
                if self.on_lost is not None:
                    self.on_lost(kind, number)
            return await shielded(greenlet_spawn(self._answer, question))

    def _answer(self, question: Callable[[sa.Connection], T]) -> T:
        assert self._connection is not None  # noqa: S101
        try:
            return question(self._connection)
        except DBAPIError as error:
            if is_passing(error):
                self._drop()
            raise

    def _connect(self) -> list[tuple[LockKind, int]]:
        """Connect where there is no session, and take the locks again; those that are lost."""
        if self._is_lost:
            self._drop()
        if self._connection is not None:
            return []
        loop = asyncio.get_running_loop()
        connection = self._connection = self._engine.connect()
        try:
            before, self._backend = self._backend, connection.execute(_BACKEND).one()
            if before is not None:
                # The server may not have noticed that the former session is lost.
                connection.execute(_END_SESSION, {"pid": before[0], "start": before[1]})
                self._connected_at = loop.time()
            connection.execute(_FORGET)
            self.id = connection.execute(_register(self.id)).scalar() or self.id
            assert self.id is not None  # noqa: S101
            self._locks.add((LockKind.PROCESS, self.id))
            lost = [key for key in sorted(self._locks) if not try_lock(connection, *key)]
            driver = connection.connection.dbapi_connection
            assert driver is not None  # noqa: S101
            driver.run_async(self._listen)
        except BaseException:
            self._drop()
            raise
        return lost

    def _drop(self) -> None:
        if self._connection is not None:
            # Closed, not given back to the pool: the locks are the session's.
            self._connection.invalidate()
            self._connection.close()
        self._connection, self._is_lost = None, False

    async def _listen(self, session: Any) -> None:
        session.add_termination_listener(self._on_termination)
        await session.add_listener(_CHANNEL, self._receive)

    def _on_termination(self, _session: object) -> None:
        self._is_lost = True
        self._look.set()

    def _receive(self, _connection: object, pid: int, _channel: str, payload: str) -> None:
        if pid != self._backend[0] and payload in set(Signal):
            super().notify(Signal(payload))

    def _note_loss(self, error: DBAPIError | StoreError) -> None:
        if isinstance(error, StoreError):
            if error.key == "store.lead-lost":
                raise error
        elif not is_passing(error):
            with translated(self._name):
                raise error
        logger.warning("session.lost", database=self._name, problem=_problem(error))


def _problem(error: DBAPIError | StoreError) -> str:
    return str(error.orig if isinstance(error, DBAPIError) else error)


def _nothing(_: sa.Connection) -> None:
    """Connecting is enough."""


def _notify_and_look(connection: sa.Connection, signals: Iterable[Signal]) -> Seen:
    for signal in signals:
        connection.execute(sa.select(sa.func.pg_notify(_CHANNEL, str(signal))))
    return look(connection, PRECEDENCE)


def _register(number: int | None) -> sa.Executable:
    """Make the row of this process; of one that has its number already, where the row is gone."""
    values = {"name": f"{platform.node()}:{os.getpid()}", "started_at": sa.func.now()}
    if number is None:
        return insert(processes).values(values).returning(processes.c.id)
    again = insert(processes).values(id=number, **values)
    return again.on_conflict_do_nothing().returning(processes.c.id)


# A process that is alive leases its share of requests each second.
_FORGET = sa.text(
    "DELETE FROM processes WHERE coalesce(slots_until, started_at) < now() - interval '1 day'"
)
_BACKEND = sa.text("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
_END_SESSION = sa.text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE pid = :pid AND backend_start = :start"
)


@asynccontextmanager
async def join(url: str) -> AsyncIterator[Membership]:
    """Be one of the processes that work on the database of `url`, whose tables are there, until the
    block ends.

    Raises:
        StoreError: the database can't be reached at first; or, in an exception group, while the
            block runs: another process leads now, after this one's session was lost.
    """
    address = database_address(url)
    if address.drivername == SQLITE:
        membership = Membership()
        membership.leading.set()
        yield membership
        return
    shared = _SharedMembership(address)
    try:
        await shared.join()
        async with asyncio.TaskGroup() as tasks:
            beating = tasks.create_task(shared.run(), name="membership")
            yield shared
            beating.cancel()
    finally:
        await shared.close()
