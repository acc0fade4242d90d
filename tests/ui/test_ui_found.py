"""Words of a search, marked in the page of the reader that a press of its button opens."""

import re
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.model import OUTRO, Answer, Interview, Position, Transcript, Turn
from bot.search import Mark
from bot.store import OpenedInterview
from bot.ui.found import MARKS, found_page
from bot.ui.pages import page_at
from bot.ui.reader import ReaderPage, ReaderView
from tests.ui.limits import within_limits
from tests.ui.strategies import interviews, stored

patient = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


class EveryWord:
    """Finds each word that a pattern matches."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    def marks(self, text: str) -> Sequence[Mark]:
        return [Mark(one.start(), one.end(), 0) for one in self._pattern.finditer(text)]


def asked(answer: str, *, outro: str = "") -> Interview:
    turns = (Turn(1, "Do you like rain?", (Answer("Rain Kim", answer),)),)
    return Interview(
        "g", "https://kcrush.example/", "T", transcript=Transcript("Hi.", turns, outro)
    )


@patient
@given(
    interview=interviews(),
    section=st.one_of(st.integers(0, 5), st.just(OUTRO)),
    limit=st.sampled_from([None, 2]),
)
def test_any_page_with_marks_is_within_limits_and_says_the_same(
    interview: Interview, section: int, limit: int | None, text: Text
) -> None:
    marker = EveryWord(r"\w+")
    view = ReaderView(limit=limit, marker=marker)
    page = ReaderPage(OpenedInterview(stored(interview)), Position(section), text, view)
    within_limits(page.layout)
    plain = page_at(interview, page.page.position, text, limit=limit)
    for marked, before in ((page.page.body, plain.body), (page.page.heading, plain.heading)):
        assert re.sub(r"__\*\*(\w+)\*\*__", r"\1", marked) == before
    both = page.page.heading + page.page.body
    assert len(both) - len(plain.heading + plain.body) <= 8 * MARKS


def test_the_part_with_the_words_is_shown_and_a_speakers_name_left_as_it_is(text: Text) -> None:
    answer = "We sang all night long. " * 150 + "Then came the rain at last."
    page = found_page(asked(answer), 1, EveryWord("(?i)rain"), text)
    assert page.position == Position(1, page.parts - 1)
    assert "came the __**rain**__ at last." in page.body
    assert page.body.startswith("**Rain Kim**")
    assert page.heading == "Do you like __**rain**__?"


def test_words_are_marked_wherever_they_stand_on_a_shared_page(text: Text) -> None:
    turns = tuple(Turn(n, f"Rain {n}?", (Answer(None, f"Rain{n}."),)) for n in range(1, 9))
    shared = Interview("g", "https://kcrush.example/", "T", transcript=Transcript("Hi.", turns, ""))
    page = found_page(shared, 5, EveryWord(r"Rain\d?"), text)
    assert page.position == Position(1)
    assert page.heading == "__**Rain**__ 1?"
    assert page.blocks[0] == "__**Rain1**__."
    assert page.blocks[-1] == "### __**Rain**__ 8?\n__**Rain8**__."


def test_an_address_stays_one(text: Text) -> None:
    page = found_page(asked("See https://rain.example/rain or rain."), 1, EveryWord("rain"), text)
    assert "<https://rain.example/rain> or __**rain**__." in page.body


def test_closing_words_are_found_as_one_with_the_intro(text: Text) -> None:
    page = found_page(asked("No.", outro="Mind the rain."), 0, EveryWord("rain"), text)
    assert page.position.section == OUTRO
    assert page.body == "Mind the __**rain**__."
