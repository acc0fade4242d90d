"""What stands in an article's body and is no word of it: share buttons, counters, related posts.

Furniture is known by the class names that themes and plugins give it, or by its own words. A
subtree that holds a large part of all the text is never furniture, whatever its class says.
"""

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborNode

from bot.feed.transcript.phrases import pattern

Attributes = Mapping[str, str | None]

# A share of the article's characters above which nothing is furniture by its class alone.
GREATEST_SHARE = 0.35

_CLASS = pattern("class")
_SURE = pattern("sure")
_HIDDEN_STYLE = re.compile(r"(?i)(?:display\s*:\s*none|visibility\s*:\s*hidden)")

_FURNITURE_LINE = pattern("furniture_line")
_SHARE_WORDS = pattern("share_words")
_RELATED_HEAD = pattern("related_head")
_ALSO_READ = pattern("also_read")


def is_furniture(node: LexborNode, attributes: Attributes, size: int) -> bool:
    """Whether the whole subtree goes. `size` is the length of all the body's text."""
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    if names == " " or not _CLASS.search(names):
        return False
    if _SURE.search(names):
        return True
    return len(node.text(deep=True)) <= max(40, size * GREATEST_SHARE)


def is_hidden(attributes: Attributes) -> bool:
    style = attributes.get("style")
    return "hidden" in attributes or bool(style and _HIDDEN_STYLE.search(style))


def is_furniture_line(text: str) -> bool:
    """A whole line of a widget: "Read More", "16,387 Visits", "Share this:"."""
    return len(text) < 250 and bool(_FURNITURE_LINE.match(text))


def is_share_line(text: str) -> bool:
    """Names of networks and nothing else; furniture only among its like."""
    return len(text) < 250 and bool(_SHARE_WORDS.match(text))


def is_related_head(text: str) -> bool:
    """The heading of a list of other articles."""
    return len(text) < 80 and bool(_RELATED_HEAD.match(text))


def is_also_read(text: str) -> bool:
    """ "Read also: ..." before a link to another article."""
    return bool(_ALSO_READ.match(text))
