"""The worker process: answers, refusals, the deadline, the memory limit, and its end."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.errors import ParseError, UserError
from bot.core.model import Image
from bot.core.worker import WorkerError, WorkerProcess


@pytest.fixture
async def worker() -> AsyncIterator[WorkerProcess]:
    worker = WorkerProcess("test", seconds=20)
    yield worker
    worker.close()


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while True:
            if not Path(f"/proc/{pid}").exists():
                return
            await asyncio.sleep(0.01)


async def test_a_call_returns_what_the_function_returns(worker: WorkerProcess) -> None:
    when = datetime(2024, 1, 2, tzinfo=UTC)
    assert await worker.run("tests.core.worker_jobs:echo", (Image("a", "b"), when, [b"bytes"])) == (
        Image("a", "b"),
        when,
        [b"bytes"],
    )
    first = worker.pid
    assert first not in (None, os.getpid())
    assert await worker.run("tests.core.worker_jobs:pid") == first


async def test_a_refusal_is_the_functions_own(worker: WorkerProcess) -> None:
    with pytest.raises(ParseError) as error:
        await worker.run("tests.core.worker_jobs:refuse", url="https://kc.example/")
    assert (error.value.key, error.value.args_by_name) == (
        "error.parse.empty",
        {"url": "https://kc.example/"},
    )


async def test_a_bug_is_told_with_its_traceback(worker: WorkerProcess) -> None:
    with pytest.raises(WorkerError, match="ZeroDivisionError"):
        await worker.run("tests.core.worker_jobs:divide", 1, 0)
    assert await worker.run("tests.core.worker_jobs:divide", 1, 1) == 1


async def test_what_prints_disturbs_nothing(worker: WorkerProcess) -> None:
    assert await worker.run("tests.core.worker_jobs:shout", "hello") == "hello"


async def test_the_deadline_ends_a_call_that_holds_the_interpreter_lock() -> None:
    worker = WorkerProcess("test", seconds=2)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(UserError) as error:
        await worker.run("tests.core.worker_jobs:backtrack", 10**6, url="https://kc.example/")
    ticking.cancel()
    assert error.value.key == "error.parse.too-much"
    assert error.value.args_by_name == {"url": "https://kc.example/", "seconds": 2}
    assert worker.pid is None
    # Twenty a second at least, on however busy a machine: nothing held the loop.
    assert ticks > 40
    worker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA counts all data on Linux alone")
async def test_memory_beyond_the_limit_ends_the_call(worker: WorkerProcess) -> None:
    with pytest.raises(UserError) as error:
        await worker.run("tests.core.worker_jobs:allocate", 400 * 2**20)
    assert error.value.key == "error.parse.too-much"
    assert await worker.run("tests.core.worker_jobs:allocate", 2**20) == 2**20


async def test_a_process_that_dies_is_replaced(worker: WorkerProcess) -> None:
    with pytest.raises(WorkerError, match="ended with 3"):
        await worker.run("tests.core.worker_jobs:die")
    assert await worker.run("tests.core.worker_jobs:echo", 1) == 1


async def test_an_answer_of_unexpected_classes_is_not_unpickled(worker: WorkerProcess) -> None:
    with pytest.raises(UserError) as error:
        await worker.run("tests.core.worker_jobs:answer_with_code")
    assert error.value.key == "error.parse.too-much"


async def test_it_is_gone_when_it_had_nothing_to_do() -> None:
    worker = WorkerProcess("test", idle=0.2)
    assert worker.pid is None
    pid = await worker.run("tests.core.worker_jobs:pid")
    await until_gone(pid)
    assert worker.pid is None
    assert await worker.run("tests.core.worker_jobs:pid") != pid
    worker.close()


async def test_cancelling_a_call_ends_the_process(worker: WorkerProcess) -> None:
    pid = await worker.run("tests.core.worker_jobs:pid")
    call = asyncio.create_task(worker.run("tests.core.worker_jobs:backtrack", 10**6))
    await asyncio.sleep(0.05)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    await until_gone(pid)


async def test_it_sees_none_of_the_bots_secrets(
    worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    assert "secret" not in str(await worker.run("tests.core.worker_jobs:environment"))


async def test_it_ends_with_the_bot_that_started_it() -> None:
    program = (
        "import asyncio, os, signal\n"
        "from bot.core.worker import WorkerProcess\n"
        "async def main():\n"
        "    print(await WorkerProcess('test').run('tests.core.worker_jobs:pid'), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    await until_gone(int(ended.stdout))


async def test_starting_it_takes_less_than_a_second_of_the_processor(
    worker: WorkerProcess,
) -> None:
    before = os.times()
    await worker.run("tests.core.worker_jobs:echo", 1)
    worker.close()
    after = os.times()
    spent = after.children_user + after.children_system
    assert spent - before.children_user - before.children_system < 1.0
