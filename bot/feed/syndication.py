"""feedparser, bounded: the same parsers, which stop at a number of elements.

feedparser takes some 60 µs and a kilobyte for every element, so that 10 MiB of empty ones would
keep it busy for minutes, and its search for an e-mail address in an author is quadratic. What
``feedparser.parse`` does around its two parsers is done here; they are told when to stop.
"""

import io
import xml.sax
from dataclasses import dataclass
from typing import Any

import feedparser
from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.encodings import convert_to_utf8
from feedparser.exceptions import CharacterEncodingOverride, NonXMLContentType
from feedparser.sanitizer import replace_doctype

# A feed of a thousand entries, each of fifty elements outside its escaped content.
ELEMENTS_AT_MOST = 50_000
# The lenient parser, for what is not well-formed, is slower by far.
LENIENT_AT_MOST = 2_000_000
AUTHOR_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Syndicated:
    """What feedparser makes of a feed; ``version`` is "" where it is none."""

    version: str
    channel: dict[str, Any]
    entries: list[dict[str, Any]]
    warnings: tuple[str, ...]


class _EnoughError(Exception):
    """The limit of elements is reached; what was read so far stands."""


class _Bounded:
    """Counts elements for both parsers, and keeps authors short."""

    elements = 0
    # A GUID is compared, not followed: it stays as it is written.
    can_be_relative_uri = frozenset(StrictFeedParser.can_be_relative_uri) - {"id"}

    def unknown_starttag(self, tag: str, attrs: Any) -> None:
        self.elements += 1
        if self.elements > ELEMENTS_AT_MOST:
            raise _EnoughError
        super().unknown_starttag(tag, attrs)  # type: ignore[misc]

    def _sync_author_detail(self, key: str = "author") -> None:
        context = self._get_context()  # type: ignore[attr-defined]
        if isinstance(context.get(key), str):
            context[key] = context[key][:AUTHOR_LIMIT]
        super()._sync_author_detail(key)  # type: ignore[misc]


class _Strict(_Bounded, StrictFeedParser):  # type: ignore[misc]
    pass


class _Loose(_Bounded, LooseFeedParser):  # type: ignore[misc]
    pass


def syndicated(body: bytes, *, url: str, content_type: str | None) -> Syndicated:
    """Reads RSS, RDF or Atom. HTML is neither sanitised nor are its addresses made absolute, for
    sanitising drops embeds and lazy pictures; the transcript lets nothing else through.

    Raises whatever feedparser raises on bytes that it does not foresee.
    """
    result = feedparser.FeedParserDict(bozo=False, entries=[], feed=feedparser.FeedParserDict())
    headers = {"content-location": url}
    if content_type:
        headers["content-type"] = content_type
    result["headers"] = headers
    data = convert_to_utf8(headers, body, result)
    encoding = result.get("encoding")
    version, data, entities = replace_doctype(data)
    warnings: list[str] = []
    problem = result.get("bozo_exception")
    if problem is not None and not isinstance(
        problem, CharacterEncodingOverride | NonXMLContentType
    ):
        warnings.append(_told(problem))
    parser: Any = None
    if encoding:
        parser = _parser(_Strict, url)
        if not _read_strictly(parser, data, warnings):
            parser = None
    if parser is None:
        parser = _parser(_Loose, url, entities)
        _read_leniently(parser, data, warnings)
    return Syndicated(
        version=str(version or parser.version or ""),
        channel=parser.feeddata,
        entries=parser.entries,
        warnings=tuple(warnings),
    )


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


def _read_leniently(parser: Any, data: bytes, warnings: list[str]) -> None:
    if len(data) > LENIENT_AT_MOST:
        warnings.append(
            f"the feed is not well-formed and large; read up to {LENIENT_AT_MOST} bytes"
        )
        data = data[:LENIENT_AT_MOST]
    try:
        parser.feed(data.decode("utf-8", "replace"))
    except _EnoughError:
        warnings.append(_too_many())


def _told(problem: object) -> str:
    return f"the feed is not well-formed: {problem}"[:300]


def _too_many() -> str:
    return f"the feed has more than {ELEMENTS_AT_MOST} elements; the rest is left out"
