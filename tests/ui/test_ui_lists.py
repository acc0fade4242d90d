from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.model import (
    Frequency,
    GuildSettings,
    InterviewSummary,
    Mode,
    QuietHours,
    Subject,
    Subscription,
    SubscriptionState,
    Timetable,
    Topic,
)
from bot.fans.library import SimilarInterviews
from bot.fans.results import LATEST_PER_PAGE, Day, InterviewList, OnThisDay
from bot.store import SubscriptionOverview
from bot.ui.interviews import interview_choice
from bot.ui.lists import choices_page, day_page, latest_page, similar_page
from bot.ui.subscriptions import reason_of, subscriptions_page
from tests.ui.limits import buttons, components_of, shown, texts, units, walk, within_limits
from tests.ui.samples import ENTRY, SUMMARY, summaries
from tests.ui.strategies import NOW, TEXT, TEXTS

patient = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@patient
@given(found=summaries(LATEST_PER_PAGE), page=st.integers(0, 999), text=TEXTS)
def test_any_lists_are_within_discords_limits(
    found: list[InterviewSummary], page: int, text: Text
) -> None:
    within_limits(latest_page(InterviewList(tuple(found), page, more=True), text))
    within_limits(
        latest_page(InterviewList(tuple(found), page, more=True, kind=Topic.WEBTOON), text)
    )
    apart = (replace(one, published_at=NOW.replace(year=2000 + at)) for at, one in enumerate(found))
    within_limits(day_page(OnThisDay(Day(9, 30), 2030, tuple(apart), page, 99_999), text))
    within_limits(similar_page(SimilarInterviews(found[0], tuple(found)), text))


@patient
@given(found=summaries(12), query=TEXT, text=TEXTS)
def test_any_choices_are_within_discords_limits(
    found: list[InterviewSummary], query: str, text: Text
) -> None:
    within_limits(choices_page(query, found, text, exact=True))
    within_limits(choices_page(query, found, text, exact=False))


@patient
@given(found=summaries(10))
def test_any_choice_is_named_within_discords_limit(
    found: list[InterviewSummary], text: Text
) -> None:
    for summary in found:
        name = interview_choice(summary, text)
        assert name.strip()
        assert units(name) <= 100


def test_the_latest_in_a_list(text: Text) -> None:
    layout = latest_page(InterviewList((SUMMARY,), 1, more=False), text)
    assert texts(layout) == [
        "## Latest interviews",
        ENTRY,
    ]
    assert [(found["label"], found["custom_id"]) for found in buttons(layout)] == [
        ("Read", "kc:read:7"),
        ("Newer", "kc:latest:0"),
    ]


def test_the_latest_of_a_kind(text: Text) -> None:
    layout = latest_page(InterviewList((SUMMARY,), 1, more=True, kind=Topic.MUSIC), text)
    assert texts(layout)[0] == "## Latest interviews: Music"
    assert [found["custom_id"] for found in buttons(layout)] == [
        "kc:read:7",
        "kc:latest:0:music",
        "kc:latest:2:music",
    ]


def on(year: int, number: int) -> InterviewSummary:
    return replace(SUMMARY, id=number, published_at=NOW.replace(year=year))


def test_a_day_is_listed_by_years(text: Text) -> None:
    found = [on(2025, 1), on(2021, 2), on(2021, 3)]
    layout = day_page(OnThisDay(Day(11, 22), 2026, tuple(found), 1, 8), text)
    head, last_year, older, oldest, foot = texts(layout)
    assert head == (
        "## On November 22 in other years\n-# 8 interviews were published on this day · page 2 of 2"
    )
    row = "**O.V**\n-# November {} · 14 questions"
    assert last_year == f"### 2025 · 1 year ago\n{row.format(2025)}"
    assert older == f"### 2021 · 5 years ago\n{row.format(2021)}"
    assert oldest == row.format(2021)
    assert foot == "-# Dates are in UTC."
    assert [found["custom_id"] for found in buttons(layout)] == [
        "kc:read:1",
        "kc:read:2",
        "kc:read:3",
        "kc:day:1122:0",
    ]


@pytest.mark.parametrize(
    ("title", "subject", "line"),
    [
        ("KCrush Interview with R&B Vocalist (S)OLA", Subject("(S)OLA", "R&B Vocalist"), None),
        ("Interview with (S)OLA", Subject("(S)OLA", "R&B Vocalist"), None),
        ("Interview: (S)OLA on Rain", Subject("(S)OLA", "R&B Vocalist"), "(S)OLA on Rain"),
        ("Another KCrush Interview with (S)OLA", Subject("(S)OLA"), "Music"),
    ],
)
def test_a_row_says_who_in_both_scripts_and_what_the_title_adds(
    title: str, subject: Subject, line: str | None, text: Text
) -> None:
    subject = replace(subject, aliases=("쏘올라",))
    one = replace(
        SUMMARY,
        title=title,
        names=(subject.name,),
        subjects=(subject,),
        kind=Topic.MUSIC,
        image_url="https://kcrush.example/sola.jpg",
    )
    layout = latest_page(InterviewList((one,), 0, more=False), text)
    within_limits(layout)
    second = line or subject.role
    assert texts(layout)[1] == f"**(S)OLA** 쏘올라\n{second}\n-# November 2026 · 14 questions"
    (section,) = [part for part in walk(components_of(layout)) if part["type"] == 9]
    assert section["accessory"]["media"]["url"] == "https://kcrush.example/sola.jpg"
    assert section["accessory"]["description"] == "(S)OLA"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "https://[::1", "//kcrush.example/x"])
