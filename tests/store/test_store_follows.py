"""Who is told of what: a person's own subscription, matched by spelling, gone with the follows."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.sql.schema import Table

from bot.core.artists import artist_id, artist_ids
from bot.core.model import (
    Answer,
    DeliveryState,
    Subject,
    SubscriptionState,
    TargetKind,
    Transcript,
    Turn,
)
from bot.core.readers import FollowRequest, FollowSort, follow_id
from bot.store import (
    FOLLOWS_LIMIT,
    DirectMessageStatus,
    FollowOutcome,
    LeasedDelivery,
    Store,
    open_store,
)
from bot.store.tables import deliveries, follow_spellings, follows, subscriptions
from tests.clock import FakeClock
from tests.store.rows import add_subscription, deliveries_of, park_delivery, settle_delivery
from tests.store.samples import NOON, database_url, interview

MINA, ALEX = 7001, 7002
SORI = Subject("Park Sori", "Singer", ("박소리", "SORI"))
VINO = Subject("V1NO")
HAN = Subject("Han Seoyun", None, ("한서윤",))
LONG = timedelta(minutes=3)


def wanted(subject: Subject) -> FollowRequest:
    return FollowRequest(artist_id(subject.name), subject.name, artist_ids([subject]))


class Newsroom:
    """Publishes interviews with these subjects, as one poll does."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store = store
        self.clock = clock
        self.number = 0

    async def publish(self, *subjects: Subject, **changes: Any) -> int:
        self.number += 1
        made = interview(self.number, subjects=subjects, **changes)
        async with self.store.transaction() as tx:
            id_ = await tx.interviews.insert(made, "digest")
            await tx.outbox.enqueue(id_, self.clock.now())
        return id_

    async def told(self, interview_id: int) -> list[tuple[int, DeliveryState]]:
        """Whom the interview is for: channel ids, by the state of their rows."""
        async with self.store.database.transaction() as tx:
            rows = await tx.execute(
                sa.select(subscriptions.c.channel_id, deliveries.c.state)
                .join(deliveries, deliveries.c.subscription_id == subscriptions.c.id)
                .where(deliveries.c.interview_id == interview_id)
                .order_by(deliveries.c.id)
            )
            return [(row.channel_id, DeliveryState(row.state)) for row in rows]

    async def lease(self, **limits: int) -> list[LeasedDelivery]:
        now = self.clock.now()
        return await self.store.outbox.lease_due(now, now + LONG, 100, **limits)

    async def park(self, leased: LeasedDelivery, reason: str = "messages-closed") -> bool:
        return await park_delivery(
            self.store,
            leased.delivery.id,
            expected_attempts=leased.delivery.attempts,
            now=self.clock.now(),
            reason=reason,
            next_probe_at=self.clock.now() + timedelta(hours=6),
        )

    async def sent(self, leased: LeasedDelivery, channel_id: int = 900) -> bool:
        return await settle_delivery(
            self.store,
            leased.delivery.id,
            expected_attempts=leased.delivery.attempts,
            state=DeliveryState.SENT,
            now=self.clock.now(),
            message_id=5,
            channel_id=channel_id,
        )

    async def count(self, table: Table) -> int:
        async with self.store.database.transaction() as tx:
            asked = sa.select(sa.func.count()).select_from(table)
            number: int = (await tx.execute(asked)).scalar_one()
            return number


@pytest.fixture
def news(store: Store, clock: FakeClock) -> Newsroom:
    return Newsroom(store, clock)


# -------------------------------------------------------------------- who is told


async def test_the_next_interview_is_for_who_follows_and_no_earlier_one(
    store: Store, news: Newsroom
) -> None:
    before = await news.publish(SORI)
    assert await store.follows.add(MINA, wanted(SORI)) is FollowOutcome.BEGUN
    await store.follows.add(ALEX, wanted(HAN))
    after = await news.publish(SORI)
    assert await news.told(before) == []
    assert await news.told(after) == [(MINA, DeliveryState.PENDING)]


@pytest.mark.parametrize("spelled", ["Park Sori", "park-sori", "박소리", "sori", "Sori!"])
async def test_any_spelling_of_the_artist_counts(
    store: Store, news: Newsroom, spelled: str
) -> None:
    await store.follows.add(MINA, wanted(SORI))
    assert await news.told(await news.publish(Subject(spelled))) == [(MINA, DeliveryState.PENDING)]
    other = await news.publish(Subject("Somebody Else", None, (spelled,)))
    assert await news.told(other) == [(MINA, DeliveryState.PENDING)]


