"""The outbox: which interview is to be sent where, and how far that is.

A row goes pending, leased, sent. A lease that runs out makes the row due again. Every lease raises
``attempts``, and only who names that number may settle the row: a sender that was held up for
longer than its lease changes nothing any more.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.model import (
    Conclusion,
    Delivery,
    DeliveryState,
    Doubt,
    Mode,
    StoredInterview,
    Subscription,
    SubscriptionState,
    TargetKind,
)
from bot.store import delivery_states, extras, follows, parking, regular_posts, timing
from bot.store.codec import storable_or_none
from bot.store.dialects import random_nonce, values_of_json
from bot.store.filtering import left_out
from bot.store.follow_matching import followers_of
from bot.store.interviews import InterviewRepository
from bot.store.outbox_queries import (
    COUNTS,
    DUE,
    DUE_DIRECT,
    KNOWN_MESSAGES,
    LIVE,
    NEXT_DUE,
    NEXT_DUE_DIRECT,
    ROW,
    delivery,
)
from bot.store.outbox_repairs import doubt_if_restored
from bot.store.results import LeasedDelivery
from bot.store.session import Repository, Transaction, transactional
from bot.store.subscription_rows import NOT_ENDED, subscription
from bot.store.tables import DIRECT_ROUND, deliveries, subscriptions

FRESH = timedelta(hours=1)
"""A delivery that has waited for longer than this is catching up, and lets newer ones pass."""

DIGEST_LIMIT = 10
"""Interviews that one message lists: their texts, buttons and Discord's limits leave no room for
more."""

UNREADABLE_RETRY = timedelta(hours=1)
"""When a delivery is tried again whose stored interview can't be decoded."""

_UNREADABLE = "unreadable"


