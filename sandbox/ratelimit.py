"""Rate limits per bucket and global, with Discord's headers.

Source: https://docs.discord.com/developers/topics/rate-limits. As at Discord,
windows are fixed: a window begins with its first request and lasts its whole length.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sandbox.errors import ApiError

Scope = Literal["user", "global", "shared"]

# "All bots can make up to 50 requests per second", docs, "Global Rate Limit".
GLOBAL_REQUESTS = 50
# "10,000 per 10 minutes", docs, "Invalid Request Limit aka CloudFlare Bans".
INVALID_REQUESTS = 10_000
INVALID_PERIOD = 600.0
# Expired windows are removed after this many checks.
SWEEP_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class Limit:
    """`requests` in a window of `per` seconds."""

    requests: int
    per: float


@dataclass(slots=True)
class _Window:
    ends: float
    used: int = 0


class RateLimiter:
    """Counts requests. `clock` returns seconds since the epoch.

    `limits` overrides the limit of a route by its key, ``"METHOD /path/{template}"``. With
    `enabled` False all requests pass, and headers still name the bucket. `invalid` counts the
    answers of 401, 403 and 429 by status.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        *,
        enabled: bool = True,
        invalid_limit: int = INVALID_REQUESTS,
    ) -> None:
        self.enabled = enabled
        self.global_limit = Limit(GLOBAL_REQUESTS, 1.0)
        self.limits: dict[str, Limit] = {}
        self.invalid: Counter[int] = Counter()
        self._invalid_limit = invalid_limit
        self._invalid_times: deque[float] = deque()
        self._clock = clock
        self._windows: dict[tuple[str, str], _Window] = {}
        self._global = _Window(0.0)
        self._checks = 0

    def check(
        self, route: str, major: str, limit: Limit, *, counts_globally: bool
    ) -> tuple[ApiError | None, dict[str, str]]:
        """Count a request against the global limit and its bucket.

        `route` is the route's key, `major` its major parameters joined. Only requests with the
        bot's token count globally: webhooks and interactions do not.

        Returns: the 429 that denies the request (None: it may pass), and the headers of the answer.
        """
        limit = self.limits.get(route, limit)
        now = self._clock()
        bucket = bucket_hash(route)
        if not self.enabled:
            return None, _bucket_headers(bucket, limit, limit.requests, now + limit.per, now)
        self._sweep(now)
        if counts_globally:
            wait = self._take(self._global, self.global_limit, now)
            if wait is not None:
                return rate_limited(wait, "global"), {}
        window = self._windows.get((bucket, major))
        if window is None:
            window = self._windows[(bucket, major)] = _Window(0.0)
        wait = self._take(window, limit, now)
        remaining = max(0, limit.requests - window.used)
        headers = _bucket_headers(bucket, limit, remaining, window.ends, now)
        return (None if wait is None else rate_limited(wait, "user")), headers

    def record(self, status: int, scope: str = "user") -> None:
        """Count an answer of 401, 403 or 429, except a 429 of scope "shared" (docs)."""
        if status not in (401, 403, 429) or (status == 429 and scope == "shared"):
            return
        self.invalid[status] += 1
        self._invalid_times.append(self._clock())
        while len(self._invalid_times) > self._invalid_limit + 1:
            self._invalid_times.popleft()

    def banned(self) -> float | None:
        """Seconds until requests are accepted after too many invalid ones; None if they are."""
        if len(self._invalid_times) <= self._invalid_limit:
            return None
        left = self._invalid_times[0] + INVALID_PERIOD - self._clock()
        return left if left > 0 else None

    def reset(self) -> None:
        """Remove all windows and counts."""
        self._windows.clear()
        self._global = _Window(0.0)
        self.invalid.clear()
        self._invalid_times.clear()

    @staticmethod
    def _take(window: _Window, limit: Limit, now: float) -> float | None:
        """Count a request; the seconds to wait when the window is full."""
        if now >= window.ends:
            window.ends = now + limit.per
            window.used = 0
        if window.used >= limit.requests:
            return window.ends - now
        window.used += 1
        return None

    def _sweep(self, now: float) -> None:
        self._checks += 1
        if self._checks % SWEEP_EVERY == 0:
            self._windows = {k: w for k, w in self._windows.items() if w.ends > now}


def bucket_hash(route: str) -> str:
    """The bucket's name: opaque, and the same for every request of a route."""
    return hashlib.blake2b(route.encode(), digest_size=16).hexdigest()


def _bucket_headers(
    bucket: str, limit: Limit, remaining: int, ends: float, now: float
) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit.requests),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": f"{ends:.3f}",
        # Rounded up, so that a client that waits exactly this long is not too early.
        "X-RateLimit-Reset-After": f"{math.ceil((ends - now) * 1000) / 1000:.3f}",
        "X-RateLimit-Bucket": bucket,
    }


def rate_limited(wait: float, scope: Scope, *, via: bool = True) -> ApiError:
    """A 429. `Retry-After` is in whole seconds, `retry_after` is rounded up to milliseconds."""
    headers = {"Retry-After": str(math.ceil(wait)), "X-RateLimit-Scope": scope}
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    extra = {"retry_after": math.ceil(wait * 1000) / 1000, "global": scope == "global"}
    return ApiError(429, 0, "You are being rate limited.", headers=headers, extra=extra, via=via)
