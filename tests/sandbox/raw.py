"""The gateway by hand: a raw connection, and a good identify to begin with."""

from __future__ import annotations

import zlib
from typing import Any

import aiohttp
import orjson

from sandbox import Sandbox


class RawGateway:
    """The client's end of a gateway connection, byte for byte."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._inflate = zlib.decompressobj()

    async def send(self, op: int, data: Any) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def receive(self) -> dict[str, Any]:
        """The next payload; AssertionError when the connection closes instead."""
        message = await self.socket.receive(timeout=5)
        if message.type is aiohttp.WSMsgType.TEXT:
            payload: dict[str, Any] = orjson.loads(message.data)
            return payload
        assert message.type is aiohttp.WSMsgType.BINARY, f"closed with {self.socket.close_code}"
        if message.data[-4:] == b"\x00\x00\xff\xff":
            given: dict[str, Any] = orjson.loads(self._inflate.decompress(message.data))
        else:
            given = orjson.loads(zlib.decompress(message.data))
        return given

    async def until(self, op: int, event: str | None = None) -> dict[str, Any]:
        """Skip payloads until one of that op, and for a dispatch of that event."""
        while True:
            payload = await self.receive()
            if payload["op"] == op and event in (None, payload["t"]):
                return payload

    async def closed(self) -> int | None:
        """The code with which the server closes, everything before it skipped."""
        while True:
            message = await self.socket.receive(timeout=5)
            if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                return self.socket.close_code


def identity(sandbox: Sandbox, **changes: Any) -> dict[str, Any]:
    """The data of a good identify, with changes."""
    return {
        "token": sandbox.token,
        "intents": 1,
        "properties": {"os": "linux", "browser": "raw", "device": "raw"},
        **changes,
    }
