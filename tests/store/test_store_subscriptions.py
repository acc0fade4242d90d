from datetime import timedelta

from bot.core.model import DeliveryState, Subscription, SubscriptionState
from bot.store import SubscriptionOverview
from tests.clock import START
from tests.store.samples import interview


async def test_a_channel_is_subscribed_once_and_takes_a_new_role(store, clock):
    first, created = await store.add_subscription(1, 10, None, 77)
    assert created is True
    assert first == Subscription(first.id, 1, 10, None, 77, START)
    await clock.advance(60)
    again, created = await store.add_subscription(1, 10, 55, 88)
    assert created is False
    assert again == Subscription(first.id, 1, 10, 55, 77, START)
    assert [one.subscription for one in await store.subscriptions(1)] == [again]


async def test_a_removed_channel_is_gone_and_comes_back_as_the_same_row(store, clock):
    first, _ = await store.add_subscription(1, 10, None, 77)
    assert await store.remove_subscription(1, 10) is True
    assert await store.remove_subscription(1, 10) is False
    assert await store.subscriptions(1) == []
    await clock.advance(60)
    again, created = await store.add_subscription(1, 10, 5, 88)
    assert created is True
    assert again == Subscription(first.id, 1, 10, 5, 88, START + timedelta(seconds=60))
    assert [one.subscription for one in await store.subscriptions(1)] == [again]


async def test_a_guild_removes_only_its_own(store):
    await store.add_subscription(1, 10, None, 77)
    assert await store.remove_subscription(2, 10) is False
    assert await store.remove_subscription(1, 11) is False
    assert len(await store.subscriptions(1)) == 1
    assert await store.subscriptions(2) == []


async def test_adding_a_parked_channel_again_makes_it_try_at_once(store, clock):
    parked, _ = await store.add_subscription(1, 10, None, 77)
    await store.settle_subscription(parked.id, SubscriptionState.PARKED, "50013")
    async with store.write() as write:
        id_ = await write.insert(interview(), "d")
        await write.enqueue(id_, START)
    await clock.advance(60)
    again, created = await store.add_subscription(1, 10, None, 77)
    assert (again.state, again.reason, created) == (SubscriptionState.ACTIVE, None, False)
    (leased,) = await store.lease_due(clock.now(), clock.now() + timedelta(minutes=1), 5)
    assert leased.interview.id == id_
    assert leased.delivery.reason is None


async def in_hand(store, subscription, until):
    batch = await store.lease_due(START, until, 6)
    return [leased for leased in batch if leased.subscription.id == subscription.id]


async def test_the_overview_tells_how_deliveries_fare(store, clock):
    fresh, _ = await store.add_subscription(1, 11, None, 77)
    busy, _ = await store.add_subscription(1, 10, 5, 77)
    await store.add_subscription(2, 20, None, 77)
    await store.remove_subscription(1, 11)
    async with store.write() as write:
        for number in (3, 2, 1):
            await write.enqueue(await write.insert(interview(number), "d"), START)
    fresh, _ = await store.add_subscription(1, 11, None, 77)
    later = START + timedelta(minutes=1)
    (first,) = await in_hand(store, busy, later)
    await store.settle(
        first.delivery.id, expected_attempts=1, state=DeliveryState.SENT, now=later, message_id=1
    )
    (second,) = await in_hand(store, busy, later)
    await store.settle(
        second.delivery.id,
        expected_attempts=1,
        state=DeliveryState.PENDING,
        now=later,
        reason="HTTP 500",
        next_attempt_at=later + timedelta(minutes=9),
    )
    assert await store.subscriptions(1) == [
        SubscriptionOverview(fresh, None, 0, None, None),
        SubscriptionOverview(busy, later, 2, START, "HTTP 500"),
    ]