def test_a_row_whose_picture_cannot_be_shown_has_its_button_there(url: str, text: Text) -> None:
    layout = latest_page(InterviewList((replace(SUMMARY, image_url=url),), 0, more=False), text)
    within_limits(layout)
    (section,) = [part for part in walk(components_of(layout)) if part["type"] == 9]
    assert section["accessory"]["custom_id"] == "kc:read:7"


def test_a_day_without_anything_leads_to_the_nearest(text: Text) -> None:
    nearest = ((Day(11, 20), 1), (Day(12, 1), 3))
    layout = day_page(OnThisDay(Day(11, 22), 2026, (), 0, 0, nearest), text)
    within_limits(layout)
    assert "No interview was published on November 22 in other years." in shown(layout)
    assert [(found["label"], found["custom_id"]) for found in buttons(layout)] == [
        ("November 20 (1)", "kc:day:1120:0"),
        ("December 1 (3)", "kc:day:1201:0"),
    ]


REASONS = st.sampled_from(["automod", "missing-permissions", "rejected", "tag-required"])


def overview(
    number: int, state: SubscriptionState = SubscriptionState.ACTIVE, reason: str | None = None
) -> SubscriptionOverview:
    subscription = Subscription(number, 1, 10**17 + number, 10**17, 1, NOW, state, reason)
    return SubscriptionOverview(subscription, NOW, 3, NOW + timedelta(minutes=5), "network")


def test_a_subscription_tells_how_it_fares(text: Text) -> None:
    layout = subscriptions_page([overview(1)], text, GuildSettings(1), page=0)
    waiting = f"3 waiting ({reason_of('network', text)})"
    assert texts(layout)[1].split("\n") == [
        "**<#100000000000000001>** · pings <@&100000000000000000>",
        "🟢 Active",
        f"-# Last posted <t:1795348800:R> · {waiting} · next try <t:1795349100:R>",
    ]


def test_a_reason_without_words_of_its_own_is_shown_literally(text: Text) -> None:
    assert reason_of("*odd*", text) == "\\*odd\\*"
    assert reason_of(None, text) == "the reason isn't known"


@patient
@given(
    count=st.integers(1, 40), page=st.integers(0, 9), reason=st.one_of(TEXT, REASONS), text=TEXTS
)
def test_any_list_of_subscriptions_is_within_discords_limits(
    count: int, page: int, reason: str, text: Text
) -> None:
    longest = Timetable(Frequency.WEEKLY, 2, 23, QuietHours(0, 1439))
    made = [overview(n, SubscriptionState.PARKED, reason) for n in range(count)]
    made = [
        replace(one, subscription=replace(one.subscription, timetable=longest, role_lost=True))
        for one in made
    ]
    settings = GuildSettings(1, "America/Argentina/ComodRivadavia")
    within_limits(subscriptions_page(made, text, settings, page=page))


def told(text: Text, **changes: object) -> list[str]:
    one = overview(1)
    one = replace(
        one,
        waiting=0,
        next_attempt_at=None,
        last_reason=None,
        subscription=replace(one.subscription, role_id=None, **changes),  # type: ignore[arg-type]
    )
    return texts(subscriptions_page([one], text, GuildSettings(1, "Asia/Seoul"), page=0))[1].split(
        "\n"
    )[1:]


def test_a_subscription_tells_when_it_posts_and_why_not(text: Text) -> None:
    last = "-# Last posted <t:1795348800:R>"
    weekly = Timetable(Frequency.WEEKLY, 4, 9, QuietHours(22 * 60, 8 * 60))
    assert told(text, timetable=weekly) == [
        "🟢 Active · Fridays at 09:00 · quiet 22:00 to 08:00 (Asia/Seoul)",
        last,
    ]
    assert told(text, timetable=Timetable(Frequency.DAILY)) == [
        "🟢 Active · daily at 18:00 (Asia/Seoul)",
        last,
    ]
    assert told(text, state=SubscriptionState.PAUSED) == [
        "⏸️ Paused. `/announcements resume` starts it again",
        last,
    ]
    assert told(text, mode=Mode.FOLLOW) == [
        "🔗 Follows the bot's own channel. Discord brings interviews there"
    ]
    assert told(text, role_lost=True) == [
        "🟢 Active",
        (
            "⚠️ The role to ping was deleted, so nobody gets a ping. Pick another one with "
            "`/announcements edit`."
        ),
        last,
    ]
