"""Listing pages with their links, and article pages with what they say of their categories."""

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.archive.pages.site_address import Place
from bot.core.errors import ParseError
from bot.core.model import Interview
from bot.feed.article import LARGEST_PAGE, decode, parse_article
from bot.feed.html import parse_html
from bot.feed.identity import canonical_url, web_url

LINKS_AT_MOST = 200
"""Of one listing page; WordPress lists ten posts."""

_LINKS = (
    "a.more-link, a.read-more, a[rel~=bookmark], .entry-title a, .post-title a, "
    ".wp-block-post-title a, article h1 a, article h2 a, article h3 a, article h4 a, main h2 a, "
    "main h3 a"
)
_MORE = re.compile(
    r"(?i)^[\s«»→.…]*(?:read\s+(?:the\s+)?(?:more|full|on)|continue\s+reading|more)\b"
)
_FURNITURE = frozenset({"nav", "aside", "header", "footer"})
_NO_ARTICLE = re.compile(
    r"(?i)/(?:category|tag|author|page|feed|wp-content|wp-json|wp-admin|comments)/|/wp-login"
)
_CLASS = {"categories": "category-", "tags": "tag-"}
_PATHS = {"categories": "/category/", "tags": "/tag/"}


@dataclass(frozen=True, slots=True)
class Article:
    """An article's page. ``terms`` are the slugs of its categories (or tags), ``None`` where the
    page does not tell them."""

    interview: Interview
    terms: frozenset[str] | None


def read_links(body: bytes, place: Place, *, url: str) -> list[str]:
    """The canonical addresses of the articles that a listing page links to, in its order."""
    tree, _ = parse_html(decode(body[:LARGEST_PAGE]))
    nodes = [*tree.css(_LINKS), *(node for node in tree.css("a") if _MORE.match(node.text()))]
    found: dict[str, None] = {}
    for node in nodes:
        address = canonical_url(web_url(node.attributes.get("href") or "", url))
        parts = urlsplit(address)
        there = place.is_here(address) and (parts.path.strip("/") or parts.query)
        if there and not _NO_ARTICLE.search(parts.path) and not _in_furniture(node):
            found[address] = None
            if len(found) == LINKS_AT_MOST:
                break
    return list(found)


def read_article_page(body: bytes, place: Place, *, url: str) -> Article:
    """The article on a page. Its GUID is WordPress's own (``/?p=ID``) where the page tells the id.

    Raises ParseError when there is none.
    """
    interview = parse_article(body, url=url)
    tree, _ = parse_html(decode(body[:LARGEST_PAGE]))
    if not place.is_here(interview.url):
        interview = replace(interview, url=canonical_url(url))
    short = tree.css_first("link[rel=shortlink]")
    guid = web_url((short.attributes.get("href") if short is not None else "") or "", url)
    if re.search(r"[?&]p=\d+$", guid):
        interview = replace(interview, guid=guid)
    elif interview.guid == "":
        raise ParseError("error.parse.not-article", url=url)
    return Article(interview, _terms(tree, place))


def _terms(tree: LexborHTMLParser, place: Place) -> frozenset[str] | None:
    """By the classes that WordPress gives an article (``post_class()``), then by its links."""
    if place.taxonomy is None:
        return None
    prefix, path = _CLASS[place.taxonomy], _PATHS[place.taxonomy]
    slugs: set[str] = set()
    for node in tree.css("article, .post, .type-post, main")[:3]:
        for name in (node.attributes.get("class") or "").split():
            if name.startswith(prefix):
                slugs.add(unquote(name.removeprefix(prefix)))
    for node in tree.css("a[rel~=tag], a[rel~=category], .cat-links a, .post-categories a")[:200]:
        address = urlsplit(web_url(node.attributes.get("href") or "", place.root))
        if path in address.path:
            slugs.update(unquote(address.path.partition(path)[2]).strip("/").split("/"))
    return frozenset(slugs) or None


def _in_furniture(node: LexborNode) -> bool:
    """Whether a link stands in the page's own navigation; an article has a header of its own."""
    parent = node.parent
    while parent is not None and parent.tag not in ("body", "article", "-undef"):
        if parent.tag in _FURNITURE:
            return True
        parent = parent.parent
    return False
