"""What need not be sent any more is not, however far it had got; what stands is known."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.core.model import DeliveryState, Frequency, Timetable
from bot.delivery.outcomes import Obsolete
from bot.delivery.restored import look_for_restored
from bot.store.tables import deliveries, interviews
from sandbox.entities import ChannelType
from sandbox.faults import Rule
from tests.clock import FakeClock
from tests.cogs.stage import read
from tests.delivery.fakes import FakePort, Outbox, make_announcer
from tests.delivery.stage import Stage, spoken
from tests.delivery.test_direct_messages import follow, got, person
from tests.store.rows import deliveries_of

CREATE = r"POST /channels/\d+/messages$"


async def withdraw(stage: Stage, number: int) -> None:
    assert await stage.store.interviews.withdraw(number, stage.clock.now())


async def test_withdrawn_between_two_tries_it_does_not_come(on_stage: Stage) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel)
    limited = Rule(match=CREATE, times=1, status=429, retry_after=60, scope="shared")
    on_stage.sandbox.faults.add(limited)
    number = await on_stage.publish()
    now = on_stage.clock.now()
    (leased,) = await on_stage.store.outbox.lease_due(now, now + timedelta(seconds=180), 1)
    await withdraw(on_stage, number)
    assert await on_stage.store.outbox.obsolete_reason(leased) == "withdrawn"
    outcome = await on_stage.announcer._send(leased)
    assert isinstance(outcome, Obsolete)
    assert outcome.reason == "withdrawn"
    await on_stage.announcer._outcomes.write(leased, outcome)
    row = await on_stage.row(number)
    assert (row.state, row.reason) == (DeliveryState.SUPERSEDED, "withdrawn")
    assert spoken(channel) == []
    assert limited.fired == 0


async def test_withdrawn_while_it_was_leased_it_is_superseded_by_the_next_lease(
    outbox: Outbox, clock: FakeClock
) -> None:
    await outbox.subscribe(100)
    (id_,) = await outbox.publish()
    async with outbox.store.database.transaction() as tx:
        await tx.execute(interviews.update().values(withdrawn_at=clock.now()))
    now = clock.now()
    assert await outbox.store.outbox.lease_due(now, now + timedelta(seconds=180), 1) == []
    (row,) = await outbox.rows(id_)
    assert (row.state, row.reason) == (DeliveryState.SUPERSEDED, "withdrawn")


async def test_withdrawn_after_it_may_have_arrived_it_is_found_and_edited(
    on_stage: Stage,
) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel)
    on_stage.sandbox.faults.add(Rule(match=CREATE, times=1, status=500, when="after"))
    number = await on_stage.publish()
    await on_stage.deliver()
    await withdraw(on_stage, number)
    await on_stage.clock.advance(5)
    await on_stage.deliver()
    (message,) = spoken(channel)
    row = await on_stage.row(number)
    assert (row.state, row.message_id) == (DeliveryState.SENT, message.id)
    assert on_stage.asked("POST", "/messages") == 1


async def test_unfollowed_between_two_tries_it_does_not_come(on_stage: Stage) -> None:
    user = person(on_stage)
    await follow(on_stage, user)
    number = await on_stage.publish()
    now = on_stage.clock.now()
    (leased,) = await on_stage.store.outbox.lease_due(now, now + timedelta(seconds=180), 1)
    (one,) = await on_stage.store.follows.followed(user.id)
    await on_stage.store.follows.remove(user.id, one.id)
    outcome = await on_stage.announcer._send(leased)
    await on_stage.announcer._outcomes.write(leased, outcome)
    row = await on_stage.row(number)
    assert (row.state, row.reason) == (DeliveryState.SUPERSEDED, "unfollowed")
    assert got(on_stage, user) == []


async def test_paused_after_it_was_leased_it_waits(on_stage: Stage) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    one = await on_stage.subscribe(channel)
    number = await on_stage.publish()
    now = on_stage.clock.now()
    (leased,) = await on_stage.store.outbox.lease_due(now, now + timedelta(seconds=180), 1)
    assert await on_stage.store.subscriptions.pause(one.guild_id, one.id)
    outcome = await on_stage.announcer._send(leased)
    await on_stage.announcer._outcomes.write(leased, outcome)
    await on_stage.deliver()
    assert spoken(channel) == []
    assert (await on_stage.row(number)).state is DeliveryState.PENDING


async def test_a_digest_of_which_one_was_withdrawn_after_its_lease_leaves_it_out(
    on_stage: Stage,
) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel, timetable=Timetable(Frequency.DAILY, hour=18))
    first = await on_stage.publish(title="First of the digest")
    await on_stage.publish(title="Second of the digest")
    await on_stage.clock.advance(86_400)
    now = on_stage.clock.now()
    (leased,) = await on_stage.store.outbox.lease_due(now, now + timedelta(seconds=180), 1)
    await withdraw(on_stage, first)
    outcome = await on_stage.announcer._send(leased)
    await on_stage.announcer._outcomes.write(leased, outcome)
    assert spoken(channel) == []
    await on_stage.deliver()
    (message,) = spoken(channel)
    assert "Second of the digest" in read(message)
    assert "First of the digest" not in read(message)


# ---------------------------------------------------------------- stored wrongly


@pytest.mark.parametrize(
    "broken",
    [
        # PostgreSQL has a type for JSON, and refuses this.
        pytest.param("frame = '{\"intro\": 1'", marks=pytest.mark.sqlite),
        "frame = '[]'",
        "subjects = '[1]'",
        "tags = 'null'",
    ],
)
async def test_an_interview_that_can_not_be_decoded_is_set_aside_and_the_batch_goes_on(
    outbox: Outbox, port: FakePort, clock: FakeClock, rng: random.Random, broken: str
) -> None:
    await outbox.subscribe(100, 101)
    bad, good = await outbox.publish(2)
    async with outbox.store.database.transaction() as tx:
        await tx.execute(sa.text(f"UPDATE interviews SET {broken} WHERE id = {bad}"))  # noqa: S608
    for _ in range(3):
        await make_announcer(outbox, port, rng).drain()
        await clock.advance(60)
    assert {channel: port.messages[channel] for channel in (100, 101)} == {100: [good], 101: [good]}
    rows = await outbox.rows(bad)
    assert {(row.state, row.reason) for row in rows} == {(DeliveryState.PENDING, "unreadable")}
    assert {row.maybe_sent_at for row in rows} == {None}


# ---------------------------------------------------------------- nonces, restored databases


async def test_nonces_are_random_and_fit(outbox: Outbox) -> None:
    await outbox.subscribe(*range(100, 120))
    ids = await outbox.publish(2)
    nonces = [row.nonce for id_ in ids for row in await outbox.rows(id_)]
    assert len(set(nonces)) == 40
    assert {len(nonce) for nonce in nonces} == {24}


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.ANNOUNCEMENT, ChannelType.FORUM])
async def test_a_restored_database_announces_nothing_a_second_time(
    on_stage: Stage, kind: ChannelType
) -> None:
    channels = [on_stage.channel(kind) for _ in range(3)]
    for channel in channels:
        await on_stage.subscribe(channel)
    first = await on_stage.publish()
    await on_stage.deliver()
    port = on_stage.announcer._port
    await on_stage.clock.advance(60)
    assert not await look_for_restored(on_stage.store, port, on_stage.clock.now())
    second = await on_stage.publish()
    await on_stage.deliver()
    assert not await look_for_restored(on_stage.store, port, on_stage.clock.now())
    made = on_stage.asked("POST", "/messages") + on_stage.asked("POST", "/threads")
    # The backup is of before the second one, which is found in the feed anew, hours later.
    async with on_stage.store.database.transaction() as tx:
        await tx.execute(sa.text("DELETE FROM extras"))
        await tx.execute(deliveries.delete().where(deliveries.c.interview_id == second))
    await on_stage.clock.advance(7200)
    assert await look_for_restored(on_stage.store, port, on_stage.clock.now())
    async with on_stage.store.transaction() as tx:
        await tx.outbox.enqueue(second, on_stage.clock.now())
    await on_stage.deliver()
    third = await on_stage.publish()
    await on_stage.deliver()
    again = on_stage.asked("POST", "/messages") + on_stage.asked("POST", "/threads")
    assert again - made == 3
    for number in (first, second, third):
        rows = await deliveries_of(on_stage.store, number)
        assert {row.state for row in rows} == {DeliveryState.SENT}


async def test_a_killed_process_leaves_no_database_that_seems_restored(on_stage: Stage) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel)
    await on_stage.publish()
    await on_stage.deliver()
    on_stage.sandbox.faults.add(Rule(match=CREATE, times=1, status=500, when="after"))
    await on_stage.publish()
    await on_stage.deliver()
    assert len(spoken(channel)) == 2
    found = await look_for_restored(on_stage.store, on_stage.announcer._port, on_stage.clock.now())
    assert not found
