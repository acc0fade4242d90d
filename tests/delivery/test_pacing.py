"""The pacer: its bounds to the millisecond in virtual time, and once before a real server."""

import asyncio
import contextvars
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.web_request import Request
from aiohttp.web_response import Response
from multidict import CIMultiDict
from yarl import URL

from bot.core.discord_limits import GLOBAL_LIMIT
from bot.delivery.pacing import Pacer
from tests.virtual import in_virtual_time

ROUTE = "/channels/1/messages"
AUTHORIZED = {"Authorization": "Bot token"}


def loop_time() -> float:
    return asyncio.get_running_loop().time()


async def moments(take: Callable[[], Awaitable[object]], number: int) -> list[float]:
    """When each of so many turns was had, all asked for at once."""
    clock = asyncio.get_running_loop().time
    had = []

    async def one() -> None:
        await take()
        had.append(clock())

    await asyncio.gather(*(one() for _ in range(number)))
    return had


def busiest(had: list[float], window: float = 1.0) -> int:
    """The most of them in any one second (or `window`)."""
    return max(
        sum(first <= moment < first + window for moment in had[start:])
        for start, first in enumerate(had)
    )


class Wire:
    """A client in virtual time, heard by a pacer as aiohttp's is, and what arrives at its end."""

    def __init__(
        self, pacer: Pacer, *, fails: float = 0.0, held_up: float = 0.0, connecting: float = 0.0
    ) -> None:
        self.arrived: list[float] = []
        self._rng = random.Random(5)
        self._fails = fails
        self._held_up = held_up
        self._connecting = connecting
        self._trace = aiohttp.TraceConfig()
        pacer.watch(self._trace)
        self._trace.freeze()

    async def post(
        self, headers: dict[str, str], on_start: Callable[[], object] = lambda: None
    ) -> None:
        trace, url = self._trace, URL(f"http://discord{ROUTE}")
        context = trace.trace_config_ctx()
        told = ("POST", url, CIMultiDict(headers))
        session: Any = None  # The pacer asks nothing of these two.
        response: Any = None
        await trace.on_request_start.send(session, context, aiohttp.TraceRequestStartParams(*told))
        on_start()
        if self._connecting:
            await asyncio.sleep(self._connecting)
            made = aiohttp.TraceConnectionCreateEndParams()
            await trace.on_connection_create_end.send(session, context, made)
        await trace.on_request_headers_sent.send(
            session, context, aiohttp.TraceRequestHeadersSentParams(*told)
        )
        delayed = self._rng.random() < self._held_up
        await asyncio.sleep(0.4 if delayed else self._rng.uniform(0, 0.01))
        self.arrived.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._rng.uniform(0.04, 0.08))
        if self._rng.random() < self._fails:
            await trace.on_request_exception.send(
                session, context, aiohttp.TraceRequestExceptionParams(*told, OSError())
            )
        else:
            await trace.on_request_end.send(
                session, context, aiohttp.TraceRequestEndParams(*told, response)
            )


