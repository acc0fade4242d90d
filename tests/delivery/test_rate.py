"""Processes that part the rate: simulated ones, which die, freeze, and can't reach the store."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict
from structlog.testing import capture_logs
from yarl import URL

from bot.core.clock import Clock
from bot.core.discord_limits import GLOBAL_LIMIT
from bot.core.errors import StoreError
from bot.delivery.pacing import JITTER, Pacer
from bot.delivery.rate import MARGIN, keep_rate
from bot.store.rate import RATE_LEASE, share
from tests.machines import Process, World
from tests.virtual import in_virtual_time

AUTHORIZED = CIMultiDict({"Authorization": "Bot token"})
SENDERS = 60
"""Announcements that a process has to send at any time."""

CROWD = 30
"""Persons who come at once."""

LOST = 2.0
"""Seconds until a process gives the store up."""


@dataclass
class Row:
    slots: int = 0
    until: float = 0.0
    version: int = 0


class FakeStore:
    """Leases as PostgreSQL keeps them: with a clock of its own, and transactions that fail when
    anything was changed since they began to read."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world = world
        self.rng = rng
        self.rows: dict[int, Row] = {}
        self.down_until = 0.0
        self.changes = 0

    @property
    def now(self) -> float:
        return 1e6 + self.world.now * 1.0005

    def begin(self, own: int, held: int) -> tuple[int, int, int]:
        """Read, and decide: what is usable, what is leased, and the changes seen."""
        holding = {id_: row.slots for id_, row in self.rows.items() if row.until > self.now}
        held = held if holding.pop(own, None) is not None else 0
        return *share(GLOBAL_LIMIT, own, holding, held), self.changes

    def commit(self, own: int, leased: int, seen: int) -> bool:
        if seen != self.changes:
            return False
        self.changes += 1
        self.rows[own] = Row(leased, self.now + RATE_LEASE)
        return True


class FakeLease:
    """One process's way to the store, which can be disturbed."""

    def __init__(self, store: FakeStore, process: Process, id_: int) -> None:
        self.store, self.process, self.id = store, process, id_
        self.deaf_until = self.mute_until = self.slow_until = 0.0

    async def renew(self, held: int) -> int:
        try:
            async with asyncio.timeout(LOST):
                while True:
                    usable, leased, seen = await self._ask(partial(self.store.begin, self.id, held))
                    if await self._ask(partial(self.store.commit, self.id, leased, seen)):
                        return int(usable)
        except TimeoutError:
            raise StoreError("store.unreachable", path="") from None

    def _way(self) -> float:
        """Seconds from the process to the store, or back."""
        slow = 2.5 if self.store.world.now < self.slow_until else 0.01
        return self.store.rng.uniform(0.0, slow)

    async def _ask(self, question: Callable[[], Any]) -> Any:
        """One question to the store. It may get there when this process has given up."""
        world = self.store.world
        answer = self.process.create_future()

        def arrive() -> None:
            if world.now < max(self.deaf_until, self.store.down_until):
                return
            found = question()
            if world.now >= self.mute_until:
                back = partial(self.process.soon, partial(_set, answer, found))
                world.after(self._way(), back)

        world.after(self._way(), arrive)
        return await answer


def _set(answer: "asyncio.Future[Any]", result: object) -> None:
    if not answer.done():
        answer.set_result(result)


