from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings

from bot.core.i18n import Text, load_messages
from bot.core.model import Image, Interview, Subject, Transcript, Turn
from bot.ui.announcing import announcement_card
from bot.ui.interviews import tags_of
from tests.ui.limits import (
    alternative_texts,
    buttons,
    components_of,
    pictures,
    shown,
    texts,
    within_limits,
)
from tests.ui.strategies import TEXTS, interviews, stored

SEOYUN = Interview(
    guid="https://kcrush.example/?p=9",
    url="https://kcrush.example/interview-with-singer-han-seoyun/",
    title="KCrush Interview with Singer Han Seoyun",
    subjects=(Subject("Han Seoyun", "Singer", ("한서윤",)),),
    tags=("Interviews", "Ballad", "K‑Pop", "Han Seoyun", "한서윤"),
    published_at=datetime(2026, 3, 16, 9, tzinfo=UTC),
    excerpt="Han Seoyun sings about small rooms *and* large skies.",
    image_url="https://kcrush.example/seoyun.jpg",
    transcript=Transcript("", (Turn(1, "Who are you?", ()), Turn(2, "Why?", ())), ""),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(interview=interviews(), text=TEXTS)
def test_any_interview_makes_a_card_within_discords_limits(
    interview: Interview, text: Text
) -> None:
    within_limits(announcement_card(stored(interview), text))
    within_limits(announcement_card(stored(interview), text, role_ids=[10**18]))


def test_the_card_tells_who_what_when_and_how_much(text: Text) -> None:
    card = announcement_card(stored(SEOYUN), text)
    assert texts(card) == [
        f"## [KCrush Interview with Singer Han Seoyun]({SEOYUN.url})",
        "**Han Seoyun** 한서윤, Singer",
        "Han Seoyun sings about small rooms \\*and\\* large skies.",
        "-# <t:1773651600:D> · 2 questions · Music · Ballad · K\N{NON-BREAKING HYPHEN}Pop",
    ]
    assert pictures(card) == ["https://kcrush.example/seoyun.jpg"]


def test_a_tag_that_only_repeats_the_kind_is_left_out(text: Text) -> None:
    artist = replace(SEOYUN, subjects=(Subject("Oh"),), tags=("Webtoon", "Comedy", "music"))
    assert texts(announcement_card(stored(artist), text))[-1].endswith(
        "Webtoons and comics · Comedy · music"
    )
    assert texts(announcement_card(stored(replace(SEOYUN, tags=("Music",))), text))[-1].endswith(
        "2 questions · Music"
    )


def test_its_buttons_read_here_and_open_the_article(text: Text) -> None:
    read, opened = buttons(announcement_card(stored(SEOYUN, 417), text))
    assert (read["label"], read["custom_id"]) == ("Read here", "kc:read:417")
    assert (opened["label"], opened["url"]) == ("Open on KCrush", SEOYUN.url)


def test_a_role_is_mentioned_above_the_card(text: Text) -> None:
    card = announcement_card(stored(SEOYUN), text, role_ids=[99])
    first, container = components_of(card)
    assert first == {"type": 10, "content": "<@&99> A new interview is out."}
    assert container["type"] == 17


def test_what_is_not_known_is_left_out(text: Text) -> None:
    bare = Interview(guid="x", url="not an address", title=" ")
    card = announcement_card(stored(bare), text)
    assert texts(card) == ["## Untitled interview"]
    assert [button["label"] for button in buttons(card)] == ["Read here"]
    assert pictures(card) == []


def test_a_picture_beside_the_prose_stands_in_for_a_missing_one(text: Text) -> None:
    transcript = Transcript("", (), "", images=(Image("https://kcrush.example/inside.jpg"),))
    card = announcement_card(stored(replace(SEOYUN, image_url=None, transcript=transcript)), text)
    assert pictures(card) == ["https://kcrush.example/inside.jpg"]


def test_a_long_title_is_set_smaller(text: Text) -> None:
    card = announcement_card(stored(replace(SEOYUN, title="Interview " * 12)), text)
    assert texts(card)[0].startswith("### [Interview Interview")


def test_nothing_in_an_article_pings(text: Text) -> None:
    hostile = replace(
        SEOYUN,
        title="@everyone <@&5>",
        excerpt="@here <@6>",
        subjects=(Subject("@everyone", "<@7>"),),
        tags=("@here",),
    )
    card = shown(announcement_card(stored(hostile), text))
    for ping in ("@everyone", "@here", "<@"):
        assert ping not in card.replace("\\<@\u200b", "")


def test_the_library_keeps_no_card_in_memory(text: Text) -> None:
    card = announcement_card(stored(SEOYUN), text)
    assert card.is_finished()
    assert not card.is_dispatchable()


def test_an_alternative_text_has_all_the_room_that_discord_gives(text: Text) -> None:
    alt = "words " * 160 + "end"
    image = Image("https://kcrush.example/seoyun.jpg", alt=alt)
    described = replace(SEOYUN, transcript=Transcript("", (), "", images=(image,)))
    (shown_alt,) = alternative_texts(announcement_card(stored(described), text))
    assert shown_alt == alt
    longer = replace(image, alt=alt + " words" * 100)
    described = replace(SEOYUN, transcript=Transcript("", (), "", images=(longer,)))
    (shown_alt,) = alternative_texts(announcement_card(stored(described), text))
    assert len(alt) < len(shown_alt) <= 1024


def test_the_topic_is_not_said_again_in_another_language() -> None:
    tagged = replace(SEOYUN, tags=("Music", "Ballad"))
    assert tags_of(tagged, load_messages().text("ko")) == ["음악", "Ballad"]
