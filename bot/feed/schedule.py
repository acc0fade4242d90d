"""When to ask a feed again. Pure: randomness comes in as a number."""

from bot.core.retry import backoff

HOUR = 3600.0
"""Seconds. A feed is never left alone for longer on what its caching headers or ``ttl`` say, nor
after failures: a site that mends at night is found again within the hour, for ever."""

LONGEST_RETRY_AFTER = 24 * HOUR
"""Seconds. ``Retry-After`` is a plain request to stay away, so it holds for longer than an hour,
but a wrong or hostile one can't silence the bot for good."""

FIRST_RETRY = 60.0
"""Seconds: the longest first wait after a failure, for what is over in a moment."""


def next_poll(
    interval: float,
    *,
    failures: int,
    jitter: float,
    retry_after: float | None = None,
    max_age: float | None = None,
    ttl: float | None = None,
) -> float:
    """Seconds from now until the next poll of a feed.

    After an answer: `interval`, or longer where the site says so by ``Retry-After`` (RFC 9110,
    10.2.3), ``Cache-Control: max-age`` (RFC 9111, 5.2.2.1) or the feed's `ttl` (RSS 2.0), all in
    seconds. After `failures` polls in a row that failed: the shorter of `interval` and a minute,
    doubled each time, up to an hour (or `interval`, where that is longer); of it, between half and
    all, as `jitter` (0 to 1) says, so that many bots don't return to a site in step; and never
    before ``Retry-After``.
    """
    asked = min(retry_after or 0.0, LONGEST_RETRY_AFTER)
    if failures <= 0:
        return max(interval, asked, min(max_age or 0.0, HOUR), min(ttl or 0.0, HOUR))
    cap = max(interval, HOUR)
    return max(backoff(failures, min(interval, FIRST_RETRY), cap, jitter), asked)
