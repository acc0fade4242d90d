"""Requests to the sandbox's REST API, and a clock that tests advance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox import Sandbox
from sandbox.entities import Channel
from sandbox.permissions import Permission


class ManualClock:
    """Seconds since the epoch; stands still between calls of `advance`."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    json: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> Any:
        return self.json["code"]

    def at(self, path: str) -> list[str]:
        """The codes of the form errors at a dotted path, [] where there are none."""
        node = self.json.get("errors", {})
        for key in path.split("."):
            node = node.get(key, {})
        return [error["code"] for error in node.get("_errors", [])]


class Api:
    """Requests with the bot's token."""

    def __init__(self, session: aiohttp.ClientSession, sandbox: Sandbox) -> None:
        self._session = session
        self._sandbox = sandbox

    async def __call__(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        token: str | None = None,
        data: Any = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        headers = {"Authorization": f"Bot {token or self._sandbox.token}"}
        async with self._session.request(
            method,
            self._sandbox.api_url + path,
            json=json,
            data=data,
            params=params,
            headers=headers,
        ) as response:
            body = await response.json() if response.status != 204 else None
            return Answer(response.status, body, dict(response.headers))


def error_codes(errors: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """All form errors of an `errors` tree as (dotted path, code)."""
    for key, node in errors.items():
        if key == "_errors":
            for error in node:
                yield path, error["code"]
        else:
            yield from error_codes(node, f"{path}.{key}".strip("."))


def grant(sandbox: Sandbox, channel: Channel, *permissions: Permission) -> None:
    """Give the bot permissions in a channel."""
    bot = sandbox.world.application.bot.id
    sandbox.world.set_overwrite(channel, bot, allow=int(sum(permissions)))


def deny(sandbox: Sandbox, channel: Channel, *permissions: Permission) -> None:
    """Take permissions from the bot in a channel."""
    bot = sandbox.world.application.bot.id
    sandbox.world.set_overwrite(channel, bot, deny=int(sum(permissions)))


async def post(api: Api, channel: Channel, payload: Any) -> Answer:
    """Send a message to a channel."""
    return await api("POST", f"/channels/{channel.id}/messages", payload)
