import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.model import DeliveryState, Subscription, SubscriptionState
from bot.store import LeasedDelivery, Store
from tests.clock import START, FakeClock
from tests.store.rows import (
    add_subscription,
    deliveries_of,
    park_delivery,
    set_subscription_state,
    settle_delivery,
    subscription_in,
)
from tests.store.samples import interview

MINUTE = timedelta(minutes=1)


async def publish(store: Store, *numbers: int, now: datetime = START) -> list[int]:
    ids = []
    async with store.transaction() as tx:
        for number in numbers:
            id_ = await tx.interviews.insert(interview(number), "d")
            await tx.outbox.enqueue(id_, now)
            ids.append(id_)
    return ids


async def subscribe(store: Store, guild_id: int, *channel_ids: int) -> list[Subscription]:
    return [(await add_subscription(store, guild_id, id_, None, 1))[0] for id_ in channel_ids]


async def lease(
    store: Store, now: datetime = START, limit: int = 100, minutes: int = 5
) -> list[LeasedDelivery]:
    return await store.outbox.lease_due(now, now + minutes * MINUTE, limit)


async def settle_sent(store: Store, leased: LeasedDelivery, now: datetime = START) -> None:
    assert await settle_delivery(
        store,
        leased.delivery.id,
        expected_attempts=leased.delivery.attempts,
        state=DeliveryState.SENT,
        now=now,
        message_id=1,
    )


async def send_next(store: Store, now: datetime = START) -> int:
    (leased,) = await lease(store, now)
    await settle_sent(store, leased, now)
    return leased.interview.id


async def states(store: Store, interview_id: int) -> list[DeliveryState]:
    return [row.state for row in await deliveries_of(store, interview_id)]


async def test_one_row_for_each_channel_however_often_it_is_enqueued(store: Store) -> None:
    await subscribe(store, 1, 10, 11)
    async with store.transaction() as tx:
        id_ = await tx.interviews.insert(interview(), "d")
        assert await tx.outbox.enqueue(id_, START) == 2
        assert await tx.outbox.enqueue(id_, START) == 0
    await subscribe(store, 2, 20)
    async with store.transaction() as tx:
        assert await tx.outbox.enqueue(id_, START) == 1
    rows = await deliveries_of(store, id_)
    assert [row.state for row in rows] == [DeliveryState.PENDING] * 3
    assert [row.attempts for row in rows] == [0, 0, 0]


async def test_nonces_are_stable_and_unlike_and_fit_discord(store: Store) -> None:
    await subscribe(store, 1, 10, 11)
    one, two = await publish(store, 1, 2)
    before = [row.nonce for id_ in (one, two) for row in await deliveries_of(store, id_)]
    assert len(set(before)) == 4
    assert all(1 <= len(nonce) <= 25 for nonce in before)
    for leased in await lease(store):
        await settle_delivery(
            store,
            leased.delivery.id,
            expected_attempts=1,
            state=DeliveryState.PENDING,
            now=START,
            next_attempt_at=START,
        )
        await lease(store)
    after = [row.nonce for id_ in (one, two) for row in await deliveries_of(store, id_)]
    assert after == before


async def test_a_lease_brings_all_that_sending_needs(store: Store) -> None:
    (subscription,) = await subscribe(store, 1, 10)
    (id_,) = await publish(store, 1)
    (leased,) = await lease(store)
    assert leased.interview.interview == interview(1)
    assert leased.interview.id == id_
    assert leased.subscription == subscription
    assert leased.delivery.state is DeliveryState.LEASED
    assert leased.delivery.attempts == 1
    assert leased.delivery.next_attempt_at == START + 5 * MINUTE
    assert leased.expired_lease is False
    assert leased.delivery.leased_at == START
    assert leased.delivery.maybe_sent_at is None
    (row,) = await deliveries_of(store, id_)
    assert row == replace(leased.delivery, leased_at=None, maybe_sent_at=START)


