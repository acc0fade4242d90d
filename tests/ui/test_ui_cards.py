from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.artists import artist_id
from bot.core.folding import fold
from bot.core.i18n import Text, load_messages
from bot.core.model import Answer, Form, Image, Interview, Style, Subject, Transcript, Turn
from bot.core.topics import topic_of
from bot.ui.announcing import Announcement, Rendering, announcement, announcement_card
from bot.ui.interviews import tags_of
from tests.ui.limits import (
    alternative_texts,
    buttons,
    components_of,
    pictures,
    shown,
    texts,
    units,
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
        "-# <t:1773651600:D>\xa0· 2 questions\xa0· Music\xa0· Ballad\xa0· K\u2011Pop",
    ]
    assert pictures(card) == ["https://kcrush.example/seoyun.jpg"]


@pytest.mark.parametrize(
    ("subjects", "tags", "shown"),
    [
        ((Subject("Oh"),), ("Webtoon", "Comics", "Comedy", "music"), ["Comedy", "music"]),
        ((), ("Music", "Music Interviews", "KCrush Music", "K-Pop"), ["K-Pop"]),
        ((Subject("Yi Ra-on", None, ("이라온",)),), ("yi raon", "이라온 인터뷰", "OST"), ["OST"]),
        ((), ("KCrush", "KCrush America Magazine", "K-Crush Interview", "Korea"), ["Korea"]),
        ((), ("America", "Interviews with Heart"), ["America", "Interviews with Heart"]),
        ((Subject("Kang", "Actor"),), ("Actors", "Actresses", "Acting", "Drama"), ["Drama"]),
    ],
)
def test_tags_that_say_nothing_more_are_left_out(
    subjects: tuple[Subject, ...], tags: tuple[str, ...], shown: list[str]
) -> None:
    tagged = replace(SEOYUN, subjects=subjects, tags=tags)
    for language in ("en", "ko"):
        text = load_messages().text(language)
        kind = text(f"kind.{topic_of(subjects, tags)}")
        assert [tag for tag in tags_of(tagged, text) if tag != kind] == shown


def test_no_line_is_broken_within_a_name_or_a_tag(text: Text) -> None:
    woo = replace(
        SEOYUN,
        title="Woo Bit-garam at https://kcrush.example/a-b",
        subjects=(Subject("Woo Bit-garam"),),
        tags=("K-Pop",),
        excerpt="K-Pop - and more.",
    )
    _title, name, excerpt, facts = texts(announcement_card(stored(woo), text))
    assert "a\N{NON-BREAKING HYPHEN}b" not in _title
    assert name == "**Woo Bit\N{NON-BREAKING HYPHEN}garam**"
    assert excerpt == "K\N{NON-BREAKING HYPHEN}Pop - and more."
    assert facts.endswith("K\N{NON-BREAKING HYPHEN}Pop")


def test_a_search_finds_the_name_that_was_copied(text: Text) -> None:
    assert fold("Woo Bit\N{NON-BREAKING HYPHEN}garam") == fold("Woo Bit-garam")
    assert artist_id("Woo Bit\N{NON-BREAKING HYPHEN}garam") == artist_id("Woo Bit-garam")


# ---------------------------------------------------------------- the excerpt

INTRO = "The sea\n\nShe grew up by the sea. Her songs are about it. " + "She sang. " * 60
ASKED = "How did you learn to sing by the sea?"
ANSWER = "By listening to the gulls."


@pytest.mark.parametrize(
    ("excerpt", "intro", "shown"),
    [
        # The site's own words stay.
        ("She sings by the sea.", INTRO, "She sings by the sea."),
        # The article's beginning, cut anywhere: whole sentences of the intro, without headings.
        ("The sea She grew up by the sea. Her so…", "The sea\n\nShe grew up by the sea.", None),
        ("", "The sea\n\nShe grew up by the sea.", None),
        # The intro, and run on into the questions.
        (f"She grew up by the sea. {ASKED} {ANSWER}", "She grew up by the sea.", None),
        (f"She grew up by the sea. Q. {ASKED} By…", "", f"> {ASKED}"),
        # Nothing but questions run together.
        (f"{ASKED} {ANSWER} And then?", "", f"> {ASKED}"),
        ("", "", f"> {ASKED}"),
    ],
)
def test_the_excerpt_is_prose_or_a_question_as_such(
    excerpt: str, intro: str, shown: str | None, text: Text
) -> None:
    turns = (Turn(1, ASKED, (Answer(None, ANSWER),)), Turn(2, "And then?", ()))
    transcript = Transcript(intro, turns, "", headings=("The sea",))
    card = announcement_card(stored(replace(SEOYUN, excerpt=excerpt, transcript=transcript)), text)
    assert texts(card)[2] == (shown or "She grew up by the sea.")


def test_of_a_long_intro_come_the_first_sentences(text: Text) -> None:
    transcript = Transcript(INTRO, (), "", headings=("The sea",))
    card = announcement_card(stored(replace(SEOYUN, excerpt="", transcript=transcript)), text)
    opening = texts(card)[2]
    assert opening.startswith("She grew up by the sea. Her songs are about it. She sang.")
    assert opening.endswith("She sang.")
    assert 250 <= len(opening) <= 300


def test_one_endless_sentence_is_cut(text: Text) -> None:
    transcript = Transcript("and on " * 900, (), "")
    card = announcement_card(stored(replace(SEOYUN, excerpt="", transcript=transcript)), text)
    assert texts(card)[2].endswith("…")
    assert len(texts(card)[2]) <= 300


def test_without_any_words_there_are_none(text: Text) -> None:
    transcript = Transcript("", (Turn(1, " ", ()),), "")
    card = announcement_card(stored(replace(SEOYUN, excerpt=" ", transcript=transcript)), text)
    assert len(texts(card)) == 3


# ---------------------------------------------------------------- what is published


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(interview=interviews(), text=TEXTS, form=st.sampled_from([Form.FULL, Form.COMPACT]))
def test_any_interview_is_published_within_discords_limits(
    interview: Interview, text: Text, form: Form
) -> None:
    """Of an embed (Discord docs, Message, Embed Limits)."""
    announced = Announcement(stored(interview))
    embed = announcement(announced, text, Rendering.PUBLISHED, style=Style(form))["embed"]
    assert 1 <= units(embed.title) <= 256
    assert units(embed.description or "") <= 4096
    assert units(embed.footer.text) <= 2048


@pytest.mark.parametrize("form", [Form.FULL, Form.COMPACT])
def test_what_is_published_says_the_same_in_the_same_order(form: Form, text: Text) -> None:
    style = Style(form)
    card = texts(announcement_card(stored(SEOYUN), text, style=style))
    made = announcement(Announcement(stored(SEOYUN)), text, Rendering.PUBLISHED, style=style)
    embed = made["embed"]
    said = [f"[{embed.title}]({embed.url})", *embed.description.split("\n")]
    words = "\n".join(card).replace("## ", "").replace("**[", "[").replace(")**", ")")
    assert [line for line in said if line] == words.split("\n")
    picture = embed.image if form is Form.FULL else embed.thumbnail
    assert picture.url == SEOYUN.image_url
    assert embed.footer.text == "KCrush America"


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
