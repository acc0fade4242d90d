"""What is answered to pings and to anything else that is sent to the port, over real sockets."""

import asyncio
import gzip
import logging
import xmlrpc.client
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.core.clock import SystemClock
from bot.web.server import ServerLimits, listening, serve
from bot.web.xmlrpc import MAX_BODY, understand
from tests.clock import FakeClock
from tests.web.port import CALL, EXTENDED, ask, free_port, is_too_large, site, spaces

USUAL = ServerLimits()


@dataclass
class Port:
    number: int
    hints: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.number}"

    async def ping(self, body: bytes, **headers: str) -> tuple[int, str]:
        return await ask("POST", f"{self.url}/ping", body, headers)


@asynccontextmanager
async def serving(
    *, limits: ServerLimits = USUAL, fails: Exception | None = None, **options: Any
) -> AsyncIterator[Port]:
    port = Port(0)

    def hear() -> None:
        if fails is not None:
            raise fails
        port.hints.append(1)

    served = site(SystemClock(), hear, **options)
    async with listening(served, "127.0.0.1", 0, limits) as port.number:
        yield port


def read(answer: str) -> dict[str, Any]:
    """As a client of XML-RPC that is not ours reads it."""
    ((value,), _) = xmlrpc.client.loads(answer)
    assert isinstance(value, dict)
    return value


def outcome(answer: str) -> bool | int:
    try:
        error: bool = read(answer)["flerror"]
    except xmlrpc.client.Fault as fault:
        return fault.faultCode
    return error


# ---------------------------------------------------------------- pings


@pytest.mark.parametrize("method", ["weblogUpdates.ping", "weblogUpdates.extendedPing"])
async def test_a_ping_is_thanked_for_and_heard(method: str) -> None:
    async with serving() as port:
        status, answer = await port.ping(CALL.format(method=method).encode())
    assert status == 200
    assert read(answer) == {"flerror": False, "message": "Thanks for the ping."}
    assert len(port.hints) == 1


async def test_a_client_of_the_standard_library_pings() -> None:
    async with serving() as port:
        with xmlrpc.client.ServerProxy(f"{port.url}/ping") as proxy:
            answer = await asyncio.to_thread(proxy.weblogUpdates.ping, "KC", "https://kc.example/")
    assert isinstance(answer, dict)
    assert answer["flerror"] is False
    assert len(port.hints) == 1


@pytest.mark.parametrize("coding", ["utf-8", "euc-kr", "shift-jis"])
async def test_a_blogs_name_in_any_encoding_is_no_hindrance(coding: str) -> None:
    """WordPress writes the name in the blog's charset, and declares none."""
    name = "かな" if coding == "shift-jis" else "케이크러시"
    body = CALL.format(method="weblogUpdates.ping").replace("KC Magazine", name).encode(coding)
    async with serving() as port:
        assert read((await port.ping(body))[1])["flerror"] is False


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (
            CALL.format(method="system.listMethods").encode(),
            -32601,
            "There's no such method here. Call weblogUpdates.ping or weblogUpdates.extendedPing.",
        ),
        (
            b"",
            -32700,
            "This isn't an XML-RPC call. Send weblogUpdates.ping or weblogUpdates.extendedPing.",
        ),
        (
            b'{"ping": true}',
            -32700,
            "This isn't an XML-RPC call. Send weblogUpdates.ping or weblogUpdates.extendedPing.",
        ),
        (
            b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
            + EXTENDED,
            -32600,
            "Document types and entities aren't accepted here. Send a plain XML-RPC call.",
        ),
    ],
)
async def test_anything_else_gets_a_fault(body: bytes, code: int, words: str) -> None:
    async with serving() as port:
        status, answer = await port.ping(body)
    assert status == 200
    with pytest.raises(xmlrpc.client.Fault) as fault:
        read(answer)
    assert (fault.value.faultCode, fault.value.faultString) == (code, words)
    assert not port.hints


async def test_too_much_is_refused_however_it_comes() -> None:
    async with serving() as port:
        assert await is_too_large(f"{port.url}/ping", EXTENDED + b" " * MAX_BODY)
        assert await is_too_large(f"{port.url}/ping", spaces(10 * MAX_BODY))
        assert (await port.ping(gzip.compress(EXTENDED), **{"Content-Encoding": "gzip"}))[0] == 415
        assert not port.hints
        assert (await port.ping(EXTENDED + b" " * (MAX_BODY - len(EXTENDED))))[0] == 200


async def test_other_doors_are_closed() -> None:
    async with serving() as port:
        assert (await ask("GET", f"{port.url}/ping"))[0] == 405
        assert (await ask("GET", f"{port.url}/"))[0] == 404
        assert (await ask("POST", f"{port.url}/websub/0", b""))[0] == 404
        assert (await ask("POST", f"{port.url}/healthz", b""))[0] == 405


async def test_what_breaks_within_is_no_traceback() -> None:
    async with serving(fails=RuntimeError("hush")) as port:
        with capture_logs() as logs:
            status, answer = await port.ping(EXTENDED)
    assert (status, answer) == (500, "500: Internal Server Error")
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["http.crashed"]


async def test_a_flood_of_pings_is_a_line_in_the_log() -> None:
    async with serving() as port:
        with capture_logs() as logs:
            for _ in range(20):
                await port.ping(EXTENDED)
    assert len(port.hints) == 20
    assert len([line for line in logs if line["event"] == "http.ping"]) == 1


