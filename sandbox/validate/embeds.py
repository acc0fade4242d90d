"""Embeds: limits, and their shape in answers.

Source: https://docs.discord.com/developers/resources/message#embed-object-embed-limits.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sandbox.validate.component_tree import MediaLookup
from sandbox.validate.form import (
    INVALID,
    Check,
    Fields,
    Json,
    Location,
    boolean,
    integer,
    list_of,
    text,
    url,
)

MAX_EMBEDS = 10
MAX_SIZE = 6000
MAX_FIELDS = 25

_VISIBLE = ("title", "description", "fields", "author", "footer", "image", "thumbnail")


def _moment(value: Any, at: Location) -> Any:
    """An ISO 8601 date and time, cleaned to the format of answers."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return at.error("DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.isoformat()


_PICTURE: Final = url(2048, ("http", "https", "attachment"))
_EMBED: Final = Fields(
    optional={
        "type": text(),
        # discord.py sends it with every embed; it has no effect.
        "flags": integer(0),
        "title": text(0, 256, strip=True),
        "description": text(0, 4096, strip=True),
        "url": url(2048),
        "timestamp": _moment,
        "color": integer(0, 0xFFFFFF),
        "footer": Fields({"text": text(1, 2048, strip=True)}, {"icon_url": _PICTURE}),
        "image": Fields({"url": _PICTURE}),
        "thumbnail": Fields({"url": _PICTURE}),
        "author": Fields(
            {"name": text(1, 256, strip=True)}, {"url": url(2048), "icon_url": _PICTURE}
        ),
        "fields": list_of(
            Fields(
                {"name": text(1, 256, strip=True), "value": text(1, 1024, strip=True)},
                {"inline": boolean},
            ),
            0,
            MAX_FIELDS,
        ),
    }
)


def embeds(media: MediaLookup) -> Check:
    """A message's embeds; those without visible content are dropped."""

    def check(value: Any, at: Location) -> Any:
        cleaned = list_of(_EMBED, 0, MAX_EMBEDS)(value, at)
        if cleaned is INVALID:
            return INVALID
        if sum(_size(embed) for embed in cleaned) > MAX_SIZE:
            return at.error(
                "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MAX_SIZE}"
            )
        return [
            _shape(embed, media) for embed in cleaned if any(embed.get(key) for key in _VISIBLE)
        ]

    return check


def _size(embed: Json) -> int:
    size = len(embed.get("title", "")) + len(embed.get("description", ""))
    size += len(embed.get("footer", {}).get("text", ""))
    size += len(embed.get("author", {}).get("name", ""))
    for each in embed.get("fields", ()):
        size += len(each.get("name", "")) + len(each.get("value", ""))
    return size


def _shape(embed: Json, media: MediaLookup) -> Json:
    shaped: Json = {key: item for key, item in embed.items() if item not in ("", [])}
    shaped.pop("flags", None)
    shaped["type"] = "rich"
    for each in shaped.get("fields", ()):
        each.setdefault("inline", False)
    for key in ("image", "thumbnail"):
        if key in shaped:
            found = media(shaped[key].get("url", "")) or {}
            address = found.get("url", shaped[key].get("url", ""))
            shaped[key] = {"url": address, "proxy_url": address, "width": 0, "height": 0}
    for key in ("author", "footer"):
        icon = shaped.get(key, {}).get("icon_url")
        if icon is not None:
            address = (media(icon) or {}).get("url", icon)
            shaped[key] |= {"icon_url": address, "proxy_icon_url": address}
    return shaped
