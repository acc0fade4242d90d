"""The gateway's WebSocket endpoint, and methods that disturb its connections."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator

from aiohttp import web

from sandbox.changes import Changes
from sandbox.gateway.connection import Connection
from sandbox.gateway.sessions import GatewaySettings, Sessions
from sandbox.observe import Observer
from sandbox.world import World

#: ``GET /gateway/bot`` recommends one shard per this many guilds.
GUILDS_PER_SHARD = 1000

#: Close codes after which a session can't be resumed,
#: https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway
ENDING = frozenset({4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014})


class Gateway(Sessions):
    """Accepts connections and serves their sessions.

    `close`, `drop`, `reconnect` and `invalidate` disturb the connections of one shard, or of all.
    """

    def __init__(
        self,
        world: World,
        settings: GatewaySettings,
        *,
        changes: Changes,
        observer: Observer | None = None,
    ) -> None:
        super().__init__(world, settings, changes=changes, observer=observer)
        self.connections: set[Connection] = set()
        self._stop_listening = world.listen(self.dispatch)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket connection (aiohttp's request handler)."""
        if self._is_refused():
            if not self.faults.refuse_status and request.transport is not None:
                request.transport.abort()
            return web.Response(status=self.faults.refuse_status or 503)
        socket = web.WebSocketResponse(compress=False, timeout=1.0, max_msg_size=1 << 20)
        await socket.prepare(request)
        connection = Connection(
            self,
            socket,
            request.transport,
            compressed=request.query.get("compress") == "zlib-stream",
        )
        self.connections.add(connection)
        self.counts.connections += 1
        try:
            if request.query.get("v", "10") != "10":
                await connection.close(4012, "Invalid API version.")
            elif request.query.get("encoding", "json") != "json":
                await connection.close(4002, "Unsupported encoding.")
            else:
                await connection.run()
        finally:
            self.connections.discard(connection)
            connection.detach()
            self.changes.notify()
        return socket

    def _is_refused(self) -> bool:
        if self.faults.refuse is None:
            return True
        if self.faults.refuse > 0:
            self.faults.refuse -= 1
            return True
        return False

    def bot_info(self) -> dict[str, object]:
        """The body of ``GET /gateway/bot``."""
        shards = self.settings.shards or math.ceil(len(self.world.guilds) / GUILDS_PER_SHARD)
        return {
            "url": self.url,
            "shards": max(1, shards),
            "session_start_limit": {
                "total": self.settings.session_starts,
                "remaining": max(0, self.settings.session_starts - self.counts.identifies),
                "reset_after": 86_400_000,
                "max_concurrency": self.settings.max_concurrency,
            },
        }

    # Waiting

    def ready_shards(self) -> set[int]:
        """Ids of the shards that are connected and were sent READY and all their guilds."""
        return {
            connection.session.shard[0]
            for connection in self.connections
            if connection.session is not None and connection.idle
        }

    async def wait_gone(self, timeout: float | None = 10.0) -> None:
        """Wait until no connection is left. Raises TimeoutError after `timeout` seconds."""
        await self.changes.wait_for(
            lambda: not self.connections, timeout, "the end of all gateway connections"
        )

    # Disturbances

    def _connections_of(self, shard: int | None) -> Iterator[Connection]:
        for connection in list(self.connections):
            session = connection.session
            if shard is None or (session is not None and session.shard[0] == shard):
                yield connection

    async def close(self, code: int = 4000, *, shard: int | None = None) -> None:
        """Close connections with `code`; the session ends where Discord's table says so."""
        connections = list(self._connections_of(shard))
        for connection in connections:
            if connection.session is not None and code in ENDING:
                self.end_session(connection.session)
        await asyncio.gather(*(one.close(code, "Closed on demand.") for one in connections))

    def drop(self, *, shard: int | None = None) -> None:
        """Cut TCP connections without a closing handshake."""
        for connection in self._connections_of(shard):
            connection.drop()

    def reconnect(self, *, shard: int | None = None) -> None:
        """Ask clients to reconnect and resume (op 7)."""
        for connection in self._connections_of(shard):
            connection.send(7, None)

    def invalidate(self, *, resumable: bool = False, shard: int | None = None) -> None:
        """Report the session as invalid (op 9)."""
        for connection in self._connections_of(shard):
            if connection.session is not None and not resumable:
                self.end_session(connection.session)
            connection.send(9, resumable)

    async def shut_down(self) -> None:
        """Stop listening to the world and close every connection with 1001."""
        self._stop_listening()
        await asyncio.gather(
            *(connection.close(1001, "Going away.") for connection in list(self.connections))
        )
