"""Listing pages with their links, and article pages."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.archive.site_address import SiteAddress
from bot.core.errors import ParseError
from bot.core.model import Interview
from bot.feed.article import LARGEST_PAGE, decode
from bot.feed.html import parse_html
from bot.feed.identity import canonical_url, web_url
from bot.feed.parse import parse_article

LINKS_AT_MOST = 200
"""Links that are read of one listing page. WordPress lists ten posts a page."""

_LINKS = (
    "a.more-link, a.read-more, a[rel~=bookmark], .entry-title a, .post-title a, "
    ".wp-block-post-title a, article h1 a, article h2 a, article h3 a, article h4 a, main h2 a, "
    "main h3 a"
)
_MORE = re.compile(
    r"(?i)^[\s«»→.…]*(?:read\s+(?:the\s+)?(?:more|full|on)|continue\s+reading|more)\b"
)
_NAVIGATION = frozenset({"nav", "aside", "header", "footer"})
_NO_ARTICLE = re.compile(
    r"(?i)/(?:category|tag|author|page|feed|wp-content|wp-json|wp-admin|comments)/|/wp-login"
)


def read_links(body: bytes, site: SiteAddress, *, url: str) -> list[str]:
    """The canonical addresses of the articles that a listing page links to, in its order."""
    # Selectors with ancestors are slow on what is nested without end, however small it is.
    tree, _ = parse_html(decode(body[:LARGEST_PAGE]), small=0)
    nodes = [*tree.css(_LINKS), *_more_links(tree)]
    found: dict[str, None] = {}
    for node in nodes:
        address = canonical_url(web_url(node.attributes.get("href") or "", url))
        parts = urlsplit(address)
        is_page = site.is_same_site(address) and (parts.path.strip("/") or parts.query)
        if is_page and not _NO_ARTICLE.search(parts.path) and not _is_in_navigation(node):
            found[address] = None
            if len(found) == LINKS_AT_MOST:
                break
    return list(found)


def _more_links(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """Links that say "Read more". Links within links, each of which has the words of all that it
    holds, are not read to the end."""
    read = 0
    for node in tree.css("a"):
        words = node.text()
        read += len(words)
        if read > LARGEST_PAGE:
            return
        if _MORE.match(words):
            yield node


def read_article_page(body: bytes, site: SiteAddress, *, url: str) -> Interview:
    """The article on a page. Its GUID is the one of WordPress's feeds (``/?p=ID``) if the page
    tells the id.

    Raises:
        ParseError: the page has no article.
    """
    interview = parse_article(body, url=url)
    if not site.is_same_site(interview.url):
        interview = replace(interview, url=canonical_url(url))
    tree, _ = parse_html(decode(body[:LARGEST_PAGE]))
    short = tree.css_first("link[rel=shortlink]")
    guid = web_url((short.attributes.get("href") if short is not None else "") or "", url)
    if re.search(r"[?&]p=\d+$", guid):
        return replace(interview, guid=guid)
    if not interview.guid:
        raise ParseError("error.parse.not-article", url=url)
    return interview


def _is_in_navigation(node: LexborNode) -> bool:
    """Whether a link is part of the page's navigation. A header inside an article is not."""
    parent = node.parent
    while parent is not None and parent.tag not in ("body", "article", "-undef"):
        if parent.tag in _NAVIGATION:
            return True
        parent = parent.parent
    return False
