"""The formats in which a site publishes a post, each read into the same ``Post``.

A new field of an interview is read here, for every format, and made part of the interview in
``bot.feed.entry``. Sources: RSS 2.0 (rssboard.org), RFC 4287 (Atom), Media RSS, JSON Feed 1.1
(jsonfeed.org), https://developer.wordpress.org/rest-api/reference/posts/.
"""

import calendar
import html
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.feed.article import ArticlePage
from bot.feed.dates import iso_date
from bot.feed.identity import web_url
from bot.feed.json_values import dicts, first_dict, items, text
from bot.feed.pictures import PictureCandidate, candidate

LONGER = 2
"""Times as long as the content a summary has to be, to be the article."""

ESCAPED_AT_MOST = 2
ESCAPED_TAGS = 2
"""Tags that are escaped in a text without any other, to be taken for HTML that was escaped."""

_TAG = re.compile(r"(?i)<(?:p|br|div|strong|b|em|h[1-6]|ul|ol|li|figure|img|blockquote|table)\b")
_ESCAPED_TAG = re.compile(
    r"(?i)&(?:amp;){0,2}lt;/?(?:p|br|div|strong|b|em|h[1-6]|ul|ol|li|blockquote)\b"
)
_PICTURE_NAME = re.compile(r"(?i)\.(?:jpe?g|png|gif|webp|avif)(?:$|\?)")
"""Of a picture whose media type nothing tells."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post in the words of its site: strings as they came, dates already read.

    ``title``, ``author`` and ``tags`` are text with HTML entities, ``body`` is HTML and
    ``summary`` HTML or text. ``pictures`` are candidates for the main picture, best first.
    ``published_at`` and ``updated_at`` are aware. ``warnings`` are for the operator.
    """

    title: str = ""
    url: str = ""
    guid: str = ""
    body: str = ""
    summary: str = ""
    base_url: str = ""
    tags: Sequence[str] = ()
    author: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    pictures: Sequence[PictureCandidate] = ()
    warnings: Sequence[str] = ()


def post_of_page(page: ArticlePage, url: str) -> Post:
    """An article's page at `url`."""
    warnings: list[str] = []
    address = web_url(page.link("canonical") or page.meta("og:url"), url) or url
    summary = page.meta("og:description", "description", "twitter:description")
    return Post(
        title=page.title,
        url=address,
        body=page.body or "",
        summary=html.escape(summary),
        base_url=address,
        tags=page.tags,
        author=page.author,
        published_at=page.date("datePublished", "article:published_time", warnings),
        updated_at=page.date("dateModified", "article:modified_time", warnings),
        pictures=list(page.pictures()),
        warnings=warnings,
    )


def post_of_rest(post: Mapping[str, Any], url: str) -> Post:
    """A post of WordPress's REST API. With ``_embed`` in the request it has its author, categories,
    tags and featured picture."""
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
        pictures=[_featured(one) for one in dicts(embedded.get("wp:featuredmedia"))],
        warnings=warnings,
    )


def post_of_json_item(item: Mapping[str, Any], feed: Mapping[str, Any], url: str) -> Post:
    """An item of a JSON Feed. Its titles, summaries and ``content_text`` are plain text."""
    writers = [item.get("authors"), [item.get("author")], feed.get("authors"), [feed.get("author")]]
    names = (text(writer.get("name")) for group in writers for writer in dicts(group))
    id_ = item.get("id")
    warnings: list[str] = []
    return Post(
        title=_escaped(item.get("title")),
        url=text(item.get("url")),
        guid=str(id_) if isinstance(id_, str | int) else "",
        body=text(item.get("content_html")) or _escaped(item.get("content_text")),
        summary=_escaped(item.get("summary")),
        base_url=web_url(text(item.get("url")), url) or url,
        tags=[_escaped(tag) for tag in items(item.get("tags"))],
        author=html.escape(next(filter(None, names), "")),
        published_at=iso_date(item.get("date_published"), warnings),
        updated_at=iso_date(item.get("date_modified"), warnings),
        pictures=[candidate(item.get("image")), candidate(item.get("banner_image"))],
        warnings=warnings,
    )


