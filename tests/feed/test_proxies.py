"""Requests through a proxy, over real sockets; names are the tests' own, as in ``test_fetch``."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import yarl
from aiohttp import encode_basic_auth
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.core.errors import FetchError
from bot.feed.fetch import open_fetcher
from bot.feed.proxies import proxy_finder
from tests.clock import FakeClock

PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.7"
NAMES = {"public.test": PUBLIC, "private.test": PRIVATE, "proxy.test": "127.0.0.1"}


class Names(AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host not in NAMES:
            raise OSError("no such name")
        return [
            ResolveResult(
                hostname=host, host=NAMES[host], port=port, family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        pass


@dataclass
class Proxy:
    """Answers every request itself, and notes what it was asked for."""

    port: int = 0
    answer: str = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<rss/>"
    heads: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(self.answer.encode())
        await writer.drain()
        writer.close()

    @property
    def asked(self) -> list[str]:
        """The request lines without the protocol."""
        return [head.splitlines()[0].removesuffix(" HTTP/1.1") for head in self.heads]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    one = Proxy()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    async with server:
        yield one


async def fetch(url: str, setting: str, *, trusted: bool = True) -> bytes:
    async with open_fetcher(
        FakeClock(), user_agent="test", resolver=Names(), proxy=setting
    ) as fetcher:
        return (await fetcher.get(url, trusted=trusted)).body


async def failure(url: str, setting: str, *, trusted: bool = True) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetch(url, setting, trusted=trusted)
    return caught.value


async def test_the_site_is_asked_through_the_proxy_of_the_settings(proxy: Proxy) -> None:
    setting = f"http://me:hush@proxy.test:{proxy.port}"
    assert await fetch("http://public.test/feed/", setting) == b"<rss/>"
    assert proxy.asked == ["GET http://public.test/feed/"]
    assert f"Proxy-Authorization: {encode_basic_auth('me', 'hush')}" in proxy.heads[0]


async def test_the_site_is_asked_through_the_proxy_of_the_environment(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"proxy.test:{proxy.port}")
    assert await fetch("http://public.test/feed/", "") == b"<rss/>"
    assert len(proxy.asked) == 1


async def test_https_goes_through_a_tunnel(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://proxy.test:{proxy.port}")
    proxy.answer = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    error = await failure("https://public.test/feed/", "")
    assert proxy.asked == ["CONNECT public.test:443"]
    assert error.key == "fetch.proxy"
    assert "(407 Proxy Authentication Required)" in str(error)


async def test_a_proxy_that_is_not_there_is_named_as_the_cause(unused_tcp_port: int) -> None:
    error = await failure("http://public.test/", f"http://me:hush@proxy.test:{unused_tcp_port}")
    assert error.key == "fetch.proxy"
    assert "Connection refused" in str(error)
    assert "hush" not in str(error)


@pytest.mark.parametrize(
    "url", ["http://private.test/", "http://10.0.0.8/", "http://169.254.169.254/latest/"]
)
async def test_an_address_from_outside_leads_to_no_private_place_through_the_proxy(
    proxy: Proxy, url: str
) -> None:
    setting = f"http://proxy.test:{proxy.port}"
    error = await failure(url, setting, trusted=False)
    assert error.key == "fetch.private-address"
    proxy.answer = f"HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n"
    error = await failure("http://public.test/", setting)
    assert error.key == "fetch.private-address"
    assert proxy.asked == ["GET http://public.test/"]


async def test_a_name_that_only_the_proxy_knows_must_be_the_operators(proxy: Proxy) -> None:
    setting = f"http://proxy.test:{proxy.port}"
    assert await fetch("http://elsewhere.test/feed/", setting) == b"<rss/>"
    assert (await failure("http://elsewhere.test/", setting, trusted=False)).key == "fetch.no-host"
    proxy.answer = "HTTP/1.1 302 Found\r\nLocation: http://other.test/\r\nContent-Length: 0\r\n\r\n"
    assert (await failure("http://elsewhere.test/", setting)).key == "fetch.no-host"


@pytest.mark.parametrize(
    ("setting", "environment", "url", "found"),
    [
        ("", {}, "http://a.example/", None),
        ("", {"HTTPS_PROXY": "http://p:1"}, "https://a.example/", "http://p:1"),
        ("", {"HTTPS_PROXY": "http://p:1"}, "http://a.example/", None),
        ("", {"https_proxy": "p:1"}, "https://a.example/", "http://p:1"),
        ("", {"ALL_PROXY": "http://p:1"}, "http://a.example/", "http://p:1"),
        ("off", {"HTTPS_PROXY": "http://p:1"}, "https://a.example/", None),
        ("http://s:2", {"HTTPS_PROXY": "http://p:1"}, "https://a.example/", "http://s:2"),
        ("http://s:2", {"NO_PROXY": "a.example"}, "https://a.example/", None),
        ("http://s:2", {"NO_PROXY": ".example"}, "https://a.example/", None),
        ("http://s:2", {"NO_PROXY": "b.example, a.example"}, "https://a.example/", None),
        ("http://s:2", {"NO_PROXY": "*"}, "https://a.example/", None),
        ("http://s:2", {"NO_PROXY": "b.example"}, "https://a.example/", "http://s:2"),
        ("http://s:2", {}, "http://127.0.0.1:8080/", None),
        ("http://s:2", {}, "http://localhost/", None),
    ],
)
def test_which_proxy_is_used(
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    environment: dict[str, str],
    url: str,
    found: str | None,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_finder(setting)(yarl.URL(url)) == found
