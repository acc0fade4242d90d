"""The subscriptions of channels: what admins choose, and how their deliveries fare."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.batching import batched
from bot.core.model import DeliveryState, Mode, Subscription, SubscriptionState, TargetKind
from bot.store.codec import CHUNK
from bot.store.delivery_states import REINSTATE, take
from bot.store.parking import change_state
from bot.store.results import ParkedChannel, SubscriptionOverview
from bot.store.session import Repository, Transaction, transactional
from bot.store.subscription_rows import (
    ANNOUNCES,
    COLUMNS,
    NOT_ENDED,
    chosen_values,
    find_all,
    subscription,
)
from bot.store.tables import deliveries, subscriptions
from bot.store.timing import reschedule

_ENDED = (SubscriptionState.ENDED,)

PAUSED = "paused"
"""Why what a paused subscription misses is parked."""

REMOVED = "removed"
"""Why what a removed subscription waited for is abandoned."""

SubscriptionEdit = Callable[[Subscription], Subscription]
"""A pure function from a subscription to what it becomes; of the result, only what admins choose
is written."""


@dataclass(frozen=True, slots=True)
class ResumedSubscription:
    """A subscription as it was, how many interviews it missed, and how many of them it gets as
    announcements of their own (a digest lists them all)."""

    before: Subscription
    missed: int
    shown: int


def _of_deliveries(what: Any, *states: DeliveryState) -> sa.ScalarSelect[Any]:
    return (
        sa.select(what)
        .where(
            deliveries.c.subscription_id == subscriptions.c.id,
            deliveries.c.state.in_(states),
        )
        .correlate(subscriptions)
        .scalar_subquery()
    )


_LAST_REASON = (
    sa.select(deliveries.c.reason)
    .where(deliveries.c.subscription_id == subscriptions.c.id, deliveries.c.reason.is_not(None))
    .where(deliveries.c.state.not_in([DeliveryState.SENT, DeliveryState.SUPERSEDED]))
    .order_by(deliveries.c.changed_at.desc(), deliveries.c.id.desc())
    .limit(1)
    .correlate(subscriptions)
    .scalar_subquery()
)

OVERVIEW = (
    sa.select(
        *COLUMNS,
        _of_deliveries(sa.func.max(deliveries.c.changed_at), DeliveryState.SENT),
        _of_deliveries(
            sa.func.count(), DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.PARKED
        ),
        sa.func.coalesce(
            _of_deliveries(
                sa.func.min(deliveries.c.next_attempt_at),
                DeliveryState.PENDING,
                DeliveryState.LEASED,
            ),
            subscriptions.c.next_probe_at,
        ),
        _LAST_REASON,
    )
    .where(subscriptions.c.guild_id == sa.bindparam("guild_id"), NOT_ENDED, ANNOUNCES)
    .order_by(subscriptions.c.id)
)

_ROLES = sa.select(
    subscriptions.c.guild_id, subscriptions.c.role_id, subscriptions.c.more_role_ids
).where(subscriptions.c.role_id.is_not(None), NOT_ENDED)

_PARKED = (
    sa.select(subscriptions.c.id, subscriptions.c.guild_id, subscriptions.c.channel_id)
    .where(
        subscriptions.c.next_probe_at.is_not(None),
        subscriptions.c.state == SubscriptionState.PARKED,
        subscriptions.c.kind != TargetKind.DIRECT,
    )
    .order_by(subscriptions.c.id)
)

_PARKED_CHANNELS = (
    sa.select(
        subscriptions.c.guild_id,
        subscriptions.c.channel_id,
        subscriptions.c.reason,
        subscriptions.c.parked_at,
        _of_deliveries(
            sa.func.count(), DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.PARKED
        ),
    )
    .where(
        subscriptions.c.state == SubscriptionState.PARKED,
        subscriptions.c.kind != TargetKind.DIRECT,
    )
    .order_by(subscriptions.c.parked_at, subscriptions.c.id)
)

_BY_GUILD = (
    sa.select(subscriptions.c.guild_id, sa.func.count(subscriptions.c.channel_id.distinct()))
    .where(NOT_ENDED, subscriptions.c.kind != TargetKind.DIRECT)
    .group_by(subscriptions.c.guild_id)
)


class SubscriptionRepository(Repository):
    """The subscriptions of channels; those of one channel have different filters."""

    async def overview(self, guild_id: int) -> list[SubscriptionOverview]:
        """A guild's subscriptions that have not ended, oldest first."""
        rows = await self._session.read(OVERVIEW, {"guild_id": guild_id})
        return [SubscriptionOverview(subscription(row), *row[len(COLUMNS) :]) for row in rows]

    async def find(self, guild_id: int, channel_id: int) -> Subscription | None:
        """The oldest subscription of a guild's channel that has not ended."""
        return next(iter(await self.in_channel(guild_id, channel_id)), None)

    async def in_channel(self, guild_id: int, channel_id: int) -> list[Subscription]:
        """All subscriptions of a guild's channel that have not ended, oldest first."""
        return await self._not_ended(
            subscriptions.c.guild_id == guild_id, subscriptions.c.channel_id == channel_id
        )

    async def by_id(self, guild_id: int, id_: int) -> Subscription | None:
        """A guild's subscription that has not ended."""
        found = await self._not_ended(
            subscriptions.c.guild_id == guild_id, subscriptions.c.id == id_
        )
        return found[0] if found else None

    async def created_by(self, user_id: int) -> list[Subscription]:
        """The subscriptions that somebody set up and that have not ended, oldest first."""
        return await self._not_ended(subscriptions.c.created_by == user_id)

    async def _not_ended(self, *where: sa.ColumnElement[bool]) -> list[Subscription]:
        query = sa.select(*COLUMNS).where(*where, NOT_ENDED, ANNOUNCES).order_by(subscriptions.c.id)
        return [subscription(row) for row in await self._session.read(query)]

    async def roles(self) -> dict[int, set[int]]:
        """The roles that announcements ping, by guild."""
        found: dict[int, set[int]] = {}
        for guild_id, role_id, others in await self._session.read(_ROLES):
            found.setdefault(guild_id, set()).update((role_id, *others))
        return found

    @transactional
    async def subscribe(
        self,
        tx: Transaction,
        guild_id: int,
        channel_id: int,
        created_by: int,
        edit: SubscriptionEdit,
        *,
        filtered: str = "",
    ) -> tuple[Subscription, Subscription | None]:
        """Subscribe a channel, or edit and reactivate its subscription that is `filtered` so; as it
        is now, and as it was before (``None``: it had none, and `edit` begins with the defaults).

        What waits and was never tried gets its hour anew.
        """
        now = tx.clock.now()
        of_filter = subscriptions.c.filter == filtered
        this = (subscriptions.c.channel_id == channel_id, of_filter, ANNOUNCES)
        found = sorted(await find_all(tx, *this), key=lambda one: one.state in _ENDED)
        before = found[0] if found and found[0].state is not SubscriptionState.ENDED else None
        if before is None:
            after = Subscription(0, guild_id, channel_id, None, created_by, now, filter=filtered)
        else:
            after = replace(before, guild_id=guild_id, state=SubscriptionState.ACTIVE, reason=None)
        after = edit(after)
        values = {
            "guild_id": guild_id,
            "channel_id": channel_id,
            "created_by": after.created_by,
            "created_at": after.created_at,
            "state": SubscriptionState.ACTIVE,
            **chosen_values(after),
        }
        if found:
            id_ = found[0].id
            await tx.execute(subscriptions.update().where(subscriptions.c.id == id_).values(values))
            await change_state(tx, id_, SubscriptionState.ACTIVE, None, now)
        else:
            result = await tx.execute(subscriptions.insert().values(values))
            assert result.inserted_primary_key is not None  # noqa: S101
            id_ = result.inserted_primary_key[0]
        after = replace(after, id=id_)
        await reschedule(tx, after)
        return after, before

    @transactional
    async def edit(
        self, tx: Transaction, guild_id: int, id_: int, edit: SubscriptionEdit
    ) -> tuple[Subscription, Subscription] | None:
        """Change the options of a subscription, whatever its state; as it is now and as it was,
        ``None`` where there is none. What waits and was never tried gets its hour anew."""
        before = await SubscriptionRepository(tx).by_id(guild_id, id_)
        if before is None:
            return None
        after = edit(before)
        await tx.execute(
            subscriptions.update()
            .where(subscriptions.c.id == before.id)
            .values(chosen_values(after))
        )
        if after.timetable != before.timetable:
            await reschedule(tx, after)
        return after, before

    @transactional
    async def pause(self, tx: Transaction, guild_id: int, id_: int) -> Subscription | None:
        """Keep what comes until ``resume``; the subscription as it was, ``None`` for none."""
        before = await SubscriptionRepository(tx).by_id(guild_id, id_)
        if before is not None:
            await change_state(tx, before.id, SubscriptionState.PAUSED, PAUSED, tx.clock.now())
        return before

    @transactional
    async def resume(self, tx: Transaction, guild_id: int, id_: int) -> ResumedSubscription | None:
        """Go on with a paused subscription: it catches up, a digest at its next hour. One in any
        other state stays as it is; ``None`` where the channel has none."""
        before = await SubscriptionRepository(tx).by_id(guild_id, id_)
        if before is None or before.state is not SubscriptionState.PAUSED:
            return None if before is None else ResumedSubscription(before, 0, 0)
        missed = await _count(tx, before.id, DeliveryState.PARKED)
        await change_state(tx, before.id, SubscriptionState.ACTIVE, None, tx.clock.now())
        await reschedule(tx, before)
        shown = await _count(tx, before.id, DeliveryState.PENDING)
        return ResumedSubscription(before, missed, min(shown, missed))

    @transactional
    async def remove(self, tx: Transaction, guild_id: int, id_: int) -> bool:
        """End a subscription and give up what it waits for; whether there was one."""
        found = await SubscriptionRepository(tx).by_id(guild_id, id_)
        if found is not None:
            await change_state(tx, found.id, SubscriptionState.ENDED, REMOVED, tx.clock.now())
        return found is not None

    @transactional
    async def restore(self, tx: Transaction, one: Subscription, removed_at: datetime) -> bool:
        """Undo ``remove``: the subscription is as it was, and waits for what it gave up then;
        false where the channel has one of its filter again. What came meanwhile it never gets."""
        now, this = tx.clock.now(), subscriptions.c.id == one.id
        there = await SubscriptionRepository(tx).in_channel(one.guild_id, one.channel_id)
        if any(other.filter == one.filter or other.mode is Mode.FOLLOW for other in there):
            return False
        given_up = (
            deliveries.c.subscription_id == one.id,
            deliveries.c.reason == REMOVED,
            deliveries.c.changed_at >= removed_at,
        )
        await take(tx, REINSTATE, now, *given_up, reason=None)
        await tx.execute(subscriptions.update().where(this).values(chosen_values(one)))
        is_paused = one.state is SubscriptionState.PAUSED
        state, reason = (one.state, PAUSED) if is_paused else (SubscriptionState.ACTIVE, None)
        await change_state(tx, one.id, state, reason, now)
        await reschedule(tx, one)
        return True

    @transactional
    async def end_channel(self, tx: Transaction, channel_id: int, reason: str) -> bool:
        """A channel is gone: end its subscription, with a notice to its admins; false where it
        had none."""
        now = tx.clock.now()
        found = await find_all(tx, subscriptions.c.channel_id == channel_id, NOT_ENDED)
        for one in found:
            await change_state(tx, one.id, SubscriptionState.ENDED, reason, now)
            this = subscriptions.c.id == one.id
            await tx.execute(subscriptions.update().where(this).values(notice_due_at=now))
        return bool(found)

    @transactional
    async def lose_roles(self, tx: Transaction, guild_id: int, role_ids: Collection[int]) -> int:
        """Roles are gone: announcements go on without their ping; for how many subscriptions."""
        theirs = (subscriptions.c.guild_id == guild_id, subscriptions.c.role_id.is_not(None))
        losing = [
            one for one in await find_all(tx, *theirs) if not set(role_ids).isdisjoint(one.role_ids)
        ]
        for one in losing:
            left = one.with_roles(id_ for id_ in one.role_ids if id_ not in role_ids)
            values = chosen_values(replace(left, role_lost=True))
            this = subscriptions.c.id == one.id
            await tx.execute(subscriptions.update().where(this).values(values))
        return len(losing)

    async def parked_channels(self) -> list[ParkedChannel]:
        """The channels of all guilds that can't be reached, the longest parked first."""
        return [ParkedChannel(*row) for row in await self._session.read(_PARKED_CHANNELS)]

    async def counts_by_guild(self) -> dict[int, int]:
        """How many channels of each guild get announcements."""
        return {row[0]: row[1] for row in await self._session.read(_BY_GUILD)}

    async def parked(self, guild_id: int | None = None) -> list[tuple[int, int, int]]:
        """The parked channels of a guild (``None``: of all) that could be probed: subscription,
        guild and channel."""
        query = _PARKED
        if guild_id is not None:
            query = query.where(subscriptions.c.guild_id == guild_id)
        return [(row.id, row.guild_id, row.channel_id) for row in await self._session.read(query)]

    @transactional
    async def probe_soon(self, tx: Transaction, ids: Collection[int], now: datetime) -> int:
        """Probe these with the next lease, unless they are healed or being probed; how many were
        not about to be anyhow."""
        probed = 0
        for chunk in batched(ids, CHUNK):
            result = await tx.execute(
                subscriptions.update()
                .where(
                    subscriptions.c.id.in_(chunk),
                    subscriptions.c.state == SubscriptionState.PARKED,
                    subscriptions.c.next_probe_at > now,
                )
                .values(next_probe_at=now)
            )
            probed += result.rowcount
        return probed


async def _count(tx: Transaction, subscription_id: int, state: DeliveryState) -> int:
    return int(
        await tx.scalar(
            sa.select(sa.func.count()).where(
                deliveries.c.subscription_id == subscription_id, deliveries.c.state == state
            )
        )
    )
