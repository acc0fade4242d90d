"""Feeds of every format, good and broken, to interviews."""

import contextlib
import html
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.errors import ParseError
from bot.feed.entry import EXCERPT_LIMIT, TITLE_LIMIT
from bot.feed.parse import parse_any, parse_feed
from bot.feed.results import ParsedFeed
from bot.feed.syndication import ELEMENTS_AT_MOST

URL = "https://magazine.example/category/interviews/feed/"
RECORDED = Path(__file__).parents[2] / ".." / "shared" / "wordpress" / "recorded"
recorded = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recorded WordPress answers are not beside the project"
)
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom"'
)


def rss(items: str, channel: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {NAMESPACES}><channel>'
        f"<title>Interviews</title>{channel}{items}</channel></rss>"
    ).encode()


def item(inside: str = "", *, title: str = "KCrush Interview with Kassy", number: int = 1) -> str:
    return (
        f"<item><title>{title}</title><link>https://magazine.example/kassy-{number}/</link>"
        f'<guid isPermaLink="false">https://magazine.example/?p={number}</guid>{inside}</item>'
    )


def parse(body: bytes | str) -> ParsedFeed:
    return parse_feed(body.encode() if isinstance(body, str) else body, url=URL)


BODY = (
    "<p>Hello.</p><p><b>How are you?</b></p><p>I am well.</p>"
    "<p><b>And your cat?</b></p><p>Mine is asleep.</p>"
)


def test_an_entry_with_everything() -> None:
    feed = parse(
        rss(
            item(
                "<dc:creator><![CDATA[Mina Solberg]]></dc:creator>"
                "<pubDate>Tue, 16 Mar 2021 10:00:00 -0400</pubDate>"
                "<category><![CDATA[Interviews]]></category><category>R&amp;B</category>"
                "<category>interviews</category>"
                "<description><![CDATA[<p>Kassy sings. [&#8230;]</p><p>The post <a"
                " href='x'>Kassy</a>"
                " appeared first on <a href='y'>KCrush</a>.</p>]]></description>"
                f"<content:encoded><![CDATA[{BODY}]]></content:encoded>"
                '<media:thumbnail url="/small.jpg"/>'
            )
        )
    )
    found = feed.interviews[0]
    assert feed.title == "Interviews"
    assert feed.warnings == ()
    assert found.guid == "https://magazine.example/?p=1"
    assert found.url == "https://magazine.example/kassy-1/"
    assert found.title == "KCrush Interview with Kassy"
    assert [subject.name for subject in found.subjects] == ["Kassy"]
    assert found.tags == ("Interviews", "R&B")
    assert found.author == "Mina Solberg"
    assert found.published_at == datetime(2021, 3, 16, 14, tzinfo=UTC)
    assert found.updated_at is None
    assert found.excerpt == "Kassy sings…"
    assert found.image_url == "https://magazine.example/small.jpg"
    assert found.transcript.intro == "Hello."
    assert [turn.question for turn in found.transcript.turns] == ["How are you?", "And your cat?"]


def test_ttl_and_hub_in_the_units_that_the_schedule_wants() -> None:
    assert parse(rss("", "<ttl>90</ttl>")).ttl == 5400
    assert parse(rss("", "<ttl>soon</ttl>")).ttl is None
    hub = '<atom:link rel="hub" href="https://hub.example/"/>'
    assert parse(rss("", hub)).hub_url == "https://hub.example/"
    assert parse(rss("", '<atom:link rel="hub" href="javascript:x"/>')).hub_url is None


