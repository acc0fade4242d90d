"""Where a feed's WebSub hub is (WebSub, 4): in its headers, else in the feed itself. Pure."""

import re

from bot.feed.identity import web_url
from bot.feed.parse import parse_feed
from bot.feed.results import Hub

_LINK = re.compile(r"<([^<>]{1,2000})>((?:\s*;[^,<>]{0,500})*)")
_REL = re.compile(r'(?i);\s*rel\s*=\s*"?([^";]{1,200})')


def discover(
    link: str | None, body: bytes, *, url: str, content_type: str | None = None
) -> Hub | None:
    """The first hub that an answer of `url` names in its Link header or in its body.

    Raises:
        ParseError: the body had to be read, and is no feed.
    """
    links = _header_links(link or "", url)
    if "hub" in links:
        return Hub(links["hub"], links.get("self") or url)
    parsed = parse_feed(body, url=url, content_type=content_type)
    if parsed.hub_url is None:
        return None
    return Hub(parsed.hub_url, links.get("self") or parsed.self_url or url)


def _header_links(header: str, base: str) -> dict[str, str]:
    """The first web address of each relation in a Link header (RFC 8288, 3)."""
    links: dict[str, str] = {}
    for target, parameters in _LINK.findall(header):
        address = web_url(target.strip(), base)
        relations = _REL.search(parameters)
        for relation in relations[1].lower().split() if relations and address else ():
            links.setdefault(relation, address)
    return links
