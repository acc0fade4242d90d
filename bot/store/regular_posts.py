"""Posts by the clock: their rhythm, what a channel was shown, and their rows of the outbox.

Each is a subscription of the mode ``regular``, which has its deliveries leased, sent, parked and
given up as any other. The day for which it posted is written down with the delivery, in one
transaction: so there is one for a day, whatever is killed in between.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.model import DeliveryState, Mode, QuietHours, Subscription, SubscriptionState
from bot.core.regular_posts import (
    WEEK,
    YEAR,
    ChannelMemory,
    QuestionContent,
    RegularCandidate,
    RegularContent,
    RegularPost,
    RegularSort,
    RegularTimes,
    ScheduledContent,
    day_end,
)
from bot.core.timetable import zone_of
from bot.store import delivery_states, parking
from bot.store.dialects import random_nonce
from bot.store.outbox_repairs import LONG_AGO, RESTORED_WITHIN
from bot.store.results import LeasedDelivery
from bot.store.scheduled_tables import reading_threads, regular_days, regular_posts
from bot.store.session import Repository, Session, Transaction, transactional
from bot.store.subscription_rows import COLUMNS, NOT_ENDED, chosen_values, subscription
from bot.store.tables import (
    database,
    deliveries,
    guilds,
    interviews,
    subscriptions,
)

MISSED = "missed"
"""Why a regular post is superseded: its day is over."""

ROUND = 1_000
"""``deliveries.round``: behind every new interview."""

_NEIGHBOURING = timedelta(days=2)
"""Whatever the zone: the days between which now is."""

_FORGOTTEN = 2 * YEAR
"""What a channel was shown longer ago matters to nothing."""

_RHYTHM = tuple(regular_posts.c[name] for name in ("sort", "hour", "weekday", "since"))
_JOINED = regular_posts.join(subscriptions, subscriptions.c.id == regular_posts.c.subscription_id)

_announced = subscriptions.alias("announced")


def _quiet(name: str) -> sa.ScalarSelect[int]:
    """Of the channel's oldest announcements that have quiet hours."""
    return (
        sa.select(_announced.c[name])
        .where(
            _announced.c.channel_id == subscriptions.c.channel_id,
            _announced.c.state != SubscriptionState.ENDED,
            _announced.c.quiet_from.is_not(None),
        )
        .order_by(_announced.c.id)
        .limit(1)
        .correlate(subscriptions)
        .scalar_subquery()
    )


_POSTS = (
    sa.select(*COLUMNS, *_RHYTHM, guilds.c.time_zone, _quiet("quiet_from"), _quiet("quiet_until"))
    .select_from(_JOINED.outerjoin(guilds, guilds.c.id == subscriptions.c.guild_id))
    .where(NOT_ENDED)
    .order_by(subscriptions.c.id)
)

# A parked one's waits to be the probe, but for a guild that the bot is not in.
_WAKING = _POSTS.where(
    sa.or_(
        subscriptions.c.state == SubscriptionState.ACTIVE,
        sa.and_(
            subscriptions.c.state == SubscriptionState.PARKED,
            subscriptions.c.parked_at.is_not(None),
        ),
    )
)


DONE = sa.select(regular_days.c.subscription_id, regular_days.c.day).where(
    # By the key, a range of each post's: two years of all of them are not read every minute.
    regular_days.c.subscription_id.in_(sa.select(regular_posts.c.subscription_id)),
    regular_days.c.day >= sa.bindparam("first", type_=sa.Date),
    regular_days.c.day <= sa.bindparam("last", type_=sa.Date),
)
"""The days that had their post."""


@dataclass(frozen=True, slots=True)
class PlannedPost:
    """A regular post, its guild's time zone, and the quiet hours of announcements there."""

    post: RegularPost
    time_zone: str | None
    quiet: QuietHours | None
    done: frozenset[date] = frozenset()
    """The days around now that had theirs."""


def _planned(row: Sequence[Any]) -> PlannedPost:
    sort, hour, weekday, since, zone, start, until = row[len(COLUMNS) :]
    times = RegularTimes(hour, weekday)
    post = RegularPost(subscription(row), RegularSort(sort), times, since)
    return PlannedPost(post, zone, None if start is None else QuietHours(start, until))


