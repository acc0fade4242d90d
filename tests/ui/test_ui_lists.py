from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.i18n import Text
from bot.model import (
    Frequency,
    GuildSettings,
    InterviewSummary,
    Mode,
    QuietHours,
    Subscription,
    SubscriptionState,
    Timetable,
)
from bot.search import Fragment, Hit
from bot.store import SubscriptionOverview
from bot.ui.lists import (
    Found,
    choice_name,
    choices_page,
    latest_page,
    nothing_found,
    reason_of,
    search_page,
    subscriptions_page,
)
from tests.ui.limits import buttons, selects, shown, texts, units, within_limits
from tests.ui.strategies import NOW, TEXT, URL

patient = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

SUMMARY = InterviewSummary(7, "Interview with O.V", "https://kcrush.example/ov/", ("O.V",), NOW, 14)
ENTRY = (
    "**[Interview with O.V](https://kcrush.example/ov/)**\n-# O.V · <t:1795348800:D> · 14 questions"
)


def summaries(size: int) -> st.SearchStrategy[list[InterviewSummary]]:
    return st.lists(
        st.builds(
            InterviewSummary,
            st.integers(1, 10**18 - 1),
            TEXT,
            URL,
            st.lists(TEXT, max_size=4).map(tuple),
            st.one_of(st.none(), st.just(NOW)),
            st.integers(0, 300),
        ),
        min_size=1,
        max_size=size,
        unique_by=lambda summary: summary.id,
    )


FRAGMENTS = st.lists(st.builds(Fragment, TEXT, st.booleans()), max_size=6).map(tuple)


def hit(number: int | None, question: str, *fragments: Fragment) -> Hit:
    return Hit(7, number, SUMMARY.title, SUMMARY.names, NOW, question, fragments, 1.0)


@st.composite
def results(draw: st.DrawFn) -> list[Found]:
    found = draw(summaries(5))
    left = 5
    groups = []
    for summary in found:
        count = draw(st.integers(1, max(1, left - len(found) + 1)))
        numbers = draw(
            st.lists(
                st.one_of(st.none(), st.integers(1, 300)),
                min_size=1,
                max_size=min(count, left),
                unique=True,
            )
        )
        if not left:
            break
        left -= len(numbers)
        hits = tuple(hit(number, draw(TEXT), *draw(FRAGMENTS)) for number in numbers)
        groups.append(Found(summary, hits))
    return groups


@patient
@given(found=results(), query=TEXT, page=st.integers(0, 999), exact=st.booleans())
def test_any_results_are_within_discords_limits(
    found: list[Found], query: str, page: int, exact: bool, text: Text
) -> None:
    layout = search_page(query or "x", found, text, page=page, total=99, more=True, exact=exact)
    within_limits(layout)


@patient
@given(found=summaries(10), query=TEXT, page=st.integers(0, 999))
def test_any_lists_are_within_discords_limits(
    found: list[InterviewSummary], query: str, page: int, text: Text
) -> None:
    within_limits(latest_page(found, text, page=page, more=True))
    within_limits(choices_page(query, found, text))
    within_limits(nothing_found(query, text))


@patient
@given(found=summaries(10))
def test_any_choice_is_named_within_discords_limit(
    found: list[InterviewSummary], text: Text
) -> None:
    for summary in found:
        name = choice_name(summary, text)
        assert name.strip()
        assert units(name) <= 100


def test_what_was_found_is_in_bold_and_everything_else_literal(text: Text) -> None:
    found = hit(
        2,
        "What *do* you eat?",
        Fragment("… eat "),
        Fragment("떡"),
        Fragment("볶이", bold=True),
        Fragment("를 *daily* "),
        Fragment(" rice ", bold=True),
        Fragment("#1"),
    )
    layout = search_page("떡볶이", [Found(SUMMARY, (found,))], text, page=0, total=1, more=False)
    assert texts(layout)[1:] == [
        "-# 1 passage found",
        ENTRY,
        "2\\. What \\*do\\* you eat?\n> … eat 떡**볶이**를 \\*daily\\* **rice** \\#1",
    ]


def test_neighbouring_words_that_were_found_are_one(text: Text) -> None:
    found = hit(2, "Why?", Fragment("a", bold=True), Fragment("b", bold=True))
    layout = search_page("x", [Found(SUMMARY, (found,))], text, page=0, total=1, more=False)
    assert "> **ab**" in shown(layout)


def test_a_result_leads_to_its_question(text: Text) -> None:
    hits = (hit(12, "Why?", Fragment("so")), hit(None, "", Fragment("intro")))
    layout = search_page("so", [Found(SUMMARY, hits)], text, page=1, total=12, more=True)
    (menu,) = selects(layout)
    assert [(option["label"], option["value"]) for option in menu["options"]] == [
        ("12. Why?", "7:12.0"),
        ("In the text around the questions", "7:0.0"),
    ]
    assert "12 passages found · page 2 of 3" in shown(layout)
    assert [(found["label"], found["custom_id"]) for found in buttons(layout)] == [
        ("Back", "kc:seek:0::::so"),
        ("Next", "kc:seek:2::::so"),
    ]


def test_near_results_say_that_they_are(text: Text) -> None:
    hits = (hit(1, "Why?", Fragment("so")),)
    near = search_page("so", [Found(SUMMARY, hits)], text, page=0, total=1, more=False, exact=False)
    assert "No passage has all of these words; these come nearest." in shown(near)


def test_the_latest_in_a_list(text: Text) -> None:
    layout = latest_page([SUMMARY], text, page=1, more=False)
    assert texts(layout) == [
        "## Latest interviews",
        ENTRY,
    ]
    assert [(found["label"], found["custom_id"]) for found in buttons(layout)] == [
        ("Newer", "kc:latest:0")
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
    assert reason_of(None, text) == "the reason is not known"


@patient
@given(count=st.integers(1, 40), page=st.integers(0, 9), reason=st.one_of(TEXT, REASONS))
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
        "⏸️ Paused until `/announcements resume`",
        last,
    ]
    assert told(text, mode=Mode.FOLLOW) == [
        "🔗 Follows the bot's own channel; Discord carries interviews over"
    ]
    assert told(text, role_lost=True) == [
        "🟢 Active",
        "⚠️ The role to ping was deleted, so nobody is pinged. `/announcements edit` sets another.",
        last,
    ]
