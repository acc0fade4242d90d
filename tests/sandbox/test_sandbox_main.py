"""``python -m sandbox`` as a process."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

ROOT = Path(__file__).resolve().parents[2]


async def start(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
async def test_it_prints_where_it_is_and_stops_when_asked(stop: Any) -> None:
    process = await start("--token", "my.own.token")
    assert process.stdout is not None
    try:
        lines = [await asyncio.wait_for(process.stdout.readline(), 20) for _ in range(4)]
        told = dict(line.decode().split() for line in lines)
        assert told["Token"] == "my.own.token"
        assert told["Gateway"].startswith("ws://127.0.0.1:")
        async with aiohttp.ClientSession() as session:
            headers = {"Authorization": "Bot my.own.token"}
            async with session.get(f"{told['REST']}/users/@me", headers=headers) as answer:
                assert (await answer.json())["bot"] is True
            async with session.get(f"{told['Page']}page/state") as answer:
                assert [guild["name"] for guild in (await answer.json())["guilds"]] == ["Sandbox"]
        process.send_signal(stop)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_port_in_use_is_one_line_and_exit_code_1() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = await start("--port", str(port))
        out, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert out == b""
    (line,) = errors.decode().splitlines()
    assert line.startswith(f"The sandbox can't listen on port {port}: ")
    assert line.endswith("Name another with --port, or leave it out for a free one.")


async def test_a_port_out_of_range_is_wrong_use() -> None:
    process = await start("--port", "70000")
    _out, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 2
    assert b"--port must lie between 0 and 65535, not 70000" in errors
