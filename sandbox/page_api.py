"""The page's own server side: its files, what one sees, live events, and acts of people.

The page is a guest: whatever it asks goes through `Sandbox` as a test would ask it, and an answer
that is not success is `{"error": words}`, words that the page shows to the person as they are.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox import page_view
from sandbox.entities import Channel, Event, User
from sandbox.errors import ApiError
from sandbox.messages import create_message
from sandbox.outcome import InteractionFailed, Refused, Response
from sandbox.permissions import Permission

if TYPE_CHECKING:
    from sandbox.server import Sandbox

Json = dict[str, Any]

#: A person's act is text that they typed; the longest, a modal's five fields of 4,000 letters,
#: stays far below this many bytes.
ACT_BYTES = 256 * 1024
#: Events that may wait for one slow page; beyond that it is cut off and begins anew.
BACKLOG = 1000
#: Seconds without an event after which a comment keeps the stream open.
QUIET = 15.0

_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

# No script, style or connection but the page's own; pictures from wherever a message shows them.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class _Trouble(Exception):
    """A request of the page that can't be served: HTTP status and words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _spoken(handler: Handler) -> Handler:
    """Turns what may go wrong into words."""

    async def speaking(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except _Trouble as error:
            return web.json_response({"error": error.words}, status=error.status)
        except Refused as error:
            return web.json_response({"error": _sentence(str(error))}, status=422)
        except InteractionFailed as error:
            return web.json_response({"error": str(error)}, status=504)
        except ApiError as error:
            return web.json_response({"error": _sentence(error.message)}, status=error.status)

    return speaking


def _sentence(words: str) -> str:
    whole = words[:1].upper() + words[1:]
    return whole if whole.endswith((".", "!", "?", "…")) else f"{whole}."


def routes(sandbox: Sandbox) -> list[web.RouteDef]:
    """The page at `/`, its files beside it, and its API under `/page/`."""
    page = _Page(sandbox)
    return [
        web.get("/", page.file),
        web.get(r"/{name:[a-z]+\.(?:js|css|svg)}", page.file),
        web.get("/page/state", _spoken(page.state)),
        web.get("/page/messages", _spoken(page.messages)),
        web.get("/page/commands", _spoken(page.commands)),
        web.get("/page/events", _spoken(page.events)),
        web.post("/page/act", _spoken(page.act)),
    ]


class _Page:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._world = sandbox.world
        self._files = resources.files("sandbox") / "page"
        self._acts: dict[str, Callable[[User, Json], Awaitable[Json]]] = {
            "command": self._command,
            "autocomplete": self._autocomplete,
            "press": self._press,
            "choose": self._choose,
            "submit": self._submit,
            "message": self._message,
            "dm": self._dm,
        }

    async def file(self, request: web.Request) -> web.Response:
        """One of the page's files; they are small, and read anew so that edits show at once."""
        name = request.match_info.get("name", "index.html")
        path = self._files / name
        if not path.is_file():
            raise web.HTTPNotFound
        kind = _TYPES["." + name.rpartition(".")[2]]
        body = path.read_bytes()
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=_HEADERS)

    # Seeing

    async def state(self, request: web.Request) -> web.Response:
        return _json(page_view.state_json(self._world, self._viewer(request)))

    async def messages(self, request: web.Request) -> web.Response:
        viewer = self._viewer(request)
        channel = self._channel(viewer, request.query.get("channel"))
        before = request.query.get("before")
        found = page_view.messages_json(
            self._world,
            viewer,
            channel,
            before=None if before is None else _number(before, "before"),
            limit=_number(request.query.get("limit", "50"), "limit"),
        )
        return _json({"messages": found})

    async def commands(self, request: web.Request) -> web.Response:
        viewer = self._viewer(request)
        channel = self._channel(viewer, request.query.get("channel"))
        return _json({"commands": self._sandbox.commands_for(viewer, channel)})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-Sent Events, https://html.spec.whatwg.org/multipage/server-sent-events.html."""
        viewer = self._viewer(request)
        queue: asyncio.Queue[Json | None] = asyncio.Queue()

        def heard(event: Event) -> None:
            told = page_view.event_json(self._world, viewer, event)
            if told is None or queue.qsize() > BACKLOG:
                return
            queue.put_nowait(told if queue.qsize() < BACKLOG else None)

        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        stop = self._world.listen(heard)
        try:
            await response.prepare(request)
            await response.write(b"event: ready\ndata: {}\n\n")
            while (line := await _next_line(queue)) is not None:
                await response.write(line)
        except ConnectionResetError:
            pass
        finally:
            stop()
        return response

    # Acting

    async def act(self, request: web.Request) -> web.Response:
        """One act of a person; see `_acts` for the kinds."""
        body = await _act_body(request)
        viewer = self._person(str(body.get("user", "")))
        kind = body.get("kind")
        act = self._acts.get(kind) if isinstance(kind, str) else None
        if act is None:
            known = ", ".join(self._acts)
            raise _Trouble(400, f"The page knows no act {kind!r:.40}; it knows {known}.")
        return _json(await act(viewer, body))

    async def _command(self, viewer: User, body: Json) -> Json:
        channel = self._channel(viewer, body.get("channel"))
        options = _object(body, "options")
        name = str(body.get("command", ""))
        return _outcome(await self._sandbox.people.command(viewer, channel, name, options))

    async def _autocomplete(self, viewer: User, body: Json) -> Json:
        choices = await self._sandbox.people.autocomplete(
            viewer,
            self._channel(viewer, body.get("channel")),
            str(body.get("command", "")),
            str(body.get("focused", "")),
            _object(body, "options"),
        )
        return {"choices": [{"name": one.name, "value": one.value} for one in choices]}

    async def _press(self, viewer: User, body: Json) -> Json:
        message = _number(body.get("message"), "message")
        custom_id = str(body.get("custom_id", ""))
        return _outcome(await self._sandbox.press(viewer, message, custom_id))

    async def _choose(self, viewer: User, body: Json) -> Json:
        message = _number(body.get("message"), "message")
        values = body.get("values")
        if not isinstance(values, list):
            raise _Trouble(400, "A choice needs its list of values.")
        custom_id = str(body.get("custom_id", ""))
        return _outcome(await self._sandbox.choose(viewer, message, custom_id, values))

    async def _submit(self, viewer: User, body: Json) -> Json:
        number = _number(body.get("modal"), "modal")
        opened = self._sandbox.interactions.modals.get(number)
        if opened is None or opened.user is not viewer:
            raise _Trouble(410, "This form is no longer open. Ask for it again.")
        values = _object(body, "values")
        return _outcome(await self._sandbox.submit(viewer, opened.modal, values))

    async def _message(self, viewer: User, body: Json) -> Json:
        channel = self._channel(viewer, body.get("channel"))
        granted = self._world.permissions(channel, viewer)
        needed = (
            Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
        )
        if not granted & needed:
            raise _Trouble(403, "You do not have permission to send messages in this channel.")
        message = create_message(
            self._world, channel, viewer, {"content": str(body.get("content", ""))}
        )
        return {"message": str(message.id)}

    async def _dm(self, viewer: User, body: Json) -> Json:
        return {"channel": str(self._world.open_dm(viewer).id)}

    # Finding

    def _viewer(self, request: web.Request) -> User:
        return self._person(request.query.get("user", ""))

    def _person(self, name: str) -> User:
        person = page_view.find_person(self._world, name)
        if person is None:
            words = f"There is nobody called {name!r:.60} in this sandbox."
            raise _Trouble(404, words if name else "There is nobody in this sandbox yet.")
        return person

    def _channel(self, viewer: User, number: Any) -> Channel:
        channel = self._world.channels.get(_number(number, "channel"))
        if channel is None or not page_view.sees(self._world, viewer, channel):
            raise _Trouble(404, "This channel does not exist, or you can't see it.")
        return channel


