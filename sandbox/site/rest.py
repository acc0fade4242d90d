"""The part of WordPress's REST API that readers use: posts, categories and tags.

Source: https://developer.wordpress.org/rest-api/reference/posts/
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from sandbox.site.feed import absolute
from sandbox.site.library import Library, Taxonomy, Term
from sandbox.site.posts import SITE_ZONE, Post, excerpt_of

Json = dict[str, Any]

MAX_PER_PAGE = 100

ROOT = "/wp-json/wp/v2"
_ZONED = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")
_COLLECTIONS: dict[str, Taxonomy] = {"categories": "category", "tags": "post_tag"}


class RestError(Exception):
    """An answer with WordPress's error body."""

    def __init__(self, status: int, code: str, message: str, **data: object) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "data": {"status": status, **data}}


@dataclass(frozen=True, slots=True)
class Answer:
    body: Json | list[Json]
    headers: Mapping[str, str] = field(default_factory=dict)


class Rest:
    """Answers GET requests; `url` returns the site's address without a trailing slash."""

    def __init__(self, library: Library, url: Callable[[], str]) -> None:
        self._library = library
        self._url = url

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """The answer for a path below ``/wp-json``. Raises RestError."""
        found = re.fullmatch(r"/wp/v2/(?:posts/(\d{1,18})|(posts|categories|tags))/?", path)
        if found is None:
            raise RestError(
                404, "rest_no_route", "No route was found matching the URL and request method."
            )
        number, kind = found[1], found[2]
        if number is not None:
            return Answer(_selected(self._one(int(number), query), query))
        if kind == "posts":
            return self._page(
                kind, self._posts(query), query, lambda post: self._post(post, "_embed" in query)
            )
        terms = self._library.terms(_COLLECTIONS[kind])
        if "slug" in query:
            slugs = query["slug"].split(",")
            terms = [term for term in terms if term.slug in slugs]
        return self._page(kind, sorted(terms, key=lambda term: term.name), query, self._term)

    def _page(
        self,
        kind: str,
        found: Sequence[Any],
        query: Mapping[str, str],
        shape: Callable[[Any], Json],
    ) -> Answer:
        per_page = _number(query, "per_page", 10, MAX_PER_PAGE)
        page = _number(query, "page", 1, 10**9)
        pages = -(-len(found) // per_page)
        if page > 1 and page > pages:
            raise RestError(
                400,
                "rest_post_invalid_page_number",
                "The page number requested is larger than the number of pages available.",
            )
        headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)}
        links = []
        if page > 1:
            links.append(f'<{self._page_url(kind, query, page - 1)}>; rel="prev"')
        if page < pages:
            links.append(f'<{self._page_url(kind, query, page + 1)}>; rel="next"')
        if links:
            headers["Link"] = ", ".join(links)
        shown = found[(page - 1) * per_page : page * per_page]
        return Answer([_selected(shape(item), query) for item in shown], headers)

    def _page_url(self, kind: str, query: Mapping[str, str], page: int) -> str:
        return f"{self._url()}{ROOT}/{kind}?{urlencode({**query, 'page': page})}"

    def _posts(self, query: Mapping[str, str]) -> list[Post]:
        if query.get("status", "publish") != "publish":
            raise _invalid("status", "Status is forbidden.")
        posts = self._library.published()
        for name, taxonomy in _COLLECTIONS.items():
            if name in query:
                wanted = _ids(query[name], name)
                posts = [
                    post
                    for post in posts
                    if wanted & {term.id for term in self._library.terms_of(post, taxonomy)}
                ]
        if "modified_after" in query:
            after = _moment(query["modified_after"], "modified_after")
            posts = [post for post in posts if post.modified > after]
        if "slug" in query:
            posts = [post for post in posts if post.slug in query["slug"].split(",")]
        if "include" in query:
            wanted = _ids(query["include"], "include")
            posts = [post for post in posts if post.id in wanted]
        return posts

    def _one(self, number: int, query: Mapping[str, str]) -> Json:
        post = self._library.by_id(number)
        if post is None:
            raise RestError(404, "rest_post_invalid_id", "Invalid post ID.")
        if post.status != "publish":
            raise RestError(401, "rest_forbidden", "Sorry, you are not allowed to do that.")
        return self._post(post, "_embed" in query)

    # JSON

    def _post(self, post: Post, embed: bool) -> Json:
        categories = self._library.terms_of(post, "category")
        tags = self._library.terms_of(post, "post_tag")
        shape: Json = {
            "id": post.id,
            **_dates(post),
            "guid": {"rendered": post.guid},
            "slug": post.slug,
            "status": "publish",
            "type": "post",
            "link": f"{self._url()}{post.path}",
            "title": {"rendered": escape(post.title, quote=False).replace("&amp;", "&#038;")},
            "content": {"rendered": absolute(post.body, self._url()), "protected": False},
            "excerpt": {"rendered": _excerpt(post), "protected": False},
            "author": 1,
            "featured_media": post.image_id,
            "comment_status": "open",
            "ping_status": "closed",
            "sticky": False,
            "template": "",
            "format": "standard",
            "meta": [],
            "categories": [term.id for term in categories],
            "tags": [term.id for term in tags],
            "_links": self._post_links(post),
        }
        if embed:
            shape["_embedded"] = {
                "author": [{"id": 1, "name": post.author, "url": self._url(), "slug": "admin"}],
                "wp:term": [
                    [self._term(term) for term in categories],
                    [self._term(term) for term in tags],
                ],
            }
            if post.image:
                shape["_embedded"]["wp:featuredmedia"] = [self._media(post)]
        return shape

    def _post_links(self, post: Post) -> Json:
        links: Json = {
            "self": [{"href": f"{self._url()}{ROOT}/posts/{post.id}"}],
            "collection": [{"href": f"{self._url()}{ROOT}/posts"}],
            "author": [{"embeddable": True, "href": f"{self._url()}{ROOT}/users/1"}],
            "wp:term": [
                {
                    "taxonomy": taxonomy,
                    "embeddable": True,
                    "href": f"{self._url()}{ROOT}/{name}?post={post.id}",
                }
                for name, taxonomy in _COLLECTIONS.items()
            ],
        }
        if post.image:
            href = f"{self._url()}{ROOT}/media/{post.image_id}"
            links["wp:featuredmedia"] = [{"embeddable": True, "href": href}]
        return links

    def _term(self, term: Term) -> Json:
        shape: Json = {
            "id": term.id,
            "count": len(self._library.published(term)),
            "description": "",
            "link": f"{self._url()}{term.path}",
            "name": escape(term.name, quote=False),
            "slug": term.slug,
            "taxonomy": term.taxonomy,
            "meta": [],
        }
        if term.taxonomy == "category":
            shape["parent"] = 0
        return shape

    def _media(self, post: Post) -> Json:
        name = (post.image or "").rpartition("/")[2]
        return {
            "id": post.image_id,
            **_dates(post),
            "slug": name.partition(".")[0],
            "type": "attachment",
            "link": f"{self._url()}{post.path}{name.partition('.')[0]}/",
            "title": {"rendered": name.partition(".")[0]},
            "author": 1,
            "caption": {"rendered": ""},
            "alt_text": post.alt,
            "media_type": "image",
            "mime_type": f"image/{name.rpartition('.')[2].replace('jpg', 'jpeg')}",
            "media_details": {
                "width": 1200,
                "height": 675,
                "file": (post.image or "").removeprefix("/wp-content/uploads/"),
            },
            "post": post.id,
            "source_url": f"{self._url()}{post.image}",
        }


