"""The gateway: WebSocket connections of the bot's shards, and the faults that befall them.

https://docs.discord.com/developers/events/gateway and, for the close codes,
https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway
"""

from __future__ import annotations

import asyncio
import math
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.changes import Changes
from sandbox.connection import Connection
from sandbox.entities import Event
from sandbox.observe import GatewayPayload, Observer
from sandbox.session import Session
from sandbox.transport import Plain, transport

if TYPE_CHECKING:
    from sandbox.world import World

#: One shard per this many guilds is what ``GET /gateway/bot`` recommends ...
GUILDS_PER_SHARD = 1000
#: ... and a shard that would hold more than this many is closed with 4011.
MAX_GUILDS_PER_SHARD = 2500

#: After these a session can't be resumed.
ENDING = frozenset({4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014})


@dataclass(slots=True)
class GatewaySettings:
    """How the gateway behaves; seconds throughout.

    `identify_interval`: each of the `max_concurrency` buckets lets one identify through per that
    time, another gets op 9 (Discord: 5; 0 lets all through). `resume_window`: how long a lost
    session can be resumed. `replay`: how many dispatches are kept for it. `privileged`: bits of
    the privileged intents that the application was granted. `shards`: what ``GET /gateway/bot``
    recommends, None for one per thousand guilds.
    """

    heartbeat_interval: float = 41.25
    identify_interval: float = 5.0
    max_concurrency: int = 1
    session_starts: int = 1000
    resume_window: float = 180.0
    replay: int = 2000
    privileged: int = 0
    shards: int | None = None


@dataclass(slots=True)
class GatewayFaults:
    """What goes wrong from now on.

    `refuse`: how many further connections are refused (None: all), with HTTP `refuse_status`,
    or by cutting the TCP connection where that is 0. `ack_heartbeats`: False leaves heartbeats
    unanswered. `ready_delay`: seconds between an identify and its READY. `invalidate_identifies`:
    how many further identifies are answered by op 9.
    """

    refuse: int | None = 0
    refuse_status: int = 503
    ack_heartbeats: bool = True
    ready_delay: float = 0.0
    invalidate_identifies: int = 0


@dataclass(slots=True)
class GatewayCounts:
    """What the bot did at the gateway since the start."""

    connections: int = 0
    identifies: int = 0
    resumes: int = 0
    heartbeats: int = 0


