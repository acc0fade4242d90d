"""Regular posts and their page, for whatever stands in them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.model import GuildSettings, Interview, QuietHours, Subscription, SubscriptionState
from bot.core.regular_posts import RegularContent, RegularPost, RegularSort, RegularTimes
from bot.quotes.choosing import Quote
from bot.store import PlannedPost
from bot.ui.announcing import CONTENT_LIMIT
from bot.ui.panel_regular import (
    MOST_POSTS,
    regular_post_form,
    regular_post_page,
    regular_posts_page,
)
from bot.ui.regular_posts import plain_regular_post, regular_post, regular_quote
from tests.ui.limits import buttons, shown, units, within_limits
from tests.ui.strategies import NOW, TEXTS, interviews, stored
from tests.ui.test_ui_admins import ID, STYLES
from tests.ui.test_ui_sharing import quotes

ON_THIS_DAY, QUOTE, ARCHIVE = RegularSort
DAY = date(2026, 3, 1)
END = datetime(2026, 3, 2, tzinfo=UTC)
patient = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
rhythms = st.builds(RegularTimes, st.integers(0, 23), st.none() | st.integers(0, 6))


def content(sort: RegularSort, weekday: int | None = None) -> RegularContent:
    return RegularContent(sort, RegularTimes(18, weekday), DAY, 1, END)


@st.composite
def planned(draw: st.DrawFn) -> PlannedPost:
    one = Subscription(draw(ID), 1, draw(ID), None, 5, NOW, style=draw(STYLES))
    state = draw(st.sampled_from(SubscriptionState))
    one = replace(one, state=state, reason=draw(st.none() | st.just("missing-access")))
    language = draw(st.none() | st.sampled_from(["ko", "th"]))
    one = replace(one, style=replace(one.style, language=language))
    post = RegularPost(one, draw(st.sampled_from(RegularSort)), draw(rhythms), NOW)
    return PlannedPost(post, None, draw(st.none() | st.just(QuietHours(60, 1439))))


@patient
@given(
    interview=interviews(),
    quote=quotes,
    sort=st.sampled_from(RegularSort),
    weekday=st.none() | st.integers(0, 6),
    file=st.none() | st.just("kcrush-quote-1-1.jpg"),
    text=TEXTS,
)
def test_any_regular_post_is_within_discords_limits(
    interview: Interview,
    quote: Quote,
    sort: RegularSort,
    weekday: int | None,
    file: str | None,
    text: Text,
) -> None:
    found, what = stored(interview, 10**18 - 1), content(sort, weekday)
    within_limits(regular_post(found, what, text))
    within_limits(regular_post(replace(found, withdrawn_at=NOW), what, text))
    within_limits(regular_quote(found, quote, file, what, text))
    assert 0 < units(plain_regular_post(found, what, text)["content"]) <= CONTENT_LIMIT


@patient
@given(
    posts=st.lists(
        planned(), max_size=MOST_POSTS + 2, unique_by=lambda one: one.post.subscription.id
    ),
    zone=st.sampled_from([None, "America/Argentina/ComodRivadavia"]),
    text=TEXTS,
)
def test_any_page_of_regular_posts_is_within_discords_limits(
    posts: list[PlannedPost], zone: str | None, text: Text
) -> None:
    guild = GuildSettings(1, zone)
    within_limits(regular_posts_page(posts, guild, text, NOW, done=text("regular.title")))
    for one in posts:
        within_limits(regular_post_page(one, guild, text, NOW))


@patient
@given(one=planned(), is_new=st.booleans(), text=TEXTS)
def test_any_form_has_as_many_fields_as_discord_takes(
    one: PlannedPost, text: Text, *, is_new: bool
) -> None:
    post = None if is_new else one.post
    languages = {f"l{number}": f"Language {number}" for number in range(20)}
    form = regular_post_form(
        one.post.sort, post, text, channel_id=5, channel_types=(), languages=languages
    ).to_dict()
    assert len(form["components"]) == (4 if is_new else 3)


@pytest.mark.parametrize(
    ("what", "head"),
    [
        (content(ON_THIS_DAY), "On this day, 5 years ago"),
        (replace(content(ON_THIS_DAY), day=date(2022, 3, 1)), "On this day, a year ago"),
        (content(ARCHIVE), "From the archive"),
    ],
)
def test_a_line_above_the_card_says_why(what: RegularContent, head: str, text: Text) -> None:
    of_old = Interview(
        "guid", "https://kcrush.example/sea/", "An interview", published_at=NOW.replace(year=2021)
    )
    layout = regular_post(stored(of_old), what, text)
    assert shown(layout).splitlines()[0] == f"-# **{head}**"
    assert [one["label"] for one in buttons(layout)] == ["Read here", "Open on KCrush"]


@pytest.mark.parametrize(
    ("weekday", "head"), [(None, "Quote of the day"), (6, "Quote of the week")]
)
def test_a_quote_is_of_the_day_or_of_the_week(weekday: int | None, head: str, text: Text) -> None:
    words = Quote("I was afraid of the sea.", "Han Seoyun", "Singer", "", "", section=2)
    found = stored(Interview("guid", "https://kcrush.example/sea/", "An interview"))
    layout = regular_quote(found, words, None, content(QUOTE, weekday), text)
    assert shown(layout).splitlines()[:2] == [f"-# **{head}**", "> I was afraid of the sea."]
