"""What a feed's address says of its site: where the site begins, and of which posts it tells."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

Taxonomy = Literal["categories", "tags"]

_FEED_END = re.compile(r"(?:feed|rss|atom)(?:/(?:rss2?|atom|rdf))?/?$")
_TERM = re.compile(r"^(?P<root>.*?/)(?P<kind>category|tag)/(?P<path>.+?)/?$")
_KINDS: dict[str, Taxonomy] = {"category": "categories", "tag": "tags"}

PER_PAGE = 20
"""Posts of a REST page: a hundred with all embedded take a small host many seconds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a feed's archive is to be looked for.

    ``root`` is the site's front page and ``listing`` the page that lists the feed's posts.
    ``taxonomy`` and ``term`` (a slug, decoded, or an id) say of which posts the feed tells: all of
    the site's where both are None. ``known`` is false for an address that says nothing.
    """

    feed: str
    root: str
    listing: str | None
    taxonomy: Taxonomy | None = None
    term: str | None = None
    known: bool = True

    def is_here(self, url: str) -> bool:
        """Whether `url` is of the same site: its host, with or without ``www.``."""
        try:
            return _host(url) == _host(self.root)
        except ValueError:
            return False

    def terms_below(self, url: str) -> tuple[str, ...]:
        """The slugs between this feed's listing and the one at `url`, where that is below it."""
        path, above = urlsplit(url).path, urlsplit(self.listing or "").path
        if not self.is_here(url) or len(above) < 2 or not path.startswith(above):
            return ()
        return tuple(slug for slug in unquote(path.removeprefix(above)).split("/") if slug)

    def rest(self, route: str, **query: str | int) -> str:
        """The address of a REST route, such as ``posts``."""
        return f"{self.root}wp-json/wp/v2/{route}?{urlencode(query)}"

    def paged(self, number: int) -> str:
        """The feed's page `number`; the first is the feed itself, for WordPress redirects to it."""
        if number == 1:
            return self.feed
        parts = urlsplit(self.feed)
        pairs = [pair for pair in parse_qsl(parts.query) if pair[0] != "paged"]
        query = urlencode([*pairs, ("paged", str(number))])
        return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))

    def listed(self, number: int) -> str:
        """The listing's page `number`."""
        listing = self.listing or self.root
        return listing if number == 1 else f"{listing}page/{number}/"

    @property
    def robots(self) -> str:
        return urljoin(self.root, "/robots.txt")

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Where WordPress, Yoast and others put theirs."""
        names = ("wp-sitemap.xml", "sitemap_index.xml", "sitemap.xml")
        return tuple(f"{self.root}{name}" for name in names)


def place_of(feed: str) -> Place:
    """The place of the feed at `feed`, by WordPress's habits (``/category/SLUG/feed/``,
    ``/tag/SLUG/feed/``, ``/feed/``, ``/?feed=rss2&cat=2``)."""
    parts = urlsplit(feed)
    query = dict(parse_qsl(parts.query))
    base = (parts.scheme, parts.netloc.rpartition("@")[2])
    ended = _FEED_END.search(parts.path)
    path = parts.path[: ended.start()] if ended else parts.path
    if not ended and "feed" not in query:
        root = urlunsplit((*base, "/", "", ""))
        return Place(feed, root, None, known=False)
    path = path if path.endswith("/") else path.rpartition("/")[0] + "/"
    term = _TERM.match(path)
    if term is not None:
        root = urlunsplit((*base, term["root"], "", ""))
        slug = unquote(term["path"]).rpartition("/")[2]
        listing = urlunsplit((*base, path, "", ""))
        return Place(feed, root, listing, _KINDS[term["kind"]], slug)
    root = urlunsplit((*base, path, "", ""))
    if "cat" in query or "tag" in query:
        kind: Taxonomy = "categories" if "cat" in query else "tags"
        return Place(feed, root, None, kind, query.get("cat") or query.get("tag"))
    return Place(feed, root, root)


def _host(url: str) -> str:
    parts = urlsplit(url)
    return (parts.hostname or "").lower().removeprefix("www.") + f":{parts.port or ''}"
