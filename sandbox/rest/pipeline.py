"""What every REST request goes through: token, rate limits, faults, body, handler, observer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from aiohttp import web

from sandbox import errors
from sandbox.errors import ApiError
from sandbox.faults import Fate, Faults, Rule
from sandbox.observe import Exchange
from sandbox.ratelimit import Limit, RateLimiter, Scope, denial_body, denial_headers
from sandbox.rest.body import Body, Upload, read_body
from sandbox.world import Channel, Guild, Message, User, World

PREFIX = "/api/v10"

# What Discord's answers carry; discord.py takes a 429 without `Via` for Cloudflare's.
VIA = {"Via": "1.1 google"}

DEFAULT_LIMIT = Limit(50, 1.0)

# "Top-level resources", docs, "Rate Limits".
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
    """A successful answer; `body` None with status 204 is no body at all."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


NO_CONTENT = Reply(None, 204)


@dataclass(slots=True)
class Call:
    """One request as its handler sees it. `payload` is the JSON body, None without one."""

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
        """The snowflake among the path's parameters; 400 when it is none."""
        return snowflake(self.params[name], name)

    def body(self) -> dict[str, Any]:
        """The payload as an object, empty without one; 400 when it is something else."""
        if self.payload is None:
            return {}
        if isinstance(self.payload, dict):
            return self.payload
        error = {
            "code": "MODEL_TYPE_CONVERT",
            "message": "Only dictionaries may be used in a ModelType",
        }
        raise ApiError(400, 50035, "Invalid Form Body", {"_errors": [error]})

    def guild(self) -> Guild:
        """The guild of the path. 404 (10004) where the bot is not in it, as at Discord."""
        guild = self.world.guilds.get(self.id("guild_id"))
        if guild is None or self.bot.id not in guild.members:
            raise errors.unknown("Guild")
        return guild

    def channel(self, name: str = "channel_id") -> Channel:
        """The channel of the path; 404 (10003), or 403 (50001) where the bot can't see it."""
        return visible_channel(self.world, self.id(name))

    def message(self, channel: Channel) -> Message:
        """The message of the path in `channel`; 404 (10008)."""
        message = channel.messages.get(self.id("message_id"))
        if message is None:
            raise errors.unknown("Message")
        return message


Handler = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint. `path` is the template after ``/api/v10``, as in Discord's documents.

    `auth` "none" asks for no bot token, and then the request does not count globally.
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
        """The major parameters, which each have buckets of their own."""
        return "/".join(params[name] for name in _MAJOR if name in params)


def snowflake(text: str, name: str) -> int:
    """`text` as an id; 400 naming the parameter when it is none."""
    if not _SNOWFLAKE.fullmatch(text):
        error = {"code": "NUMBER_TYPE_COERCE", "message": f'Value "{text}" is not snowflake.'}
        raise ApiError(400, 50035, "Invalid Form Body", {name: {"_errors": [error]}})
    return int(text)


def visible_channel(world: World, channel_id: int) -> Channel:
    """The channel, if there is one (404, 10003) and the bot may view it (403, 50001)."""
    channel = world.channels.get(channel_id)
    if channel is None:
        raise errors.unknown("Channel")
    world.let_rest(channel)
    if not world.permissions(channel, world.application.bot):
        raise errors.missing_access()
    return channel


