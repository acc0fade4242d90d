"""Posts and terms in the answers of WordPress's REST API, and posts in the pages of a feed.

Source: https://developer.wordpress.org/rest-api/reference/posts/
"""

from typing import Any
from urllib.parse import unquote

from bot.archive.results import SitePost, Term
from bot.core.errors import ParseError
from bot.feed.identity import digest
from bot.feed.json_values import dicts, is_json, load_json, text
from bot.feed.parse import parse_feed, parse_posts


def read_terms(body: bytes, *, url: str) -> list[Term]:
    """The categories or tags of a REST answer.

    Raises:
        ParseError: `body` is no list of terms.
    """
    terms = _objects(body, url)
    if any("slug" not in term for term in terms):
        raise ParseError("error.parse.not-feed", url=url)
    return [
        Term(term["id"], unquote(text(term["slug"])), _integer(term.get("parent")))
        for term in terms
        if isinstance(term.get("id"), int)
    ]


def read_posts(body: bytes, *, url: str) -> list[SitePost]:
    """The posts of a REST answer with their words, without those that are not public.

    Raises:
        ParseError: `body` is no list of posts.
    """
    found: list[SitePost] = []
    for post in _posts(body, url):
        try:
            interviews = parse_posts(post, url=url)
        except ParseError:
            continue
        mark = text(post.get("modified_gmt"))
        found.extend(SitePost(str(post["id"]), mark, interview) for interview in interviews)
    return found


def read_index(body: bytes, *, url: str) -> list[SitePost]:
    """The posts of a REST answer that has their ids and times of modification only.

    Raises:
        ParseError: `body` is no list of posts.
    """
    return [SitePost(str(post["id"]), text(post.get("modified_gmt"))) for post in _posts(body, url)]


def read_post_terms(body: bytes, taxonomy: str) -> frozenset[int] | None:
    """The ids of the categories or tags of one post; ``None`` if the answer does not tell them."""
    try:
        post = load_json(body, "")
    except ParseError:
        return None
    terms = post.get(taxonomy) if isinstance(post, dict) else None
    return frozenset(filter(_is_id, terms)) if isinstance(terms, list) else None


def refusal_code(body: bytes) -> str:
    """The code of a REST error, such as ``rest_forbidden``; "" if `body` is no REST error."""
    try:
        value = load_json(body, "")
    except ParseError:
        return ""
    return text(value.get("code")) if isinstance(value, dict) else ""


def read_feed_page(body: bytes, *, url: str, content_type: str | None = None) -> list[SitePost]:
    """The posts of one page of a feed. A digest is their mark: feeds tell no modification time.

    Raises:
        ParseError: `body` is no feed.
    """
    parsed = parse_feed(body, url=url, content_type=content_type)
    return [SitePost(one.guid, digest(one), one) for one in parsed.interviews]


def is_past_the_end(body: bytes, *, url: str) -> bool:
    """Whether the body of a 404 is the empty feed that WordPress sends past the last page."""
    try:
        return not read_feed_page(body, url=url)
    except ParseError:
        return False


def _posts(body: bytes, url: str) -> list[dict[str, Any]]:
    return [post for post in _objects(body, url) if isinstance(post.get("id"), int)]


def _objects(body: bytes, url: str) -> list[dict[str, Any]]:
    data = load_json(body, url) if is_json(body) else None
    if not isinstance(data, list):
        raise ParseError("error.parse.not-feed", url=url)
    return dicts(data)


def _is_id(value: object) -> bool:
    return isinstance(value, int)


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0
