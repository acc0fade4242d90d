"""Who follows what, and the subscription by which a person gets messages of it.

Whoever follows anything has one subscription of kind ``DIRECT``, with their own id for guild and
channel. It ends with the last follow, which gives up what waits, and begins again with a new one,
for what comes from then on. All that is stored of a person who follows is in ``follows``,
``follow_spellings``, that subscription and its deliveries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from itertools import chain
from typing import Any

import sqlalchemy as sa

from bot.core.batching import batched
from bot.core.model import (
    DeliveryState,
    StoredInterview,
    SubscriptionState,
    TargetKind,
)
from bot.core.readers import Follow, FollowRequest, FollowSort
from bot.store import parking
from bot.store.codec import CHUNK, storable
from bot.store.delivery_states import UNFOLLOW, take
from bot.store.dialects import insert
from bot.store.follow_matching import ids_met
from bot.store.interviews import InterviewRepository
from bot.store.parking import change_state
from bot.store.results import Addressee
from bot.store.session import Repository, Transaction, transactional
from bot.store.subscriptions import SubscriptionRepository
from bot.store.tables import deliveries, follow_spellings, follows, subscriptions

FOLLOWS_LIMIT = 25
"""What one person may follow."""

UNFOLLOWED = "unfollowed"
"""Why a delivery is superseded: the person follows nothing of the interview any more."""

DIRECT = subscriptions.c.kind == sa.literal_column(f"'{TargetKind.DIRECT}'")

_USER = sa.bindparam("user_id", type_=sa.BigInteger)

_FOLLOW = (follows.c.artist_id, follows.c.name, follows.c.followed_at, follows.c.sort)
"""What ``_follow`` reads."""

FOLLOWED = (
    sa.select(*_FOLLOW)
    .where(follows.c.user_id == _USER)
    .order_by(follows.c.followed_at.desc(), follows.c.name)
)

_SUBSCRIPTION = sa.select(subscriptions.c.id, subscriptions.c.state).where(
    subscriptions.c.channel_id == _USER, DIRECT
)

TO_NOTIFY = sa.select(subscriptions.c.channel_id).where(
    subscriptions.c.notice_due_at.is_not(None),
    subscriptions.c.state == SubscriptionState.PARKED,
    DIRECT,
)

LANGUAGES = sa.select(subscriptions.c.channel_id, subscriptions.c.language).where(
    subscriptions.c.state != SubscriptionState.ENDED, DIRECT
)

_REASONS = (
    sa.select(
        follow_spellings.c.user_id,
        follow_spellings.c.spelling_id,
        *_FOLLOW,
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

_SPELLINGS = (
    sa.select(follow_spellings.c.artist_id, follow_spellings.c.spelling_id)
    .join(
        follows,
        sa.and_(
            follows.c.user_id == follow_spellings.c.user_id,
            follows.c.artist_id == follow_spellings.c.artist_id,
        ),
    )
    .where(follows.c.sort == FollowSort.ARTIST)
    .distinct()
)


class FollowOutcome(StrEnum):
    """What became of a request to follow."""

    BEGUN = "begun"
    ALREADY = "already"
    FULL = "full"
    """``FOLLOWS_LIMIT`` is reached; nothing was changed."""


class DirectMessageStatus(StrEnum):
    """Whether a person can be sent direct messages."""

    OPEN = "open"
    CLOSED = "closed"
    """Discord refused the last one; what comes waits."""

    NONE = "none"
    """Nothing is followed."""


class FollowRepository(Repository):
    """The follows, and the direct messages that come of them."""

    @transactional
    async def add(self, tx: Transaction, user_id: int, request: FollowRequest) -> FollowOutcome:
        """Follow something. Whoever follows an artist by one of the spellings does so already, and
        by all of them from now on. A person whose messages are closed is tried anew."""
        spellings = request.spellings | {request.id}
        known = await _artist_followed(tx, user_id, spellings)
        if known is not None:
            await _add_spellings(
                tx, spellings, follows.c.user_id == user_id, follows.c.artist_id == known
            )
            return FollowOutcome.ALREADY
        count = sa.select(sa.func.count()).where(follows.c.user_id == user_id)
        if await tx.scalar(count) >= FOLLOWS_LIMIT:
            return FollowOutcome.FULL
        await tx.execute(
            follows.insert().values(
                user_id=user_id,
                artist_id=request.id,
                name=storable(request.name),
                followed_at=tx.clock.now(),
                sort=request.sort,
            )
        )
        await _add_spellings(
            tx, spellings, follows.c.user_id == user_id, follows.c.artist_id == request.id
        )
        await _subscribe(tx, user_id)
        await FollowRepository(tx).change_language(user_id, request.language)
        return FollowOutcome.BEGUN

    @transactional
    async def remove(self, tx: Transaction, user_id: int, follow_id: str) -> Follow | None:
        """Follow something, an artist by any spelling's id, no more; what waits for nothing else
        is given up. What was followed, ``None`` for nothing."""
        known = await _artist_followed(tx, user_id, {follow_id})
        if known is None:
            return None
        follow = next(
            one for one in await FollowRepository(tx).followed(user_id) if one.id == known
        )
        for table in (follow_spellings, follows):
            await tx.execute(
                table.delete().where(table.c.user_id == user_id, table.c.artist_id == known)
            )
        await _give_up_unfollowed(tx, user_id)
        return follow

    async def followed(self, user_id: int) -> list[Follow]:
        """What a person follows, the newest first."""
        rows = await self._session.read(FOLLOWED, {"user_id": user_id})
        return [_follow(row) for row in rows]

    async def message_status(self, user_id: int) -> DirectMessageStatus:
        """Whether the person can be sent direct messages."""
        return _status(await self._session.read(_SUBSCRIPTION, {"user_id": user_id}))

    @transactional
    async def try_again(self, tx: Transaction, user_id: int) -> DirectMessageStatus:
        """Have a closed person's messages tried with the next lease: closed for as long as that
        takes. With nothing to try it with they count as open."""
        rows = await tx.read(_SUBSCRIPTION, {"user_id": user_id})
        status = _status(rows)
        if status is not DirectMessageStatus.CLOSED:
            return status
        now, id_ = tx.clock.now(), rows[0].id
        waiting = sa.select(sa.func.count()).where(
            deliveries.c.subscription_id == id_,
            deliveries.c.state.in_(
                [DeliveryState.PARKED, DeliveryState.PENDING, DeliveryState.LEASED]
            ),
        )
        if not await tx.scalar(waiting):
            await change_state(tx, id_, SubscriptionState.ACTIVE, None, now)
            return DirectMessageStatus.OPEN
        await SubscriptionRepository(tx).probe_soon([id_], now)
        return DirectMessageStatus.CLOSED

    async def spellings(self) -> dict[str, frozenset[str]]:
        """The followed artists, each with the ids by which an interview with them is known."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for artist_id, spelling in await self._session.read(_SPELLINGS):
            found[artist_id].add(spelling)
        return {artist_id: frozenset(spellings) for artist_id, spellings in found.items()}

    @transactional
    async def respell(self, tx: Transaction, artist_id: str, spellings: Collection[str]) -> None:
        """An artist is written otherwise now: all who follow them do so by these spellings."""
        this = follow_spellings.c.artist_id == artist_id
        wanted = {*spellings, artist_id}
        await tx.execute(
            follow_spellings.delete().where(this, follow_spellings.c.spelling_id.not_in(wanted))
        )
        await _add_spellings(tx, wanted, follows.c.artist_id == artist_id)

    async def languages(self) -> dict[int, str | None]:
        """In which language each person who follows somebody used the bot last."""
        return {row.channel_id: row.language for row in await self._session.read(LANGUAGES)}

    @transactional
    async def change_language(self, tx: Transaction, user_id: int, language: str | None) -> None:
        """From now on a person's direct messages are in this language."""
        await tx.execute(
            subscriptions.update()
            .where(subscriptions.c.channel_id == user_id, DIRECT)
            .values(language=language)
        )

    async def to_notify(self) -> set[int]:
        """Those whose messages are closed, and who have not been notified of it yet."""
        return {row.channel_id for row in await self._session.read(TO_NOTIFY)}

    @transactional
    async def mark_notified(self, tx: Transaction, user_id: int) -> None:
        """They are notified, until their messages are open and closed again."""
        await tx.execute(
            subscriptions.update()
            .where(subscriptions.c.channel_id == user_id, DIRECT)
            .values(
                notified_at=tx.clock.now(),
                notified_cause=subscriptions.c.reason,
                notice_due_at=None,
            )
        )

    @transactional
    async def forget(self, tx: Transaction, user_id: int) -> None:
        """Delete whom a person follows, their subscription and all its deliveries. Whoever has
        leased one of them finds its row gone and settles nothing."""
        theirs = sa.and_(subscriptions.c.channel_id == user_id, DIRECT)
        ids = sa.select(subscriptions.c.id).where(theirs)
        await tx.execute(deliveries.delete().where(deliveries.c.subscription_id.in_(ids)))
        await tx.execute(subscriptions.delete().where(theirs))
        for table in (follow_spellings, follows):
            await tx.execute(table.delete().where(table.c.user_id == user_id))

    async def addressees(
        self, sent_to: Iterable[tuple[int, StoredInterview]]
    ) -> dict[tuple[int, int], Addressee]:
        """For each person and interview: what of it they follow, the longest followed first, and
        where their direct messages are. Two rounds for all, one more where words are followed;
        none for nobody."""
        pairs = list(sent_to)
        if not pairs:
            return {}
        users = {"users": sorted({user_id for user_id, _ in pairs})}
        spelled: defaultdict[int, list[tuple[str, Follow]]] = defaultdict(list)
        for user_id, spelling, *follow in await self._session.read(_REASONS, users):
            spelled[user_id].append((spelling, _follow(follow)))
        channels = {row[0]: row[1] for row in await self._session.read(_CHANNELS, users)}
        theirs = chain.from_iterable(spelled.values())
        words = {one.id: one.name for _, one in theirs if one.sort is FollowSort.WORDS}
        listed = {stored.id: stored.interview for _, stored in pairs}
        met = dict(
            zip(listed, await ids_met(self._session, [*listed.values()], words), strict=True)
        )
        found = {}
        for user_id, stored in pairs:
            ids = met[stored.id]
            reasons = (follow for spelling, follow in spelled[user_id] if spelling in ids)
            # Each once, in this order.
            followed = tuple(dict.fromkeys(reasons))
            found[user_id, stored.id] = Addressee(followed, channels.get(user_id))
        return found


