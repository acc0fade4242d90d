"""Which addresses a request may reach: the public Internet and private networks, kept apart; and
how names are resolved, without a thread of anybody else."""

import asyncio
import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from typing import Any, cast

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.core.errors import FetchError

IsPublic = Callable[[str], bool]
"""Whether an IP address, as text, is one of the public Internet."""

LOOKUPS_AT_MOST = 32
"""Names that are looked up at once. Further ones fail: the others hang."""

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""RFC 4291, 2.4 and IANA's registry: the only global unicast addresses that are assigned."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""RFC 6052, 2.1: IPv4 addresses within IPv6. The local-use prefix (RFC 8215) is not public."""

_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in ("192.88.99.0/24", "2001:db8::/32", "3fff::/20", "5f00::/16")
)
"""Relays and documentation, which older versions of Python count as global."""


class Zone(Enum):
    PUBLIC = "public"
    PRIVATE = "private"


def is_public_address(address: str) -> bool:
    """Whether `address` is known to be one of the public Internet; false for everything else.

    IPv4 addresses embedded in IPv6 ones have to be public too: mapped, 6to4, Teredo (its server and
    its client) and NAT64.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return _is_global(ip)
    embedded = list(_embedded(ip))
    is_unicast = ip in _GLOBAL_UNICAST and _is_global(ip)
    is_wrapper = ip.ipv4_mapped is not None or ip in _NAT64 or ip.sixtofour or ip.teredo
    return bool(is_unicast or is_wrapper) and all(map(_is_global, embedded))


def _is_global(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _NOT_PUBLIC)


def _embedded(ip: ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    yield from (inner for inner in (ip.ipv4_mapped, ip.sixtofour) if inner is not None)
    yield from ip.teredo or ()
    if ip in _NAT64:
        yield ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)


class LookupThreads:
    """``getaddrinfo`` as an event loop has it, but each in a daemon thread of its own.

    The event loop's executor is left alone, so that a name server that does not answer delays
    nothing but its own names, and not the end of the program.
    """

    def __init__(self) -> None:
        self._running = 0

    async def getaddrinfo(self, *args: Any, **kwargs: Any) -> Any:
        return await self._run(partial(socket.getaddrinfo, *args, **kwargs))

    async def getnameinfo(self, *args: Any) -> Any:
        return await self._run(partial(socket.getnameinfo, *args))

    async def _run(self, look_up: Callable[[], object]) -> object:
        if self._running >= LOOKUPS_AT_MOST:
            raise OSError("too many names are being looked up")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()

        def settle(found: object, error: Exception | None) -> None:
            self._running -= 1
            if not future.done() and error is not None:
                future.set_exception(error)
            elif not future.done():
                future.set_result(found)

        def run() -> None:
            found, error = None, None
            try:
                found = look_up()
            except Exception as caught:  # noqa: BLE001 - raised again where it was asked for
                error = caught
            # The loop may be closed by then.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, found, error)

        self._running += 1
        threading.Thread(target=run, name="look up", daemon=True).start()
        return await future


def thread_resolver() -> AbstractResolver:
    """aiohttp's resolver, on threads of its own."""
    return aiohttp.ThreadedResolver(cast("asyncio.AbstractEventLoop", LookupThreads()))


class ZoneResolver(AbstractResolver):
    """Resolves to the addresses of one zone only.

    It is part of the connector, so that it sees just the addresses that are connected to: a name
    that had another address when it was looked up a moment before (DNS rebinding) gains nothing.
    """

    def __init__(self, inner: AbstractResolver, zone: Zone, is_public: IsPublic) -> None:
        self._inner = inner
        self._zone = zone
        self._is_public = is_public

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        of_zone = [
            each for each in found if self._is_public(each["host"]) is (self._zone is Zone.PUBLIC)
        ]
        if found and not of_zone:
            raise FetchError("fetch.private-address", host=host[:100])
        return of_zone

    async def close(self) -> None:
        """Nothing: the inner resolver belongs to whoever made it."""


async def zone_of(host: str, port: int, resolver: AbstractResolver, is_public: IsPublic) -> Zone:
    """The zone of a host. One with addresses in both counts as public, and is then reached at its
    public ones only.

    Raises:
        OSError: the name could not be resolved.
    """
    try:
        addresses = [str(ipaddress.ip_address(host.partition("%")[0]))]
    except ValueError:
        found = await resolver.resolve(host, port, socket.AF_UNSPEC)
        addresses = [each["host"] for each in found]
    if not addresses:
        raise OSError(f"{host} has no address")
    return Zone.PUBLIC if any(map(is_public, addresses)) else Zone.PRIVATE
