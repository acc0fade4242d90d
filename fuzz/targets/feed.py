"""``parse_feed``: bytes under any content type. The first byte chooses the content type."""

import contextlib
import html
from collections.abc import Iterator

from bot.core.errors import ParseError
from bot.feed.identity import digest
from bot.feed.parse import parse_feed
from fuzz.finding import require
from fuzz.targets.shown import BASE, examine_interview, fixtures

CONTENT_TYPES = (
    None,
    "application/rss+xml; charset=UTF-8",
    "application/atom+xml; charset=euc-kr",
    "text/html; charset=shift_jis",
    "text/xml; charset=utf-16",
    "application/feed+json",
    "text/plain; charset=no-such-thing",
    "application/rdf+xml; charset=\ud800",
)
WORDS = (
    "<rss version='2.0'>", "<channel>", "<item>", "</item>", "<title>", "<guid>", "<link>",
    "<pubDate>", "<content:encoded><![CDATA[", "]]></content:encoded>", "<category>", "<author>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "<updated>", "<media:thumbnail url='",
    "<enclosure url='", "xml:base='", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;",
    "<?xml version='1.0' encoding='",
    "<rdf:RDF", "type='xhtml'", "mode='base64'", "1970-01-01", "<georss:point>",
    '"version":"https://jsonfeed.org/version/1.1"', '"items":[', '"content_html":', '"id":',
)  # fmt: skip


def check(data: bytes) -> None:
    content_type = CONTENT_TYPES[data[0] % len(CONTENT_TYPES)] if data else None
    with contextlib.suppress(ParseError):
        feed = parse_feed(data[1:], url=BASE, content_type=content_type)
        feed.title.encode()
        require(feed.ttl is None or 0 < feed.ttl < 10**8, "a ttl beyond reason")
        guids = {interview.guid for interview in feed.interviews}
        require(len(guids) == len(feed.interviews), "two interviews of one GUID")
        for interview in feed.interviews:
            examine_interview(interview)
            require(digest(interview), "a digest")


def seeds() -> Iterator[bytes]:
    bodies = fixtures()[:12]
    items = "".join(_item(number, body) for number, body in enumerate(bodies[:4]))
    rss = (
        '<?xml version="1.0" encoding="ENC"?><rss version="2.0" xmlns:content='
        '"http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Interviews</title><ttl>60</ttl>{items}</channel></rss>"
    )
    yield b"\x01" + rss.replace("ENC", "UTF-8").encode()
    yield b"\x04" + rss.replace("ENC", "UTF-16").encode("utf-16")
    yield b"\x02" + rss.replace("ENC", "euc-kr").encode("euc-kr", "xmlcharrefreplace")
    for number, body in enumerate(bodies[4:]):
        yield (
            bytes([number])
            + (
                f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>{number}</id>'
                f"<title>Interview</title><updated>2024-01-02T03:04:05Z</updated><link href='x'/>"
                f"<content type='html'>{html.escape(body)}</content></entry></feed>"
            ).encode()
        )
    yield (
        b'\x05{"version":"https://jsonfeed.org/version/1.1","title":"A","items":[{"id":"1","url":'
        b'"https://magazine.example/a","content_html":"<p>Q. How?</p><p>A. So.</p>"}]}'
    )
    yield (
        b'\x00<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        b'xmlns="http://purl.org/rss/1.0/"><item><title>One</title></item></rdf:RDF>'
    )


def _item(number: int, body: str) -> str:
    return (
        f"<item><title>KCrush Interview with Kassy</title><guid>{number}</guid>"
        f"<link>https://magazine.example/{number}/</link><dc:creator>Mina</dc:creator>"
        "<pubDate>Tue, 16 Mar 2021 10:00:00 -0400</pubDate><category>Interviews</category>"
        f"<description>Short</description><content:encoded><![CDATA[{body}]]></content:encoded>"
        "</item>"
    )
