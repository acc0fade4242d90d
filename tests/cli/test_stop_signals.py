"""A signal ends ``run`` and ``demo`` in order, also where asyncio has no signal handlers."""

import asyncio
import signal
from unittest.mock import patch

import pytest

from bot.cli import run as command


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_sets_the_stop_event_without_asyncios_handlers(
    number: signal.Signals,
) -> None:
    # Windows: https://docs.python.org/3/library/asyncio-platforms.html#windows
    loop, before = asyncio.get_running_loop(), signal.getsignal(number)
    with (
        patch.object(loop, "add_signal_handler", side_effect=NotImplementedError),
        command.stop_signal() as stop,
    ):
        signal.raise_signal(number)
        async with asyncio.timeout(5):
            await stop.wait()

    assert stop.is_set()
    assert signal.getsignal(number) == before