class RegularPostRepository(Repository):
    """The regular posts of channels, at most one of a sort in each."""

    async def of_guild(self, guild_id: int) -> list[PlannedPost]:
        """A guild's, oldest first."""
        query = _POSTS.where(subscriptions.c.guild_id == guild_id)
        return [_planned(row) for row in await self._session.read(query)]

    async def waking(self) -> list[PlannedPost]:
        """All that may become due, with the days around now that had their post."""
        today = self._session.clock.now().date()
        days = {"first": today - _NEIGHBOURING, "last": today + _NEIGHBOURING}
        done: defaultdict[int, set[date]] = defaultdict(set)
        for id_, day in await self._session.read(DONE, days):
            done[id_].add(day)
        planned = [_planned(row) for row in await self._session.read(_WAKING)]
        return [replace(one, done=frozenset(done[one.post.subscription.id])) for one in planned]

    async def candidates(self) -> list[RegularCandidate]:
        """All interviews that were not withdrawn."""
        query = sa.select(
            interviews.c.id, interviews.c.published_at, interviews.c.turn_count
        ).where(interviews.c.withdrawn_at.is_(None))
        return [RegularCandidate(*row) for row in await self._session.read(query)]

    async def memory(self, post: RegularPost, day: date) -> ChannelMemory:
        """What a post's channel, and its server, was shown until `day`."""
        guild_id, channel_id = post.subscription.guild_id, post.subscription.channel_id
        posted: dict[int, date] = {}
        quoted: defaultdict[int, set[int]] = defaultdict(set)
        in_days = (
            sa.select(regular_days.c.interview_id, regular_days.c.section, regular_days.c.day)
            .where(
                regular_days.c.channel_id == channel_id, regular_days.c.interview_id.is_not(None)
            )
            .order_by(regular_days.c.day)
        )
        for id_, section, when in await self._session.read(in_days):
            posted[id_] = when
            if section and when > day - YEAR:
                quoted[id_].add(section)
        now = self._session.clock.now()
        sent = (
            sa.select(
                deliveries.c.interview_id,
                sa.func.max(deliveries.c.changed_at),
                sa.func.max(sa.case((subscriptions.c.channel_id == channel_id, 1), else_=0)),
                sa.func.max(sa.case((deliveries.c.state.in_(delivery_states.FINAL), 0), else_=1)),
            )
            .join(subscriptions, subscriptions.c.id == deliveries.c.subscription_id)
            .where(
                subscriptions.c.guild_id == guild_id,
                deliveries.c.changed_at > now - YEAR,
                deliveries.c.state != DeliveryState.SUPERSEDED,
            )
            .group_by(deliveries.c.interview_id)
        )
        busy, lately, seen = set(), set(), set()
        for id_, changed_at, is_here, is_open in await self._session.read(sent):
            seen.add(id_)
            if is_here and changed_at > now - WEEK:
                lately.add(id_)
            if is_open:
                busy.add(id_)
        return ChannelMemory(posted, quoted, busy, lately, seen)

    @transactional
    async def enqueue(
        self,
        tx: Transaction,
        post: RegularPost,
        day: date,
        interview_id: int | None,
        section: int = 0,
    ) -> bool:
        """Queue what a post shows for a day, or with ``None`` note that there is nothing; false,
        and nothing changed, where the day had its post, or the post ended or rests.

        What it could not post until now is superseded, and forgotten what its channel was shown so
        long ago that it matters to nothing. Of an interview that it showed before, that
        delivery is forgotten: an interview has one for each subscription.
        """
        this = subscriptions.c.id == post.subscription.id
        state = await tx.scalar(sa.select(subscriptions.c.state).where(this))
        there = sa.select(regular_days.c.day).where(
            regular_days.c.subscription_id == post.subscription.id, regular_days.c.day == day
        )
        if state not in (SubscriptionState.ACTIVE, SubscriptionState.PARKED):
            return False
        if await tx.scalar(there) is not None:
            return False
        in_channel = regular_days.c.channel_id == post.subscription.channel_id
        await tx.execute(
            regular_days.delete().where(in_channel, regular_days.c.day < day - _FORGOTTEN)
        )
        await tx.execute(
            regular_days.insert().values(
                subscription_id=post.subscription.id,
                day=day,
                channel_id=post.subscription.channel_id,
                interview_id=interview_id,
                section=section,
            )
        )
        if interview_id is not None:
            await queue_scheduled(tx, post.subscription.id, interview_id, SubscriptionState(state))
        return True

    @transactional
    async def put(self, tx: Transaction, one: RegularPost) -> int:
        """Add a post, or change the one of its sort in its channel, whatever its state; its id."""
        new = one.subscription
        id_ = await tx.scalar(
            sa.select(subscriptions.c.id)
            .select_from(_JOINED)
            .where(
                NOT_ENDED,
                subscriptions.c.channel_id == new.channel_id,
                regular_posts.c.sort == one.sort,
            )
        )
        if id_ is None:
            id_ = await add_place(tx, new)
        else:
            chosen = chosen_values(replace(new, mode=Mode.REGULAR))
            await tx.execute(subscriptions.update().where(subscriptions.c.id == id_).values(chosen))
        rhythm = {"hour": one.times.hour, "weekday": one.times.weekday, "since": one.since}
        row = {"subscription_id": id_, "sort": one.sort, **rhythm}
        await tx.upsert(regular_posts, ["subscription_id"], row)
        return int(id_)

    @transactional
    async def change_state(
        self, tx: Transaction, guild_id: int, id_: int, state: SubscriptionState, reason: str | None
    ) -> RegularPost | None:
        """Let a post rest, go on or end; as it was, ``None`` where there is none. What waits to be
        posted while it rests is posted on the same day or never; no hour is made up for."""
        there = await RegularPostRepository(tx).of_guild(guild_id)
        found = next((one.post for one in there if one.post.subscription.id == id_), None)
        if found is None or found.subscription.state is state:
            return found
        now = tx.clock.now()
        await parking.change_state(tx, id_, state, reason, now)
        this = regular_posts.c.subscription_id == id_
        await tx.execute(regular_posts.update().where(this).values(since=now))
        return found


