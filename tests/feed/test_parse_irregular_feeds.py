"""Feeds as sites write them: encodings, references, identities, dates and HTML that are not as they
should be. One entry never refuses the others, and nothing readable is lost."""

import gzip
import html
from datetime import UTC, datetime

import pytest

from bot.core.errors import ParseError
from bot.feed import entry as entries
from bot.feed.parse import parse_feed

URL = "https://kc.example/feed/"
BODY = "<p><strong>How are you?</strong></p><p>Very well, thank you.</p>"


def item(
    number: int,
    title: str = "",
    *,
    link: str = "",
    guid: str = "",
    date: str = "Sun, 01 Mar 2026 12:00:00 +0000",
    body: str = f"<description><![CDATA[{BODY}]]></description>",
) -> str:
    return (
        f"<item><title>{title or f'Interview {number}'}</title>"
        f"<link>{link or f'https://kc.example/{number}/'}</link>"
        f"<guid>{guid or f'kc-{number}'}</guid><pubDate>{date}</pubDate>{body}</item>"
    )


def rss(
    *items: str, declared: str = "UTF-8", version: str = "<?xml version='1.0' encoding='{}'?>"
) -> str:
    head = version.format(declared)
    return (
        f'{head}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><title>KC</title>'
        + "".join(items)
        + "</channel></rss>"
    )


def titles(body: bytes, content_type: str | None = None) -> list[str]:
    return [one.title for one in parse_feed(body, url=URL, content_type=content_type).interviews]


@pytest.mark.parametrize("content_type", [None, "text/xml; charset=utf-8", "text/xml"])
def test_a_cut_character_damages_its_own_entry_only(content_type: str | None) -> None:
    body = rss(item(3, "한서윤 CUT"), item(2, "아이유 “café”"), item(1, "Kassy")).encode()
    body = body.replace(b"CUT", "떡".encode()[:2])
    first, *others = titles(body, content_type)
    assert first.startswith("한서윤")
    assert others == ["아이유 “café”", "Kassy"]


def test_an_entry_in_another_encoding_is_read_in_it() -> None:
    korean = item(2, "한서윤 인터뷰 새 앨범").encode("euc-kr")
    body = rss("MARK", item(1, "아이유"), declared="EUC-KR").encode().replace(b"MARK", korean)
    assert titles(body) == ["한서윤 인터뷰 새 앨범", "아이유"]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "UTF-16"),
        ("utf-8", "ISO-8859-1"),
        ("utf-8", "no-such-thing"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-8-sig", "UTF-8"),
        ("euc-kr", "EUC-KR"),
        ("euc-jp", "EUC-JP"),
    ],
)
def test_what_a_feed_declares_is_believed_as_far_as_it_is_true(
    encoding: str, declared: str
) -> None:
    name = "東京" if encoding == "euc-jp" else "한서윤"
    assert titles(rss(item(1, name), declared=declared).encode(encoding)) == [name]


def test_windows_1252_under_the_name_of_utf_8() -> None:
    assert titles(rss(item(1, "Café “Zoë”")).encode("cp1252")) == ["Café “Zoë”"]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("&#55357;&#56832; Han", "😀 Han"),
        ("A&#65;&#xD83D;&#xDE00;", "AA😀"),
        ("&#55357; Han", "\N{REPLACEMENT CHARACTER} Han"),
        ("&#0;Han&#1114112;", "\N{REPLACEMENT CHARACTER}Han\N{REPLACEMENT CHARACTER}"),
        ("Han\x0b Seo\x00yun", "Han Seoyun"),
        ("Q&A with Sol", "Q&A with Sol"),
        ("R&B; &amp; soul", "R&B; & soul"),
        ("Caf&eacute; Q&A", "Café Q&A"),
    ],
)
def test_a_title_refuses_no_feed(written: str, title: str) -> None:
    assert titles(rss(item(2, written), item(1, "Kassy")).encode()) == [title, "Kassy"]


def test_an_entry_that_can_not_be_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = entries.interview_of

    def breaking(post: object) -> object:
        if getattr(post, "title", "") == "Interview 2":
            raise RuntimeError("unforeseen")
        return real(post)  # type: ignore[arg-type]

    monkeypatch.setattr(entries, "interview_of", breaking)
    feed = parse_feed(rss(item(3), item(2), item(1)).encode(), url=URL)
    assert [one.title for one in feed.interviews] == ["Interview 3", "Interview 1"]
    assert any("unforeseen" in warning for warning in feed.warnings)


# ---------------------------------------------------------------- identity


@pytest.mark.parametrize("guid", ["https://kc.example/", "N/A", "null", "0", "the same"])
def test_a_guid_that_all_entries_share_is_not_believed(guid: str) -> None:
    feed = parse_feed(rss(*(item(number, guid=guid) for number in (3, 2, 1))).encode(), url=URL)
    assert [one.guid for one in feed.interviews] == [
        f"https://kc.example/{number}/" for number in (3, 2, 1)
    ]


