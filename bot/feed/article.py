"""One article's page, as a browser gets it, to an interview.

What a page says of itself is read in the order of how much it can be trusted: JSON-LD
(schema.org), Open Graph and other meta elements, then the usual class names of WordPress themes,
then the mere shape of the page.
"""

import html as entities
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.core.errors import ParseError
from bot.core.model import Interview
from bot.feed.dates import iso_date
from bot.feed.entry import Post, interview_of, plain_title
from bot.feed.html import parse_html
from bot.feed.identity import web_url

LARGEST_PAGE = 5_000_000
_JSON_LD = re.compile(
    r"(?is)<script[^>]{1,300}application/ld\+json[^>]{0,200}>(.{1,200000}?)</script\s*>"
)
_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-z0-9_.:-]{2,40})")
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


@dataclass(frozen=True, slots=True)
class _Told:
    """What meta elements and JSON-LD say, by their names."""

    meta: Mapping[str, str]
    linked: Mapping[str, Any]

    def first(self, *names: str) -> str:
        return next((self.meta[name] for name in names if self.meta.get(name)), "")


def parse_article(body: bytes, *, url: str) -> Interview:
    """The interview on one article's page. `url` is where it came from.

    Raises ParseError when `body` is no page with a title and words under it.
    """
    if not body.strip():
        raise ParseError("error.parse.empty", url=url)
    page = decode(body[:LARGEST_PAGE])
    linked = _json_ld(page)
    tree, _ = parse_html(page)
    told = _Told(_meta(tree), linked)
    title = _title(tree, told)
    found = _body(tree)
    if found is None or not title or _is_listing(tree):
        raise ParseError("error.parse.not-article", url=url)
    warnings: list[str] = []
    address = web_url(_link(tree, "canonical") or told.first("og:url"), url) or url
    return interview_of(
        Post(
            title=title,
            url=address,
            body=found,
            summary=entities.escape(
                told.first("og:description", "description", "twitter:description")
            ),
            base_url=address,
            tags=_kinds(tree, told),
            author=_author(tree, told),
            published_at=_date(tree, told, "datePublished", "article:published_time", warnings),
            updated_at=_date(tree, told, "dateModified", "article:modified_time", warnings),
            pictures=list(_pictures(tree, told)),
            warnings=warnings,
        )
    )


def decode(body: bytes) -> str:
    """A page's text: by byte order mark, then its own charset, then UTF-8, then Windows-1252."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, "replace")
    declared = _CHARSET.search(body[:4096])
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
    told: dict[str, str] = {}
    for node in tree.css("meta")[:300]:
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or ""
        content = attributes.get("content")
        if name and content:
            key = name.strip().lower()
            if key == "article:tag" and key in told:
                told[key] += "\n" + content
            else:
                told.setdefault(key, content)
    return told


def _json_ld(page: str) -> dict[str, Any]:
    """The article among the page's JSON-LD, however it is wrapped."""
    for found in list(_JSON_LD.finditer(page))[:10]:
        try:
            data = orjson.loads(found[1].strip())
        except orjson.JSONDecodeError:
            continue
        for thing in _things(data):
            kinds = thing.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            named = {str(kind).lower() for kind in kinds} & _ARTICLES
            if named - {"webpage"} or (named and thing.get("datePublished")):
                return thing
    return {}


def _things(data: object) -> Iterator[dict[str, Any]]:
    """Objects of a list, of ``@graph`` and the outermost itself; an article before a web page."""
    found = data if isinstance(data, list) else [data]
    objects = [thing for thing in found if isinstance(thing, dict)]
    for thing in list(objects):
        graph = thing.get("@graph")
        objects += (
            [inner for inner in graph if isinstance(inner, dict)] if isinstance(graph, list) else []
        )
    yield from sorted(objects, key=lambda thing: "webpage" in str(thing.get("@type")).lower())


def _title(tree: LexborHTMLParser, told: _Told) -> str:
    for selector in _TITLES[:4]:
        node = tree.css_first(selector)
        if node is not None and node.text().strip():
            return entities.escape(node.text().strip())
    headline = told.linked.get("headline") or told.linked.get("name")
    if isinstance(headline, str) and headline.strip():
        return headline
    for selector in _TITLES[4:]:
        nodes = tree.css(selector)
        if nodes and nodes[0].text().strip():
            return entities.escape(nodes[0].text().strip())
    title = told.first("og:title", "twitter:title")
    if not title:
        node = tree.css_first("title")
        title = node.text() if node is not None else ""
    return _without_site(title, told.first("og:site_name"))


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


