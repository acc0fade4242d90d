"""The outbox's state machine. Pure: what happened goes in, what to write comes out.

```
             lease               sent
  pending ──────────▶ leased ──────────▶ sent
     ▲ ▲  ◀──────────  │ │ ▲
     │ │ retry, release│ │ └ lease (the former ran out)
     │ │               │ │
     │ └─ revive ──┐   │ └── reject ──▶ abandoned ◀── end ── pending, parked
     │             │   │ park
     └── park ──▶ parked ◀┘            superseded ◀── withdraw ── pending, parked
```

Every step is one transaction of the store. ``sent``, ``abandoned`` and ``superseded`` are final.
A leased row belongs to whoever leased it, and to nobody once the lease has run out.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model import Delivery, DeliveryState

FIRST_RETRY = 2.0
LONGEST_RETRY = 300.0
"""Seconds: the bounds of the back-off of one delivery. Discord forgets a nonce after "a few
minutes" (Discord docs, Create Message), so retries of what may have arrived are kept close."""

LONGEST_RARE_RETRY = 3600.0
"""Seconds, for failures of our own making, which no waiting mends but a new version may, and for
refusals of everything."""

FIRST_HOLD = 30.0
LONGEST_HOLD = 3600.0
"""Seconds: the bounds for sending nothing at all, when it is not one channel that is refused."""

LONGEST_RETRY_AFTER = 24 * 3600.0
"""Seconds: a longer wish of Discord's, or of whatever stands between, is cut to this."""

_DOUBLINGS = 30


class Event(StrEnum):
    """What can happen to a row."""

    LEASE = "lease"
    SENT = "sent"
    RETRY = "retry"
    RELEASE = "release"
    PARK = "park"
    REJECT = "reject"
    REVIVE = "revive"
    END = "end"
    WITHDRAW = "withdraw"


_S = DeliveryState

TRANSITIONS: Mapping[tuple[DeliveryState, Event], DeliveryState] = {
    (_S.PENDING, Event.LEASE): _S.LEASED,
    (_S.PENDING, Event.PARK): _S.PARKED,
    (_S.PENDING, Event.END): _S.ABANDONED,
    (_S.PENDING, Event.WITHDRAW): _S.SUPERSEDED,
    # Only once the lease has run out.
    (_S.LEASED, Event.LEASE): _S.LEASED,
    (_S.LEASED, Event.SENT): _S.SENT,
    (_S.LEASED, Event.RETRY): _S.PENDING,
    (_S.LEASED, Event.RELEASE): _S.PENDING,
    (_S.LEASED, Event.PARK): _S.PARKED,
    (_S.LEASED, Event.REJECT): _S.ABANDONED,
    (_S.PARKED, Event.REVIVE): _S.PENDING,
    (_S.PARKED, Event.END): _S.ABANDONED,
    (_S.PARKED, Event.WITHDRAW): _S.SUPERSEDED,
}
"""Every step there is; anything else changes nothing."""


class Kind(StrEnum):
    """Why a message was not sent, by what is to be done about it."""

    LOST = "lost"
    """Network or 5xx: nobody's fault, it may even have arrived. Again, soon."""

    LIMITED = "limited"
    """429 for one channel. Again, when Discord says."""

    SHUT_OUT = "shut-out"
    """Everything is refused for a while: a global 429, a ban of our address. Hold all sending."""

    UNAUTHORIZED = "unauthorized"
    """401: the token is void. Hold all sending, keep everything, say it loudly."""

    BLOCKED = "blocked"
    """This channel can't be written to until somebody there mends it. Park its subscription."""

    REJECTED = "rejected"
    """This message is not acceptable to Discord, and never will be: our bug. Give it up."""

    BUG = "bug"
    """Our own code raised. Again, rarely: the next version may do better."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The message is there."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The message was not sent, as far as we know.

    ``reason`` is the word that stands in the row (``delivery.reason.…`` in the catalogue).
    ``retry_after`` is Discord's wish in seconds. ``maybe_sent`` says that the message may be there
    nevertheless: only the row's nonce keeps the next try from being a second one.
    """

    kind: Kind
    reason: str
    retry_after: float | None = None
    maybe_sent: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """It was leased, and given back unsent; due again after `delay` seconds."""

    delay: float = 0.0


Outcome = Sent | Failed | Released


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What becomes of a leased row. ``next_attempt_at`` goes with pending alone."""

    event: Event
    state: DeliveryState
    message_id: int | None = None
    reason: str | None = None
    next_attempt_at: datetime | None = None


def step(state: DeliveryState, event: Event) -> DeliveryState | None:
    """The state after `event`; ``None`` where it changes nothing."""
    return TRANSITIONS.get((state, event))


def conclude(
    row: Delivery, outcome: Outcome, now: datetime, rng: random.Random
) -> Conclusion | None:
    """What to write to `row` for what became of sending it; ``None`` if it is not leased."""
    event = _event(outcome)
    state = step(row.state, event)
    if row.state is not DeliveryState.LEASED or state is None:
        return None
    if isinstance(outcome, Sent):
        return Conclusion(event, state, message_id=outcome.message_id)
    if isinstance(outcome, Released):
        again = now + timedelta(seconds=outcome.delay)
        return Conclusion(event, state, reason=row.reason, next_attempt_at=again)
    if event is not Event.RETRY:
        return Conclusion(event, state, reason=outcome.reason)
    again = now + timedelta(seconds=_retry_delay(outcome, row.attempts, rng))
    return Conclusion(event, state, reason=outcome.reason, next_attempt_at=again)


def hold(failure: Failed, times: int, rng: random.Random) -> float:
    """Seconds for which nothing at all is to be sent, at the `times`-th refusal in a row (from 1).

    0 for a failure that concerns one channel or one message.
    """
    if failure.kind not in (Kind.SHUT_OUT, Kind.UNAUTHORIZED):
        return 0.0
    return _at_least(failure.retry_after, _back_off(FIRST_HOLD, LONGEST_HOLD, times, rng))


def _event(outcome: Outcome) -> Event:
    if isinstance(outcome, Sent):
        return Event.SENT
    if isinstance(outcome, Released):
        return Event.RELEASE
    return {Kind.BLOCKED: Event.PARK, Kind.REJECTED: Event.REJECT}.get(outcome.kind, Event.RETRY)


def _retry_delay(failure: Failed, attempts: int, rng: random.Random) -> float:
    rarely = failure.kind in (Kind.BUG, Kind.SHUT_OUT, Kind.UNAUTHORIZED)
    longest = LONGEST_RARE_RETRY if rarely else LONGEST_RETRY
    return _at_least(failure.retry_after, _back_off(FIRST_RETRY, longest, attempts, rng))


def _at_least(wish: float | None, delay: float) -> float:
    return max(delay, min(wish or 0.0, LONGEST_RETRY_AFTER))


def _back_off(first: float, longest: float, times: int, rng: random.Random) -> float:
    """Doubled each time from `first` to `longest`; of it, between half and all, so that what
    failed together does not come back together."""
    whole = min(longest, first * 2.0 ** min(max(times - 1, 0), _DOUBLINGS))
    return whole * rng.uniform(0.5, 1.0)