def post_of_entry(entry: dict[str, Any], url: str, *, is_atom: bool = False) -> Post:
    """An entry of an RSS, RDF or Atom feed, as feedparser tells it."""
    body, base = _body(entry)
    summary = _html(str(entry.get("summary") or ""), _detail(entry, "summary_detail").get("type"))
    if len(summary) > LONGER * len(body):
        # What calls itself the content is a teaser.
        body, summary = summary, body
    title = str(entry.get("title") or "")
    if is_atom and _detail(entry, "title_detail").get("type") == "text/plain":
        # Once more than for HTML: titles of RSS, of whatever type, are HTML that was escaped.
        title = html.escape(html.escape(title, quote=False), quote=False)
    author = str(_detail(entry, "author_detail").get("name") or entry.get("author") or "")
    warnings: list[str] = []
    published, updated = _dates(entry, warnings)
    return Post(
        title=title,
        url=_link(entry),
        guid=str(entry.get("id") or ""),
        body=body or summary,
        summary=summary if summary != body else "",
        base_url=web_url(base, url) or url,
        tags=[str(tag.get("label") or tag.get("term") or "") for tag in dicts(entry.get("tags"))],
        author="" if "@" in author else author,
        published_at=published,
        updated_at=updated,
        pictures=list(_pictures(entry)),
        warnings=warnings,
    )


# ---------------------------------------------------------------- RSS, RDF, Atom


def _body(entry: Mapping[str, Any]) -> tuple[str, str]:
    """The longest of the entry's contents as HTML, and the base of its relative addresses."""
    contents = [content for content in dicts(entry.get("content")) if content.get("value")]
    if not contents:
        return "", str(_detail(entry, "summary_detail").get("base") or "")
    best = max(contents, key=lambda content: len(content["value"]))
    return _html(str(best["value"]), best.get("type")), str(best.get("base") or "")


def _detail(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """feedparser's details of an element. For a feed's own element of that name it is a string."""
    value = entry.get(name)
    return value if isinstance(value, dict) else {}


def _html(content: str, media_type: object) -> str:
    """A content as HTML: text is escaped, and HTML that was escaped once or twice too often, by a
    site that means to be careful, is restored."""
    if media_type == "text/plain":
        return html.escape(content, quote=False)
    for _ in range(ESCAPED_AT_MOST):
        if _TAG.search(content) or len(_ESCAPED_TAG.findall(content)) < ESCAPED_TAGS:
            break
        content = html.unescape(content)
    return content


def _link(entry: Mapping[str, Any]) -> str:
    origin = entry.get("feedburner_origlink")
    if isinstance(origin, str) and web_url(origin):
        # The address behind FeedBurner's own, which counts readers.
        return origin
    for link in dicts(entry.get("links")):
        if link.get("rel", "alternate") == "alternate" and link.get("href"):
            return str(link["href"])
    return str(entry.get("link") or "")


def _dates(entry: dict[str, Any], warnings: list[str]) -> tuple[datetime | None, datetime | None]:
    """Publication and modification. feedparser files RSS 1.0's dc:date as the latter."""
    published = _moment(entry.get("published_parsed"))
    updated = _moment(entry.get("updated_parsed"))
    written = entry.get("published") or entry.get("updated")
    if published is None and updated is None and written:
        warnings.append(f"the date {str(written)[:60]!r} can't be read")
    return published or updated, updated if published else None


def _moment(parsed: object) -> datetime | None:
    if not isinstance(parsed, time.struct_time):
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _pictures(entry: Mapping[str, Any]) -> Iterator[PictureCandidate]:
    """Media RSS contents, the largest first, then thumbnails, then enclosures: the pictures among
    them."""
    contents = []
    for media in dicts(entry.get("media_content")):
        kind, medium = str(media.get("type") or ""), str(media.get("medium") or "")
        untold = not kind and not medium and _PICTURE_NAME.search(str(media.get("url") or ""))
        if medium == "image" or kind.startswith("image/") or untold:
            contents.append(_of_media(media, kind))
    yield from sorted(contents, key=lambda one: one.width or 0, reverse=True)
    for thumbnail in dicts(entry.get("media_thumbnail")):
        yield _of_media(thumbnail)
    for link in dicts(entry.get("links")):
        if link.get("rel") == "enclosure" and str(link.get("type") or "").startswith("image/"):
            yield candidate(link.get("href"), media_type=link.get("type"))


def _of_media(media: Mapping[str, Any], kind: str = "") -> PictureCandidate:
    return candidate(media.get("url"), media.get("width"), media.get("height"), kind)


# ---------------------------------------------------------------- JSON


def _featured(media: Mapping[str, Any]) -> PictureCandidate:
    details = first_dict(media.get("media_details"))
    return candidate(
        media.get("source_url"),
        details.get("width"),
        details.get("height"),
        media.get("mime_type"),
    )


def _rendered(post: Mapping[str, Any], name: str) -> str:
    value = post.get(name)
    return text(value.get("rendered")) if isinstance(value, dict) else text(value)


def _escaped(value: object) -> str:
    return html.escape(text(value), quote=False)
