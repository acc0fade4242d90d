"""What came of an attempt to send, and what is written down for it. Pure: values in, values out.

The steps that SQL takes with many deliveries at once are in ``bot.store``.
"""

import hashlib
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.model import Conclusion, Delivery, DeliveryState, StoredInterview, TargetKind
from bot.core.retry import backoff
from bot.store import LeasedDelivery

FIRST_RETRY = 0.5
LONGEST_RETRY = 300.0
"""Seconds: the bounds of the back-off of one delivery. Discord forgets a nonce after "a few
minutes" (Discord docs, Create Message), so what may have arrived is tried again soon."""

LONGEST_RARE_RETRY = 3600.0
"""Seconds: the upper bound for bugs of ours, which only a new version mends, and for refusals of
everything."""

FIRST_REFUSED_RETRY = 600.0
LONGEST_REFUSED_RETRY = 6 * 3600.0
"""Seconds: the bounds for refusals of one place that pass by themselves, such as too many active
threads. A refused request counts as little as any other, but changes nothing."""

FIRST_HOLD = 30.0
LONGEST_HOLD = 3600.0
"""Seconds: the bounds for holding all sending when Discord refuses everything."""

FIRST_PROBE = 600.0
LONGEST_PROBE = 24 * 3600.0
"""Seconds: the bounds between two probes of a parked channel. A refusal counts towards the 10,000
invalid requests in ten minutes (Discord docs, Rate limits): a thousand parked channels cost two a
minute at first and one a minute in the end."""

FIRST_DIRECT_PROBE = 6 * 3600.0
LONGEST_DIRECT_PROBE = 7 * 24 * 3600.0
"""Seconds: the same for a person who takes no direct messages. No event says that they do again;
they can ask for a probe with a button, or by following somebody else."""

PICTURE_SECONDS = 5.0
"""Seconds for which announcements wait until Discord has loaded their picture, and after which a
message that was sent before is edited once, so that clients draw it."""

FIRST_EDIT_RETRY = 60.0
LONGEST_EDIT_RETRY = 6 * 3600.0
"""Seconds: the bounds of the back-off of edits and notices, which are in no hurry."""

LONGEST_RETRY_AFTER = 24 * 3600.0
"""Seconds: a longer Retry-After is cut to this."""


class FailureKind(StrEnum):
    """Why a request to Discord failed, by what is to be done about it."""

    LOST = "lost"
    """The network or a 5xx. It may even have arrived. Tried again soon."""

    LIMITED = "limited"
    """A 429 for one channel, or slowmode. Tried again when Discord says."""

    SHUT_OUT = "shut-out"
    """Everything is refused for a while: a global 429, or a ban of the bot's address. All sending
    is held."""

    UNAUTHORIZED = "unauthorized"
    """401: the token is void. All sending is held, and the log says so loudly."""

    BLOCKED = "blocked"
    """The channel can't be written to until somebody mends it. Its subscription is parked."""

    REFUSED = "refused"
    """This place refuses the message at the moment. Tried again rarely."""

    DELETED = "deleted"
    """The message that the request is about is gone: sent before, it was deleted since."""

    REJECTED = "rejected"
    """Discord will never accept this message: a bug of ours. It is abandoned."""

    DOUBTFUL = "doubtful"
    """It may have arrived, and that can't be found out. It is abandoned, where the guild prefers
    that to a second message."""

    BUG = "bug"
    """Our own code raised. Tried again rarely, for the next version may do better."""


HOLDING = frozenset({FailureKind.SHUT_OUT, FailureKind.UNAUTHORIZED})
"""Refusals of everything: nothing at all is sent for a while."""

OF_DISCORD = HOLDING | {FailureKind.LOST}
"""Failures that the next request would meet as well."""

ANSWERED = frozenset(FailureKind) - OF_DISCORD - {FailureKind.BUG}
"""Failures of one channel or message: Discord does answer the bot."""

UNCHANGEABLE = frozenset(
    {FailureKind.BLOCKED, FailureKind.REFUSED, FailureKind.DELETED, FailureKind.REJECTED}
)
"""Failures after which an edit or a notice is not tried again."""

_FINAL_STATES = {
    FailureKind.BLOCKED: DeliveryState.PARKED,
    FailureKind.REJECTED: DeliveryState.ABANDONED,
    FailureKind.DOUBTFUL: DeliveryState.ABANDONED,
}
"""Where a failure leads that is not simply tried again."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The message stands in the channel.

    ``channel_id`` is where, if that is not the subscription's channel (a post of a forum, a direct
    message). ``plain``: it consists of words and a link only. ``found``: it had been sent before.
    ``loading``: Discord has not loaded its picture yet.
    """

    message_id: int
    channel_id: int | None = None
    plain: bool = False
    found: bool = False
    loading: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The request failed.

    ``reason`` is the word that is stored (``delivery.reason.…`` in the catalogue), ``retry_after``
    Discord's wish in seconds. ``maybe_sent``: it may have had its effect nevertheless. ``error`` is
    the exception, for the log.
    """

    kind: FailureKind
    reason: str
    retry_after: float | None = None
    maybe_sent: bool = False
    error: Exception | None = field(default=None, compare=False)

    @property
    def cause(self) -> str:
        """The exception in words, for the log."""
        return str(self.error) or type(self.error).__name__

    @property
    def code(self) -> int:
        """Discord's JSON error code; 0 for none."""
        code = getattr(self.error, "code", 0)
        return code if isinstance(code, int) else 0


