"""Parked subscriptions: probed with one row, healed by a message, caught up."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.model import Delivery, DeliveryState, Frequency, SubscriptionState, Timetable
from bot.store import LeasedDelivery, Store, SubscriptionOverview
from tests.clock import START
from tests.store.rows import (
    deliveries_of,
    park_delivery,
    set_subscription_state,
    settle_delivery,
    subscription_in,
)
from tests.store.test_store_outbox import MINUTE, lease, publish, settle_sent, subscribe

PENDING, PARKED, SENT, SUPERSEDED = (
    DeliveryState.PENDING,
    DeliveryState.PARKED,
    DeliveryState.SENT,
    DeliveryState.SUPERSEDED,
)


async def park(
    store: Store,
    leased: LeasedDelivery,
    now: datetime = START,
    reason: str = "missing-access",
    again: int = 10,
) -> None:
    assert await park_delivery(
        store,
        leased.delivery.id,
        expected_attempts=leased.delivery.attempts,
        now=now,
        reason=reason,
        next_probe_at=now + again * MINUTE,
    )


async def rows(store: Store, ids: list[int]) -> list[Delivery]:
    return [row for id_ in ids for row in await deliveries_of(store, id_)]


async def overview(store: Store, guild_id: int = 1) -> SubscriptionOverview:
    (found,) = await store.subscriptions.overview(guild_id)
    return found


async def test_a_parked_subscription_lies_still_until_its_probe(store: Store) -> None:
    await subscribe(store, 1, 10)
    await publish(store, 1, 2)
    (leased,) = await lease(store)
    assert leased.probes is None
    await park(store, leased)
    assert await lease(store, START + 9 * MINUTE) == []
    assert await store.outbox.next_due() == START + 10 * MINUTE
    assert (await overview(store)).next_attempt_at == START + 10 * MINUTE
    (probe,) = await lease(store, START + 10 * MINUTE)
    assert probe.probes == 0
    assert probe.subscription.state is SubscriptionState.PARKED
    assert await lease(store, START + 11 * MINUTE) == []


async def test_a_probe_in_vain_parks_again_and_is_counted(store: Store) -> None:
    await subscribe(store, 1, 10)
    ids = await publish(store, 1, 2)
    (leased,) = await lease(store)
    await park(store, leased)
    now = START
    for probes in range(4):
        now += timedelta(hours=1)
        (probe,) = await lease(store, now)
        assert probe.probes == probes
        await park(store, probe, now)
        assert [row.state for row in await rows(store, ids)] == [PARKED, PARKED]


async def test_what_is_sent_heals_and_the_newest_that_were_missed_follow(store: Store) -> None:
    await subscribe(store, 1, 10)
    ids = await publish(store, 1, 2, 3, 4, 5, 6)
    (leased,) = await lease(store)
    await park(store, leased)
    now = START + 10 * MINUTE
    (probe,) = await lease(store, now)
    assert probe.interview.id == ids[3]
    assert probe.delivery.missed == 3
    await settle_sent(store, probe, now)
    assert [row.state for row in await rows(store, ids)] == [SUPERSEDED] * 3 + [
        SENT,
        PENDING,
        PENDING,
    ]
    assert [row.reason for row in await rows(store, ids[:3])] == ["caught-up"] * 3
    found = (await overview(store)).subscription
    assert (found.state, found.reason) == (SubscriptionState.ACTIVE, None)
    assert await store.subscriptions.parked() == []


async def test_a_speaker_that_is_superseded_itself_hands_its_number_on(store: Store) -> None:
    await subscribe(store, 1, 10)
    await publish(store, 1, 2, 3, 4, 5)
    (leased,) = await lease(store)
    await park(store, leased)
    now = START + 10 * MINUTE
    (probe,) = await lease(store, now)
    assert probe.delivery.missed == 2
    await park(store, probe, now)
    await publish(store, 6, 7, 8, 9)
    now += 10 * MINUTE
    (probe,) = await lease(store, now)
    assert probe.delivery.missed == 6
    await settle_sent(store, probe, now)
    assert (await store.outbox.counts())[SUPERSEDED] == 6


async def test_a_subscription_with_nothing_to_try_waits_for_news(store: Store) -> None:
    await subscribe(store, 1, 10)
    (only,) = await publish(store, 1)
    (leased,) = await lease(store)
    await park(store, leased)
    async with store.transaction() as tx:
        await tx.interviews.withdraw(only, START)
    assert await lease(store, START + 10 * MINUTE) == []
    (news,) = await publish(store, 2)
    (probe,) = await lease(store, START + 11 * MINUTE)
    assert probe.interview.id == news


async def test_a_digest_is_probed_as_a_whole(store: Store) -> None:
    await subscribe(store, 1, 10)
    daily = Timetable(Frequency.DAILY, hour=18)
    await store.subscriptions.edit(
        1, await subscription_in(store, 1, 10), lambda one: replace(one, timetable=daily)
    )
    ids = await publish(store, 1, 2, 3, 4, 5)
    now = START + timedelta(hours=6)
    (leased,) = await lease(store, now)
    assert len(leased.digest) == 5
    await park(store, leased, now)
    assert [row.state for row in await rows(store, ids)] == [PARKED] * 5
    now += 10 * MINUTE
    (probe,) = await lease(store, now)
    assert len(probe.digest) == 5
    await settle_sent(store, probe, now)
    assert [row.state for row in await rows(store, ids)] == [SENT] * 5


async def test_a_channel_can_be_probed_at_once(store: Store) -> None:
    first, second = await subscribe(store, 1, 10, 11)
    await publish(store, 1)
    for leased in await lease(store):
        await park(store, leased)
    assert {id_ for id_, _, _ in await store.subscriptions.parked()} == {first.id, second.id}
    assert await store.subscriptions.parked(2) == []
    assert await store.subscriptions.probe_soon([first.id], START) == 1
    assert await store.subscriptions.probe_soon([first.id], START) == 0
    (probe,) = await lease(store)
    assert probe.subscription.id == first.id
    assert await store.subscriptions.probe_soon([first.id], START) == 0


async def test_removed_paused_or_left_it_is_not_probed(store: Store) -> None:
    first, second, third = await subscribe(store, 1, 10, 11, 12)
    await publish(store, 1)
    for leased in await lease(store):
        await park(store, leased)
    await set_subscription_state(store, first.id, SubscriptionState.ENDED, "removed")
    await set_subscription_state(store, second.id, SubscriptionState.PAUSED, None)
    (probe,) = await lease(store, START + 10 * MINUTE)
    assert probe.subscription.id == third.id


@pytest.mark.parametrize("probing", [False, True])
async def test_added_again_it_is_active_at_once_and_catches_up(store: Store, probing: bool) -> None:
    await subscribe(store, 1, 10)
    ids = await publish(store, 1, 2, 3, 4, 5)
    (leased,) = await lease(store)
    await park(store, leased)
    if probing:
        await lease(store, START + 10 * MINUTE)
    await subscribe(store, 1, 10)
    states = [row.state for row in await rows(store, ids)]
    assert states[:2] == [SUPERSEDED] * 2
    assert states[3:] == [PENDING] * 2
    assert states[2] is (DeliveryState.LEASED if probing else PENDING)


async def test_a_probe_that_is_withdrawn_or_given_up_makes_room_for_the_next(store: Store) -> None:
    await subscribe(store, 1, 10)
    ids = await publish(store, 1, 2, 3)
    (leased,) = await lease(store)
    await park(store, leased)
    now = START + 10 * MINUTE
    (probe,) = await lease(store, now)
    assert await settle_delivery(
        store,
        probe.delivery.id,
        expected_attempts=probe.delivery.attempts,
        state=DeliveryState.ABANDONED,
        now=now,
        reason="rejected",
    )
    (second,) = await lease(store, now)
    assert second.interview.id == ids[1]
    assert await settle_delivery(
        store,
        second.delivery.id,
        expected_attempts=second.delivery.attempts,
        state=PENDING,
        now=now,
        next_attempt_at=now + MINUTE,
    )
    async with store.transaction() as tx:
        await tx.interviews.withdraw(ids[1], now)
    (third,) = await lease(store, now)
    assert third.interview.id == ids[2]