async def test_an_interview_with_two_followed_artists_is_one_message_that_names_both(
    store: Store, news: Newsroom
) -> None:
    await store.follows.add(MINA, wanted(VINO))
    await news.clock.advance(60)
    await store.follows.add(MINA, wanted(SORI))
    id_ = await news.publish(SORI, HAN, VINO)
    assert await news.told(id_) == [(MINA, DeliveryState.PENDING)]
    (leased,) = await news.lease()
    assert leased.subscription.kind is TargetKind.DIRECT
    assert leased.addressee is not None
    assert [follow.name for follow in leased.addressee.follows] == ["V1NO", "Park Sori"]


def named(sort: FollowSort, name: str) -> FollowRequest:
    return FollowRequest(follow_id(sort, name), name, sort=sort)


FILM = named(FollowSort.KIND, "film")
RAIN = named(FollowSort.WORDS, '"rainy day" -snow')
ALL = named(FollowSort.ALL, "")
AESPA = named(FollowSort.ARTIST, "aespa")

DIRECTOR = Subject("Bae Nari", "Film Director")
WET = Transcript("", (Turn(1, "When do you write?", (Answer("Bae", "On a Rainy Day."),)),), "")


@pytest.mark.parametrize(
    ("request_", "subject", "transcript", "met"),
    [
        (FILM, DIRECTOR, None, True),
        (FILM, SORI, None, False),
        (RAIN, SORI, WET, True),
        (RAIN, SORI, None, False),
        (RAIN, SORI, replace(WET, intro="Snow fell."), False),
        (ALL, Subject("?!"), None, True),
        (AESPA, Subject("Aespa"), None, True),
        (AESPA, Subject("Group", None, ("AESPA",)), None, True),
        (AESPA, Subject("Karina", "leader of aespa"), None, True),
        (AESPA, Subject("Karina", "aespa’s main vocalist"), None, True),
        (AESPA, Subject("Karina", "aespa member"), None, True),
        (named(FollowSort.ARTIST, "Kite"), Subject("K!TE", "Girl Group"), None, True),
        (AESPA, Subject("Karina", "Star of the aespa story"), None, False),
        (AESPA, SORI, None, False),
        (named(FollowSort.WORDS, "한서윤"), HAN, None, True),
        (named(FollowSort.WORDS, "kind:film"), DIRECTOR, None, True),
        (named(FollowSort.WORDS, 'artist:"sori park"'), SORI, None, False),
        # Whatever another version wrote lets nothing through.
        (named(FollowSort.WORDS, '"open'), SORI, WET, False),
    ],
)
async def test_what_is_followed_is_met(
    store: Store,
    news: Newsroom,
    request_: FollowRequest,
    subject: Subject,
    transcript: Transcript | None,
    met: bool,
) -> None:
    await store.follows.add(MINA, request_)
    id_ = await news.publish(subject, transcript=transcript or Transcript("", (), ""))
    assert await news.told(id_) == ([(MINA, DeliveryState.PENDING)] if met else [])


async def test_a_kind_words_everything_and_an_artist_are_one_message_that_names_all(
    store: Store, news: Newsroom
) -> None:
    for request_ in (ALL, RAIN, FILM, wanted(DIRECTOR)):
        await store.follows.add(MINA, request_)
        await news.clock.advance(1)
    await store.follows.add(ALEX, RAIN)
    id_ = await news.publish(DIRECTOR, transcript=WET)
    assert await news.told(id_) == [(who, DeliveryState.PENDING) for who in (MINA, ALEX)]
    first, second = await news.lease()
    sorts = [one.sort for one in first.addressee.follows]
    assert sorts == [FollowSort.ALL, FollowSort.WORDS, FollowSort.KIND, FollowSort.ARTIST]
    assert [one.name for one in second.addressee.follows] == ['"rainy day" -snow']
    for request_ in (RAIN, FILM, wanted(DIRECTOR)):
        gone = await store.follows.remove(MINA, request_.id)
        assert gone is not None
        assert gone.sort is request_.sort
        assert await store.outbox.obsolete_reason(first) is None
    await store.follows.remove(MINA, ALL.id)
    assert await store.outbox.obsolete_reason(first) is not None


