"""Direct messages beside announcements: bounded, behind guilds, resting when Discord says so."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import pytest

from bot.core.model import DeliveryState, Subject
from bot.core.readers import Reached
from bot.delivery.announcer import Announcer
from bot.delivery.outcomes import probe_delay
from bot.delivery.port import NothingSentError
from bot.store import DirectMessageStatus
from tests.clock import FakeClock
from tests.delivery.fakes import FakePort, HandPace, Ledger, Outbox, make_announcer, refusal

VINO = Subject("V1NO")
PERSONS = range(7000, 7016)
SENT, PENDING = DeliveryState.SENT, DeliveryState.PENDING


@asynccontextmanager
async def running(announcer: Announcer) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(announcer.run())
    try:
        yield task
    finally:
        async with asyncio.timeout(30):
            await announcer.stop()
            await task


async def test_however_many_hang_guilds_find_room(
    outbox: Outbox, port: FakePort, rng: random.Random
) -> None:
    await outbox.follow(*PERSONS)
    stuck = asyncio.Event()
    for person in PERSONS:
        port.plan[person].append(stuck)
    await outbox.publish(1, VINO)
    announcer = make_announcer(outbox, port, rng, direct=8)
    async with running(announcer):
        await port.tried(8)
        await outbox.subscribe(100)
        await outbox.publish(1)
        announcer.wake()
        await port.tried(9)
        assert [channel for channel, *_ in port.tries][8:] == [100]
        assert port.most_at_once <= 9
        stuck.set()
        await port.tried(len(PERSONS) + 1)
    assert await outbox.counts() == {SENT: len(PERSONS) + 1}
    assert all(len(messages) == 1 for messages in port.messages.values())


async def test_all_of_them_come_by_and_by(
    outbox: Outbox, port: FakePort, rng: random.Random
) -> None:
    await outbox.follow(*PERSONS)
    await outbox.publish(3, VINO)
    announcer = make_announcer(outbox, port, rng, direct=4)
    async with running(announcer):
        await port.tried(3 * len(PERSONS))
    assert await outbox.counts() == {SENT: 3 * len(PERSONS)}
    assert port.most_in_one_channel == 1
    assert port.most_at_once <= 4


async def test_what_goes_to_guilds_later_passes_what_waits_for_persons(
    outbox: Outbox, port: FakePort, rng: random.Random
) -> None:
    await outbox.follow(*PERSONS)
    await outbox.subscribe(100, 101, 102)
    pace = HandPace()
    announcer = make_announcer(outbox, port, rng, pace, direct=4)
    await outbox.publish(1, VINO)
    async with running(announcer):
        await pace.queued(7)
        pace.give(7)
        await port.tried(7)
        await pace.queued(2)
        await outbox.publish(1)
        announcer.wake()
        await pace.queued(5)
        pace.give(1000)
        await port.tried(len(PERSONS) + 6)
    order = [channel for channel, *_ in port.tries]
    assert order[:3] == [100, 101, 102]
    # Beside those that were in hand already.
    assert set(order[7:14]) >= {100, 101, 102}


@pytest.mark.parametrize("status", [403, 400])
async def test_opened_too_fast_they_rest_and_come_later(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock, status: int
) -> None:
    await outbox.follow(*PERSONS)
    too_fast = NothingSentError(refusal(status, 40003))
    for person in PERSONS:
        port.plan[person].append(too_fast)
    await outbox.publish(1, VINO)
    pace, ledger = HandPace(), Ledger(outbox.store)
    announcer = make_announcer(outbox, port, rng, pace, ledger, direct=4)
    async with running(announcer):
        await pace.queued(4)
        pace.give(1)
        await port.tried(1)
        await clock.asleep(1)
        pace.give(1000)
        await ledger.reached(written=4)
        (wait,) = await clock.asleep(1)
        # The other three in hand were given back unsent.
        assert len(port.tries) == 1
        assert 15 <= wait <= 60
        assert await outbox.counts() == {PENDING: len(PERSONS)}
        port.plan.clear()
        # Some may be given back once more, so what counts is what was sent.
        async with asyncio.timeout(30):
            while await outbox.counts() != {SENT: len(PERSONS)}:
                sleeping = asyncio.create_task(clock.asleep(1, within=10))
                done, _ = await asyncio.wait([sleeping], timeout=0.05)
                if done:
                    await clock.advance(sleeping.result()[0])
                sleeping.cancel()
    assert await outbox.counts() == {SENT: len(PERSONS)}
    assert await outbox.store.follows.message_status(7000) is DirectMessageStatus.OPEN


async def test_rests_grow_while_discord_goes_on_refusing(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    await outbox.follow(7000)
    port.plan[7000] += [NothingSentError(refusal(403, 40003)) for _ in range(6)]
    await outbox.publish(1, VINO)
    announcer = make_announcer(outbox, port, rng)
    moments = []
    for _ in range(6):
        before = len(port.tries)
        while len(port.tries) == before:
            await announcer.drain()
            await clock.advance(10)
        moments.append(clock.monotonic())
    pauses = [after - before for before, after in itertools.pairwise(moments)]
    assert pauses == sorted(pauses)
    # The fifth is half a minute doubled four times, or half of that, and half a minute more.
    assert 45 <= pauses[0] <= 70
    assert 270 <= pauses[4] <= 520


@pytest.mark.parametrize(
    "cause", [refusal(503), ConnectionResetError(), TimeoutError(), refusal(429, 0)]
)
async def test_what_failed_before_the_message_left_no_doubt(
    outbox: Outbox,
    port: FakePort,
    rng: random.Random,
    cause: discord.HTTPException | ConnectionResetError | TimeoutError,
) -> None:
    await outbox.follow(7000)
    port.plan[7000].append(NothingSentError(cause))
    (id_,) = await outbox.publish(1, VINO)
    await make_announcer(outbox, port, rng).drain()
    (row,) = await outbox.rows(id_)
    assert (row.state, row.maybe_sent_at) == (PENDING, None)


async def test_who_has_to_tell_persons_hears_what_was_written_down(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    heard = []
    await outbox.follow(7000)
    await outbox.subscribe(100)
    port.plan[7000] += [refusal(403, 50278), refusal(403, 50007)]
    announcer = make_announcer(outbox, port, rng)
    announcer.on_direct = lambda person, what: heard.append((person, what))
    await outbox.publish(1, VINO)
    await announcer.drain()
    assert heard == [(7000, Reached.REFUSED)]
    assert await outbox.store.follows.message_status(7000) is DirectMessageStatus.CLOSED
    for _ in range(2):
        await outbox.store.follows.try_again(7000)
        await announcer.drain()
    assert heard[1:] == [(7000, Reached.REFUSED_AGAIN), (7000, Reached.ARRIVED)]


async def test_forgotten_amid_the_send_nobody_hears_anything(
    outbox: Outbox, port: FakePort, rng: random.Random
) -> None:
    heard = []
    await outbox.follow(7000)
    stuck = asyncio.Event()
    port.plan[7000].append(stuck)
    await outbox.publish(1, VINO)
    announcer = make_announcer(outbox, port, rng)
    announcer.on_direct = lambda person, what: heard.append((person, what))
    draining = asyncio.create_task(announcer.drain())
    await port.tried(1)
    await outbox.store.follows.forget(7000)
    stuck.set()
    await draining
    assert heard == []
    assert await outbox.counts() == {}


def test_persons_are_probed_from_hours_to_a_week() -> None:
    delays = [
        [probe_delay(n, random.Random(seed), direct=True) for seed in range(50)] for n in (0, 99)
    ]
    assert 3 * 3600 <= min(delays[0]) < max(delays[0]) <= 6 * 3600
    assert 3.5 * 86_400 <= min(delays[1]) < max(delays[1]) <= 7 * 86_400