class Gateway:
    """All sessions and connections. `faults` and the methods named after mishaps break things."""

    def __init__(
        self,
        world: World,
        settings: GatewaySettings,
        *,
        changes: Changes,
        clock: Callable[[], float],
        rng: random.Random,
        observer: Observer | None = None,
    ) -> None:
        self.world = world
        self.settings = settings
        self.faults = GatewayFaults()
        self.counts = GatewayCounts()
        self.changes = changes
        self.clock = clock
        self.observer = observer
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.url = ""
        self._rng = rng
        self._identified: dict[int, float] = {}
        self._stop_listening = world.listen(self._tell)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket connection (the route's handler)."""
        if self._refused():
            if self.faults.refuse_status and request.transport is not None:
                return web.Response(status=self.faults.refuse_status)
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
        socket = web.WebSocketResponse(compress=False, timeout=1.0, max_msg_size=1 << 20)
        await socket.prepare(request)
        chosen = transport(request.query.get("compress"))
        connection = Connection(self, socket, request.transport, chosen or Plain())
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
            self.changes.ring()
        return socket

    def _refused(self) -> bool:
        if self.faults.refuse is None:
            return True
        if self.faults.refuse > 0:
            self.faults.refuse -= 1
            return True
        return False

    def _tell(self, event: Event) -> None:
        if event.gateway:
            self._forget_expired()
            for session in self.sessions.values():
                session.tell(event)

    # Sessions

    def recommended_shards(self) -> int:
        """What ``GET /gateway/bot`` says."""
        return self.settings.shards or max(1, math.ceil(len(self.world.guilds) / GUILDS_PER_SHARD))

    def session_start_limit(self) -> dict[str, int]:
        """The ``session_start_limit`` object of ``GET /gateway/bot``."""
        return {
            "total": self.settings.session_starts,
            "remaining": max(0, self.settings.session_starts - self.counts.identifies),
            "reset_after": 86_400_000,
            "max_concurrency": self.settings.max_concurrency,
        }

    def may_identify(self, shard_id: int) -> bool:
        """Whether pacing and the daily number of session starts allow an identify now."""
        if self.faults.invalidate_identifies > 0:
            self.faults.invalidate_identifies -= 1
            return False
        if self.counts.identifies >= self.settings.session_starts:
            return False
        bucket = shard_id % self.settings.max_concurrency
        last = self._identified.get(bucket)
        now = self.clock()
        # Clients time the five seconds by their own clock, so a little less has to pass here.
        if last is not None and now - last < self.settings.identify_interval * 0.95:
            return False
        self._identified[bucket] = now
        return True

    def too_many_guilds(self, shard_count: int) -> bool:
        return len(self.world.guilds) > MAX_GUILDS_PER_SHARD * shard_count

    def open_session(self, shard: tuple[int, int], intents: int, large_threshold: int) -> Session:
        """A new session, known but not yet connected."""
        session = Session(
            id=f"{self._rng.getrandbits(128):032x}",
            world=self.world,
            shard=shard,
            intents=intents,
            large_threshold=large_threshold,
            replay=deque(maxlen=self.settings.replay),
            watch=None if self.observer is None else self._watch,
        )
        self.sessions[session.id] = session
        self.counts.identifies += 1
        return session

    def find_session(self, session_id: object) -> Session | None:
        """The session of that id, if it can still be resumed."""
        self._forget_expired()
        return self.sessions.get(session_id) if isinstance(session_id, str) else None

    def end_session(self, session: Session) -> None:
        self.sessions.pop(session.id, None)

    def _forget_expired(self) -> None:
        deadline = self.clock() - self.settings.resume_window
        expired = [
            session
            for session in self.sessions.values()
            if session.lost_at is not None and session.lost_at < deadline
        ]
        for session in expired:
            self.end_session(session)

    def _watch(self, name: str, data: Any) -> None:
        self.observe("out", 0, name, data)

    def observe(self, direction: Any, op: int, name: str, data: Any) -> None:
        if self.observer is not None:
            self.observer(GatewayPayload(direction, op, name, data))

    # Waiting

    def ready_shards(self) -> set[int]:
        """Ids of the shards that are connected and were sent READY and all their guilds."""
        return {
            connection.session.shard[0]
            for connection in self.connections
            if connection.session is not None and connection.idle
        }

    async def wait_ready(self, shards: int = 1, timeout: float | None = 10.0) -> None:
        """Wait until that many shards are connected and know their guilds."""
        await self.changes.until(
            lambda: len(self.ready_shards()) >= shards, timeout, f"{shards} ready shard(s)"
        )

    async def wait_gone(self, timeout: float | None = 10.0) -> None:
        """Wait until no connection is left."""
        await self.changes.until(
            lambda: not self.connections, timeout, "the end of all gateway connections"
        )

    # Mishaps

    def _chosen(self, shard: int | None) -> Iterator[Connection]:
        for connection in list(self.connections):
            session = connection.session
            if shard is None or (session is not None and session.shard[0] == shard):
                yield connection

    async def close(self, code: int = 4000, *, shard: int | None = None) -> None:
        """Close the connections, or one shard's, with that close code.

        The session ends with it where Discord's table of close codes says that it does.
        """
        chosen = list(self._chosen(shard))
        for connection in chosen:
            if connection.session is not None and code in ENDING:
                self.end_session(connection.session)
        await asyncio.gather(*(one.close(code, "Closed on demand.") for one in chosen))

    def drop(self, *, shard: int | None = None) -> None:
        """Cut the TCP connections without a closing handshake."""
        for connection in self._chosen(shard):
            connection.drop()

    def reconnect(self, *, shard: int | None = None) -> None:
        """Ask the clients to reconnect and resume (op 7)."""
        for connection in self._chosen(shard):
            connection.send(7, None)

    def invalidate(self, *, resumable: bool = False, shard: int | None = None) -> None:
        """Tell the clients that their session is invalid (op 9)."""
        for connection in self._chosen(shard):
            if connection.session is not None and not resumable:
                self.end_session(connection.session)
            connection.send(9, resumable)

    def forget_sessions(self) -> None:
        """Make every later resume fail, as after an outage."""
        self.sessions.clear()

    async def shut_down(self) -> None:
        """Stop listening and close every connection (1001)."""
        self._stop_listening()
        await asyncio.gather(
            *(connection.close(1001, "Going away.") for connection in list(self.connections))
        )
