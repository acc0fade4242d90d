"""The page's server side: its files, what a person sees, live events, and actions.

The page uses the sandbox as a test does. An answer other than success is ``{"error": text}``, which
the page shows as it is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from importlib import resources
from typing import Any

from aiohttp import web

from sandbox import page_view
from sandbox.entities import Channel, Event, User
from sandbox.errors import ApiError
from sandbox.interactions.people import People
from sandbox.messages import create_message
from sandbox.outcome import InteractionFailed, Refused, Response
from sandbox.permissions import Permission
from sandbox.site import SampleSite
from sandbox.validate.commands import LOCALES

Json = dict[str, Any]

#: The longest action, a modal with five fields of 4,000 characters, is far below this many bytes.
ACTION_BYTES = 256 * 1024
#: Events queued for a page; with more it is disconnected, and it loads its state again.
BACKLOG = 1000
#: Seconds without an event after which a comment keeps the stream open.
QUIET = 15.0

_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

# Scripts, styles and connections only of the page itself; images from any host.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _with_errors(handler: Handler) -> Handler:
    """Turn exceptions into JSON answers with a text."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as error:
            return web.json_response({"error": _sentence(str(error))}, status=422)
        except InteractionFailed as error:
            return web.json_response({"error": str(error)}, status=504)
        except ApiError as error:
            return web.json_response({"error": _sentence(error.message)}, status=error.status)

    return handle


def _sentence(text: str) -> str:
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "!", "?", "…")) else f"{whole}."


def page_routes(people: People, magazine: SampleSite | None) -> list[web.RouteDef]:
    """The page at `/`, its files beside it, and its API under `/page/`."""
    page = _Page(people, magazine)
    return [
        web.get("/", page.file),
        web.get(r"/{name:[a-z]+\.(?:js|css|svg)}", page.file),
        web.get("/page/state", _with_errors(page.state)),
        web.get("/page/messages", _with_errors(page.messages)),
        web.get("/page/commands", _with_errors(page.commands)),
        web.get("/page/events", _with_errors(page.events)),
        web.post("/page/act", _with_errors(page.act)),
    ]


