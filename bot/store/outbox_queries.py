"""The outbox's queries: what is due, and when something will be."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.model import Delivery, DeliveryState, Doubt, SubscriptionState
from bot.store import timing
from bot.store.codec import columns_of
from bot.store.subscription_rows import COLUMNS as SUBSCRIPTION
from bot.store.tables import TO_GUILDS, TO_PERSONS, deliveries, guilds, interviews, subscriptions

_WAITING = sa.and_(
    deliveries.c.state.in_(
        [
            sa.literal_column(f"'{DeliveryState.PENDING}'"),
            sa.literal_column(f"'{DeliveryState.LEASED}'"),
        ]
    ),
    ~timing.IN_DIGEST,
)

ROW = columns_of(Delivery, deliveries, without="leased_at")
"""What ``delivery`` reads."""


def delivery(row: Sequence[Any]) -> Delivery:
    """The delivery of a row that begins with ``ROW``."""
    id_, interview_id, subscription_id, state, *rest = row[: len(ROW)]
    return Delivery(id_, interview_id, subscription_id, DeliveryState(state), *rest)


# What waits for a parked subscription is parked as well, but for the one that probes it; one that
# was not parked by a refusal (``parked_at``) is not probed.
_ACTIVE = sa.or_(
    subscriptions.c.state == SubscriptionState.ACTIVE,
    sa.and_(
        subscriptions.c.state == SubscriptionState.PARKED, subscriptions.c.parked_at.is_not(None)
    ),
)

_JOINED = deliveries.join(subscriptions, subscriptions.c.id == deliveries.c.subscription_id)

_STALE = deliveries.c.created_at < sa.bindparam("stale")

_in_hand, _neighbour = deliveries.alias("in_hand"), subscriptions.alias("neighbour")
_CHANNEL_IS_BUSY = sa.exists().where(
    _neighbour.c.channel_id == subscriptions.c.channel_id,
    _in_hand.c.subscription_id == _neighbour.c.id,
    _in_hand.c.state == DeliveryState.LEASED,
    _in_hand.c.next_attempt_at > sa.bindparam("now"),
)

COLUMNS = (
    *ROW,
    *SUBSCRIPTION,
    subscriptions.c.probes,
    sa.func.coalesce(guilds.c.doubt, Doubt.RATHER_ONCE.value).label("doubt"),
)

_MAY_GO = sa.and_(
    _WAITING,
    deliveries.c.next_attempt_at <= sa.bindparam("now"),
    _ACTIVE,
    ~_CHANNEL_IS_BUSY,
)
_WITH_GUILD = _JOINED.outerjoin(guilds, guilds.c.id == subscriptions.c.guild_id)

# One row a channel, and none while another of its rows is leased: so no channel is ever sent two
# at once, and a slow one with a long queue takes up one place of the sender's.
_FIRST_OF_CHANNEL = (
    sa.select(
        *COLUMNS,
        _STALE.label("stale"),
        deliveries.c.round,
        sa.func.row_number()
        .over(partition_by=subscriptions.c.channel_id, order_by=(_STALE, deliveries.c.id))
        .label("place"),
    )
    .select_from(_WITH_GUILD)
    .where(_MAY_GO, TO_GUILDS)
    .subquery()
)

DUE = (
    sa.select(*list(_FIRST_OF_CHANNEL.c)[: len(COLUMNS)])
    .where(_FIRST_OF_CHANNEL.c.place == 1)
    .order_by(
        _FIRST_OF_CHANNEL.c.stale, _FIRST_OF_CHANNEL.c.round, _FIRST_OF_CHANNEL.c[ROW[0].name]
    )
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)

# One row a person, the longest due first: read off the index, so that the first few of ten
# thousand cost no more than of ten.
_before = deliveries.alias("before")
DUE_DIRECT = (
    sa.select(*COLUMNS)
    .select_from(_WITH_GUILD)
    .where(
        _MAY_GO,
        TO_PERSONS,
        ~sa.exists().where(
            _before.c.subscription_id == deliveries.c.subscription_id,
            _before.c.state.in_([DeliveryState.PENDING, DeliveryState.LEASED]),
            _before.c.next_attempt_at <= sa.bindparam("now"),
            _before.c.id < deliveries.c.id,
        ),
    )
    .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)

# A row that waits for its channel's turn falls due with the lease of the row before it.
_NEXT = (
    sa.select(deliveries.c.next_attempt_at)
    .select_from(_JOINED)
    .where(
        _WAITING,
        _ACTIVE,
        sa.or_(deliveries.c.state == DeliveryState.LEASED, ~_CHANNEL_IS_BUSY),
    )
    .order_by(deliveries.c.next_attempt_at)
    .limit(1)
)
NEXT_DUE = _NEXT.where(TO_GUILDS)
NEXT_DUE_DIRECT = _NEXT.where(TO_PERSONS)

COUNTS = sa.select(deliveries.c.state, sa.func.count()).group_by(deliveries.c.state)

LIVE = sa.select(
    subscriptions.c.state,
    sa.select(sa.func.count())
    .where(
        interviews.c.id.in_(sa.bindparam("listed", expanding=True)),
        interviews.c.withdrawn_at.is_(None),
    )
    .scalar_subquery()
    .label("live"),
).where(subscriptions.c.id == sa.bindparam("subscription", type_=sa.BigInteger))

_CHANNEL_MESSAGES = 1_000
"""The newest messages of a channel that are told apart from one whose fate is in doubt."""

KNOWN_MESSAGES = (
    sa.select(deliveries.c.message_id)
    .select_from(_JOINED)
    .where(
        subscriptions.c.channel_id == sa.bindparam("channel", type_=sa.BigInteger),
        deliveries.c.message_id.is_not(None),
    )
    .order_by(deliveries.c.message_id.desc())
    .limit(_CHANNEL_MESSAGES)
)

_SENT = (
    sa.select(
        *SUBSCRIPTION,
        sa.func.coalesce(deliveries.c.channel_id, subscriptions.c.channel_id).label(
            "at_channel_id"
        ),
        deliveries.c.message_id.label("newest_message_id"),
        sa.func.row_number()
        .over(partition_by=subscriptions.c.id, order_by=deliveries.c.message_id.desc())
        .label("place"),
    )
    .select_from(_JOINED)
    .where(
        subscriptions.c.state == SubscriptionState.ACTIVE,
        deliveries.c.state == DeliveryState.SENT,
        deliveries.c.message_id.is_not(None),
    )
    .subquery()
)
NEWEST_MESSAGES = (
    sa.select(_SENT)
    .where(_SENT.c.place == 1)
    .order_by(_SENT.c.newest_message_id.desc())
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)

EXPLAINED = sa.select(deliveries.c.interview_id).where(
    deliveries.c.subscription_id.in_(
        sa.select(_neighbour.c.id).where(
            _neighbour.c.channel_id == subscriptions.c.channel_id,
            subscriptions.c.id == sa.bindparam("subscription", type_=sa.BigInteger),
        )
    ),
    deliveries.c.interview_id.in_(sa.bindparam("ids", expanding=True)),
    sa.or_(
        deliveries.c.state.in_([DeliveryState.SENT, DeliveryState.ABANDONED]),
        deliveries.c.maybe_sent_at.is_not(None),
    ),
)
"""The interviews of messages of which the outbox knows, or knows that they may be there."""
