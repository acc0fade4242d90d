"""The fetcher against real HTTP servers on loopback, friendly and hostile.

Names and zones are the tests' own: every name leads to a loopback address, 127.0.0.1 plays the
public Internet and 127.0.0.2 a private network.
"""

import asyncio
import gzip
import socket
import threading
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from socket import AddressFamily
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.web_request import Request
from aiohttp.web_response import Response

from bot.core.errors import FetchError
from bot.core.feed_state import Validators
from bot.feed.fetch import Fetched, Fetcher, Limits, open_fetcher
from bot.feed.network import is_public_address, thread_resolver
from tests.clock import FakeClock

PUBLIC, PRIVATE = "127.0.0.1", "127.0.0.2"
DATE = "Sun, 01 Mar 2026 11:00:00 GMT"
MIB = 2**20
BODY = b"<rss>" + b"words " * 1000 + b"</rss>"


class Names(AbstractResolver):
    """Answers each name with its lists of addresses, one after the other, the last for ever."""

    def __init__(self) -> None:
        self.known = {
            "public.test": [[PUBLIC]],
            "other.test": [[PUBLIC]],
            "private.test": [[PRIVATE]],
            "both.test": [[PRIVATE, PUBLIC]],
            "rebinding.test": [[PUBLIC], [PRIVATE]],
            "unbinding.test": [[PRIVATE], [PUBLIC]],
        }

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host == "hanging.test":
            await asyncio.Event().wait()
        if host not in self.known:
            raise OSError("no such name")
        answers = self.known[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
            for address in addresses
        ]

    async def close(self) -> None:
        pass


