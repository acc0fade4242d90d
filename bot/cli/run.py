"""``run``: the bot itself, against Discord; and how it is stopped."""

import asyncio
import gc
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog

from bot.app import App, open_app
from bot.cli.instance import locks_of
from bot.core.allocator import tune_allocator
from bot.core.clock import SystemClock
from bot.core.i18n import Messages
from bot.core.instance import only_instance
from bot.core.service_manager import ServiceManager
from bot.core.settings import Settings
from bot.running import run

logger = structlog.get_logger(__name__)


async def run_real(settings: Settings, messages: Messages) -> int:
    """Run against Discord until SIGTERM or Ctrl-C.

    Raises:
        ConfigError: there is no token.
        AlreadyRunningError: another process runs this bot.
    """
    tune_allocator()
    clock = SystemClock()
    manager = ServiceManager(os.environ, clock)
    with stop_signal() as stop, only_instance(locks_of(settings)):
        watchdog = asyncio.create_task(manager.run(), name="watchdog")
        async with open_app(settings, messages, clock, random.Random()) as app:
            manager.notify("READY=1")
            await run(app, stop, when_ready=_when_ready)
            manager.notify("STOPPING=1")
        watchdog.cancel()
    return 0


def _when_ready(app: App) -> None:
    logger.info(
        "ready",
        user=str(app.client.user),
        guilds=len(app.client.guilds),
        shards=len(app.client.sharding.held),
        of=app.client.shard_count,
        invite=app.client.invite_url(),
    )
    # Guilds, titles and names stay as modules do: among them, too, it takes 20 ms and more.
    gc.collect()
    gc.freeze()


@contextmanager
def stop_signal() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT (on Windows Ctrl-Break, too) set, so that the bot ends in
    order.

    ``loop.add_signal_handler`` would be asyncio's own way, but does not exist on Windows.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def request_stop(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)

    numbers = [getattr(signal, name, None) for name in ("SIGTERM", "SIGINT", "SIGBREAK")]
    previous = {number: signal.signal(number, request_stop) for number in numbers if number}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