async def test_what_is_leased_is_nobody_elses_until_the_lease_ends(store: Store) -> None:
    await subscribe(store, 1, 10)
    await publish(store, 1)
    (first,) = await lease(store)
    assert await lease(store) == []
    assert await lease(store, START + 4 * MINUTE) == []
    (second,) = await lease(store, START + 5 * MINUTE)
    assert second.expired_lease is True
    assert second.delivery.attempts == 2

    late = await settle_delivery(
        store,
        first.delivery.id,
        expected_attempts=1,
        state=DeliveryState.SENT,
        now=START,
        message_id=7,
    )
    assert late is False
    (row,) = await deliveries_of(store, first.interview.id)
    assert row == replace(second.delivery, leased_at=None)
    assert row.maybe_sent_at == START
    in_time = await settle_delivery(
        store,
        first.delivery.id,
        expected_attempts=2,
        state=DeliveryState.SENT,
        now=START,
        message_id=8,
    )
    assert in_time is True
    (row,) = await deliveries_of(store, first.interview.id)
    assert (row.state, row.message_id) == (DeliveryState.SENT, 8)


@pytest.mark.parametrize(
    "state", [state for state in DeliveryState if state is not DeliveryState.LEASED]
)
async def test_a_settled_row_is_settled_once(store: Store, state: DeliveryState) -> None:
    await subscribe(store, 1, 10)
    await publish(store, 1)
    (leased,) = await lease(store)
    values: dict[str, Any] = {"expected_attempts": 1, "state": state, "now": START, "reason": "why"}
    if state is DeliveryState.PENDING:
        values["next_attempt_at"] = START + MINUTE
    if state is DeliveryState.PARKED:
        values["next_attempt_at"] = START + 10 * MINUTE
    assert await settle_delivery(store, leased.delivery.id, **values) is True
    assert await settle_delivery(store, leased.delivery.id, **values) is False
    (row,) = await deliveries_of(store, leased.interview.id)
    assert (row.state, row.reason) == (state, "why")
    assert (len(await lease(store, START + MINUTE)) == 1) is (state is DeliveryState.PENDING)


async def test_settling_that_makes_no_sense_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="lease"):
        await settle_delivery(store, 1, expected_attempts=1, state=DeliveryState.LEASED, now=START)
    with pytest.raises(ValueError, match="next_attempt_at"):
        await settle_delivery(store, 1, expected_attempts=1, state=DeliveryState.PENDING, now=START)
    with pytest.raises(ValueError, match="next_attempt_at"):
        await settle_delivery(
            store,
            1,
            expected_attempts=1,
            state=DeliveryState.SENT,
            now=START,
            next_attempt_at=START,
        )


async def test_a_retry_waits_for_its_time(store: Store) -> None:
    await subscribe(store, 1, 10)
    await publish(store, 1)
    (leased,) = await lease(store)
    await settle_delivery(
        store,
        leased.delivery.id,
        expected_attempts=1,
        state=DeliveryState.PENDING,
        now=START,
        reason="HTTP 503",
        next_attempt_at=START + 2 * MINUTE,
    )
    assert await lease(store, START + MINUTE) == []
    assert await store.outbox.next_due() == START + 2 * MINUTE
    (again,) = await lease(store, START + 2 * MINUTE)
    assert (again.delivery.attempts, again.expired_lease) == (2, False)
    assert again.delivery.nonce == leased.delivery.nonce


async def test_every_guild_gets_its_first_before_any_gets_its_second(store: Store) -> None:
    await subscribe(store, 1, *range(100, 150))
    await subscribe(store, 2, 200)
    await subscribe(store, 3, 300, 301)
    await publish(store, 1)
    batch = await lease(store, limit=6)
    assert [one.subscription.channel_id for one in batch] == [100, 200, 300, 101, 301, 102]


async def test_older_interviews_go_first_but_not_those_that_are_catching_up(store: Store) -> None:
    await subscribe(store, 1, 10)
    (stale,) = await publish(store, 9)
    now = START + timedelta(hours=2)
    older, newer = await publish(store, 2, 1, now=now)
    assert [await send_next(store, now) for _ in range(3)] == [older, newer, stale]
    assert await lease(store, now) == []


