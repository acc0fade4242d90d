"""What people who follow read: whatever artists are called, within Discord's limits."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.model import Artist, Interview
from bot.core.readers import Follow
from bot.fans.following import FollowList, FollowResult, MessageTest
from bot.ui.announcing import Announcement
from bot.ui.following import (
    FOLLOWS_PER_PAGE,
    closed_notice,
    direct_message,
    follow_choice,
    followed_page,
    following_page,
    message_test_page,
    message_test_started,
    unfollowed_page,
)
from tests.ui.limits import buttons, selects, shown, texts, units, within_limits
from tests.ui.strategies import NOW, TEXT, TEXTS, interviews, stored

patient = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))

IDS = st.text("0123456789abcdef", min_size=10, max_size=10)
FOLLOWS = st.lists(
    st.builds(Follow, IDS, TEXT, st.just(NOW)), max_size=100, unique_by=lambda one: one.artist_id
)
ARTISTS = st.lists(
    st.builds(Artist, IDS, TEXT, st.lists(TEXT, max_size=3).map(tuple), st.none() | TEXT),
    max_size=10,
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
    within_limits(following_page(FollowList(tuple(follows), closed), text, page=page))
    values = []
    for number in range(-(-len(follows) // FOLLOWS_PER_PAGE)):
        (menu,) = selects(following_page(FollowList(tuple(follows), closed), text, page=number))
        values += [option["value"] for option in menu["options"]]
    assert values == [one.artist_id for one in follows]


@patient
@given(artists=ARTISTS, flags=st.tuples(st.booleans(), st.booleans()), follow=FOLLOWS, text=TEXTS)
def test_any_answer_is_within_discords_limits(
    artists: list[Artist],
    flags: tuple[bool, bool],
    follow: list[Follow],
    text: Text,
) -> None:
    for artist in artists:
        within_limits(followed_page(FollowResult(artist, *flags), text))
    for one in follow[:3]:
        within_limits(unfollowed_page(one, one.artist_id, text))
        assert 1 <= units(follow_choice(one, text)) <= 100


def test_names_are_shown_literally(text: Text) -> None:
    name = "**A** @everyone <@1> `x` [l](http://e.example)"
    artist = Artist("0123456789", name)
    (told, _) = texts(followed_page(FollowResult(artist, already=False, closed=False), text))
    assert "@everyone" not in told.replace("@\u200beveryone", "")
    assert r"\*\*A\*\*" in told
    assert "<@1>" not in told


def test_each_outcome_of_a_try_has_its_words(text: Text) -> None:
    said = {shown(message_test_page(outcome, text)) for outcome in MessageTest}
    assert len(said) == 5
    for layout in (
        closed_notice(text),
        message_test_started(text),
        unfollowed_page(None, "0" * 10, text),
    ):
        within_limits(layout)
