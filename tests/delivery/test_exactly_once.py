"""Whatever happens in whatever order, each channel gets each interview once."""

import random
from datetime import timedelta

import discord
import pytest

from bot.core.model import DeliveryState
from tests.clock import FakeClock
from tests.delivery.fakes import After, FakePort, Outbox, make_announcer, refusal

CHANNELS = range(100, 106)


def misfortune(rng: random.Random) -> discord.HTTPException | After | ConnectionResetError | None:
    """What befalls one send, if anything."""
    return rng.choice(
        [
            None,
            refusal(500),
            refusal(503),
            ConnectionResetError(),
            After(refusal(500)),
            After(refusal(504)),
            After(ConnectionResetError()),
            After(TimeoutError()),
            refusal(429, 0, {"Retry-After": "3", "X-RateLimit-Scope": "shared"}),
            refusal(403, 50013),
            refusal(400, 50035),
        ]
    )


async def crash(outbox: Outbox, port: FakePort, clock: FakeClock, rng: random.Random) -> None:
    """Killed amid sending: some of what was leased arrived, and nobody wrote it down."""
    now = clock.now()
    for leased in await outbox.store.outbox.lease_due(now, now + timedelta(seconds=180), 10):
        since = leased.delivery.maybe_sent_at
        channel = leased.subscription.channel_id
        if since is None and not port.plan[channel] and rng.random() < 0.5:
            await port.send(leased)
    await outbox.store.repairs.take_over_leases(now)


@pytest.mark.parametrize("forgetful", [False, True])
@pytest.mark.parametrize("seed", range(8))
async def test_once(
    outbox: Outbox, port: FakePort, clock: FakeClock, seed: int, forgetful: bool
) -> None:
    rng = random.Random(seed)
    port.forgets_nonces = forgetful
    await outbox.subscribe(*CHANNELS)
    ids: list[int] = []
    for _ in range(12):
        if len(ids) < 3:
            ids += await outbox.publish()
        for channel in CHANNELS:
            if rng.random() < 0.4 and (step := misfortune(rng)) is not None:
                port.plan[channel].append(step)
        if rng.random() < 0.4:
            await crash(outbox, port, clock, rng)
        window = 0 if forgetful else 10**9
        await make_announcer(outbox, port, rng, nonce_window=window).drain()
        await clock.advance(rng.choice([1, 30, 1200]))
    port.plan.clear()
    for _ in range(6):
        await clock.advance(86_400)
        await make_announcer(outbox, port, rng, nonce_window=window).drain()

    counts = await outbox.counts()
    assert set(counts) <= {DeliveryState.SENT, DeliveryState.ABANDONED}
    assert sum(counts.values()) == len(ids) * len(CHANNELS)
    given_up = {
        (row.interview_id, row.subscription_id)
        for id_ in ids
        for row in await outbox.rows(id_)
        if row.state is DeliveryState.ABANDONED
    }
    # Given up is only what was refused twice, rich and plain, by a 400; nobody saw it.
    for channel in CHANNELS:
        messages = port.messages[channel]
        assert len(messages) == len(set(messages))
    assert sum(map(len, port.messages.values())) == counts[DeliveryState.SENT]
    assert len(given_up) == counts.get(DeliveryState.ABANDONED, 0)


async def test_the_search_is_what_keeps_it_once(
    outbox: Outbox, port: FakePort, clock: FakeClock
) -> None:
    """The test above can fail: without the search, forgotten nonces double."""
    port.forgets_nonces = True
    await outbox.subscribe(100)
    port.plan[100] = [After(refusal(500))]
    await outbox.publish()
    rng = random.Random(1)
    for _ in range(3):
        await make_announcer(outbox, port, rng, nonce_window=10**9).drain()
        await clock.advance(60)
    assert len(port.messages[100]) == 2
