"""The addresses of the HTTP port and what they answer. Handlers are thin; see the rooms beside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot import __version__
from bot.core.bot_state import BotState, readiness
from bot.core.clock import Clock
from bot.core.i18n import Text
from bot.web import xmlrpc
from bot.web.metrics import CONTENT_TYPE, Metrics
from bot.web.server import note_request
from bot.web.websub import MAX_PUSH, WebSub

logger = structlog.get_logger(__name__)

REQUEST_LIMIT = 10.0
"""Seconds for a whole request; a ping is a few hundred bytes."""

STATE_AGE = 1.0
"""Seconds for which the state that was found is told again, however many ask."""

LOG_EVERY = 10.0
"""Seconds: pings are told in the log no oftener, whoever floods the port."""


def build_site(
    *,
    look_now: Callable[[], None],
    state: Callable[[], Awaitable[BotState]],
    metrics: Metrics,
    websub: WebSub | None,
    text: Text,
    clock: Clock,
    request_limit: float = REQUEST_LIMIT,
) -> web.Application:
    """``POST /ping``, ``GET /healthz``, ``/readyz`` and ``/metrics``, and ``/websub/<token>`` where
    there is a `websub`.

    `look_now` is called at every ping, whoever sent it: it must be cheap and bound what follows.
    """
    handlers = _Handlers(look_now, state, metrics, text, clock)
    site = web.Application(middlewares=[_bounds(request_limit)], client_max_size=xmlrpc.MAX_BODY)
    site.router.add_post("/ping", handlers.ping)
    site.router.add_get("/healthz", _healthz)
    site.router.add_get("/readyz", handlers.readyz)
    site.router.add_get("/metrics", handlers.metrics)
    if websub is not None:
        site.router.add_get("/websub/{token}", partial(_verify, websub))
        site.router.add_post("/websub/{token}", partial(_push, websub))
    return site


class _Handlers:
    """The handlers of pings and of monitors, and what they remember."""

    def __init__(
        self,
        look_now: Callable[[], None],
        state: Callable[[], Awaitable[BotState]],
        metrics: Metrics,
        text: Text,
        clock: Clock,
    ) -> None:
        self._look_now = look_now
        self._state = state
        self._metrics = metrics
        self._text = text
        self._clock = clock
        self._logged_at = self._asked_at = float("-inf")
        self._turn = asyncio.Lock()
        self._known: BotState | None = None
        self._rendered: tuple[BotState, bytes] | None = None

    async def ping(self, request: web.Request) -> web.Response:
        understood = xmlrpc.understand(await _body(request, xmlrpc.MAX_BODY))
        sentence, now = self._text(understood.key), self._clock.monotonic()
        if now - self._logged_at >= LOG_EVERY:
            self._logged_at = now
            logger.info("http.ping", by=request.remote, heard=understood.key)
        if understood.fault is None:
            self._look_now()
            answer = xmlrpc.thanks(sentence)
        else:
            answer = xmlrpc.fault(understood.fault, sentence)
        return web.Response(body=answer, content_type="text/xml", charset="utf-8")

    async def readyz(self, request: web.Request) -> web.Response:
        async with self._turn:
            answer = readiness(await self._look())
        return web.json_response(dict(answer.body), status=answer.code)

    async def metrics(self, request: web.Request) -> web.Response:
        async with self._turn:
            state = await self._look()
            if self._rendered is None or self._rendered[0] is not state:
                # It takes milliseconds, which strangers must not multiply, and reads files.
                self._rendered = state, await asyncio.to_thread(self._metrics.render, state)
            body = self._rendered[1]
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    async def _look(self) -> BotState:
        if self._known is None or self._clock.monotonic() - self._asked_at >= STATE_AGE:
            self._known = await self._state()
            self._asked_at = self._clock.monotonic()
        return self._known


async def _healthz(request: web.Request) -> web.Response:
    """The event loop turns, or nobody would answer. Nothing else is asked: what a restart would not
    mend must not lead to one."""
    return web.json_response({"status": "ok"})


async def _verify(websub: WebSub, request: web.Request) -> web.Response:
    challenge = websub.verify(request.match_info["token"], request.query)
    if challenge is None:
        raise web.HTTPNotFound
    return web.Response(text=challenge, content_type="text/plain")


async def _push(websub: WebSub, request: web.Request) -> web.Response:
    """The answer tells a hub nothing of whether it was believed (WebSub, 8)."""
    token, signature = request.match_info["token"], request.headers.get("X-Hub-Signature")
    if not await websub.receive(token, signature, _pieces(request, MAX_PUSH)):
        raise web.HTTPGone
    return web.Response(status=202)


async def _body(request: web.Request, limit: int) -> bytes:
    return b"".join([piece async for piece in _pieces(request, limit)])


async def _pieces(request: web.Request, limit: int) -> AsyncIterator[bytes]:
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise web.HTTPUnsupportedMediaType
    taken = 0
    async for piece in request.content.iter_any():
        taken += len(piece)
        if taken > limit:
            raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=taken)
        yield piece


def _bounds(seconds: float) -> Middleware:
    """Every answer within its time, one a connection, and never a traceback."""

    @web.middleware
    async def bounds(request: web.Request, handler: Handler) -> web.StreamResponse:
        note_request(request)
        try:
            async with asyncio.timeout(seconds):
                response = await handler(request)
        except TimeoutError:
            response = web.Response(status=408, text="408: Request Timeout")
        except web.HTTPException as error:
            kept = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
            response = web.Response(status=error.status, text=error.text, headers=kept)
        except (web.RequestPayloadError, ConnectionError, ValueError) as error:
            logger.debug("http.broken-request", cause=str(error))
            response = web.Response(status=400, text="400: Bad Request")
        except Exception as error:
            if request.transport is None or request.transport.is_closing():
                # aiohttp says so in many ways, a RuntimeError among them.
                logger.debug("http.hung-up", cause=str(error))
            else:
                logger.exception("http.crashed", path=request.path[:100])
            response = web.Response(status=500, text="500: Internal Server Error")
        response.force_close()
        response.headers["Server"] = f"kcrush-bot/{__version__}"
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return bounds
