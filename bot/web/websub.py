"""A subscriber of WebSub (W3C Recommendation, 23 January 2018), for feeds that name a hub.

A push is believed in nothing but "look now", like a ping. Nothing is stored: where to call back and
the secret follow from the feed's address and a key, so that a push finds its way after a restart as
well, and subscribing anew at each start replaces the subscription that the hub has (5.1).
"""

import asyncio
import hashlib
import hmac
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from bot.core.clock import Clock, wait
from bot.core.errors import KcrushError
from bot.core.retry import backoff
from bot.core.supervisor import supervise
from bot.feed.fetch import Fetcher
from bot.feed.reading import SITE_READER
from bot.feed.results import Hub

logger = structlog.get_logger(__name__)

LEASE = 10 * 24 * 3600
"""Seconds that we ask for, and assume where the hub does not say; the hub decides (5.1)."""

LONGEST_LEASE = 365 * 24 * 3600

RENEW_AT = 0.8
"""Part of a lease after which it is renewed, so that two more tries fit in."""

SHORTEST_WAIT = 60.0
"""Seconds: a hub is asked no oftener, however short its leases."""

LOOK_AGAIN = 24 * 3600.0
"""Seconds until a feed without a hub is looked at again; it may have got one."""

FIRST_RETRY = 60.0
SLOWEST_RETRY = 3600.0

VERIFIED_WITHIN = 300.0
"""Seconds in which the hub must ask whether it was we who subscribed."""

LONGEST_CHALLENGE = 1024

MAX_PUSH = 10 * 1024 * 1024
"""Bytes of a push, which are hashed as they come and not kept; as many as of a feed."""

HASHES = frozenset({"sha1", "sha256", "sha384", "sha512"})
"""Those of WebSub, 8.1."""


class WebSubError(KcrushError):
    """The hub would not have us, or does not play by the rules. For the log."""


@dataclass(slots=True)
class _Subscription:
    """What is kept of a feed. `topic` is what we asked for, while the hub may verify it."""

    feed: str
    token: str
    secret: str
    topic: str | None = None
    lease: float = LEASE
    refused: str | None = None
    decided: asyncio.Event = field(default_factory=asyncio.Event)


async def is_signed(secret: str, signature: str | None, body: AsyncIterator[bytes]) -> bool:
    """Whether the value of an ``X-Hub-Signature`` is right for the body, which is hashed as it
    comes."""
    method, _, claimed = (signature or "").strip().lower().partition("=")
    mac = hmac.new(secret.encode(), digestmod=method if method in HASHES else "sha256")
    async for piece in body:
        mac.update(piece)
    right = hmac.compare_digest(mac.hexdigest().encode(), claimed.encode("utf-8", "replace"))
    return right and method in HASHES


