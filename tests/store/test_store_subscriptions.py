from datetime import datetime, timedelta

from bot.core.model import DeliveryState, Subscription, SubscriptionState
from bot.store import LeasedDelivery, Store, SubscriptionOverview
from tests.clock import START, FakeClock
from tests.store.rows import add_subscription, set_subscription_state, settle_delivery
from tests.store.samples import interview


async def test_a_channel_is_subscribed_once_and_takes_a_new_role(
    store: Store, clock: FakeClock
) -> None:
    first, created = await add_subscription(store, 1, 10, None, 77)
    assert created is True
    assert first == Subscription(first.id, 1, 10, None, 77, START)
    await clock.advance(60)
    again, created = await add_subscription(store, 1, 10, 55, 88)
    assert created is False
    assert again == Subscription(first.id, 1, 10, 55, 77, START)
    assert [one.subscription for one in await store.subscriptions.overview(1)] == [again]


async def test_a_removed_channel_is_gone_and_comes_back_as_the_same_row(
    store: Store, clock: FakeClock
) -> None:
    first, _ = await add_subscription(store, 1, 10, None, 77)
    assert await store.subscriptions.remove(1, first.id) is True
    assert await store.subscriptions.remove(1, first.id) is False
    assert await store.subscriptions.overview(1) == []
    await clock.advance(60)
    again, created = await add_subscription(store, 1, 10, 5, 88)
    assert created is True
    assert again == Subscription(first.id, 1, 10, 5, 88, START + timedelta(seconds=60))
    assert [one.subscription for one in await store.subscriptions.overview(1)] == [again]


async def test_a_guild_removes_only_its_own(store: Store) -> None:
    one, _ = await add_subscription(store, 1, 10, None, 77)
    assert await store.subscriptions.remove(2, one.id) is False
    assert await store.subscriptions.remove(1, one.id + 1) is False
    assert len(await store.subscriptions.overview(1)) == 1
    assert await store.subscriptions.overview(2) == []


async def test_adding_a_parked_channel_again_makes_it_try_at_once(
    store: Store, clock: FakeClock
) -> None:
    parked, _ = await add_subscription(store, 1, 10, None, 77)
    await set_subscription_state(store, parked.id, SubscriptionState.PARKED, "50013")
    async with store.transaction() as tx:
        id_ = await tx.interviews.insert(interview(), "d")
        await tx.outbox.enqueue(id_, START)
    await clock.advance(60)
    again, created = await add_subscription(store, 1, 10, None, 77)
    assert (again.state, again.reason, created) == (SubscriptionState.ACTIVE, None, False)
    (leased,) = await store.outbox.lease_due(clock.now(), clock.now() + timedelta(minutes=1), 5)
    assert leased.interview.id == id_
    assert leased.delivery.reason is None


async def in_hand(
    store: Store, subscription: Subscription, until: datetime
) -> list[LeasedDelivery]:
    batch = await store.outbox.lease_due(START, until, 6)
    return [leased for leased in batch if leased.subscription.id == subscription.id]


async def test_the_overview_tells_how_deliveries_fare(store: Store, clock: FakeClock) -> None:
    fresh, _ = await add_subscription(store, 1, 11, None, 77)
    busy, _ = await add_subscription(store, 1, 10, 5, 77)
    await add_subscription(store, 2, 20, None, 77)
    await store.subscriptions.remove(1, fresh.id)
    async with store.transaction() as tx:
        for number in (3, 2, 1):
            await tx.outbox.enqueue(await tx.interviews.insert(interview(number), "d"), START)
    fresh, _ = await add_subscription(store, 1, 11, None, 77)
    later = START + timedelta(minutes=1)
    (first,) = await in_hand(store, busy, later)
    await settle_delivery(
        store,
        first.delivery.id,
        expected_attempts=1,
        state=DeliveryState.SENT,
        now=later,
        message_id=1,
    )
    (second,) = await in_hand(store, busy, later)
    await settle_delivery(
        store,
        second.delivery.id,
        expected_attempts=1,
        state=DeliveryState.PENDING,
        now=later,
        reason="HTTP 500",
        next_attempt_at=later + timedelta(minutes=9),
    )
    assert await store.subscriptions.overview(1) == [
        SubscriptionOverview(fresh, None, 0, None, None),
        SubscriptionOverview(busy, later, 2, START, "HTTP 500"),
    ]
