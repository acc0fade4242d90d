"""Fetching the pictures that articles name."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.feed.fetch import Fetcher
from bot.quotes.studio import Fetch


def fetch_from(fetcher: Fetcher, feeds: Iterable[str]) -> Fetch:
    """Asks any public address, and a private one only where one of `feeds` lives there.

    An article may name any address as its picture; without this it could have us ask the
    operator's own machines.
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