@dataclass(frozen=True, slots=True)
class Released:
    """Nothing was tried: the delivery is given back, due again after `delay` seconds."""

    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Obsolete:
    """Nothing is to be sent any more, for `reason`."""

    reason: str


Outcome = Sent | Failed | Released | Obsolete


def conclude(
    leased: LeasedDelivery, outcome: Outcome, now: datetime, rng: random.Random
) -> Conclusion:
    """What to write down for a leased delivery.

    | outcome | next state | due |
    |---|---|---|
    | sent, or found in the channel | sent | |
    | released | pending, with its former reason and doubt | after its delay |
    | withdrawn, or not followed any more | superseded | |
    | blocked | parked | the next probe |
    | rejected, doubtful | abandoned | |
    | deleted, where it may have been sent before | abandoned | |
    | any other failure | pending | when Discord says, or after a back-off |
    """
    row = leased.delivery
    if isinstance(outcome, Sent):
        # A digest is never edited: its list opens the interviews as they are.
        is_blank = outcome.loading and not leased.digest
        return Conclusion(
            DeliveryState.SENT,
            message_id=outcome.message_id,
            channel_id=outcome.channel_id,
            card_digest=None if outcome.found or is_blank else card_digest(leased.interview),
            plain=outcome.plain,
            edit_due_at=now + timedelta(seconds=PICTURE_SECONDS) if is_blank else None,
        )
    if isinstance(outcome, Released):
        due = now + timedelta(seconds=outcome.delay)
        return Conclusion(DeliveryState.PENDING, row.reason, due, row.maybe_sent_at)
    if isinstance(outcome, Obsolete):
        return Conclusion(DeliveryState.SUPERSEDED, outcome.reason)
    maybe_sent_at = row.maybe_sent_at or (row.leased_at if outcome.maybe_sent else None)
    state = _FINAL_STATES.get(outcome.kind, DeliveryState.PENDING)
    if outcome.kind is FailureKind.DELETED and row.maybe_sent_at is not None:
        state = DeliveryState.ABANDONED
    delay = None
    if state is DeliveryState.PENDING:
        delay = retry_delay(outcome, row.attempts, rng)
    elif state is DeliveryState.PARKED:
        probes = 0 if leased.probes is None else leased.probes + 1
        delay = probe_delay(probes, rng, direct=is_direct(leased))
    due_at = None if delay is None else now + timedelta(seconds=delay)
    return Conclusion(state, outcome.reason, due_at, maybe_sent_at)


def must_search(row: Delivery, now: datetime, window: float, *, has_nonce: bool) -> bool:
    """Whether the channel must be searched before `row` is sent: it may have been sent before, and
    Discord can't recognise its nonce (not `has_nonce`) or may have forgotten it after `window`
    seconds. A doubt that began in the future is as old as any: the clock was set since."""
    since = row.maybe_sent_at
    return since is not None and (
        not has_nonce or not timedelta(0) <= now - since < timedelta(seconds=window)
    )


def retry_delay(failure: Failed, attempts: int, rng: random.Random) -> float:
    """Seconds until a delivery is tried again after its `attempts`-th failure (from 1)."""
    if failure.kind in (FailureKind.REFUSED, FailureKind.DELETED):
        return _delay(failure, attempts, FIRST_REFUSED_RETRY, LONGEST_REFUSED_RETRY, rng)
    is_rare = failure.kind in HOLDING or failure.kind is FailureKind.BUG
    longest = LONGEST_RARE_RETRY if is_rare else LONGEST_RETRY
    return _delay(failure, attempts, FIRST_RETRY, longest, rng)


def edit_delay(failure: Failed, attempts: int, rng: random.Random) -> float:
    """Seconds until an edit or a notice is tried again after `attempts` failures before."""
    return _delay(failure, attempts + 1, FIRST_EDIT_RETRY, LONGEST_EDIT_RETRY, rng)


def hold_delay(failure: Failed, refusals: int, rng: random.Random) -> float:
    """Seconds for which sending is held at the `refusals`-th refusal in a row (from 1)."""
    return _delay(failure, refusals, FIRST_HOLD, LONGEST_HOLD, rng)


def probe_delay(probes: int, rng: random.Random, *, direct: bool = False) -> float:
    """Seconds until a parked channel, or with `direct` a person, is probed after `probes` probes
    in vain."""
    first, longest = FIRST_PROBE, LONGEST_PROBE
    if direct:
        first, longest = FIRST_DIRECT_PROBE, LONGEST_DIRECT_PROBE
    return backoff(probes + 1, first, longest, rng.random())


def card_digest(stored: StoredInterview) -> str:
    """Sixteen hexadecimal digits that change with what an announcement shows: title, link,
    excerpt, picture, and whether the interview was withdrawn."""
    interview = stored.interview
    shown = (
        interview.title,
        interview.url,
        interview.excerpt,
        interview.image_url or "",
        "withdrawn" if stored.withdrawn_at else "",
    )
    return hashlib.sha256("\0".join(shown).encode("utf-8", "replace")).hexdigest()[:16]


def is_direct(leased: LeasedDelivery) -> bool:
    """Whether the delivery goes to a person."""
    return leased.subscription.kind is TargetKind.DIRECT


def _delay(
    failure: Failed, failures: int, first: float, longest: float, rng: random.Random
) -> float:
    asked = min(failure.retry_after or 0.0, LONGEST_RETRY_AFTER)
    return max(asked, backoff(failures, first, longest, rng.random()))