class WebSub:
    """Keeps every feed subscribed at its hub, if it names one.

    `key` is secret and the same at each start. `public_url` is where the hub reaches our HTTP port.
    `look_now` gets the address of the feed that has something new. On shutdown nothing is
    unsubscribed: what is pushed meanwhile costs nobody anything, and we are soon back.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        clock: Clock,
        rng: random.Random,
        *,
        key: bytes,
        public_url: str,
        feeds: Sequence[str],
        look_now: Callable[[str], None],
        shortest_wait: float = SHORTEST_WAIT,
    ) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._rng = rng
        self._base = public_url.rstrip("/")
        self._look_now = look_now
        self._shortest_wait = shortest_wait
        made = [
            _Subscription(url, _derive(key, "path", url), _derive(key, "secret", url))
            for url in feeds
        ]
        self._by_token = {each.token: each for each in made}

    async def run(self) -> None:
        """Subscribe and renew until cancelled; no failure ends it."""
        async with asyncio.TaskGroup() as tasks:
            for each in self._by_token.values():
                tasks.create_task(self._keep(each), name=f"websub {each.feed}")

    # ---------------------------------------------------------------- what a hub asks of us

    def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """The challenge to echo, if this is what we asked for (5.3); ``None``: answer 404."""
        subscription = self._by_token.get(token)
        if subscription is None or subscription.topic is None:
            return None
        if subscription.topic != query.get("hub.topic"):
            return None
        mode = query.get("hub.mode")
        if mode == "denied":
            subscription.refused = "the hub denied it: " + _plain(query.get("hub.reason", ""))
            subscription.decided.set()
            return None
        challenge = query.get("hub.challenge", "")
        if mode != "subscribe" or not 0 < len(challenge) <= LONGEST_CHALLENGE:
            return None
        subscription.lease = _lease(query.get("hub.lease_seconds", ""))
        subscription.refused = None
        subscription.decided.set()
        return challenge

    async def receive(self, token: str, signature: str | None, body: AsyncIterator[bytes]) -> bool:
        """Take in a push, and look if its signature is right; false for an address that is not ours
        (any more)."""
        subscription = self._by_token.get(token)
        if subscription is None:
            return False
        if await is_signed(subscription.secret, signature, body):
            self._look_now(subscription.feed)
        return True

    # ---------------------------------------------------------------- what we ask of a hub

    async def _keep(self, subscription: _Subscription) -> None:
        async def subscribe() -> float:
            lease = await self._subscribe(subscription)
            return max(LOOK_AGAIN if lease is None else lease * RENEW_AT, self._shortest_wait)

        await supervise(
            "websub",
            subscribe,
            self._clock,
            pause=self._pause,
            feed=subscription.feed,
            effect="polling goes on as usual",
        )

    def _pause(self, failures: int) -> float:
        delay = backoff(failures, FIRST_RETRY, SLOWEST_RETRY, self._rng.random())
        return max(delay, self._shortest_wait)

    async def _subscribe(self, subscription: _Subscription) -> float | None:
        """Find the hub, ask, and wait until it has verified: the lease in seconds.

        ``None`` where the feed names no hub.
        """
        hub = await self._find(subscription.feed)
        if hub is None:
            logger.debug("websub.no-hub", feed=subscription.feed)
            return None
        subscription.topic, subscription.refused = hub.topic, None
        subscription.decided.clear()
        try:
            await self._ask(hub, subscription)
            if not await wait(subscription.decided, self._clock, VERIFIED_WITHIN):
                raise WebSubError(
                    f"{hub.url} did not come back to verify; it must reach {self._base}/websub/"
                )
        finally:
            subscription.topic = None
        if subscription.refused is not None:
            raise WebSubError(subscription.refused)
        logger.info(
            "websub.subscribed", feed=subscription.feed, hub=hub.url, lease=subscription.lease
        )
        return subscription.lease

    async def _find(self, feed: str) -> Hub | None:
        fetched = await self._fetcher.get(feed)
        hub: Hub | None = await SITE_READER.run(
            "bot.feed.discovery:discover",
            fetched.link,
            fetched.body,
            url=fetched.url,
            content_type=fetched.content_type,
        )
        return hub

    async def _ask(self, hub: Hub, subscription: _Subscription) -> None:
        """The secret goes along over http as well: who overhears it gains "look now", which anyone
        may say at ``/ping``."""
        status = await self._fetcher.post(
            hub.url,
            {
                "hub.mode": "subscribe",
                "hub.topic": hub.topic,
                "hub.callback": f"{self._base}/websub/{subscription.token}",
                "hub.secret": subscription.secret,
                "hub.lease_seconds": str(LEASE),
            },
            named_by=subscription.feed,
        )
        if not 200 <= status < 300:
            raise WebSubError(f"{hub.url} refused the subscription with status {status}")


def _derive(key: bytes, purpose: str, feed: str) -> str:
    """64 hexadecimal digits that nobody guesses without `key`; a secret may have 199 (5.1)."""
    return hmac.new(key, f"websub {purpose}\0{feed}".encode(), hashlib.sha256).hexdigest()


def _lease(text: str) -> float:
    usable = text.isascii() and text.isdigit() and len(text) <= 12 and int(text) > 0
    return float(min(int(text), LONGEST_LEASE)) if usable else float(LEASE)


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text[:200]) or "it gave no reason"
