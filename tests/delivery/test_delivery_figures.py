"""How long deliveries took, as monitors are told."""

import random
from dataclasses import replace
from datetime import timedelta

from bot.core.model import Conclusion, DeliveryState
from bot.store import LeasedDelivery
from bot.web.metrics import Metrics
from tests.clock import FakeClock
from tests.delivery.fakes import FakePort, Outbox, make_announcer, refusal
from tests.web.port import samples, well


def latencies(metrics: Metrics, clock: FakeClock) -> dict[str, float]:
    found = samples(metrics.render(well(clock.now())).decode())
    return {
        name.removeprefix("kcrush_").removesuffix("_latency_seconds_sum"): value
        for (name, _), value in found.items()
        if name.endswith("_latency_seconds_sum")
    }


async def test_latency_runs_from_the_queue_and_from_the_publication(
    outbox: Outbox, port: FakePort, rng: random.Random, clock: FakeClock
) -> None:
    metrics, settled = Metrics(clock), list[tuple[LeasedDelivery, Conclusion]]()
    announcer = make_announcer(outbox, port, rng)

    def note(leased: LeasedDelivery, conclusion: Conclusion) -> None:
        settled.append((leased, conclusion))
        metrics.note_delivery(leased, conclusion)

    announcer.on_settled = note
    await outbox.subscribe(100)
    port.plan[100] = [refusal(503)]
    await outbox.publish()
    await announcer.drain()
    assert latencies(metrics, clock) == {"delivery": 0.0, "publication": 0.0}
    await clock.advance(600)
    await announcer.drain()
    assert [conclusion.state for _, conclusion in settled] == [
        DeliveryState.PENDING,
        DeliveryState.SENT,
    ]
    assert latencies(metrics, clock) == {"delivery": 600.0, "publication": 0.0}

    leased, conclusion = settled[-1]
    metrics.note_delivery(replace(leased, digest=(leased.interview,)), conclusion)
    assert latencies(metrics, clock) == {"delivery": 600.0, "publication": 0.0}
    published_at = clock.now() - timedelta(hours=3)
    dated = replace(leased.interview.interview, published_at=published_at)
    dated_delivery = replace(leased, interview=replace(leased.interview, interview=dated))
    metrics.note_delivery(dated_delivery, conclusion)
    assert latencies(metrics, clock) == {"delivery": 1200.0, "publication": 10800.0}
