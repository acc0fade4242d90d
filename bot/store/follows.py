"""Who follows whom, and the subscription by which a person gets to know.

Whoever follows anybody has one subscription of kind ``DIRECT``, with their own id for guild and
channel. It ends with the last follow, which gives up what waits, and begins again with a new one,
for what comes from then on. All of a person stands in ``follows``, ``follow_spellings``, that
subscription and its deliveries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.artists import artist_ids
from bot.core.batching import batched
from bot.core.clock import Clock
from bot.core.model import (
    DeliveryState,
    Follow,
    StoredInterview,
    SubscriptionState,
    TargetKind,
)
from bot.store import parking
from bot.store.codec import storable, subjects_of
from bot.store.engine import Database
from bot.store.results import Addressee
from bot.store.subscriptions import change_state
from bot.store.tables import deliveries, follow_spellings, follows, interviews, subscriptions

FOLLOWS_LIMIT = 100
"""Artists that one person may follow."""

UNFOLLOWED = "unfollowed"
"""Why a delivery is superseded: the person follows nobody of the interview any more."""

_CHUNK = 500
"""Ids in one statement, far below SQLite's 32,766 (SQLite docs, Limits)."""

DIRECT = subscriptions.c.kind == sa.literal_column(f"'{TargetKind.DIRECT}'")

_USER = sa.bindparam("user_id", type_=sa.BigInteger)

OF = (
    sa.select(follows.c.artist_id, follows.c.name, follows.c.followed_at)
    .where(follows.c.user_id == _USER)
    .order_by(follows.c.followed_at.desc(), follows.c.name)
)

_STATE = sa.select(subscriptions.c.state).where(subscriptions.c.channel_id == _USER, DIRECT)

UNTOLD = sa.select(subscriptions.c.channel_id).where(
    subscriptions.c.notice_due_at.is_not(None),
    subscriptions.c.state == SubscriptionState.PARKED,
    DIRECT,
)

_REASONS = (
    sa.select(
        follow_spellings.c.user_id,
        follow_spellings.c.spelling_id,
        follows.c.artist_id,
        follows.c.name,
        follows.c.followed_at,
    )
    .join(
        follows,
        sa.and_(
            follows.c.user_id == follow_spellings.c.user_id,
            follows.c.artist_id == follow_spellings.c.artist_id,
        ),
    )
    .where(follow_spellings.c.user_id.in_(sa.bindparam("users", expanding=True)))
    .order_by(follows.c.followed_at, follows.c.artist_id)
)

# A person's channel of direct messages stays the same for good.
_CHANNELS = (
    sa.select(subscriptions.c.channel_id, sa.func.max(deliveries.c.channel_id))
    .join(deliveries, deliveries.c.subscription_id == subscriptions.c.id)
    .where(
        subscriptions.c.channel_id.in_(sa.bindparam("users", expanding=True)),
        deliveries.c.channel_id.is_not(None),
        DIRECT,
    )
    .group_by(subscriptions.c.channel_id)
)

_SPELLINGS = sa.select(follow_spellings.c.artist_id, follow_spellings.c.spelling_id).distinct()

FOLLOWERS = sa.select(follow_spellings.c.user_id).where(
    follow_spellings.c.spelling_id.in_(sa.bindparam("spellings", expanding=True))
)
"""Whom an interview with these spellings is told; the innermost of ``outbox.enqueue``."""


class Following(StrEnum):
    """What became of the wish to follow."""

    BEGUN = "begun"
    ALREADY = "already"
    FULL = "full"
    """``FOLLOWS_LIMIT`` is reached; nothing was changed."""


class Messages(StrEnum):
    """How a person's direct messages fare."""

    OPEN = "open"
    CLOSED = "closed"
    """Discord refused the last one; what comes waits."""

    NONE = "none"
    """Nothing is followed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An artist that somebody wants to follow, by all spellings' ids."""

    artist_id: str
    name: str
    spellings: frozenset[str]


