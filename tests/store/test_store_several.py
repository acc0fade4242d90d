"""Several subscriptions of one channel: each has its rows, and they share the channel."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.model import DeliveryState, Frequency, Subscription, SubscriptionState, Timetable
from bot.store import LeasedDelivery, Store
from tests.clock import START
from tests.store.rows import deliveries_of, settle_delivery
from tests.store.samples import interview

MINUTE = timedelta(minutes=1)


async def subscribe(store: Store, text: str, **options: Any) -> Subscription:
    return (
        await store.subscriptions.subscribe(
            1, 10, 77, lambda one: replace(one, **options), filtered=text
        )
    )[0]


async def lease(store: Store) -> list[LeasedDelivery]:
    return await store.outbox.lease_due(START, START + MINUTE, 10)


async def come_out(store: Store, number: int = 1) -> int:
    async with store.transaction() as tx:
        id_ = await tx.interviews.insert(interview(number), "d")
        await tx.outbox.enqueue(id_, START)
    return id_


async def test_each_filter_of_a_channel_is_a_subscription(store: Store) -> None:
    everything, music = await subscribe(store, ""), await subscribe(store, "kind:music")
    assert everything.id != music.id
    again = await subscribe(store, "kind:music", role_id=5)
    assert (again.id, again.role_id) == (music.id, 5)
    assert [one.filter for one in await store.subscriptions.in_channel(1, 10)] == ["", "kind:music"]
    assert await store.subscriptions.remove(1, everything.id)
    assert (await subscribe(store, "")).id == everything.id
    assert await store.subscriptions.counts_by_guild() == {1: 1}


async def test_idols_at_once_and_the_rest_as_a_digest(store: Store) -> None:
    weekly = Timetable(Frequency.WEEKLY, weekday=6, hour=18)
    music = await subscribe(store, "kind:music")
    await subscribe(store, "-kind:music", timetable=weekly)
    (row,) = await deliveries_of(store, await come_out(store))
    assert (row.subscription_id, row.next_attempt_at) == (music.id, START)


async def test_one_interview_for_two_goes_out_one_after_the_other(store: Store) -> None:
    one, other = await subscribe(store, "kind:music"), await subscribe(store, "tour")
    id_ = await come_out(store)
    rows = await deliveries_of(store, id_)
    assert len({row.nonce for row in rows}) == 2
    (first,) = await lease(store)
    assert first.subscription.id == one.id
    assert await lease(store) == []
    assert await store.outbox.next_due() == START + MINUTE
    await settle_delivery(
        store,
        first.delivery.id,
        expected_attempts=1,
        state=DeliveryState.SENT,
        now=START,
        message_id=123,
    )
    (second,) = await lease(store)
    assert second.subscription.id == other.id
    # In doubt, it is not taken for the message that is the other's.
    assert await store.outbox.known_messages(second.subscription) == {123}
    assert await store.repairs.unexplained(other.id, [id_]) == []


async def test_one_is_paused_and_the_other_goes_on(store: Store) -> None:
    one, other = await subscribe(store, "kind:music"), await subscribe(store, "tour")
    assert await store.subscriptions.pause(1, one.id)
    await come_out(store)
    (leased,) = await lease(store)
    assert leased.subscription.id == other.id
    states = [each.state for each in await store.subscriptions.in_channel(1, 10)]
    assert states == [SubscriptionState.PAUSED, SubscriptionState.ACTIVE]
    assert await store.subscriptions.end_channel(10, "gone")
    assert await store.subscriptions.in_channel(1, 10) == []
