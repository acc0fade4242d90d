"""What the store answers with, beside the values of ``bot.core.model``. Frozen, no SQL types."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.extras import ExtraKind
from bot.core.model import (
    PLAIN_STYLE,
    Delivery,
    Doubt,
    StoredInterview,
    Style,
    Subscription,
    SubscriptionState,
    TargetKind,
)
from bot.core.readers import Follow
from bot.core.regular_posts import ScheduledContent


@dataclass(frozen=True, slots=True)
class KnownInterview:
    """What deciding needs of an interview that is stored already."""

    id: int
    guid: str
    url: str
    digest: str
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class InterviewChange:
    """One step of the store's history, for whoever keeps a copy (the search index).

    ``interview`` is ``None`` where the interview was withdrawn: the copy must forget it.
    """

    revision: int
    id: int
    interview: StoredInterview | None


@dataclass(frozen=True, slots=True)
class SubscriptionOverview:
    """A subscription and how its deliveries fare.

    ``waiting`` counts the deliveries that are neither sent nor given up (pending, leased, parked);
    ``next_attempt_at`` is the earliest of them that will be tried by itself. ``last_reason`` is the
    most recent reason written down for a delivery that was not sent.
    """

    subscription: Subscription
    last_sent_at: datetime | None
    waiting: int
    next_attempt_at: datetime | None
    last_reason: str | None


@dataclass(frozen=True, slots=True)
class ParkedChannel:
    """A channel that can't be reached, why and since when, and how many deliveries wait for it."""

    guild_id: int
    channel_id: int
    reason: str | None
    parked_at: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """The version of the tables in the database, and the one this program brings."""

    current: str | None
    head: str

    @property
    def up_to_date(self) -> bool:
        return self.current == self.head


@dataclass(frozen=True, slots=True)
class Addressee:
    """Why a person gets a direct message, and where.

    ``follows`` is what of the interview they follow, the longest followed first; empty if they
    follow nothing of it any more. ``channel_id`` is the channel of their direct
    messages, ``None`` where none has reached them yet.
    """

    follows: tuple[Follow, ...] = ()
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class LeasedDelivery:
    """A delivery that is ours to send until its lease ends, with all that sending needs.

    ``delivery.attempts`` is the fencing token for ``Outbox.settle`` and
    ``delivery.next_attempt_at`` the end of the lease. ``expired_lease`` says that an earlier
    lease ran out without being settled, so that the message may have been sent already.

    ``digest`` is not empty where the message lists several interviews, or one in their manner:
    the newest arrivals first, at most ``DIGEST_LIMIT``, and ``more`` that there is no room for.
    What was withdrawn meanwhile is not among them. ``probes`` counts the tries in
    vain since the subscription was parked, ``None`` for one that is not parked. ``doubt`` is what
    the guild wants where nobody can tell whether the message arrived. ``addressee`` is whom a
    direct message is for, an empty one for what goes to a channel. ``regular`` is what a regular
    post or a reading thread shows, ``None`` for an announcement.
    """

    delivery: Delivery
    subscription: Subscription
    interview: StoredInterview
    expired_lease: bool
    digest: tuple[StoredInterview, ...] = ()
    more: int = 0
    probes: int | None = None
    doubt: Doubt = Doubt.RATHER_ONCE
    addressee: Addressee = Addressee()
    regular: ScheduledContent | None = None

    @property
    def interviews(self) -> tuple[StoredInterview, ...]:
        """The interviews that the message announces."""
        return self.digest or (self.interview,)


@dataclass(frozen=True, slots=True)
class NewestMessage:
    """The newest message that the store knows in a subscription's channel."""

    subscription: Subscription
    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class DueNotice:
    """A subscription that stopped, and the cause: somebody is to get a notice of it.

    ``due_at`` distinguishes this notice from a later one, and ``regular`` a regular post from
    announcements.
    """

    subscription_id: int
    guild_id: int
    channel_id: int
    created_by: int
    reason: str
    state: SubscriptionState
    due_at: datetime
    regular: bool = False


@dataclass(frozen=True, slots=True)
class DueEdit:
    """A message whose interview reads differently now, or is gone.

    ``digest`` is of what it shows, ``None`` where that isn't known; ``plain`` that it is words
    only, ``published`` that it is the embed that followers get. Of a direct message ``guild_id`` is
    the person's id. ``due_at`` distinguishes this edit from a later one. ``channel_id`` is where it
    stands, ``target_id`` the channel of the subscription, which is of a ``kind``.
    ``regular`` as in ``LeasedDelivery``.
    """

    delivery_id: int
    interview_id: int
    message_id: int
    digest: str | None
    plain: bool
    attempts: int
    due_at: datetime
    missed: int
    guild_id: int
    channel_id: int
    role_ids: tuple[int, ...] = ()
    published: bool = False
    kind: TargetKind = TargetKind.TEXT
    target_id: int = 0
    style: Style = PLAIN_STYLE
    regular: ScheduledContent | None = None

    @property
    def direct(self) -> bool:
        """Whether it is a direct message."""
        return self.kind is TargetKind.DIRECT


@dataclass(frozen=True, slots=True)
class SentCard:
    """A message to edit, and the interview as it is now; ``addressee`` as in ``LeasedDelivery``."""

    edit: DueEdit
    interview: StoredInterview
    addressee: Addressee = Addressee()


@dataclass(frozen=True, slots=True)
class Extra:
    """Something to do with a message that was sent: publish it, or open its discussion.

    ``attempts`` are those made so far; ``nonce`` is the delivery's, ``language`` as in ``Style``.
    """

    delivery_id: int
    what: ExtraKind
    attempts: int
    tried_at: datetime | None
    interview_id: int
    message_id: int
    nonce: str
    guild_id: int
    channel_id: int
    language: str | None = None
