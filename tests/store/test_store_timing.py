"""Digests and quiet hours as rows: nothing listed twice, nothing lost, whatever breaks off."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.core.model import (
    DeliveryState,
    Frequency,
    QuietHours,
    Subscription,
    SubscriptionState,
    Timetable,
)
from bot.store import LeasedDelivery, Store
from tests.clock import FakeClock
from tests.store.rows import deliveries_of, park_delivery, settle_delivery, subscription_in
from tests.store.samples import interview

MINUTE = timedelta(minutes=1)
DAILY = Timetable(Frequency.DAILY, hour=18)
SIX = datetime.fromisoformat("2026-03-01T18:00+00:00")  # the clock begins at 12:00


async def subscribe(
    store: Store, channel: int = 10, guild: int = 1, timetable: Timetable = DAILY
) -> Subscription:
    after, _ = await store.subscriptions.subscribe(
        guild, channel, 77, lambda one: replace(one, timetable=timetable)
    )
    return after


async def publish(store: Store, clock: FakeClock, *numbers: int) -> list[int]:
    ids = []
    async with store.transaction() as tx:
        for number in numbers:
            ids.append(await tx.interviews.insert(interview(number), "d"))
            await tx.outbox.enqueue(ids[-1], clock.now())
    return ids


async def lease(store: Store, clock: FakeClock) -> list[LeasedDelivery]:
    return await store.outbox.lease_due(clock.now(), clock.now() + MINUTE, 50)


async def sent(
    store: Store, clock: FakeClock, leased: LeasedDelivery, message_id: int = 900
) -> bool:
    return await settle_delivery(
        store,
        leased.delivery.id,
        expected_attempts=leased.delivery.attempts,
        state=DeliveryState.SENT,
        now=clock.now(),
        message_id=message_id,
    )


def listed(leased: LeasedDelivery) -> list[int]:
    return [one.id for one in leased.digest]


async def states(store: Store, ids: list[int]) -> list[DeliveryState]:
    return [row.state for id_ in ids for row in await deliveries_of(store, id_)]


async def test_a_digest_waits_for_its_hour_and_is_one_delivery(
    store: Store, clock: FakeClock
) -> None:
    await subscribe(store)
    first, second, third = await publish(store, clock, 3, 2, 1)
    assert await lease(store, clock) == []
    assert await store.outbox.next_due() == SIX
    await clock.advance(6 * 3600)
    (leased,) = await lease(store, clock)
    assert listed(leased) == [third, second, first]
    assert leased.more == 0
    assert await lease(store, clock) == []
    assert await store.outbox.next_due() == clock.now() + MINUTE
    assert await sent(store, clock, leased)
    rows = [row for id_ in (first, second, third) for row in await deliveries_of(store, id_)]
    assert [(row.state, row.message_id) for row in rows] == [(DeliveryState.SENT, 900)] * 3
    assert await store.outbox.next_due() is None
    await clock.advance(86400)
    assert await lease(store, clock) == []


async def test_one_alone_is_a_digest_too(store: Store, clock: FakeClock) -> None:
    await subscribe(store)
    (only,) = await publish(store, clock, 1)
    await clock.advance(6 * 3600)
    (leased,) = await lease(store, clock)
    assert listed(leased) == [only]


async def test_what_comes_while_a_digest_is_on_its_way_waits_for_the_next(
    store: Store, clock: FakeClock
) -> None:
    await subscribe(store)
    early = await publish(store, clock, 2, 1)
    await clock.advance(6 * 3600)
    (leased,) = await lease(store, clock)
    late = await publish(store, clock, 3)
    # The process dies without a word; the lease runs out, and the next one finds the same list.
    await clock.advance(61)
    (again,) = await lease(store, clock)
    assert (again.delivery.nonce, listed(again)) == (leased.delivery.nonce, early[::-1])
    assert again.expired_lease
    assert not await sent(store, clock, leased)
    await settle_delivery(
        store,
        again.delivery.id,
        expected_attempts=2,
        state=DeliveryState.PENDING,
        now=clock.now(),
        reason="network",
        next_attempt_at=clock.now() + MINUTE,
    )
    await clock.advance(61)
    (third,) = await lease(store, clock)
    assert (third.delivery.nonce, listed(third)) == (leased.delivery.nonce, early[::-1])
    await sent(store, clock, third)
    assert await states(store, late) == [DeliveryState.PENDING]
    await clock.advance(86400)
    (following,) = await lease(store, clock)
    assert listed(following) == late
    assert following.delivery.nonce != leased.delivery.nonce


async def test_of_very_many_the_newest_are_listed_and_all_are_done_with(
    store: Store, clock: FakeClock
) -> None:
    await subscribe(store)
    ids = await publish(store, clock, *range(25, 0, -1))
    await clock.advance(6 * 3600)
    (leased,) = await lease(store, clock)
    assert (listed(leased), leased.more) == (ids[:-11:-1], 15)
    await sent(store, clock, leased)
    assert set(await states(store, ids)) == {DeliveryState.SENT}


async def test_what_is_withdrawn_is_not_listed(store: Store, clock: FakeClock) -> None:
    await subscribe(store)
    first, second, third = await publish(store, clock, 3, 2, 1)
    await clock.advance(6 * 3600)
    (leased,) = await lease(store, clock)
    async with store.transaction() as tx:
        await tx.interviews.withdraw(third, clock.now())
    await clock.advance(61)
    (leased,) = await lease(store, clock)
    assert (leased.interview.id, listed(leased)) == (third, [second, first])
    await settle_delivery(
        store,
        leased.delivery.id,
        expected_attempts=2,
        state=DeliveryState.PENDING,
        now=clock.now(),
        next_attempt_at=clock.now(),
    )
    async with store.transaction() as tx:
        await tx.interviews.withdraw(first, clock.now())
        await tx.interviews.withdraw(second, clock.now())
    assert await lease(store, clock) == []
    assert await states(store, [first, second, third]) == [DeliveryState.SUPERSEDED] * 3


async def test_what_is_withdrawn_before_its_hour_is_superseded(
    store: Store, clock: FakeClock
) -> None:
    await subscribe(store)
    first, second = await publish(store, clock, 2, 1)
    async with store.transaction() as tx:
        await tx.interviews.withdraw(second, clock.now())
    await clock.advance(6 * 3600)
    (leased,) = await lease(store, clock)
    assert listed(leased) == [first]


async def test_a_digest_that_discord_refuses_is_given_up_as_a_whole(
    store: Store, clock: FakeClock
) -> None:
    await subscribe(store)
    ids = await publish(store, clock, 2, 1)
    await clock.advance(6 * 3600)
    (leased,) = await lease(store, clock)
    await settle_delivery(
        store,
        leased.delivery.id,
        expected_attempts=1,
        state=DeliveryState.ABANDONED,
        now=clock.now(),
        reason="rejected",
    )
    rows = [row for id_ in ids for row in await deliveries_of(store, id_)]
    assert [(row.state, row.reason) for row in rows] == [(DeliveryState.ABANDONED, "rejected")] * 2


async def test_a_parked_digest_comes_in_one_when_it_heals(store: Store, clock: FakeClock) -> None:
    await subscribe(store)
    early = await publish(store, clock, 2, 1)
    await clock.advance(6 * 3600)
    (leased,) = await lease(store, clock)
    await park_delivery(
        store,
        leased.delivery.id,
        expected_attempts=1,
        now=clock.now(),
        reason="missing-permissions",
        next_probe_at=clock.now() + MINUTE,
    )
    assert set(await states(store, early)) == {DeliveryState.PARKED}
    assert await lease(store, clock) == []
    await clock.advance(61)
    (probe,) = await lease(store, clock)
    assert listed(probe) == early[::-1]
    await sent(store, clock, probe)
    assert set(await states(store, early)) == {DeliveryState.SENT}
    found = await store.subscriptions.find(1, 10)
    assert found is not None
    assert found.state is SubscriptionState.ACTIVE


async def test_an_ended_digest_leaves_nothing_behind(store: Store, clock: FakeClock) -> None:
    await subscribe(store)
    ids = await publish(store, clock, 2, 1)
    await clock.advance(6 * 3600)
    (leased,) = await lease(store, clock)
    await store.subscriptions.remove(1, await subscription_in(store, 1, 10))
    await clock.advance(61)
    assert await lease(store, clock) == []
    assert set(await states(store, ids)) == {DeliveryState.ABANDONED}
    assert await store.outbox.next_due() is None
    assert not await sent(store, clock, leased)


async def test_from_a_digest_to_each_and_back(store: Store, clock: FakeClock) -> None:
    await subscribe(store)
    first, second = await publish(store, clock, 2, 1)
    await store.subscriptions.edit(
        1, await subscription_in(store, 1, 10), lambda one: replace(one, timetable=Timetable())
    )
    (leased,) = await lease(store, clock)
    assert (leased.interview.id, listed(leased)) == (first, [])
    await sent(store, clock, leased)
    await store.subscriptions.edit(
        1, await subscription_in(store, 1, 10), lambda one: replace(one, timetable=DAILY)
    )
    assert await lease(store, clock) == []
    await clock.advance(6 * 3600)
    (leased,) = await lease(store, clock)
    assert listed(leased) == [second]


NIGHT = Timetable(quiet=QuietHours(14 * 60, 20 * 60))


async def test_quiet_hours_hold_back_what_comes_and_what_is_tried_again(
    store: Store, clock: FakeClock
) -> None:
    await subscribe(store, timetable=NIGHT)
    await subscribe(store, channel=20, guild=2, timetable=Timetable())
    await publish(store, clock, 1)
    leased = await lease(store, clock)
    assert len(leased) == 2
    for one in leased:
        await settle_delivery(
            store,
            one.delivery.id,
            expected_attempts=1,
            state=DeliveryState.PENDING,
            now=clock.now(),
            reason="network",
            next_attempt_at=clock.now() + 150 * MINUTE,
        )
    await clock.advance(2.5 * 3600)
    (loud,) = await lease(store, clock)
    assert loud.subscription.channel_id == 20
    await sent(store, clock, loud)
    await publish(store, clock, 2)
    (loud,) = await lease(store, clock)
    await sent(store, clock, loud)
    assert await store.outbox.next_due() == SIX + 120 * MINUTE
    await clock.advance(5.5 * 3600 - 1)
    assert await lease(store, clock) == []
    await clock.advance(1)
    (quiet,) = await lease(store, clock)
    assert quiet.subscription.channel_id == 10


async def test_the_hour_is_the_guilds(store: Store, clock: FakeClock) -> None:
    await store.guilds.edit(1, lambda one: replace(one, time_zone="Asia/Seoul"))
    await subscribe(store, timetable=Timetable(Frequency.DAILY, hour=22))
    await publish(store, clock, 1)
    assert await store.outbox.next_due() == datetime.fromisoformat("2026-03-01T13:00+00:00")


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_breaks_off_each_interview_is_listed_once(
    store: Store, clock: FakeClock, seed: int
) -> None:
    """Weeks of news, deaths, refusals, pauses and changed minds; then calm."""
    rng = random.Random(seed)
    await subscribe(store)
    standing: dict[str, list[int]] = {}
    published: list[int] = []
    number = 0

    async def work(leased: LeasedDelivery) -> None:
        """Send as Discord takes it, and be told, or not."""
        shown = listed(leased) or [leased.interview.id]
        fate = rng.choice(["sent", "sent", "died before", "died after", "lost", "blocked"])
        if fate in ("sent", "died after"):
            before = standing.setdefault(leased.delivery.nonce, shown)
            assert before == shown, "the same nonce says the same"
        if fate == "sent":
            await sent(store, clock, leased)
        elif fate == "lost":
            await settle_delivery(
                store,
                leased.delivery.id,
                expected_attempts=leased.delivery.attempts,
                state=DeliveryState.PENDING,
                now=clock.now(),
                reason="network",
                next_attempt_at=clock.now() + MINUTE,
            )
        elif fate == "blocked" and leased.delivery.nonce not in standing:
            await park_delivery(
                store,
                leased.delivery.id,
                expected_attempts=leased.delivery.attempts,
                now=clock.now(),
                reason="missing-permissions",
                next_probe_at=clock.now() + 60 * MINUTE,
            )

    for _ in range(60):
        for _ in range(rng.choice([0, 0, 1, 2])):
            number += 1
            published += await publish(store, clock, number)
        for leased in await lease(store, clock):
            await work(leased)
        act = rng.random()
        if act < 0.05:
            await store.subscriptions.pause(1, await subscription_in(store, 1, 10))
        elif act < 0.2:
            await store.subscriptions.resume(1, await subscription_in(store, 1, 10))
        elif act < 0.3:
            hour = rng.randrange(24)
            frequency = rng.choice([Frequency.DAILY, Frequency.WEEKLY])
            times = Timetable(frequency, rng.randrange(7), hour)
            await store.subscriptions.edit(
                1, await subscription_in(store, 1, 10), partial(replace, timetable=times)
            )
        await clock.advance(rng.choice([60, 3600, 8 * 3600]))
    await store.subscriptions.resume(1, await subscription_in(store, 1, 10))
    for _ in range(40):
        for leased in await lease(store, clock):
            shown = listed(leased) or [leased.interview.id]
            assert standing.setdefault(leased.delivery.nonce, shown) == shown
            await sent(store, clock, leased)
        await clock.advance(8 * 3600)
    told = [id_ for shown in standing.values() for id_ in shown]
    assert len(told) == len(set(told))
    more = len(published) - len(told)
    assert set(told) <= set(published)
    assert set(await states(store, published)) == {DeliveryState.SENT}
    assert more == 0 or max(map(len, standing.values())) == 10, "left out only for want of room"