async def _next_line(queue: asyncio.Queue[Json | None]) -> bytes | None:
    """The next event as it goes over the wire; None when the page fell too far behind."""
    try:
        async with asyncio.timeout(QUIET):
            told = await queue.get()
    except TimeoutError:
        return b": still here\n\n"
    return None if told is None else f"data: {json.dumps(told)}\n\n".encode()


async def _act_body(request: web.Request) -> Json:
    # A foreign site's form can't send this content type without asking first (CORS), so nobody
    # acts here through a visitor's browser.
    if request.content_type != "application/json":
        raise _Trouble(415, "An act is sent as application/json.")
    text = bytearray()
    async for chunk in request.content.iter_chunked(1 << 16):
        text += chunk
        if len(text) > ACT_BYTES:
            raise _Trouble(413, "That is more text than any command or form takes.")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise _Trouble(400, "An act is one JSON object.") from None
    if not isinstance(body, dict):
        raise _Trouble(400, "An act is one JSON object.")
    return body


def _outcome(response: Response) -> Json:
    """What the page must do beyond following events: show a modal."""
    modal = response.modal
    if modal is None:
        return {"kind": response.kind}
    return {
        "kind": response.kind,
        "modal": {
            "id": str(modal.interaction_id),
            "custom_id": modal.custom_id,
            "title": modal.title,
            "components": list(modal.components),
        },
    }


def _json(data: Mapping[str, Any]) -> web.Response:
    return web.json_response(data, headers={"Cache-Control": "no-store"})


def _number(value: Any, name: str) -> int:
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) <= 20):
        raise _Trouble(400, f"{name} has to be a number, not {text!r:.40}.")
    return int(text)


def _object(body: Json, name: str) -> Json:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise _Trouble(400, f"{name} has to be an object.")
    return value
