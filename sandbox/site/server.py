"""``SampleSite``: the sample magazine over HTTP, with faults on demand."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.site.faults import Fault, Faults
from sandbox.site.feed import TITLE
from sandbox.site.handlers import SiteHandlers
from sandbox.site.library import Library
from sandbox.site.posts import SAMPLE, Post, load_posts

_LOG_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request that the site answered; `status` is 0 where the connection was cut."""

    method: str
    path: str
    """With the query."""
    status: int
    sent: int
    """Bytes of the body as sent, compressed; 0 for files and broken answers."""
    if_none_match: str | None
    if_modified_since: str | None
    accept_encoding: str | None
    user_agent: str | None
    at: float
    """Seconds since the epoch, by the site's clock."""


class SampleSite:
    """The sample site, served inside ``async with``.

    `port` 0 takes any free port; OSError when the port is taken. `data` is a folder with ``posts``,
    ``uploads`` and ``theme``. `clock` dates what is published. All feeds share one ETag and one
    Last-Modified, made from the latest change of any public post; the ETag of a gzipped feed ends
    in ``-gzip"`` and never matches again, as with Apache's mod_deflate.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        data: Path = SAMPLE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._host, self._port, self._data, self._clock = host, port, data, clock
        self.library = Library(load_posts(data), clock=clock)
        self.faults = Faults()
        self.log: deque[RequestRecord] = deque(maxlen=_LOG_LENGTH)
        """The latest requests, oldest first."""
        self._waiting: set[asyncio.Event] = set()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._observed])
        # The URL is known only once the socket is bound.
        handlers = SiteHandlers(self.library, lambda: self.url, self._data)
        app.add_routes(handlers.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``, without a slash at its end."""
        return f"http://{self._host}:{self._port}"

    @property
    def feed_url(self) -> str:
        return f"{self.url}/category/interviews/feed/"

    @property
    def posts(self) -> list[Post]:
        """Public posts, newest first."""
        return self.library.published()

    @property
    def drafts(self) -> list[Post]:
        """Drafts to publish while the site runs, the next one first."""
        return self.library.drafts()

    def link(self, post: Post) -> str:
        return f"{self.url}{post.path}"

    def publish(self, slug: str | None = None) -> Post:
        """Publish the draft `slug`, or the next one; dated now. Raises NoSuchPost for none."""
        return self.library.publish(slug)

    def publish_new(self, *, title: str, body: str, **fields: Any) -> Post:
        """Publish a new post; `fields` are those of `Library.publish_new`."""
        return self.library.publish_new(title, body, **fields)

    def edit(self, slug: str, *, append: str = "", **changes: Any) -> Post:
        """Change fields of a public post; `append` is added to its body.

        `new_slug` changes the slug: the old address redirects. Raises NoSuchPost.
        """
        if append:
            post = self.library.by_slug(slug)
            changes["body"] = f"{changes.get('body', post.body if post else '')}{append}\n"
        return self.library.edit(slug, **changes)

    def trash(self, slug: str) -> Post:
        return self.library.trash(slug)

    def restore(self, slug: str) -> Post:
        return self.library.restore(slug)

    def delete(self, slug: str) -> Post:
        return self.library.delete(slug)

    def fail(
        self,
        status: int = 503,
        *,
        retry_after: int | str | None = None,
        body: bytes | str = "",
        content_type: str = "text/html; charset=UTF-8",
        headers: Mapping[str, str] | None = None,
        match: str = "",
        times: int | None = None,
    ) -> Fault:
        """Answer requests whose path and query match the regular expression with `status`.

        Lasts `times` requests, or until `heal`. A redirect is ``fail(302, headers={...})``.
        """
        sent = {"Content-Type": content_type, **(headers or {})}
        if retry_after is not None:
            sent["Retry-After"] = str(retry_after)
        page = body or f"<!DOCTYPE html><title>{status}</title><h1>{TITLE} is unavailable</h1>"
        raw = page.encode() if isinstance(page, str) else page
        return self.faults.add(
            Fault(match=match, times=times, status=status, body=raw, headers=sent)
        )

    def serve(
        self,
        body: bytes | str,
        *,
        content_type: str = "application/rss+xml; charset=UTF-8",
        headers: Mapping[str, str] | None = None,
        match: str = "/feed/",
        times: int | None = None,
    ) -> Fault:
        """Answer matching requests with 200 and `body`, which may be empty."""
        raw = body.encode() if isinstance(body, str) else body
        sent = {"Content-Type": content_type, **(headers or {})}
        return self.faults.add(Fault(match=match, times=times, status=200, body=raw, headers=sent))

    def html_instead(self, *, match: str = "/feed/", times: int | None = None) -> Fault:
        """A page where the feed should be, with status 200, as captive portals and broken
        caches answer."""
        page = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body>"
        return self.serve(page, content_type="text/html; charset=UTF-8", match=match, times=times)

    def slow(
        self,
        seconds: float,
        *,
        drip: bool = False,
        match: str = "",
        times: int | None = None,
    ) -> Fault:
        """Wait before answering or, with `drip`, before each byte of the body."""
        delay, pause = (0.0, seconds) if drip else (seconds, 0.0)
        return self.faults.add(Fault(match=match, times=times, delay=delay, drip=pause))

    def drop(self, *, after: int = 0, match: str = "", times: int | None = None) -> Fault:
        """Cut the connection after that many bytes of the body (0: before the status line).

        aiohttp's client retries such a request once by itself, which counts in `times`.
        """
        return self.faults.add(Fault(match=match, times=times, cut=after))

    def heal(self) -> None:
        """Remove all faults."""
        self.faults.clear()

    async def wait_for(
        self, predicate: Callable[[RequestRecord], bool], *, count: int = 1, timeout: float = 5.0
    ) -> list[RequestRecord]:
        """The first `count` requests in the log that match `predicate`, once there are so many.

        Raises TimeoutError after `timeout` seconds.
        """
        logged = asyncio.Event()
        self._waiting.add(logged)
        try:
            async with asyncio.timeout(timeout):
                while True:
                    found = [record for record in self.log if predicate(record)]
                    if len(found) >= count:
                        return found[:count]
                    logged.clear()
                    await logged.wait()
        finally:
            self._waiting.discard(logged)

    # Serving

    @web.middleware
    async def _observed(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = self.faults.apply(request.path_qs)
        status = sent = 0
        try:
            response = await self._respond(request, handler, fault)
            status = 0 if fault is not None and fault.cut == 0 else response.status
            body = response.body if isinstance(response, web.Response) else None
            sent = len(body) if isinstance(body, bytes) and request.method != "HEAD" else 0
        except web.HTTPException as refusal:
            status = refusal.status
            raise
        else:
            return response
        finally:
            self._log_request(request, status, sent)

    async def _respond(
        self, request: web.Request, handler: Handler, fault: Fault | None
    ) -> web.StreamResponse:
        if fault is None:
            return await handler(request)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.status is not None:
            response: web.StreamResponse = web.Response(
                status=fault.status, body=fault.body, headers=fault.headers
            )
        else:
            response = await handler(request)
        if fault.cut is None and not fault.drip:
            return response
        return await _send_broken(request, response, fault)

    def _log_request(self, request: web.Request, status: int, sent: int) -> None:
        header = request.headers.get
        self.log.append(
            RequestRecord(
                method=request.method,
                path=request.path_qs,
                status=status,
                sent=sent,
                if_none_match=header("If-None-Match"),
                if_modified_since=header("If-Modified-Since"),
                accept_encoding=header("Accept-Encoding"),
                user_agent=header("User-Agent"),
                at=self._clock(),
            )
        )
        for logged in self._waiting:
            logged.set()


async def _send_broken(
    request: web.Request, response: web.StreamResponse, fault: Fault
) -> web.StreamResponse:
    """Send `response` slowly, or only a part of it."""
    body = response.body if isinstance(response, web.Response) else b""
    raw = body if isinstance(body, bytes) else b""
    if fault.cut != 0:
        headers = {key: value for key, value in response.headers.items() if key not in _FRAMING}
        stream = web.StreamResponse(status=response.status, headers=headers)
        stream.content_length = len(raw)
        await stream.prepare(request)
        response = stream
        try:
            if fault.drip:
                for number in range(len(raw)):
                    await asyncio.sleep(fault.drip)
                    await stream.write(raw[number : number + 1])
            else:
                await stream.write(raw[: fault.cut])
        except ConnectionError:
            return stream
    if fault.cut is not None and request.transport is not None:
        request.transport.abort()
    return response


_FRAMING = ("Content-Length", "Transfer-Encoding")