class Follows:
    """The follows, each change one transaction. See ``Store``; raises what it raises."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, user_id: int, wanted: Wanted) -> Following:
        """Follow an artist. Whoever follows them by one of the spellings does so already, and by
        all of them from now on."""
        return await self._database.change(
            lambda connection: add(connection, user_id, wanted, self._clock.now())
        )

    async def remove(self, user_id: int, artist_id: str) -> Follow | None:
        """Follow an artist, by any spelling's id, no more; what waits for nothing else is given
        up. What was followed, ``None`` for nothing."""
        return await self._database.change(
            lambda connection: remove(connection, user_id, artist_id, self._clock.now())
        )

    async def of(self, user_id: int) -> list[Follow]:
        """Whom a person follows, the newest first."""
        rows = await self._database.fetch(OF, {"user_id": user_id})
        return [Follow(*row) for row in rows]

    async def messages(self, user_id: int) -> Messages:
        """How the person's direct messages fare."""
        rows = await self._database.fetch(_STATE, {"user_id": user_id})
        if not rows or rows[0].state == SubscriptionState.ENDED:
            return Messages.NONE
        parked = rows[0].state == SubscriptionState.PARKED
        return Messages.CLOSED if parked else Messages.OPEN

    async def try_again(self, user_id: int) -> Messages:
        """Have a closed person's messages tried with the next lease: closed for as long as that
        takes. With nothing to try it with they count as open."""
        return await self._database.change(
            lambda connection: try_again(connection, user_id, self._clock.now())
        )

    async def spellings(self) -> dict[str, frozenset[str]]:
        """The followed artists, each with the ids by which an interview with them is known."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for artist_id, spelling in await self._database.fetch(_SPELLINGS):
            found[artist_id].add(spelling)
        return {artist_id: frozenset(spellings) for artist_id, spellings in found.items()}

    async def respell(self, artist_id: str, spellings: Collection[str]) -> None:
        """An artist is written otherwise now: all who follow them do so by these spellings."""
        await self._database.change(lambda connection: respell(connection, artist_id, spellings))

    async def untold(self) -> set[int]:
        """Those whose messages are closed, and who don't know yet."""
        return {row.channel_id for row in await self._database.fetch(UNTOLD)}

    async def told(self, user_id: int) -> None:
        """They know now, until their messages are open and closed again."""
        await self._database.change(
            lambda connection: connection.execute(
                subscriptions.update()
                .where(subscriptions.c.channel_id == user_id, DIRECT)
                .values(
                    notified_at=self._clock.now(),
                    notified_cause=subscriptions.c.reason,
                    notice_due_at=None,
                )
            )
        )

    async def forget(self, user_id: int) -> None:
        """Delete all that is kept of what a person follows; see the function of this name."""
        await self._database.change(lambda connection: forget(connection, user_id))

    async def addressees(
        self, sent_to: Iterable[tuple[int, StoredInterview]]
    ) -> dict[tuple[int, int], Addressee]:
        """For each person and interview: whom of it they follow, the longest followed first, and
        where their direct messages are. Two rounds for all; none for nobody."""
        pairs = list(sent_to)
        if not pairs:
            return {}
        users = {"users": sorted({user_id for user_id, _ in pairs})}
        spelled: defaultdict[int, list[tuple[str, Follow]]] = defaultdict(list)
        for user_id, spelling, *follow in await self._database.fetch(_REASONS, users):
            spelled[user_id].append((spelling, Follow(*follow)))
        rows = await self._database.fetch(_CHANNELS, users)
        channels: dict[int, int] = {user_id: channel for user_id, channel in rows}  # noqa: C416
        return {
            (user_id, stored.id): Addressee(
                _followed(spelled[user_id], artist_ids(stored.interview.subjects)),
                channels.get(user_id),
            )
            for user_id, stored in pairs
        }


def _followed(spelled: Sequence[tuple[str, Follow]], ids: Collection[str]) -> tuple[Follow, ...]:
    return tuple(dict.fromkeys(follow for spelling, follow in spelled if spelling in ids))


