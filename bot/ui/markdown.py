"""Text from outside as Discord markdown: escaped, linked, measured, shortened.

Discord's markdown is described in its support article "Markdown Text 101" and, for mentions,
timestamps and emoji, in Discord docs, Reference, "Message Formatting".
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from bot.core.text import clean, is_visible, measure, one_line, shorten

URL_LIMIT = 512
"""Characters of a link button's address (Discord docs, Component Reference, Button)."""

MEDIA_URL_LIMIT = 2048
"""Characters of a picture's address (Discord's OpenAPI, ``UnfurledMediaRequest``)."""


class Marked(str):
    """Text that is this project's own markdown: ``escape`` leaves it as it is."""

    __slots__ = ()


_TOKEN = re.compile(
    r"""
    (?P<url>https?://[a-z0-9][a-z0-9./?=&%_\#:,~+!;-]*[a-z0-9/=&%_\#~+-])
  | (?P<start>^[^\S\n]*(?:[\#>+-]|[0-9]+(?=\.)))
  | (?P<mention>@(?=everyone|here|[!&]?[0-9]))
  | (?P<colon>:(?=//|[\w+~-]+:))
  | (?P<mark>[\\*_~|`<\[\]])
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)

# A colon before a space, as after a name, is no mark.
_ANY_MARK = re.compile(r"[\\*_~|`<\[\]@:](?<!:(?=\s))")
_LINE_START = re.compile(r"^[^\S\n]*[#>+\-0-9]", re.MULTILINE)


def escape(text: str) -> str:
    """The cleaned text such that Discord shows it letter by letter.

    It contains no emphasis, heading, list, quote, spoiler, code, masked link, mention, command,
    timestamp or emoji, wherever in a line it is put. A plain web address can still be pressed; it
    is put in ``<>``, so that Discord shows no preview of it.
    """
    return text if isinstance(text, Marked) else _marked(clean(text))


def escaped_length(text: str) -> int:
    """The length of what ``escape`` makes of cleaned text, white space at its ends included."""
    return measure(_marked(text))


def escaped_bound(text: str) -> int:
    """At least ``escaped_length(text)``, and mostly equal to it, at the cost of reading the text:
    for text so long that escaping it would take a noticeable time."""
    lines = text.count("\n") + 1 if _LINE_START.search(text) else 0
    return measure(text) + lines + text.count("//") + sum(map(text.count, _MARKS))


_MARKS = "\\*_~|`<[]@:"


def _marked(text: str) -> str:
    # Most sentences hold no mark at all, and looking for one character is far quicker.
    if _ANY_MARK.search(text) or _LINE_START.search(text):
        return _TOKEN.sub(_escaped, text)
    return text


def _escaped(match: re.Match[str]) -> str:
    found = match.group()
    match match.lastgroup:
        case "url" if _is_whole(match):
            return f"<{found}>"
        case "url":
            return re.sub("[_~:]", r"\\\g<0>", found)
        case "start" if found[-1].isdigit():
            return f"{found}\\"
        case "start":
            return f"{found[:-1]}\\{found[-1]}"
        case "mention":
            # Discord looks for mentions before it looks for backslashes.
            return f"{found}\u200b"
        case _:
            return f"\\{found}"


def _is_whole(match: re.Match[str]) -> bool:
    """Whether a web address ends where the match does, and is short enough to be linked."""
    following = match.string[match.end() : match.end() + 1]
    # Discord links no "httPs://", and would show the brackets around it.
    scheme = match.group().partition(":")[0]
    within = scheme.islower() and len(match.group()) <= URL_LIMIT
    return within and following not in {*"@$'*({[|\\^`"}


def escape_within(text: str, limit: int) -> str:
    """``escape`` of one line of text, shortened so that the result measures at most `limit`."""
    line = one_line(text)
    escaped = _marked(line)
    if measure(escaped) <= limit:
        return escaped
    return _marked(shorten(line, limit, cost=escaped_length))


# Each page of the reader has the article's title.
@lru_cache(maxsize=1024)
def link(label: str, url: str | None, limit: int, *, url_limit: int = URL_LIMIT) -> str:
    """A masked link, or the bare label where the address can't be linked.

    The label measures at most `limit`, the address at most `url_limit`.
    """
    target = safe_url(url, url_limit)
    if target is None:
        return escape_within(label, limit)
    # Discord shows no masked link whose label holds an address or an odd bracket.
    label = re.sub("://", ":\u200b//", one_line(label))
    if not _is_balanced(label):
        label = label.replace("[", "(").replace("]", ")")
    return f"[{escape_within(label, limit)}]({target})"


def _is_balanced(label: str) -> bool:
    depth = 0
    for char in label:
        depth += (char == "[") - (char == "]")
        if depth not in {0, 1}:
            return False
    return depth == 0


_LABEL = "[a-z0-9_][a-z0-9_-]{0,62}"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)


# Each page of the reader has the article's address twice.
@lru_cache(maxsize=1024)
def safe_url(url: str | None, limit: int = URL_LIMIT) -> str | None:
    """An absolute http(s) address in ASCII that can stand in a masked link, or ``None``.

    One longer than `limit` goes without its query and fragment where that is enough.
    """
    if not url or len(url) > 4 * MEDIA_URL_LIMIT:
        return None
    try:
        parts = urlsplit(clean(url))
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or "@" in parts.netloc:
        return None
    netloc = host if port is None else f"{host}:{port}"
    path, query, fragment = (_quoted(part) for part in parts[2:])
    whole = urlunsplit((parts.scheme, netloc, path, query, fragment))
    bare = urlunsplit((parts.scheme, netloc, path, "", ""))
    return next((found for found in (whole, bare) if len(found) <= limit), None)


def _quoted(part: str) -> str:
    part = re.sub("%(?![0-9a-fA-F]{2})", "%25", part)
    return quote(part, safe="/%:@!$&'*+,;=~-._?")


def bold(text: str) -> str:
    """Escaped `text` in bold, white space at its ends kept outside the marks."""
    inner = text.strip()
    if not is_visible(inner):
        return text
    start = text.index(inner)
    return f"{text[:start]}**{inner}**{text[start + len(inner) :]}"


def join(parts: Iterable[str | None], separator: str = " · ") -> str:
    """The parts that are there, with a separator between them."""
    return separator.join(part for part in parts if part)
