"""HTML from outside, parsed in bounded time and memory.

Lexbor builds the tree that browsers build, and like them it is quadratic for tags nested without
end and for tags of many attributes. Up to ``SMALL`` characters that is at most half a second; what
is larger is first written anew by ``tame``: known tags and attributes only, nested at most
``DEPTH`` deep.
"""

import re
from collections.abc import Iterator
from html import escape, unescape

from selectolax.lexbor import LexborHTMLParser

SMALL = 100_000
LARGEST = 1_000_000
DEPTH = 150
ATTRIBUTE_LIMIT = 4000

VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
})  # fmt: skip
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hgroup", "html", "li", "main", "menu", "nav", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_INLINE = frozenset({
    "a", "abbr", "audio", "b", "bdi", "bdo", "big", "button", "cite", "code", "del", "dfn", "em",
    "font", "i", "iframe", "ins", "kbd", "mark", "noscript", "object", "picture", "q", "ruby", "rt",
    "rp", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
    "video", "head", "title", "amp-img", "amp-youtube", "amp-iframe", "amp-video", "lite-youtube",
})  # fmt: skip
_KNOWN = VOID | BLOCKS | _INLINE
_KEPT = frozenset({
    "alt", "aria-hidden", "class", "color", "content", "data-lazy-src", "data-original", "data-src",
    "data-srcset", "data-videoid", "datetime", "hidden", "height", "href", "id", "itemprop", "name",
    "property", "rel", "src", "srcset", "style", "type", "videoid", "width",
})  # fmt: skip
# What a start tag ends that was left open (HTML standard, 13.1.2.4, optional tags).
_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu", "dir"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "td": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "th": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
}
_P_SCOPE = frozenset({"table", "td", "th", "caption", "button", "object"})

# One token: a comment or declaration, raw text that is never shown, a tag, or text up to the next
# "<". Every branch also matches at an unfinished end, so that scanning never goes back.
_TOKEN = re.compile(
    r"""<!--(?s:.*?)(?:-->|\Z)
      | <(?P<raw>script|style|template|svg|math|textarea|select)\b(?s:.*?)
          (?:</(?P=raw)\b[^>]*(?:>|\Z)|\Z)
      | <[!?][^>]*(?:>|\Z)
      | <(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)
          (?P<rest>(?:[^>="']++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))|[="'])*+)(?:>|\Z)
      | (?P<text>(?:[^<]++|<(?![a-zA-Z/!?]))++|<)""",
    re.VERBOSE | re.IGNORECASE,
)
# A quotation that does not end reaches to the end of the tag, so that none is searched twice.
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)(?:"|\Z)|'([^']*+)(?:'|\Z)|([^\s"'>]++)))?"""
)


def parse_html(html: str, small: int = SMALL) -> tuple[LexborHTMLParser, bool]:
    """The tree of `html`, and whether tags had to go to keep it bounded.

    Whoever calls it bounds the length: ``LARGEST`` characters for a body, which is an interview of
    a hundred thousand words.
    """
    if len(html) <= small:
        return LexborHTMLParser(_encodable(html)), False
    tamed, simplified = tame(html)
    return LexborHTMLParser(_encodable(tamed)), simplified


def tame(html: str) -> tuple[str, bool]:
    """`html` written anew, well-formed and bounded, and whether tags had to go for their depth.

    The text stays as it is. Linear in the length of `html`.
    """
    out: list[str] = []
    stack: list[str] = []
    too_deep = False
    for token in _TOKEN.finditer(html):
        text, name = token["text"], (token["name"] or "").lower()
        if text:
            out.append(text.replace("<", "&lt;"))
        elif not name or name not in _KNOWN:
            continue
        elif token["end"]:
            _close(name, stack, out)
        elif name in VOID:
            out.append(f"<{name}{_attributes(token['rest'])}>")
        else:
            _end_implied(name, stack, out)
            if len(stack) >= DEPTH:
                too_deep = True
                continue
            stack.append(name)
            out.append(f"<{name}{_attributes(token['rest'])}>")
    return "".join(out), too_deep


def _close(name: str, stack: list[str], out: list[str]) -> None:
    if name not in stack:
        return
    while True:
        top = stack.pop()
        out.append(f"</{top}>")
        if top == name:
            return


def _end_implied(name: str, stack: list[str], out: list[str]) -> None:
    ended, scope = _ENDS.get(name, (frozenset(), frozenset()))
    if name in BLOCKS:
        ended, scope = ended | {"p"}, scope | _P_SCOPE if not ended else scope
    if not ended:
        return
    for open_tag in reversed(stack):
        if open_tag in scope:
            return
        if open_tag in ended:
            _close(open_tag, stack, out)
            return


def _attributes(rest: str) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in _pairs(rest) if name in _KEPT)


def _pairs(rest: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for match in _ATTRIBUTE.finditer(rest[: 4 * ATTRIBUTE_LIMIT]):
        name = match[1].lower()
        value = unescape(match[2] or match[3] or match[4] or "")
        if name not in seen and len(value) <= ATTRIBUTE_LIMIT:
            seen.add(name)
            yield name, value


def _encodable(html: str) -> str:
    """Lone surrogates can't be handed to Lexbor, which takes UTF-8; a question mark in their place
    would be read as one that somebody asked with."""
    if html.isascii():
        return html
    return html.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