def _follow(row: Sequence[Any]) -> Follow:
    id_, name, followed_at, sort = row
    return Follow(id_, name, followed_at, FollowSort(sort))


def _status(rows: Collection[Any]) -> DirectMessageStatus:
    states = [row.state for row in rows if row.state != SubscriptionState.ENDED]
    if not states:
        return DirectMessageStatus.NONE
    closed = SubscriptionState.PARKED in states
    return DirectMessageStatus.CLOSED if closed else DirectMessageStatus.OPEN


async def _artist_followed(tx: Transaction, user_id: int, spellings: Collection[str]) -> str | None:
    """Under which artist's id a person follows whoever is spelled so."""
    found: str | None = await tx.scalar(
        sa.select(follow_spellings.c.artist_id)
        .where(follow_spellings.c.user_id == user_id, follow_spellings.c.spelling_id.in_(spellings))
        .order_by(follow_spellings.c.artist_id)
        .limit(1)
    )
    return found


async def _add_spellings(
    tx: Transaction, spellings: Iterable[str], *followed: sa.ColumnElement[bool]
) -> None:
    """Add spellings to the rows of ``follows`` that match `followed`."""
    for spelling in sorted(spellings):
        rows = sa.select(follows.c.user_id, follows.c.artist_id, sa.literal(spelling))
        new = insert(follow_spellings).from_select(
            ["user_id", "artist_id", "spelling_id"], rows.where(*followed)
        )
        await tx.execute(new.on_conflict_do_nothing())