async def test_unfollowed_words_give_up_what_waits_for_them_alone(
    store: Store, news: Newsroom
) -> None:
    for request_ in (RAIN, FILM):
        await store.follows.add(MINA, request_)
    both = await news.publish(DIRECTOR, transcript=WET)
    words = await news.publish(SORI, transcript=WET)
    await store.follows.remove(MINA, RAIN.id)
    assert await news.told(both) == [(MINA, DeliveryState.PENDING)]
    assert await news.told(words) == [(MINA, DeliveryState.SUPERSEDED)]


async def test_only_artists_are_spelled(store: Store) -> None:
    for request_ in (RAIN, FILM, ALL, AESPA):
        await store.follows.add(MINA, request_)
    assert await store.follows.spellings() == {AESPA.id: {AESPA.id}}


async def test_an_interview_with_nobody_is_for_no_person(store: Store, news: Newsroom) -> None:
    await store.follows.add(MINA, wanted(SORI))
    assert await news.told(await news.publish()) == []
    assert await news.told(await news.publish(Subject("?!"))) == []


async def test_channels_get_all_as_ever(store: Store, news: Newsroom) -> None:
    await add_subscription(store, 1, 10, None, 1)
    await store.follows.add(MINA, wanted(SORI))
    assert [who for who, _ in await news.told(await news.publish(HAN))] == [10]
    assert [who for who, _ in await news.told(await news.publish(SORI))] == [10, MINA]


async def test_enqueued_again_nothing_is_added(store: Store, news: Newsroom) -> None:
    await store.follows.add(MINA, wanted(SORI))
    id_ = await news.publish(SORI)
    async with store.transaction() as tx:
        assert await tx.outbox.enqueue(id_, NOON) == 0


# -------------------------------------------------------------------- following


async def test_followed_by_another_spelling_is_followed_already(store: Store) -> None:
    await store.follows.add(MINA, wanted(SORI))
    other = Subject("SORI", None, ("Sori of Sea",))
    assert await store.follows.add(MINA, wanted(other)) is FollowOutcome.ALREADY
    (one,) = await store.follows.followed(MINA)
    assert (one.name, one.id) == ("Park Sori", artist_id("Park Sori"))
    spelled = await store.follows.spellings()
    assert artist_id("Sori of Sea") in spelled[one.id]


async def test_the_newest_followed_is_listed_first(store: Store, clock: FakeClock) -> None:
    for subject in (SORI, HAN, VINO):
        await store.follows.add(MINA, wanted(subject))
        await clock.advance(60)
    listed = await store.follows.followed(MINA)
    assert [one.name for one in listed] == ["V1NO", "Han Seoyun", "Park Sori"]
    assert listed[0].followed_at == clock.now() - timedelta(minutes=1)
    assert await store.follows.followed(ALEX) == []


async def test_one_may_follow_so_many_and_no_more(store: Store) -> None:
    for number in range(FOLLOWS_LIMIT):
        await store.follows.add(MINA, wanted(Subject(f"Artist {number}")))
    assert await store.follows.add(MINA, wanted(SORI)) is FollowOutcome.FULL
    assert await store.follows.add(MINA, wanted(Subject("artist-7"))) is FollowOutcome.ALREADY
    assert len(await store.follows.followed(MINA)) == FOLLOWS_LIMIT
    assert await store.follows.add(ALEX, wanted(SORI)) is FollowOutcome.BEGUN


async def test_two_at_once_follow_once(store: Store) -> None:
    became = await asyncio.gather(*(store.follows.add(MINA, wanted(SORI)) for _ in range(5)))
    assert sorted(became) == [FollowOutcome.ALREADY] * 4 + [FollowOutcome.BEGUN]


async def test_new_spellings_replace_those_that_were(store: Store, news: Newsroom) -> None:
    await store.follows.add(MINA, wanted(SORI))
    id_ = artist_id("Park Sori")
    await store.follows.respell(id_, {artist_id("Sori Park")})
    assert (await store.follows.spellings())[id_] == {id_, artist_id("Sori Park")}
    assert await news.told(await news.publish(Subject("박소리"))) == []
    assert len(await news.told(await news.publish(Subject("Sori Park")))) == 1
    assert len(await news.told(await news.publish(Subject("Park Sori")))) == 1