async def add_place(tx: Transaction, new: Subscription) -> int:
    """The id of a new place in the outbox of what is posted by the clock."""
    values = {
        "guild_id": new.guild_id,
        "channel_id": new.channel_id,
        "created_by": new.created_by,
        "created_at": tx.clock.now(),
        "state": SubscriptionState.ACTIVE,
        **chosen_values(replace(new, mode=Mode.REGULAR)),
    }
    result = await tx.execute(subscriptions.insert().values(values))
    assert result.inserted_primary_key is not None  # noqa: S101
    return int(result.inserted_primary_key[0])


async def queue_scheduled(
    tx: Transaction, subscription_id: int, interview_id: int, state: SubscriptionState
) -> None:
    """The delivery of a post, in the place of all that it could not deliver before."""
    now, theirs = tx.clock.now(), deliveries.c.subscription_id == subscription_id
    await delivery_states.take(tx, delivery_states.MISS, now, theirs, reason=MISSED)
    finished = deliveries.c.state.in_(delivery_states.FINAL)
    await tx.execute(
        deliveries.delete().where(theirs, finished, deliveries.c.interview_id == interview_id)
    )
    is_parked = state is SubscriptionState.PARKED
    await tx.execute(
        deliveries.insert().values(
            interview_id=interview_id,
            subscription_id=subscription_id,
            state=DeliveryState.PARKED if is_parked else DeliveryState.PENDING,
            attempts=0,
            next_attempt_at=now,
            round=ROUND,
            nonce=random_nonce(),
            created_at=now,
            changed_at=now,
            **await _doubt(tx, now),
        )
    )
    await parking.probe_stranded(tx, now)


async def _doubt(tx: Transaction, now: datetime) -> dict[str, object]:
    """Since when it may have been posted: of a database restored within a day, nobody knows."""
    ((restored_at, after_id),) = await tx.read(
        sa.select(database.c.restored_at, database.c.restored_after)
    )
    if restored_at is None or now >= restored_at + RESTORED_WITHIN:
        return {}
    return {"maybe_sent_at": LONG_AGO, "after_id": after_id}


async def contents(session: Session, delivery_ids: Collection[int]) -> dict[int, ScheduledContent]:
    """What those of the deliveries post that are no announcements, by their ids."""
    if not delivery_ids:
        return {}
    threads = (
        sa.select(deliveries.c.id, reading_threads.c.section, reading_threads.c.last)
        .join(reading_threads, reading_threads.c.subscription_id == deliveries.c.subscription_id)
        .where(deliveries.c.id.in_(list(delivery_ids)))
    )
    found: dict[int, ScheduledContent] = {
        id_: QuestionContent(section, last) for id_, section, last in await session.read(threads)
    }
    query = (
        sa.select(
            deliveries.c.id,
            regular_posts.c.sort,
            regular_posts.c.hour,
            regular_posts.c.weekday,
            regular_days.c.day,
            regular_days.c.section,
            guilds.c.time_zone,
        )
        .select_from(
            _JOINED.join(deliveries, deliveries.c.subscription_id == subscriptions.c.id)
            .join(
                regular_days,
                sa.and_(
                    regular_days.c.subscription_id == deliveries.c.subscription_id,
                    regular_days.c.interview_id == deliveries.c.interview_id,
                ),
            )
            .outerjoin(guilds, guilds.c.id == subscriptions.c.guild_id)
        )
        .where(deliveries.c.id.in_(list(delivery_ids)))
        # The newest day is the delivery's: an older one's is gone.
        .order_by(regular_days.c.day)
    )
    for id_, sort, hour, weekday, day, section, zone in await session.read(query):
        until, times = day_end(day, zone_of(zone)), RegularTimes(hour, weekday)
        found[id_] = RegularContent(RegularSort(sort), times, day, section, until)
    return found


async def with_contents(session: Session, leased: Iterable[LeasedDelivery]) -> list[LeasedDelivery]:
    """The deliveries, those of regular posts with what they post."""
    leased = list(leased)
    ids = [one.delivery.id for one in leased if one.subscription.mode is Mode.REGULAR]
    found = await contents(session, ids) if ids else {}
    return [replace(one, regular=found.get(one.delivery.id)) for one in leased] if ids else leased
