"""``SampleSite``: the sample magazine over HTTP, with WordPress's habits and faults on demand."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.site.faults import Fault, Faults
from sandbox.site.feed import TITLE
from sandbox.site.front import Front
from sandbox.site.library import GUID_HOST, Library
from sandbox.site.posts import SAMPLE, Post, load_posts, slugify

_LOG_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that the site answered; `status` 0: the connection was cut before an answer."""

    method: str
    path: str
    """With its query."""
    status: int
    sent: int
    """Bytes of body, as compressed; of a file or a broken answer 0."""
    inm: str | None
    """If-None-Match."""
    ims: str | None
    """If-Modified-Since."""
    accept_encoding: str | None
    user_agent: str | None
    at: float
    """By the site's clock, seconds since 1970."""


class SampleSite:
    """The site, from ``async with`` to its end.

    It listens on `host` (loopback unless told otherwise) at `port` (0: any that is free; OSError
    when it is taken). `data` is a folder with ``posts``, ``uploads`` and ``theme``; `clock` dates
    what is published. Every feed shares one ETag and one Last-Modified, made from the latest
    change of anything public; the gzipped feed's ETag ends in ``-gzip"`` and never matches when it
    comes back.
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
        self.log: deque[Seen] = deque(maxlen=_LOG_LENGTH)
        """The latest requests, oldest first."""
        self._waiting: set[asyncio.Event] = set()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._observed])
        # The address is known only when the socket is bound, and pages speak of it.
        front = Front(self.library, lambda: self.url, self._data)
        app.add_routes(front.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    # -- what tests and the demo use

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
    def later(self) -> list[Post]:
        """Posts kept for publishing while the site runs, the next one first."""
        return self.library.later()

    def link(self, post: Post) -> str:
        return f"{self.url}{post.path}"

    def publish(self, slug: str | None = None) -> Post:
        """Publish a post kept for later (the next one when no `slug` is given), dated now.

        Raises NoSuchPost when there is none.
        """
        return self.library.publish(slug)

    def publish_new(
        self,
        *,
        title: str,
        body: str,
        slug: str | None = None,
        excerpt: str = "",
        image: str | None = None,
        alt: str = "",
        author: str = "Kcrush Staff",
        categories: tuple[str, ...] = ("Interviews",),
        tags: tuple[str, ...] = (),
        date: datetime | None = None,
        guid: str | None = None,
    ) -> Post:
        """Publish a post of your own. With a `date` (aware) it is also its time of modification,
        as importers do it: then no feed header changes and only a full read finds it."""

        def made(post_id: int, now: datetime) -> Post:
            return Post(
                id=post_id,
                slug=slug or slugify(title)[:200],
                title=title,
                body=body,
                date=date or now,
                modified=date or now,
                guid=guid or f"{GUID_HOST}/?p={post_id}",
                author=author,
                categories=categories,
                tags=tags,
                excerpt=excerpt,
                image=image,
                alt=alt,
            )

        return self.library.publish_new(made)

    def edit(self, slug: str, *, append: str = "", **changes: Any) -> Post:
        """Change a public post: `title`, `body`, `excerpt`, `tags`, ... (fields of Post), `append`
        HTML to its body, `new_slug` (the old address then redirects). Raises NoSuchPost."""
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
        """Answer requests whose path and query `match` (a regular expression) finds with `status`
        and `body`, `times` times or until ``heal``. A redirect is ``fail(302, headers={...})``."""
        sent = {"Content-Type": content_type, **(headers or {})}
        if retry_after is not None:
            sent["Retry-After"] = str(retry_after)
        page = body or f"<!DOCTYPE html><title>{status}</title><h1>{TITLE} is unwell</h1>"
        raw = page.encode() if isinstance(page, str) else page
        return self._fault(match, times, status=status, body=raw, headers=sent)

    def serve(
        self,
        body: bytes | str,
        *,
        content_type: str = "application/rss+xml; charset=UTF-8",
        headers: Mapping[str, str] | None = None,
        match: str = "/feed/",
        times: int | None = None,
    ) -> Fault:
        """Answer 200 with `body` instead of what stands there; an empty one is sent as it is."""
        raw = body.encode() if isinstance(body, str) else body
        sent = {"Content-Type": content_type, **(headers or {})}
        return self._fault(match, times, status=200, body=raw, headers=sent)

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
        return self._fault(
            match, times, delay=0.0 if drip else seconds, drip=seconds if drip else 0.0
        )

    def drop(self, *, after: int = 0, match: str = "", times: int | None = None) -> Fault:
        """Cut the connection after that many bytes of body, or at once. aiohttp's client then asks
        once more by itself, so that it takes two ``times`` to be seen through it."""
        return self._fault(match, times, cut=after)

    def heal(self) -> None:
        """End every fault."""
        self.faults.clear()

    async def wait_for(
        self, wanted: Callable[[Seen], bool], *, count: int = 1, timeout: float = 5.0
    ) -> list[Seen]:
        """The first `count` requests of the log that are `wanted`, as soon as they are there.

        Raises TimeoutError after `timeout` seconds.
        """
        news = asyncio.Event()
        self._waiting.add(news)
        try:
            async with asyncio.timeout(timeout):
                while True:
                    found = [seen for seen in self.log if wanted(seen)]
                    if len(found) >= count:
                        return found[:count]
                    news.clear()
                    await news.wait()
        finally:
            self._waiting.discard(news)

    def _fault(
        self,
        match: str,
        times: int | None,
        *,
        delay: float = 0.0,
        status: int | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        drip: float = 0.0,
        cut: int | None = None,
    ) -> Fault:
        return self.faults.add(
            Fault(
                match=re.compile(match),
                times=times,
                delay=delay,
                status=status,
                body=body,
                headers=headers or {},
                drip=drip,
                cut=cut,
            )
        )

    # -- requests

    @web.middleware
    async def _observed(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = self.faults.meet(request.path_qs)
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
            self._note(request, status, sent)

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
        return await _broken(request, response, fault)

    def _note(self, request: web.Request, status: int, sent: int) -> None:
        ask = request.headers.get
        self.log.append(
            Seen(
                method=request.method,
                path=request.path_qs,
                status=status,
                sent=sent,
                inm=ask("If-None-Match"),
                ims=ask("If-Modified-Since"),
                accept_encoding=ask("Accept-Encoding"),
                user_agent=ask("User-Agent"),
                at=self._clock(),
            )
        )
        for news in self._waiting:
            news.set()


async def _broken(
    request: web.Request, response: web.StreamResponse, fault: Fault
) -> web.StreamResponse:
    """Send `response` in drips, or a part of it and then nothing more."""
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