class _Page:
    def __init__(self, people: People, magazine: SampleSite | None) -> None:
        self._people = people
        self._magazine = magazine
        self._world = people.world
        self._files = resources.files("sandbox") / "page"
        self._actions: dict[str, Callable[[User, Json], Awaitable[Json]]] = {
            "command": self._command,
            "autocomplete": self._autocomplete,
            "press": self._press,
            "choose": self._choose,
            "submit": self._submit,
            "message": self._message,
            "dm": self._dm,
            "locale": self._locale,
            "publish": self._publish,
        }

    async def file(self, request: web.Request) -> web.Response:
        """One of the page's files, read at each request so that edits are visible at once."""
        name = request.match_info.get("name", "index.html")
        path = self._files / name
        if not path.is_file():
            raise web.HTTPNotFound
        kind = _TYPES["." + name.rpartition(".")[2]]
        body = path.read_bytes()
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=_HEADERS)

    # State

    async def state(self, request: web.Request) -> web.Response:
        """What the viewer sees, and how many interviews are left to publish (null: no magazine)."""
        state = page_view.state_json(self._world, self._viewer(request))
        return _json(state | {"drafts": self._magazine and len(self._magazine.drafts)})

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
        return _json({"commands": self._people.commands_for(viewer, channel)})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-Sent Events, https://html.spec.whatwg.org/multipage/server-sent-events.html."""
        viewer = self._viewer(request)
        queue: asyncio.Queue[Json | None] = asyncio.Queue()

        def enqueue(event: Event) -> None:
            data = page_view.event_json(self._world, viewer, event)
            if data is None or queue.qsize() > BACKLOG:
                return
            queue.put_nowait(data if queue.qsize() < BACKLOG else None)

        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        stop = self._world.listen(enqueue)
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

    # Actions

    async def act(self, request: web.Request) -> web.Response:
        """One action of a person; the kinds are the keys of `_actions`."""
        body = await _action_body(request)
        viewer = self._person(str(body.get("user", "")))
        kind = body.get("kind")
        act = self._actions.get(kind) if isinstance(kind, str) else None
        if act is None:
            known = ", ".join(self._actions)
            raise ApiError(400, 0, f"The page knows no act {kind!r:.40}; it knows {known}.")
        return _json(await act(viewer, body))

    async def _command(self, viewer: User, body: Json) -> Json:
        channel = self._channel(viewer, body.get("channel"))
        options = _object(body, "options")
        name = str(body.get("command", ""))
        return _outcome(await self._people.command(viewer, channel, name, **options))

    async def _autocomplete(self, viewer: User, body: Json) -> Json:
        channel = self._channel(viewer, body.get("channel"))
        name, focused = str(body.get("command", "")), str(body.get("focused", ""))
        options = _object(body, "options")
        if "focused" in options:
            raise ApiError(400, 0, "Options called 'focused' are not supported.")
        choices = await self._people.autocomplete(viewer, channel, name, focused=focused, **options)
        return {"choices": [{"name": one.name, "value": one.value} for one in choices]}

    async def _press(self, viewer: User, body: Json) -> Json:
        message = _number(body.get("message"), "message")
        custom_id = str(body.get("custom_id", ""))
        return _outcome(await self._people.press(viewer, message, custom_id))

    async def _choose(self, viewer: User, body: Json) -> Json:
        message = _number(body.get("message"), "message")
        values = body.get("values")
        if not isinstance(values, list):
            raise ApiError(400, 0, "A choice needs its list of values.")
        custom_id = str(body.get("custom_id", ""))
        return _outcome(await self._people.choose(viewer, message, custom_id, values))

    async def _submit(self, viewer: User, body: Json) -> Json:
        number = _number(body.get("modal"), "modal")
        opened = self._people.interactions.modals.get(number)
        if opened is None or opened.user is not viewer:
            raise ApiError(410, 0, "This form is no longer open. Ask for it again.")
        values = _object(body, "values")
        return _outcome(await self._people.submit(viewer, opened.modal, values))

    async def _message(self, viewer: User, body: Json) -> Json:
        channel = self._channel(viewer, body.get("channel"))
        granted = self._world.permissions(channel, viewer)
        needed = (
            Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
        )
        if not granted & needed:
            raise ApiError(403, 0, "You do not have permission to send messages in this channel.")
        message = create_message(
            self._world, channel, viewer, {"content": str(body.get("content", ""))}
        )
        return {"message": str(message.id)}

    async def _dm(self, viewer: User, body: Json) -> Json:
        return {"channel": str(self._world.open_dm(viewer).id)}

    async def _locale(self, viewer: User, body: Json) -> Json:
        if body.get("locale") not in LOCALES:
            raise ApiError(400, 0, "Discord has no such language.")
        viewer.locale = body["locale"]
        return {}

    async def _publish(self, viewer: User, body: Json) -> Json:
        """The magazine publishes its next draft; the bot reads of it in the feed, as always."""
        if self._magazine is None or not self._magazine.drafts:
            raise ApiError(409, 0, "No interview is left to publish.")
        post = self._magazine.publish()
        return {"title": post.title, "drafts": len(self._magazine.drafts)}

    # Lookups

    def _viewer(self, request: web.Request) -> User:
        return self._person(request.query.get("user", ""))

    def _person(self, name: str) -> User:
        person = page_view.find_person(self._world, name)
        if person is None:
            words = f"There is nobody called {name!r:.60} in this sandbox."
            raise ApiError(404, 0, words if name else "There is nobody in this sandbox yet.")
        return person

    def _channel(self, viewer: User, number: Any) -> Channel:
        channel = self._world.channels.get(_number(number, "channel"))
        if channel is None or not page_view.can_see(self._world, viewer, channel):
            raise ApiError(404, 0, "This channel does not exist, or you can't see it.")
        return channel


async def _next_line(queue: asyncio.Queue[Json | None]) -> bytes | None:
    """The next event in the format of the stream; None when the backlog is full."""
    try:
        async with asyncio.timeout(QUIET):
            data = await queue.get()
    except TimeoutError:
        return b": still here\n\n"
    return None if data is None else f"data: {json.dumps(data)}\n\n".encode()


async def _action_body(request: web.Request) -> Json:
    # Other sites' pages can't send this content type without a preflight request (CORS), so that
    # they can't act through a visitor's browser.
    if request.content_type != "application/json":
        raise ApiError(415, 0, "An act is sent as application/json.")
    text = bytearray()
    async for chunk in request.content.iter_chunked(1 << 16):
        text += chunk
        if len(text) > ACTION_BYTES:
            raise ApiError(413, 0, "That is more text than any command or form takes.")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise ApiError(400, 0, "An act is one JSON object.") from None
    if not isinstance(body, dict):
        raise ApiError(400, 0, "An act is one JSON object.")
    return body


def _outcome(response: Response) -> Json:
    """The kind of the answer, and the modal to show."""
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
        raise ApiError(400, 0, f"{name} has to be a number, not {text!r:.40}.")
    return int(text)


def _object(body: Json, name: str) -> Json:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise ApiError(400, 0, f"{name} has to be an object.")
    return value
