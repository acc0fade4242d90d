"""A day without the site, and a day without Discord, on a clock that skips the waiting."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.core.model import DeliveryState
from sandbox.faults import Rule
from tests.feeds import Item
from tests.openapi import Checker
from tests.proof.newsroom import Newsroom, open_newsroom
from tests.proof.warp import WarpClock

HOUR = 3600.0
CHANNELS = 6
GLOBAL_LIMIT = 50
QUIET = 0.06
"""Seconds of the world's time without a request: longer than the pause between two sends."""


@asynccontextmanager
async def at_work(folder: Path, clock: WarpClock, checker: Checker) -> AsyncIterator[Newsroom]:
    """Watcher and announcer run, one item is stored, and Discord enforces its limits."""
    async with open_newsroom(
        folder, clock=clock, now=clock.seconds, observer=checker, rate_limits=True
    ) as room:
        await room.subscribe(CHANNELS)
        assert await room.polled([Item(1)]) == 0
        tasks = [
            asyncio.create_task(room.app.watcher.run()),
            asyncio.create_task(room.app.announcer.run()),
        ]
        yield room
        await room.app.announcer.stop()
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def skip(room: Newsroom, clock: WarpClock, seconds: float) -> None:
    """Let so much time pass, and wait for all that this sets off."""
    clock.skip(seconds)
    asked = -1
    while asked != (now := len(room.sandbox.requests) + len(room.site.log)):
        asked = now
        await asyncio.sleep(QUIET)


async def skip_hours(room: Newsroom, clock: WarpClock, hours: int, step: float) -> None:
    for _ in range(int(hours * HOUR / step)):
        await skip(room, clock, step)


async def arrived(
    room: Newsroom, clock: WarpClock, numbers: list[int], *, step: float, pause: float = 0.4
) -> None:
    """Until all channels have just these items, skipping the waits of up to two hours. While
    something is being sent nothing is skipped for up to `pause` seconds: leases end by the clock
    that skips, and what is sent takes the world's time, as the library's own retries do."""
    for _ in range(int(2 * HOUR / step)):
        await skip(room, clock, step)
        counts = await room.app.store.outbox.counts()
        under_way = counts[DeliveryState.PENDING] + counts[DeliveryState.LEASED]
        try:
            await room.sandbox.wait_until(
                lambda _: room.each_once(numbers), timeout=pause if under_way else 0.0
            )
        except TimeoutError:
            continue
        return
    found = [dict(room.numbers(channel)) for channel in room.channels]
    raise AssertionError(f"after two hours more the channels have {found}")


def busiest(moments: list[float], span: float) -> int:
    """The most moments within any `span` seconds."""
    ordered = sorted(moments)
    first = most = 0
    for last, moment in enumerate(ordered):
        while ordered[first] <= moment - span:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize("how", ["503", "cut"])
async def test_a_day_without_the_site(
    folder: Path, strict_checker: Checker, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    clock = WarpClock()
    async with at_work(folder, clock, strict_checker) as room:
        site = room.site
        site.heal()
        site.fail(503) if how == "503" else site.drop()
        began, asked = clock.seconds(), len(site.log)
        await skip_hours(room, clock, 24, HOUR)
        asked = len(site.log) - asked
        ended = clock.seconds()
        room.feed([Item(4), Item(3), Item(2), Item(1)])
        await arrived(room, clock, [2, 3, 4], step=HOUR / 12)
        await skip_hours(room, clock, 2, HOUR / 2)
        polls = [seen.at for seen in site.log if seen.at > ended]
        assert room.each_once([2, 3, 4])
    with capsys.disabled():
        print(  # noqa: T201
            f"\na day without the site ({how}): {asked} requests in {(ended - began) / HOUR:.0f} h,"
            f" afterwards at most {busiest(polls, 1.0)} in a second and"
            f" {busiest(polls, 60.0)} in a minute"
        )
    # Backing off to an hour at most: a day has at least 24 polls, and no more than a few dozen.
    # aiohttp asks once more by itself where the connection was cut.
    assert 20 <= asked <= (60 if how == "503" else 120)
    assert busiest(polls, 1.0) <= 2
    assert busiest(polls, 60.0) <= 4


async def test_a_day_without_discord(
    folder: Path, strict_checker: Checker, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = WarpClock()
    feed = [Item(1)]
    async with at_work(folder, clock, strict_checker) as room:
        outage = room.sandbox.faults.add(Rule(drop=True))
        began = clock.seconds()
        for number in range(2, 6):
            feed.insert(0, Item(number))
            room.feed(feed)
            await skip_hours(room, clock, 6, HOUR)
        ended = clock.seconds()
        assert room.messages() == 0
        room.sandbox.faults.remove(outage)
        amid = [one for one in room.sandbox.requests if one.status == 0]
        await arrived(room, clock, [2, 3, 4, 5], step=60.0)
        await skip_hours(room, clock, 2, HOUR / 2)
        after = [one for one in room.sandbox.requests if one.time > ended]
        statuses = Counter(one.status for one in after)
        limited = statuses[429]
        assert room.each_once([2, 3, 4, 5])
    storm = busiest([one.time for one in after], 1.0)
    with capsys.disabled():
        print(  # noqa: T201
            f"\na day without Discord: {len(amid)} requests in {(ended - began) / HOUR:.0f} h, "
            f"at most {busiest([one.time for one in amid], 1.0)} in a second; afterwards "
            f"{len(after)}, at most {storm} in a second, of which {limited} were answered by 429"
        )
    assert storm <= GLOBAL_LIMIT
    assert limited == 0