class Counter:
    """A server that answers after a while of its own, and notes when requests arrived."""

    def __init__(self, rng: random.Random) -> None:
        self.arrived: list[float] = []
        self._rng = rng
        self.url = ""

    async def answer(self, request: Request) -> Response:
        await asyncio.sleep(self._rng.uniform(0, 0.01))  # On its way.
        self.arrived.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._rng.uniform(0.04, 0.08))
        if self._rng.random() < 0.3:
            assert request.transport is not None
            request.transport.abort()
        return web.Response()


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    counter = Counter(random.Random(5))
    app = web.Application()
    app.router.add_post("/{tail:.*}", counter.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    counter.url = f"http://127.0.0.1:{runner.addresses[0][1]}{ROUTE}"
    yield counter
    await runner.cleanup()


async def test_a_real_server_sees_no_more_than_the_limit(counter: Counter) -> None:
    """Of a real client's requests, however unevenly they arrive, answered or cut off."""
    pacer, trace = Pacer(20), aiohttp.TraceConfig()
    pacer.watch(trace)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(trace_configs=[trace], connector=connector) as session:

        async def announce() -> None:
            await pacer.turn()
            try:
                async with session.post(counter.url, headers=AUTHORIZED):
                    pass
            except aiohttp.ClientError:
                pass

        await asyncio.gather(*(announce() for _ in range(45)))
    assert len(counter.arrived) == 45
    # A busy machine under test delays more than a network does.
    assert busiest(counter.arrived, 0.9) <= 20


@in_virtual_time
async def test_no_second_sees_more_than_the_limit() -> None:
    assert busiest(await moments(Pacer().turn, 170)) <= GLOBAL_LIMIT


@in_virtual_time
async def test_the_limit_is_used() -> None:
    had = await moments(Pacer().turn, 90)
    assert 1.0 <= had[-1] - had[0] <= 90 / GLOBAL_LIMIT


@in_virtual_time
async def test_a_fan_out_begins_without_a_crowd() -> None:
    """Fifty cards drawn at once would keep whoever uses the bot waiting."""
    had = await moments(Pacer().turn, 90)
    assert busiest(had, 0.1) <= 2 * GLOBAL_LIMIT * 0.1


@pytest.mark.parametrize("fails", [0, 0.3])
@in_virtual_time
async def test_no_second_sees_more_than_the_limit_at_the_other_end(fails: float) -> None:
    pacer = Pacer(20)
    wire = Wire(pacer, fails=fails)

    async def announce() -> None:
        await pacer.turn()
        await wire.post(AUTHORIZED)

    await asyncio.gather(*(announce() for _ in range(70)))
    assert len(wire.arrived) == 70
    assert busiest(wire.arrived) <= 20
    assert wire.arrived[-1] - wire.arrived[0] <= 4.0


@in_virtual_time
async def test_what_the_network_held_up_makes_no_crowd() -> None:
    pacer = Pacer(20)
    wire = Wire(pacer, held_up=0.02)

    async def announce() -> None:
        await pacer.turn()
        await wire.post(AUTHORIZED)

    await asyncio.gather(*(announce() for _ in range(400)))
    assert busiest(sorted(wire.arrived), 0.9) <= 20


@in_virtual_time
async def test_requests_without_a_turn_are_counted_too() -> None:
    pacer = Pacer(10)
    wire = Wire(pacer)

    async def announce() -> None:
        await pacer.turn()
        await wire.post(AUTHORIZED)
        await wire.post(AUTHORIZED)

    await asyncio.gather(*(announce() for _ in range(12)))
    assert len(wire.arrived) == 24
    assert busiest(wire.arrived) <= 10


@in_virtual_time
async def test_answers_to_interactions_pass() -> None:
    wire = Wire(Pacer(5))
    await asyncio.gather(*(wire.post({}) for _ in range(30)))
    assert wire.arrived[-1] - wire.arrived[0] <= 0.01


@in_virtual_time
async def test_turns_come_in_the_order_of_asking() -> None:
    pacer, order = Pacer(20), []

    async def one(number: int) -> None:
        await pacer.turn()
        order.append(number)

    await asyncio.gather(*(one(number) for number in range(30)))
    assert order == list(range(30))


@in_virtual_time
async def test_a_person_waits_for_no_announcement_but_the_first() -> None:
    pacer, order = Pacer(10), []
    wire = Wire(pacer)

    async def announcement() -> None:
        await pacer.turn()
        order.append("announcement")

    async def person() -> None:
        await wire.post(AUTHORIZED, lambda: order.append("person"))

    queue = [asyncio.ensure_future(announcement()) for _ in range(25)]
    while len(order) < 10:  # noqa: ASYNC110 - ten turns are free at once
        await asyncio.sleep(0)
    await person()
    assert order.index("person") <= 11
    await asyncio.gather(*queue)


@in_virtual_time
async def test_who_gives_up_waiting_holds_up_nobody() -> None:
    pacer = Pacer(3)
    queue = [asyncio.ensure_future(pacer.turn()) for _ in range(20)]
    await asyncio.sleep(0)
    for task in queue[3:18]:
        task.cancel()
    async with asyncio.timeout(30):
        done = await asyncio.gather(*queue, return_exceptions=True)
    assert [task is None for task in done] == [True] * 3 + [False] * 15 + [True] * 2
    assert busiest(await moments(pacer.turn, 6)) <= 3


@in_virtual_time
async def test_slots_that_are_taken_away_go_when_their_second_is_over() -> None:
    pacer, now = Pacer(10, now=loop_time), loop_time()
    wire = Wire(pacer)
    posts = [asyncio.ensure_future(wire.post(AUTHORIZED)) for _ in range(8)]
    await asyncio.sleep(0.5)
    pacer.lease(3, now + 60)
    assert (pacer.rate, pacer.held) == (3, 8)
    await asyncio.sleep(1.0)
    assert pacer.held == 3
    await moments(lambda: wire.post(AUTHORIZED), 9)
    assert busiest(wire.arrived[8:]) <= 3
    pacer.lease(9, loop_time() + 60)
    assert pacer.held == 9
    await asyncio.gather(*posts)


@in_virtual_time
async def test_nothing_is_sent_without_a_slot_that_holds() -> None:
    pacer = Pacer(now=loop_time)
    wire = Wire(pacer)
    pacer.lease(0, loop_time())
    waiting = [asyncio.ensure_future(wire.post(AUTHORIZED)) for _ in range(3)]
    waiting.append(asyncio.ensure_future(pacer.turn()))
    await wire.post({})
    await asyncio.sleep(5.0)
    assert len(wire.arrived) == 1
    pacer.lease(5, loop_time() + 1.0)
    await asyncio.gather(*waiting)
    assert len(wire.arrived) == 4
    await asyncio.sleep(5.0)
    late = asyncio.ensure_future(wire.post(AUTHORIZED))
    await asyncio.sleep(5.0)
    assert not late.done()
    late.cancel()


@in_virtual_time
async def test_a_slot_that_lapsed_before_its_request_is_not_used_under_the_next_lease() -> None:
    pacer = Pacer(now=loop_time)
    wire = Wire(pacer)
    pacer.lease(1, loop_time() + 0.5)
    await pacer.turn()
    await asyncio.sleep(0.6)
    # Others had it meanwhile: that it is there again is no leave to use it a second time.
    pacer.lease(1, loop_time() + 60)
    other = asyncio.create_task(wire.post(AUTHORIZED), context=contextvars.Context())
    mine = asyncio.create_task(wire.post(AUTHORIZED))
    await asyncio.wait([other, mine])
    assert busiest(wire.arrived) == 1


@in_virtual_time
async def test_a_slot_that_lapses_while_connecting_is_not_used() -> None:
    pacer = Pacer(now=loop_time)
    wire = Wire(pacer, connecting=0.4)
    pacer.lease(2, loop_time() + 0.2)
    posts = [asyncio.ensure_future(wire.post(AUTHORIZED)) for _ in range(2)]
    await asyncio.sleep(3.0)
    assert wire.arrived == []
    pacer.lease(2, loop_time() + 60)
    await asyncio.gather(*posts)
    assert len(wire.arrived) == 2


@in_virtual_time
async def test_caution_comes_before_each_announcement() -> None:
    asked = []

    async def caution() -> None:
        asked.append(1)

    pacer = Pacer(caution=caution)
    await pacer.turn()
    await Wire(pacer).post(AUTHORIZED)
    await Wire(pacer).post(AUTHORIZED)
    assert asked == [1]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Pacer(limit)