class Site:
    """One application on both addresses, at one port; every request is kept."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.routes: dict[str, Callable[[Request], Awaitable[Response]]] = {}
        self.port = 0

    def url(self, path: str = "/feed", host: str = "public.test") -> str:
        return f"http://{host}:{self.port}{path}"

    def serve(self, handler: Callable[[Request], Awaitable[Response]], path: str = "/feed") -> None:
        self.routes[path] = handler

    def redirect(self, target: str, status: int = 302, path: str = "/feed") -> None:
        async def handler(request: Request) -> Response:
            return web.Response(status=status, headers={"Location": target})

        self.serve(handler, path)

    def answer(self, path: str = "/feed", **response: Any) -> None:
        async def handler(request: Request) -> Response:
            return web.Response(**response)

        self.serve(handler, path)

    async def handle(self, request: Request) -> Response:
        self.requests.append(request)
        handler = self.routes.get(request.path)
        return await handler(request) if handler else web.Response(status=404)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    first = web.TCPSite(runner, PUBLIC, 0)
    await first.start()
    site.port = runner.addresses[0][1]
    await web.TCPSite(runner, PRIVATE, site.port).start()
    yield site
    await runner.cleanup()


@pytest.fixture
async def open_one() -> AsyncIterator[Callable[..., Awaitable[Fetcher]]]:
    """Makes fetchers that all end with the test."""
    async with AsyncExitStack() as stack:

        async def make(**limits: Any) -> Fetcher:
            return await stack.enter_async_context(
                open_fetcher(
                    FakeClock(),
                    user_agent="kcrush-bot/1 (+ops@kc.example)",
                    limits=Limits(**limits),
                    resolver=Names(),
                    is_public=lambda address: address == PUBLIC,
                )
            )

        yield make


@pytest.fixture
async def fetcher(open_one: Callable[..., Awaitable[Fetcher]]) -> Fetcher:
    return await open_one()


async def failure(fetching: Awaitable[object]) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetching
    return caught.value


async def test_a_plain_answer(site: Site, fetcher: Fetcher) -> None:
    site.answer(
        body=BODY,
        content_type="application/rss+xml",
        headers={"ETag": '"a"', "Cache-Control": "max-age=90", "Retry-After": "7"},
    )
    fetched = await fetcher.get(site.url("/feed#part"))
    assert (fetched.status, fetched.body, fetched.url) == (200, BODY, site.url())
    assert fetched.content_type == "application/rss+xml"
    assert fetched.validators == Validators('"a"', None)
    assert (fetched.max_age, fetched.retry_after, fetched.moved_to) == (90, 7, None)
    (request,) = site.requests
    assert request.headers["User-Agent"] == "kcrush-bot/1 (+ops@kc.example)"
    assert request.headers["Accept-Encoding"] == "gzip, deflate"
    assert "If-None-Match" not in request.headers


# ---------------------------------------------------------------- asking conditionally


def page_with(
    tag: str | None,
    *,
    matches: Callable[[str | None, str | None], object],
    date: str | None = None,
    headers: dict[str, str] | None = None,
) -> Callable[..., Awaitable[Response]]:
    """A page that answers 304 where `matches(if_none_match, if_modified_since)`."""

    async def handler(request: Request) -> Response:
        given = {"ETag": tag} if tag else {}
        if date:
            given["Last-Modified"] = date
        asked = request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")
        if any(asked) and matches(*asked):
            return web.Response(status=304, headers=given)
        return web.Response(body=BODY, headers=given | (headers or {}))

    return handler


async def polls(fetcher: Fetcher, url: str, number: int) -> list[int]:
    """The statuses of polls that each ask with what the one before was given."""
    validators, statuses = Validators(), []
    for _ in range(number):
        fetched = await fetcher.get(url, validators)
        assert fetched.body == (BODY if fetched.status == 200 else b"")
        validators = fetched.validators
        statuses.append(fetched.status)
    return statuses


SERVERS = {
    "rfc, strong": page_with('"a"', matches=lambda tag, _: tag == '"a"'),
    "rfc, weak": page_with('W/"a"', matches=lambda tag, _: tag in ('"a"', 'W/"a"')),
    "apache, gzipped on the way out": page_with(
        '"a-gzip"', date=DATE, matches=lambda tag, date: tag == '"a"' and date == DATE
    ),
    "wordpress behind a proxy that weakens": page_with(
        'W/"a"', date=DATE, matches=lambda tag, date: tag == '"a"' and date == DATE
    ),
    "date only": page_with(None, date=DATE, matches=lambda _, date: date == DATE),
}
SLOW_TO_PLEASE = {
    "weak and compared as a string": page_with('W/"a"', matches=lambda tag, _: tag == 'W/"a"'),
    "a tag that just ends so": page_with('"a-gzip"', matches=lambda tag, _: tag == '"a-gzip"'),
}


@pytest.mark.parametrize("server", SERVERS)
async def test_an_unchanged_page_is_304_from_the_second_poll_on(
    site: Site, fetcher: Fetcher, server: str
) -> None:
    site.serve(SERVERS[server])
    assert await polls(fetcher, site.url(), 4) == [200, 304, 304, 304]


@pytest.mark.parametrize("server", SLOW_TO_PLEASE)
async def test_an_unusual_server_is_learnt_at_the_cost_of_one_poll(
    site: Site, fetcher: Fetcher, server: str
) -> None:
    site.serve(SLOW_TO_PLEASE[server])
    assert await polls(fetcher, site.url(), 5) == [200, 200, 304, 304, 304]


async def test_tags_that_differ_from_machine_to_machine_leave_the_date(
    site: Site, fetcher: Fetcher
) -> None:
    site.serve(page_with('"a"', date=DATE, matches=lambda tag, date: tag is None and date == DATE))
    assert await polls(fetcher, site.url(), 4) == [200, 200, 304, 304]


async def test_a_server_that_knows_no_conditions_is_read_each_time(
    site: Site, fetcher: Fetcher
) -> None:
    site.serve(page_with('"a-gzip"', date=DATE, matches=lambda *_: False))
    assert await polls(fetcher, site.url(), 5) == [200] * 5


async def test_a_304_keeps_the_validators_as_they_were(site: Site, fetcher: Fetcher) -> None:
    site.answer(status=304, headers={"ETag": '"other"', "Cache-Control": "max-age=60"})
    asked = Validators('"a-gzip"', DATE)
    fetched = await fetcher.get(site.url(), asked)
    assert (fetched.status, fetched.body, fetched.validators) == (304, b"", asked)
    assert fetched.max_age == 60


async def test_a_304_that_nobody_asked_for_is_no_answer(site: Site, fetcher: Fetcher) -> None:
    site.answer(status=304)
    error = await failure(fetcher.get(site.url()))
    assert (error.key, error.args_by_name["status"]) == ("fetch.unexpected", 304)


# ---------------------------------------------------------------- what can't be used


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (204, "fetch.unexpected"),
        (300, "fetch.unexpected"),
        (401, "fetch.refused"),
        (403, "fetch.refused"),
        (404, "fetch.missing"),
        (410, "fetch.missing"),
        (418, "fetch.unexpected"),
        (429, "fetch.busy"),
        (500, "fetch.failing"),
        (503, "fetch.busy"),
        (599, "fetch.failing"),
    ],
)
async def test_each_status_has_its_word_and_keeps_retry_after(
    site: Site, fetcher: Fetcher, status: int, key: str
) -> None:
    site.answer(status=status, headers={"Retry-After": "600"})
    error = await failure(fetcher.get(site.url()))
    assert (error.key, error.retry_after) == (key, 600)
    assert error.args_by_name == {"status": status}


@pytest.mark.parametrize(
    "url",
    ["", "kcrush.com/feed", "ftp://kc.example/", "file:///etc/passwd", "http://", "http://[", "\0"],
)
async def test_an_address_that_is_none_is_refused(fetcher: Fetcher, url: str) -> None:
    assert (await failure(fetcher.get(url))).key == "fetch.bad-address"


async def test_a_name_that_does_not_exist(fetcher: Fetcher) -> None:
    error = await failure(fetcher.get("http://missing.test/feed"))
    assert (error.key, error.args_by_name) == ("fetch.no-host", {"host": "missing.test"})


async def test_a_name_server_that_hangs_is_not_waited_for(
    open_one: Callable[..., Awaitable[Fetcher]],
) -> None:
    fetcher = await open_one(connect=0.05)
    assert (await failure(fetcher.get("http://hanging.test/"))).key == "fetch.no-host"


async def test_a_refused_connection_names_the_problem(fetcher: Fetcher) -> None:
    with socket.create_server((PUBLIC, 0)) as taken:
        port = taken.getsockname()[1]
    error = await failure(fetcher.get(f"http://public.test:{port}/"))
    assert error.key == "fetch.unreachable"
    assert "refused" in str(error.args_by_name["problem"]).lower()


async def test_a_server_without_tls_behind_https(site: Site, fetcher: Fetcher) -> None:
    error = await failure(fetcher.get(site.url().replace("http", "https")))
    assert error.key == "fetch.insecure"


Answer = Callable[[asyncio.StreamWriter], Awaitable[object]]


async def raw_server(
    answer: Answer,
) -> tuple[asyncio.Server, int]:
    """A server that writes bytes as it likes, and its port."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, PUBLIC, 0)
    return server, server.sockets[0].getsockname()[1]