def _dates(post: Post) -> Json:
    return {
        "date": _site_time(post.date),
        "date_gmt": _gmt(post.date),
        "modified": _site_time(post.modified),
        "modified_gmt": _gmt(post.modified),
    }


def _site_time(moment: datetime) -> str:
    return moment.astimezone(SITE_ZONE).strftime("%Y-%m-%dT%H:%M:%S")


def _gmt(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _excerpt(post: Post) -> str:
    text = escape(excerpt_of(post), quote=False).replace("...", "&#8230;")
    return f"<p>{text.replace('&amp;#8230;', '&hellip;').replace('&amp;', '&#038;')}</p>\n"


def _selected(shape: Json, query: Mapping[str, str]) -> Json:
    if "_fields" not in query:
        return shape
    names = {name.strip().partition(".")[0] for name in query["_fields"].split(",")}
    return {name: value for name, value in shape.items() if name in names}


def _number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name, str(default))
    if not re.fullmatch(r"\d{1,9}", text):
        raise _invalid(name, f"{name} is not of type integer.")
    number = int(text)
    if not 1 <= number <= most:
        raise _invalid(name, f"{name} must be between 1 (inclusive) and {most} (inclusive)")
    return number


def _ids(text: str, name: str) -> set[int]:
    parts = [part for part in text.split(",") if part]
    if not all(re.fullmatch(r"\d{1,18}", part) for part in parts):
        raise _invalid(name, f"{name}[0] is not of type integer.")
    return {int(part) for part in parts}


def _moment(text: str, name: str) -> datetime:
    """A date and time, by default in the site's zone; a date without time is refused."""
    if "T" not in text.upper():
        raise _invalid(name, "Invalid date.")
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise _invalid(name, "Invalid date.") from error
    return moment if _ZONED.search(text) else moment.replace(tzinfo=SITE_ZONE)


def _invalid(name: str, why: str) -> RestError:
    return RestError(400, "rest_invalid_param", f"Invalid parameter(s): {name}", params={name: why})
