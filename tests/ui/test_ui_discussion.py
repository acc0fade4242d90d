"""The name of a thread, and the question that opens it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.i18n import load_messages
from bot.core.model import Interview, Transcript, Turn
from bot.core.text import is_visible, measure
from bot.ui.discussion import TITLE_LIMIT, first_question, post_title

TEXT = load_messages().text()


def titled(title: str) -> Interview:
    return Interview(guid="g", url="https://kcrush.example/", title=title)


def asked(*questions: str) -> Interview:
    turns = tuple(Turn(number, question, ()) for number, question in enumerate(questions, 1))
    return Interview("g", "https://kcrush.example/", "T", transcript=Transcript("", turns, ""))


@settings(max_examples=100)
@given(st.text(max_size=300))
def test_any_title_is_a_post_s_name(title: str) -> None:
    name = post_title(titled(title), TEXT)
    assert is_visible(name)
    assert 1 <= measure(name) <= TITLE_LIMIT
    assert "\n" not in name


def test_a_long_title_is_cut_at_a_word() -> None:
    name = post_title(titled("word " * 40), TEXT)
    assert name.endswith("word…")
    assert post_title(titled("  "), TEXT) == TEXT("card.untitled")


@pytest.mark.parametrize(
    ("questions", "number"),
    [
        (["Who are you?", "Tell us more.", "What do you eat?"], 3),
        (["What is your stage name?", "Tell us more."], 1),
        (["Please say hello.", "Tell us about your album."], 1),
        (["", "Who writes the songs?"], 2),
        (["Hello?", "Why sing " * 100 + "?", "Where do you live now?"], 3),
        (["Who are you?", "What happened?", "What inspires your drawings?"], 3),
        (["Who are you?", "What happened?", "And then?", "Why?", "What did you mean?"], None),
        (["Who are you?", "Why did you do that?", "How did it feel?", "What about films?"], None),
        (["누구세요?", "무슨 일이 있었나요?", "그래서요?", "왜요?", "그때 어땠나요?"], None),
        (["누구세요?", "무슨 일이 있었나요?", "새 앨범의 제목은 어떻게 지었나요?"], 3),
        ([], None),
        (["", "  "], None),
    ],
)
def test_the_question_that_opens_a_discussion(questions: list[str], number: int | None) -> None:
    turn = first_question(asked(*questions))
    assert (turn.number if turn else None) == number