def _author(tree: LexborHTMLParser, told: _Told) -> str:
    author = told.linked.get("author")
    for one in author if isinstance(author, list) else [author]:
        name = one.get("name") if isinstance(one, dict) else one
        if isinstance(name, str) and name.strip():
            return name
    for selector in _AUTHORS:
        node = tree.css_first(selector)
        if node is not None and node.text().strip():
            return entities.escape(node.text().strip())
    name = told.first("author", "article:author", "twitter:data1")
    return "" if name.startswith("http") else name


def _date(
    tree: LexborHTMLParser, told: _Told, linked: str, meta: str, warnings: list[str]
) -> datetime | None:
    for value in (told.linked.get(linked), told.meta.get(meta)):
        when = iso_date(value, warnings)
        if when is not None:
            return when
    if linked != "datePublished":
        node = tree.css_first("time.updated[datetime]")
        return iso_date(node.attributes.get("datetime"), warnings) if node is not None else None
    for selector in _DATES:
        node = tree.css_first(selector)
        if node is not None:
            return iso_date(node.attributes.get("datetime"), warnings)
    return None


def _kinds(tree: LexborHTMLParser, told: _Told) -> list[str]:
    terms = [entities.escape(node.text().strip()) for node in tree.css(_TERMS)[:100]]
    section = told.linked.get("articleSection")
    sections = section if isinstance(section, list) else [section]
    words = [str(name) for name in sections if isinstance(name, str)]
    if not words and told.meta.get("article:section"):
        words = [told.meta["article:section"]]
    return [*terms, *words, *told.meta.get("article:tag", "").split("\n")]


def _pictures(tree: LexborHTMLParser, told: _Told) -> Iterator[str]:
    yield told.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
    yield from _image_addresses(told.linked.get("image"))
    for selector in (
        "img.wp-post-image",
        ".wp-block-post-featured-image img",
        ".post-thumbnail img",
    ):
        node = tree.css_first(selector)
        if node is not None:
            attributes = node.attributes
            source = (
                attributes.get("data-src")
                or attributes.get("data-lazy-src")
                or attributes.get("src")
            )
            yield source or ""


def _image_addresses(image: object) -> Iterable[str]:
    if isinstance(image, str):
        return [image]
    if isinstance(image, list):
        return [
            url for one in image[:5] if not isinstance(one, list) for url in _image_addresses(one)
        ]
    if isinstance(image, dict):
        url = image.get("url") or image.get("contentUrl")
        return [url] if isinstance(url, str) else []
    return []


def _link(tree: LexborHTMLParser, relation: str) -> str:
    node = tree.css_first(f"link[rel={relation}]")
    return (node.attributes.get("href") or "") if node is not None else ""


# ---------------------------------------------------------------- where its words are


def _body(tree: LexborHTMLParser) -> str | None:
    """The HTML of the element that holds the article's words, or None where there are none."""
    for selector in _BODIES:
        nodes = [node for node in tree.css(selector)[:30] if len(node.text().strip()) >= 40]
        if not nodes:
            continue
        node = max(nodes, key=lambda node: len(node.text()))
        if selector in ("article", "main", "#content"):
            _strip(node)
        return node.html
    densest = _densest(tree)
    if densest is None:
        return None
    _strip(densest)
    return densest.html


def _is_listing(tree: LexborHTMLParser) -> bool:
    """Whether WordPress calls the page a list of posts (``body_class()``), or one not found."""
    classes = set(((tree.body.attributes if tree.body else {}).get("class") or "").split())
    listing = {"archive", "blog", "category", "tag", "search", "search-results", "error404"}
    return bool(classes & listing) and not classes & {"single", "page", "singular"}


def _strip(node: LexborNode) -> None:
    for child in node.css(_NOT_THE_BODY):
        if child.mem_id != node.mem_id:
            child.decompose()


def _densest(tree: LexborHTMLParser) -> LexborNode | None:
    """The parent of most paragraph text; the body where there are no paragraphs."""
    weights: dict[int, int] = {}
    nodes: dict[int, LexborNode] = {}
    for paragraph in tree.css("p")[:5000]:
        parent = paragraph.parent
        if parent is not None and parent.tag != "-undef":
            nodes[parent.mem_id] = parent
            weights[parent.mem_id] = weights.get(parent.mem_id, 0) + len(paragraph.text())
    if weights and max(weights.values()) >= 40:
        return nodes[max(weights, key=lambda key: weights[key])]
    body = tree.body
    return body if body is not None and len(body.text().strip()) >= 40 else None