# ---------------------------------------------------------------- hostile bytes

_TAGS = st.sampled_from(
    [b"<methodCall>", b"<methodName>", b"weblogUpdates.ping", b"</methodName>", b"<!DOCTYPE x>",
     b"<methodCall ", b"<![CDATA[", b"&a;", b" " * 300, b"<!ENTITY", b"\xff\xfe", b"\0"]
)  # fmt: skip
BODIES = st.one_of(
    st.binary(max_size=300),
    st.lists(_TAGS, max_size=30).map(b"".join),
    st.builds(lambda junk, at: EXTENDED[:at] + junk + EXTENDED[at:],
              st.binary(max_size=20), st.integers(0, len(EXTENDED))),
)  # fmt: skip


@given(BODIES)
@example(b"<methodCall>" * 5000)
@example(b"<methodCall " * 5000)
@example(b"<methodCall>" + b" " * 65000)
def test_any_body_is_understood_or_a_fault(body: bytes) -> None:
    understood = understand(body)
    heard = understood.fault is None
    assert heard is (understood.key == "ping.thanks")
    if heard:
        assert b"<methodCall" in body
        assert b"<!doctype" not in body.lower()


@hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(BODIES, min_size=1, max_size=5))
def test_any_body_gets_an_answer(caplog: pytest.LogCaptureFixture, bodies: list[bytes]) -> None:
    async def send() -> None:
        async with serving() as port, asyncio.timeout(10):
            for body in bodies:
                status, answer = await port.ping(body)
                assert status == 200
                assert outcome(answer) in (False, -32700, -32601, -32600)

    asyncio.run(send())
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(
            st.binary(min_size=1, max_size=200),
            st.sampled_from(
                [
                    b"POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                    b"POST /ping HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    b"GET /healthz HTTP/1.1\r\nHost: x\r\nRange: \xff\r\n\r\n",
                    b"GET /%00%ff HTTP/1.1\r\nHost: x\r\n\r\n",
                    b"GET http://[ HTTP/1.1\r\n\r\n",
                    b"GET " + b"a" * 20000,
                ]
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_bytes_on_the_wire_harm_nobody(
    caplog: pytest.LogCaptureFixture, messages: list[bytes]
) -> None:
    """Bytes that are no HTTP get a 4xx or nothing, within bounds, and the next caller is served."""

    async def send() -> None:
        async with serving(limits=ServerLimits(seconds=0.2)) as port, asyncio.timeout(10):
            for message in messages:
                reader, writer = await asyncio.open_connection("127.0.0.1", port.number)
                try:
                    writer.write(message)
                    answer = await reader.read()
                except ConnectionError:
                    answer = b""
                finally:
                    writer.close()
                assert not answer or answer.split(b" ", 2)[1][:1] in (b"2", b"4")
                assert b"Invalid" not in answer
            assert (await port.ping(EXTENDED))[0] == 200

    asyncio.run(send())
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


# ---------------------------------------------------------------- bounds of time and number


async def test_who_sends_slowly_is_cut_off() -> None:
    async with serving(request_limit=0.1) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port.number)
        writer.write(b"POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n<")
        async with asyncio.timeout(10):
            answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("sent", [b"", b"POST /ping HTTP/1.1\r\nX"])
async def test_who_says_nothing_is_cut_off(sent: bytes) -> None:
    async with serving(limits=ServerLimits(seconds=0.1)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port.number)
        writer.write(sent)
        async with asyncio.timeout(10):
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
        writer.close()


async def test_connections_that_are_held_keep_nobody_out() -> None:
    """Of more than the limit, the oldest goes; whoever comes last is served."""
    async with serving(limits=ServerLimits(connections=4, seconds=60)) as port:
        held = [await asyncio.open_connection("127.0.0.1", port.number) for _ in range(12)]
        assert (await port.ping(EXTENDED))[0] == 200
        async with asyncio.timeout(10):
            for reader, _ in held[:8]:
                with suppress(ConnectionResetError):
                    assert await reader.read() == b""
        for _, writer in held:
            writer.close()


async def reached(url: str) -> int:
    """Ping until somebody listens."""
    async with asyncio.timeout(10):
        while True:
            try:
                return (await ask("POST", url, EXTENDED))[0]
            except OSError:
                await asyncio.sleep(0.01)


async def test_a_taken_port_is_said_and_tried_again() -> None:
    number, clock = free_port(), FakeClock()

    server = serve(
        lambda: site(clock),
        clock,
        host="127.0.0.1",
        port=number,
    )
    other = await asyncio.start_server(lambda *_: None, "127.0.0.1", number)
    with capture_logs() as logs:
        task = asyncio.create_task(server)
        await clock.asleep_for(60)
        other.close()
        await other.wait_closed()
        await clock.advance(60)
        assert await reached(f"http://127.0.0.1:{number}/ping") == 200
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    (told,) = [line for line in logs if line["log_level"] == "warning"]
    assert told["event"] == "http.no-port"
    assert told["cause"] == "Address already in use"
    assert told["effect"] == "no pings, no /healthz and no /metrics; polling goes on"
    assert told["mend"] == ("end the other program, choose another HTTP_PORT, or 0 to do without")
