"""Polite, bounded HTTP requests, conditional where the server told validators.

async with open_fetcher(clock, user_agent="kcrush-bot/1.0") as fetcher:
    fetched = await fetcher.get(url, validators)
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver
from cachetools import LRUCache

from bot.core.clock import Clock
from bot.core.errors import FetchError
from bot.core.feed_state import Validators
from bot.core.retry import read_retry_after
from bot.core.settings import NO_PROXY
from bot.feed.caching import conditions, read_max_age, read_validators
from bot.feed.decoding import ACCEPT_ENCODING, BadCodingError, BodyDecoder, TooLargeError
from bot.feed.failures import LONGEST_SHOWN, fetch_error, shortened
from bot.feed.network import (
    IsPublic,
    Zone,
    ZoneResolver,
    is_public_address,
    thread_resolver,
    zone_of,
)
from bot.feed.proxies import FindProxy, proxy_finder

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.9, text/html;q=0.8, */*;q=0.5"
)

MAX_BODY = 10 * 1024 * 1024
"""Bytes of a body, received as well as decoded."""

NO_VALIDATORS = Validators()

REFUSAL_LIMIT = 64 * 1024
"""Bytes of a refusal's body: an error of a REST API, a feed's page past the last."""

REFUSAL_SECONDS = 5.0

LONGEST_LINK = 8192
"""Characters of Link headers that are kept."""

REMEMBERED = 1000
"""Addresses for which the form of asking is remembered."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_SAME_METHOD = frozenset({307, 308})

