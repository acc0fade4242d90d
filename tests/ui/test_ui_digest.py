"""The digest: what it lists, how it opens it, and that any interviews fit."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.model import Form, Interview, StoredInterview, Style, Subject
from bot.core.text import measure
from bot.ui.announcing import CONTENT_LIMIT, Announcement, Rendering, announcement, digest_card
from bot.ui.layout import Layout
from bot.ui.test_mark import marked_as_test
from tests.ui.limits import buttons, components_of, pictures, texts, walk, within_limits
from tests.ui.strategies import TEXTS, interviews, stored
from tests.ui.test_ui_cards import SEOYUN

DOYUN = replace(
    SEOYUN,
    url="https://kcrush.example/doyun/",
    title="Webtoons *and* Rain",
    subjects=(Subject("Kim Doyun", "Webtoon Artist", ("김도윤",)), Subject("이하늘")),
    excerpt="Kim Doyun draws rain.",
    image_url="https://kcrush.example/doyun.jpg",
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    found=st.lists(interviews(), min_size=1, max_size=14), more=st.integers(0, 10**6), text=TEXTS
)
def test_any_digest_is_within_discords_limits(
    found: list[Interview], more: int, text: Text
) -> None:
    listed = [stored(one, number) for number, one in enumerate(found, 10**17)]
    within_limits(digest_card(listed, more, text))
    within_limits(digest_card(listed, more, text, role_ids=[10**18]))
    # A test of it has four components more.
    digest = digest_card(listed, more, text, role_ids=[10**18])
    within_limits(marked_as_test({"view": digest}, text)["view"])


def test_the_longest_ones_fit_too(text: Text) -> None:
    longest = replace(
        SEOYUN,
        title="*" * 400,
        url="https://kcrush.example/" + "a" * 97,
        subjects=(Subject("_" * 300),),
        excerpt="~" * 900,
    )
    for number in (1, 4, 5, 10, 30):
        listed = [stored(longest, 10**17 + n) for n in range(number)]
        within_limits(digest_card(listed, 10**6, text, role_ids=[10**18]))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(found=st.lists(interviews(), min_size=1, max_size=30), more=st.integers(0, 10**6))
def test_any_published_digest_fits_an_embed(found: list[Interview], more: int, text: Text) -> None:
    embed_fits([stored(one, number) for number, one in enumerate(found, 10**17)], more, text)


def embed_fits(listed: list[StoredInterview], more: int, text: Text) -> None:
    made = announcement(
        Announcement(listed[0], listed, more), text, Rendering.PUBLISHED, role_ids=[10**18]
    )
    embed = made["embed"]
    assert 0 < measure(embed.title) <= 256
    assert 0 < measure(embed.description) <= 4096
    assert embed.description.count("•") >= min(len(listed), 10)
    assert len(made["view"].children) <= min(len(listed), 10)
    plain = announcement(Announcement(listed[0], listed, more), text, Rendering.PLAIN)["content"]
    assert 0 < measure(plain) <= CONTENT_LIMIT


def test_ten_long_titles_are_published_whole_and_twelve_are_counted(text: Text) -> None:
    longest = replace(SEOYUN, title="*" * 400, url="https://kcrush.example/" + "a" * 177)
    for number in (10, 12, 30):
        embed_fits([stored(longest, 10**17 + n) for n in range(number)], 10**6, text)
    twelve = [stored(SEOYUN, number) for number in range(12)]
    made = announcement(Announcement(twelve[0], twelve), text, Rendering.PUBLISHED)
    assert made["embed"].title == "12 new interviews"
    assert made["embed"].description.endswith("And 2 more. Find them with `/interviews latest`.")


def test_plain_words_count_the_interviews_that_they_have_no_room_for(text: Text) -> None:
    long = replace(SEOYUN, title="Long " * 80)
    listed = [stored(long, number) for number in range(12)]
    plain = announcement(Announcement(long_first := listed[0], listed), text, Rendering.PLAIN)
    named = plain["content"].count(long_first.interview.url)
    assert plain["content"].endswith(f"And {12 - named} more. Find them with `/interviews latest`.")


def test_an_address_longer_than_a_message_is_left_out_of_plain_words(text: Text) -> None:
    one = stored(replace(SEOYUN, url="https://kcrush.example/" + "a" * 3000))
    plain = announcement(Announcement(one), text, Rendering.PLAIN)["content"]
    assert plain == f"**{SEOYUN.title}**"


def test_each_interview_has_its_row_its_face_and_its_button(text: Text) -> None:
    card = digest_card([stored(SEOYUN, 2), stored(DOYUN, 1)], 0, text, style=Style(spoiler=True))
    assert texts(card) == [
        "## 2 new interviews",
        "**Han Seoyun** 한서윤\nSinger\n-# March 2026 · 2 questions",
        "Han Seoyun sings about small rooms \\*and\\* large skies.",
        "**Kim Doyun, 이하늘**\nWebtoons \\*and\\* Rain\n-# March 2026 · 2 questions",
        "Kim Doyun draws rain.",
    ]
    assert [(one["label"], one["custom_id"]) for one in buttons(card)] == [
        ("Read", "kc:read:2"),
        ("Read", "kc:read:1"),
    ]
    assert faces(card) == [SEOYUN.image_url, DOYUN.image_url]
    assert all(part["spoiler"] for part in walk(components_of(card)) if part["type"] == 11)
    assert pictures(card) == []


def faces(layout: Layout) -> list[str]:
    return [part["media"]["url"] for part in walk(components_of(layout)) if part["type"] == 11]


def test_as_many_as_have_room_have_a_face(text: Text) -> None:
    def of(number: int, **how: Any) -> Layout:
        return digest_card([stored(SEOYUN, one) for one in range(number)], 0, text, **how)

    assert [len(faces(of(number))) for number in (1, 4, 5, 6, 10)] == [1, 4, 5, 0, 0]
    assert [len(pictures(of(number))) for number in (1, 5, 6, 10)] == [0, 0, 1, 1]
    assert len(buttons(of(10))) == 10
    compact = of(3, style=Style(Form.COMPACT))
    assert (faces(compact), pictures(compact), len(buttons(compact))) == ([], [], 3)


def test_an_excerpt_in_a_digest_ends_with_a_sentence(text: Text) -> None:
    long = replace(SEOYUN, excerpt="She sings about small rooms. " * 9)
    assert (
        texts(digest_card([stored(long)], 0, text))[2]
        == ("She sings about small rooms. " * 5).strip()
    )


def test_what_has_no_room_is_counted(text: Text) -> None:
    listed = [stored(SEOYUN, number) for number in range(12, 0, -1)]
    card = digest_card(listed, 5, text)
    assert texts(card)[0] == "## 17 new interviews"
    assert texts(card)[-1] == "-# And 7 more. Find them with `/interviews latest`."
    assert [one["custom_id"] for one in buttons(card)] == [f"kc:read:{n}" for n in range(12, 2, -1)]
    assert len(pictures(card)) == 1
    one_more = digest_card(listed[:10], 1, text)
    assert texts(one_more)[-1] == "-# And 1 more. Find it with `/interviews latest`."


def test_one_alone_and_its_role(text: Text) -> None:
    card = digest_card([stored(SEOYUN)], 0, text, role_ids=[55])
    assert texts(card)[:2] == ["<@&55> New interviews are out.", "## A new interview"]
