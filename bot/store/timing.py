"""Deliveries that wait for their hour: digests gather, quiet hours put off.

A digest is one message for several rows of the outbox. When its hour has come, the rows that are
due are marked with the id of the newest of them (``batch``): that row is leased, sent under its own
nonce and settled for them all, and from then on the others do only what it does. So the list is
the same however often it has to be sent, and what arrives meanwhile waits for the next one.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.core.batching import batched
from bot.core.model import (
    Conclusion,
    DeliveryState,
    Frequency,
    Subscription,
    SubscriptionState,
    Timetable,
)
from bot.core.timetable import next_due, quiet_end, zone_of
from bot.store.codec import CHUNK, timetable
from bot.store.delivery_states import FINAL, WITHDRAW, share, take
from bot.store.session import Session, Transaction
from bot.store.subscription_rows import TIMES
from bot.store.tables import deliveries, guilds, interviews, subscriptions

IN_DIGEST = sa.and_(deliveries.c.batch.is_not(None), deliveries.c.batch != deliveries.c.id)
"""A row that only follows another: never leased by itself."""

_TIMED = sa.or_(
    subscriptions.c.frequency != sa.literal_column(f"'{Frequency.EACH}'"),
    subscriptions.c.quiet_from.is_not(None),
)

_ALL_TIMED = (
    sa.select(subscriptions.c.id, guilds.c.time_zone, *TIMES)
    .select_from(subscriptions.outerjoin(guilds, guilds.c.id == subscriptions.c.guild_id))
    .where(
        _TIMED,
        subscriptions.c.state.in_([SubscriptionState.ACTIVE, SubscriptionState.PARKED]),
    )
)

_DUE_NOW = sa.and_(
    deliveries.c.state == DeliveryState.PENDING,
    deliveries.c.next_attempt_at <= sa.bindparam("now"),
)

DUE_TIMED = _ALL_TIMED.where(
    sa.exists().where(deliveries.c.subscription_id == subscriptions.c.id, _DUE_NOW)
)

_IN_BATCHES = (
    sa.select(deliveries.c.batch, deliveries.c.interview_id)
    .join(interviews, interviews.c.id == deliveries.c.interview_id)
    .where(
        deliveries.c.batch.in_(sa.bindparam("batches", expanding=True)),
        interviews.c.withdrawn_at.is_(None),
    )
    .order_by(deliveries.c.id.desc())
)

_listed = deliveries.alias("listed")

WITHDRAWN = sa.select(deliveries.c.id).where(
    deliveries.c.id.in_(sa.bindparam("ids", expanding=True)),
    ~sa.exists().where(
        interviews.c.id == deliveries.c.interview_id, interviews.c.withdrawn_at.is_(None)
    ),
    ~sa.exists().where(
        _listed.c.batch == deliveries.c.id,
        interviews.c.id == _listed.c.interview_id,
        interviews.c.withdrawn_at.is_(None),
    ),
)
"""Deliveries whose interview, or all that their digest lists, was withdrawn."""

_NEVER_TRIED = (
    deliveries.c.state == DeliveryState.PENDING,
    deliveries.c.attempts == 0,
    deliveries.c.batch.is_(None),
)


async def put_off(
    tx: Transaction, interview_id: int, now: datetime, *, only: int | None = None
) -> None:
    """Give an interview's fresh rows, or `only` this subscription's, the hour for which they have
    to wait."""
    hours: dict[tuple[str | None, Timetable], datetime] = {}
    waiting: defaultdict[datetime, list[int]] = defaultdict(list)
    for id_, zone, *times in await tx.read(_ALL_TIMED):
        if only not in (None, id_):
            continue
        when = (zone, timetable(*times))
        if when not in hours:
            hours[when] = next_due(when[1], now, zone_of(zone))
        if hours[when] > now:
            waiting[hours[when]].append(id_)
    this = deliveries.c.interview_id == interview_id
    for due, ids in waiting.items():
        for chunk in batched(ids, CHUNK):
            await tx.execute(
                deliveries.update()
                .where(this, deliveries.c.subscription_id.in_(chunk), *_NEVER_TRIED)
                .values(next_attempt_at=due)
            )


async def reschedule(tx: Transaction, subscription: Subscription) -> None:
    """Give what waits for a subscription, and was never tried, its hour by the present options."""
    zone = await tx.scalar(
        sa.select(guilds.c.time_zone).where(guilds.c.id == subscription.guild_id)
    )
    due = next_due(subscription.timetable, tx.clock.now(), zone_of(zone))
    await tx.execute(
        deliveries.update()
        .where(deliveries.c.subscription_id == subscription.id, *_NEVER_TRIED)
        .values(next_attempt_at=due)
    )


async def repair(tx: Transaction, now: datetime, latest: datetime) -> None:
    """Let no delivery wait for an hour that a wrong clock gave it: one that was never tried is due
    at its subscription's next hour at the latest, one that is tried again at `latest`."""
    pending = (deliveries.c.state == DeliveryState.PENDING, deliveries.c.next_attempt_at > now)
    timed = sa.select(subscriptions.c.id).where(_TIMED)
    for id_, zone, *times in await tx.read(_ALL_TIMED):
        due = next_due(timetable(*times), now, zone_of(zone))
        await tx.execute(
            deliveries.update()
            .where(
                *pending,
                *_NEVER_TRIED,
                deliveries.c.subscription_id == id_,
                deliveries.c.next_attempt_at > due,
            )
            .values(next_attempt_at=due)
        )
    await tx.execute(
        deliveries.update()
        .where(*pending, *_NEVER_TRIED, deliveries.c.subscription_id.not_in(timed))
        .values(next_attempt_at=now)
    )
    await tx.execute(
        deliveries.update()
        .where(*pending, deliveries.c.attempts > 0, deliveries.c.next_attempt_at > latest)
        .values(next_attempt_at=latest)
    )


