"""The text of a feed's bytes: as much of it as can be read, whatever the feed says of itself.

Feeds declare encodings that they are not in, and cut characters in two where they cut a text. One
such entry must not turn the others into another language, so each is decoded by itself.
"""

import codecs
import re

from bot.core.errors import ParseError
from bot.feed.decoding import BadCodingError, BodyDecoder, TooLargeError

LARGEST_UNPACKED = 10 * 2**20
"""Bytes that a feed has at most which is packed once more than HTTP says."""

PACKED_AT_MOST = 3

_HEAD = 4096
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARED = re.compile(
    rb"<\?xml\b[^>]{0,200}?\bencoding\s{0,9}+=\s{0,9}+[\"']([a-zA-Z0-9_.:-]{2,40})"
)
_CHARSET = re.compile(r"(?i)\bcharset\s{0,9}+=[\s\"']{0,9}+([a-z0-9_.:-]{2,40})")
_ENTRY = re.compile(rb"(?=<(?:item|entry)[\s>])")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BARE_AMPERSAND = re.compile(
    r"&(?!(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,30});)"
)

LOST = "\N{REPLACEMENT CHARACTER}"


def unpacked(body: bytes, url: str) -> bytes:
    """A body without the gzip around it that no header named.

    Raises:
        ParseError: it is broken, or too large.
    """
    for _ in range(PACKED_AT_MOST):
        if not body.startswith(b"\x1f\x8b"):
            return body
        try:
            decoder = BodyDecoder("gzip", LARGEST_UNPACKED)
            body = b"".join(decoder.feed(body))
            decoder.finish()
        except (TooLargeError, BadCodingError):
            break
    raise ParseError("error.parse.not-feed", url=url)


def decode_feed(body: bytes, content_type: str | None) -> str:
    """The text of a feed, without XML declaration; characters that no XML may hold are left out."""
    text = _decoded(body, content_type)
    start = max(text.find("<?xml", 0, _HEAD), 0)
    if text.startswith("<?xml", start) and "?>" in text[start : start + _HEAD]:
        text = text[text.index("?>", start) + 2 :]
    text = _REFERENCE.sub(_character, _NO_XML.sub("", text)).lstrip()
    # Two references to surrogates, as JavaScript writes emoji, are one character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def with_ampersands(text: str) -> str:
    """A text whose bare ampersands, which make a feed ill-formed, are references."""
    return _BARE_AMPERSAND.sub("&amp;", text)


def _decoded(body: bytes, content_type: str | None) -> str:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        pass
    told = [match[1] for match in [_CHARSET.search((content_type or "")[:500])] if match]
    told += [match[1].decode() for match in [_DECLARED.search(body[:_HEAD])] if match]
    return "".join(_part(part, told) for part in _ENTRY.split(body))


def _part(part: bytes, told: list[str]) -> str:
    """One entry, in UTF-8 but for a few characters, in what the feed says, or in Windows-1252."""
    text = part.decode("utf-8", "replace")
    lost = text.count(LOST)
    read = len(part.decode("ascii", "ignore"))
    if lost * 4 <= len(text) - read - lost or not lost:
        return text
    for name in told:
        try:
            return part.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    try:
        return part.decode("cp1252")
    except UnicodeDecodeError:
        return text


def _character(reference: re.Match[str]) -> str:
    """A reference as it is, the surrogate that it names, or a mark for what XML does not have."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    if 0xD800 <= code < 0xE000:
        return chr(code)
    is_xml = code in (9, 10, 13) or 0x20 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return reference[0] if is_xml else LOST