async def add(
    connection: AsyncConnection, user_id: int, wanted: Wanted, now: datetime
) -> Following:
    known = await _known_as(connection, user_id, wanted.spellings | {wanted.artist_id})
    if known is not None:
        await _spell(connection, user_id, known, wanted)
        return Following.ALREADY
    count = await connection.scalar(
        sa.select(sa.func.count()).select_from(follows).where(follows.c.user_id == user_id)
    )
    if count is not None and count >= FOLLOWS_LIMIT:
        return Following.FULL
    await connection.execute(
        follows.insert().values(
            user_id=user_id,
            artist_id=wanted.artist_id,
            name=storable(wanted.name),
            followed_at=now,
        )
    )
    await _spell(connection, user_id, wanted.artist_id, wanted)
    await _subscribe(connection, user_id, now)
    return Following.BEGUN


async def remove(
    connection: AsyncConnection, user_id: int, artist_id: str, now: datetime
) -> Follow | None:
    known = await _known_as(connection, user_id, {artist_id})
    if known is None:
        return None
    this = (follows.c.user_id == user_id, follows.c.artist_id == known)
    found = await connection.execute(
        sa.select(follows.c.artist_id, follows.c.name, follows.c.followed_at).where(*this)
    )
    follow = Follow(*found.one())
    await connection.execute(
        follow_spellings.delete().where(
            follow_spellings.c.user_id == user_id, follow_spellings.c.artist_id == known
        )
    )
    await connection.execute(follows.delete().where(*this))
    await _withdraw_unfollowed(connection, user_id, now)
    return follow


async def forget(connection: AsyncConnection, user_id: int) -> None:
    """Delete whom a person follows, their subscription and all its deliveries: within the
    caller's transaction. Whoever has one of them in hand finds its row gone and settles nothing.
    """
    theirs = sa.select(subscriptions.c.id).where(subscriptions.c.channel_id == user_id, DIRECT)
    await connection.execute(deliveries.delete().where(deliveries.c.subscription_id.in_(theirs)))
    await connection.execute(
        subscriptions.delete().where(subscriptions.c.channel_id == user_id, DIRECT)
    )
    await connection.execute(follow_spellings.delete().where(follow_spellings.c.user_id == user_id))
    await connection.execute(follows.delete().where(follows.c.user_id == user_id))


async def try_again(connection: AsyncConnection, user_id: int, now: datetime) -> Messages:
    found = await connection.execute(
        sa.select(subscriptions.c.id, subscriptions.c.state, subscriptions.c.next_probe_at).where(
            subscriptions.c.channel_id == user_id, DIRECT
        )
    )
    row = found.one_or_none()
    if row is None or row.state == SubscriptionState.ENDED:
        return Messages.NONE
    if row.state != SubscriptionState.PARKED:
        return Messages.OPEN
    waits = await connection.scalar(
        sa.select(sa.func.count())
        .select_from(deliveries)
        .where(
            deliveries.c.subscription_id == row.id,
            deliveries.c.state.in_(
                [DeliveryState.PARKED, DeliveryState.PENDING, DeliveryState.LEASED]
            ),
        )
    )
    if not waits:
        await change_state(connection, row.id, SubscriptionState.ACTIVE, None, now)
        return Messages.OPEN
    await parking.probe_soon(connection, [row.id], now)
    return Messages.CLOSED


async def respell(connection: AsyncConnection, artist_id: str, spellings: Collection[str]) -> None:
    this = follow_spellings.c.artist_id == artist_id
    wanted = {*spellings, artist_id}
    await connection.execute(
        follow_spellings.delete().where(this, follow_spellings.c.spelling_id.not_in(wanted))
    )
    for spelling in sorted(wanted):
        lacking = sa.select(follows.c.user_id, follows.c.artist_id, sa.literal(spelling)).where(
            follows.c.artist_id == artist_id,
            ~sa.exists().where(
                follow_spellings.c.user_id == follows.c.user_id,
                follow_spellings.c.artist_id == artist_id,
                follow_spellings.c.spelling_id == spelling,
            ),
        )
        await connection.execute(
            follow_spellings.insert().from_select(["user_id", "artist_id", "spelling_id"], lacking)
        )