def test_atom() -> None:
    feed = parse(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://magazine.example/">'
        "<title type='html'>Fast &amp;amp; loud</title>"
        "<entry><id>tag:magazine.example,2024:7</id><title>Q&amp;A with MCND</title>"
        '<link rel="edit" href="/edit/7"/><link href="mcnd/"/><author><name>Jo</name>'
        "<email>jo@magazine.example</email></author><category term='music' label='Music'/>"
        "<published>2024-05-06T07:08:09+09:00</published><updated>2024-05-07T00:00:00Z</updated>"
        '<content type="html">&lt;p&gt;A &lt;img src="a.jpg"&gt; picture&lt;/p&gt;</content>'
        "</entry></feed>"
    )
    found = feed.interviews[0]
    assert feed.title == "Fast & loud"
    assert found.guid == "tag:magazine.example,2024:7"
    assert found.url == "https://magazine.example/mcnd/"
    assert found.author == "Jo"
    assert found.tags == ("Music",)
    assert found.published_at == datetime(2024, 5, 5, 22, 8, 9, tzinfo=UTC)
    assert found.updated_at == datetime(2024, 5, 7, tzinfo=UTC)
    assert found.image_url == "https://magazine.example/a.jpg"
    assert found.transcript.intro == "A\npicture"


def test_rdf_with_its_only_date() -> None:
    feed = parse(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="https://magazine.example/"><title>Old</title></channel>'
        '<item rdf:about="https://magazine.example/1"><title>One</title>'
        "<link>https://magazine.example/1</link><dc:date>2003-02-01T10:00:00+01:00</dc:date></item>"
        "</rdf:RDF>"
    )
    assert feed.interviews[0].published_at == datetime(2003, 2, 1, 9, tzinfo=UTC)
    assert feed.interviews[0].updated_at is None


def test_json_feed() -> None:
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Tom & <Jerry>",
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "items": [
            {
                "id": 12,
                "url": "https://magazine.example/a",
                "title": "Interview with the Director of <Minari>",
                "content_text": "Hello.\n\nQ. How are you?\n\nA. I <3 it."
                "\n\nQ. And you?\n\nA. Me too.",
                "tags": ["film"],
                "authors": [{"name": "Jo"}],
                "date_published": "2024-01-02T03:04:05.1234567-05:00",
                "image": "https://magazine.example/i.png",
            },
            "nonsense",
            {"id": "b", "url": "https://magazine.example/b", "date_published": "yesterday"},
        ],
    }
    feed = parse(orjson.dumps(data))
    first, second = feed.interviews
    assert feed.title == "Tom & <Jerry>"
    assert feed.hub_url == "https://hub.example/"
    assert first.guid == "12"
    assert first.title == "Interview with the Director of <Minari>"
    assert first.transcript.turns[0].answers[0].text == "I <3 it."
    assert first.published_at == datetime(2024, 1, 2, 8, 4, 5, 123456, tzinfo=UTC)
    assert second.published_at is None
    assert "the date 'yesterday' can't be read" in second.transcript.warnings


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"", "error.parse.empty"),
        (b" \n\t ", "error.parse.empty"),
        (b"<!DOCTYPE html><html><body>Hello</body></html>", "error.parse.html"),
        (b"\n<!-- x --><HTML>", "error.parse.html"),
        (b"hello there", "error.parse.not-feed"),
        (b"\x00\x01\x02\xff", "error.parse.not-feed"),
        (b"<opml><body/></opml>", "error.parse.not-feed"),
        (b'{"version": "2.0"}', "error.parse.not-feed"),
        (b'{"version": ', "error.parse.json"),
        (b"[" * 100_000, "error.parse.json"),
    ],
)
def test_what_is_no_feed_is_said_to_be_none(body: bytes, key: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(body)
    assert caught.value.key == key
    assert caught.value.args_by_name["url"] == URL


def test_an_empty_feed_is_a_feed() -> None:
    assert parse(rss("")).interviews == ()


def test_one_broken_entry_harms_no_neighbour() -> None:
    body = rss(
        item() + "<item><title>Broken & <b>bold</title><guid>2</guid></item>" + item(number=3)
    )
    feed = parse(body)
    guids = [interview.guid for interview in feed.interviews]
    assert guids == ["https://magazine.example/?p=1", "2", "https://magazine.example/?p=3"]
    assert "not well-formed" in feed.warnings[0]


def test_a_feed_cut_off_in_the_middle_gives_what_came() -> None:
    whole = rss(item() + item(number=2))
    feed = parse(whole[: whole.index(b"kassy-2")])
    assert feed.interviews[0].title == "KCrush Interview with Kassy"
    assert feed.warnings


def test_the_first_of_two_entries_with_one_guid_wins() -> None:
    feed = parse(rss(item(title="New") + item(title="Old")))
    assert [interview.title for interview in feed.interviews] == ["New"]
    assert "GUID" in feed.warnings[0]


def test_without_guid_the_canonical_address_is_the_identity() -> None:
    link = "<link>HTTPS://Magazine.Example:443/a/?utm_source=rss&amp;p=1#top</link>"
    found = parse(rss(f"<item><title>A</title>{link}</item>")).interviews[0]
    assert found.guid == found.url == "https://magazine.example/a/?p=1"


def test_entries_without_address_are_told_apart() -> None:
    feed = parse(rss("<item><title>A</title></item><item><title>B</title></item>"))
    assert [interview.title for interview in feed.interviews] == ["A", "B"]
    assert len({interview.guid for interview in feed.interviews}) == 2
    assert "no web address" in feed.interviews[0].transcript.warnings[0]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//", "http://"]
)
def test_an_address_that_is_none_is_never_linked(link: str) -> None:
    found = parse(rss(f"<item><title>A</title><link>{link}</link></item>")).interviews[0]
    assert found.url == URL


