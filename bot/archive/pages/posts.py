"""Posts as WordPress's REST API and pages of a feed tell them.

Source: https://developer.wordpress.org/rest-api/reference/posts/
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from bot.core.errors import ParseError
from bot.core.model import Interview
from bot.feed.identity import digest
from bot.feed.jsonposts import dicts, is_json, load_json, parse_posts, text
from bot.feed.parse import parse_feed


@dataclass(frozen=True, slots=True)
class Found:
    """A post of the archive: its key, what changes when it changes, and the interview it is."""

    key: str
    mark: str
    interview: Interview


@dataclass(frozen=True, slots=True)
class Listed:
    """A post of which only that it is there is known, and since when it is as it is."""

    key: str
    mark: str


def read_terms(body: bytes, wanted: str, *, url: str) -> list[int]:
    """The ids of the terms in a REST answer whose slug (or id) is `wanted`.

    Raises ParseError when `body` is no list of terms.
    """
    terms = _objects(body, url)
    if any("slug" not in term for term in terms):
        raise ParseError("error.parse.not-feed", url=url)
    return [
        term["id"]
        for term in terms
        if isinstance(term.get("id"), int)
        and (unquote(text(term.get("slug"))) == wanted or str(term["id"]) == wanted)
    ]


def children(body: bytes, parents: Iterable[int], *, url: str) -> list[int]:
    """The ids of the terms in a REST answer that stand below one of `parents`."""
    above = set(parents)
    return [
        term["id"]
        for term in _objects(body, url)
        if isinstance(term.get("id"), int) and term.get("parent") in above
    ]


def read_posts(body: bytes, *, url: str) -> list[Found]:
    """The posts of a page of REST answers. What is no post, or not public, is left out.

    Raises ParseError when `body` is no list of posts.
    """
    found: list[Found] = []
    for post in _objects(body, url):
        if not isinstance(post.get("id"), int):
            continue
        try:
            interviews = parse_posts(post, url=url)
        except ParseError:
            continue
        mark = text(post.get("modified_gmt"))
        found.extend(Found(str(post["id"]), mark, interview) for interview in interviews)
    return found


def read_index(body: bytes, *, url: str) -> list[Listed]:
    """The ids and times of modification of a page of REST answers.

    Raises ParseError when `body` is no list of posts.
    """
    return [
        Listed(str(post["id"]), text(post.get("modified_gmt")))
        for post in _objects(body, url)
        if isinstance(post.get("id"), int)
    ]


def refusal_code(body: bytes) -> str:
    """The code of REST's error (``rest_forbidden``), "" for anything else."""
    try:
        value = load_json(body, "")
    except ParseError:
        return ""
    return text(value.get("code")) if isinstance(value, dict) else ""


def read_feed_page(body: bytes, *, url: str, content_type: str | None = None) -> list[Found]:
    """The posts of one page of a feed. A digest stands for the time of change.

    Raises ParseError when `body` is no feed.
    """
    parsed = parse_feed(body, url=url, content_type=content_type)
    return [Found(one.guid, digest(one), one) for one in parsed.interviews]


def is_past_the_end(body: bytes, *, url: str) -> bool:
    """Whether the body of a 404 is WordPress's feed without entries, past the last page."""
    try:
        return not read_feed_page(body, url=url)
    except ParseError:
        return False


def _objects(body: bytes, url: str) -> list[dict[str, Any]]:
    data = load_json(body, url) if is_json(body) else None
    if not isinstance(data, list):
        raise ParseError("error.parse.not-feed", url=url)
    return dicts(data)