async def test_names_from_outside_are_stored_as_a_database_can(store: Store) -> None:
    strange = Subject("So\0ri \ud800")
    await store.follows.add(MINA, wanted(strange))
    assert [one.name for one in await store.follows.followed(MINA)] == [
        "Sori \N{REPLACEMENT CHARACTER}"
    ]


# -------------------------------------------------------------------- unfollowing


async def test_unfollowed_by_any_spelling(store: Store, news: Newsroom) -> None:
    await store.follows.add(MINA, wanted(SORI))
    gone = await store.follows.remove(MINA, artist_id("박소리"))
    assert gone is not None
    assert gone.name == "Park Sori"
    assert await store.follows.followed(MINA) == []
    assert await store.follows.remove(MINA, artist_id("박소리")) is None
    assert await news.told(await news.publish(SORI)) == []


async def test_what_waits_for_an_unfollowed_artist_alone_is_given_up(
    store: Store, news: Newsroom
) -> None:
    await store.follows.add(MINA, wanted(SORI))
    await store.follows.add(MINA, wanted(HAN))
    both, one = await news.publish(SORI, HAN), await news.publish(SORI)
    await store.follows.remove(MINA, artist_id("Park Sori"))
    assert await news.told(both) == [(MINA, DeliveryState.PENDING)]
    assert await news.told(one) == [(MINA, DeliveryState.SUPERSEDED)]
    (row,) = await deliveries_of(store, one)
    assert row.reason == "unfollowed"


async def test_with_the_last_follow_the_subscription_ends_and_begins_anew_with_the_next(
    store: Store, news: Newsroom
) -> None:
    await store.follows.add(MINA, wanted(SORI))
    waiting = await news.publish(SORI)
    await store.follows.remove(MINA, artist_id("Park Sori"))
    assert await news.told(waiting) == [(MINA, DeliveryState.ABANDONED)]
    assert await store.follows.message_status(MINA) is DirectMessageStatus.NONE
    between = await news.publish(SORI)
    await store.follows.add(MINA, wanted(SORI))
    assert await store.follows.message_status(MINA) is DirectMessageStatus.OPEN
    after = await news.publish(SORI)
    assert await news.told(waiting) == [(MINA, DeliveryState.ABANDONED)]
    assert await news.told(between) == []
    assert await news.told(after) == [(MINA, DeliveryState.PENDING)]


async def test_unfollowed_amid_a_send_it_ends_as_the_sender_says(
    store: Store, news: Newsroom
) -> None:
    await store.follows.add(MINA, wanted(SORI))
    id_ = await news.publish(SORI)
    (leased,) = await news.lease()
    await store.follows.remove(MINA, artist_id("Park Sori"))
    assert await news.sent(leased)
    assert await news.told(id_) == [(MINA, DeliveryState.SENT)]
    assert await store.follows.message_status(MINA) is DirectMessageStatus.NONE


# -------------------------------------------------------------------- closed messages


async def closed(store: Store, news: Newsroom, user: int = MINA) -> int:
    await store.follows.add(user, wanted(SORI))
    id_ = await news.publish(SORI)
    (leased,) = await news.lease()
    assert await news.park(leased)
    return id_


async def test_closed_messages_park_and_are_to_be_told_once(store: Store, news: Newsroom) -> None:
    id_ = await closed(store, news)
    assert await store.follows.message_status(MINA) is DirectMessageStatus.CLOSED
    assert await store.follows.to_notify() == {MINA}
    await store.follows.mark_notified(MINA)
    assert await store.follows.to_notify() == set()
    later = await news.publish(SORI)
    assert await news.told(later) == [(MINA, DeliveryState.PARKED)]
    # The rare probe is refused again: nobody is told a second time.
    await news.clock.advance(7 * 3600)
    (probe,) = await news.lease()
    assert probe.delivery.interview_id == id_
    await news.park(probe)
    assert await store.follows.to_notify() == set()


async def test_closed_again_on_the_same_day_is_told_again(store: Store, news: Newsroom) -> None:
    await closed(store, news)
    await store.follows.mark_notified(MINA)
    await store.follows.try_again(MINA)
    (probe,) = await news.lease()
    await news.sent(probe)
    assert await store.follows.message_status(MINA) is DirectMessageStatus.OPEN
    await news.publish(SORI)
    (again,) = await news.lease()
    await news.park(again)
    assert await store.follows.to_notify() == {MINA}


