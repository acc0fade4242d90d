"""Text from outside, made safe to show in Discord: cleaned, escaped, measured, shortened.

Discord's markdown is described in its support article "Markdown Text 101" and, for mentions,
timestamps and emoji, in Discord docs, Reference, "Message Formatting".
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from urllib.parse import quote, urlsplit, urlunsplit

ELLIPSIS = "…"

URL_LIMIT = 512
"""Characters of a link button's address (Discord docs, Component Reference, Button)."""

MEDIA_URL_LIMIT = 2048
"""Characters of a picture's address (Discord's OpenAPI, ``UnfurledMediaRequest``)."""


class Marked(str):
    """Text that is Discord markdown already, made by us: ``escape`` leaves it as it is."""

    __slots__ = ()


_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSHOWN = re.compile(
    # Controls but \n and \t, lone surrogates, bidi embeddings, overrides and isolates, BOM, and
    # tags. Joiners and variation selectors stay: scripts and emoji need them.
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff0-\uffff\U000e0000\U000e0001]"
)
_BLANKS = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_MARK_RUN = 5
"""Combining marks in a row that are kept; no script needs more, and more cover other lines."""


def clean(text: str) -> str:
    """The text without what can't or mustn't be shown: controls, lone surrogates, bidi overrides.

    Line ends become ``\\n``, at most two in a row; runs of combining marks are cut.
    """
    if text.isascii() and text.isprintable():
        # One line of plain letters, as most are: nothing below would find anything.
        return text.strip()
    text = _UNSHOWN.sub("", _LINE_ENDS.sub("\n", text))
    text = re.sub("[\t\xa0]", " ", text)
    text = re.sub(" *\n *", "\n", text)
    return re.sub("\n{3,}", "\n\n", _without_piles(text)).strip()


# What is written with none of these is searched for a mark in one go, most texts at all: Latin,
# Greek, Cyrillic, punctuation, kana, Han, Hangul, emoji.
_MAY_BE_MARK = re.compile(
    "[^\x00-\u02ff\u0370-\u0482\u2000-\u20cf\u2100-\u2bff\u3000-\u3029\u3030-\u3098\u309b-\ua66e"
    "\uac00-\ud7ff\uff00-\uffef\U0001f000-\U0001faff]"
)


def _without_piles(text: str) -> str:
    if _MAY_BE_MARK.search(text) is None:
        return text
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if run <= _MARK_RUN:
            kept.append(char)
    return "".join(kept)


def one_line(text: str) -> str:
    """The cleaned text with every run of white space made one space."""
    return " ".join(clean(text).split())


def is_visible(text: str) -> bool:
    """Whether a person would see anything: Discord refuses what it takes for empty."""
    return any(unicodedata.category(char)[0] not in "ZCM" and char not in _BLANKS for char in text)


def measure(text: str) -> int:
    """Length in UTF-16 code units, the strictest way in which Discord might count."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


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

_ANY_MARK = re.compile(r"[\\*_~|`<\[\]@:]|^[^\S\n]*[#>+\-0-9]", re.MULTILINE)


def escape(text: str) -> str:
    """The cleaned text such that Discord shows it letter by letter.

    No emphasis, heading, list, quote, spoiler, code, masked link, mention, command, timestamp or
    emoji comes of it, wherever in a line it is put. A plain web address stays one that can be
    pressed, in ``<>`` so that nothing is unfurled from it.
    """
    return text if isinstance(text, Marked) else _marked(clean(text))


def escaped_length(text: str) -> int:
    """What ``escape`` makes of cleaned text, measured, white space at its ends counted."""
    return measure(_marked(text))


def _marked(text: str) -> str:
    # Most sentences hold no mark at all, and looking for one character is far quicker.
    return _TOKEN.sub(_escaped, text) if _ANY_MARK.search(text) else text


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
    """Whether a web address ends where we think, and is short enough to be one."""
    following = match.string[match.end() : match.end() + 1]
    # Discord links no "httPs://", and would show the brackets around it.
    scheme = match.group().partition(":")[0]
    within = scheme.islower() and len(match.group()) <= URL_LIMIT
    return within and following not in {*"@$'*({[|\\^`"}


def shorten(text: str, limit: int, *, cost: Callable[[str], int] = measure) -> str:
    """The text, or as much of it as costs at most `limit` with an ellipsis, cut at a word."""
    # No character costs less than one, so what lies beyond the limit needs no look.
    if len(text) <= limit and cost(text) <= limit:
        return text
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if cost(text[:middle] + ELLIPSIS) <= limit:
            low = middle
        else:
            high = middle - 1
    head = text[: safe_cut(text, low)]
    if low < len(text) and not text[low].isspace():
        words, space, _ = head.rpartition(" ")
        head = words if space and len(words) > len(head) // 2 else head
    return head.rstrip(" \n,;:.…-–—") + ELLIPSIS


def escape_within(text: str, limit: int) -> str:
    """``escape`` of one line of text, shortened so that the result measures at most `limit`."""
    return escape(shorten(one_line(text), limit, cost=escaped_length))


def safe_cut(text: str, index: int) -> int:
    """The nearest place at or before `index` where no visible character is cut in two.

    Keeps together base and combining marks, emoji sequences, flags and conjoining jamo; a run
    without any such place is cut at `index` itself.
    """
    for place in range(index, max(0, index - 64), -1):
        if place >= len(text) or not _joined(text, place):
            return place
    return index


def _joined(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if after.isascii():
        return False
    return (
        after in "\u200d\ufe0e\ufe0f\u20e3"
        or before == "\u200d"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or "\U000e0020" <= after <= "\U000e007f"
        or unicodedata.category(after) in {"Mn", "Me", "Mc"}
        or "\u1160" <= after <= "\u11ff"
        or ("\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff")
    )


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


_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.?)+|\[[0-9a-f:.]+\]", re.IGNORECASE)


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
