"""An HTTP server with bounds: on connections, on their time, on what is read of a request.

aiohttp by itself waits for ever for the first request of a connection, and takes any number of
connections.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

from bot.core.clock import Clock
from bot.core.supervisor import supervise

logger = structlog.get_logger(__name__)

RETRY = 60.0
"""Seconds until a port that was taken is tried again: the bot before us may just be ending."""


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Connections at once; seconds that one may last, from the first byte to the last."""

    connections: int = 64
    seconds: float = 30.0


READ_SIZE = 16 * 1024
"""Bytes that are read of a connection in one go: the event loop has other work in between, however
the bytes are cut into chunks."""

LARGEST_HEAD = 32 * 1024
"""Bytes of request line and headers; aiohttp takes 8190 of a line and goes on reading."""

LARGEST_REQUEST = 24 * 2**20
"""Bytes of a whole request as it is sent: the largest push, were it in small chunks."""

BACKLOG = 512
"""Connections that wait to be accepted."""


class _Connection(web.RequestHandler):
    """One connection, which ends when its time is over or it sent too much, whatever it does."""

    __slots__ = ("_deadline", "_gate", "_received", "has_request", "peer")

    def __init__(self, gate: "_Gate", manager: web.Server) -> None:
        # Nothing is unpacked: a few bytes of gzip may be a gigabyte.
        super().__init__(
            manager,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]
            auto_decompress=False,
            lingering_time=1.0,
        )
        self._gate = gate
        self._received = 0
        self._deadline: asyncio.TimerHandle | None = None
        self.has_request = False
        self.peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if hasattr(transport, "max_size"):
            transport.max_size = READ_SIZE
        self.peer = str((transport.get_extra_info("peername") or ("",))[0])
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(self._gate.limits.seconds, self.drop)
        self._gate.admit(self)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > (LARGEST_REQUEST if self.has_request else LARGEST_HEAD + READ_SIZE):
            self.drop()
        else:
            super().data_received(data)

    def log_exception(self, *args: Any, **kwargs: Any) -> None:
        """Callers that hang up are no failure, and no reason to fill the disk."""
        error = kwargs.get("exc_info")
        if isinstance(error, ConnectionError) or self.transport is None:
            logger.debug("http.hung-up", cause=str(error))
        else:
            super().log_exception(*args, **kwargs)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._gate.forget(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Bytes that are no HTTP: a short answer. aiohttp's own quotes them, and logs a traceback
        at each, with which anybody could fill the disk."""
        if status >= 500 or request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        logger.debug("http.no-request", by=request.remote, cause=type(exc).__name__)
        response = web.Response(status=status, text=f"{status}: Bad Request")
        response.force_close()
        return response

    def drop(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


class _Gate:
    """Admits connections. If there are too many, one is dropped: rather one that has sent no
    request yet, then one of the address with the most connections, then the oldest. An honest
    caller sends its request at once and is done in milliseconds."""

    def __init__(self, manager: web.Server, limits: ServerLimits) -> None:
        self.limits = limits
        self._manager = manager
        self._open: dict[_Connection, None] = {}

    def __call__(self) -> _Connection:
        return _Connection(self, self._manager)

    def admit(self, connection: _Connection) -> None:
        if len(self._open) >= self.limits.connections:
            by_peer = Counter(one.peer for one in self._open)
            # Of equal ones, ``min`` takes the first, which is the oldest.
            dropped = min(self._open, key=lambda one: (one.has_request, -by_peer[one.peer]))
            self.forget(dropped)
            dropped.drop()
        self._open[connection] = None

    def forget(self, connection: _Connection) -> None:
        self._open.pop(connection, None)


def note_request(request: web.BaseRequest) -> None:
    """Remember that the connection has sent the head of a request."""
    if isinstance(request.protocol, _Connection):
        request.protocol.has_request = True


@asynccontextmanager
async def listening(
    site: web.Application, host: str, port: int, limits: ServerLimits = ServerLimits()
) -> AsyncIterator[int]:
    """Serve `site`; gives the port (any free one for 0).

    Raises:
        OSError: the address can't be listened on.
    """
    runner = web.AppRunner(site, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        manager = runner.server
        if manager is None:
            raise RuntimeError("a runner that is set up has a server")
        loop = asyncio.get_running_loop()
        server = await loop.create_server(_Gate(manager, limits), host, port, backlog=BACKLOG)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()


async def serve(
    make_site: Callable[[], web.Application],
    clock: Clock,
    *,
    host: str,
    port: int,
) -> None:
    """Serve until cancelled. A port that is taken is logged and tried again.

    aiohttp uses an application up in one run: `make_site` makes one for each attempt.
    """

    async def listen() -> float:
        try:
            async with listening(make_site(), host, port) as bound:
                logger.info("http.listening", host=host, port=bound)
                await asyncio.Event().wait()
        except OSError as error:
            logger.warning(
                "http.no-port",
                host=host,
                port=port,
                cause=os.strerror(error.errno) if error.errno else str(error),
                effect="no pings, no /healthz and no /metrics; polling goes on",
                mend="end the other program, choose another HTTP_PORT, or 0 to do without",
                next_try_in=RETRY,
            )
        return RETRY

    await supervise("http", listen, clock, pause=RETRY)
