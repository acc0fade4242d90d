"""One article's page, as a browser gets it.

What a page says of itself is read in the order of how much it can be trusted: JSON-LD
(schema.org), Open Graph and other meta elements, then the usual class names of WordPress themes,
then the mere shape of the page.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from html import escape
from typing import Any

import orjson
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.feed.dates import iso_date
from bot.feed.html import parse_html
from bot.feed.json_values import dicts, first_dict, items, text
from bot.feed.pictures import PictureCandidate, candidate
from bot.feed.text import plain_title
from bot.feed.transcript.media import addresses

LARGEST_PAGE = 5_000_000
"""Bytes of a page that are read."""

META_AT_MOST = 300
TERMS_AT_MOST = 100
WORDS = 40
"""Characters that an element has at least to count as one with an article's words."""

JSON_LD_AT_MOST = 10
JSON_LD_LENGTH = 200_000
"""Characters of one JSON-LD script; a longer one is not read."""

_META = re.compile(rb"(?i)<meta\b([^>]{0,300})")
_CHARSET = re.compile(rb"(?i)charset\s{0,9}+=[\s\"']{0,9}+([a-z0-9_.:-]{2,40})")
_ARTICLES = frozenset({"article", "newsarticle", "blogposting", "webpage", "reportagenewsarticle"})

# Where themes and builders put an article's words, the most telling first.
_BODIES = (
    "[itemprop=articleBody]",
    ".entry-content",
    ".wp-block-post-content",
    ".post-content",
    ".td-post-content",
    ".elementor-widget-theme-post-content",
    ".et_pb_post_content",
    ".article-content",
    ".article-body",
    ".post-body",
    ".single-content",
    ".post-entry",
    ".entry",
    ".content-inner",
    "article",
    "main",
    "#content",
)
_TITLES = (
    "h1.entry-title",
    "h1.wp-block-post-title",
    "h1.post-title",
    "[itemprop=headline]",
    "article h1",
    "main h1",
    "h1",
)
_AUTHORS = (
    "[rel=author]",
    ".author .fn",
    ".author-name",
    ".wp-block-post-author__name",
    ".wp-block-post-author-name",
    ".byline a",
    ".entry-author",
    "[itemprop=author]",
)
_TERMS = (
    "a[rel~=tag], .cat-links a, .tags-links a, .post-categories a, .entry-categories a, "
    ".post-tags a"
)
_DATES = (
    "time.entry-date[datetime]",
    "time.published[datetime]",
    "time[itemprop=datePublished]",
    ".wp-block-post-date time[datetime]",
    "article time[datetime]",
    "main time[datetime]",
    "time[datetime]",
)
# Of a page whose body has no name of its own: what is never the article's.
_NOT_THE_BODY = (
    "header, footer, nav, aside, form, h1, .sidebar, #sidebar, #comments, .comments-area"
)
_PICTURES = (
    "img.wp-post-image",
    ".wp-block-post-featured-image img",
    ".post-thumbnail img",
)


class ArticlePage:
    """What an article's page says. Titles, authors and tags are text with HTML entities."""

    def __init__(self, body: bytes) -> None:
        page = decode(body[:LARGEST_PAGE])
        self.tree, _ = parse_html(page)
        self._linked = _json_ld(page)
        self._meta = _meta(self.tree)

    def meta(self, *names: str) -> str:
        """The content of the first of these meta elements that there is."""
        return next((self._meta[name] for name in names if self._meta.get(name)), "")

    def link(self, relation: str) -> str:
        """The address of a link element, such as ``canonical``."""
        node = self.tree.css_first(f"link[rel={relation}]")
        return (node.attributes.get("href") or "") if node is not None else ""

    @property
    def is_listing(self) -> bool:
        """Whether WordPress calls the page a list of posts, or one not found (``body_class()``)."""
        body = self.tree.body
        classes = set(((body.attributes if body else {}).get("class") or "").split())
        listing = {"archive", "blog", "category", "tag", "search", "search-results", "error404"}
        return bool(classes & listing) and not classes & {"single", "page", "singular"}

    @cached_property
    def title(self) -> str:
        headline = text(self._linked.get("headline") or self._linked.get("name"))
        told = (
            self._first_text(_TITLES[:4])
            or (headline if headline.strip() else "")
            or self._first_text(_TITLES[4:])
        )
        if told:
            return told
        title = self.meta("og:title", "twitter:title")
        if not title:
            node = self.tree.css_first("title")
            title = node.text() if node is not None else ""
        return _without_site(title, self.meta("og:site_name"))

    @property
    def author(self) -> str:
        linked = self._linked.get("author")
        for one in linked if isinstance(linked, list) else [linked]:
            name = text(one.get("name") if isinstance(one, dict) else one)
            if name.strip():
                return name
        name = self.meta("author", "article:author", "twitter:data1")
        return self._first_text(_AUTHORS) or ("" if name.startswith("http") else name)

    @property
    def tags(self) -> list[str]:
        terms = [escape(node.text().strip()) for node in self.tree.css(_TERMS)[:TERMS_AT_MOST]]
        section = self._linked.get("articleSection")
        sections = section if isinstance(section, list) else [section]
        words = [name for name in sections if isinstance(name, str)]
        if not words:
            words = [self.meta("article:section")]
        return [*terms, *words, *self.meta("article:tag").split("\n")]

    def date(self, linked: str, meta: str, warnings: list[str]) -> datetime | None:
        """The date that JSON-LD calls `linked` and a meta element `meta`."""
        for value in (self._linked.get(linked), self._meta.get(meta)):
            when = iso_date(value, warnings)
            if when is not None:
                return when
        selectors = _DATES if linked == "datePublished" else ("time.updated[datetime]",)
        nodes = (self.tree.css_first(selector) for selector in selectors)
        node = next((node for node in nodes if node is not None), None)
        return iso_date(node.attributes.get("datetime"), warnings) if node is not None else None

    def pictures(self) -> Iterator[PictureCandidate]:
        """The pictures that the page names as its own, the best first."""
        told = (self.meta(f"og:image:{name}") for name in ("width", "height", "type"))
        first, *others = self.meta("og:image", "og:image:url", "og:image:secure_url").split("\n")
        yield candidate(self.meta("og:image:secure_url") or first, *told)
        yield from map(candidate, [*others, self.meta("twitter:image")])
        image = self._linked.get("image")
        for one in items(image)[:5] or [image]:
            linked = first_dict(one)
            address = text(one) or text(linked.get("url") or linked.get("contentUrl"))
            yield candidate(address, linked.get("width"), linked.get("height"))
        for selector in _PICTURES:
            node = self.tree.css_first(selector)
            if node is not None:
                yield candidate(next(iter(addresses(node.attributes)), ""))

    @cached_property
    def body(self) -> str | None:
        """The HTML of the element that has the article's words; ``None`` without any."""
        for selector in _BODIES:
            nodes = [node for node in self.tree.css(selector)[:30] if _has_words(node)]
            if not nodes:
                continue
            node = max(nodes, key=lambda node: len(node.text()))
            if selector in ("article", "main", "#content"):
                _strip(node)
            return node.html
        densest = _densest(self.tree)
        if densest is None:
            return None
        _strip(densest)
        return densest.html

    def _first_text(self, selectors: tuple[str, ...]) -> str:
        for selector in selectors:
            node = self.tree.css_first(selector)
            if node is not None and node.text().strip():
                return escape(node.text().strip())
        return ""


