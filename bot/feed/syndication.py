"""feedparser, bounded: the same parsers, which stop at a number of elements.

feedparser takes some 60 µs and a kilobyte for every element, so that 10 MiB of empty ones would
keep it busy for minutes, and its search for an e-mail address in an author is quadratic. What
``feedparser.parse`` does around its two parsers is done here; they are told when to stop.
"""

import io
import re
import xml.sax
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.xmlreader import AttributesNSImpl

import feedparser
from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.sanitizer import replace_doctype

from bot.feed.charset import decode_feed, unpacked, with_ampersands
from bot.feed.dates import asian_date

# A feed of a thousand entries, each of fifty elements outside its escaped content.
ELEMENTS_AT_MOST = 50_000
_PROLOG = b"<?xml version='1.0' encoding='utf-8'?>\n"
_ENTRY = re.compile(r"(?i)(?=<(?:item|entry)[\s>])")
# The lenient parser, for what is not well-formed, is slower by far.
LENIENT_AT_MOST = 2_000_000
AUTHOR_LIMIT = 500
ATTRIBUTES_AT_MOST = 100
BASE_LIMIT = 500
"""Characters of a base address beyond which no other is resolved against it."""


@dataclass(frozen=True, slots=True)
class Syndicated:
    """What feedparser makes of a feed; ``version`` is "" where it is none."""

    version: str
    channel: dict[str, Any]
    entries: list[dict[str, Any]]
    warnings: tuple[str, ...]


class _EnoughError(Exception):
    """The limit of elements is reached; what was read so far stands."""


class _ContentParams(feedparser.FeedParserDict):  # type: ignore[misc]
    """Strings alone, which feedparser copies deeply for each element."""

    def __deepcopy__(self, memo: object) -> feedparser.FeedParserDict:
        return feedparser.FeedParserDict(self)


class _Bounded:
    """Counts elements for both parsers, and keeps authors and base addresses short: feedparser
    resolves the base address of every element anew."""

    elements = 0
    # A GUID is compared, not followed: it stays as it is written.
    can_be_relative_uri = frozenset(StrictFeedParser.can_be_relative_uri) - {"id"}

    def unknown_starttag(self, tag: str, attrs: Any) -> None:
        self.elements += 1
        if self.elements > ELEMENTS_AT_MOST:
            raise _EnoughError
        pairs = list(attrs.items() if isinstance(attrs, dict) else attrs)[:ATTRIBUTES_AT_MOST]
        if len(self.baseuri or "") > BASE_LIMIT:  # type: ignore[attr-defined]
            pairs = [pair for pair in pairs if pair[0] not in ("xml:base", "base")]
        super().unknown_starttag(tag, pairs)  # type: ignore[misc]

    contentparams: dict[str, Any]

    def push_content(self, *args: Any) -> None:
        super().push_content(*args)  # type: ignore[misc]
        self.contentparams = _ContentParams(self.contentparams)

    def _sync_author_detail(self, key: str = "author") -> None:
        context = self._get_context()  # type: ignore[attr-defined]
        if isinstance(context.get(key), str):
            context[key] = context[key][:AUTHOR_LIMIT]
        super()._sync_author_detail(key)  # type: ignore[misc]


class _Strict(_Bounded, StrictFeedParser):  # type: ignore[misc]
    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802
        """feedparser searches all attributes for each."""
        if len(attrs) > ATTRIBUTES_AT_MOST:
            names = list(attrs.getNames())[:ATTRIBUTES_AT_MOST]
            attrs = AttributesNSImpl(
                {one: attrs.getValue(one) for one in names},
                {one: attrs.getQNameByName(one) for one in names},
            )
        super().startElementNS(name, qname, attrs)


class _Loose(_Bounded, LooseFeedParser):  # type: ignore[misc]
    pass


# Tried before feedparser's own, which take Korean dates for others and know no zone KST.
feedparser.registerDateHandler(asian_date)


def syndicated(body: bytes, *, url: str, content_type: str | None) -> Syndicated:
    """Reads RSS, RDF or Atom. HTML is neither sanitised nor are its addresses made absolute, for
    sanitising drops embeds and lazy pictures; the transcript lets nothing else through.

    A feed that is not well-formed is read with its bare ampersands mended, then leniently, then
    entry by entry without those that can't be read at all.
    """
    text = decode_feed(unpacked(body, url), content_type)
    warnings: list[str] = []
    for mended in (str, with_ampersands):
        version, data, _ = replace_doctype(mended(text).encode())
        parser = _parser(_Strict, url)
        if _read_strictly(parser, _PROLOG + data, warnings):
            return _syndicated(parser, version, warnings[:1])
    text = with_ampersands(text)[:LENIENT_AT_MOST]
    if len(text) == LENIENT_AT_MOST:
        warnings.append(
            f"the feed is large and not well-formed; read up to {LENIENT_AT_MOST} bytes"
        )
    try:
        return _leniently(text, url, warnings)
    except Exception:  # noqa: BLE001 - feedparser raises anything on what it does not foresee
        head, *entries = _ENTRY.split(text)
    found: list[dict[str, Any]] = []
    result = _leniently(head, url, warnings)
    for number, entry in enumerate(entries, 1):
        try:
            found += _leniently(head + entry, url, []).entries
        except Exception as error:  # noqa: BLE001 - the same
            warnings.append(f"entry {number} can't be read: {error!r}"[:300])
    return replace(result, entries=found, warnings=tuple(warnings))


def _leniently(text: str, url: str, warnings: list[str]) -> Syndicated:
    version, data, entities = replace_doctype(text.encode())
    parser = _parser(_Loose, url, entities)
    try:
        parser.feed(data.decode())
    except _EnoughError:
        warnings.append(_too_many())
    return _syndicated(parser, version, warnings)


def _syndicated(parser: Any, version: object, warnings: list[str]) -> Syndicated:
    told = str(version or parser.version or "")
    entries = [dict(entry) for entry in parser.entries]
    return Syndicated(told, parser.feeddata, entries, tuple(warnings))


def _parser(kind: type[Any], url: str, *rest: Any) -> Any:
    parser = kind(url, None, "utf-8", *rest)
    parser.resolve_relative_uris = False
    parser.sanitize_html = False
    return parser


def _read_strictly(parser: Any, data: bytes, warnings: list[str]) -> bool:
    """Whether `data` was well-formed, as far as it was read."""
    reader = xml.sax.make_parser()  # noqa: S317 - no external entities; expat limits amplification
    reader.setFeature(xml.sax.handler.feature_namespaces, 1)
    reader.setFeature(xml.sax.handler.feature_external_ges, 0)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    source = xml.sax.xmlreader.InputSource()
    source.setByteStream(io.BytesIO(data))
    try:
        reader.parse(source)
    except _EnoughError:
        warnings.append(_too_many())
    except xml.sax.SAXException as error:
        warnings.append(_told(parser.exc or error))
        return False
    return True


def _told(problem: object) -> str:
    return f"the feed is not well-formed: {problem}"[:300]


def _too_many() -> str:
    return f"the feed has more than {ELEMENTS_AT_MOST} elements; the rest is left out"