async def get_raw(fetcher: Fetcher, answer: Answer) -> Fetched:
    server, port = await raw_server(answer)
    async with server:
        return await fetcher.get(f"http://public.test:{port}/")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nETag: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    ],
    ids=["nothing", "no http", "cut short", "long header", "many headers", "bad chunk", "negative"],
)
async def test_broken_http_is_a_clear_error(fetcher: Fetcher, head: bytes) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        await writer.drain()

    assert (await failure(get_raw(fetcher, answer))).key == "fetch.unreachable"


async def test_an_endless_drip_ends_with_the_time(
    open_one: Callable[..., Awaitable[Fetcher]],
) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1\r\nx\r\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    fetcher = await open_one(total=0.2)
    assert (await failure(get_raw(fetcher, answer))).key == "fetch.too-slow"


async def test_silence_ends_with_the_time(open_one: Callable[..., Awaitable[Fetcher]]) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    fetcher = await open_one(total=0.2)
    assert (await failure(get_raw(fetcher, answer))).key == "fetch.too-slow"


async def test_an_endless_flood_ends_at_the_limit(
    open_one: Callable[..., Awaitable[Fetcher]],
) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    fetcher = await open_one(body=MIB)
    error = await failure(get_raw(fetcher, answer))
    assert (error.key, error.args_by_name["limit"]) == ("fetch.too-large", 1)


