"""Which of an article's pictures the card shows: by size, type and place."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Image
from bot.feed.parse import parse_article, parse_feed, parse_posts
from bot.feed.pictures import candidate, main_picture

PAGE = "https://magazine.example/interview/"
BIG = '<p><img src="https://magazine.example/big.jpg" width="1200" height="800"></p>'
TALK = "<p><b>How are you?</b></p><p>Very well, thank you for asking me today.</p>"
ICON = "https://magazine.example/share.png"


def in_feed(markup: str, body: str = BIG + TALK) -> str | None:
    document = (
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item>'
        f"<title>Interview</title><link>{PAGE}</link>{markup}"
        f"<content:encoded><![CDATA[{body}]]></content:encoded></item></channel></rss>"
    )
    return parse_feed(document.encode(), url=PAGE).interviews[0].image_url


def on_page(head: str, body: str = "") -> str | None:
    document = (
        f"<html><head><title>Interview</title>{head}</head><body class='single'>"
        f"{body}<div class='entry-content'>{BIG}{TALK}</div></body></html>"
    )
    return parse_article(document.encode(), url=PAGE).image_url


@pytest.mark.parametrize(
    "markup",
    [
        f'<media:thumbnail url="{ICON}" width="32" height="32"/>',
        f'<media:content url="{ICON}" medium="image" width="1200" height="20"/>',
        '<media:content url="https://magazine.example/logo.svg" medium="image"/>',
        '<enclosure url="https://magazine.example/logo" type="image/svg+xml" length="9"/>',
        '<enclosure url="https://magazine.example/favicon.ico" type="image/x-icon" length="9"/>',
        '<media:thumbnail url="https://magazine.example/face-150x150.jpg"/>',
        '<media:content url="https://2.gravatar.com/avatar/0a1b?s=96" medium="image"/>',
        '<media:content url="https://pixel.wp.com/b.gif?host=x" medium="image"/>',
        '<media:content url="https://s.w.org/images/core/emoji/15/72x72/1f338.png"/>',
        '<media:content url="https://magazine.example/lazyload.gif" medium="image"/>',
        '<media:thumbnail url="data:image/png;base64,iVBORw0KGgo="/>',
        '<media:content url="https://magazine.example/scan.tiff" type="image/tiff"/>',
    ],
)
def test_what_the_feed_names_but_is_no_picture_gives_way_to_the_articles(markup: str) -> None:
    assert in_feed(markup) == "https://magazine.example/big.jpg"


def test_the_largest_of_the_sizes_of_one_picture_is_taken() -> None:
    sizes = "".join(
        f'<media:content url="https://magazine.example/p{width}.jpg" medium="image" '
        f'width="{width}" height="{width}"/>'
        for width in (300, 1024, 768)
    )
    assert in_feed(f"<media:group>{sizes}</media:group>") == "https://magazine.example/p1024.jpg"


@pytest.mark.parametrize(
    "before",
    [
        f'<div class="sharedaddy sd-sharing"><a href="#"><img src="{ICON}"></a></div>',
        f'<div class="social-share"><img src="{ICON}"></div>',
        f'<p><img src="{ICON}" width="32" height="32"></p>',
        f'<p><img src="{ICON}" style="width:24px;height:24px"></p>',
        '<p><img src="https://magazine.example/logo.svg"></p>',
        '<p><img class="avatar" src="https://magazine.example/writer.jpg" width="96"></p>',
        '<div class="author-box"><img src="https://magazine.example/writer.jpg"></div>',
        '<p><img src="https://magazine.example/small-100x100.png"></p>',
        '<p><img src="/images/lazyload.gif#center" width="64" height="64"></p>',
    ],
)
def test_what_stands_before_the_articles_picture_is_not_taken_for_it(before: str) -> None:
    assert in_feed("", before + BIG + TALK) == "https://magazine.example/big.jpg"


@pytest.mark.parametrize("markup", [BIG, '<p><img src="https://magazine.example/big.jpg"></p>'])
def test_an_article_with_nothing_but_an_icon_has_no_picture(markup: str) -> None:
    assert in_feed("", markup + TALK) == "https://magazine.example/big.jpg"
    assert in_feed("", f'<p><img src="{ICON}" width="32" height="32"></p>{TALK}') is None


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="og:image" content="https://magazine.example/logo.svg">',
        '<meta property="og:image" content="/logo.png"><meta property="og:image:width" '
        'content="64"><meta property="og:image:height" content="64">',
        '<meta property="og:image" content="/logo"><meta property="og:image:type" '
        'content="image/svg+xml">',
        '<script type="application/ld+json">{"@type":"NewsArticle","image":'
        '{"@type":"ImageObject","url":"/logo.png","width":48,"height":48}}</script>',
    ],
)
def test_a_pages_own_choice_must_be_a_picture_too(head: str) -> None:
    hero = "<meta name='twitter:image' content='https://magazine.example/hero.jpg'>"

    assert on_page(head + hero) == "https://magazine.example/hero.jpg"
    assert on_page(head) == "https://magazine.example/big.jpg"


def test_a_themes_lazy_picture_is_taken_in_its_largest_size() -> None:
    picture = (
        '<img class="wp-post-image" src="data:image/gif;base64,R0" '
        'data-srcset="/hero-300.jpg 300w, /hero-1200.jpg 1200w, /hero-768.jpg 768w">'
    )
    assert on_page("", picture) == "https://magazine.example/hero-1200.jpg"


def test_a_featured_picture_of_rest_must_be_one() -> None:
    def chosen(**media: Any) -> str | None:
        post = {
            "id": 1,
            "link": PAGE,
            "guid": {"rendered": PAGE},
            "title": {"rendered": "Interview"},
            "excerpt": {"rendered": ""},
            "content": {"rendered": BIG + TALK},
            "date_gmt": "2026-03-01T12:00:00",
            "modified_gmt": "2026-03-01T12:00:00",
            "_embedded": {"wp:featuredmedia": [media]},
        }
        return parse_posts([post], url=PAGE)[0].image_url

    hero = "https://magazine.example/hero.jpg"
    assert chosen(source_url=hero, media_details={"width": 1200, "height": 800}) == hero
    assert chosen(source_url=hero) == hero
    assert chosen(source_url=hero, media_details={"width": 64, "height": 64}) == (
        "https://magazine.example/big.jpg"
    )
    assert chosen(source_url="https://magazine.example/logo", mime_type="image/svg+xml") == (
        "https://magazine.example/big.jpg"
    )
    assert chosen(source_url=hero, media_details={"width": "wide", "height": None}) == hero


# What other readers of feeds took for the picture, as people reported it.
PIXEL = '<img alt="" src="https://pixel.wp.com/b.gif?host=magazine.example&amp;post=7" width="1">'
OLD_SHARING = (
    '<a rel="nofollow" href="http://feeds.wordpress.com/1.0/gocomments/magazine.example/7/">'
    '<img alt="" border="0" src="http://feeds.wordpress.com/1.0/comments/magazine.example/7/"></a>'
)
WANTED = "https://magazine.example/big.jpg"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            '<p>Hello <img class="wp-smiley" alt="🌸" '
            'src="https://s.w.org/images/core/emoji/13.1.0/72x72/1f338.png"></p>' + TALK,
            None,
            id="feedzy-rss-feeds#648: an emoji",
        ),
        pytest.param(PIXEL + BIG + TALK, WANTED, id="jquery-rss#115: the counter of WordPress.com"),
        pytest.param(OLD_SHARING + TALK, None, id="jquery-rss#115: the sharing of WordPress.com"),
        pytest.param(
            '<img src="data:image/gif;base64,R0lGOD" width="464" height="290" '
            f'data-src="{WANTED}" lazyload="">' + TALK,
            WANTED,
            id="FreshRSS#877: data-src",
        ),
        pytest.param(
            '<div class="responsive-img"><img src="data:image/gif;base64,R0lGOD" srcset="'
            f'https://magazine.example/s.jpg 320w, {WANTED} 1280w"></div>' + TALK,
            WANTED,
            id="FreshRSS#8699: srcset of the picture",
        ),
        pytest.param(
            '<picture><source srcset="https://magazine.example/s.jpg 320w, '
            f'{WANTED} 1280w"><img src="data:image/gif;base64,R0lGOD"></picture>' + TALK,
            WANTED,
            id="FreshRSS#8699: srcset of a source",
        ),
        pytest.param(
            '<picture><source type="image/webp" media="(max-width: 767px)" '
            f'data-srcset="https://magazine.example/s.jpg 1x, {WANTED} 2x">'
            '<img class="lazyload" src="https://magazine.example/big.jpg?w=20&amp;blur=9"></picture>'
            + TALK,
            WANTED,
            id="FreshRSS#6993: a blurred picture in place of its sources",
        ),
        pytest.param(
            f'<img src="/images/lazyload.gif#center" data-src="{WANTED}" class="zoom lazy">' + TALK,
            WANTED,
            id="vanilla-lazyload#525: the loader's own picture",
        ),
        pytest.param(
            '<p><img src="https://img.shields.io/badge/license-MIT-blue.svg">'
            '<img src="https://img.shields.io/npm/v/kcrush?label=svg"></p>' + BIG + TALK,
            WANTED,
            id="FriendsOfFlarum/seo#149: badges",
        ),
        pytest.param(
            '<img src="https://magazine.example/big-150x150.jpg" srcset="https://magazine.example/'
            f'big-150x150.jpg 150w, {WANTED} 1200w" sizes="150px">' + TALK,
            WANTED,
            id="a thumbnail whose srcset has the picture",
        ),
    ],
)
def test_articles_of_which_other_readers_took_a_wrong_picture(
    body: str, expected: str | None
) -> None:
    assert in_feed("", body) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param(
            '<media:content url="https://0.gravatar.com/avatar/0a1b?s=96&amp;d=identicon" '
            'medium="image"><media:title type="html">mina</media:title></media:content>'
            '<media:content url="https://magazine.example/photo.jpg" medium="image"/>',
            "https://magazine.example/photo.jpg",
            id="vip-quickstart#511: the writer's face",
        ),
        pytest.param(
            '<enclosure url="https://magazine.example/header.png" type="image/png"/>',
            "https://magazine.example/header.png",
            id="ReadYou#669: an enclosure before the first of the body",
        ),
        pytest.param(
            '<media:credit role="author" scheme="urn:ebu">https://magazine.example/face.jpg'
            '</media:credit><media:thumbnail url="https://magazine.example/t1.jpg" width="150" '
            'height="84"/><media:thumbnail url="https://magazine.example/t2.jpg" width="300" '
            'height="169"/><media:content url="https://magazine.example/art.jpg" width="1600" '
            'height="900" medium="image"/>',
            "https://magazine.example/art.jpg",
            id="FreshRSS#1668: previews beside the picture",
        ),
    ],
)
def test_feeds_of_which_other_readers_took_a_wrong_picture(markup: str, expected: str) -> None:
    assert in_feed(markup) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(
            '<meta property="og:image" content="/themes/logo.svg">'
            '<meta property="og:image" content="/hero.png">',
            "https://magazine.example/hero.png",
            id="godot-website#231: an SVG, then a PNG",
        ),
        pytest.param(
            '<meta name="twitter:image" content="https://magazine.example/shot.png">',
            "https://magazine.example/shot.png",
            id="itch.io#1002: only a picture for Twitter",
        ),
    ],
)
def test_pages_of_which_other_readers_took_a_wrong_picture(head: str, expected: str) -> None:
    assert on_page(head) == expected


_ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


@given(st.lists(st.tuples(_ANYTHING, _ANYTHING, _ANYTHING, _ANYTHING)), st.text())
def test_whatever_a_site_says_the_picture_is_a_web_address_or_none(
    said: list[tuple[object, object, object, object]], base: str
) -> None:
    named = [candidate(*one) for one in said]
    chosen = main_picture(named, [Image("https://magazine.example/big.jpg")], base)

    assert chosen is not None
    assert chosen.startswith(("http://", "https://"))
