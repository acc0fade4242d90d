"""One process at a time does the work on a database of PostgreSQL; others stand by.

Who leads holds an advisory lock in a session of its own, so a process that ends, however it ends,
leads no more at that instant. The session of a machine that vanished, or of a frozen process, ends
after more than a lease (``Tuning.lease``): what it had leased, it sends no more. So whoever leads
may take over all leases.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import greenlet_spawn

from bot.core.errors import StoreError
from bot.store.connections import SQLITE, database_address, name_of
from bot.store.errors import is_passing, translated
from bot.store.postgres import make_postgres_engine
from bot.store.session import shielded

logger = structlog.get_logger(__name__)

LEADING = 0x6B63726C
"""The advisory lock of whoever leads ("kcrl")."""

LOOK: Final = 2.0
"""Seconds between two looks whether the lead is free."""

KEEPING: Final = 0.5
"""Seconds between two looks whether it is still ours, and until it is taken again after the session
was lost, before anybody else does."""

PRECEDENCE: Final = 20.0
"""Seconds that a process that stands by waits after its session was lost: where the server was
restarted, the former leader takes the lead again before anybody else."""

HANDOVER: Final = 1.0
"""Seconds between taking the lead over and using it: Discord counts the token's requests by the
second (Discord docs, Rate Limits), and those of the former leader's last one count, too."""

_ANSWER = 10.0
"""Seconds for an answer of the server."""

# Seconds, or milliseconds, after which the server ends the session of a process that says nothing
# any more. A lease lasts 180 s.
_SESSION = {
    "idle_session_timeout": "200000",
    "tcp_keepalives_idle": "80",
    "tcp_keepalives_interval": "30",
    "tcp_keepalives_count": "4",
}


class _Lead:
    """The lock, and the session that holds it."""

    def __init__(self, address: URL) -> None:
        self._engine = make_postgres_engine(
            address, 1, _ANSWER, session=_SESSION, isolation_level="AUTOCOMMIT"
        )
        self._connection: sa.Connection | None = None
        self.name = name_of(address)

    async def take(self) -> bool:
        """Take the lead; whether it was free, or ours already.

        Raises:
            DBAPIError: the server can't be asked. The lead, if it was ours, may be lost.
        """
        return await shielded(greenlet_spawn(self._take))

    def _take(self) -> bool:
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            return bool(self._connection.exec_driver_sql(_TAKE).scalar())
        except DBAPIError:
            if self._connection is not None:
                self._connection.invalidate()
                self._connection.close()
            self._connection = None
            raise

    async def close(self) -> None:
        if self._connection is not None:
            # Closed, not given back: the lock is the session's.
            await greenlet_spawn(self._connection.invalidate)
            await greenlet_spawn(self._connection.close)
        await greenlet_spawn(self._engine.dispose)


# PostgreSQL counts how often a session took its lock, so it is taken once.
_TAKE = f"""
SELECT CASE WHEN EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
    AND classid = 0 AND objid = {LEADING}
) THEN true ELSE pg_try_advisory_lock({LEADING}) END
"""  # noqa: S608


@asynccontextmanager
async def leadership(
    url: str, *, stop: asyncio.Event | None = None, on_standby: Callable[[], None] | None = None
) -> AsyncIterator[bool]:
    """Lead on the database of `url` until the block ends; whether this process does.

    While another leads, this waits until it does no more, or until `stop` is set; without `stop`
    it does not wait. `on_standby` is called when the wait begins. On SQLite the process always
    leads: its file is locked by other means (``bot.core.instance``).

    Raises:
        StoreError: the database can't be reached at first; or, in an exception group, while the
            block runs: another process leads now, after this one's session was lost.
    """
    address = database_address(url)
    if address.drivername == SQLITE:
        yield True
        return
    lead = _Lead(address)
    try:
        with translated(lead.name):
            leads = await lead.take()
        if not leads and stop is not None:
            leads = await _stand_by(lead, stop, on_standby)
        if not leads:
            yield False
            return
        async with asyncio.TaskGroup() as tasks:
            keeping = tasks.create_task(_keep(lead), name="lead")
            yield True
            keeping.cancel()
    finally:
        await lead.close()


async def _stand_by(
    lead: _Lead, stop: asyncio.Event, on_standby: Callable[[], None] | None
) -> bool:
    logger.info("lead.standby", database=lead.name)
    if on_standby is not None:
        on_standby()
    pause = LOOK
    while not await _is_set(stop, pause):
        try:
            if await lead.take():
                logger.info("lead.taken", database=lead.name)
                await asyncio.sleep(HANDOVER)
                return True
            pause = LOOK
        except DBAPIError as error:
            _note(error, lead)
            pause = PRECEDENCE
    return False


async def _keep(lead: _Lead) -> None:
    """Keep the lead, also over the loss of its session."""
    while True:
        await asyncio.sleep(KEEPING)
        try:
            if not await lead.take():
                raise StoreError("store.lead-lost", path=lead.name)
        except DBAPIError as error:
            _note(error, lead)


def _note(error: DBAPIError, lead: _Lead) -> None:
    if not is_passing(error):
        with translated(lead.name):
            raise error
    logger.warning("lead.session-lost", database=lead.name, problem=str(error.orig))


async def _is_set(stop: asyncio.Event, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            return await stop.wait()
    except TimeoutError:
        return False
