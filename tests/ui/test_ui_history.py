"""The saved list, what one began, what is similar, what is shared: within limits, told plainly."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.model import COVER, END, Interview, InterviewSummary, Position
from bot.core.readers import Place, Saved
from bot.fans.library import SAVED_PER_PAGE, ReadingHistory, SavedList, SimilarInterviews
from bot.store import ListedInterview, SavedItem, StartedInterview
from bot.ui.history import (
    finished_page,
    nothing_begun_page,
    other_started,
    reading_page,
    saved_page,
    tabbed,
)
from bot.ui.layout import Layout
from bot.ui.lists import similar_page
from bot.ui.personal_ids import PersonalList
from bot.ui.sharing import shared_page
from tests.ui.limits import buttons, selects, shown, texts, within_limits
from tests.ui.strategies import NOW, TEXT, TEXTS, URL, interviews, stored
from tests.ui.test_ui_reader import INTERVIEW, worst

patient = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

SUMMARIES = st.builds(
    InterviewSummary,
    id=st.integers(1, 10**18 - 1),
    title=TEXT,
    url=URL,
    names=st.lists(TEXT, max_size=5).map(tuple),
    published_at=st.none() | st.just(NOW),
    turn_count=st.integers(0, 300),
)
SECTIONS = st.integers(0, 999_999)
ITEMS = st.builds(
    lambda summary, section, withdrawn, question: SavedItem(
        Saved(summary.id, section, NOW), ListedInterview(summary, withdrawn), question
    ),
    SUMMARIES,
    SECTIONS,
    st.booleans(),
    TEXT,
)
STARTED = st.builds(
    lambda summary, section, part: StartedInterview(
        Place(summary.id, Position(section, part), NOW), summary
    ),
    SUMMARIES,
    SECTIONS,
    st.integers(0, 999_999),
)


def distinct(found: list[SavedItem]) -> list[SavedItem]:
    return list({(one.saved.interview_id, one.saved.section): one for one in found}.values())


@patient
@given(
    items=st.lists(ITEMS, max_size=SAVED_PER_PAGE).map(distinct),
    page=st.integers(0, 50),
    limit=st.sampled_from([None, 2]),
    text=TEXTS,
)
def test_any_saved_list_is_within_discords_limits(
    items: list[SavedItem], page: int, limit: int | None, text: Text
) -> None:
    shown_ = saved_page(SavedList(tuple(items), page, 510), text, limit=limit)
    within_limits(tabbed(PersonalList.SAVED, shown_, text))


@patient
@given(
    started=st.lists(STARTED, min_size=1, max_size=50, unique_by=lambda one: one.summary.id),
    unread=st.lists(SUMMARIES, max_size=10, unique_by=lambda one: one.id),
    text=TEXTS,
)
def test_whatever_one_read_and_has_not_read_is_within_discords_limits(
    started: list[StartedInterview], unread: list[InterviewSummary], text: Text
) -> None:
    within_limits(Layout(other_started(started, text)))
    within_limits(nothing_begun_page(ReadingHistory((), (started[0],), tuple(unread)), text))
    nothing = ReadingHistory((), (), tuple(unread))
    within_limits(nothing_begun_page(nothing, text))
    for page in range(14):
        history = ReadingHistory(tuple(started), tuple(started))
        within_limits(tabbed(PersonalList.READING, reading_page(history, text, page), text))
        within_limits(tabbed(PersonalList.FINISHED, finished_page(history, text, page), text))
    within_limits(tabbed(PersonalList.READING, reading_page(nothing, text), text))
    within_limits(tabbed(PersonalList.FINISHED, finished_page(nothing, text), text))


@patient
@given(
    to=SUMMARIES, found=st.lists(SUMMARIES, max_size=5, unique_by=lambda one: one.id), text=TEXTS
)
def test_whatever_is_similar_is_within_discords_limits(
    to: InterviewSummary, found: list[InterviewSummary], text: Text
) -> None:
    within_limits(similar_page(SimilarInterviews(to, tuple(found)), text))


@patient
@given(interview=interviews(), section=st.integers(0, 200), name=TEXT, text=TEXTS)
def test_whatever_is_shared_is_within_discords_limits_and_pings_nobody(
    interview: Interview, section: int, name: str, text: Text
) -> None:
    number = min(section, len(interview.transcript.turns))
    layout = shared_page(stored(interview), number, name, text)
    within_limits(layout)
    for said in texts(layout):
        assert "@everyone" not in said
        assert "@here" not in said
        assert "<@1" not in said


@pytest.mark.parametrize("section", [0, 1, 200])
def test_the_longest_of_everything_is_shared_within_limits(section: int, text: Text) -> None:
    within_limits(shared_page(stored(worst(), 10**18 - 1), section, "*" * 300, text))


def summary(number: int = 1, turns: int = 14) -> InterviewSummary:
    return InterviewSummary(
        number,
        f"Interview {number}",
        f"https://kcrush.example/{number}/",
        ("O.V",),
        datetime(2026, 3, 16, tzinfo=UTC),
        turns,
    )


def item(section: int, *, withdrawn: bool = False) -> SavedItem:
    saved = Saved(1, section, NOW - timedelta(days=1))
    return SavedItem(
        saved, ListedInterview(summary(), withdrawn), "What do you eat?" if section else ""
    )


def test_a_saved_question_names_interview_and_question(text: Text) -> None:
    layout = saved_page(SavedList((item(3), item(0)), 1, 22), text)
    _, question, whole = texts(layout)
    assert question.startswith("**O.V**\n3\\. What do you eat?\n-# saved <t:")
    assert "14 questions" in whole
    assert "22 saved, newest first · page 2 of 6" in shown(layout)
    (remover,) = selects(layout)
    assert remover["custom_id"] == "kc:dropping:1"
    assert [(one["label"], one["custom_id"]) for one in buttons(layout)] == [
        ("Read", "kc:at:1:3.0"),
        ("Read", "kc:read:1"),
        ("Back", "kc:saved:0"),
        ("Next", "kc:saved:2"),
    ]


def test_of_excerpts_the_list_tells_no_question_that_is_withheld(text: Text) -> None:
    layout = saved_page(SavedList((item(3), item(2)), 0, 2), text, limit=2)
    _, withheld, told = texts(layout)
    assert "Question 3" in withheld
    assert "What do you eat" not in withheld
    assert "What do you eat" in told
    assert [one["description"] for one in selects(layout)[0]["options"]] == [
        "Question 3",
        "2. What do you eat?",
    ]


def test_a_list_of_what_was_withdrawn_only_removes(text: Text) -> None:
    layout = saved_page(SavedList((item(3, withdrawn=True),), 0, 1), text)
    (remover,) = selects(layout)
    assert remover["placeholder"] == "Remove one of these"
    assert "~~Interview 1~~" in shown(layout)
    assert "kcrush.example" not in shown(layout)


@pytest.mark.parametrize(
    ("position", "told"),
    [
        (COVER, "Opened, not started"),
        (Position(7, 1), "Question 7 of 14"),
        (Position(0, 2), "In the text"),
        (Position(999_999, 0), "In the text"),
        (Position(20), "In the text"),
        (END, "Finished"),
    ],
)
def test_where_one_stopped_is_told(position: Position, told: str, text: Text) -> None:
    one = StartedInterview(Place(1, position, NOW), summary())
    (menu,) = selects(Layout(other_started([one], text)))
    assert menu["options"][0]["description"] == told
    assert menu["options"][0]["value"] == f"1:{position}"


def test_a_shared_interview_is_its_card(text: Text) -> None:
    layout = shared_page(stored(INTERVIEW), 0, "Mina", text)
    assert texts(layout)[0] == "-# **Mina** shared this interview"
    assert "kc:read:417" in {found.get("custom_id") for found in buttons(layout)}


def test_a_nameless_person_shares_too(text: Text) -> None:
    assert texts(shared_page(stored(INTERVIEW), 1, "\u3164", text))[0].startswith("-# **?** shared")