class Rest:
    """The REST side: routes, and what they share.

    `gateway` gives the body of `GET /gateway/bot`. `observer` hears of each exchange after it,
    faulted ones included. `sleep` holds requests that a fault delays.
    """

    def __init__(
        self,
        world: World,
        *,
        faults: Faults | None = None,
        limiter: RateLimiter | None = None,
        observer: Callable[[Exchange], None] | None = None,
        gateway: Callable[[], Mapping[str, Any]] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.world = world
        self.faults = faults or Faults(world.rng)
        self.limiter = limiter or RateLimiter(world.clock)
        self.observer = observer
        self.gateway = gateway or _no_gateway
        self._sleep = sleep
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self, table: Iterable[Route]) -> list[web.RouteDef]:
        """aiohttp's routes for a table of ours, and one that answers 404 to the rest of /api."""
        defs = [web.route(r.method, PREFIX + r.path, self._endpoint(r)) for r in table]
        return [*defs, web.route("*", "/api/{tail:.*}", self._nowhere)]

    def background(self, work: Awaitable[None]) -> None:
        """Let `work` go on after its request was answered; `close` waits for it."""
        task = asyncio.ensure_future(_run(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until all background work (the spreading of crossposts) is done."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _endpoint(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(route, request)

        return serve

    async def _nowhere(self, request: web.Request) -> web.StreamResponse:
        route = Route(request.method, request.path.removeprefix(PREFIX), _not_found, auth="none")
        return await self._serve(route, request)

    async def _serve(self, route: Route, request: web.Request) -> web.StreamResponse:
        path, arrived = request.path.removeprefix(PREFIX), self.world.clock()
        fate = self.faults.fate(request.method, path)
        denial, limit_headers = self._admit(route, request)
        # Read first: a request that has arrived has its effect though its sender be gone by then.
        body = await read_body(request)
        if fate.latency:
            await self._sleep(fate.latency)
        reply, faulted, via = Reply(), False, VIA
        try:
            _raise(denial or body.error)
            self._break(fate, "before")
            call = Call(
                self, request.method, path, request.match_info, request.query, body.json, body.files
            )
            reply = await route.handler(call)
            self._break(fate, "after")
        except _Cut:
            cut = Reply(status=0)
            self._tell(request, path, body, cut, arrived, faulted=True, undelivered=True)
            return _cut(request)
        except ApiError as error:
            faulted = isinstance(error, _Fault)
            via = VIA if error.via else {}
            reply = Reply(_error_body(error), error.status, error.headers)
        headers = {**via, **limit_headers, **reply.headers}
        self.limiter.note(reply.status, _scope(headers))
        told = Reply(reply.body, reply.status, headers)
        self._tell(request, path, body, told, arrived, faulted=faulted)
        return _response(reply.status, reply.body, headers)

    def _admit(
        self, route: Route, request: web.Request
    ) -> tuple[ApiError | None, Mapping[str, str]]:
        """Judge ban, token and rate limits, in this order, at the moment of arrival."""
        ban = self.limiter.banned()
        if ban is not None:
            return _Limited(ban, "global", via=False), {}
        if route.auth == "bot":
            expected = f"Bot {self.world.application.token}"
            if request.headers.get("Authorization") != expected:
                return errors.unauthorized(), {}
        verdict = self.limiter.check(
            route.key,
            route.major(request.match_info),
            route.limit,
            counts_globally=route.auth == "bot",
        )
        if verdict.retry_after is None:
            return None, verdict.headers
        return _Limited(verdict.retry_after, verdict.scope), verdict.headers

    @staticmethod
    def _break(fate: Fate, when: str) -> None:
        if fate.rule is None or fate.rule.when != when:
            return
        if fate.rule.drop:
            raise _Cut
        raise _Fault(fate.rule)

    def _tell(
        self,
        request: web.Request,
        path: str,
        body: Body,
        reply: Reply,
        arrived: float,
        *,
        faulted: bool,
        undelivered: bool = False,
    ) -> None:
        if self.observer is None:
            return
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


def _raise(error: ApiError | None) -> None:
    if error is not None:
        raise error


class _Cut(Exception):
    """The connection is to be cut instead of answering."""


class _Limited(ApiError):
    """A 429; without `via` it is Cloudflare's."""

    def __init__(self, wait: float, scope: Scope, *, via: bool = True) -> None:
        super().__init__(429, 0, "You are being rate limited.", headers=denial_headers(wait, scope))
        self.via = via
        self.limited = denial_body(wait, scope)


class _Fault(ApiError):
    """An error that a rule made up."""

    def __init__(self, rule: Rule) -> None:
        status = rule.status or 500
        message = rule.message or f"{status}: {_REASONS.get(status, 'Error')}"
        headers: dict[str, str] = {}
        if status == 429:
            headers = denial_headers(rule.retry_after, rule.scope)
        super().__init__(status, rule.code, message, headers=headers)
        self.via = rule.via
        self.limited = denial_body(rule.retry_after, rule.scope) if status == 429 else None


_REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def _error_body(error: ApiError) -> Any:
    limited = getattr(error, "limited", None)
    return error.body() if limited is None else limited


def _scope(headers: Mapping[str, str]) -> Any:
    return headers.get("X-RateLimit-Scope", "user")


def _response(status: int, body: Any, headers: Mapping[str, str]) -> web.Response:
    """The answer; its content type is exactly ``application/json``, as clients compare it."""
    if body is None:
        return web.Response(status=status, headers=headers)
    return web.Response(
        status=status, body=orjson.dumps(body), content_type="application/json", headers=headers
    )


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _not_found(call: Call) -> Reply:
    raise errors.not_found()


async def _run(work: Awaitable[None]) -> None:
    await work


def _no_gateway() -> Mapping[str, Any]:
    raise RuntimeError("no gateway was given to Rest")
