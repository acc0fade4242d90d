"""What callers can't do to the HTTP port: fill the log, the memory, or all connections."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from structlog.testing import capture_logs

from bot.core.clock import SystemClock
from bot.web.server import ServerLimits, listening
from tests.web.port import ask, site

HEAD = b"POST /ping HTTP/1.1\r\nHost: kc.example\r\n"


@asynccontextmanager
async def serving(connections: int = 64) -> AsyncIterator[int]:
    async with listening(site(SystemClock()), "127.0.0.1", 0, ServerLimits(connections)) as port:
        yield port


def reset(sender: socket.socket) -> None:
    """Hang up without a word (RST)."""
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sender.close()


async def test_a_reset_amid_a_body_is_no_news() -> None:
    with capture_logs() as logs:
        async with serving() as port:
            for number in range(60):
                sender = socket.create_connection(("127.0.0.1", port))
                sender.sendall(HEAD + b"Content-Length: 1000\r\n\r\nabc")
                for _ in range(number % 4):
                    await asyncio.sleep(0)
                reset(sender)
            assert (await ask("GET", f"http://127.0.0.1:{port}/healthz"))[0] == 200
    assert not [line for line in logs if line["log_level"] not in ("debug", "info")]


async def test_a_request_line_without_end_is_cut_off() -> None:
    async with serving() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        sent = 0
        try:
            async with asyncio.timeout(20):
                writer.write(b"GET /")
                while sent < 8 * 2**20:
                    writer.write(b"a" * 65536)
                    await writer.drain()
                    sent += 65536
                await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()
        # What the sockets of both sides hold is sent, and little more.
        assert sent < 8 * 2**20


async def test_one_byte_chunks_leave_the_loop_to_others() -> None:
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await asyncio.sleep(0)
            longest = max(longest, loop.time() - began)

    async with serving() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        watching = asyncio.create_task(watch())
        writer.write(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 65_000 + b"0\r\n\r\n"
        )
        assert (await reader.read(12)).startswith(b"HTTP/1.1 200")
        watching.cancel()
        writer.close()
    assert longest < 0.5


async def test_an_honest_caller_is_answered_while_others_only_hold_on() -> None:
    async with serving(connections=8) as port:
        slow, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD + b"Content-Length: 100\r\n\r\n" + b" " * 50)
        await asyncio.sleep(0.05)
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        writer.write(b" " * 50)
        assert (await slow.read(12)).startswith(b"HTTP/1.1 200")
        for _, each in [*idle, (slow, writer)]:
            each.close()
