"""Fetching the images that articles name."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.feed.fetch import Fetcher
from bot.quotes.renderer import Fetch


def image_fetcher(fetcher: Fetcher, feeds: Iterable[str]) -> Fetch:
    """A function that fetches images from public addresses, and from a private one only where one
    of `feeds` is served from there.

    An article may name any address as its image, the operator's own machines among them.
    """
    origins = {_origin(feed) for feed in feeds}

    async def fetch(url: str) -> bytes:
        return (await fetcher.get(url, trusted=_origin(url) in origins)).body

    return fetch


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.rpartition("@")[2].casefold()
