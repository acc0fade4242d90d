"""Posts told in JSON: JSON Feed 1.x (jsonfeed.org) and WordPress's REST API (wp/v2/posts)."""

import html
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from bot.core.errors import ParseError
from bot.core.model import Interview
from bot.feed.dates import iso_date
from bot.feed.entry import Post, collect
from bot.feed.identity import web_url

_JSON_FEED = "jsonfeed.org/version"


def is_json(body: bytes) -> bool:
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def load_json(body: bytes, url: str) -> object:
    """The value that `body` spells; ParseError where it spells none."""
    try:
        return orjson.loads(body.removeprefix(b"\xef\xbb\xbf").strip())
    except orjson.JSONDecodeError as error:
        raise ParseError("error.parse.json", url=url, detail=str(error)) from error


def is_json_feed(data: object) -> bool:
    return isinstance(data, dict) and _JSON_FEED in str(data.get("version", ""))


def json_feed_posts(feed: Mapping[str, Any], url: str) -> Iterable[Post]:
    """The items of a JSON Feed. Its titles, summaries and ``content_text`` are plain text."""
    for item in dicts(feed.get("items")):
        yield _item(item, feed, url)


def json_feed_hubs(feed: Mapping[str, Any]) -> list[str]:
    """The addresses of its WebSub hubs."""
    hubs = dicts(feed.get("hubs"))
    return [text(hub.get("url")) for hub in hubs if text(hub.get("type")).lower() == "websub"]


def parse_posts(data: object, *, url: str) -> tuple[Interview, ...]:
    """The published posts of a WordPress REST answer (`/wp/v2/posts`, one post or a list of them).

    With ``_embed`` in the request they bring author, categories, tags and the featured picture.
    Raises ParseError when `data` is something else.
    """
    posts = data if isinstance(data, list) else [data]
    found = [post for post in dicts(posts) if _is_post(post)]
    if posts and not found:
        raise ParseError("error.parse.not-feed", url=url)
    public = (post for post in found if text(post.get("status")) in ("", "publish"))
    return collect((_rest_post(post, url) for post in public), [])


def _item(item: Mapping[str, Any], feed: Mapping[str, Any], url: str) -> Post:
    writers = [item.get("authors"), [item.get("author")], feed.get("authors"), [feed.get("author")]]
    names = (text(writer.get("name")) for group in writers for writer in dicts(group))
    warnings: list[str] = []
    return Post(
        title=_escaped(item.get("title")),
        url=text(item.get("url")),
        guid=text(item.get("id")) or _number(item.get("id")),
        body=text(item.get("content_html")) or _escaped(item.get("content_text")),
        summary=_escaped(item.get("summary")),
        base_url=web_url(text(item.get("url")), url) or url,
        tags=[_escaped(tag) for tag in items(item.get("tags"))],
        author=html.escape(next(filter(None, names), "")),
        published_at=iso_date(item.get("date_published"), warnings),
        updated_at=iso_date(item.get("date_modified"), warnings),
        pictures=[text(item.get("image")), text(item.get("banner_image"))],
        warnings=warnings,
    )


def _is_post(post: Mapping[str, Any]) -> bool:
    return isinstance(post.get("title"), dict) and isinstance(post.get("content"), dict)


def _rest_post(post: Mapping[str, Any], url: str) -> Post:
    embedded = post.get("_embedded")
    embedded = embedded if isinstance(embedded, dict) else {}
    terms = [term for group in items(embedded.get("wp:term")) for term in dicts(group)]
    warnings: list[str] = []
    if post["content"].get("protected"):
        warnings.append("the post is behind a password")
    return Post(
        title=_rendered(post, "title"),
        url=text(post.get("link")),
        guid=html.unescape(_rendered(post, "guid")),
        body=_rendered(post, "content"),
        summary=_rendered(post, "excerpt"),
        base_url=web_url(text(post.get("link")), url) or url,
        tags=[
            text(term.get("name"))
            for term in terms
            if term.get("taxonomy") in ("category", "post_tag")
        ],
        author=next((text(one.get("name")) for one in dicts(embedded.get("author"))), ""),
        published_at=iso_date(post.get("date_gmt"), warnings),
        updated_at=iso_date(post.get("modified_gmt"), warnings),
        pictures=[text(one.get("source_url")) for one in dicts(embedded.get("wp:featuredmedia"))],
        warnings=warnings,
    )


def _rendered(post: Mapping[str, Any], name: str) -> str:
    value = post.get(name)
    return text(value.get("rendered")) if isinstance(value, dict) else text(value)


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in items(value) if isinstance(one, dict)]


def _escaped(value: object) -> str:
    return html.escape(text(value), quote=False)


def _number(value: object) -> str:
    return str(value) if isinstance(value, int) else ""