async def test_one_row_of_a_channel_is_in_hand_at_a_time(store: Store) -> None:
    await subscribe(store, 1, 10, 11)
    first, second = await publish(store, 1, 2)
    in_hand = await lease(store)
    assert [(one.interview.id, one.subscription.channel_id) for one in in_hand] == [
        (first, 10),
        (first, 11),
    ]
    assert await lease(store) == []
    assert await store.outbox.next_due() == START + 5 * MINUTE
    await settle_sent(store, in_hand[0])
    assert await store.outbox.next_due() == START
    (following,) = await lease(store)
    assert (following.interview.id, following.subscription.channel_id) == (second, 10)


async def test_a_lease_that_ran_out_holds_its_channel_no_longer(store: Store) -> None:
    await subscribe(store, 1, 10)
    first, _ = await publish(store, 1, 2)
    await lease(store, minutes=5)
    (again,) = await lease(store, START + 6 * MINUTE)
    assert (again.interview.id, again.expired_lease) == (first, True)


async def test_parking_takes_the_channel_and_all_that_waits_for_it_in_one_step(
    store: Store,
) -> None:
    await subscribe(store, 1, 10, 11)
    first, second = await publish(store, 1, 2)
    in_hand, _ = await lease(store)
    assert await park_delivery(
        store, in_hand.delivery.id, expected_attempts=1, now=START, reason="missing-access"
    )
    for id_, others in ((first, DeliveryState.LEASED), (second, DeliveryState.PENDING)):
        rows = await deliveries_of(store, id_)
        assert [row.state for row in rows] == [DeliveryState.PARKED, others]
        assert rows[0].reason == "missing-access"
    overview, _ = await store.subscriptions.overview(1)
    assert overview.subscription.state is SubscriptionState.PARKED
    assert overview.subscription.reason == "missing-access"


async def test_parking_needs_the_lease(store: Store) -> None:
    await subscribe(store, 1, 10)
    (id_,) = await publish(store, 1)
    (late,) = await lease(store, minutes=1)
    await lease(store, START + 2 * MINUTE)
    assert not await park_delivery(
        store, late.delivery.id, expected_attempts=1, now=START, reason="x"
    )
    assert await states(store, id_) == [DeliveryState.LEASED]
    (overview,) = await store.subscriptions.overview(1)
    assert overview.subscription.state is SubscriptionState.ACTIVE


async def test_parking_what_was_removed_meanwhile_ends_it(store: Store) -> None:
    await subscribe(store, 1, 10)
    (id_,) = await publish(store, 1)
    (in_hand,) = await lease(store)
    await store.subscriptions.remove(1, await subscription_in(store, 1, 10))
    assert await park_delivery(
        store, in_hand.delivery.id, expected_attempts=1, now=START, reason="x"
    )
    assert await states(store, id_) == [DeliveryState.ABANDONED]
    assert await store.subscriptions.overview(1) == []


async def test_a_limit_is_kept_and_nothing_is_leased_twice(store: Store) -> None:
    await subscribe(store, 1, *range(10, 17))
    await publish(store, 1)
    batches = [await lease(store, limit=3) for _ in range(4)]
    assert [len(batch) for batch in batches] == [3, 3, 1, 0]
    assert len({one.delivery.id for batch in batches for one in batch}) == 7


async def test_next_due_tells_the_soonest_that_comes_by_itself(store: Store) -> None:
    assert await store.outbox.next_due() is None
    (parked, _) = await subscribe(store, 1, 10, 11)
    await publish(store, 1)
    assert await store.outbox.next_due() == START
    await set_subscription_state(store, parked.id, SubscriptionState.PARKED, "no permission")
    (leased,) = await lease(store)
    assert await store.outbox.next_due() == START + 5 * MINUTE
    await settle_delivery(
        store,
        leased.delivery.id,
        expected_attempts=1,
        state=DeliveryState.SENT,
        now=START,
        message_id=1,
    )
    assert await store.outbox.next_due() is None


