"""The addresses of articles in what a fan pasted. Pure."""

import re

from bot.feed.identity import canonical_url

MOST = 5
"""Addresses of one text that are looked up."""

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
_AFTER = ".,;:!?*_~|)]}'»”’"
"""Characters that end a sentence or a markdown link rather than an address."""


def addresses(words: str) -> list[str]:
    """The canonical addresses in a text, in order; one that begins with ``www.`` is https."""
    found = (match[0].rstrip(_AFTER) for match in _ADDRESS.finditer(words))
    whole = (one if "://" in one else f"https://{one}" for one in found)
    return list(dict.fromkeys(filter(None, map(canonical_url, whole))))[:MOST]
