"""Which addresses a request may reach: the public Internet and private networks, kept apart."""

import ipaddress
import socket
from collections.abc import Callable
from enum import Enum

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.core.errors import FetchError

IsPublic = Callable[[str], bool]
"""Whether an IP address, as text, is one of the public Internet."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""RFC 6052, 2.1: IPv4 addresses within IPv6."""


class Zone(Enum):
    PUBLIC = "public"
    PRIVATE = "private"


def is_public_address(address: str) -> bool:
    """False for loopback, private, link-local (the clouds' metadata services), unique local,
    shared, multicast, reserved and unspecified addresses (IANA's special-purpose registries), also
    when such an IPv4 address hides in an IPv6 one, and for what is no address at all.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public_address(str(inner))
    return ip.is_global and not ip.is_multicast


class ZoneResolver(AbstractResolver):
    """Resolves to the addresses of one zone only.

    It stands inside the connector, so it sees just the addresses that are connected to: a name
    that pointed elsewhere when it was looked at a moment before (DNS rebinding) gains nothing.
    """

    def __init__(self, inner: AbstractResolver, zone: Zone, is_public: IsPublic) -> None:
        self._inner = inner
        self._zone = zone
        self._is_public = is_public

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        kept = [
            each for each in found if self._is_public(each["host"]) is (self._zone is Zone.PUBLIC)
        ]
        if found and not kept:
            raise FetchError("fetch.private-address", host=host[:100])
        return kept

    async def close(self) -> None:
        """Nothing: the inner resolver belongs to whoever made it."""


async def zone_of(host: str, port: int, resolver: AbstractResolver, is_public: IsPublic) -> Zone:
    """Where a host lives. One with addresses in both zones counts as public, and is then only
    reached at its public ones.

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
