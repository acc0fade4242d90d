"""Marks: what an element's name, classes and inline style say of the text in it."""

import re
from collections.abc import Mapping

from bot.feed.transcript.phrases import words
from bot.feed.transcript.shortcodes import CAPTION_CLASS

Marks = frozenset[str]
Attributes = Mapping[str, str | None]
NO_MARKS: Marks = frozenset()

# Of an element; a heading is "h2" and "heading".
_ITSELF = ("blockquote", "li", "ol", "ul", "dt", "dd", "summary", "pre")
_BY_MARK = {
    "bold": ("b", "strong"),
    "italic": ("i", "em", "cite", "dfn"),
    "underline": ("u", "ins"),
    "background:mark": ("mark",),
    "link": ("a",),
    "caption": ("figcaption",),
}
MARKS_OF_TAG: dict[str, Marks] = {
    **{tag: frozenset({tag}) for tag in _ITSELF},
    **{tag: frozenset({mark}) for mark, tags in _BY_MARK.items() for tag in tags},
    **{f"h{n}": frozenset({f"h{n}", "heading"}) for n in range(1, 7)},
}
_PLAIN_COLORS = words("plain_colors")
_COLOR_CLASS = re.compile(r"^has-(?!text-|link-|background$)(.+?)(-background)?-color$")
_CAPTION_CLASSES = frozenset(
    {"wp-caption-text", "gallery-caption", "wp-element-caption", CAPTION_CLASS}
)


def marks_of_attributes(attributes: Attributes, marks: Marks) -> Marks:
    """`marks` with those that class names and inline style add and take away."""
    added: set[str] = set()
    for name in (attributes.get("class") or "").split()[:20]:
        color = _COLOR_CLASS.match(name)
        if color:
            added.add(f"{'background' if color[2] else 'color'}:{color[1]}")
        elif name in _CAPTION_CLASSES:
            added.add("caption")
        else:
            added.add(f"class:{name}")
    if attributes.get("color"):
        added |= _color("color", attributes["color"] or "")
    removed: set[str] = set()
    for declaration in (attributes.get("style") or "").lower().split(";"):
        name, _, value = map(str.strip, declaration.partition(":"))
        if value:
            _style(name, value, added, removed)
    if any(mark.startswith("color:") for mark in added):
        removed |= {mark for mark in marks if mark.startswith("color:")}
    return (marks - removed) | added


def _style(name: str, value: str, added: set[str], removed: set[str]) -> None:
    if name == "font-weight":
        numeric = len(value) <= 4 and value.isascii() and value.isdigit()
        heavy = value.startswith("bold") or (numeric and int(value) >= 600)
        (added if heavy else removed).add("bold")
    elif name == "font-style":
        (added if value.startswith(("italic", "oblique")) else removed).add("italic")
    elif name in ("text-decoration", "text-decoration-line"):
        if "underline" in value:
            added.add("underline")
    elif name == "color":
        added |= _color("color", value)
    elif name in ("background", "background-color"):
        added |= _color("background", value)
    elif name == "font-size":
        added.add(f"size:{value[:20]}")


def _color(kind: str, value: str) -> set[str]:
    value = value.replace(" ", "").replace("!important", "").lower()[:40]
    return {f"{kind}:{value}"} if value and value not in _PLAIN_COLORS else set()