async def gather(tx: Transaction, now: datetime) -> None:
    """Before leasing: what fell due in quiet hours waits for their end, and what fell due in a
    digest becomes one."""
    for id_, zone, *times in await tx.read(DUE_TIMED, {"now": now}):
        when = timetable(*times)
        until = quiet_end(when.quiet, now, zone_of(zone))
        due = (
            deliveries.c.subscription_id == id_,
            deliveries.c.state == DeliveryState.PENDING,
            deliveries.c.next_attempt_at <= now,
        )
        if until > now:
            await tx.execute(deliveries.update().where(*due).values(next_attempt_at=until))
        elif when.frequency is not Frequency.EACH:
            await form_digest(tx, *due, deliveries.c.batch.is_(None))


async def form_digest(tx: Transaction, *where: sa.ColumnElement[bool]) -> int | None:
    """Make the deliveries that match `where` into a digest; the newest of them is sent for all.
    Its id, ``None`` where none matches."""
    newest: int | None = await tx.scalar(sa.select(sa.func.max(deliveries.c.id)).where(*where))
    if newest is not None:
        await tx.execute(deliveries.update().where(*where).values(batch=newest))
    return newest


async def settle_digest(
    tx: Transaction, delivery_id: int, conclusion: Conclusion, now: datetime
) -> None:
    """A digest's row was settled: those that it is sent for end as it does.

    They stay where they are while it is to be tried again; parking takes them along with the
    subscription.
    """
    if conclusion.state in FINAL:
        await take(
            tx,
            share(conclusion.state),
            now,
            deliveries.c.batch == delivery_id,
            deliveries.c.id != delivery_id,
            reason=conclusion.reason,
            message_id=conclusion.message_id,
        )


async def withdraw_from_digests(tx: Transaction, interview_id: int, now: datetime) -> None:
    """An interview was withdrawn: digests that wait leave it out, and one that would be empty is
    never sent. The row that is sent for a digest stays so even when its own interview is gone."""
    listed = deliveries.alias("listed")
    still_there = sa.exists().where(
        listed.c.batch == deliveries.c.batch,
        listed.c.interview_id == interviews.c.id,
        interviews.c.withdrawn_at.is_(None),
    )
    theirs = sa.select(deliveries.c.batch).where(
        deliveries.c.interview_id == interview_id, deliveries.c.batch.is_not(None)
    )
    await take(tx, WITHDRAW, now, deliveries.c.batch.in_(theirs), ~still_there, reason="withdrawn")


async def withdraw_again(tx: Transaction, ids: Sequence[int], now: datetime) -> set[int]:
    """Supersede those of the deliveries of which nothing is left to announce; their ids."""
    if not ids:
        return set()
    found = {row[0] for row in await tx.read(WITHDRAWN, {"ids": list(ids)})}
    await take(tx, WITHDRAW, now, deliveries.c.id.in_(found), reason="withdrawn")
    return found


async def digests(session: Session, delivery_ids: list[int]) -> dict[int, list[int]]:
    """The interviews that digests list, the newest arrivals first, without what was withdrawn
    meanwhile; by the id of the row that is sent, for those of the deliveries that are digests."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    if delivery_ids:
        for batch, interview_id in await session.read(_IN_BATCHES, {"batches": delivery_ids}):
            found[batch].append(interview_id)
    return found
