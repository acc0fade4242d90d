"""The pacer on the event loop's real time, fast enough to be over in a moment."""

import asyncio

import pytest

from bot.announcer.pacing import BURST, GLOBAL_LIMIT, Pacer


async def moments(take, number):
    """When each of so many turns was had, all asked for at once."""
    clock = asyncio.get_running_loop().time
    had = []

    async def one():
        await take()
        had.append(clock())

    await asyncio.gather(*(one() for _ in range(number)))
    return had


async def test_no_second_sees_more_than_the_limit():
    had = await moments(Pacer().turn, 90)
    for start, first in enumerate(had):
        assert sum(first <= moment < first + 1.0 for moment in had[start:]) <= GLOBAL_LIMIT


async def test_the_limit_is_used():
    had = await moments(Pacer().turn, 90)
    least = (90 - BURST) / (GLOBAL_LIMIT - BURST)
    assert least * 0.99 <= had[-1] - had[0] <= least * 1.5


async def test_turns_come_in_the_order_of_asking():
    pacer, order = Pacer(200), []

    async def one(number):
        await pacer.turn()
        order.append(number)

    await asyncio.gather(*(one(number) for number in range(30)))
    assert order == list(range(30))


async def test_a_person_waits_for_one_announcement_at_most():
    pacer, order = Pacer(100), []

    async def announcement():
        await pacer.turn()
        order.append("announcement")

    async def person():
        await pacer.urgent()
        order.append("person")

    queue = [asyncio.ensure_future(announcement()) for _ in range(40)]
    await asyncio.wait(queue, return_when=asyncio.FIRST_COMPLETED)
    before = len(order)
    await person()
    assert order.index("person") - before <= 2
    await asyncio.gather(*queue)


async def test_who_gives_up_waiting_holds_up_nobody():
    pacer = Pacer(100)
    queue = [asyncio.ensure_future(pacer.turn()) for _ in range(20)]
    await asyncio.sleep(0)
    for task in queue[3:18]:
        task.cancel()
    async with asyncio.timeout(2):
        done = await asyncio.gather(*queue, return_exceptions=True)
    assert [task is None for task in done] == [True] * 3 + [False] * 15 + [True] * 2


@pytest.mark.parametrize("limit", [0, 1, BURST])
def test_a_limit_within_the_burst_is_refused(limit):
    with pytest.raises(ValueError, match="above"):
        Pacer(limit)
