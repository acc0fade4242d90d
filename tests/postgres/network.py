"""A network between the bot and PostgreSQL that a test cuts: refused at once, or silent."""

import asyncio
import contextlib
import socket
import struct
from typing import Self

_READY = b"Z"
"""ReadyForQuery, with which the server ends its answer to each round (PostgreSQL docs, Message
Formats)."""


class Cable:
    """A port of this machine that leads to a server at `address` (host and port).

    ``rounds`` counts what the server has answered: a statement that is prepared already is one.
    """

    def __init__(self, address: str) -> None:
        self._host, _, port = address.partition(":")
        self._port = int(port)
        self._own_port = 0
        self._passes = asyncio.Event()
        self._passes.set()
        self._listening: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.rounds = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._own_port}"

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.refuse()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    def silence(self) -> None:
        """Connections stay, and new ones are taken; nothing passes."""
        self._passes.clear()

    def strand(self) -> None:
        """Connections stay, and nothing passes in them any more; new ones are taken and work, as
        behind a firewall that has forgotten what was connected."""
        self.silence()
        self._passes = asyncio.Event()
        self._passes.set()

    async def refuse(self) -> None:
        """Reset every connection, and refuse new ones."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for writer in self._writers:
            end: socket.socket = writer.get_extra_info("socket")
            # With no time to linger a close is a reset.
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        self._writers.clear()

    async def mend(self) -> None:
        """Let everything pass again; what was held back comes late, as what TCP sends again."""
        self._passes.set()
        if self._listening is None:
            await self._listen()

    async def _listen(self) -> None:
        self._listening = await asyncio.start_server(
            self._connected, "127.0.0.1", self._own_port, reuse_address=True
        )
        self._own_port = self._listening.sockets[0].getsockname()[1]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        passes = self._passes
        await passes.wait()
        try:
            there, back = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(back)
        for one in (
            self._carry(reader, back, passes),
            self._carry(there, writer, passes, _Rounds(self)),
        ):
            task = asyncio.create_task(one)
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        passes: asyncio.Event,
        rounds: "_Rounds | None" = None,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await passes.wait()
                if rounds is not None:
                    rounds.feed(data)
                writer.write(data)
            await passes.wait()
        self._writers.discard(writer)
        writer.close()


class _Rounds:
    """Counts the ends of answers in what a server sends."""

    def __init__(self, cable: Cable) -> None:
        self._cable = cable
        self._data = b""
        self._begun = False

    def feed(self, data: bytes) -> None:
        self._data += data
        if not self._begun:
            # The answer to whether it speaks TLS is one letter.
            self._data = self._data.removeprefix(b"N")
            self._begun = True
        while len(self._data) >= 5:
            length = 1 + int.from_bytes(self._data[1:5])
            if len(self._data) < length:
                return
            self._cable.rounds += self._data[:1] == _READY
            self._data = self._data[length:]