async def test_tried_again_what_was_missed_arrives(store: Store, news: Newsroom) -> None:
    first = await closed(store, news)
    second = await news.publish(SORI)
    assert await news.lease() == []
    assert await store.follows.try_again(MINA) is DirectMessageStatus.CLOSED
    (probe,) = await news.lease()
    assert probe.delivery.interview_id == first
    await news.sent(probe)
    assert await store.follows.message_status(MINA) is DirectMessageStatus.OPEN
    (rest,) = await news.lease()
    assert rest.delivery.interview_id == second


async def test_nothing_to_try_with_counts_as_open(store: Store, news: Newsroom) -> None:
    id_ = await closed(store, news)
    async with store.transaction() as tx:
        await tx.interviews.withdraw(id_, news.clock.now())
    assert await store.follows.try_again(MINA) is DirectMessageStatus.OPEN
    assert await store.follows.try_again(ALEX) is DirectMessageStatus.NONE
    assert await store.follows.to_notify() == set()


async def test_a_new_follow_tries_closed_messages_again(store: Store, news: Newsroom) -> None:
    await closed(store, news)
    await store.follows.add(MINA, wanted(HAN))
    assert await store.follows.message_status(MINA) is DirectMessageStatus.CLOSED
    assert len(await news.lease()) == 1


async def test_no_admin_is_told_of_a_persons_messages(store: Store, news: Newsroom) -> None:
    await closed(store, news)
    assert await store.notices.due(news.clock.now() + timedelta(days=1), 10) == []


async def test_guilds_bookkeeping_sees_no_persons(store: Store, news: Newsroom) -> None:
    await closed(store, news)
    await add_subscription(store, 1, 10, None, 1)
    assert set(await store.guilds.known()) == {1}
    assert await store.subscriptions.parked() == []
    assert [one.subscription.channel_id for one in await store.subscriptions.overview(1)] == [10]
    assert await store.guilds.leave(1) == 1
    assert await store.guilds.purge(news.clock.now() + timedelta(days=60)) == 1
    assert await store.follows.message_status(MINA) is DirectMessageStatus.CLOSED


# -------------------------------------------------------------------- forgetting


async def test_forgotten_nothing_of_a_person_is_left(store: Store, news: Newsroom) -> None:
    await closed(store, news)
    await store.follows.add(ALEX, wanted(SORI))
    await news.publish(SORI)
    await store.follows.forget(MINA)
    assert await store.follows.followed(MINA) == []
    assert [one.name for one in await store.follows.followed(ALEX)] == ["Park Sori"]
    assert await news.count(follows) == await news.count(subscriptions) == 1
    assert await news.count(follow_spellings) == 3
    assert await news.count(deliveries) == 1
    assert [one.subscription.channel_id for one in await news.lease()] == [ALEX]


@pytest.mark.parametrize("end", ["sent", "park"])
async def test_forgotten_amid_a_send_the_sender_finds_nothing_to_settle(
    store: Store, news: Newsroom, end: str
) -> None:
    await store.follows.add(MINA, wanted(SORI))
    await news.publish(SORI)
    (leased,) = await news.lease()
    await store.follows.forget(MINA)
    assert not await getattr(news, end)(leased)
    assert await news.count(deliveries) == await news.count(subscriptions) == 0


async def test_forgotten_and_back_again_begins_anew(store: Store, news: Newsroom) -> None:
    await closed(store, news)
    await store.follows.forget(MINA)
    await store.follows.add(MINA, wanted(SORI))
    assert await store.follows.message_status(MINA) is DirectMessageStatus.OPEN
    assert await news.lease() == []


# -------------------------------------------------------------------- the queue


async def test_guilds_go_before_persons_and_persons_only_as_many_as_are_asked_for(
    store: Store, news: Newsroom
) -> None:
    for user in range(7000, 7005):
        await store.follows.add(user, wanted(SORI))
    for channel in range(10, 13):
        await add_subscription(store, 1, channel, None, 1)
    await news.publish(SORI)
    now = news.clock.now()
    first = await store.outbox.lease_due(now, now + LONG, 2, direct=4)
    assert [one.subscription.channel_id for one in first] == [10, 11]
    second = await store.outbox.lease_due(now, now + LONG, 4, direct=2)
    assert [one.subscription.channel_id for one in second] == [12, 7000, 7001]
    assert await news.lease(direct=0) == []
    assert len(await news.lease()) == 3