def test_an_item_of_a_json_feed_whose_address_is_none_has_the_feed_s() -> None:
    items = [{"id": "", "url": "javascript:alert(1)"}, {"id": "", "url": "/b"}]
    feed = parse(orjson.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}))
    assert [one.url for one in feed.interviews] == [URL, "https://magazine.example/b"]
    assert all(one.title and one.guid for one in feed.interviews)


NAMED_AS_THE_PARSER_NAMES = (
    "links tags content summary_detail author_detail authors media_content media_thumbnail "
    "published_parsed updated_parsed enclosures title_detail id summary ttl"
)


@pytest.mark.parametrize("name", NAMED_AS_THE_PARSER_NAMES.split())
def test_an_element_named_as_the_parser_names_its_own_does_no_harm(name: str) -> None:
    odd = f"<{name}>odd</{name}>"
    for before, after in ((odd, ""), ("", odd)):
        inside = f"{before}<category>Music</category>{after}"
        feed = parse(rss(item(inside) + item(number=2), f"{before}<ttl>5</ttl>{after}"))
        assert [interview.title for interview in feed.interviews] == [
            "KCrush Interview with Kassy",
            "KCrush Interview with Kassy",
        ]


def test_a_title_made_of_an_endless_address_fits() -> None:
    link = "https://magazine.example/" + "a-" * 900
    found = parse(rss(f"<item><link>{link}</link></item>")).interviews[0]
    assert 0 < len(found.title) <= TITLE_LIMIT


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", datetime(1970, 1, 1, tzinfo=UTC)),
        ("Thu, 31 Dec 2099 23:59:59 +0000", datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_an_absurd_date_is_kept_and_warned_of(date: str, expected: datetime) -> None:
    found = parse(rss(item(f"<pubDate>{date}</pubDate>"))).interviews[0]
    assert found.published_at == expected
    assert "hardly true" in found.transcript.warnings[0]


@pytest.mark.parametrize("date", ["soon", "Tue, 99 Foo 20211 88:88:88", "9" * 3])
def test_a_date_that_is_none_is_none(date: str) -> None:
    found = parse(rss(item(f"<pubDate>{date}</pubDate>"))).interviews[0]
    assert found.published_at is None
    assert "can't be read" in found.transcript.warnings[0]


def test_no_date_is_no_warning() -> None:
    found = parse(rss(item(f"<content:encoded><![CDATA[{BODY}]]></content:encoded>"))).interviews[0]
    assert found.published_at is None
    assert found.transcript.warnings == ()


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        (
            '<media:content url="https://m.example/v.mp4" medium="video"/>'
            '<enclosure url="https://m.example/e.jpg" type="image/jpeg" length="1"/>',
            "https://m.example/e.jpg",
        ),
        ('<media:content url="https://m.example/c.jpg"/>', "https://m.example/c.jpg"),
        (
            '<media:group><media:content url="https://m.example/g.png" type="image/png"/>'
            "</media:group>",
            "https://m.example/g.png",
        ),
        (
            '<enclosure url="https://m.example/a.mp3" type="audio/mpeg" length="1"/>',
            "https://m.example/body.jpg",
        ),
        ("", "https://m.example/body.jpg"),
    ],
)
def test_hero_image(markup: str, url: str) -> None:
    body = (
        '<p><img src="https://s.w.org/images/core/emoji/1.png" class="emoji" alt="x">'
        '<img width="1" height="1" src="https://t.example/p.gif">'
        '<img data-src="https://m.example/body.jpg" src="data:image/gif;base64,R0"></p>'
    )
    found = parse(rss(item(f"{markup}<content:encoded><![CDATA[{body}]]></content:encoded>")))
    assert found.interviews[0].image_url == url