_STATUS_KEYS = {
    401: "fetch.refused",
    403: "fetch.refused",
    404: "fetch.missing",
    410: "fetch.missing",
    429: "fetch.busy",
    503: "fetch.busy",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one ``get`` may take: seconds, bytes of body (received as well as decoded), hops."""

    connect: float = 10.0
    total: float = 30.0
    body: int = MAX_BODY
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: 200 with a body, or 304 without.

    ``url`` is the address that answered, without credentials or fragment. ``moved_to`` is the
    address to use from now on, where the site said so (301 and 308 alone). ``validators`` are
    those to ask with next time; a 304 leaves them as they were. ``retry_after`` and ``max_age``
    are seconds, ``link`` the Link header's lines, joined, ``total`` how many items WordPress says
    its collection has (X-WP-Total).
    """

    status: int
    url: str
    body: bytes
    content_type: str | None
    validators: Validators
    retry_after: float | None = None
    max_age: float | None = None
    moved_to: str | None = None
    link: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class _Request:
    """What stays the same from hop to hop."""

    start: yarl.URL
    headers: Mapping[str, str]
    validators: Validators


@dataclass(frozen=True, slots=True)
class _Redirect:
    url: yarl.URL
    permanent: bool


_Answer = TypeVar("_Answer")


class HttpGetter(Protocol):
    """Whatever requests addresses as a ``Fetcher`` does."""

    async def get(
        self, url: str, validators: Validators = NO_VALIDATORS, *, trusted: bool = True
    ) -> Fetched: ...


class Fetcher:
    """Requests addresses. Made by ``open_fetcher``."""

    def __init__(
        self,
        sessions: Mapping[Zone | None, aiohttp.ClientSession],
        resolver: AbstractResolver,
        clock: Clock,
        limits: Limits,
        is_public: IsPublic,
        authorized: Iterable[str],
        find_proxy: FindProxy,
    ) -> None:
        self._sessions = sessions
        self._resolver = resolver
        self._clock = clock
        self._limits = limits
        self._is_public = is_public
        self._forms: LRUCache[str, int] = LRUCache(REMEMBERED)
        addresses = map(yarl.URL, authorized)
        self._find_proxy = find_proxy
        self._authorized = {url.origin(): url for url in addresses if url.user or url.password}

    async def get(
        self, url: str, validators: Validators = NO_VALIDATORS, *, trusted: bool = True
    ) -> Fetched:
        """Request `url`, conditionally if there are `validators`.

        `trusted` says that the operator gave the address: then it may lie in a private network.
        Wherever a public address redirects, and for any address that is not trusted, only the
        public Internet is reached. Credentials in `url` go to its own origin alone, and those of
        ``open_fetcher``'s addresses to theirs.

        Raises:
            FetchError: ``fetch.…`` says what went wrong; every failure ends in this.
        """
        start = self._with_credentials(_parse(url))
        forms = conditions(validators)
        habit = self._forms.get(url, 0)
        request = _Request(start, forms[habit % len(forms)] if forms else {}, validators)
        fetched = await self._follow(start, partial(self._get, request), private_ok=trusted)
        if forms and fetched.status == 200 and fetched.validators == validators:
            self._forms[url] = habit + 1
        return fetched

    def _with_credentials(self, url: yarl.URL) -> yarl.URL:
        known = self._authorized.get(url.origin())
        if known is None or url.user or url.password:
            return url
        return url.with_user(known.user).with_password(known.password)

    async def post(self, url: str, form: Mapping[str, str], *, named_by: str) -> int:
        """Send `form` to an address that the page at `named_by` named. Returns the status of the
        answer, whose body is not read.

        Only a page within a private network may name an address there. 307 and 308 are followed
        with the form (RFC 9110, 15.4.8), by the same rules.

        Raises:
            FetchError: there was no answer.
        """
        private_ok = await self._zone(_parse(named_by)) is Zone.PRIVATE
        target = _bare(_parse(url))
        return await self._follow(target, partial(self._post, form), private_ok=private_ok)

    async def _follow(
        self,
        url: yarl.URL,
        send: Callable[[yarl.URL, Zone, yarl.URL | None], Awaitable[_Answer | _Redirect]],
        *,
        private_ok: bool,
    ) -> _Answer:
        """What `send` gets in the end, within the limits. `send` is called with the address, its
        zone, and the address that permanent redirects led to so far."""
        moved_to: yarl.URL | None = None
        permanent = True
        trusted_host = url.host if private_ok else None
        try:
            async with asyncio.timeout(self._limits.total):
                for _ in range(self._limits.redirects + 1):
                    zone = await self._zone(url, unknown_ok=url.host == trusted_host)
                    if zone is Zone.PRIVATE and not private_ok:
                        raise FetchError("fetch.private-address", host=shortened(url.host or ""))
                    private_ok = zone is Zone.PRIVATE
                    try:
                        answer = await send(url, zone, moved_to)
                    except (aiohttp.ClientError, OSError, ValueError) as error:
                        raise fetch_error(error, url, self._limits.connect) from error
                    if not isinstance(answer, _Redirect):
                        return answer
                    permanent = permanent and answer.permanent
                    url = answer.url
                    moved_to = url if permanent else moved_to
        except TimeoutError:
            raise FetchError("fetch.too-slow", seconds=int(self._limits.total)) from None
        raise FetchError("fetch.too-many-redirects", limit=self._limits.redirects)

    async def _zone(self, url: yarl.URL, *, unknown_ok: bool = False) -> Zone:
        """Where the host is. A proxy may know a name that this machine does not: with `unknown_ok`
        such a host counts as public."""
        try:
            async with asyncio.timeout(self._limits.connect):
                return await zone_of(url.host or "", url.port or 0, self._resolver, self._is_public)
        except (OSError, UnicodeError):
            if unknown_ok and self._find_proxy(url):
                return Zone.PUBLIC
            raise FetchError("fetch.no-host", host=shortened(url.host or "")) from None

    def _request(
        self, method: str, url: yarl.URL, zone: Zone, **options: Any
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        proxy = self._find_proxy(url)
        session = self._sessions[None if proxy else zone]
        return session.request(method, url, proxy=proxy, allow_redirects=False, **options)

    async def _post(
        self, form: Mapping[str, str], url: yarl.URL, zone: Zone, _: yarl.URL | None
    ) -> int | _Redirect:
        async with self._request("POST", url, zone, data=dict(form)) as response:
            if response.status in _SAME_METHOD and "Location" in response.headers:
                return _redirect(url, url, response)
            return response.status

    async def _get(
        self, request: _Request, url: yarl.URL, zone: Zone, moved_to: yarl.URL | None
    ) -> Fetched | _Redirect:
        async with self._request("GET", url, zone, headers=request.headers) as response:
            headers = response.headers
            if response.status in _REDIRECTS and "Location" in headers:
                return _redirect(request.start, url, response)
            await self._refuse(response, conditional=bool(request.headers))
            fresh = response.status == 200
            return Fetched(
                status=response.status,
                url=str(_bare(url)),
                body=await self._read(response, self._limits.body) if fresh else b"",
                content_type=headers.get("Content-Type", "")[:LONGEST_SHOWN] or None,
                validators=read_validators(headers) if fresh else request.validators,
                retry_after=read_retry_after(headers, self._clock.now()),
                max_age=read_max_age(headers),
                moved_to=str(_bare(moved_to)) if moved_to else None,
                total=_total(headers.get("X-WP-Total", "")),
                link=", ".join(headers.getall("Link", ()))[:LONGEST_LINK] or None,
            )

    async def _refuse(self, response: aiohttp.ClientResponse, *, conditional: bool) -> None:
        status = response.status
        if status == 200 or (status == 304 and conditional):
            return
        key = _STATUS_KEYS.get(status) or ("fetch.failing" if status >= 500 else "fetch.unexpected")
        retry_after = read_retry_after(response.headers, self._clock.now())
        body = await self._read_refusal(response)
        raise FetchError(key, retry_after=retry_after, body=body, status=status)

    async def _read_refusal(self, response: aiohttp.ClientResponse) -> bytes:
        """How a refusal is worded; nothing where that is long, slow or broken."""
        try:
            async with asyncio.timeout(REFUSAL_SECONDS):
                return await self._read(response, min(self._limits.body, REFUSAL_LIMIT))
        except (TimeoutError, FetchError, aiohttp.ClientError, OSError, ValueError):
            return b""

    async def _read(self, response: aiohttp.ClientResponse, limit: int) -> bytes:
        """The decoded body. The decoder gives way between pieces, so that a body that swells does
        not hold the event loop."""
        body = bytearray()
        try:
            decoder = BodyDecoder(response.headers.get("Content-Encoding", ""), limit)
            decoder.announce(response.content_length or 0)
            async for data in response.content.iter_any():
                for piece in decoder.feed(data):
                    body += piece
                    await asyncio.sleep(0)
            decoder.finish()
        except TooLargeError:
            raise FetchError("fetch.too-large", limit=limit // 2**20) from None
        except BadCodingError as error:
            raise FetchError("fetch.bad-coding", coding=str(error)) from None
        return bytes(body)


@asynccontextmanager
async def open_fetcher(
    clock: Clock,
    *,
    user_agent: str,
    accept_encoding: str = ACCEPT_ENCODING,
    limits: Limits = Limits(),
    resolver: AbstractResolver | None = None,
    is_public: IsPublic = is_public_address,
    authorized: Iterable[str] = (),
    proxy: str = NO_PROXY,
) -> AsyncIterator[Fetcher]:
    """A fetcher with connections of its own, closed at the end.

    `authorized` are addresses with credentials, which go with each ``get`` of the same origin.
    `proxy` is explained at ``proxy_finder``. An address is checked before the proxy is asked for
    it as it is before a connection, by what its name means to this machine.

    The zones have a pool each, so that no connection made for one is ever used for the other; so
    have the requests that go through a proxy, which may itself be in any. Cookies and credentials
    from the environment play no part.
    """
    async with AsyncExitStack() as stack:
        inner = resolver or thread_resolver()
        stack.push_async_callback(inner.close)
        sessions: dict[Zone | None, aiohttp.ClientSession] = {}
        for zone in (*Zone, None):
            connector = aiohttp.TCPConnector(
                resolver=ZoneResolver(inner, zone, is_public) if zone else inner,
                use_dns_cache=False,
            )
            sessions[zone] = await stack.enter_async_context(
                aiohttp.ClientSession(
                    connector=connector,
                    auto_decompress=False,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    timeout=aiohttp.ClientTimeout(total=None, connect=limits.connect),
                    headers={
                        "User-Agent": user_agent,
                        "Accept": ACCEPT,
                        "Accept-Encoding": accept_encoding,
                    },
                )
            )
        yield Fetcher(sessions, inner, clock, limits, is_public, authorized, proxy_finder(proxy))


def _total(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _parse(url: str) -> yarl.URL:
    try:
        parsed = yarl.URL(url).with_fragment(None)
        if parsed.scheme in ("http", "https") and parsed.host:
            return parsed
    except ValueError:
        pass
    raise FetchError("fetch.bad-address", url=shortened(url.rpartition("@")[2]))


def _redirect(start: yarl.URL, url: yarl.URL, response: aiohttp.ClientResponse) -> _Redirect:
    location = response.headers["Location"]
    try:
        target = url.join(yarl.URL(location)).with_fragment(None)
        if target.scheme not in ("http", "https") or not target.host:
            raise ValueError("not to be followed")  # noqa: TRY301
        target = target.with_user(None)
        if target.origin() == start.origin():
            target = target.with_user(start.user).with_password(start.password)
    except ValueError:
        raise FetchError("fetch.bad-redirect", target=shortened(location)) from None
    return _Redirect(target, response.status in _PERMANENT)


def _bare(url: yarl.URL) -> yarl.URL:
    return url.with_user(None)
