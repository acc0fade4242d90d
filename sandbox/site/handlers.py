"""The site's request handlers: feeds, pages, REST, files, and a button that publishes."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.site.feed import PER_PAGE, rss
from sandbox.site.library import Library, NoSuchPost, Term
from sandbox.site.pages import ROBOTS, Pages
from sandbox.site.posts import Post, slugify
from sandbox.site.rest import Rest, RestError

_NUMBER = re.compile(r"[0-9]{1,9}")
_FILES = {".webp": "image/webp", ".css": "text/css", ".jpg": "image/jpeg", ".png": "image/png"}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SiteHandlers:
    """aiohttp handlers; `url` returns the site's address without a trailing slash."""

    def __init__(self, library: Library, url: Callable[[], str], data: Path) -> None:
        self._library = library
        self._url = url
        self._data = data
        self._pages = Pages(library, url, data / "theme")
        self._rest = Rest(library, url)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self._root),
            web.get("/page/{page:[0-9]+}/", self._root),
            web.get("/feed/", self._feed),
            web.get("/{kind:(?:category|tag)}/{term}/feed/", self._feed),
            web.get("/{kind:(?:category|tag)}/{term}/", self._listing),
            web.get("/{kind:(?:category|tag)}/{term}/page/{page:[0-9]+}/", self._listing),
            web.get("/wp-json{path:/.*}", self._json),
            web.get("/robots.txt", self._robots),
            web.get("/wp-content/uploads/{name:.+}", self._file("uploads")),
            web.get("/wp-content/themes/kcrush/{name:.+}", self._file("theme")),
            web.post("/sample/publish", self._publish),
            web.get("/{slug}/", self._article),
            web.get("/{rest:.*}", self._elsewhere),
        ]

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        modified = self._library.last_modified()
        stamp = format_datetime(modified, usegmt=True)
        etag = f'"{hashlib.md5(stamp.encode(), usedforsecurity=False).hexdigest()}"'
        headers = {
            "Last-Modified": stamp,
            "ETag": etag,
            "Link": f'<{self._url()}/wp-json/>; rel="https://api.w.org/"',
            "Content-Type": "application/rss+xml; charset=UTF-8",
        }
        if _unchanged(request, etag, modified):
            return web.Response(status=304, headers=headers)
        page = request.query.get("paged", "1")
        number = int(page) if _NUMBER.fullmatch(page) else 1
        term, known = self._term(request)
        posts = self._library.published(term) if known else []
        start = (max(1, number) - 1) * PER_PAGE
        shown = posts[start : start + PER_PAGE]
        text = rss(
            self._library,
            shown,
            url=self._url(),
            path=request.path,
            heading=term.name if term else None,
        )
        status = 404 if number > 1 and not shown else 200
        return _compressed(request, text, status, headers)

    def _term(self, request: web.Request) -> tuple[Term | None, bool]:
        """The category or tag of the URL (None: the whole site), and whether it exists."""
        if "kind" not in request.match_info:
            return None, True
        taxonomy = request.match_info["kind"]
        slug = slugify(request.match_info["term"])
        term = self._library.term_by_slug(
            "category" if taxonomy == "category" else "post_tag", slug
        )
        return term, term is not None

    async def _root(self, request: web.Request) -> web.StreamResponse:
        if "p" in request.query:
            number = request.query["p"]
            post = self._library.by_id(int(number)) if _NUMBER.fullmatch(number) else None
            if post is None or post.status != "publish":
                return self._missing(request)
            return _moved(self._link(post))
        return self._paged(request, "Latest", "/", self._library.published())

    async def _listing(self, request: web.Request) -> web.StreamResponse:
        term, _ = self._term(request)
        if term is None:
            return self._missing(request)
        label = "Category" if term.taxonomy == "category" else "Tag"
        posts = self._library.published(term)
        return self._paged(request, f"{label}: {term.name}", term.path, posts)

    def _paged(
        self, request: web.Request, heading: str, path: str, posts: list[Post]
    ) -> web.StreamResponse:
        page = int(request.match_info.get("page", "1")[:9])
        html = self._pages.listing(heading, path, posts, page)
        return self._missing(request) if html is None else self._html(request, html)

    async def _article(self, request: web.Request) -> web.StreamResponse:
        slug = slugify(request.match_info["slug"])
        post = self._library.by_slug(slug)
        if post is not None and post.status == "publish":
            return self._html(request, self._pages.article(post))
        moved = self._library.moved(slug)
        if moved is not None:
            return _moved(self._link(moved))
        return self._missing(request)

    async def _elsewhere(self, request: web.Request) -> web.StreamResponse:
        if not request.path.endswith("/") and "." not in request.path:
            path = request.rel_url.raw_path.lstrip("/")
            return _moved(f"{self._url()}/{path}/")
        return self._missing(request)

    async def _json(self, request: web.Request) -> web.StreamResponse:
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "X-Robots-Tag": "noindex",
            "X-Content-Type-Options": "nosniff",
            "Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link",
            "Allow": "GET",
        }
        try:
            answer = self._rest.answer(request.match_info.get("path", ""), dict(request.query))
        except RestError as error:
            return web.Response(
                status=error.status, body=json.dumps(error.body).encode(), headers=headers
            )
        return web.Response(
            body=json.dumps(answer.body).encode(), headers={**headers, **answer.headers}
        )

    async def _publish(self, request: web.Request) -> web.StreamResponse:
        """Publish the next draft and redirect to it (the front page's form)."""
        origin = request.headers.get("Origin")
        if origin and urlsplit(origin).hostname not in _LOOPBACK:
            raise web.HTTPForbidden(text="Only pages of this machine may publish.")
        try:
            post = self._library.publish()
        except NoSuchPost as error:
            raise web.HTTPNotFound(text=str(error)) from error
        return _moved(self._link(post), 303)

    async def _robots(self, request: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": "text/plain; charset=UTF-8"}
        return _compressed(request, ROBOTS, 200, headers)

    def _file(self, folder: str) -> Handler:
        root = (self._data / folder).resolve()

        async def handler(request: web.Request) -> web.StreamResponse:
            name = request.match_info["name"]
            if "\0" in name:
                return self._missing(request)
            file = (root / name).resolve()
            kind = _FILES.get(file.suffix)
            if kind is None or not file.is_relative_to(root) or not file.is_file():
                return self._missing(request)
            return web.FileResponse(file, headers={"Content-Type": kind})

        return handler

    def _link(self, post: Post) -> str:
        return f"{self._url()}{post.path}"

    def _html(self, request: web.Request, html: str, status: int = 200) -> web.Response:
        headers = {
            "Content-Type": "text/html; charset=UTF-8",
            "Link": f'<{self._url()}/wp-json/>; rel="https://api.w.org/"',
        }
        return _compressed(request, html, status, headers)

    def _missing(self, request: web.Request) -> web.Response:
        return self._html(request, self._pages.missing(), 404)


def _unchanged(request: web.Request, etag: str, modified: datetime) -> bool:
    """Whether a conditional request gets 304, by the rules of WordPress (WP::send_headers).

    The ETag is compared as a string, the date as "not older"; where both are sent, both must match.
    """
    inm = request.headers.get("If-None-Match", "").strip()
    ims = request.headers.get("If-Modified-Since", "").strip()
    fresh = bool(ims) and _seconds(ims) >= modified.timestamp()
    if inm and ims:
        return inm == etag and fresh
    return inm == etag or fresh


def _seconds(http_date: str) -> float:
    try:
        return parsedate_to_datetime(http_date).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _compressed(
    request: web.Request, text: str, status: int, headers: Mapping[str, str]
) -> web.Response:
    """A response with `text`, gzipped where the client accepts it.

    A gzipped response's ETag ends in ``-gzip``, as with Apache's mod_deflate.
    """
    body = text.encode("utf-8", "surrogatepass")
    sent = {**headers, "Vary": "Accept-Encoding"}
    if _takes_gzip(request.headers.get("Accept-Encoding", "")):
        body = gzip.compress(body, compresslevel=6, mtime=0)
        sent["Content-Encoding"] = "gzip"
        if "ETag" in sent:
            sent["ETag"] = f'{sent["ETag"][:-1]}-gzip"'
    return web.Response(status=status, body=body, headers=sent)


def _takes_gzip(accept: str) -> bool:
    for offer in accept.lower().split(","):
        name, _, quality = offer.partition(";")
        if name.strip() in ("gzip", "x-gzip", "*"):
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", quality)
    return False


def _moved(location: str, status: int = 301) -> web.Response:
    return web.Response(status=status, headers={"Location": location})
