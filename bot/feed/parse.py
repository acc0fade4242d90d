"""From a body's bytes to interviews: RSS, RDF, Atom and JSON Feed; REST posts; article pages.

Pure and bound to the CPU: call it off the event loop. The sources: RSS 2.0 (rssboard.org), RFC 4287
(Atom), JSON Feed 1.1 (jsonfeed.org), Media RSS, RSS 1.0's syndication module, WebSub (W3C).
"""

import html
from collections.abc import Iterable, Mapping
from typing import Any

from bot.core.errors import ParseError
from bot.core.model import Interview
from bot.feed.article import ArticlePage
from bot.feed.challenge import is_challenge
from bot.feed.entry import collect, interview_of
from bot.feed.formats import post_of_entry, post_of_json_item, post_of_page, post_of_rest
from bot.feed.identity import web_url
from bot.feed.json_values import dicts, is_json, load_json, text
from bot.feed.results import ParsedFeed
from bot.feed.syndication import syndicated
from bot.feed.text import plain_title

_HEAD = 4096
"""Bytes of a body in which its first element is looked for."""

_PROLOG = ((b"<?", b"?>"), (b"<!--", b"-->"), (b"<!", b">"))
"""How declarations, comments and document types begin and end."""

_FEEDS = (b"<rss", b"<feed", b"<rdf:rdf", b"<channel")


def parse_feed(body: bytes, *, url: str, content_type: str | None = None) -> ParsedFeed:
    """The interviews of a feed. `url` is where it came from: relative addresses start there.

    A feed that is not well-formed is read as far as it goes, with a warning. Raises ParseError, and
    nothing else, when `body` is no feed at all.
    """
    if not body.strip():
        raise ParseError("error.parse.empty", url=url)
    if is_json(body):
        return _parse_json_feed(load_json(body, url), url)
    if _is_html(body):
        raise ParseError("error.parse.html", url=url)
    return _parse_xml_feed(body, url, content_type)


def parse_any(body: bytes, url: str, content_type: str | None = None) -> tuple[Interview, ...]:
    """The interviews in a feed, an article page, or WordPress REST posts (one or a list).

    Raises ParseError when `body` is none of these.
    """
    if is_json(body):
        data = load_json(body, url)
        if _is_json_feed(data):
            return _parse_json_feed(data, url).interviews
        return parse_posts(data, url=url)
    if _is_html(body):
        return (parse_article(body, url=url),)
    try:
        return parse_feed(body, url=url, content_type=content_type).interviews
    except ParseError as error:
        if error.key != "error.parse.not-feed" or b"<" not in body:
            raise
    return (parse_article(body, url=url),)


def _is_html(body: bytes) -> bool:
    """Whether a body is a web page by its first element, or by its document type if there is none
    near. A feed behind the document type of a web page is a feed."""
    head = body[:_HEAD].removeprefix(b"\xef\xbb\xbf").lower()
    at, is_page = 0, False
    while True:
        at = len(head) - len(head[at:].lstrip())
        ends = (end for start, end in _PROLOG if head.startswith(start, at))
        end = next(ends, None)
        if end is None:
            break
        is_page = is_page or head[at:].startswith(b"<!doctype html")
        close = head.find(end, at)
        if close < 0:
            return is_page
        at = close + len(end)
    return head.startswith(b"<html", at) or (is_page and not head.startswith(_FEEDS, at))


def parse_posts(data: object, *, url: str) -> tuple[Interview, ...]:
    """The published posts of a WordPress REST answer (``/wp/v2/posts``, one post or a list).

    Raises:
        ParseError: `data` is something else.
    """
    posts = data if isinstance(data, list) else [data]
    found = [post for post in dicts(posts) if _is_post(post)]
    if posts and not found:
        raise ParseError("error.parse.not-feed", url=url)
    public = (post for post in found if text(post.get("status")) in ("", "publish"))
    return collect((post_of_rest(post, url) for post in public), [])


def parse_article(body: bytes, *, url: str) -> Interview:
    """The interview on one article's page. `url` is where it came from.

    Raises:
        ParseError: `body` is no page with a title and words under it, or a challenge.
    """
    if not body.strip():
        raise ParseError("error.parse.empty", url=url)
    if is_challenge(body):
        raise ParseError("error.parse.challenge", url=url)
    page = ArticlePage(body)
    # The title first: finding the body removes headers.
    if not page.title or page.body is None or page.is_listing:
        raise ParseError("error.parse.not-article", url=url)
    return interview_of(post_of_page(page, url))


def _is_post(post: Mapping[str, Any]) -> bool:
    return isinstance(post.get("title"), dict) and isinstance(post.get("content"), dict)


def _is_json_feed(data: object) -> bool:
    return isinstance(data, dict) and "jsonfeed.org/version" in str(data.get("version", ""))


def _parse_json_feed(data: object, url: str) -> ParsedFeed:
    if not isinstance(data, dict) or not _is_json_feed(data):
        raise ParseError("error.parse.not-feed", url=url)
    warnings: list[str] = []
    hubs = [
        web_url(text(hub.get("url")))
        for hub in dicts(data.get("hubs"))
        if text(hub.get("type")).lower() == "websub"
    ]
    posts = (post_of_json_item(item, data, url) for item in dicts(data.get("items")))
    return ParsedFeed(
        interviews=collect(posts, warnings),
        title=plain_title(html.escape(str(data.get("title") or ""))),
        hub_url=next(filter(None, hubs), None),
        warnings=tuple(warnings),
        self_url=web_url(str(data.get("feed_url") or ""), url) or None,
    )


# ------------------------------------------------------------------ RSS, RDF, Atom


def _parse_xml_feed(body: bytes, url: str, content_type: str | None) -> ParsedFeed:
    try:
        told = syndicated(body, url=url, content_type=content_type)
    except Exception as error:
        # A parser of hostile bytes may raise anything; to whoever asked, they are no feed.
        raise ParseError("error.parse.not-feed", url=url) from error
    if not told.version and not told.entries:
        raise ParseError("error.parse.not-feed", url=url)
    warnings = list(told.warnings)
    is_atom = told.version.startswith("atom")
    posts = (post_of_entry(entry, url, is_atom=is_atom) for entry in told.entries)
    return ParsedFeed(
        interviews=collect(posts, warnings),
        title=plain_title(str(told.channel.get("title") or "")),
        hub_url=_related(dicts(told.channel.get("links")), "hub", url),
        ttl=_ttl(told.channel),
        warnings=tuple(warnings),
        self_url=_related(dicts(told.channel.get("links")), "self", url),
    )


def _related(links: Iterable[Mapping[str, Any]], relation: str, base: str) -> str | None:
    for link in links:
        if relation in str(link.get("rel") or "").lower().split():
            return web_url(str(link.get("href") or ""), base) or None
    return None


def _ttl(channel: Mapping[str, Any]) -> int | None:
    """RSS's ttl, which is in minutes there.

    The syndication module's ``updatePeriod`` is not asked: every WordPress writes "hourly", however
    often its site publishes, and nobody set it.
    """
    minutes = _number(channel.get("ttl"))
    return minutes * 60 if minutes else None


def _number(value: object) -> int | None:
    """A whole number of up to six digits, or None."""
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None
