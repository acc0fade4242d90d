"""One WebSocket connection: reads the client's payloads and writes the session's dispatches."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

import orjson
from aiohttp import WSMsgType, web

from sandbox.gateway.session import Session
from sandbox.gateway.sessions import Sessions

#: A client may send this many payloads in this many seconds, else it is closed with 4008.
#: https://docs.discord.com/developers/events/gateway#rate-limiting
RATE_LIMIT = (120, 60.0)
#: The largest payload that a client may send, in bytes; a larger one closes with 4002.
MAX_PAYLOAD = 15 * 1024
#: A client for which more payloads than this are queued is disconnected.
MAX_WAITING = 20_000

#: Payloads above this many bytes are compressed one by one for a client that identified with
#: ``compress: true``, https://docs.discord.com/developers/events/gateway#payload-compression
COMPRESSION_THRESHOLD = 8192

INVALID_SESSION = 9

_KNOWN_INTENTS = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
_PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15


class Closed(Exception):
    """The client sent something for which the connection is closed with `code`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Connection:
    """Serves one client until its connection ends.

    `idle` is True while nothing is left to be written: all guilds of the session were sent.
    `compressed` asks for one zlib stream over the whole connection (``compress=zlib-stream``).
    """

    def __init__(
        self,
        sessions: Sessions,
        socket: web.WebSocketResponse,
        tcp: asyncio.BaseTransport | None,
        *,
        compressed: bool,
    ) -> None:
        self.session: Session | None = None
        self.idle = False
        self._sessions = sessions
        self._socket = socket
        self._tcp = tcp
        self._compress = _zlib_stream() if compressed else None
        self._compress_payloads = False
        self._outgoing: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._received: deque[float] = deque()
        self._heartbeat_timer: asyncio.TimerHandle | None = None
        self._ready_timer: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Send HELLO, then serve until the connection ends in any way."""
        interval = self._sessions.settings.heartbeat_interval
        self.send(10, {"heartbeat_interval": round(interval * 1000), "_trace": ["sandbox"]})
        self._expect_heartbeat()
        writer = asyncio.create_task(self._write())
        writer.add_done_callback(self._written)
        try:
            await self._read()
        except Closed as closed:
            await self.close(closed.code, closed.reason)
        finally:
            for timer in (self._heartbeat_timer, self._ready_timer):
                if timer is not None:
                    timer.cancel()
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer

    def detach(self) -> None:
        """Separate the session from this connection; it can be resumed from another.

        A client that closed with 1000 or 1001 gives its session up.
        """
        session, self.session = self.session, None
        if session is None or session.link is not self:
            return
        session.link = None
        session.disconnected_at = self._sessions.world.clock()
        if self._socket.close_code in (1000, 1001) and self._closing is None:
            self._sessions.end_session(session)

    def replace(self) -> None:
        """End this connection because its session was resumed from another one."""
        self.session = None
        self.drop()

    def send(self, op: int, data: Any) -> None:
        """Queue a payload that is not a dispatch."""
        self._sessions.observe("out", op, "", data)
        self.deliver(orjson.dumps({"op": op, "d": data, "s": None, "t": None}))

    def deliver(self, payload: bytes) -> None:
        """Queue the JSON of a payload."""
        self._outgoing.append(payload)
        self.idle = False
        self._wake.set()
        if len(self._outgoing) > MAX_WAITING:
            self.drop()

    async def close(self, code: int, reason: str) -> None:
        """Close with a code; waits at most one second for the client's close frame."""
        if self._socket.closed:
            return
        self._closing = asyncio.current_task()
        with contextlib.suppress(ConnectionError, RuntimeError):
            await self._socket.close(code=code, message=reason.encode()[:120])

    def drop(self) -> None:
        """Cut the TCP connection."""
        if isinstance(self._tcp, asyncio.WriteTransport):
            self._tcp.abort()

    # Out

    async def _write(self) -> None:
        while not self._socket.closed:
            payload = self._outgoing.popleft() if self._outgoing else self._next_guild()
            if payload is None:
                self.idle = self.session is not None
                self._sessions.changes.notify()
                self._wake.clear()
                await self._wake.wait()
                continue
            try:
                await self._write_frame(payload)
            except ConnectionError:
                return

    def _written(self, writer: asyncio.Task[None]) -> None:
        """Disconnect a client to which writing failed, so that it does not wait for ever."""
        if not writer.cancelled() and writer.exception() is not None:
            self.drop()

    def _next_guild(self) -> bytes | None:
        return None if self.session is None else self.session.next_guild()

    async def _write_frame(self, payload: bytes) -> None:
        if self._compress is not None:
            await self._socket.send_bytes(self._compress(payload))
        elif self._compress_payloads and len(payload) > COMPRESSION_THRESHOLD:
            await self._socket.send_bytes(zlib.compress(payload, 1))
        else:
            await self._socket.send_str(payload.decode())

    # In

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            self._count_payload()
            payload = _decode(message.data)
            op = payload.get("op")
            self._sessions.observe("in", op if isinstance(op, int) else -1, "", payload.get("d"))
            handler = self._handlers.get(op) if isinstance(op, int) else None
            if handler is None:
                raise Closed(4001, "Unknown opcode.")
            if self.session is None and op not in (1, 2, 6):
                raise Closed(4003, "Not authenticated.")
            handler(self, payload.get("d"))

    def _count_payload(self) -> None:
        limit, period = RATE_LIMIT
        now = asyncio.get_running_loop().time()
        while self._received and self._received[0] <= now - period:
            self._received.popleft()
        self._received.append(now)
        if len(self._received) > limit:
            raise Closed(4008, "Rate limited.")

    def _heartbeat(self, _seq: Any) -> None:
        self._sessions.counts.heartbeats += 1
        self._expect_heartbeat()
        if self._sessions.faults.ack_heartbeats:
            self.send(11, None)
        self._sessions.changes.notify()

    def _expect_heartbeat(self) -> None:
        """Close with 4009 unless a heartbeat comes within one and a half intervals."""
        if self._heartbeat_timer is not None:
            self._heartbeat_timer.cancel()
        self._heartbeat_timer = asyncio.get_running_loop().call_later(
            self._sessions.settings.heartbeat_interval * 1.5, self._time_out
        )

    def _time_out(self) -> None:
        self._closing = asyncio.ensure_future(self.close(4009, "Session timed out."))

    def _identify(self, data: Any) -> None:
        if self.session is not None:
            raise Closed(4005, "Already authenticated.")
        if not isinstance(data, dict) or not isinstance(data.get("properties"), dict):
            raise Closed(4002, "Error while decoding payload.")
        self._check_token(data)
        shard = _shard(data.get("shard", [0, 1]))
        intents = self._intents(data.get("intents"))
        if self._sessions.has_too_many_guilds(shard[1]):
            raise Closed(4011, "Sharding required.")
        if not self._sessions.may_identify(shard[0]):
            self.send(INVALID_SESSION, data=False)
            return
        self._compress_payloads = data.get("compress") is True
        threshold = data.get("large_threshold", 50)
        session = self._sessions.open_session(
            shard, intents, threshold if isinstance(threshold, int) else 50
        )
        delay = self._sessions.faults.ready_delay
        if delay > 0:
            self._ready_timer = asyncio.get_running_loop().call_later(delay, self._begin, session)
        else:
            self._begin(session)

    def _begin(self, session: Session) -> None:
        self._attach(session)
        self.deliver(session.ready(self._sessions.url))

    def _attach(self, session: Session) -> None:
        self.session = session
        session.link = self
        session.disconnected_at = None

    def _resume(self, data: Any) -> None:
        if self.session is not None:
            raise Closed(4005, "Already authenticated.")
        if not isinstance(data, dict):
            raise Closed(4002, "Error while decoding payload.")
        self._check_token(data)
        session = self._sessions.find_session(data.get("session_id"))
        seq = data.get("seq")
        if session is None or not isinstance(seq, int):
            self.send(INVALID_SESSION, data=False)
            return
        if seq > session.seq or seq < 0:
            raise Closed(4007, "Invalid seq.")
        missed = session.dispatches_after(seq)
        if missed is None:
            self._sessions.end_session(session)
            self.send(INVALID_SESSION, data=False)
            return
        if session.link is not None:
            session.link.replace()
        self._sessions.counts.resumes += 1
        for payload in missed:
            self.deliver(payload)
        self._attach(session)
        self.deliver(session.dispatch("RESUMED", {"_trace": ["sandbox"]}))

    def _check_token(self, data: dict[str, Any]) -> None:
        token = data.get("token")
        if not isinstance(token, str):
            raise Closed(4002, "Error while decoding payload.")
        if token.removeprefix("Bot ") != self._sessions.world.application.token:
            raise Closed(4004, "Authentication failed.")

    def _intents(self, intents: Any) -> int:
        if isinstance(intents, bool) or not isinstance(intents, int) or intents < 0:
            raise Closed(4013, "Invalid intent(s).")
        if intents & ~_KNOWN_INTENTS:
            raise Closed(4013, "Invalid intent(s).")
        if intents & _PRIVILEGED & ~self._sessions.settings.privileged:
            raise Closed(4014, "Disallowed intent(s).")
        return intents

    def _accept(self, data: Any) -> None:
        """Presence and voice state updates are accepted and have no effect."""
        if not isinstance(data, dict):
            raise Closed(4002, "Error while decoding payload.")

    _handlers: ClassVar[dict[int, Callable[[Connection, Any], None]]] = {
        1: _heartbeat,
        2: _identify,
        3: _accept,
        4: _accept,
        6: _resume,
    }


def _zlib_stream() -> Callable[[bytes], bytes]:
    """One zlib context for a whole connection, flushed after each payload.

    https://docs.discord.com/developers/events/gateway#transport-compression
    """
    context = zlib.compressobj(level=1)

    def compress(payload: bytes) -> bytes:
        return context.compress(payload) + context.flush(zlib.Z_SYNC_FLUSH)

    return compress


def _decode(raw: str | bytes) -> dict[str, Any]:
    if len(raw) > MAX_PAYLOAD:
        raise Closed(4002, "Payload is too large.")
    try:
        payload = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Closed(4002, "Error while decoding payload.") from None
    if not isinstance(payload, dict):
        raise Closed(4002, "Error while decoding payload.")
    return payload


def _shard(shard: Any) -> tuple[int, int]:
    if (
        not isinstance(shard, list)
        or len(shard) != 2
        or not all(isinstance(one, int) and not isinstance(one, bool) for one in shard)
        or not 0 <= shard[0] < shard[1]
    ):
        raise Closed(4010, "Invalid shard.")
    return shard[0], shard[1]
