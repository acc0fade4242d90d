"""The bot's HTTP port in tests: where it is, and what is sent to it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from bot.core.bot_state import BotState, DiscordState, StoredState
from bot.core.clock import Clock
from bot.core.feed_state import FeedHealth
from bot.core.i18n import load_messages
from bot.core.model import DeliveryState
from bot.web.metrics import Metrics
from bot.web.site import build_site
from bot.web.websub import WebSub

CALL = (
    '<?xml version="1.0"?>\n<methodCall>\n<methodName>{method}</methodName>\n<params>\n'
    "<param><value><string>KC Magazine</string></value></param>\n"
    "<param><value><string>https://kc.example/</string></value></param>\n"
    "<param><value><string>https://kc.example/feed/</string></value></param>\n"
    "</params></methodCall>"
)
"""As WordPress writes it."""

EXTENDED = CALL.format(method="weblogUpdates.extendedPing").encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


async def ask(
    method: str, url: str, body: object = None, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """Status and text of the answer."""
    timeout = aiohttp.ClientTimeout(total=30)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.request(method, url, data=body, headers=headers) as response,
    ):
        return response.status, await response.text()


async def spaces(number: int) -> AsyncIterator[bytes]:
    """A body that comes in pieces, without saying how long it is."""
    for start in range(0, number, 65536):
        yield b" " * min(65536, number - start)


async def is_too_large(url: str, body: object, headers: dict[str, str] | None = None) -> bool:
    """Whether it is refused: told, or the connection ended while we still sent."""
    try:
        return (await ask("POST", url, body, headers))[0] == 413
    except (aiohttp.ClientError, OSError):
        return True


async def readiness(port: int) -> tuple[int, dict[str, Any]]:
    status, text = await ask("GET", f"http://127.0.0.1:{port}/readyz")
    return status, json.loads(text)


def samples(rendered: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """What Prometheus reads: values by name and labels, which stand in the order of their names."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(rendered)
        for sample in family.samples
    }


async def scraped(
    port: int, until: tuple[str, tuple[str, ...]], within: float = 60.0
) -> dict[tuple[str, tuple[str, ...]], float]:
    """The figures, as soon as that of `until` is above zero."""
    async with asyncio.timeout(within):
        while True:
            status, text = await ask("GET", f"http://127.0.0.1:{port}/metrics")
            assert status == 200
            found = samples(text)
            if found.get(until):
                return found
            await asyncio.sleep(0.1)


def site(
    clock: Clock,
    look_now: Callable[[], None] = lambda: None,
    *,
    state: Callable[[], BotState] | None = None,
    metrics: Metrics | None = None,
    websub: WebSub | None = None,
    **options: Any,
) -> web.Application:
    """What the port serves, of a bot that is well or in another `state`."""

    async def look() -> BotState:
        return state() if state is not None else well(clock.now())

    return build_site(
        look_now=look_now,
        state=look,
        metrics=metrics or Metrics(clock),
        websub=websub,
        text=load_messages().text(),
        clock=clock,
        **options,
    )


def well(now: datetime) -> BotState:
    """The state of a bot that has nothing to complain of."""
    feed = FeedHealth(
        "https://u:hush@kc.example/feed/?key=hush",
        now,
        now,
        next_poll_at=now + timedelta(minutes=5),
        fresh_until=now + timedelta(minutes=15),
    )
    stored = StoredState(dict.fromkeys(DeliveryState, 0) | {DeliveryState.PENDING: 2}, 10)
    return BotState(now, (feed,), DiscordState(2, 2, 7, 3, 490), stored)


async def logged(log: Path, event: str, within: float = 60.0) -> dict[str, Any]:
    """Wait for a line of the bot's log (LOG_FORMAT=json)."""
    async with asyncio.timeout(within):
        while True:
            for line in log.read_text(encoding="utf-8").splitlines():
                if f'"{event}"' in line:
                    entry: dict[str, Any] = json.loads(line)
                    return entry
            await asyncio.sleep(0.02)
