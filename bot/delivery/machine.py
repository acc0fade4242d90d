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

from bot.core.model import Delivery, DeliveryState

FIRST_RETRY = 0.5
LONGEST_RETRY = 300.0
"""Seconds: the bounds of the back-off of one delivery. Discord forgets a nonce after "a few
minutes" (Discord docs, Create Message), so retries of what may have arrived are kept close."""

LONGEST_RARE_RETRY = 3600.0
"""Seconds, for failures of our own making, which no waiting mends but a new version may, and for
refusals of everything."""

FIRST_HOLD = 30.0
LONGEST_HOLD = 3600.0
"""Seconds: the bounds for sending nothing at all, when it is not one channel that is refused."""

FIRST_PROBE = 600.0
LONGEST_PROBE = 24 * 3600.0
"""Seconds: the bounds between two tries of a parked channel. A refusal counts towards the 10,000
invalid requests in ten minutes (Discord docs, Rate limits): a thousand parked channels cost two a
minute at first and one a minute in the end."""

FIRST_DIRECT_PROBE = 6 * 3600.0
LONGEST_DIRECT_PROBE = 7 * 24 * 3600.0
"""Seconds: the same for a person whose messages are closed. No event tells that they opened them,
and they can say so themselves: with a button, or by following somebody else."""

FIRST_EDIT_RETRY = 60.0
LONGEST_EDIT_RETRY = 6 * 3600.0
"""Seconds: an edit is in no hurry."""

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

    DOUBTFUL = "doubtful"
    """It may have arrived, and nobody can tell. Given up where the guild wants that rather than a
    second message."""

    BUG = "bug"
    """Our own code raised. Again, rarely: the next version may do better."""


OF_DISCORD = frozenset({Kind.LOST, Kind.SHUT_OUT, Kind.UNAUTHORIZED})
"""Failures that the next request would meet as well."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The message is there, with its ids.

    ``channel_id`` is where, when it is not the subscription's channel. ``found`` says that it had
    been sent before and was found in the channel; ``plain`` that Discord took only the plain
    rendering.
    """

    message_id: int
    channel_id: int | None = None
    plain: bool = False
    found: bool = False


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
    """What becomes of a leased row. ``next_attempt_at`` goes with pending alone.

    ``maybe_sent_at`` is since when the message may be there without our knowing it.
    """

    event: Event
    state: DeliveryState
    reason: str | None = None
    next_attempt_at: datetime | None = None
    maybe_sent_at: datetime | None = None


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
        return Conclusion(event, state)
    if isinstance(outcome, Released):
        again = now + timedelta(seconds=outcome.delay)
        return Conclusion(event, state, row.reason, again, row.maybe_sent_at)
    doubt = row.maybe_sent_at or (row.leased_at if outcome.maybe_sent else None)
    if event is not Event.RETRY:
        return Conclusion(event, state, outcome.reason, maybe_sent_at=doubt)
    again = now + timedelta(seconds=_retry_delay(outcome, row.attempts, rng))
    return Conclusion(event, state, outcome.reason, again, doubt)


def must_look(row: Delivery, now: datetime, window: float, *, remembered: bool) -> bool:
    """Whether the channel must be searched before `row` is sent: it may have been sent before,
    and Discord does not know its nonce again (`remembered`) or not for longer than `window`
    seconds.
    """
    since = row.maybe_sent_at
    if since is None:
        return False
    return not remembered or now - since >= timedelta(seconds=window)


def probe_delay(probes: int, rng: random.Random, *, direct: bool = False) -> float:
    """Seconds until a parked channel, or with `direct` a person, is tried again after `probes`
    tries in vain since it was parked."""
    if direct:
        return _back_off(FIRST_DIRECT_PROBE, LONGEST_DIRECT_PROBE, probes + 1, rng)
    return _back_off(FIRST_PROBE, LONGEST_PROBE, probes + 1, rng)


def hold(failure: Failed, times: int, rng: random.Random) -> float:
    """Seconds for which nothing at all is to be sent, at the `times`-th refusal in a row (from 1).

    0 for a failure that concerns one channel or one message.
    """
    if failure.kind not in (Kind.SHUT_OUT, Kind.UNAUTHORIZED):
        return 0.0
    return rest(failure, times, rng)


def rest(failure: Failed, times: int, rng: random.Random) -> float:
    """Seconds for which nothing of the kind that was refused is to be sent, at the `times`-th
    refusal in a row (from 1)."""
    return _at_least(failure.retry_after, _back_off(FIRST_HOLD, LONGEST_HOLD, times, rng))


def edit_delay(failure: Failed, attempts: int, rng: random.Random) -> float:
    """Seconds until an edit that failed is tried again, after `attempts` before it."""
    return _at_least(
        failure.retry_after, _back_off(FIRST_EDIT_RETRY, LONGEST_EDIT_RETRY, attempts + 1, rng)
    )


def _event(outcome: Outcome) -> Event:
    if isinstance(outcome, Sent):
        return Event.SENT
    if isinstance(outcome, Released):
        return Event.RELEASE
    return _ENDS.get(outcome.kind, Event.RETRY)


_ENDS = {
    Kind.BLOCKED: Event.PARK,
    Kind.REJECTED: Event.REJECT,
    Kind.DOUBTFUL: Event.REJECT,
}


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
