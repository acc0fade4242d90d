"""What the address of a feed says about its site: the front page, and which posts the feed has."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

Taxonomy = Literal["categories", "tags"]

_FEED_END = re.compile(r"(?:feed|rss|atom)(?:/(?:rss2?|atom|rdf))?/?$")
_TERM = re.compile(r"/(category|tag)/")
_TAXONOMIES: dict[str, Taxonomy] = {"category": "categories", "tag": "tags"}


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """The addresses at which the archive of one feed can be read.

    ``root`` is the site's front page and ``listing`` the page that lists the feed's posts.
    ``taxonomy`` and ``term`` (a decoded slug, or an id) name the category or tag whose posts the
    feed has; both are ``None`` for a feed of all posts. ``is_wordpress`` is false if the address
    does not look like one of WordPress, in which case nothing but ``feed`` and ``root`` is known.
    """

    feed: str
    root: str
    listing: str | None
    taxonomy: Taxonomy | None = None
    term: str | None = None
    is_wordpress: bool = True

    def is_same_site(self, url: str) -> bool:
        """Whether `url` has the host and port of this site, with or without ``www.``."""
        try:
            return _host(url) == _host(self.root)
        except ValueError:
            return False

    def rest(self, route: str, **query: str | int) -> str:
        """The address of a route of the REST API, such as ``posts``."""
        return f"{self.root}wp-json/wp/v2/{route}?{urlencode(query)}"

    def feed_page(self, number: int) -> str:
        """Page `number` of the feed. The first is the feed itself, to which WordPress redirects."""
        if number == 1:
            return self.feed
        parts = urlsplit(self.feed)
        pairs = [pair for pair in parse_qsl(parts.query) if pair[0] != "paged"]
        query = urlencode([*pairs, ("paged", str(number))])
        return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))

    def listing_page(self, number: int) -> str:
        """Page `number` of the listing."""
        listing = self.listing or self.root
        return listing if number == 1 else f"{listing}page/{number}/"

    @property
    def robots(self) -> str:
        return urljoin(self.root, "/robots.txt")


def site_address(feed: str) -> SiteAddress:
    """Read the address of a feed by WordPress's rules for permalinks (``/category/SLUG/feed/``,
    ``/tag/SLUG/feed/``, ``/feed/``, ``/?feed=rss2&cat=2``)."""
    parts = urlsplit(feed)
    query = dict(parse_qsl(parts.query))
    origin = (parts.scheme, parts.netloc.rpartition("@")[2])
    end = _FEED_END.search(parts.path)
    path = parts.path[: end.start()] if end else parts.path
    if not end and "feed" not in query:
        root = urlunsplit((*origin, "/", "", ""))
        return SiteAddress(feed, root, None, is_wordpress=False)
    path = path if path.endswith("/") else path.rpartition("/")[0] + "/"
    term = _TERM.search(path)
    slug = unquote(path.rstrip("/")).rpartition("/")[2]
    if term is not None and term.end() < len(path.rstrip("/")):
        root = urlunsplit((*origin, path[: term.start() + 1], "", ""))
        listing = urlunsplit((*origin, path, "", ""))
        return SiteAddress(feed, root, listing, _TAXONOMIES[term[1]], slug)
    root = urlunsplit((*origin, path, "", ""))
    if "cat" in query or "tag" in query:
        taxonomy: Taxonomy = "categories" if "cat" in query else "tags"
        return SiteAddress(feed, root, None, taxonomy, query.get("cat") or query.get("tag"))
    return SiteAddress(feed, root, root)


def _host(url: str) -> str:
    parts = urlsplit(url)
    return (parts.hostname or "").lower().removeprefix("www.") + f":{parts.port or ''}"
