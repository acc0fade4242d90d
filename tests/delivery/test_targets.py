"""What is sent to which kind of channel, decided from values alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.admins.targets import (
    TAGS_LIMIT,
    TITLE_LIMIT,
    Tag,
    TagChoice,
    Target,
    choose_tags,
    first_question,
    fold,
    needed_permissions,
    offered,
    post_title,
)
from bot.core.model import Interview, TargetKind, Transcript, Turn
from bot.core.text import is_visible, measure

MUSIC, DRAMA, NEWS = Tag(1, "🎵 Music"), Tag(2, "Dramas"), Tag(3, "News", moderated=True)


def titled(title: str) -> Interview:
    return Interview(guid="g", url="https://kcrush.example/", title=title)


def asked(*questions: str) -> Interview:
    turns = tuple(Turn(number, question, ()) for number, question in enumerate(questions, 1))
    return Interview("g", "https://kcrush.example/", "T", transcript=Transcript("", turns, ""))


@pytest.mark.parametrize(
    ("target", "needed"),
    [
        (Target(TargetKind.TEXT), "view_channel send_messages embed_links"),
        (
            Target(TargetKind.ANNOUNCEMENT, crosspost=True),
            "view_channel send_messages embed_links",
        ),
        (
            Target(TargetKind.TEXT, discussion=True),
            (
                "view_channel send_messages embed_links read_message_history "
                "create_public_threads send_messages_in_threads"
            ),
        ),
        (
            Target(TargetKind.THREAD, discussion=True),
            "view_channel send_messages_in_threads embed_links",
        ),
        (
            Target(TargetKind.FORUM, discussion=True),
            "view_channel send_messages embed_links read_message_history",
        ),
        (Target(TargetKind.MEDIA), "view_channel send_messages embed_links read_message_history"),
    ],
)
def test_each_kind_needs_its_permissions(target: Target, needed: str) -> None:
    assert needed_permissions(target) == tuple(needed.split())


@pytest.mark.parametrize(
    ("kind", "crosspost", "discussion", "tag"),
    [
        (TargetKind.TEXT, False, True, None),
        (TargetKind.ANNOUNCEMENT, True, True, None),
        (TargetKind.THREAD, False, False, None),
        (TargetKind.FORUM, False, False, 7),
        (TargetKind.MEDIA, False, False, 7),
    ],
)
def test_what_a_kind_has_not_is_left_out(
    kind: TargetKind, *, crosspost: bool, discussion: bool, tag: int | None
) -> None:
    everything = Target(kind, crosspost=True, discussion=True, tag_id=7)
    assert offered(everything) == Target(kind, crosspost, discussion, tag)


@pytest.mark.parametrize(
    ("kinds", "options", "names", "choice"),
    [
        (["music", "Drama"], {}, ["🎵 Music", "Dramas"], TagChoice.MATCHED),
        (["MUSIC!"], {"configured": 2}, ["🎵 Music"], TagChoice.MATCHED),
        (["Music", "music"], {}, ["🎵 Music"], TagChoice.MATCHED),
        (["Sports"], {}, [], TagChoice.NONE),
        (["Sports"], {"configured": 2}, ["Dramas"], TagChoice.CONFIGURED),
        (["Sports"], {"required": True}, ["🎵 Music"], TagChoice.FIRST),
        (["Sports"], {"required": True, "configured": 2}, ["Dramas"], TagChoice.CONFIGURED),
        (["Sports"], {"required": True, "configured": 99}, ["🎵 Music"], TagChoice.FIRST),
        (["News"], {}, [], TagChoice.NONE),
        (["News"], {"moderator": True}, ["News"], TagChoice.MATCHED),
        ([], {"configured": 3}, [], TagChoice.NONE),
        (["", "🎵"], {}, [], TagChoice.NONE),
    ],
)
def test_tags_are_mapped_from_kinds(
    kinds: list[str], options: dict[str, object], names: list[str], choice: TagChoice
) -> None:
    made = choose_tags(kinds, [MUSIC, DRAMA, NEWS], **{"required": False, **options})  # type: ignore[arg-type]
    assert ([tag.name for tag in made.tags], made.choice) == (names, choice)


def test_a_required_tag_that_the_bot_may_not_give_is_impossible() -> None:
    assert choose_tags(["News"], [NEWS], required=True).choice is TagChoice.IMPOSSIBLE
    assert choose_tags(["News"], [], required=True).choice is TagChoice.IMPOSSIBLE


@pytest.mark.parametrize(
    ("one", "other"),
    [("K-Pop", "kpop"), ("Interviews", "interview"), ("ＤＲＡＭＡ", "drama"), ("음악 🎵", "음악")],
)
def test_spellings_of_the_same_kind_agree(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@settings(max_examples=100)
@given(
    st.lists(st.text(max_size=12), max_size=30),
    st.lists(st.text(max_size=12), max_size=20),
    st.booleans(),
)
def test_any_names_give_tags_that_the_forum_has(
    kinds: list[str], names: list[str], required: bool
) -> None:
    available = [Tag(number, name, number % 3 == 0) for number, name in enumerate(names)]
    made = choose_tags(kinds, available, required=required)
    assert len(made.tags) <= TAGS_LIMIT
    assert len(set(made.tags)) == len(made.tags)
    assert all(tag in available and not tag.moderated for tag in made.tags)
    usable = any(not tag.moderated for tag in available)
    assert (made.choice is TagChoice.IMPOSSIBLE) == (required and not usable)
    if required and usable:
        assert made.tags


@settings(max_examples=100)
@given(st.text(max_size=300))
def test_any_title_is_a_post_s_name(title: str) -> None:
    name = post_title(titled(title), "Untitled")
    assert is_visible(name)
    assert 1 <= measure(name) <= TITLE_LIMIT
    assert "\n" not in name


def test_a_long_title_is_cut_at_a_word() -> None:
    name = post_title(titled("word " * 40), "Untitled")
    assert name.endswith("word…")
    assert post_title(titled("  "), "Untitled") == "Untitled"


@pytest.mark.parametrize(
    ("questions", "number"),
    [
        (["Who are you?", "Tell us more.", "What do you eat?"], 3),
        (["Who are you?", "Tell us more."], 1),
        (["Please say hello.", "Tell us more."], 1),
        (["", "Who?"], 2),
        (["Hello?", "Why " * 100 + "?", "And now?"], 3),
        ([], None),
        (["", "  "], None),
    ],
)
def test_the_question_that_opens_a_discussion(questions: list[str], number: int | None) -> None:
    turn = first_question(asked(*questions))
    assert (turn.number if turn else None) == number
