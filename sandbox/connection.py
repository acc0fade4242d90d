"""One WebSocket connection to the gateway: what the client may send, and the way out to it."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from aiohttp import WSMsgType, web

from sandbox import serial
from sandbox.entities import Intent
from sandbox.transport import PAYLOAD_THRESHOLD, Transport

if TYPE_CHECKING:
    from sandbox.gateway import Gateway
    from sandbox.session import Session

#: Payloads that a client may send: this many in this many seconds, then 4008.
RATE_LIMIT = (120, 60.0)
#: The largest payload that a client may send, in bytes; above, 4002.
MAX_PAYLOAD = 15 * 1024
#: A client that reads so slowly that this many payloads wait for it is dropped.
MAX_WAITING = 20_000

INVALID_SESSION = 9

_KNOWN_INTENTS = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
_PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15


class Closed(Exception):
    """The client did what ends the connection with `code`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Connection:
    """Reads the client's payloads, and writes what is queued for it.

    `idle` is true while nothing is left to be written: the session's guilds are all sent.
    """

    def __init__(
        self,
        gateway: Gateway,
        socket: web.WebSocketResponse,
        tcp: asyncio.BaseTransport | None,
        encoding: Transport,
    ) -> None:
        self.gateway = gateway
        self.session: Session | None = None
        self.idle = False
        self._socket = socket
        self._tcp = tcp
        self._encoding = encoding
        self._compress_payloads = False
        self._outgoing: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._received: deque[float] = deque()
        self._zombie: asyncio.TimerHandle | None = None
        self._later: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Say hello, then serve until the connection ends in any way."""
        interval = self.gateway.settings.heartbeat_interval
        self.send(10, {"heartbeat_interval": round(interval * 1000), "_trace": ["sandbox"]})
        self._expect_heartbeat()
        writer = asyncio.create_task(self._write())
        writer.add_done_callback(self._written)
        try:
            await self._read()
        except Closed as closed:
            await self.close(closed.code, closed.reason)
        finally:
            for timer in (self._zombie, self._later):
                if timer is not None:
                    timer.cancel()
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer

    def detach(self) -> None:
        """Leave the session without a connection. A client that closed with 1000 or 1001 gave
        it up; any other end leaves it to be resumed."""
        session, self.session = self.session, None
        if session is None or session.deliver != self._queue:
            return
        session.deliver = None
        session.lost_at = self.gateway.clock()
        if self._socket.close_code in (1000, 1001) and self._closing is None:
            self.gateway.end_session(session)

    def send(self, op: int, data: Any) -> None:
        """Queue a payload that is not a dispatch."""
        self.gateway.observe("out", op, "", data)
        self._queue(orjson.dumps({"op": op, "d": data, "s": None, "t": None}))

    def _queue(self, payload: bytes) -> None:
        self._outgoing.append(payload)
        self.idle = False
        self._wake.set()
        if len(self._outgoing) > MAX_WAITING:
            self.drop()

    async def close(self, code: int, reason: str) -> None:
        """Close with a code, after what is queued already, at most two seconds from now."""
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
                self.gateway.changes.ring()
                self._wake.clear()
                await self._wake.wait()
                continue
            try:
                await self._write_frame(payload)
            except ConnectionError:
                return

    def _written(self, writer: asyncio.Task[None]) -> None:
        """A client must not wait for ever for what can't be written."""
        if not writer.cancelled() and writer.exception() is not None:
            self.drop()

    def _next_guild(self) -> bytes | None:
        return None if self.session is None else self.session.next_guild()

    async def _write_frame(self, payload: bytes) -> None:
        if self._encoding.binary:
            await self._socket.send_bytes(self._encoding.encode(payload))
        elif self._compress_payloads and len(payload) > PAYLOAD_THRESHOLD:
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
            self.gateway.observe("in", op if isinstance(op, int) else -1, "", payload.get("d"))
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
        self.gateway.counts.heartbeats += 1
        self._expect_heartbeat()
        if self.gateway.faults.ack_heartbeats:
            self.send(11, None)
        self.gateway.changes.ring()

    def _expect_heartbeat(self) -> None:
        """4009 comes one and a half intervals after the last heartbeat."""
        if self._zombie is not None:
            self._zombie.cancel()
        self._zombie = asyncio.get_running_loop().call_later(
            self.gateway.settings.heartbeat_interval * 1.5, self._time_out
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
        if self.gateway.too_many_guilds(shard[1]):
            raise Closed(4011, "Sharding required.")
        if not self.gateway.may_identify(shard[0]):
            self.send(INVALID_SESSION, data=False)
            return
        self._compress_payloads = data.get("compress") is True
        threshold = data.get("large_threshold", 50)
        session = self.gateway.open_session(
            shard, intents, threshold if isinstance(threshold, int) else 50
        )
        delay = self.gateway.faults.ready_delay
        if delay > 0:
            self._later = asyncio.get_running_loop().call_later(delay, self._begin, session)
        else:
            self._begin(session)

    def _begin(self, session: Session) -> None:
        self._attach(session)
        self._queue(session.ready(self.gateway.url))

    def _attach(self, session: Session) -> None:
        self.session = session
        session.deliver = self._queue
        session.lost_at = None

    def _resume(self, data: Any) -> None:
        if self.session is not None:
            raise Closed(4005, "Already authenticated.")
        if not isinstance(data, dict):
            raise Closed(4002, "Error while decoding payload.")
        self._check_token(data)
        session = self.gateway.find_session(data.get("session_id"))
        seq = data.get("seq")
        if session is None or not isinstance(seq, int):
            self.send(INVALID_SESSION, data=False)
            return
        if seq > session.seq or seq < 0:
            raise Closed(4007, "Invalid seq.")
        missed = session.since(seq)
        if missed is None:
            self.gateway.end_session(session)
            self.send(INVALID_SESSION, data=False)
            return
        for other in list(self.gateway.connections):
            if other is not self and other.session is session:
                other.session = None
                other.drop()
        self.gateway.counts.resumes += 1
        for payload in missed:
            self._queue(payload)
        self._attach(session)
        self._queue(session.dispatch("RESUMED", {"_trace": ["sandbox"]}))

    def _check_token(self, data: dict[str, Any]) -> None:
        token = data.get("token")
        if not isinstance(token, str):
            raise Closed(4002, "Error while decoding payload.")
        if token.removeprefix("Bot ") != self.gateway.world.application.token:
            raise Closed(4004, "Authentication failed.")

    def _intents(self, intents: Any) -> int:
        if isinstance(intents, bool) or not isinstance(intents, int) or intents < 0:
            raise Closed(4013, "Invalid intent(s).")
        if intents & ~_KNOWN_INTENTS:
            raise Closed(4013, "Invalid intent(s).")
        if intents & _PRIVILEGED & ~self.gateway.settings.privileged:
            raise Closed(4014, "Disallowed intent(s).")
        return intents

    def _accept(self, data: Any) -> None:
        """Presence and voice state: taken, without any effect here."""
        if not isinstance(data, dict):
            raise Closed(4002, "Error while decoding payload.")

    def _request_members(self, data: Any) -> None:
        """One GUILD_MEMBERS_CHUNK. Without the GUILD_MEMBERS intent the whole list is kept back,
        and the bot is told of itself alone."""
        session = self.session
        if not isinstance(data, dict) or session is None:
            raise Closed(4002, "Error while decoding payload.")
        raw = data.get("guild_id")
        guild_id = int(raw) if isinstance(raw, int | str) and str(raw).isdecimal() else 0
        guild = self.gateway.world.guilds.get(guild_id)
        if guild is None or not session.owns(guild_id):
            return
        asked = data.get("user_ids") or []
        wanted = {str(one) for one in (asked if isinstance(asked, list) else [asked])}
        query = data.get("query")
        limit = data.get("limit") or 0
        members = [
            member
            for member in guild.members.values()
            if (
                str(member.user.id) in wanted
                if wanted
                else member.user.name.lower().startswith(str(query or "").lower())
            )
        ]
        if not wanted and not query and not session.intents & Intent.GUILD_MEMBERS:
            members = [guild.members[self.gateway.world.application.bot.id]]
        if isinstance(limit, int) and limit > 0:
            members = members[:limit]
        found = {str(member.user.id) for member in members}
        chunk: dict[str, Any] = {
            "guild_id": str(guild_id),
            "members": [serial.member_json(member) for member in members[:1000]],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": sorted(wanted - found),
        }
        if isinstance(data.get("nonce"), str):
            chunk["nonce"] = data["nonce"]
        self._queue(session.dispatch("GUILD_MEMBERS_CHUNK", chunk))

    _handlers: ClassVar[dict[int, Callable[[Connection, Any], None]]] = {
        1: _heartbeat,
        2: _identify,
        3: _accept,
        4: _accept,
        6: _resume,
        8: _request_members,
        31: _accept,
        43: _accept,
    }


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