def decode(body: bytes) -> str:
    """A page's text: by its byte order mark, the charset it declares, UTF-8, or Windows-1252."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, "replace")
    metas = (_CHARSET.search(meta) for meta in _META.findall(body[:4096]))
    declared = next(filter(None, metas), None)
    for name in (declared[1].decode("ascii") if declared else "utf-8", "utf-8"):
        try:
            return body.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError:
        return body.decode("utf-8", "replace")


# ---------------------------------------------------------------- what the page says of itself


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    """The contents of meta elements by their names; of tags and pictures, all."""
    found: dict[str, str] = {}
    for node in tree.css("meta")[:META_AT_MOST]:
        attributes = node.attributes
        name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
        content = attributes.get("content")
        if name in ("article:tag", "og:image") and name in found and content:
            found[name] += "\n" + content
        elif name and content:
            found.setdefault(name, content)
    return found


def _json_ld(page: str) -> dict[str, Any]:
    """The article among the page's JSON-LD, however it is wrapped."""
    for script in _json_ld_scripts(page):
        try:
            data = orjson.loads(script.strip())
        except orjson.JSONDecodeError:
            continue
        found = dicts(data if isinstance(data, list) else [data])
        found += [inner for thing in found for inner in dicts(thing.get("@graph"))]
        # An article is preferred to a web page.
        for thing in sorted(found, key=lambda thing: "webpage" in str(thing.get("@type")).lower()):
            kinds = thing.get("@type")
            named = {str(kind).lower() for kind in (items(kinds) or [kinds])} & _ARTICLES
            if named - {"webpage"} or (named and thing.get("datePublished")):
                return thing
    return {}


def _json_ld_scripts(page: str) -> Iterator[str]:
    """The contents of the first JSON-LD scripts. Read by hand: large pages are parsed without
    their scripts, and this is linear for any page."""
    lower, at = page.lower(), 0
    if len(lower) != len(page):
        lower = page
    for _ in range(JSON_LD_AT_MOST):
        kind = lower.find("application/ld+json", at)
        start = lower.find(">", kind)
        end = lower.find("</script", start)
        if min(kind, start, end) < 0:
            return
        at = end
        opened = lower.rfind("<script", max(0, kind - 300), kind)
        if opened >= 0 and end - start <= JSON_LD_LENGTH:
            yield page[start + 1 : end]


def _without_site(title: str, site: str) -> str:
    """A window title without the site's name at its end."""
    head, mark, tail = max(
        (title.rpartition(mark) for mark in (" | ", " – ", " — ", " - ", " » ")),
        key=lambda parts: len(parts[0]),
    )
    known = plain_title(site).casefold()
    named = plain_title(tail).casefold()
    short = mark and len(head.split()) >= 3 and len(tail.split()) <= 3 and "interview" not in named
    return head if mark and (named == known or (not known and short)) else title


# ---------------------------------------------------------------- where its words are


def _has_words(node: LexborNode) -> bool:
    return len(node.text().strip()) >= WORDS


def _strip(node: LexborNode) -> None:
    for child in node.css(_NOT_THE_BODY):
        if child.mem_id != node.mem_id:
            child.decompose()


def _densest(tree: LexborHTMLParser) -> LexborNode | None:
    """The parent of most paragraph text; the page's body if there are no paragraphs."""
    weights: dict[int, int] = {}
    nodes: dict[int, LexborNode] = {}
    for paragraph in tree.css("p")[:5000]:
        parent = paragraph.parent
        if parent is not None and parent.tag != "-undef":
            nodes[parent.mem_id] = parent
            weights[parent.mem_id] = weights.get(parent.mem_id, 0) + len(paragraph.text())
    if weights and max(weights.values()) >= WORDS:
        return nodes[max(weights, key=lambda key: weights[key])]
    body = tree.body
    return body if body is not None and _has_words(body) else None