class LoopClock:
    """A ``Clock`` of the running loop's time."""

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class Bot:
    """A process that has more to send than it may."""

    def __init__(self, town: "Town", id_: int) -> None:
        self.town = town
        self.process = Process(town.world)
        self.lease = FakeLease(town.store, self.process, id_)
        self.process.begin(self._run())

    async def _run(self) -> None:
        pacer = Pacer(now=self.process.time)
        pacer.lease(0, -1.0)
        self.trace = aiohttp.TraceConfig()
        pacer.watch(self.trace)
        self.trace.freeze()
        clock: Clock = LoopClock()  # type: ignore[assignment]
        lease: Any = self.lease
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_rate(lease, pacer, clock, lambda: None))
            tasks.create_task(self._persons(tasks))
            for _ in range(SENDERS):
                tasks.create_task(self._announce(pacer))

    async def _announce(self, pacer: Pacer) -> None:
        while True:
            await pacer.turn()
            await self._post()

    async def _persons(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            await asyncio.sleep(self.town.rng.uniform(0.0, 0.8))
            for _ in range(self.town.rng.choice([1, 1, CROWD])):
                tasks.create_task(self._post())

    async def _post(self) -> None:
        """One request, as aiohttp traces it; one of ten makes a connection first."""
        trace, rng, world = self.trace, self.town.rng, self.town.world
        context = trace.trace_config_ctx()
        told = ("POST", URL("http://discord/channels/1/messages"), AUTHORIZED)
        session: Any = None
        response: Any = None
        start = aiohttp.TraceRequestStartParams(*told)
        await trace.on_request_start.send(session, context, start)
        if rng.random() < 0.1:
            await asyncio.sleep(rng.uniform(0.02, 0.3))
            await trace.on_connection_create_end.send(
                session, context, aiohttp.TraceConnectionCreateEndParams()
            )
        sent = aiohttp.TraceRequestHeadersSentParams(*told)
        await trace.on_request_headers_sent.send(session, context, sent)
        answer = self.process.create_future()
        world.after(rng.uniform(0.0, JITTER), lambda: self._arrive(answer))
        if await answer:
            ended: Any = aiohttp.TraceRequestEndParams(*told, response)
            await trace.on_request_end.send(session, context, ended)
        else:
            failed = aiohttp.TraceRequestExceptionParams(*told, OSError())
            await trace.on_request_exception.send(session, context, failed)

    def _arrive(self, answer: "asyncio.Future[bool]") -> None:
        rng, world = self.town.rng, self.town.world
        self.town.arrived.append(world.now)
        is_answered = rng.random() > 0.02
        world.after(
            rng.uniform(0.05, 0.12), partial(self.process.soon, partial(_set, answer, is_answered))
        )


class Town:
    """All of it."""

    def __init__(self, number: int, seed: int) -> None:
        self.rng = random.Random(seed)
        self.world = World()
        self.store = FakeStore(self.world, self.rng)
        self.arrived: list[float] = []
        self.bots: list[Bot] = []
        for _ in range(number):
            self.join()

    def join(self) -> None:
        self.bots.append(Bot(self, len(self.bots) + 1))

    def disturb(self, what: str, which: int, seconds: float) -> None:
        bot, until = self.bots[which % len(self.bots)], self.world.now + seconds
        match what:
            case "join":
                self.join()
            case "kill":
                bot.process.kill()
            case "freeze":
                bot.process.freeze(seconds)
            case "deaf":
                bot.lease.deaf_until = until
            case "mute":
                bot.lease.mute_until = until
            case "slow":
                bot.lease.slow_until = until
            case "down":
                self.store.down_until = until


def busiest(arrived: list[float]) -> int:
    first, most = 0, 0
    for last, moment in enumerate(arrived):
        while arrived[first] <= moment - 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


@contextlib.contextmanager
def town(number: int, seed: int) -> Any:
    found = Town(number, seed)
    try:
        yield found
    finally:
        found.world.close()


DISTURBANCE = st.tuples(
    st.floats(0.0, 2.5),
    st.sampled_from(["join", "kill", "freeze", "deaf", "mute", "slow", "down"]),
    st.integers(0, 5),
    st.one_of(st.floats(0.0, 1.5), st.floats(1.0, 6.0)),
)


@settings(max_examples=40)
@given(st.integers(1, 4), st.integers(0, 2**32), st.lists(DISTURBANCE, max_size=6))
def test_no_second_sees_more_than_the_limit_whatever_befalls_the_processes(
    number: int, seed: int, disturbances: list[tuple[float, str, int, float]]
) -> None:
    with town(number, seed) as found:
        found.world.play(3.0)
        for pause, what, which, seconds in disturbances:
            found.world.play(found.world.now + pause)
            found.disturb(what, which, seconds)
        found.world.play(found.world.now + 6.0)
        assert busiest(found.arrived) <= GLOBAL_LIMIT


@pytest.mark.parametrize("number", [1, 2, 3, 7, 50])
def test_all_of_the_rate_is_used(number: int) -> None:
    with town(number, number) as found:
        found.world.play(6.0)
        del found.arrived[:]
        found.world.play(10.0)
        assert busiest(found.arrived) <= GLOBAL_LIMIT
        assert len(found.arrived) / 4.0 > 0.93 * GLOBAL_LIMIT


@in_virtual_time
async def test_a_lease_counts_from_before_the_store_was_asked() -> None:
    """However late the answer comes."""
    loop = asyncio.get_running_loop()
    pacer = Pacer(now=loop.time)
    pacer.lease(0, loop.time())
    asked: list[int] = []

    class LateLease:
        async def renew(self, held: int) -> int:
            asked.append(held)
            await asyncio.sleep(1.5 if len(asked) == 1 else 60.0)
            return 20

    lease: Any = LateLease()
    clock: Clock = LoopClock()  # type: ignore[assignment]
    keeping = asyncio.create_task(keep_rate(lease, pacer, clock, lambda: None))
    await asyncio.sleep(RATE_LEASE - MARGIN - 0.1)
    await pacer.turn()
    await asyncio.sleep(0.2)
    late = asyncio.create_task(pacer.turn())
    await asyncio.sleep(10.0)
    assert not late.done()
    # What lapsed is not counted as held, but for what was used a moment ago.
    assert asked == [0, 20]
    assert pacer.held == 0
    late.cancel()
    keeping.cancel()
    await asyncio.wait([late, keeping])


@in_virtual_time
async def test_a_process_without_a_share_says_so_once_until_it_has_one() -> None:
    loop = asyncio.get_running_loop()
    pacer = Pacer(now=loop.time)
    granted = 0

    class Lease:
        async def renew(self, held: int) -> int:
            del held
            return granted

    lease: Any = Lease()
    clock: Clock = LoopClock()  # type: ignore[assignment]
    with capture_logs() as logs:
        keeping = asyncio.create_task(keep_rate(lease, pacer, clock, lambda: None))
        told = []
        for seconds, granted in ((9.0, 0), (30.0, 0), (2.0, 5), (9.0, 0), (30.0, 0)):  # noqa: B007
            await asyncio.sleep(seconds)
            told.append(sum(one["event"] == "rate.no-share" for one in logs))
        keeping.cancel()
        await asyncio.wait([keeping])
    assert told == [0, 1, 1, 1, 2]
