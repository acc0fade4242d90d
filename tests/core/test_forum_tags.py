"""Which tags a post gets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.forum_tags import TAGS_LIMIT, Tag, choose_tags, fold_tag

MUSIC, DRAMA, NEWS = Tag(1, "🎵 Music"), Tag(2, "Dramas"), Tag(3, "News")


@pytest.mark.parametrize(
    ("names", "options", "chosen"),
    [
        (["music", "Drama"], {}, ["🎵 Music", "Dramas"]),
        (["MUSIC!"], {"configured": 2}, ["🎵 Music"]),
        (["Music", "music"], {}, ["🎵 Music"]),
        (["Sports"], {}, []),
        (["Sports"], {"configured": 2}, ["Dramas"]),
        (["Sports"], {"required": True}, ["🎵 Music"]),
        (["Sports"], {"required": True, "configured": 2}, ["Dramas"]),
        (["Sports"], {"required": True, "configured": 99}, ["🎵 Music"]),
        (["News"], {}, ["News"]),
        ([], {"configured": 3}, ["News"]),
        ([], {}, []),
        (["", "🎵"], {}, []),
    ],
)
def test_tags_are_chosen_by_an_interviews_own(
    names: list[str], options: dict[str, object], chosen: list[str]
) -> None:
    made = choose_tags(names, [MUSIC, DRAMA, NEWS], **{"required": False, **options})  # type: ignore[arg-type]
    assert [tag.name for tag in made] == chosen


def test_a_tag_that_the_bot_may_not_use_is_never_chosen() -> None:
    assert choose_tags(["News"], [MUSIC], required=False, configured=3) == ()
    assert choose_tags(["News"], [], required=True) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("K-Pop", "kpop"), ("Interviews", "interview"), ("ＤＲＡＭＡ", "drama"), ("음악 🎵", "음악")],
)
def test_spellings_of_the_same_kind_agree(one: str, other: str) -> None:
    assert fold_tag(one) == fold_tag(other)


@settings(max_examples=100)
@given(
    st.lists(st.text(max_size=12), max_size=30),
    st.lists(st.text(max_size=12), max_size=20),
    st.booleans(),
)
def test_any_names_give_tags_that_the_forum_has(
    kinds: list[str], names: list[str], required: bool
) -> None:
    available = [Tag(number, name) for number, name in enumerate(names)]
    made = choose_tags(kinds, available, required=required)
    assert len(made) <= TAGS_LIMIT
    assert len(set(made)) == len(made)
    assert all(tag in available for tag in made)
    if required and available:
        assert made