def test_guid_and_address_that_all_share_leave_title_and_date() -> None:
    live = "https://kc.example/live/"
    dates = [f"Sun, 0{day} Mar 2026 12:00:00 +0000" for day in (1, 2, 3)]
    items = [item(n, link=live, guid="N/A", date=date) for n, date in enumerate(dates)]
    feed = parse_feed(rss(*items).encode(), url=URL)
    assert len({one.guid for one in feed.interviews}) == 3
    again = parse_feed(rss(*items[1:]).encode(), url=URL)
    assert {one.guid for one in again.interviews} <= {one.guid for one in feed.interviews} | {live}


def test_entries_at_anchors_of_one_page_are_different() -> None:
    page = "https://kc.example/all/"
    items = [item(number, link=f"{page}#{number}") for number in (2, 1)]
    feed = parse_feed(rss(*items).encode(), url=URL)
    assert [one.guid for one in feed.interviews] == ["kc-2", "kc-1"]


def test_one_entry_that_is_there_twice_is_one() -> None:
    assert len(parse_feed(rss(item(1), item(1)).encode(), url=URL).interviews) == 1


# ---------------------------------------------------------------- contents


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("2021년 01월 23일 오후 3:00:00", datetime(2021, 1, 23, 6, tzinfo=UTC)),
        ("2024년 3월 5일", datetime(2024, 3, 4, 15, tzinfo=UTC)),
        ("2024년 3월 5일 오전 12:30", datetime(2024, 3, 4, 15, 30, tzinfo=UTC)),
        ("2024년 3월 5일 (화) 09시 05분", datetime(2024, 3, 5, 0, 5, tzinfo=UTC)),
        ("Sat, 23 Jan 2021 10:00:00 KST", datetime(2021, 1, 23, 1, tzinfo=UTC)),
        ("Sat, 23 Jan 2021 10:00:00 JST", datetime(2021, 1, 23, 1, tzinfo=UTC)),
        ("Sat, 23 Jan 2021 10:00:00 +0900", datetime(2021, 1, 23, 1, tzinfo=UTC)),
        ("Sat, 23 Jan 2021 10:00:00 GMT", datetime(2021, 1, 23, 10, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_as_the_site_means_it(written: str, when: datetime) -> None:
    (one,) = parse_feed(rss(item(1, date=written)).encode(), url=URL).interviews
    assert one.published_at == when


@pytest.mark.parametrize("times", [1, 2])
def test_html_that_was_escaped_too_often_is_restored(times: int) -> None:
    body = BODY * 2
    for _ in range(times):
        body = html.escape(body)
    content = f"<content:encoded><![CDATA[{body}]]></content:encoded>"
    (one,) = parse_feed(rss(item(1, body=content)).encode(), url=URL).interviews
    assert "<" not in one.excerpt
    assert "How are you?" in one.excerpt


def test_text_about_html_is_left_as_it_is() -> None:
    content = "<description>The tag &amp;lt;b&amp;gt; makes words bold, says Sol.</description>"
    (one,) = parse_feed(rss(item(1, body=content)).encode(), url=URL).interviews
    assert "<b>" in one.excerpt


def test_a_long_description_is_the_article_beside_a_short_content() -> None:
    content = (
        f"<description><![CDATA[{BODY * 3}]]></description>"
        "<content:encoded><![CDATA[<p>Read it on our site.</p>]]></content:encoded>"
    )
    (one,) = parse_feed(rss(item(1, body=content)).encode(), url=URL).interviews
    assert "Very well" in one.transcript.intro + str(one.transcript.turns)


def test_a_title_of_type_text_is_no_html() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>KC</title><entry><id>urn:1</id>'
        '<title type="text">Interview: &lt;b&gt; is a tag</title><link href="https://kc.example/1/"/>'
        "</entry></feed>"
    )
    assert titles(body.encode()) == ["Interview: <b> is a tag"]


def test_a_feed_behind_the_document_type_of_a_page_is_a_feed() -> None:
    assert titles(b"<!DOCTYPE html>\n" + rss(item(1)).encode()) == ["Interview 1"]


@pytest.mark.parametrize("times", [1, 2])
def test_a_feed_that_is_packed_once_more_is_unpacked(times: int) -> None:
    body = rss(item(1)).encode()
    for _ in range(times):
        body = gzip.compress(body)
    assert titles(body) == ["Interview 1"]


def test_a_bomb_is_not_unpacked() -> None:
    body = gzip.compress(gzip.compress(b"\0" * 50 * 2**20))
    with pytest.raises(ParseError):
        parse_feed(body, url=URL)


def test_the_address_behind_feedburners_is_the_articles() -> None:
    origin = "<feedburner:origLink>https://kc.example/sol/</feedburner:origLink>"
    (one,) = parse_feed(rss(item(1, body=origin)).encode(), url=URL).interviews
    assert one.url == "https://kc.example/sol/"