class Outbox(Repository):
    """The deliveries of interviews to subscriptions."""

    @transactional
    async def enqueue(
        self, tx: Transaction, interview_id: int, now: datetime, *, only: int | None = None
    ) -> int:
        """Queue an interview for every subscription that has not ended and whose filter lets it
        through; the number of new rows. A person's counts when they follow something of it.
        With `only`, for this one subscription, whatever its filter.

        A parked subscription's row is parked with it. Enqueued again, nothing is added. Rows that
        are due together are sent in the order in which they were enqueued, so call this for the
        oldest interview first.
        """
        place = sa.func.row_number().over(
            partition_by=subscriptions.c.guild_id, order_by=subscriptions.c.id
        )
        # Asked before: rows that depend on those of their own table are put aside by SQLite first.
        enqueued = deliveries.c.interview_id == interview_id
        left = await tx.scalars(sa.select(deliveries.c.subscription_id).where(enqueued))
        stored = None
        if only is None:
            stored = await InterviewRepository(tx).get(interview_id)
            left += await left_out(tx, stored.interview) if stored else []
        left_ids = values_of_json(json.dumps(left), sa.BigInteger)
        let_through: sa.ColumnElement[bool] = subscriptions.c.id.not_in(left_ids)
        if only is not None:
            let_through &= subscriptions.c.id == only
        doubt = await doubt_if_restored(tx, interview_id, now)
        to_guilds = _new_rows(interview_id, now, doubt, place, ~follows.DIRECT, let_through)
        added = (await tx.execute(to_guilds)).rowcount
        if stored is not None:
            followers = await followers_of(tx, stored.interview)
            theirs = let_through & subscriptions.c.channel_id.in_(followers)
            to_persons = _new_rows(
                interview_id, now, doubt, sa.literal(DIRECT_ROUND), follows.DIRECT, theirs
            )
            added += (await tx.execute(to_persons)).rowcount
        await timing.put_off(tx, interview_id, now, only=only)
        await parking.probe_stranded(tx, now)
        return added

    async def lease_due(
        self,
        now: datetime,
        lease_until: datetime,
        limit: int,
        *,
        direct: int | None = None,
        after_id: int | None = None,
        owner: int | None = None,
    ) -> list[LeasedDelivery]:
        """Take up to `limit` deliveries that are due at `now`, in the order to send them.

        Due are pending rows whose time has come and leased rows whose lease ran out, of active
        subscriptions, one for each channel, and none for a channel of which another row is under
        a lease that holds. Fresh ones go before those that have waited for longer than an hour;
        then every guild's first channel before any guild's second; then the oldest first.

        Direct messages come after all of these, the longest due first and no more than `direct`.

        `owner` is the number of the process that takes them (``Membership.id``). `after_id` is a
        snowflake of now by Discord's clock, ``None`` where that is not known. What
        was withdrawn meanwhile is superseded instead, unless it may have been sent. What can't be
        decoded is set aside for an hour, with the reason ``unreadable``.
        """
        rows = await self._lease(now, lease_until, limit, direct, after_id, owner)
        digests = await timing.digests(self._session, [row[0] for row in rows])
        listed = {id_ for ids in digests.values() for id_ in ids[:DIGEST_LIMIT]}
        ids = sorted(listed | {row.interview_id for row in rows})
        found = {one.id: one for one in await InterviewRepository(self._session).get_many(ids)}
        leased = []
        for row in rows:
            listed_ids = [id_ for id_ in digests.get(row[0], ()) if id_ in found]
            stored = found.get(row.interview_id) or next((found[id_] for id_ in listed_ids), None)
            if stored is None:
                await self._set_aside(delivery(row), now)
            else:
                digest = tuple(found[id_] for id_ in listed_ids[:DIGEST_LIMIT])
                more = max(0, len(digests.get(row[0], ())) - DIGEST_LIMIT)
                leased.append(_leased(row, now, lease_until, stored, digest, more))
        leased = await regular_posts.with_contents(self._session, leased)
        addressees = await follows.FollowRepository(self._session).addressees(
            (one.subscription.channel_id, one.interview)
            for one in leased
            if one.subscription.kind is TargetKind.DIRECT
        )
        return [
            replace(one, addressee=addressees[one.subscription.channel_id, one.interview.id])
            if one.subscription.kind is TargetKind.DIRECT
            else one
            for one in leased
        ]

    @transactional
    async def _lease(
        self,
        tx: Transaction,
        now: datetime,
        lease_until: datetime,
        limit: int,
        direct: int | None,
        after_id: int | None,
        owner: int | None,
    ) -> list[Any]:
        """The rows as they were, with what stands beside them in ``COLUMNS`` of the queries."""
        await _give_up_orphans(tx, now)
        await parking.begin_probes(tx, now)
        await timing.gather(tx, now)
        due = {"now": now, "stale": now - FRESH, "limit": limit}
        rows = list(await tx.read(DUE, due))
        left = limit - len(rows) if direct is None else min(direct, limit - len(rows))
        if left > 0:
            rows += await tx.read(DUE_DIRECT, {"now": now, "limit": left})
        withdrawn = await timing.withdraw_again(
            tx, [row[0] for row in rows if not row.maybe_sent_at], now
        )
        rows = [row for row in rows if row[0] not in withdrawn]
        if rows:
            await delivery_states.take(
                tx,
                delivery_states.LEASE,
                now,
                deliveries.c.id.in_([row[0] for row in rows]),
                attempts=deliveries.c.attempts + 1,
                next_attempt_at=lease_until,
                owner_id=owner,
                maybe_sent_at=sa.func.coalesce(deliveries.c.maybe_sent_at, now),
                after_id=sa.case(
                    (deliveries.c.maybe_sent_at.is_(None), sa.literal(after_id, sa.BigInteger)),
                    else_=deliveries.c.after_id,
                ),
            )
        return rows

    @transactional
    async def _set_aside(self, tx: Transaction, row: Delivery, now: datetime) -> None:
        await delivery_states.take(
            tx,
            delivery_states.settle(DeliveryState.PENDING),
            now,
            deliveries.c.id == row.id,
            deliveries.c.attempts == row.attempts + 1,
            reason=_UNREADABLE,
            next_attempt_at=now + UNREADABLE_RETRY,
            maybe_sent_at=row.maybe_sent_at,
        )

    async def obsolete_reason(self, leased: LeasedDelivery) -> str | None:
        """Why a leased delivery is not to be sent any more, as of the last commit; ``None`` where
        it is.

        ``withdrawn``, ``unfollowed`` and ``missed`` are final. ``changed`` is not: some interviews
        of a digest were withdrawn, or the subscription is paused, parked or ended.
        """
        listed = [one.id for one in leased.interviews]
        parameters = {"subscription": leased.subscription.id, "listed": listed}
        rows = await self._session.read(LIVE, parameters)
        if not rows or rows[0].live == 0:
            return "withdrawn"
        until = leased.regular.until if leased.regular is not None else None
        if until is not None and until <= self._session.clock.now():
            return regular_posts.MISSED
        if leased.subscription.kind is TargetKind.DIRECT:
            person = leased.subscription.channel_id, leased.interview
            found = await follows.FollowRepository(self._session).addressees([person])
            if not found[person[0], leased.interview.id].follows:
                return follows.UNFOLLOWED
        as_leased = rows[0].state == leased.subscription.state
        return None if as_leased and rows[0].live == len(listed) else "changed"

    async def known_messages(self, subscription: Subscription) -> frozenset[int]:
        """The ids of the newest messages, or posts, of the subscription's channel that are known
        to be other deliveries'."""
        rows = await self._session.read(KNOWN_MESSAGES, {"channel": subscription.channel_id})
        return frozenset(row[0] for row in rows)

    async def settle(self, delivery: Delivery, conclusion: Conclusion, now: datetime) -> bool:
        """End a lease as `conclusion` says; ``False``, and nothing changed, when the lease that
        `delivery` names by its ``attempts`` is not ours any more.

        Sent, it heals its subscription, if that was parked, and its extras begin. Parked, its
        subscription is parked with all that waits for it. Several that are settled at about the
        same time share a transaction.

        Raises:
            ValueError: the conclusion is leased, or its ``next_attempt_at`` does not fit its state.
        """
        if conclusion.state is DeliveryState.LEASED:
            raise ValueError("a lease can't be settled with a lease")
        tried_again = conclusion.state in (DeliveryState.PENDING, DeliveryState.PARKED)
        if tried_again != (conclusion.next_attempt_at is not None):
            raise ValueError("next_attempt_at goes with pending and parked, and with nothing else")
        return await self._session.transact(
            lambda tx: _settle(tx, delivery, conclusion, now), grouped=True
        )

    async def next_due(self, *, direct: bool = True) -> datetime | None:
        """When ``lease_due`` will next find something, without `direct` for guilds alone; in the
        past when it would find it now.

        ``None`` when nothing waits. What is leased counts with the end of its lease, and what is
        parked with its next probe.
        """
        now = {"now": self._session.clock.now()}
        rows = [*await self._session.read(NEXT_DUE, now)]
        if direct:
            rows += await self._session.read(NEXT_DUE_DIRECT, now)
        rows += await self._session.read(parking.NEXT_PROBE)
        return min((row[0] for row in rows), default=None)

    async def counts(self) -> Mapping[DeliveryState, int]:
        """How many deliveries are in each state; every state is there."""
        rows = await self._session.read(COUNTS)
        return dict.fromkeys(DeliveryState, 0) | {DeliveryState(row[0]): row[1] for row in rows}


