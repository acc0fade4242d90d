"""The processing of every REST request: token, rate limits, faults, body, handler, observer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.client import responses
from typing import Any, Literal

import orjson
from aiohttp import web

from sandbox import errors
from sandbox.entities import Channel, Guild, Message, Upload, User
from sandbox.errors import ApiError
from sandbox.faults import AppliedFault, Faults, Rule
from sandbox.observe import Exchange
from sandbox.ratelimit import Limit, RateLimiter, rate_limited
from sandbox.rest.body import Body, read_body
from sandbox.validate.form import Check, check_form
from sandbox.world import World

PREFIX = "/api/v10"

# A header of Discord's answers; discord.py takes a 429 without it for one of Cloudflare's.
VIA = {"Via": "1.1 google"}

DEFAULT_LIMIT = Limit(50, 1.0)

# "Top-level resources", https://docs.discord.com/developers/topics/rate-limits.
_MAJOR = (
    "channel_id",
    "guild_id",
    "webhook_id",
    "webhook_token",
    "interaction_id",
    "interaction_token",
)

_SNOWFLAKE = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer; `body` None sends no body."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


NO_CONTENT = Reply(None, 204)


@dataclass(slots=True)
class Call:
    """One request, as passed to its handler. `payload` is the JSON body, None without one."""

    rest: Rest
    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    payload: Any
    files: tuple[Upload, ...] = ()

    @property
    def world(self) -> World:
        return self.rest.world

    @property
    def bot(self) -> User:
        return self.rest.world.application.bot

    def id(self, name: str) -> int:
        """A snowflake of the path; 400 when it is none."""
        return snowflake(self.params[name], name)

    def body(self) -> dict[str, Any]:
        """The payload as an object, empty without a body; 400 for other JSON."""
        if self.payload is None:
            return {}
        if isinstance(self.payload, dict):
            return self.payload
        message = "Only dictionaries may be used in a ModelType"
        raise errors.invalid_form("", "MODEL_TYPE_CONVERT", message)

    def checked(self, form: Check) -> dict[str, Any]:
        """The payload, validated; 400 (50035) with all errors."""
        return dict(check_form(form, self.payload or {}))

    def flag(self, name: str) -> bool:
        """Whether a boolean query parameter is true."""
        return self.query.get(name, "").lower() in ("1", "true")

    def limit(self, *, highest: int) -> int:
        """The query parameter ``limit``, 50 by default; 400 outside 1 to `highest`."""
        raw = self.query.get("limit", "50")
        if raw.isdecimal() and 1 <= int(raw) <= highest:
            return int(raw)
        code = "NUMBER_TYPE_MAX" if raw.isdecimal() else "NUMBER_TYPE_COERCE"
        raise errors.invalid_form("limit", code, f"int value should be between 1 and {highest}.")

    def guild(self) -> Guild:
        """The guild of the path. 404 (10004) where the bot is not in it, as at Discord."""
        guild = self.world.guilds.get(self.id("guild_id"))
        if guild is None or self.bot.id not in guild.members:
            raise errors.unknown("Guild")
        return guild

    def channel(self) -> Channel:
        """The channel of the path; 404 (10003), or 403 (50001) where the bot can't see it."""
        return visible_channel(self.world, self.id("channel_id"))

    def message(self, channel: Channel) -> Message:
        """The message of the path in `channel`; 404 (10008)."""
        message = channel.messages.get(self.id("message_id"))
        if message is None:
            raise errors.unknown("Message")
        return message


