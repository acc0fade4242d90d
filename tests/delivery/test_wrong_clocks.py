"""Clocks that go wrong: no message comes twice, and none waits for an hour that was never meant."""

import random
from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.discord_time import DiscordTime
from bot.core.model import DeliveryState, Frequency, Timetable
from bot.delivery.outcomes import must_search
from sandbox.entities import ChannelType
from sandbox.faults import Rule
from tests.clock import FakeClock
from tests.delivery.fakes import FakePort, Outbox, make_announcer, refusal
from tests.delivery.stage import Stage, spoken
from tests.delivery.test_channel_kinds import posts

CREATE = r"POST /channels/\d+/(messages|threads)$"


def set_clock(stage: Stage, seconds: float) -> None:
    """Let Discord's clock differ from ours from now on."""
    world = stage.sandbox.world
    real = world.clock
    world.clock = lambda: real() + seconds
    world._ids._clock = world.clock


class SteppedClock(FakeClock):
    """A clock whose wall time can be set, while its monotonic time goes on."""

    step = timedelta()

    def now(self) -> datetime:
        return super().now() + self.step


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
@pytest.mark.parametrize("ahead", [-7 * 60, -300, 300, 7 * 60, 3600])
async def test_a_wall_clock_that_is_wrong_makes_no_second_message(
    on_stage: Stage, kind: ChannelType, ahead: float
) -> None:
    """Discord's clock is right and ours is `ahead` by so many seconds."""
    world = on_stage.sandbox.world
    world.nonce_window = 60.0
    channel = on_stage.channel(kind)
    await on_stage.subscribe(channel)
    set_clock(on_stage, -ahead)
    on_stage.sandbox.faults.add(Rule(match=CREATE, times=1, status=500, when="after"))
    await on_stage.client.fetch_guild(on_stage.guild.id)
    number = await on_stage.publish()
    await on_stage.deliver()
    for _ in range(3):
        await on_stage.clock.advance(400)
        await on_stage.deliver()
    places = posts(on_stage, channel) or [channel]
    assert sum(len(spoken(place)) for place in places) == 1
    assert (await on_stage.row(number)).state is DeliveryState.SENT


async def test_a_step_back_between_two_tries_makes_no_second_message(on_stage: Stage) -> None:
    world = on_stage.sandbox.world
    world.nonce_window = 60.0
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel)
    on_stage.sandbox.faults.add(Rule(match=CREATE, times=1, status=500, when="after"))
    await on_stage.publish()
    await on_stage.deliver()
    # Ten minutes pass, and our wall clock shows one.
    set_clock(on_stage, 540)
    await on_stage.clock.advance(60)
    await on_stage.client.fetch_guild(on_stage.guild.id)
    await on_stage.deliver()
    assert len(spoken(channel)) == 1


async def test_a_doubt_in_the_future_is_old(outbox: Outbox, clock: SteppedClock) -> None:
    await outbox.subscribe(100)
    (id_,) = await outbox.publish()
    now = clock.now()
    (leased,) = await outbox.store.outbox.lease_due(now, now + timedelta(seconds=180), 1)
    await outbox.store.repairs.take_over_leases(now)
    (row,) = await outbox.rows(id_)
    assert row.maybe_sent_at == now
    assert must_search(row, now - timedelta(seconds=1), 120.0, has_nonce=True)
    assert not must_search(row, now, 120.0, has_nonce=True)
    assert leased.delivery.maybe_sent_at is None


@pytest.mark.parametrize(
    "wrong",
    [timedelta(days=4 * 365), timedelta(hours=9), -timedelta(days=56 * 365)],
    ids=["2030", "nine hours ahead", "1970"],
)
async def test_what_waits_by_a_wrong_clock_is_sent_when_the_clock_is_set(
    outbox: Outbox, port: FakePort, clock: SteppedClock, rng: random.Random, wrong: timedelta
) -> None:
    await outbox.subscribe(100, 101)
    clock.step = wrong
    port.plan[100] = [refusal(503)] * 3
    await outbox.publish()
    announcer = make_announcer(outbox, port, rng)
    await announcer.drain()
    clock.step = timedelta()
    await announcer._check_clock()
    for _ in range(4):
        await clock.advance(310)
        await announcer.drain()
    assert await outbox.counts() == {DeliveryState.SENT: 2}


async def test_while_something_waits_the_clock_is_looked_at_every_minute(
    outbox: Outbox, port: FakePort, clock: SteppedClock, rng: random.Random
) -> None:
    await outbox.subscribe(100)
    port.plan[100] = [refusal(429, 0, {"Retry-After": "7200", "X-RateLimit-Scope": "shared"})]
    await outbox.publish()
    announcer = make_announcer(outbox, port, rng)
    await announcer.drain()
    pause = await announcer.work()
    assert pause is not None
    assert pause <= 60.0


async def test_a_digest_waits_for_its_hour_by_the_clock_that_is_right(on_stage: Stage) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel, timetable=Timetable(Frequency.DAILY, hour=18))
    number = await on_stage.publish()
    due = (await on_stage.row(number)).next_attempt_at
    now = on_stage.clock.now()
    await on_stage.store.repairs.repair_due_times(now)
    assert (await on_stage.row(number)).next_attempt_at == due
    # Written by a clock that was four years ahead: due at the hour that comes.
    await on_stage.store.repairs.repair_due_times(now - timedelta(days=4 * 365))
    assert (await on_stage.row(number)).next_attempt_at < now - timedelta(days=4 * 365 - 2)


# ---------------------------------------------------------------- Discord's time


def test_the_date_of_an_answer_tells_the_skew(
    clock: SteppedClock, logs: list[MutableMapping[str, Any]]
) -> None:
    time = DiscordTime(clock)
    assert time.now() is None
    time.note("not a date")
    assert (time.now(), time.skew) == (None, None)
    at = clock.now() - timedelta(seconds=420)
    time.note(at.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"))
    assert time.skew == 420.0
    assert [(entry["event"], entry["seconds"]) for entry in logs] == [("clock.skewed", 420)]
    clock.step = -timedelta(seconds=420)
    assert time.now() == at
    assert time.skew == 0.0
