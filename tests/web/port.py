"""The bot's HTTP port in tests: where it is, and what is sent to it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

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


async def health(port: int) -> tuple[int, dict[str, Any]]:
    status, text = await ask("GET", f"http://127.0.0.1:{port}/healthz")
    return status, json.loads(text)


async def logged(log: Path, event: str, within: float = 60.0) -> dict[str, Any]:
    """Wait for a line of the bot's log (LOG_FORMAT=json)."""
    async with asyncio.timeout(within):
        while True:
            for line in log.read_text(encoding="utf-8").splitlines():
                if f'"{event}"' in line:
                    entry: dict[str, Any] = json.loads(line)
                    return entry
            await asyncio.sleep(0.02)
