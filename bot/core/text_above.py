"""The text above an announcement, with placeholders that admins may use. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from bot.core.errors import UserError

PLACEHOLDERS: Final = ("title", "artist", "kind", "date", "link", "count", "roles")

LONGEST_TEXT: Final = 300
"""Characters as typed: with all placeholders filled it stays below 1,000, so that the longest card
has room below it (4,000; Discord docs, Component Reference)."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def checked_text(typed: str) -> str:
    """A text above announcements as it is stored: without what can't be seen at its ends.

    Raises:
        UserError: it is too long, or has a placeholder that there is not, or one twice.
    """
    text = "".join(char for char in typed if char.isprintable() or char == "\n").strip()
    if len(text) > LONGEST_TEXT:
        raise UserError("error.text.long", limit=LONGEST_TEXT)
    names = _PLACEHOLDER.findall(text)
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    for name in names:
        if name not in PLACEHOLDERS:
            raise UserError("error.text.placeholder", name=f"{{{name}}}", known=known)
        if names.count(name) > 1:
            raise UserError("error.text.twice", name=f"{{{name}}}")
    return text


def filled_text(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled; where it has no ``{roles}``, these stand first, for a
    role that is not mentioned is not pinged."""
    if values["roles"] and "{roles}" not in text:
        text = f"{{roles}} {text}"
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text).strip()