async def test_a_person_gets_one_at_a_time_the_oldest_first(store: Store, news: Newsroom) -> None:
    await store.follows.add(MINA, wanted(SORI))
    ids = [await news.publish(SORI) for _ in range(3)]
    for id_ in ids:
        (leased,) = await news.lease()
        assert leased.delivery.interview_id == id_
        assert await news.lease() == []
        await news.sent(leased)


async def test_where_the_last_message_stands_is_known_to_the_next(
    store: Store, news: Newsroom
) -> None:
    await store.follows.add(MINA, wanted(SORI))
    await news.publish(SORI)
    (leased,) = await news.lease()
    assert leased.addressee is not None
    assert leased.addressee.channel_id is None
    await news.sent(leased, channel_id=4711)
    await news.publish(SORI)
    (leased,) = await news.lease()
    assert leased.addressee is not None
    assert leased.addressee.channel_id == 4711


async def test_next_due_can_leave_persons_out(store: Store, news: Newsroom) -> None:
    await store.follows.add(MINA, wanted(SORI))
    await news.publish(SORI)
    assert await store.outbox.next_due() == news.clock.now()
    assert await store.outbox.next_due(direct=False) is None
    assert [one.delivery.state for one in await news.lease()] == [DeliveryState.LEASED]
    assert await store.outbox.next_due() == news.clock.now() + LONG


@pytest.mark.sqlite
async def test_ten_thousand_followers_cost_little(tmp_path: Path, clock: FakeClock) -> None:
    """Enqueued in a moment; the first few are leased, and guilds asked after, in milliseconds."""
    async with open_store(database_url(tmp_path), clock) as store:
        await fill(store, 10_000)
        news = Newsroom(store, clock)
        unmatched = await seconds(news.publish(HAN))
        matched = await seconds(news.publish(SORI))
        assert len(await news.lease(direct=1)) == 1
        leasing = await seconds(news.lease(direct=20))
        await store.outbox.next_due(direct=False)
        asking = await seconds(store.outbox.next_due(direct=False))
        assert (await store.outbox.counts())[DeliveryState.LEASED] == 21
    # Many times what a quiet machine takes.
    assert unmatched < 0.5
    assert matched < 3.0
    assert leasing < 0.2
    assert asking < 0.05


@pytest.mark.sqlite
async def test_ten_thousand_who_follow_other_words_each_cost_little(
    tmp_path: Path, clock: FakeClock
) -> None:
    async with open_store(database_url(tmp_path), clock) as store:
        await fill(store, 10_000, words=True)
        news = Newsroom(store, clock)
        taken = await seconds(news.publish(SORI, transcript=WET))
        assert sum((await store.outbox.counts()).values()) == 1
    # Some times what a quiet machine takes.
    assert taken < 3.0


async def seconds(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def fill(store: Store, number: int, *, words: bool = False) -> None:
    """So many people who follow one artist, or other words each, in one transaction."""
    users = range(100_000, 100_000 + number)
    async with store.database.transaction() as tx:
        await tx.execute(
            subscriptions.insert(),
            [
                {
                    "guild_id": user,
                    "channel_id": user,
                    "created_by": user,
                    "created_at": NOON,
                    "state": SubscriptionState.ACTIVE,
                    "kind": TargetKind.DIRECT,
                }
                for user in users
            ],
        )
        names = [f"word{user - 100_000}" if words else "Park Sori" for user in users]
        names[-1] = '"rainy day"' if words else names[-1]
        sort = FollowSort.WORDS if words else FollowSort.ARTIST
        rows = [
            {"user_id": user, "artist_id": follow_id(sort, name)}
            for user, name in zip(users, names, strict=True)
        ]
        await tx.execute(
            follows.insert(),
            [
                row | {"name": name, "followed_at": NOON, "sort": sort}
                for row, name in zip(rows, names, strict=True)
            ],
        )
        await tx.execute(
            follow_spellings.insert(), [row | {"spelling_id": row["artist_id"]} for row in rows]
        )
