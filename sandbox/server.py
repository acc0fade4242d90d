"""The sandbox as one object: a server, its world, its people, and what the bot asked of it."""

from __future__ import annotations

import contextlib
import random
import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sandbox import callbacks
from sandbox.changes import Changes
from sandbox.entities import Channel, ChannelType, Message, User
from sandbox.faults import Faults
from sandbox.gateway import Gateway, GatewaySettings
from sandbox.interactions import Interactions
from sandbox.observe import Exchange, Observer, Request
from sandbox.outcome import Choice, Modal, Response
from sandbox.people import People
from sandbox.ratelimit import RateLimiter
from sandbox.rest import PREFIX, TABLE, Rest
from sandbox.rest.cdn import cdn_routes
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
        self.changes = Changes()
        self.requests: deque[Request] = deque(maxlen=keep_requests)
        self.world = World(clock=clock, rng=rng, nonce_window=nonce_window)
        if token is not None:
            self.world.application.token = token
        self.faults = Faults(self.world.rng)
        self.limiter = RateLimiter(clock, enabled=rate_limits)
        self._observer = observer
        self.gateway = Gateway(
            self.world,
            gateway or GatewaySettings(identify_interval=5.0 if rate_limits else 0.0),
            changes=self.changes,
            clock=clock,
            rng=self.world.rng,
            observer=observer,
        )
        self.interactions = Interactions(
            self.world,
            changes=self.changes,
            timeout=interaction_timeout,
            lifetime=token_lifetime,
        )
        self.people = People(self.world, self.interactions)
        self.rest = Rest(
            self.world,
            faults=self.faults,
            limiter=self.limiter,
            observer=self._exchanged,
            gateway=self._gateway_bot,
        )
        self._page = page
        self._host, self._port = host, port
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Listen; raises OSError when the port is taken."""
        app = web.Application(client_max_size=128 * 1024 * 1024)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.add_routes(self.rest.routes([*callbacks.routes(self.interactions), *TABLE]))
        app.add_routes(cdn_routes(self.world))
        if self._page:
            # Not above: the page's own module is written against this class.
            from sandbox.page_api import routes as page_routes

            app.add_routes(page_routes(self))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handle_signals=False)
        async with contextlib.AsyncExitStack() as stack:
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, self._host, self._port)
            await site.start()
            stack.push_async_callback(self.gateway.shut_down)
            stack.push_async_callback(self.rest.settle)
            stack.callback(self.interactions.close)
            self._stack = stack.pop_all()
        self._port = runner.addresses[0][1]
        self.gateway.url = self.gateway_url
        self.world.base_url = self.url
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    # Addresses

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        """The page's address, and the root of all others."""
        return f"http://{self._host}:{self._port}"

    @property
    def api_url(self) -> str:
        """What replaces https://discord.com/api/v10."""
        return self.url + PREFIX

    @property
    def gateway_url(self) -> str:
        """What replaces wss://gateway.discord.gg."""
        return f"ws://{self._host}:{self._port}/gateway"

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.world.application.token

    @property
    def client_settings(self) -> ClientSettings:
        """All that a client has to know, in one value."""
        return ClientSettings(
            self.token,
            self.api_url,
            self.gateway_url,
            f"{self.url}/cdn",
            self.world.application.id,
        )

    def _gateway_bot(self) -> dict[str, Any]:
        return {
            "url": self.gateway_url,
            "shards": self.gateway.recommended_shards(),
            "session_start_limit": self.gateway.session_start_limit(),
        }

    def _exchanged(self, exchange: Exchange) -> None:
        self.requests.append(
            Request(
                exchange.method,
                exchange.path,
                exchange.request_json,
                exchange.status,
                exchange.arrived,
                exchange.query,
            )
        )
        self.changes.ring()
        if self._observer is not None:
            self._observer(exchange)

    # Acts of people

    async def command(
        self, user: User | int, channel: Channel | int, name: str, /, **options: Any
    ) -> Response:
        """Type a slash command: `name` with its group and subcommand, as ``"interviews search"``.

        Options are values, or users, roles, channels and ids for options of these types.
        Returns at the bot's first callback. Raises Refused where Discord's client would not
        send it, InteractionFailed when no callback came in time.
        """
        return await self.people.command(user, channel, name, options)

    async def context_menu(
        self, user: User | int, channel: Channel | int, name: str, target: User | Message
    ) -> Response:
        """Choose a user or message command from the menu of `target`."""
        return await self.people.context_menu(user, channel, name, target)

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
        return await self.people.autocomplete(user, channel, name, focused, options)

    def commands_for(self, user: User | int, channel: Channel | int) -> list[dict[str, Any]]:
        """The commands (JSON as registered) that Discord's client shows that person there."""
        return self.people.commands_for(user, channel)

    async def press(
        self,
        user: User | int,
        message: Message | int,
        custom_id: str | None = None,
        *,
        label: str | None = None,
    ) -> Response:
        """Press a button, named by its custom_id or its label."""
        return await self.people.press(user, message, custom_id, label)

    async def choose(
        self,
        user: User | int,
        message: Message | int,
        custom_id: str,
        values: Sequence[Any],
    ) -> Response:
        """Choose in a select: values of a string select; users, roles, channels or ids else."""
        return await self.people.choose(user, message, custom_id, values)

    async def submit(self, user: User | int, modal: Modal, fields: dict[str, Any]) -> Response:
        """Fill in a modal and send it; `fields` by custom_id, selects as lists."""
        return await self.people.submit(user, modal, fields)

    # Waiting

    async def wait_for_message(
        self,
        channel: Channel | int,
        predicate: Callable[[Message], bool] = lambda _message: True,
        timeout: float | None = 10.0,
    ) -> Message:
        """The oldest message of the channel that fits, as soon as there is one."""
        place = self.people.channel(channel)

        def look() -> Message | None:
            return next((one for one in place.messages.values() if predicate(one)), None)

        return await self.changes.until(look, timeout, f"a message in {place.name or place.id}")

    async def wait_ready(self, shards: int = 1, timeout: float | None = 10.0) -> None:
        """Wait until that many shards are connected and know all their guilds."""
        await self.gateway.wait_ready(shards, timeout)

    async def wait_for_request(
        self,
        method: str,
        path: str,
        *,
        count: int = 1,
        timeout: float | None = 10.0,
    ) -> Request:
        """The request number `count` of that method whose path the regular expression `path`
        matches whole, as soon as it was answered."""
        pattern = re.compile(path)

        def look() -> Request | None:
            fitting = [
                one for one in self.requests if one.method == method and pattern.fullmatch(one.path)
            ]
            return fitting[count - 1] if len(fitting) >= count else None

        return await self.changes.until(look, timeout, f"{method} {path}")

    async def wait_until(
        self, look: Callable[[World], Any], timeout: float | None = 10.0, what: str = "a change"
    ) -> Any:
        """Wait until `look(world)` is neither None nor False; returns it."""
        return await self.changes.until(lambda: look(self.world), timeout, what)

    def install_for(self, user: User | int) -> None:
        """Let a user install the application for themselves: its commands follow them into
        every guild and private channel, as far as the commands allow."""
        self.world.own_installs.add(self.people.user(user).id)

    def private_channel(self, *people: User) -> Channel:
        """A direct message channel between two people, or a group of more, without the bot."""
        kind = ChannelType.DM if len(people) == 2 else ChannelType.GROUP_DM
        channel = Channel(self.world.snowflake(), kind, recipients=list(people))
        self.world.channels[channel.id] = channel
        return channel
