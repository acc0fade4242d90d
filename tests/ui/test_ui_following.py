"""What people who follow read: whatever artists are called, within Discord's limits."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.model import Interview, Topic
from bot.core.readers import Follow, FollowRequest, FollowSort
from bot.fans.following import FollowList, FollowResult, MessageTest
from bot.ui.announcing import Announcement
from bot.ui.following import (
    FOLLOWS_PER_PAGE,
    anyway_row,
    closed_notice,
    direct_message,
    follow_choice,
    followed_page,
    following_page,
    message_test_page,
    message_test_started,
    start_page,
    unfollowed_page,
    unknown_artist_page,
)
from bot.ui.history import tabbed
from bot.ui.layout import Layout
from bot.ui.personal_ids import PersonalList
from tests.ui.limits import buttons, selects, shown, texts, units, within_limits
from tests.ui.strategies import NOW, TEXT, TEXTS, interviews, stored

patient = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))

IDS = st.text("0123456789abcdef", min_size=10, max_size=10)
NAMES = TEXT | st.sampled_from([*Topic, ""])
FOLLOWS = st.lists(
    st.builds(Follow, IDS, NAMES, st.just(NOW), st.sampled_from(FollowSort)),
    max_size=100,
    unique_by=lambda one: one.id,
)


@patient
@given(
    interview=interviews(),
    follows=FOLLOWS,
    missed=st.integers(0, 99),
    gone=st.booleans(),
    text=TEXTS,
)
def test_any_direct_message_is_within_discords_limits(
    interview: Interview, follows: list[Follow], missed: int, gone: bool, text: Text
) -> None:
    one = replace(stored(interview), withdrawn_at=NOW if gone else None)
    told = Announcement(one, missed=missed)
    card = direct_message(told, follows, text)["view"]
    within_limits(card)
    # Its mark, by which it is found again, is there unless it was withdrawn.
    marks = [button.get("custom_id", "") for button in buttons(card)]
    assert ("kc:read:417" in marks) is not gone
    plain = direct_message(told, follows, text, plain=True)["content"]
    assert 1 <= units(plain) <= 2000


@patient
@given(follows=FOLLOWS, page=st.integers(0, 9), closed=st.booleans(), text=TEXTS)
def test_any_list_is_within_discords_limits_and_leaves_nobody_out(
    follows: list[Follow], page: int, closed: bool, text: Text
) -> None:
    listed = following_page(FollowList(tuple(follows), closed), text, page=page)
    within_limits(tabbed(PersonalList.FOLLOWING, listed, text))
    values = []
    for number in range(-(-len(follows) // FOLLOWS_PER_PAGE)):
        (menu,) = selects(following_page(FollowList(tuple(follows), closed), text, page=number))
        values += [option["value"] for option in menu["options"]]
    assert sorted(values) == sorted(one.id for one in follows)


@patient
@given(
    follows=FOLLOWS,
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    typed=TEXT,
    text=TEXTS,
)
def test_any_answer_is_within_discords_limits(
    follows: list[Follow], flags: tuple[bool, bool, bool], typed: str, text: Text
) -> None:
    for one in follows[:5]:
        request = FollowRequest(one.id, one.name, sort=one.sort)
        within_limits(followed_page(FollowResult(request, *flags), text))
        within_limits(unfollowed_page(one, text))
        assert 1 <= units(follow_choice(one, text)) <= 100
    anyway = anyway_row(typed, text)
    within_limits(Layout("text", anyway))
    within_limits(unknown_artist_page(typed, text))
    within_limits(start_page(text))


def test_each_sort_has_its_words(text: Text) -> None:
    said = [
        shown(followed_page(FollowResult(FollowRequest("0" * 10, name, sort=sort), *flags), text))
        for sort, name, flags in (
            (FollowSort.ARTIST, "aespa", (False, False)),
            (FollowSort.ARTIST, "aespa", (False, False, False)),
            (FollowSort.KIND, "film", (False, False)),
            (FollowSort.WORDS, '"rainy day"', (False, False)),
            (FollowSort.WORDS, '"rainy day" -snow', (False, False)),
            (FollowSort.ALL, "", (False, False)),
        )
    ]
    assert len(set(said)) == len(said)
    assert "You'll hear from me when KCrush talks to them" in said[1]
    assert "**Film**" in said[2]
    assert "**“rainy day”**" in said[3]
    assert '**“"rainy day" -snow”**' in said[4]


def test_the_list_goes_by_sorts(text: Text) -> None:
    follows = [
        Follow("0" * 10, "", NOW, FollowSort.ALL),
        Follow("1" * 10, "rain", NOW, FollowSort.WORDS),
        Follow("2" * 10, "film", NOW, FollowSort.KIND),
        Follow("3" * 10, "aespa", NOW),
        Follow("4" * 10, "Jay", NOW),
    ]
    listed = shown(following_page(FollowList(tuple(follows), closed=False), text))
    lines = [line.partition(" · ")[0] for line in listed.splitlines()]
    assert [line for line in lines if line.startswith(("**", "-# ")) and "message" not in line] == [
        "-# Artists",
        "**aespa**",
        "**Jay**",
        "-# Kinds",
        "**Film**",
        "-# Words",
        "**“rain”**",
        "-# Everything",
        "**all interviews**",
    ]


def test_names_are_shown_literally(text: Text) -> None:
    name = "**A** @everyone <@1> `x` [l](http://e.example)"
    request = FollowRequest("0123456789", name)
    (told, _) = texts(followed_page(FollowResult(request, already=False, closed=False), text))
    assert "@everyone" not in told.replace("@\u200beveryone", "")
    assert r"\*\*A\*\*" in told
    assert "<@1>" not in told


def test_each_outcome_of_a_try_has_its_words(text: Text) -> None:
    said = {shown(message_test_page(outcome, text)) for outcome in MessageTest}
    assert len(said) == 5
    for layout in (
        closed_notice(text),
        message_test_started(text),
        unfollowed_page(None, text),
    ):
        within_limits(layout)
