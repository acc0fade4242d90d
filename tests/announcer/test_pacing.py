"""The pacer on the event loop's real time, alone and before a server that counts as Discord."""

import asyncio
import random

import aiohttp
import pytest
from aiohttp import web

from bot.announcer.pacing import GLOBAL_LIMIT, Pacer


async def moments(take, number):
    """When each of so many turns was had, all asked for at once."""
    clock = asyncio.get_running_loop().time
    had = []

    async def one():
        await take()
        had.append(clock())

    await asyncio.gather(*(one() for _ in range(number)))
    return had


def busiest(had, window=1.0):
    """The most of them in any one second (or `window`)."""
    return max(
        sum(first <= moment < first + window for moment in had[start:])
        for start, first in enumerate(had)
    )


ALMOST = 0.9
"""Seconds: a busy machine under test delays more than a network does."""


SLOW = 5.0
"""Seconds: what takes one on a machine at rest; held up in line it would be many more."""


class Counter:
    """A server that answers after a while of its own, and notes when requests arrived."""

    def __init__(self, rng):
        self.arrived = []
        self.fails = 0
        self._rng = rng

    async def answer(self, request):
        await asyncio.sleep(self._rng.uniform(0, 0.01))  # On its way.
        self.arrived.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._rng.uniform(0.04, 0.08))
        if self._rng.random() < self.fails:
            request.transport.abort()
        return web.Response()


@pytest.fixture
async def counter():
    counter = Counter(random.Random(5))
    app = web.Application()
    app.router.add_post("/{tail:.*}", counter.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    counter.url = f"http://127.0.0.1:{runner.addresses[0][1]}/channels/1/messages"
    yield counter
    await runner.cleanup()


async def post(session, counter, headers):
    try:
        async with session.post(counter.url, headers=headers):
            pass
    except aiohttp.ClientError:
        pass


def session_of(pacer):
    trace = aiohttp.TraceConfig()
    pacer.watch(trace)
    return aiohttp.ClientSession(trace_configs=[trace], connector=aiohttp.TCPConnector(limit=0))


AUTHORIZED = {"Authorization": "Bot token"}


async def test_no_second_sees_more_than_the_limit():
    assert busiest(await moments(Pacer().turn, 90)) <= GLOBAL_LIMIT


async def test_the_limit_is_used():
    had = await moments(Pacer().turn, 90)
    assert 1.0 <= had[-1] - had[0] <= SLOW


@pytest.mark.parametrize("fails", [0, 0.3])
async def test_no_second_sees_more_than_the_limit_at_the_other_end(counter, fails):
    """However unevenly the requests arrive there, and whether they are answered or cut off."""
    counter.fails = fails
    pacer = Pacer(20)
    async with session_of(pacer) as session:

        async def announce():
            await pacer.turn()
            await post(session, counter, AUTHORIZED)

        await asyncio.gather(*(announce() for _ in range(70)))
    assert len(counter.arrived) == 70
    assert busiest(counter.arrived, ALMOST) <= 20
    assert counter.arrived[-1] - counter.arrived[0] <= 3 * SLOW


async def test_requests_without_a_turn_are_counted_too(counter):
    pacer = Pacer(10)
    async with session_of(pacer) as session:

        async def announce():
            await pacer.turn()
            await post(session, counter, AUTHORIZED)
            await post(session, counter, AUTHORIZED)

        await asyncio.gather(*(announce() for _ in range(12)))
    assert len(counter.arrived) == 24
    assert busiest(counter.arrived, ALMOST) <= 10


async def test_answers_to_interactions_pass(counter):
    pacer = Pacer(5)
    async with session_of(pacer) as session:
        await asyncio.gather(*(post(session, counter, {}) for _ in range(30)))
    assert counter.arrived[-1] - counter.arrived[0] < SLOW


async def test_turns_come_in_the_order_of_asking():
    pacer, order = Pacer(20), []

    async def one(number):
        await pacer.turn()
        order.append(number)

    await asyncio.gather(*(one(number) for number in range(30)))
    assert order == list(range(30))


async def test_a_person_waits_for_no_announcement_but_the_first():
    pacer, order = Pacer(10), []

    async def announcement():
        await pacer.turn()
        order.append("announcement")

    async def person():
        await pacer.urgent()
        order.append("person")

    queue = [asyncio.ensure_future(announcement()) for _ in range(25)]
    while len(order) < 10:  # noqa: ASYNC110 - ten turns are free at once
        await asyncio.sleep(0)
    await person()
    assert order.index("person") <= 11
    await asyncio.gather(*queue)


async def test_who_gives_up_waiting_holds_up_nobody():
    pacer = Pacer(3)
    queue = [asyncio.ensure_future(pacer.turn()) for _ in range(20)]
    await asyncio.sleep(0)
    for task in queue[3:18]:
        task.cancel()
    async with asyncio.timeout(5):
        done = await asyncio.gather(*queue, return_exceptions=True)
    assert [task is None for task in done] == [True] * 3 + [False] * 15 + [True] * 2
    assert busiest(await moments(pacer.turn, 6)) <= 3


async def test_caution_comes_before_each_announcement():
    asked = []

    async def caution():
        asked.append(1)

    pacer = Pacer(caution=caution)
    await pacer.turn()
    await pacer.urgent()
    assert asked == [1]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_is_refused(limit):
    with pytest.raises(ValueError, match="at least 1"):
        Pacer(limit)