async def _subscribe(tx: Transaction, user_id: int) -> None:
    """Begin a person's subscription, or go on with it; one whose messages are closed is tried
    anew."""
    rows = await tx.read(_SUBSCRIPTION, {"user_id": user_id})
    if not rows:
        await tx.execute(
            subscriptions.insert().values(
                guild_id=user_id,
                channel_id=user_id,
                created_by=user_id,
                created_at=tx.clock.now(),
                state=SubscriptionState.ACTIVE,
                kind=TargetKind.DIRECT,
            )
        )
    elif rows[0].state == SubscriptionState.ENDED:
        await change_state(tx, rows[0].id, SubscriptionState.ACTIVE, None, tx.clock.now())
    else:
        await FollowRepository(tx).try_again(user_id)


async def _give_up_unfollowed(tx: Transaction, user_id: int) -> None:
    """Give up what waits only for what a person follows no more; after the last of it, the
    subscription."""
    now = tx.clock.now()
    id_ = await tx.scalar(_SUBSCRIPTION, {"user_id": user_id})
    if id_ is None:
        return
    if not await FollowRepository(tx).followed(user_id):
        await change_state(tx, id_, SubscriptionState.ENDED, UNFOLLOWED, now)
        return
    waiting = await tx.read(
        sa.select(deliveries.c.id, deliveries.c.interview_id).where(
            deliveries.c.subscription_id == id_, deliveries.c.state.in_(UNFOLLOW.before)
        )
    )
    found = await InterviewRepository(tx).get_many([row.interview_id for row in waiting])
    reasons = await FollowRepository(tx).addressees((user_id, stored) for stored in found)
    unmet = {interview_id for (_, interview_id), one in reasons.items() if not one.follows}
    idle = [row.id for row in waiting if row.interview_id in unmet]
    for chunk in batched(idle, CHUNK):
        await take(tx, UNFOLLOW, now, deliveries.c.id.in_(chunk), reason=UNFOLLOWED, missed=0)
    await parking.probe_stranded(tx, now)