async def spellings_of(connection: AsyncConnection, interview_id: int) -> list[str]:
    """The ids of all names and aliases of an interview's subjects, for ``FOLLOWERS``."""
    row = (
        await connection.execute(
            sa.select(interviews.c.subjects).where(interviews.c.id == interview_id)
        )
    ).one_or_none()
    return [] if row is None else sorted(artist_ids(subjects_of(row)))


# -------------------------------------------------------------------- rows


async def _known_as(
    connection: AsyncConnection, user_id: int, spellings: Collection[str]
) -> str | None:
    """Under which artist's id a person follows whoever is spelled so."""
    found = await connection.scalars(
        sa.select(follow_spellings.c.artist_id)
        .where(follow_spellings.c.user_id == user_id, follow_spellings.c.spelling_id.in_(spellings))
        .order_by(follow_spellings.c.artist_id)
        .limit(1)
    )
    return found.one_or_none()


async def _spell(connection: AsyncConnection, user_id: int, artist_id: str, wanted: Wanted) -> None:
    there = await connection.scalars(
        sa.select(follow_spellings.c.spelling_id).where(
            follow_spellings.c.user_id == user_id, follow_spellings.c.artist_id == artist_id
        )
    )
    fresh = sorted((wanted.spellings | {wanted.artist_id}) - set(there))
    if fresh:
        await connection.execute(
            follow_spellings.insert(),
            [
                {"user_id": user_id, "artist_id": artist_id, "spelling_id": spelling}
                for spelling in fresh
            ],
        )


async def _subscribe(connection: AsyncConnection, user_id: int, now: datetime) -> None:
    """Begin to tell a person, or go on; one whose messages are closed is tried anew."""
    found = await connection.execute(
        sa.select(subscriptions.c.id, subscriptions.c.state).where(
            subscriptions.c.channel_id == user_id
        )
    )
    row = found.one_or_none()
    if row is None:
        await connection.execute(
            subscriptions.insert().values(
                guild_id=user_id,
                channel_id=user_id,
                created_by=user_id,
                created_at=now,
                state=SubscriptionState.ACTIVE,
                kind=TargetKind.DIRECT,
            )
        )
    elif row.state == SubscriptionState.ENDED:
        await change_state(connection, row.id, SubscriptionState.ACTIVE, None, now)
    elif row.state == SubscriptionState.PARKED:
        await try_again(connection, user_id, now)


async def _withdraw_unfollowed(connection: AsyncConnection, user_id: int, now: datetime) -> None:
    """Give up what waits only for artists that a person follows no more; after the last of them,
    the subscription."""
    found = await connection.execute(
        sa.select(subscriptions.c.id).where(subscriptions.c.channel_id == user_id, DIRECT)
    )
    subscription = found.one_or_none()
    if subscription is None:
        return
    left = set(
        await connection.scalars(
            sa.select(follow_spellings.c.spelling_id).where(follow_spellings.c.user_id == user_id)
        )
    )
    if not left:
        await change_state(connection, subscription.id, SubscriptionState.ENDED, UNFOLLOWED, now)
        return
    waiting = await connection.execute(
        sa.select(deliveries.c.id, interviews.c.subjects)
        .join(interviews, interviews.c.id == deliveries.c.interview_id)
        .where(
            deliveries.c.subscription_id == subscription.id,
            deliveries.c.state.in_([DeliveryState.PENDING, DeliveryState.PARKED]),
        )
    )
    idle = [row.id for row in waiting if left.isdisjoint(artist_ids(subjects_of(row)))]
    for chunk in batched(idle, _CHUNK):
        await connection.execute(
            deliveries.update()
            .where(deliveries.c.id.in_(chunk))
            .values(state=DeliveryState.SUPERSEDED, reason=UNFOLLOWED, missed=0, changed_at=now)
        )
    await parking.probe_stranded(connection, now)
