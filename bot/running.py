"""A built bot that runs: all its workers side by side, and how they end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from bot.app import App
from bot.core.errors import StoreError
from bot.core.workers import Worker

logger = structlog.get_logger(__name__)


async def run(
    app: App, stop: asyncio.Event, *, when_ready: Callable[[App], None] | None = None
) -> None:
    """Run the bot until `stop` is set, then end in order: what is being sent is sent first.

    Polling begins at once and sending with the first login, so that a Discord that is down delays
    nothing else. `when_ready` is called when all shards are connected.

    Raises:
        TokenRefusedError: Discord refuses the token.
        discord.ConnectionClosed: Discord refuses the connection for good.
    """

    async def report_ready() -> None:
        await app.client.wait_until_ready()
        if when_ready is not None:
            when_ready(app)

    workers = (*app.workers, Worker("ready", report_ready, after=(app.client.logged_in,)))
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(worker.start(), name=worker.name) for worker in workers]
        await stop.wait()
        logger.info("stopping")
        await app.announcer.stop()
        await app.client.close()
        with suppress(StoreError):
            await app.client.sharding.leave()
        for task in running:
            task.cancel()