def test_the_encoding_is_found_whatever_is_declared() -> None:
    text = item(title="애플 Café")
    document = (
        f'<?xml version="1.0" encoding="ENC"?><rss version="2.0"><channel>{text}</channel></rss>'
    )
    for declared, real in (
        ("utf-8", "utf-8"),
        ("us-ascii", "utf-8"),
        ("euc-kr", "euc-kr"),
        ("utf-16", "utf-16"),
    ):
        encodable = document.replace("é", "e") if real == "euc-kr" else document
        body = encodable.replace("ENC", declared).encode(real)
        assert parse(body).interviews[0].title.startswith("애플 Caf")


def test_a_media_type_that_is_wrong_does_not_reject() -> None:
    feed = parse_feed(rss(item()), url=URL, content_type="text/html; charset=UTF-8")
    assert len(feed.interviews) == 1
    assert feed.warnings == ()


def test_hostile_titles_are_literal_and_bounded() -> None:
    title = "@everyone <@123> [x](javascript:y) **b** \u202eevil\u202c " + "a" * 100_000
    found = parse(rss(item(title=html.escape(title)))).interviews[0]
    assert found.title.startswith("@everyone <@123> [x](javascript:y) **b** evil a")
    assert len(found.title) <= TITLE_LIMIT
    assert any("characters; cut" in warning for warning in found.transcript.warnings)


def test_entity_bombs_and_external_entities_give_no_text() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "lol">{levels}]>'
    for entity in (levels and "&e11;", "&file;"):
        head = bomb.replace("]>", '<!ENTITY file SYSTEM "file:///etc/passwd">]>')
        feed = parse(
            f'{head}<rss version="2.0"><channel><item><title>x{entity}</title></item>'
            "</channel></rss>"
        )
        assert len(feed.interviews[0].title) < 100
        assert "root:" not in feed.interviews[0].title


def test_too_many_elements_end_the_reading_and_keep_what_came_before() -> None:
    many = "<category>a</category>" * ELEMENTS_AT_MOST
    feed = parse(rss(item() + item(many, number=2) + item(number=3)))
    assert [interview.guid[-1] for interview in feed.interviews] == ["1", "2"]
    assert "elements" in feed.warnings[-1]


def test_an_author_of_endless_length_is_cut() -> None:
    found = parse(rss(item(f"<author>{'a.' * 200_000}</author>"))).interviews[0]
    assert found.author is None or len(found.author) <= 200


def test_the_excerpt_is_cut_at_a_word() -> None:
    words = "word " * 200
    found = parse(rss(item(f"<description>{words}</description>"))).interviews[0]
    assert found.excerpt.endswith("word…")
    assert EXCERPT_LIMIT - 6 <= len(found.excerpt) <= EXCERPT_LIMIT


def test_without_summary_the_excerpt_is_how_the_article_begins() -> None:
    found = parse(rss(item(f"<content:encoded><![CDATA[{BODY}]]></content:encoded>"))).interviews[0]
    assert found.excerpt == "Hello."


TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=60)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
@example(b"<rss><channel><item><guid>\xff</guid><pubDate>1</pubDate></item>")
@example(b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml' mode='base64'>x")
@example(
    b'{"version":"https://jsonfeed.org/version/1","items":[{"tags":{},"authors":"x","hubs":1}]}'
)
@example(b'[{"title":{},"content":{},"_embedded":[]}]')
def test_any_bytes_are_a_feed_or_a_parse_error(body: bytes) -> None:
    for wrapped in (body, b'<rss version="2.0"><channel><item>' + body):
        for reading in (parse, lambda data: parse_any(data, URL)):
            with contextlib.suppress(ParseError):
                assert reading(wrapped) is not None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, st.lists(TEXT, max_size=3)), max_size=4))
def test_whatever_a_feed_says_comes_back_as_a_reader_sees_it(
    entries: list[tuple[str, str, list[str]]],
) -> None:
    printable = "".join
    items = ""
    for number, (title, body, tags) in enumerate(entries):
        shown = [
            printable(c for c in text if c.isprintable() and c not in "<>&")
            for text in (title, body, *tags)
        ]
        inside = "".join(f"<category>{tag}</category>" for tag in shown[2:])
        inside += f"<content:encoded><![CDATA[<p>{shown[1]}</p>]]></content:encoded>"
        items += item(inside, title=shown[0], number=number)
    feed = parse(rss(items))
    assert [interview.guid for interview in feed.interviews] == [
        f"https://magazine.example/?p={number}" for number in range(len(entries))
    ]
    for interview, (title, _, tags) in zip(feed.interviews, entries, strict=True):
        letters = [c for c in title if c.isascii() and c.isalnum()]
        assert (
            [c for c in interview.title if c.isascii() and c.isalnum()] == letters
            or not letters
            or "no title" in str(interview.transcript.warnings)
        )
        assert len(interview.tags) <= len(tags)


# ---------------------------------------------------------------- what a real WordPress answered


@recorded
def test_recorded_feed() -> None:
    body = (RECORDED / "interviews-feed.xml").read_bytes()
    feed = parse_feed(body, url=URL, content_type="application/rss+xml; charset=UTF-8")
    assert feed.title == "Interviews – Kcrush Magazine"
    assert feed.warnings == ()
    assert [len(i.transcript.turns) for i in feed.interviews] == [
        11,
        15,
        14,
        11,
        11,
        11,
        8,
        15,
        9,
        15,
    ]
    assert all(not i.transcript.warnings for i in feed.interviews)
    assert all(i.image_url for i in feed.interviews)


@recorded
def test_recorded_rest_posts_and_feed_tell_the_same() -> None:
    by_feed = parse_any((RECORDED / "interviews-feed.xml").read_bytes(), URL)
    by_rest = {i.guid: i for i in parse_any((RECORDED / "posts.json").read_bytes(), URL)}
    assert len(by_rest) == 20
    for interview in by_feed:
        other = by_rest[interview.guid]
        assert other.transcript == interview.transcript
        assert (other.title, other.url, other.tags, other.author) == (
            interview.title,
            interview.url,
            interview.tags,
            interview.author,
        )
        assert (other.published_at, other.excerpt) == (interview.published_at, interview.excerpt)
        assert other.subjects == interview.subjects


@recorded
def test_recorded_article_page_tells_the_same_as_the_feed() -> None:
    page = (RECORDED / "interview-page.html").read_bytes()
    (found,) = parse_any(page, "http://127.0.0.1:18081/kcrush-interview-with-hmlt-and-kei-li/")
    other = parse_any((RECORDED / "interviews-feed.xml").read_bytes(), URL)[0]
    assert found.title == other.title
    assert found.url == other.url
    assert found.tags == other.tags
    assert found.author == other.author
    assert found.published_at == other.published_at
    assert found.image_url == other.image_url
    assert found.transcript.turns == other.transcript.turns
    assert found.transcript.intro == other.transcript.intro


@recorded
def test_recorded_category_page_is_no_article() -> None:
    with pytest.raises(ParseError) as caught:
        parse_any((RECORDED / "category-page.html").read_bytes(), URL)
    assert caught.value.key == "error.parse.not-article"
