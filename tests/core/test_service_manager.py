"""systemd hears that the bot is ready and alive; nobody else hears anything."""

import asyncio
import socket
from pathlib import Path

import pytest

from bot.core.service_manager import ServiceManager
from tests.clock import FakeClock


@pytest.mark.parametrize("abstract", [False, True], ids=["path", "abstract"])
async def test_states_and_signs_of_life_arrive(tmp_path: Path, abstract: bool) -> None:
    name = f"{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(5)
        systemd.bind("\0" + name if abstract else name)
        clock = FakeClock()
        address = "@" + name if abstract else name
        manager = ServiceManager({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "120000000"}, clock)

        manager.notify("READY=1")
        watchdog = asyncio.create_task(manager.run())
        pauses = await clock.asleep()
        await clock.advance(60)
        watchdog.cancel()

        assert pauses == [60.0]
        assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


@pytest.mark.parametrize(
    "environment",
    [{}, {"NOTIFY_SOCKET": "/nowhere/notify"}, {"WATCHDOG_USEC": "nonsense"}],
    ids=["no systemd", "gone", "nonsense"],
)
async def test_without_systemd_nothing_happens_and_nothing_waits(
    environment: dict[str, str],
) -> None:
    manager = ServiceManager(environment, FakeClock())

    manager.notify("READY=1")
    running = asyncio.create_task(manager.run())
    await asyncio.wait({running}, timeout=5)

    assert running.done()
    assert running.exception() is None
