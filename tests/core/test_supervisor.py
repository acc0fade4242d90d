"""Work that is run again and again, with a clock moved by hand."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from structlog.testing import capture_logs

from bot.core.errors import StoreError
from bot.core.supervisor import supervise
from tests.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class Work:
    """Returns or raises what it is given, in order; the last for ever."""

    def __init__(self, *results: float | BaseException | None) -> None:
        self.results = list(results)
        self.runs = 0

    async def __call__(self) -> float | None:
        result = self.results[min(self.runs, len(self.results) - 1)]
        self.runs += 1
        if isinstance(result, BaseException):
            raise result
        return result


@contextlib.asynccontextmanager
async def supervised(
    work: Work, clock: FakeClock, **options: Any
) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(supervise("work", work, clock, **{"pause": 30.0, **options}))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_it_runs_at_once_and_then_as_often_as_the_work_says(clock: FakeClock) -> None:
    work = Work(10.0, 20.0)
    async with supervised(work, clock):
        assert await clock.asleep() == [10]
        await clock.advance(10)
        assert await clock.asleep() == [20]
    assert work.runs == 2


async def test_none_ends_it(clock: FakeClock) -> None:
    work = Work(10.0, None)
    async with supervised(work, clock) as task:
        await clock.asleep()
        await clock.advance(10)
        async with asyncio.timeout(5):
            await task
    assert work.runs == 2


async def test_it_waits_for_the_event_alone_when_the_work_says_so(clock: FakeClock) -> None:
    work, wake = Work(math.inf, None), asyncio.Event()
    async with supervised(work, clock, wake=wake) as task:
        await clock.advance(10**6)
        assert (work.runs, clock.delays) == (1, [])
        wake.set()
        async with asyncio.timeout(5):
            await task


async def test_an_event_set_during_a_run_leads_to_another(clock: FakeClock) -> None:
    wake, runs = asyncio.Event(), []

    async def work() -> float | None:
        runs.append(wake.is_set())
        if len(runs) == 1:
            wake.set()
            return math.inf
        return None

    async with asyncio.timeout(5):
        await supervise("work", work, clock, wake=wake, pause=30.0)
    assert runs == [False, False]


@pytest.mark.parametrize(
    "error",
    [StoreError("store.full", path="x"), discord.DiscordException("no"), OSError(28, "full")],
)
async def test_an_expected_failure_is_a_line_and_the_work_is_run_again(
    clock: FakeClock, error: StoreError | discord.DiscordException | OSError
) -> None:
    work = Work(error, error, 5.0)
    with capture_logs() as logs:
        async with supervised(work, clock, feed="a feed"):
            for _ in range(2):
                assert await clock.asleep() == [30]
                await clock.advance(30)
            assert await clock.asleep() == [5]
    first, second, third = logs
    assert (first["event"], first["log_level"], first["cause"]) == (
        "work.failed",
        "warning",
        str(error),
    )
    assert (first["failures"], second["failures"]) == (1, 2)
    assert (first["next_try_in"], first["feed"]) == (30, "a feed")
    assert (third["event"], third["failures"]) == ("work.recovered", 2)
    assert "exc_info" not in first


async def test_a_bug_is_logged_with_its_traceback_and_the_work_is_run_again(
    clock: FakeClock,
) -> None:
    work = Work(ZeroDivisionError("a bug"), None)
    with capture_logs() as logs:
        async with supervised(work, clock) as task:
            await clock.asleep()
            await clock.advance(30)
            await task
    assert (logs[0]["event"], logs[0]["log_level"], logs[0]["exc_info"]) == (
        "work.crashed",
        "error",
        True,
    )
    assert work.runs == 2


async def test_the_pause_may_depend_on_the_failures_in_a_row(clock: FakeClock) -> None:
    work = Work(OSError(), OSError(), 1.0, OSError())
    pauses = []
    async with supervised(work, clock, pause=lambda failures: 100.0 * failures):
        for _ in range(4):
            pauses += await clock.asleep()
            await clock.advance(pauses[-1])
    assert pauses == [100, 200, 1, 100]


async def test_the_event_cuts_a_pause_short(clock: FakeClock) -> None:
    work, wake = Work(OSError(), None), asyncio.Event()
    async with supervised(work, clock, wake=wake) as task:
        await clock.asleep()
        wake.set()
        async with asyncio.timeout(5):
            await task


async def test_a_fatal_failure_ends_it(clock: FakeClock) -> None:
    with pytest.raises(KeyError):
        await supervise("work", Work(KeyError("x")), clock, pause=30.0, fatal=LookupError)


async def test_cancelling_ends_it(clock: FakeClock) -> None:
    async with supervised(Work(10.0), clock) as task:
        await clock.asleep()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
