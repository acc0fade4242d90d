"""WordPress shortcodes that nobody rendered: "[gallery ids=...]" (WordPress, Shortcode API).

Editors write remarks in the same brackets: "[laughs]", "[video call]". Only what is known to be a
shortcode goes, by its name or by its attributes, and the caller is told what went.
"""

import re
from dataclasses import dataclass, field

from bot.feed.transcript.phrases import words

CAPTION_CLASS = "kc-raw-caption"

_SHORTCODE = re.compile(r"\[(/?)([a-z][a-z0-9_-]{0,40})(?:\s([^\[\]<>]{0,3000}))?/?\]")
_BREAK = "<div></div>"
_BREAKS = re.compile(rf"{_BREAK}(?:{_BREAK})+")
_EMBED = re.compile(r"\[embed[^\[\]<>]{0,300}\]\s*(\S{1,1000}?)\s*\[/embed\]")
_ATTRIBUTE = re.compile(r"\s*+[a-z_-]{1,40}+\s*+=")
_ADDRESS = re.compile(r"https?://[^\s\"'\]&”″]+")
# Names that are shortcodes where they stand alone, too; and those that stand within a sentence.
_ALONE = words("shortcodes_alone")
_INLINE = words("shortcodes_inline")
_CAPTIONS = frozenset({"caption", "wp_caption"})


@dataclass(slots=True)
class StrippedHtml:
    """HTML without shortcodes, the addresses that they named, and their names."""

    html: str
    addresses: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


def strip_shortcodes(html: str) -> StrippedHtml:
    """`html` without shortcodes. What an enclosing one encloses stays; a caption's becomes a
    figure. Linear in the length of `html`."""
    stripped = StrippedHtml(html)
    if "[" not in html:
        return stripped
    html = _EMBED.sub(r"<div>\1</div>", html)
    closed = {found[2] for found in _SHORTCODE.finditer(html) if found[1]}

    def replaced(match: re.Match[str]) -> str:
        slash, name, attributes = match.groups()
        if name in _CAPTIONS:
            return "</figure>" if slash else f'<figure class="{CAPTION_CLASS}">'
        if not _is_shortcode(name, attributes or "", closed):
            return match[0]
        stripped.names.add(name)
        stripped.addresses += _ADDRESS.findall(match[0])[:5]
        return "" if name in _INLINE else _BREAK

    stripped.html = _BREAKS.sub(_BREAK, _SHORTCODE.sub(replaced, html))
    return stripped


def _is_shortcode(name: str, attributes: str, closed: set[str]) -> bool:
    if _ATTRIBUTE.match(attributes) or attributes.startswith(("http://", "https://")):
        return True
    if attributes.strip():
        return False
    return name in closed or name in _ALONE or name in _INLINE or "_" in name
