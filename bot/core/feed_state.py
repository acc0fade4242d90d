"""What is remembered of a feed between two polls."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Validators:
    """What a site gave to ask it again conditionally (RFC 9110, 8.8): verbatim header values."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is remembered of one feed between polls.

    ``seeded`` is false until the first successful poll, which stores and announces nothing.
    ``moved_to`` is the address to which the site redirected permanently.
    """

    url: str
    validators: Validators = field(default_factory=Validators)
    seeded: bool = False
    polled_at: datetime | None = None
    changed_at: datetime | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How a feed fares. Moments in UTC; ``failures`` in a row, ``last_error`` that of the last
    poll (``None`` after a good one), ``next_poll_at`` as planned at the end of the last poll.
    ``fresh_until`` is three such plans after a good poll: later, the feed counts as not read.
    """

    url: str
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    failures: int = 0
    last_error: Exception | None = None
    next_poll_at: datetime | None = None
    fresh_until: datetime | None = None