async def test_an_announced_flood_is_not_even_read(
    open_one: Callable[..., Awaitable[Fetcher]],
) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        await asyncio.sleep(5)

    assert (await failure(get_raw(await open_one(), answer))).key == "fetch.too-large"


async def test_a_zip_bomb_costs_no_more_than_the_limit(
    site: Site, open_one: Callable[..., Awaitable[Fetcher]]
) -> None:
    bomb = gzip.compress(b"\0" * (32 * MIB)) * 16
    site.answer(body=bomb, headers={"Content-Encoding": "gzip"})
    fetcher = await open_one(body=4 * MIB)
    tracemalloc.start()
    try:
        error = await failure(fetcher.get(site.url()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.key == "fetch.too-large"
    assert peak < 16 * MIB


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "gzip"])
async def test_a_body_that_is_not_what_it_says(site: Site, fetcher: Fetcher, encoding: str) -> None:
    site.answer(body=BODY, headers={"Content-Encoding": encoding})
    error = await failure(fetcher.get(site.url()))
    assert (error.key, error.args_by_name["coding"]) == ("fetch.bad-coding", encoding)


# ---------------------------------------------------------------- redirects


async def test_redirects_are_followed_and_permanent_ones_remembered(
    site: Site, fetcher: Fetcher
) -> None:
    site.redirect("/a", 301)
    site.redirect("b", 308, path="/a")
    site.redirect(site.url("/c", "other.test"), 302, path="/b")
    site.redirect("?x=1", 301, path="/c")

    async def end(request: Request) -> Response:
        if request.query:
            return web.Response(body=BODY)
        return web.Response(status=301, headers={"Location": "?x=1"})

    site.serve(end, "/c")
    fetched = await fetcher.get(site.url())
    assert fetched.url == site.url("/c?x=1", "other.test")
    assert fetched.moved_to == site.url("/b")


async def test_five_redirects_are_enough(site: Site, fetcher: Fetcher) -> None:
    for step in range(6):
        site.redirect(f"/{step + 1}", path=f"/{step}")
    site.answer("/6", body=BODY)
    assert (await fetcher.get(site.url("/1"))).body == BODY
    error = await failure(fetcher.get(site.url("/0")))
    assert (error.key, error.args_by_name) == ("fetch.too-many-redirects", {"limit": 5})


async def test_a_redirect_to_itself_ends(site: Site, fetcher: Fetcher) -> None:
    site.redirect("/feed")
    assert (await failure(fetcher.get(site.url()))).key == "fetch.too-many-redirects"
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://x/",
        "javascript:alert(1)",
        "mailto:ops@kc.example",
        "http://[",
        "http://x:99999/",
    ],
)
async def test_redirects_lead_to_http_only(site: Site, fetcher: Fetcher, target: str) -> None:
    site.redirect(target)
    assert (await failure(fetcher.get(site.url()))).key == "fetch.bad-redirect"


async def test_a_redirect_without_a_target_is_no_page(site: Site, fetcher: Fetcher) -> None:
    site.answer(status=302)
    assert (await failure(fetcher.get(site.url()))).key == "fetch.unexpected"


async def test_the_public_never_leads_into_the_private(site: Site, fetcher: Fetcher) -> None:
    site.answer("/secret", body=BODY)
    for host in ("private.test", PRIVATE):
        site.redirect(site.url("/secret", host))
        error = await failure(fetcher.get(site.url()))
        assert (error.key, error.args_by_name) == ("fetch.private-address", {"host": host})
    assert [request.path for request in site.requests] == ["/feed", "/feed"]


async def test_also_not_by_a_detour(site: Site, fetcher: Fetcher) -> None:
    site.redirect(site.url("/b", "public.test"), path="/a")
    site.redirect(site.url("/c", "private.test"), path="/b")
    error = await failure(fetcher.get(site.url("/a", "private.test")))
    assert error.key == "fetch.private-address"


async def test_the_operators_own_private_site_may_redirect_within(
    site: Site, fetcher: Fetcher
) -> None:
    site.redirect(site.url("/b", "private.test"), path="/a")
    site.answer("/b", body=BODY)
    assert (await fetcher.get(site.url("/a", "private.test"))).body == BODY


