"""The sandbox as one object: a server, its world, the actions of people, and waiting."""

from __future__ import annotations

import contextlib
import random
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Self

from aiohttp import web

from sandbox.changes import Changes
from sandbox.entities import Channel, Message
from sandbox.faults import Faults
from sandbox.gateway import Gateway, GatewaySettings
from sandbox.interactions import callbacks
from sandbox.interactions.lifecycle import Interactions
from sandbox.interactions.people import People
from sandbox.observe import Exchange, Observer, Request
from sandbox.page_api import page_routes
from sandbox.ratelimit import RateLimiter
from sandbox.rest.cdn import cdn_routes
from sandbox.rest.pipeline import PREFIX, Rest
from sandbox.rest.table import TABLE
from sandbox.site import SampleSite
from sandbox.world import World


class Sandbox(People):
    """A local Discord, running inside ``async with``. What people do are methods of `People`.

    Parameters:
        port: 0 takes any free port.
        token: the bot's token; None makes one.
        clock: seconds since the epoch; dates everything, and ages nonces, tokens and sessions.
        page: whether to serve the page.
        magazine: whose next interview the page may publish; None: nobody's.
        observer: receives every REST exchange and gateway payload.
        interaction_timeout: how long a callback may take, in real seconds (Discord: 3).
        token_lifetime: how long interaction tokens are valid, in seconds of `clock` (Discord: 900).
        picture_seconds: how long a picture from elsewhere takes to load when a message shows it
            for the first time, in seconds of `clock`. Until then it is blank in a gallery, and
            stays so on open pages until the message is edited (discord-api-docs, issue 8072).
        keep_requests: how many requests `requests` keeps.
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
        magazine: SampleSite | None = None,
        observer: Observer | None = None,
        rate_limits: bool = True,
        nonce_window: float = 300.0,
        interaction_timeout: float = 3.0,
        token_lifetime: float = 900.0,
        picture_seconds: float = 0.3,
        gateway: GatewaySettings | None = None,
        keep_requests: int = 20_000,
    ) -> None:
        self.changes = Changes()
        self.requests: deque[Request] = deque(maxlen=keep_requests)
        world = World(clock=clock, rng=rng, nonce_window=nonce_window)
        world.picture_seconds = picture_seconds
        if token is not None:
            world.application.token = token
        super().__init__(
            world,
            Interactions(
                world,
                changes=self.changes,
                timeout=interaction_timeout,
                lifetime=token_lifetime,
            ),
        )
        self.faults = Faults(world.rng)
        self.limiter = RateLimiter(clock, enabled=rate_limits)
        self._observer = observer
        self.gateway = Gateway(
            world,
            gateway or GatewaySettings(identify_interval=5.0 if rate_limits else 0.0),
            changes=self.changes,
            observer=observer,
        )
        self.rest = Rest(
            world,
            faults=self.faults,
            limiter=self.limiter,
            observer=self._record,
            gateway_info=self.gateway.bot_info,
        )
        self._page, self._magazine = page, magazine
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
            app.add_routes(page_routes(self, self._magazine))
        # The pages' streams of events don't end by themselves: waiting longer is in vain.
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handle_signals=False)
        async with contextlib.AsyncExitStack() as stack:
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, self._host, self._port)
            await site.start()
            stack.push_async_callback(self.gateway.shut_down)
            stack.push_async_callback(self.rest.wait_for_background)
            stack.callback(self.interactions.close)
            self._stack = stack.pop_all()
        self._port = runner.addresses[0][1]
        self.gateway.url = self.gateway_url
        self.world.base_url = self.url
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()

    # Addresses

    @property
    def url(self) -> str:
        """The page's address, and the root of all others."""
        return f"http://{self._host}:{self._port}"

    @property
    def api_url(self) -> str:
        """The replacement of https://discord.com/api/v10."""
        return self.url + PREFIX

    @property
    def gateway_url(self) -> str:
        """The replacement of wss://gateway.discord.gg."""
        return f"ws://{self._host}:{self._port}/gateway"

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.world.application.token

    def _record(self, exchange: Exchange) -> None:
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
        self.changes.notify()
        if self._observer is not None:
            self._observer(exchange)

    # Waiting

    async def wait_for_message(
        self,
        channel: Channel | int,
        predicate: Callable[[Message], bool] = lambda _message: True,
        timeout: float | None = 10.0,
    ) -> Message:
        """The oldest message of the channel that matches, as soon as there is one."""
        place = self._channel(channel)

        def look() -> Message | None:
            return next((one for one in place.messages.values() if predicate(one)), None)

        return await self.changes.wait_for(look, timeout, f"a message in {place.name or place.id}")

    async def wait_ready(self, shards: int = 1, timeout: float | None = 10.0) -> None:
        """Wait until that many shards are connected and know all their guilds."""
        await self.changes.wait_for(
            lambda: len(self.gateway.ready_shards()) >= shards, timeout, f"{shards} ready shard(s)"
        )

    async def wait_until(
        self,
        condition: Callable[[World], Any],
        timeout: float | None = 10.0,
        what: str = "a change",
    ) -> Any:
        """Return `condition(world)` as soon as it is neither None nor False."""
        return await self.changes.wait_for(lambda: condition(self.world), timeout, what)