def _new_rows(
    interview_id: int,
    now: datetime,
    doubt: Mapping[str, Any],
    place: sa.ColumnElement[int],
    *where: sa.ColumnElement[bool],
) -> sa.Insert:
    """Insert a row for each subscription that matches `where`; parked with it."""
    parked = subscriptions.c.state.in_([SubscriptionState.PARKED, SubscriptionState.PAUSED])
    moment = sa.literal(now, deliveries.c.created_at.type)
    values: dict[str, sa.ColumnElement[Any]] = {
        "interview_id": sa.literal(interview_id),
        "subscription_id": subscriptions.c.id,
        "state": sa.case((parked, DeliveryState.PARKED.value), else_=DeliveryState.PENDING.value),
        "attempts": sa.literal(0),
        "next_attempt_at": moment,
        "round": place,
        # Discord takes 25 characters (Discord docs, Message, Create Message); an extra of the row
        # adds one of its own.
        "nonce": random_nonce(),
        "reason": sa.case((parked, subscriptions.c.reason)),
        "created_at": moment,
        "changed_at": moment,
        **{name: sa.literal(value, deliveries.c[name].type) for name, value in doubt.items()},
    }
    rows = sa.select(*values.values()).where(
        NOT_ENDED,
        subscriptions.c.mode == Mode.POST,
        *where,
    )
    return deliveries.insert().from_select(list(values), rows)


async def _settle(
    tx: Transaction, delivery: Delivery, conclusion: Conclusion, now: datetime
) -> bool:
    parked = conclusion.state is DeliveryState.PARKED
    # One that is due already, because the interview changed while it was sent, stays.
    edit = {} if conclusion.edit_due_at is None else {"edit_due_at": conclusion.edit_due_at}
    settled = await delivery_states.take(
        tx,
        delivery_states.settle(conclusion.state),
        now,
        deliveries.c.id == delivery.id,
        deliveries.c.attempts == delivery.attempts,
        reason=storable_or_none(conclusion.reason),
        message_id=conclusion.message_id,
        next_attempt_at=now if parked else conclusion.next_attempt_at or now,
        maybe_sent_at=conclusion.maybe_sent_at,
        channel_id=conclusion.channel_id,
        digest=conclusion.card_digest,
        plain=conclusion.plain,
        **edit,
    )
    if not settled:
        return False
    await timing.settle_digest(tx, delivery.id, conclusion, now)
    if conclusion.state is DeliveryState.SENT:
        await extras.begin(tx, delivery.id, now)
        await parking.heal(tx, delivery.id, now)
    elif conclusion.state in delivery_states.FINAL:
        await parking.probe_stranded(tx, now)
    elif parked:
        await parking.park(
            tx, delivery.id, conclusion.reason or "", now, conclusion.next_attempt_at or now
        )
    return True


async def _give_up_orphans(tx: Transaction, now: datetime) -> None:
    """Rows that were being sent when their subscription ended, by a process that is gone."""
    ended = sa.select(subscriptions.c.id).where(~NOT_ENDED)
    await delivery_states.take(
        tx,
        delivery_states.GIVE_UP,
        now,
        ~timing.IN_DIGEST,
        deliveries.c.next_attempt_at <= now,
        deliveries.c.subscription_id.in_(ended),
        reason="ended",
    )


def _leased(
    row: Any,
    now: datetime,
    lease_until: datetime,
    stored: StoredInterview,
    digest: tuple[StoredInterview, ...],
    more: int,
) -> LeasedDelivery:
    before = delivery(row)
    of = subscription(row[len(ROW) :])
    return LeasedDelivery(
        replace(
            before,
            state=DeliveryState.LEASED,
            attempts=before.attempts + 1,
            next_attempt_at=lease_until,
            leased_at=now,
        ),
        of,
        stored,
        expired_lease=before.state is DeliveryState.LEASED,
        digest=digest,
        more=more,
        probes=row.probes if of.state is SubscriptionState.PARKED else None,
        doubt=Doubt(row.doubt),
    )
