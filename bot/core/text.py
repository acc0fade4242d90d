"""Plain text from outside for people to read: cleaned, measured, shortened.

Nothing here knows a markup; what Discord would read as markdown is escaped by ``bot.ui.markdown``.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable

ELLIPSIS = "…"

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
    """The text without what can't or must not be shown: controls, lone surrogates, bidi overrides.

    Line ends become ``\\n``, at most two in a row; runs of combining marks are cut.
    """
    if (text.isascii() and text.isprintable()) or _PLAIN.fullmatch(text):
        # A single such line, as most texts are, contains nothing that is removed below.
        return text.strip()
    text = _UNSHOWN.sub("", _LINE_ENDS.sub("\n", text))
    text = re.sub("[\t\xa0]", " ", text)
    text = "\n".join(line.strip(" ") for line in text.split("\n"))
    return re.sub("\n{3,}", "\n\n", _without_piles(text)).strip()


# What is written with none of these is searched for a mark in one go, most texts at all: Latin,
# Greek, Cyrillic, punctuation, kana, Han, Hangul, emoji.
_MAY_BE_MARK = re.compile(
    "[^\x00-\u02ff\u0370-\u0482\u2000-\u20cf\u2100-\u2bff\u3000-\u3029\u3030-\u3098\u309b-\ua66e"
    "\uac00-\ud7ff\uff00-\uffef\U0001f000-\U0001faff]"
)
_PLAIN = re.compile(
    # Of the others, those that are not removed or made spaces.
    "[ -~\xa1-\u02ff\u0370-\u0482\u2000-\u200d\u2010-\u2027\u202f-\u205f\u2070-\u20cf"
    "\u2100-\u2bff\u3000-\u3029\u3030-\u3098\u309b-\ua66e\uac00-\ud7ff\uff00-\uffef"
    "\U0001f000-\U0001faff]*"
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


def unbroken(text: str) -> str:
    """The text with hyphens at which no line is broken within its words ("K-Pop"); a search takes
    them for hyphens. Text with an address in it stays as it is."""
    return text if "//" in text else _HYPHEN.sub("\N{NON-BREAKING HYPHEN}", text)


_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")


def is_visible(text: str) -> bool:
    """Whether a person would see anything: Discord refuses what it takes for empty."""
    # Most texts begin with a printable character of ASCII.
    return "!" <= text[:1] <= "~" or any(
        unicodedata.category(char)[0] not in "ZCM" and char not in _BLANKS for char in text
    )


def measure(text: str) -> int:
    """Length in UTF-16 code units, the strictest way in which Discord might count."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, limit: int, *, cost: Callable[[str], int] = measure) -> str:
    """The text, or as much of it as costs at most `limit` with an ellipsis, cut at a word."""
    # No character costs less than one, so what lies beyond the limit needs no look.
    if len(text) <= limit and cost(text) <= limit:
        return text
    # Most texts cost what they are long, so as much as that is looked at first.
    low = min(len(text), limit - 1)
    if low < 0 or cost(text[:low] + ELLIPSIS) > limit:
        ends = range(1, min(len(text), limit) + 1)
        low = bisect_right(ends, limit, key=lambda end: cost(text[:end] + ELLIPSIS))
    head = text[: safe_cut(text, low)]
    if low < len(text) and not text[low].isspace():
        words, space, _ = head.rpartition(" ")
        head = words if space and len(words) > len(head) // 2 else head
    return head.rstrip(" \n,;:.…-–—") + ELLIPSIS


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
