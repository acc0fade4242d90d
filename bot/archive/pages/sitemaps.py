"""Sitemaps (sitemaps.org): lists of pages, and lists of such lists."""

import html
import re
import zlib
from dataclasses import dataclass

from bot.feed.identity import canonical_url, web_url

SIZE_LIMIT = 50 * 1024 * 1024
"""Bytes (sitemaps.org, protocol: at most 50 MB uncompressed)."""

ENTRIES_AT_MOST = 50_000
"""sitemaps.org, protocol: at most 50,000 addresses."""

_ENTRY = re.compile(r"(?is)<(url|sitemap)\b[^>]{0,300}>(.{1,8000}?)</\1\s*>")
_LOC = re.compile(r"(?is)<loc\b[^>]{0,300}>\s*(?:<!\[CDATA\[)?(.{1,2100}?)(?:\]\]>)?\s*</loc\s*>")
_CHANGED = re.compile(r"(?is)<lastmod\b[^>]{0,300}>\s*([0-9TZ:+.\- ]{4,40}?)\s*</lastmod\s*>")
_OTHERS = re.compile(
    r"(?i)(?:page|categor|tag|author|user|taxonom|attachment|image|video|product|news|term)"
)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Addresses of pages with their times of modification ("" where untold), and of further
    sitemaps, those that can hold posts; ``terms`` are those that list categories."""

    pages: tuple[tuple[str, str], ...] = ()
    maps: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


def read_sitemap(body: bytes, *, url: str) -> Sitemap:
    """What a sitemap lists; nothing where `body` is none. gzip is undone, within limits."""
    text = _unzipped(body).decode("utf-8", "replace")
    pages: dict[str, str] = {}
    maps: dict[str, None] = {}
    for number, (kind, entry) in enumerate(_ENTRY.findall(text)):
        if number == ENTRIES_AT_MOST:
            break
        found = _LOC.search(entry)
        address = web_url(html.unescape(found[1]), url) if found else ""
        if not address:
            continue
        changed = _CHANGED.search(entry)
        if kind.lower() == "sitemap":
            maps[address] = None
        else:
            pages[canonical_url(address)] = changed[1] if changed else ""
    terms = tuple(address for address in maps if "categor" in _name(address).lower())
    return Sitemap(tuple(pages.items()), _of_posts(tuple(maps)), terms)


def _of_posts(maps: tuple[str, ...]) -> tuple[str, ...]:
    named = [address for address in maps if "post" in _name(address).replace("post_tag", "")]
    rest = [address for address in maps if not _OTHERS.search(_name(address))]
    return tuple(named or rest)


def _name(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def _unzipped(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body[:SIZE_LIMIT]
    try:
        return zlib.decompressobj(wbits=31).decompress(body, SIZE_LIMIT)
    except zlib.error:
        return b""
