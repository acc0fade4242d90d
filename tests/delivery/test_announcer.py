"""The announcer over a real store, with a hand-written Discord and a clock moved by hand."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import discord
import pytest
import structlog
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from bot.core.model import Conclusion, Delivery, DeliveryState, Doubt, SubscriptionState
from bot.delivery.announcer import Announcer
from bot.delivery.outcomes import Sent
from bot.store import LeasedDelivery
from bot.store.outbox import Outbox as OutboxRepository
from tests.clock import FakeClock
from tests.delivery.fakes import After, FakePort, HandPace, Ledger, Outbox, make_announcer, refusal
from tests.store.rows import settle_delivery

SENT, PENDING, LEASED, PARKED, ABANDONED = (
    DeliveryState.SENT,
    DeliveryState.PENDING,
    DeliveryState.LEASED,
    DeliveryState.PARKED,
    DeliveryState.ABANDONED,
)


@pytest.fixture
def announcer(outbox: Outbox, port: FakePort, rng: random.Random) -> Announcer:
    return make_announcer(outbox, port, rng)


@asynccontextmanager
async def running(announcer: Announcer) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(announcer.run())
    try:
        yield task
    finally:
        async with asyncio.timeout(30):
            await announcer.stop()
            await task


# ---------------------------------------------------------------- the good days


async def test_every_channel_gets_every_interview_once_in_order(
    outbox: Outbox, port: FakePort, announcer: Announcer
) -> None:
    await outbox.subscribe(*range(100, 130))
    ids = await outbox.publish(4)
    await announcer.drain()
    assert dict(port.messages) == dict.fromkeys(range(100, 130), ids)
    assert len(port.tries) == 120
    assert await outbox.counts() == {SENT: 120}
    await announcer.drain()
    assert len(port.tries) == 120


async def test_the_message_is_written_down_and_the_row_keeps_its_nonce(
    outbox: Outbox, port: FakePort, announcer: Announcer
) -> None:
    await outbox.subscribe(100)
    (id_,) = await outbox.publish()
    (before,) = await outbox.rows(id_)
    await announcer.drain()
    (row,) = await outbox.rows(id_)
    assert (row.state, row.message_id, row.reason) == (SENT, 9000, None)
    assert port.tries == [(100, id_, before.nonce)]


async def test_channels_are_served_side_by_side_but_each_by_one_send(
    outbox: Outbox, port: FakePort, rng: random.Random
) -> None:
    await outbox.subscribe(100, 101, 102)
    await outbox.publish(3)
    gates = {channel: [asyncio.Event() for _ in range(3)] for channel in (100, 101, 102)}
    port.plan.update({channel: list(events) for channel, events in gates.items()})
    announcer = make_announcer(outbox, port, rng)
    async with running(announcer):
        for turn in range(3):
            await port.tried(3 * (turn + 1))
            for events in gates.values():
                events[turn].set()
    assert (port.most_at_once, port.most_in_one_channel) == (3, 1)
    assert await outbox.counts() == {SENT: 9}


async def test_a_slow_channel_delays_nobody(
    outbox: Outbox, port: FakePort, rng: random.Random
) -> None:
    await outbox.subscribe(*range(100, 110))
    slow = asyncio.Event()
    port.plan[100] = [slow]
    await outbox.publish(5)
    ledger = Ledger(outbox.store)
    announcer = make_announcer(outbox, port, rng, store=ledger, queue=4, in_hand=5)
    async with running(announcer):
        await ledger.reached(written=45)
        assert port.messages[100] == []
        assert [len(port.messages[channel]) for channel in range(101, 110)] == [5] * 9
        slow.set()
        await ledger.reached(written=50)
    assert await outbox.counts() == {SENT: 50}


async def test_sends_that_all_hang_leave_room_for_more(
    outbox: Outbox, port: FakePort, rng: random.Random
) -> None:
    await outbox.subscribe(*range(100, 110))
    gate = asyncio.Event()
    port.plan.update({channel: [gate] for channel in range(100, 110)})
    await outbox.publish()
    pace = HandPace()
    async with running(make_announcer(outbox, port, rng, pace, queue=4)):
        await pace.queued(4)
        pace.give(10)
        await port.tried(10)
        gate.set()
    assert await outbox.counts() == {SENT: 10}


async def test_guilds_take_turns_and_fresh_goes_before_catching_up(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    await outbox.subscribe(200, 201, 202, guild=2)
    (stale,) = await outbox.publish()
    await clock.advance(2 * 3600)
    await outbox.subscribe(300, guild=3)
    (fresh,) = await outbox.publish()
    pace = HandPace()
    announcer = make_announcer(outbox, port, rng, pace)
    async with running(announcer):
        await pace.queued(4)
        pace.give(10)
        await port.tried(7)
    assert [(channel, id_) for channel, id_, _ in port.tries[:4]] == [
        (200, fresh),
        (300, fresh),
        (201, fresh),
        (202, fresh),
    ]
    assert sorted((channel, id_) for channel, id_, _ in port.tries[4:]) == [
        (200, stale),
        (201, stale),
        (202, stale),
    ]


async def test_a_commit_wakes_it_and_time_does_too(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    port.plan[100] = [refusal(500)]
    ledger = Ledger(outbox.store)
    announcer = make_announcer(outbox, port, rng, store=ledger)
    async with running(announcer):
        (id_,) = await outbox.publish()
        announcer.wake()
        await ledger.reached(written=1)
        # Until it has looked again, it sleeps until the lease's end.
        async with asyncio.timeout(30):
            while (delay := min(await clock.asleep())) > 0.5:  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert delay > 0.2
        await clock.advance(delay)
        await ledger.reached(written=2)
    assert port.messages[100] == [id_]


# ---------------------------------------------------------------- what goes wrong at Discord's


LOST = [refusal(500), refusal(503), refusal(502), ConnectionResetError(), TimeoutError()]
LIMITED = [refusal(429, 0, {"Retry-After": "20", "X-RateLimit-Scope": "shared"})]


@pytest.mark.parametrize("failure", [*LOST, *LIMITED, KeyError("card")], ids=repr)
async def test_what_may_pass_is_tried_again_with_the_same_nonce(
    outbox: Outbox, port: FakePort, announcer: Announcer, clock: FakeClock, failure: Exception
) -> None:
    await outbox.subscribe(100)
    port.plan[100] = [failure] * 5
    (id_,) = await outbox.publish()
    for attempt in range(1, 6):
        await announcer.drain()
        (row,) = await outbox.rows(id_)
        assert (row.state, row.attempts) == (PENDING, attempt)
        assert row.reason in ("network", "discord-down", "rate-limited", "bug")
        await announcer.drain()
        assert len(port.tries) == attempt
        await clock.advance((row.next_attempt_at - clock.now()).total_seconds())
    await announcer.drain()
    assert port.messages[100] == [id_]
    assert len(set(port.tries)) == 1


async def test_a_message_whose_answer_was_lost_is_not_doubled(
    outbox: Outbox, port: FakePort, announcer: Announcer, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    port.plan[100] = [After(refusal(500)), After(ConnectionResetError())]
    (id_,) = await outbox.publish()
    for _ in range(3):
        await announcer.drain()
        await clock.advance(10)
    assert port.messages[100] == [id_]
    assert await outbox.counts() == {SENT: 1}
    (row,) = await outbox.rows(id_)
    assert row.message_id == 9000


async def test_discords_wish_is_kept_to_the_second(
    outbox: Outbox, port: FakePort, announcer: Announcer, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    port.plan[100] = list(LIMITED)
    (id_,) = await outbox.publish()
    await announcer.drain()
    (row,) = await outbox.rows(id_)
    assert row.next_attempt_at - clock.now() == timedelta(seconds=20)


async def test_hours_of_outage_drops_nothing_and_asks_sparingly(
    outbox: Outbox, port: FakePort, announcer: Announcer, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    port.plan[100] = [refusal(503)] * 10_000
    (id_,) = await outbox.publish()
    end = clock.now() + timedelta(hours=6)
    while clock.now() < end:
        await announcer.drain()
        due = await outbox.store.outbox.next_due()
        assert due is not None
        await clock.advance((due - clock.now()).total_seconds())
    assert 6 * 12 <= len(port.tries) <= 6 * 24 + 20
    port.plan[100].clear()
    await announcer.drain()
    assert port.messages[100] == [id_]


async def test_the_next_row_of_a_channel_waits_for_one_that_is_written_down_but_not_ended(
    outbox: Outbox, port: FakePort, announcer: Announcer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, subscribed = await outbox.subscribe(100, 101)
    first, second = await outbox.publish(2)
    repository = type(outbox.store.outbox)
    settle, lease_due = repository.settle, repository.lease_due
    second_leased = asyncio.Event()

    async def settled_slowly(
        self: OutboxRepository, delivery: Delivery, conclusion: Conclusion, now: datetime
    ) -> bool:
        settled = await settle(self, delivery, conclusion, now)
        if (delivery.subscription_id, delivery.interview_id) == (subscribed.id, first):
            await second_leased.wait()
            for _ in range(100):  # While the second one's turn comes.
                await asyncio.sleep(0)
        return settled

    async def noted(
        self: OutboxRepository,
        now: datetime,
        lease_until: datetime,
        limit: int,
        **options: int | None,
    ) -> list[LeasedDelivery]:
        batch = await lease_due(self, now, lease_until, limit, **options)
        if any(
            (one.delivery.subscription_id, one.delivery.interview_id) == (subscribed.id, second)
            for one in batch
        ):
            second_leased.set()
        return batch

    monkeypatch.setattr(repository, "settle", settled_slowly)
    monkeypatch.setattr(repository, "lease_due", noted)
    await announcer.drain()
    assert port.messages == {100: [first, second], 101: [first, second]}
    assert await outbox.all_sent()


async def test_a_drain_sends_what_falls_due_by_what_ends_while_it_looks(
    outbox: Outbox, port: FakePort, announcer: Announcer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await outbox.subscribe(100, 101)
    first, second = await outbox.publish(2)
    repository = type(outbox.store.outbox)
    next_due = repository.next_due
    looked = asyncio.Event()
    port.plan[101] = [looked]

    async def ended_meanwhile(self: OutboxRepository, *, direct: bool = True) -> datetime | None:
        due = await next_due(self, direct=direct)
        if port.messages[100] == [first, second]:
            looked.set()
            sending = [task for task in asyncio.all_tasks() if task.get_name().startswith("send ")]
            await asyncio.gather(*sending)
        return due

    monkeypatch.setattr(repository, "next_due", ended_meanwhile)
    await announcer.drain()
    assert port.messages == {100: [first, second], 101: [first, second]}


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (refusal(403, 50001), "missing-access"),
        (refusal(403, 50013), "missing-permissions"),
        (refusal(404, 10003), "unknown-channel"),
        (refusal(404, 10004), "unknown-guild"),
    ],
    ids=repr,
)
async def test_a_channel_that_refuses_is_asked_once_parked_and_revived(
    outbox: Outbox,
    port: FakePort,
    announcer: Announcer,
    failure: discord.HTTPException,
    reason: str,
) -> None:
    await outbox.subscribe(100, 101)
    port.plan[100] = [failure]
    first, second = await outbox.publish(2)
    await announcer.drain()
    assert [channel for channel, _, _ in port.tries].count(100) == 1
    assert port.messages[101] == [first, second]
    for id_ in (first, second):
        parked, sent = await outbox.rows(id_)
        assert (parked.state, parked.reason, sent.state) == (PARKED, reason, SENT)
    (overview,) = await outbox.store.subscriptions.overview(100)
    assert overview.subscription.state is SubscriptionState.PARKED
    assert overview.subscription.reason == reason

    (third,) = await outbox.publish()
    await announcer.drain()
    assert port.messages[100] == []
    await outbox.subscribe(100)
    await announcer.drain()
    assert port.messages[100] == [first, second, third]


async def test_a_message_that_discord_rejects_is_tried_plainer_once(
    outbox: Outbox, port: FakePort, announcer: Announcer
) -> None:
    await outbox.subscribe(100)
    port.plan[100] = [refusal(400, 50035)]
    (first,) = await outbox.publish()
    with capture_logs() as logs:
        await announcer.drain()
    (row,) = await outbox.rows(first)
    assert (row.state, port.plain) == (SENT, [row.id])
    assert port.messages[100] == [first]
    assert {log["event"] for log in logs if log["log_level"] == "error"} == {"delivery.our-bug"}


async def test_a_message_that_discord_rejects_even_plain_is_given_up_alone(
    outbox: Outbox, port: FakePort, announcer: Announcer
) -> None:
    await outbox.subscribe(100)
    port.plan[100] = [refusal(400, 50035), refusal(400, 50035)]
    first, second = await outbox.publish(2)
    with capture_logs() as logs:
        await announcer.drain()
    (row,) = await outbox.rows(first)
    assert (row.state, row.reason) == (ABANDONED, "rejected")
    assert port.messages[100] == [second]
    assert len(port.plain) == 1
    assert {log["event"] for log in logs if log["log_level"] == "error"} == {
        "delivery.our-bug",
        "delivery.abandoned",
    }


async def test_a_mistake_of_ours_is_logged_with_its_traceback(
    outbox: Outbox, port: FakePort, announcer: Announcer
) -> None:
    await outbox.subscribe(100)
    port.plan[100] = [KeyError("card")]
    await outbox.publish()
    with capture_logs() as logs:
        await announcer.drain()
    (log,) = [log for log in logs if log["event"] == "delivery.our-bug"]
    assert isinstance(log["exc_info"], KeyError)
    assert log["channel"] == 100


async def test_a_void_token_stops_all_sending_and_keeps_everything(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    channels = range(100, 120)
    await outbox.subscribe(*channels)
    for channel in channels:
        port.plan[channel] = [refusal(401, 0)] * 50
    await outbox.publish()
    pace, ledger = HandPace(), Ledger(outbox.store)
    announcer = make_announcer(outbox, port, rng, pace, store=ledger)
    with capture_logs() as logs:
        async with running(announcer):
            await pace.queued(20)
            pace.give(1)
            await port.tried(1)
            await ledger.reached(written=1)
            pace.give(1000)
            await ledger.reached(written=20)
            assert len(port.tries) == 1

            begun = 1
            for _ in range(12):
                await clock.asleep()
                await clock.advance(max(clock.delays))
                begun += 1
                await port.tried(begun)
                await ledger.reached(written=19 + begun)
            assert len(port.tries) == 13
            assert await outbox.counts() == {PENDING: 20}

            for channel in channels:
                port.plan[channel].clear()
            await clock.asleep()
            await clock.advance(max(clock.delays) + 300)
            while not await outbox.all_sent():
                await ledger.reached(written=ledger.written + 1)
    assert sum(map(len, port.messages.values())) == 20
    critical = [log for log in logs if log["log_level"] == "critical"]
    assert {log["event"] for log in critical} == {"announcer.refused"}
    assert len(critical) == 13
    assert critical[0]["kind"] == "unauthorized"
    assert critical[-1]["held_for"] >= 1800


async def test_one_message_that_the_edge_dislikes_starves_nobody(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    channels = range(100, 106)
    await outbox.subscribe(*channels)
    port.plan[100] = [refusal(403)] * 1000
    await outbox.publish()
    announcer = make_announcer(outbox, port, rng, queue=1)
    end = clock.now() + timedelta(hours=2)
    while clock.now() < end:
        await announcer.drain()
        await clock.advance(10)
    assert [len(port.messages[channel]) for channel in channels] == [0, 1, 1, 1, 1, 1]
    assert len(port.tries) < 5 + 20
    port.plan[100].clear()
    await clock.advance(3600)
    await announcer.drain()
    assert await outbox.counts() == {SENT: 6}


async def test_a_ban_of_our_address_holds_for_as_long_as_it_says(
    outbox: Outbox, port: FakePort, announcer: Announcer, clock: FakeClock
) -> None:
    await outbox.subscribe(100, 101)
    banned = refusal(429, None, {"Retry-After": "900"}, via=None)
    port.plan[100] = [banned]
    await outbox.publish()
    await announcer.drain()
    (later,) = await outbox.publish()
    await clock.advance(899)
    await announcer.drain()
    assert len(port.tries) <= 2
    await clock.advance(1)
    await announcer.drain()
    assert port.messages[101][-1] == later
    await clock.advance(60)
    await announcer.drain()
    assert await outbox.counts() == {SENT: 4}


async def test_a_send_that_hangs_is_given_up_in_time(
    outbox: Outbox, port: FakePort, rng: random.Random
) -> None:
    await outbox.subscribe(100, 101)
    port.plan[100] = [asyncio.Event()]
    (id_,) = await outbox.publish()
    await make_announcer(outbox, port, rng, send_limit=0.05).drain()
    hung, sent = await outbox.rows(id_)
    assert (hung.state, hung.reason, sent.state) == (PENDING, "network", SENT)


# ---------------------------------------------------------------- crashes, leases, fences


async def test_what_a_crash_left_leased_is_sent_when_the_lease_is_over(
    outbox: Outbox, port: FakePort, announcer: Announcer, clock: FakeClock
) -> None:
    await outbox.subscribe(100, 101)
    (id_,) = await outbox.publish()
    now = clock.now()
    unsent, heard_by_nobody = await outbox.store.outbox.lease_due(
        now, now + timedelta(seconds=60), 10
    )
    await port.send(heard_by_nobody)
    await announcer.drain()
    assert len(port.tries) == 1

    await clock.advance(60)
    await announcer.drain()
    assert dict(port.messages) == {100: [id_], 101: [id_]}
    assert await outbox.counts() == {SENT: 2}
    assert port.tries[1:] == [
        (100, id_, unsent.delivery.nonce),
        (101, id_, heard_by_nobody.delivery.nonce),
    ]


async def test_an_outcome_that_comes_after_its_lease_changes_nothing(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    (id_,) = await outbox.publish()
    gate = asyncio.Event()
    port.plan[100] = [gate, refusal(403, 50001)]
    slow = make_announcer(outbox, port, rng)
    with capture_logs() as logs:
        async with running(slow):
            await port.tried(1)
            await clock.advance(200)
            other = make_announcer(outbox, port, rng)
            await other.drain()
            assert await outbox.states(id_) == [PARKED]
            gate.set()
    assert await outbox.states(id_) == [PARKED]
    assert "delivery.lease-lost" in {log["event"] for log in logs}


async def test_an_outcome_that_comes_amid_the_next_lease_changes_nothing(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    (id_,) = await outbox.publish()
    early, late = asyncio.Event(), asyncio.Event()
    port.plan[100] = [early, late]
    ledger = Ledger(outbox.store)
    async with running(make_announcer(outbox, port, rng, store=ledger)):
        await port.tried(1)
        await clock.advance(200)
        async with running(make_announcer(outbox, port, rng, store=ledger)):
            await port.tried(2)
            early.set()
            await ledger.reached(written=1)
            assert await outbox.states(id_) == [LEASED]
            late.set()
    assert await outbox.states(id_) == [SENT]
    assert port.messages[100] == [id_]


async def test_a_row_whose_lease_is_nearly_over_is_not_begun(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    (id_,) = await outbox.publish()
    pace = HandPace()
    announcer = make_announcer(outbox, port, rng, pace, lease=100, send_limit=60)
    async with running(announcer):
        await pace.queued(1)
        await clock.advance(50)
        pace.give(1)
        await clock.asleep()
        assert port.tries == []
        await clock.advance(50)
        await pace.queued(1)
        pace.give(1)
        await port.tried(1)
    assert port.messages[100] == [id_]


async def test_an_outcome_is_written_down_however_long_the_disk_is_full(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    await outbox.subscribe(100, 101)
    first, _ = await outbox.publish(2)
    ledger = Ledger(outbox.store)
    ledger.failing = {"settle"}
    announcer = make_announcer(outbox, port, rng, store=ledger)
    with capture_logs() as logs:
        async with running(announcer):
            await ledger.reached(failures=2)
            for failures in range(2, 12):
                await clock.asleep(2)
                await clock.advance(60)
                await ledger.reached(failures=failures)
            assert len(port.tries) == 2
            ledger.failing = set()
            await clock.advance(60)
            await ledger.reached(written=4)
    assert port.messages == {100: [first, first + 1], 101: [first, first + 1]}
    assert len(port.tries) == 4
    assert await outbox.counts() == {SENT: 4}
    assert [log["event"] for log in logs].count("delivery.not-settled") == 2


async def test_what_can_not_be_looked_at_before_it_is_sent_is_given_back_without_a_doubt(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    (id_,) = await outbox.publish()
    ledger = Ledger(outbox.store)
    ledger.failing = {"obsolete_reason"}
    announcer = make_announcer(outbox, port, rng, store=ledger)
    with capture_logs() as logs:
        await announcer.drain()
    (row,) = await outbox.rows(id_)
    assert (row.state, row.reason, row.maybe_sent_at) == (PENDING, None, None)
    assert timedelta(0) < row.next_attempt_at - clock.now() <= timedelta(seconds=5)
    assert [log["event"] for log in logs] == ["delivery.not-checked"]
    ledger.failing = set()
    await clock.advance(5)
    await announcer.drain()
    assert port.messages[100] == [id_]


async def test_a_database_that_fails_is_asked_again_and_that_is_told(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    (id_,) = await outbox.publish()
    ledger = Ledger(outbox.store)
    ledger.failing = {"lease_due"}
    announcer = make_announcer(outbox, port, rng, store=ledger)
    with capture_logs() as logs:
        async with running(announcer):
            for failures in range(1, 10):
                await ledger.reached(failures=failures)
                (delay,) = await clock.asleep()
                assert delay <= 30
                await clock.advance(delay)
            ledger.failing = set()
            await clock.advance(30)
            await ledger.reached(written=1)
    assert port.messages[100] == [id_]
    events = [log["event"] for log in logs]
    assert "announcer.failed" in events
    assert "announcer.recovered" in events


# ---------------------------------------------------------------- stopping


async def test_stopping_finishes_what_is_on_its_way_and_gives_back_the_rest(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    await outbox.subscribe(100, 101)
    gate = asyncio.Event()
    port.plan[100] = [gate]
    (id_,) = await outbox.publish()
    pace = HandPace()
    announcer = make_announcer(outbox, port, rng, pace)
    task = asyncio.create_task(announcer.run())
    await pace.queued(2)
    pace.give(1)
    await port.tried(1)
    stopping = asyncio.create_task(announcer.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    gate.set()
    async with asyncio.timeout(30):
        await stopping
        await task
    assert await outbox.states(id_) == [SENT, PENDING]
    assert await outbox.store.outbox.next_due() == clock.now()


@pytest.mark.parametrize("ending", ["stop", "cancel"])
async def test_what_hangs_beyond_the_grace_stays_leased_and_is_sent_again(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock, ending: str
) -> None:
    await outbox.subscribe(100)
    port.plan[100] = [asyncio.Event()]
    (id_,) = await outbox.publish()
    announcer = make_announcer(outbox, port, rng, grace=0.05)
    task = asyncio.create_task(announcer.run())
    await port.tried(1)
    async with asyncio.timeout(30):
        if ending == "stop":
            await announcer.stop()
            await task
        else:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    assert await outbox.states(id_) == [LEASED]

    await clock.advance(200)
    await make_announcer(outbox, port, rng).drain()
    assert port.messages[100] == [id_]
    assert len(set(port.tries)) == 1


async def test_stopping_before_starting_returns_at_once(announcer: Announcer) -> None:
    async with asyncio.timeout(1):
        await announcer.stop()


async def test_what_a_killed_process_left_leased_is_sent_at_once_after_the_start(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    await outbox.subscribe(100, 101)
    (id_,) = await outbox.publish()
    now = clock.now()
    _, heard_by_nobody = await outbox.store.outbox.lease_due(now, now + timedelta(seconds=180), 10)
    await port.send(heard_by_nobody)
    ledger = Ledger(outbox.store)
    async with running(make_announcer(outbox, port, rng, store=ledger)):
        await ledger.reached(written=2)
    assert clock.now() == now
    assert dict(port.messages) == {100: [id_], 101: [id_]}
    assert await outbox.counts() == {SENT: 2}


async def test_a_holder_that_lives_may_settle_until_its_row_is_leased_anew(
    outbox: Outbox, port: FakePort, clock: FakeClock
) -> None:
    await outbox.subscribe(100, 101)
    (id_,) = await outbox.publish()
    now = clock.now()
    lease_end = now + timedelta(seconds=180)
    first, second = await outbox.store.outbox.lease_due(now, lease_end, 10)
    assert await outbox.store.repairs.take_over_leases(now) == 2
    assert await outbox.store.repairs.take_over_leases(now) == 0
    settled = partial(settle_delivery, outbox.store, state=SENT, now=now, message_id=5)
    assert await settled(first.delivery.id, expected_attempts=1)
    (again,) = await outbox.store.outbox.lease_due(now, lease_end, 10)
    assert (again.delivery.id, again.expired_lease) == (second.delivery.id, True)
    assert not await settled(second.delivery.id, expected_attempts=1)
    assert await outbox.states(id_) == [SENT, LEASED]


# ---------------------------------------------------------------- sent before, perhaps


async def in_doubt(outbox: Outbox, port: FakePort, clock: FakeClock) -> int:
    """A message that arrived unheard, so long ago that Discord has forgotten its nonce."""
    (id_,) = await outbox.publish()
    now = clock.now()
    (leased,) = await outbox.store.outbox.lease_due(now, now + timedelta(seconds=180), 10)
    await port.send(leased)
    port.forgets_nonces = True
    await clock.advance(600)
    return id_


async def test_what_arrived_unheard_is_found_instead_of_sent_again(
    outbox: Outbox, port: FakePort, announcer: Announcer, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    began = clock.now()
    id_ = await in_doubt(outbox, port, clock)
    await announcer.drain()
    assert port.messages[100] == [id_]
    assert port.searches == [(100, began)]
    (row,) = await outbox.rows(id_)
    assert (row.state, row.message_id, row.maybe_sent_at) == (SENT, 9000, None)


async def test_what_never_arrived_is_searched_for_and_then_sent(
    outbox: Outbox, port: FakePort, announcer: Announcer, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    (id_,) = await outbox.publish()
    now = clock.now()
    await outbox.store.outbox.lease_due(now, now + timedelta(seconds=180), 10)
    await clock.advance(600)
    await announcer.drain()
    assert len(port.searches) == 1
    assert port.messages[100] == [id_]


async def test_within_the_nonces_life_nothing_is_searched(
    outbox: Outbox, port: FakePort, announcer: Announcer, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    port.plan[100] = [After(refusal(500)), refusal(429, 0, {"Retry-After": "1"})]
    (id_,) = await outbox.publish()
    for _ in range(3):
        await announcer.drain()
        await clock.advance(10)
    assert port.searches == []
    assert port.messages[100] == [id_]


async def test_without_any_trust_in_nonces_the_search_alone_keeps_it_once(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    port.forgets_nonces = True
    port.plan[100] = [After(refusal(500)), After(ConnectionResetError())]
    ids = await outbox.publish(2)
    announcer = make_announcer(outbox, port, rng, nonce_window=0)
    for _ in range(5):
        await announcer.drain()
        await clock.advance(10)
    assert port.messages[100] == ids[::-1] or port.messages[100] == ids
    assert await outbox.counts() == {SENT: 2}


async def test_where_nobody_can_look_it_is_rather_once_too_few(
    outbox: Outbox, port: FakePort, announcer: Announcer, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    port.closed = {100}
    id_ = await in_doubt(outbox, port, clock)
    (later,) = await outbox.publish()
    await announcer.drain()
    (row,) = await outbox.rows(id_)
    assert (row.state, row.reason) == (ABANDONED, "maybe-sent")
    assert port.messages[100] == [id_, later]


async def test_where_nobody_can_look_a_guild_may_want_it_rather_twice(
    outbox: Outbox, port: FakePort, announcer: Announcer, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    port.closed = {100}
    await outbox.store.guilds.edit(100, lambda guild: replace(guild, doubt=Doubt.RATHER_TWICE))
    id_ = await in_doubt(outbox, port, clock)
    await announcer.drain()
    assert port.messages[100] == [id_, id_]
    assert await outbox.states(id_) == [SENT]


async def test_every_line_of_a_delivery_bears_its_id(
    outbox: Outbox, port: FakePort, rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What libraries and lower layers log, too."""
    await outbox.subscribe(100, 101)
    (id_,) = await outbox.publish()
    original = FakePort.send

    async def send(self: FakePort, leased: LeasedDelivery, *, plain: bool = False) -> Sent:
        structlog.get_logger("some.library").info("sending", channel=leased.subscription.channel_id)
        return await original(self, leased, plain=plain)

    monkeypatch.setattr(FakePort, "send", send)
    with capture_logs(processors=[merge_contextvars]) as logs:
        await make_announcer(outbox, port, rng).drain()
    rows = {100 + number: row.id for number, row in enumerate(await outbox.rows(id_))}
    found = [(line["channel"], line["delivery"]) for line in logs if line["event"] == "sending"]
    assert sorted(found) == sorted(rows.items())
    assert {line["delivery"] for line in logs} == set(rows.values())
