"""Text from outside made plain: mojibake mended, invisible tricks removed, white space folded.

Every function is total: any ``str`` in, a ``str`` of about the same length out, in linear time.
Nothing here escapes Discord's markdown; that is the renderer's part, for text is kept literally.
"""

import html
import re
import unicodedata

import ftfy
from ftfy.badness import is_bad

ELLIPSIS = "…"

# Controls (C0, C1), but for white space; U+FFFE and U+FFFF are no characters.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Bidirectional embeddings, overrides, isolates and marks (UAX #9, 2), and what shows nothing:
# zero-width space, word joiner, byte order mark, soft hyphen, interlinear annotation. The
# joiners U+200C and U+200D stay, for emoji and Persian need them.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufffe\uffff"
    r"\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
# What UTF-8 looks like that was read as Latin-1, Windows-1252 or Mac Roman: a first byte of a
# sequence and a following one. Text without that need not be judged at length.
_SUSPICIOUS = re.compile(
    r"[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    r"\u2013-\u2044\u20ac\u2122]|[\u201a\u221a\u00ac][\u00c4\u00a9\u00a8\u00b1\u00ae]"
)
# A closing quotation mark read as Windows-1252, whose last byte that encoding lacks.
_LOST_QUOTE = "â€\ufffd"
# Three combining marks on one letter are more than any living orthography stacks after NFC.
_ZALGO = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
    r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
# Whatever any of the patterns above may touch: most sentences hold none of it, however many
# typographic quotation marks they have.
_ODD = re.compile(
    "|".join(pattern.pattern for pattern in (_SURROGATE, _UNSEEN, _SUSPICIOUS))
    + "|[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_TAG = re.compile(
    r"(?i)</?(?:a|abbr|b|bdi|bdo|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|mark|p|q|s|small"
    r"|span|strike|strong|sub|sup|tt|u|wbr|script|style)(?:[\s/][^<>]*)?>"
)
_CUT_MARK = re.compile(r"[\s.]*(?:\[\s*(?:\.{2,}|…)\s*\]|\.{3,}|…)\s*$")


def clean(text: str) -> str:
    """`text` on one line as a person would read it; see the module for what is removed.

    Lone surrogates become U+FFFD. Text is NFC (Hangul typed as separate jamo is composed).
    """
    return " ".join(scrub(text).split())


def plain_title(text: str) -> str:
    """A title without markup. ``<Minari>`` stays: only HTML's own tags are markup in a title."""
    return clean(html.unescape(_TAG.sub("", html.unescape(text))))


def scrub(text: str) -> str:
    """Like ``clean``, but white space stays as it is: for pieces that are joined afterwards."""
    if text.isascii():
        return _CONTROL.sub("", text)
    if not _ODD.search(text):
        return unicodedata.normalize("NFC", text)
    text = _SURROGATE.sub("\ufffd", text)
    if _SUSPICIOUS.search(text) and is_bad(text):
        text = ftfy.fix_encoding(text.replace(_LOST_QUOTE, "”"))
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    return _ZALGO.sub(r"\1", text)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, cut at a word and ended with an ellipsis.

    An ellipsis that the site itself put at its cut (``...``, ``[…]``) is written ``…``, so that an
    excerpt is the same from a feed and from the REST API. A single word longer than the limit is
    cut inside.
    """
    text = clean(text)
    if text[-1:] in ("…", ".", "]"):
        text = text[:-12] + _CUT_MARK.sub(ELLIPSIS, text[-12:])
    if len(text) <= limit:
        return text
    room = limit - len(ELLIPSIS)
    head = text[: room + 1]
    space = head.rfind(" ")
    # A last word that alone is half of the limit is an address or the like, not a word.
    head = head[:space] if space >= limit // 2 else _whole_characters(head[:room])
    return head.rstrip(" .,;:–—-" + ELLIPSIS) + ELLIPSIS


def _whole_characters(text: str) -> str:
    """`text` without a joiner, variation selector or modifier torn from what followed it."""
    return text.rstrip("\u200d\ufe0f")