Handler = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint. `path` is the template after ``/api/v10``, as in Discord's documentation.

    With `auth` "none" no bot token is needed, and the request does not count globally.
    """

    method: str
    path: str
    handler: Handler
    limit: Limit = DEFAULT_LIMIT
    auth: Literal["bot", "none"] = "bot"

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"

    def major(self, params: Mapping[str, str]) -> str:
        """The major parameters, whose values have separate buckets."""
        return "/".join(params[name] for name in _MAJOR if name in params)


def snowflake(text: str, name: str) -> int:
    """`text` as an id; 400 naming the parameter when it is none."""
    if not _SNOWFLAKE.fullmatch(text):
        message = f'Value "{text}" is not snowflake.'
        raise errors.invalid_form(name, "NUMBER_TYPE_COERCE", message)
    return int(text)


def visible_channel(world: World, channel_id: int) -> Channel:
    """The channel, if there is one (404, 10003) and the bot may view it (403, 50001)."""
    channel = world.channels.get(channel_id)
    if channel is None:
        raise errors.unknown("Channel")
    world.archive_if_inactive(channel)
    if not world.permissions(channel, world.application.bot):
        raise errors.missing_access()
    return channel


class Rest:
    """Serves routes.

    `gateway_info` returns the body of ``GET /gateway/bot``. `observer` receives every exchange,
    faulted ones included. `sleep` delays requests by fault rules.
    """

    def __init__(
        self,
        world: World,
        *,
        faults: Faults,
        limiter: RateLimiter,
        observer: Callable[[Exchange], None],
        gateway_info: Callable[[], Mapping[str, Any]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.world = world
        self.faults = faults
        self.limiter = limiter
        self.observer = observer
        self.gateway_info = gateway_info
        self._sleep = sleep
        self._tasks: set[asyncio.Future[None]] = set()

    def routes(self, table: Iterable[Route]) -> list[web.RouteDef]:
        """aiohttp routes for a table, and one that answers 404 to the rest of ``/api``."""
        defs = [web.route(r.method, PREFIX + r.path, self._endpoint(r)) for r in table]
        return [*defs, web.route("*", "/api/{tail:.*}", self._not_found)]

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` after its request was answered; `wait_for_background` waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def wait_for_background(self) -> None:
        """Wait until all background work (the copying of crossposts) is done."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _endpoint(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(route, request)

        return serve

    async def _not_found(self, request: web.Request) -> web.StreamResponse:
        route = Route(
            request.method, request.path.removeprefix(PREFIX), _answer_not_found, auth="none"
        )
        return await self._serve(route, request)

    async def _serve(self, route: Route, request: web.Request) -> web.StreamResponse:
        path, arrived = request.path.removeprefix(PREFIX), self.world.clock()
        fault = self.faults.apply(request.method, path)
        denial, limit_headers = self._admit(route, request)
        # Read before any delay: a request that arrived takes effect even if its sender is gone.
        body = await read_body(request)
        if fault.latency:
            await self._sleep(fault.latency)

        def report(reply: Reply, *, faulted: bool = False, undelivered: bool = False) -> None:
            self.observer(
                Exchange(
                    method=request.method,
                    path=path,
                    query=dict(request.query),
                    request_json=body.json,
                    status=reply.status,
                    response_json=reply.body,
                    headers=reply.headers,
                    content_type=request.content_type if request.body_exists else "",
                    faulted=faulted,
                    undelivered=undelivered,
                    arrived=arrived,
                )
            )

        try:
            reply, faulted = await self._answer(route, request, path, body, denial, fault), False
            via = VIA
        except _Cut:
            report(Reply(status=0), faulted=True, undelivered=True)
            return _cut(request)
        except _GarbledError as error:
            report(Reply(status=200), faulted=True, undelivered=True)
            return error.response()
        except ApiError as error:
            faulted = isinstance(error, _FaultError)
            via = VIA if error.via else {}
            reply = Reply(error.body(), error.status, error.headers)
        date = {"Date": formatdate(self.world.clock(), usegmt=True)}
        reply = Reply(reply.body, reply.status, {**date, **via, **limit_headers, **reply.headers})
        self.limiter.record(reply.status, reply.headers.get("X-RateLimit-Scope", "user"))
        report(reply, faulted=faulted)
        return _response(reply)

    async def _answer(
        self,
        route: Route,
        request: web.Request,
        path: str,
        body: Body,
        denial: ApiError | None,
        fault: AppliedFault,
    ) -> Reply:
        error = denial or body.error
        if error is not None:
            raise error
        _break(fault, "before")
        reply = await route.handler(
            Call(
                self, request.method, path, request.match_info, request.query, body.json, body.files
            )
        )
        _break(fault, "after")
        return reply

    def _admit(
        self, route: Route, request: web.Request
    ) -> tuple[ApiError | None, Mapping[str, str]]:
        """Check ban, token and rate limits, in this order, when the request arrives."""
        ban = self.limiter.banned()
        if ban is not None:
            return rate_limited(ban, "global", via=False), {}
        if route.auth == "bot":
            expected = f"Bot {self.world.application.token}"
            if request.headers.get("Authorization") != expected:
                return ApiError(401, 0, "401: Unauthorized"), {}
        return self.limiter.check(
            route.key,
            route.major(request.match_info),
            route.limit,
            counts_globally=route.auth == "bot",
        )


class _Cut(Exception):
    """The connection is cut instead of answering."""


class _GarbledError(Exception):
    """The answer is replaced by bytes that are not Discord's."""

    def __init__(self, body: str) -> None:
        super().__init__(body)
        self.body = body

    def response(self) -> web.Response:
        content_type = "text/html" if self.body.startswith("<") else "application/json"
        return web.Response(body=self.body.encode(), headers={"Content-Type": content_type})


class _FaultError(ApiError):
    """An error made up by a fault rule."""


def _break(fault: AppliedFault, when: str) -> None:
    rule = fault.rule
    if rule is None or rule.when != when:
        return
    if rule.drop:
        raise _Cut
    if rule.garbled is not None:
        raise _GarbledError(rule.garbled)
    raise _fault_error(rule)


def _fault_error(rule: Rule) -> _FaultError:
    status = rule.status or 500
    if status == 429:
        limited = rate_limited(rule.retry_after, rule.scope)
        return _FaultError(
            429, 0, limited.message, headers=limited.headers, extra=limited.extra, via=rule.via
        )
    message = rule.message or f"{status}: {responses.get(status, 'Error')}"
    return _FaultError(status, rule.code, message, via=rule.via)


def _response(reply: Reply) -> web.Response:
    """The content type is exactly ``application/json``, as clients compare it."""
    if reply.body is None:
        return web.Response(status=reply.status, headers=reply.headers)
    return web.Response(
        status=reply.status,
        body=orjson.dumps(reply.body),
        content_type="application/json",
        headers=reply.headers,
    )


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _answer_not_found(call: Call) -> Reply:
    raise ApiError(404, 0, "404: Not Found")