async def test_counts_know_every_state(store: Store) -> None:
    assert await store.outbox.counts() == dict.fromkeys(DeliveryState, 0)
    await subscribe(store, 1, 10, 11)
    await publish(store, 1)
    await lease(store, limit=1)
    assert await store.outbox.counts() == dict.fromkeys(DeliveryState, 0) | {
        DeliveryState.PENDING: 1,
        DeliveryState.LEASED: 1,
    }


async def test_a_withdrawn_interview_is_not_sent_any_more(store: Store) -> None:
    await subscribe(store, 1, 10, 11)
    (id_,) = await publish(store, 1)
    (in_hand,) = await lease(store, limit=1)
    async with store.transaction() as tx:
        await tx.interviews.withdraw(id_, START)
    assert await states(store, id_) == [DeliveryState.LEASED, DeliveryState.SUPERSEDED]
    assert await settle_delivery(
        store,
        in_hand.delivery.id,
        expected_attempts=1,
        state=DeliveryState.SENT,
        now=START,
        message_id=1,
    )


async def test_a_parked_subscription_keeps_its_rows_until_it_heals(
    store: Store, clock: FakeClock
) -> None:
    (subscription,) = await subscribe(store, 1, 10)
    (first,) = await publish(store, 1)
    await set_subscription_state(store, subscription.id, SubscriptionState.PARKED, "50013")
    (second,) = await publish(store, 2)
    for id_ in (first, second):
        (row,) = await deliveries_of(store, id_)
        assert (row.state, row.reason) == (DeliveryState.PARKED, "50013")
    assert await lease(store) == []

    await clock.advance(60)
    await set_subscription_state(store, subscription.id, SubscriptionState.ACTIVE, None)
    (healed,) = await lease(store, clock.now())
    assert healed.subscription == replace(subscription, state=SubscriptionState.ACTIVE)
    await settle_sent(store, healed)
    assert [healed.interview.id, await send_next(store, clock.now())] == [first, second]


async def test_a_row_in_hand_is_left_to_its_sender_when_the_subscription_is_parked(
    store: Store,
) -> None:
    (subscription,) = await subscribe(store, 1, 10)
    (id_,) = await publish(store, 1)
    (leased,) = await lease(store)
    await set_subscription_state(store, subscription.id, SubscriptionState.PARKED, "50013")
    assert await states(store, id_) == [DeliveryState.LEASED]
    assert await lease(store, START + 10 * MINUTE) == []
    assert await settle_delivery(
        store,
        leased.delivery.id,
        expected_attempts=1,
        state=DeliveryState.SENT,
        now=START,
        message_id=1,
    )


async def test_an_ended_subscription_gives_its_rows_up_also_those_of_a_dead_sender(
    store: Store,
) -> None:
    (subscription,) = await subscribe(store, 1, 10)
    in_hand, waiting = await publish(store, 1, 2)
    await lease(store, limit=1)
    await set_subscription_state(store, subscription.id, SubscriptionState.ENDED, "channel deleted")
    assert await states(store, in_hand) == [DeliveryState.LEASED]
    assert await states(store, waiting) == [DeliveryState.ABANDONED]
    assert await lease(store, START + 5 * MINUTE) == []
    assert await states(store, in_hand) == [DeliveryState.ABANDONED]
    (later,) = await publish(store, 3)
    assert await deliveries_of(store, later) == []


@pytest.mark.sqlite
async def test_ten_thousand_rows_are_enqueued_within_a_second(store: Store) -> None:
    async with store.database.transaction() as tx:
        await tx.execute(
            sa.text(
                "INSERT INTO subscriptions (guild_id, channel_id, created_by, created_at, state) "
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
                r"SELECT i / 3, i, 1, '2026-03-01 12\:00\:00.000000', 'active' FROM n"
            )
        )
    async with store.transaction() as tx:
        id_ = await tx.interviews.insert(interview(), "d")
        began = time.perf_counter()
        assert await tx.outbox.enqueue(id_, START) == 10_000
        took = time.perf_counter() - began
    assert took < 1
    assert len({row.nonce for row in await deliveries_of(store, id_)}) == 10_000
    assert len(await lease(store, limit=100)) == 100
