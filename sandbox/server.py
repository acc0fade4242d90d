"""The sandbox as one object: a server, its world, its people, and what the bot asked of it."""

from __future__ import annotations

import contextlib
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sandbox.changes import Changes
from sandbox.entities import Channel, Guild, Message, User
from sandbox.gateway import Gateway, GatewaySettings
from sandbox.observe import Observer, Request
from sandbox.outcome import Choice, Modal, Response
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Where a client is to be pointed, and as whom it logs in."""

    token: str
    api_url: str
    gateway_url: str
    cdn_url: str
    application_id: int


class Sandbox:
    """A local Discord, running inside ``async with``.

    `port` 0 takes a free one. `token` sets the bot's token, None invents one. `clock` (seconds
    since the epoch) dates everything and ages nonces, interaction tokens and sessions.
    `interaction_timeout` is how long a callback may take, real seconds (Discord: 3);
    `token_lifetime` how long an interaction's token lives, on `clock` (Discord: 15 minutes).
    `keep_requests` bounds `requests`. Waiting is by events throughout, never by polling.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str | None = None,
        clock: Callable[[], float] = time.time,
        rng: random.Random | None = None,
        page: bool = True,
        observer: Observer | None = None,
        rate_limits: bool = True,
        nonce_window: float = 300.0,
        interaction_timeout: float = 3.0,
        token_lifetime: float = 900.0,
        gateway: GatewaySettings | None = None,
        keep_requests: int = 20_000,
    ) -> None:
        raise NotImplementedError

    # Acts of people

    async def command(
        self, user: User | int, channel: Channel | int, name: str, /, **options: Any
    ) -> Response:
        """Type a slash command: `name` with its group and subcommand, as ``"interviews search"``.

        Options are values, or users, roles, channels and ids for options of these types.
        Returns at the bot's first callback. Raises Refused where Discord's client would not
        send it, InteractionFailed when no callback came in time.
        """
        raise NotImplementedError

    async def context_menu(
        self, user: User | int, channel: Channel | int, name: str, target: User | Message
    ) -> Response:
        """Choose a user or message command from the menu of `target`."""
        raise NotImplementedError

    async def autocomplete(
        self,
        user: User | int,
        channel: Channel | int,
        name: str,
        /,
        *,
        focused: str,
        **options: Any,
    ) -> list[Choice]:
        """Type into the option `focused`, whose text so far is among `options`."""
        raise NotImplementedError

    def commands_for(
        self, user: User | int, channel: Channel | int
    ) -> list[dict[str, Any]]:
        """The commands (JSON as registered) that Discord's client shows that person there."""
        raise NotImplementedError

    async def press(
        self,
        user: User | int,
        message: Message | int,
        custom_id: str | None = None,
        *,
        label: str | None = None,
    ) -> Response:
        """Press a button, named by its custom_id or its label."""
        raise NotImplementedError

    async def choose(
        self,
        user: User | int,
        message: Message | int,
        custom_id: str,
        values: Sequence[Any],
    ) -> Response:
        """Choose in a select: values of a string select; users, roles, channels or ids else."""
        raise NotImplementedError

    async def submit(
        self, user: User | int, modal: Modal, fields: dict[str, Any]
    ) -> Response:
        """Fill in a modal and send it; `fields` by custom_id, selects as lists."""
        raise NotImplementedError

    # Waiting

    async def wait_for_message(
        self,
        channel: Channel | int,
        predicate: Callable[[Message], bool] = lambda _message: True,
        timeout: float | None = 10.0,
    ) -> Message:
        """The oldest message of the channel that fits, as soon as there is one."""
        raise NotImplementedError

    async def wait_ready(self, shards: int = 1, timeout: float | None = 10.0) -> None:
        """Wait until that many shards are connected and know all their guilds."""
        raise NotImplementedError
