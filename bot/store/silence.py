"""Connections of which nothing is heard any more are given up within seconds.

A network that drops packets says nothing, and a statement may take its time. So when one has been
waited for for long, the server is asked on a new connection what it is doing. While it does not
answer there either, it is taken for one that refuses: whoever has something to ask hears so at
once, instead of waiting for a time limit.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import greenlet_spawn

logger = structlog.get_logger(__name__)

T = TypeVar("T")

PATIENCE = 1.5
"""Seconds that a statement may take before the server is asked about it."""

ANSWER_WITHIN = 2.5
"""Seconds for a new connection: with ``PATIENCE`` they are about the 3 s in which Discord wants an
answer (Discord docs, Receiving and Responding), so that a deferred one follows soon after."""

LOOK = 0.5
"""Seconds between two looks at what is waited for, and at a server that is silent."""

UNREACHABLE = "08001"
"""The SQLSTATE of a connection that could not be made (PostgreSQL docs, Appendix A)."""

_IDLE = """
SELECT pid FROM pg_stat_activity
WHERE state IN ('idle', 'idle in transaction', 'idle in transaction (aborted)')
"""


class Silence:
    """Watches over the connections of engines, to the database that errors call `name`.

    ``ask`` is to call whatever uses these connections, and ``run`` to run beside it.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._asked: dict[object, float] = {}
        self._connections: WeakSet[Any] = WeakSet()
        # Since when the server is to do something, by the connection on which it was told to.
        self._busy: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
        self._is_silent = False

    def watch(self, engine: sa.Engine) -> None:
        """Watch over an engine; before anything else listens to how it connects."""
        sa.event.listen(engine, "do_connect", self._refuse)
        sa.event.listen(engine, "connect", lambda made, _: self._connections.add(_driver(made)))
        # No event tells the end of a commit: the next transaction's beginning does.
        for event in ("before_cursor_execute", "commit"):
            sa.event.listen(engine, event, self._begin_waiting)
        for event in ("after_cursor_execute", "begin"):
            sa.event.listen(engine, event, self._end_waiting)

    async def ask(self, work: Callable[..., T], *args: Any) -> T:
        """The result of a function that uses a connection."""
        asked = object()
        self._asked[asked] = time.monotonic()
        try:
            return await greenlet_spawn(work, *args)
        finally:
            del self._asked[asked]

    async def run(self, probe: sa.Engine) -> None:
        """Give up what is not heard of any more, until cancelled; ask the server by `probe`, which
        is not watched over."""
        answered = 0.0
        while True:
            await asyncio.sleep(LOOK)
            now = time.monotonic()
            waited = now - max(answered, min(self._asked.values(), default=now))
            if not self._is_silent and waited < PATIENCE:
                continue
            try:
                await self._look(probe)
            except Exception:
                # Without this task a server that was silent once would stay so.
                logger.exception("server.look-crashed", database=self._name)
            answered = time.monotonic()

    async def _look(self, probe: sa.Engine) -> None:
        idle = await _idle_pids(probe)
        if self._is_silent != (idle is None):
            self._is_silent = idle is None
            event = "server.silent" if self._is_silent else "server.answers-again"
            logger.warning(event, database=self._name)
        self._give_up(idle)

    def _give_up(self, idle: frozenset[int] | None) -> None:
        """End every connection where the server is silent, and otherwise those whose question was
        lost, or its answer: the server has nothing to do for them."""
        lost = list(self._connections)
        if idle is not None:
            limit = time.monotonic() - PATIENCE
            open_ = [(one, since) for one, since in self._busy.items() if not one.is_closed()]
            busy = [one for one, since in open_ if since < limit]
            # A pooler has numbers of its own, which are not among them.
            lost = [one for one in busy if one.get_server_pid() in idle]
        for connection in lost:
            connection.terminate()

    def _refuse(self, dialect: Any, *_: object) -> None:
        if self._is_silent:
            failure = dialect.loaded_dbapi.OperationalError("it does not answer")
            failure.sqlstate = UNREACHABLE
            raise failure

    def _begin_waiting(self, connection: sa.Connection, *_: object) -> None:
        self._busy[_driver(connection.connection)] = time.monotonic()

    def _end_waiting(self, connection: sa.Connection, *_: object) -> None:
        self._busy.pop(_driver(connection.connection), None)


def _driver(connection: Any) -> Any:
    return connection.driver_connection


async def _idle_pids(probe: sa.Engine) -> frozenset[int] | None:
    """The server's processes that have nothing to do; ``None`` where it says nothing at all. It may
    also refuse the connection in so many words, and tell of none."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await greenlet_spawn(_ask, probe)
    except TimeoutError:
        return None
    except DBAPIError as error:
        return None if getattr(error.orig, "sqlstate", None) == UNREACHABLE else frozenset()


def _ask(probe: sa.Engine) -> frozenset[int]:
    with probe.connect() as connection:
        # Closed at the end, not given back.
        connection.detach()
        return frozenset(connection.exec_driver_sql(_IDLE).scalars())