async def test_an_address_from_outside_reaches_no_private_site(
    site: Site, fetcher: Fetcher
) -> None:
    site.answer(body=BODY)
    error = await failure(fetcher.get(site.url(host="private.test"), trusted=False))
    assert error.key == "fetch.private-address"
    assert site.requests == []


async def test_a_name_in_both_worlds_is_reached_in_the_public_one(
    site: Site, fetcher: Fetcher
) -> None:
    peers = []

    async def handler(request: Request) -> Response:
        assert request.transport is not None
        peers.append(request.transport.get_extra_info("sockname")[0])
        return web.Response(body=BODY)

    site.serve(handler)
    await fetcher.get(site.url(host="both.test"))
    assert peers == [PUBLIC]


@pytest.mark.parametrize("host", ["rebinding.test", "unbinding.test"])
async def test_a_name_that_changes_its_mind_gains_nothing(
    site: Site, fetcher: Fetcher, host: str
) -> None:
    site.answer(body=BODY)
    assert (await failure(fetcher.get(site.url(host=host)))).key == "fetch.private-address"
    assert site.requests == []


async def test_credentials_stay_with_their_origin_and_are_never_shown(
    site: Site, fetcher: Fetcher
) -> None:
    site.redirect("/same")
    site.redirect(site.url("/other", "other.test"), path="/same")
    site.answer("/other", body=BODY)
    fetched = await fetcher.get(site.url().replace("//", "//me:secret@"))
    assert ["Authorization" in request.headers for request in site.requests] == [True, True, False]
    assert "secret" not in repr(fetched)
    site.answer("/other", status=500)
    error = await failure(fetcher.get(site.url().replace("//", "//me:secret@")))
    assert "secret" not in str(error)


async def test_credentials_in_a_redirect_are_not_used(site: Site, fetcher: Fetcher) -> None:
    site.redirect(site.url("/b", "other.test").replace("//", "//you:guess@"))
    site.answer("/b", body=BODY)
    await fetcher.get(site.url())
    assert "Authorization" not in site.requests[-1].headers


async def test_cookies_are_not_kept(site: Site, fetcher: Fetcher) -> None:
    site.answer(body=BODY, headers={"Set-Cookie": "tracking=1"})
    await fetcher.get(site.url())
    await fetcher.get(site.url())
    assert "Cookie" not in site.requests[-1].headers


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:4700::6810:84e5", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b:1::5db8:d822", False),
        ("64:ff9b:1::a00:1", False),
        ("fec0::1", False),
        ("::10.0.0.1", False),
        ("::93.184.216.34", False),
        ("::ffff:0:93.184.216.34", False),
        ("2002:5db8:d822::1", True),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("4000::1", False),
        ("5f00::1", False),
        ("3fff::1", False),
        ("192.88.99.1", False),
        ("240.0.0.1", False),
        ("no address", False),
        ("", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public_address(address) is public


async def test_a_name_that_hangs_delays_nothing_but_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither other names, nor work in the event loop's own threads, nor the end of the program."""
    hung, begun, released = [], threading.Semaphore(0), threading.Event()
    real = socket.getaddrinfo

    def look_up(host: str, *args: Any, **kwargs: Any) -> object:
        if host == "hanging.test":
            hung.append(threading.current_thread())
            begun.release()
            released.wait(60)
        return real("127.0.0.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    resolver = thread_resolver()
    hanging = [asyncio.create_task(resolver.resolve("hanging.test", 80)) for _ in range(32)]
    async with asyncio.timeout(30):
        for _ in hanging:
            await asyncio.to_thread(begun.acquire)
        with pytest.raises(OSError, match="too many"):
            await resolver.resolve("one-more.test", 80)
        assert await asyncio.to_thread(lambda: 7) == 7
        (found,) = await thread_resolver().resolve("works.test", 80)
        assert found["host"] == "127.0.0.1"
        assert all(thread.daemon for thread in hung)
        released.set()
        assert all(await asyncio.gather(*hanging))
        assert await resolver.resolve("one-more.test", 80)
