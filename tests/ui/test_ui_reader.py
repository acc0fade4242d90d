import re
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.i18n import Text
from bot.model import Answer, Image, Interview, Subject, Transcript, Turn
from bot.ui.ids import COVER, LAST_PART, OUTRO, Position, TurnPage, parse_custom_id
from bot.ui.markdown import clean, is_visible
from bot.ui.pages import BODY_LIMIT, minutes_to_read, page_at, split_answers
from bot.ui.reader import View, reader_page
from tests.ui.discord_markdown import literal
from tests.ui.limits import buttons, pictures, selects, shown, texts, units, within_limits
from tests.ui.strategies import EMOJI, HANGUL, MARKS, TEXT, interviews, stored

patient = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

INTERVIEW = Interview(
    guid="https://kcrush.example/?p=9",
    url="https://kcrush.example/interview/",
    title="Interview with O.V",
    subjects=(Subject("O.V", "R&B Duo"),),
    kinds=("R&B",),
    published_at=datetime(2026, 3, 16, 9, tzinfo=UTC),
    image_url="https://kcrush.example/hero.jpg",
    transcript=Transcript(
        "They met at school.",
        (
            Turn(
                1,
                "How did you meet?\n어떻게 만났어요?",
                (Answer("Ovi", "At school."), Answer("Vee", "He sang *loud*.")),
                (Image("https://kcrush.example/school.jpg", caption="The school"),),
            ),
            Turn(2, "What is next?", (Answer(None, "An album."),)),
        ),
        "Thank you, O.V!",
    ),
)


QUESTION = "### How did you meet?\n### 어떻게 만났어요?"


def page(position: Position, text: Text, interview: Interview = INTERVIEW) -> list[str]:
    return texts(reader_page(stored(interview), position, text))


def test_the_cover(text: Text) -> None:
    layout = reader_page(stored(INTERVIEW), COVER, text)
    assert texts(layout) == [
        "## [Interview with O.V](https://kcrush.example/interview/)\n**O.V**, R&B Duo",
        "-# Music · <t:1773651600:D> · 2 questions · 1 minute to read",
        "They met at school.",
    ]
    assert pictures(layout) == ["https://kcrush.example/hero.jpg"]
    labels = [(found["label"], bool(found.get("disabled"))) for found in buttons(layout)]
    assert labels == [
        ("Back", True),
        ("Start reading", False),
        ("Open on KCrush", False),
        ("Share", False),
        ("Save", False),
        ("Similar", False),
        ("Quote", False),
    ]


def test_a_question_with_its_speakers_and_picture(text: Text) -> None:
    layout = reader_page(stored(INTERVIEW), Position(1), text)
    assert texts(layout) == [
        f"-# Question 1 of 2 · [Interview with O.V]({INTERVIEW.url})\n{QUESTION}",
        "**Ovi**\nAt school.\n\n**Vee**\nHe sang \\*loud\\*.",
    ]
    assert pictures(layout) == ["https://kcrush.example/school.jpg"]


def test_the_closing_words(text: Text) -> None:
    assert page(Position(OUTRO), text)[0].startswith("-# Closing words · ")
    assert page(Position(OUTRO), text)[1] == "Thank you, O.V!"


def test_the_menu_jumps_to_every_question_and_marks_the_one_shown(text: Text) -> None:
    (menu,) = selects(reader_page(stored(INTERVIEW), Position(2), text))
    assert menu["custom_id"] == "kc:jump:417"
    assert [(found["label"], found["value"], found["default"]) for found in menu["options"]] == [
        ("1. How did you meet? 어떻게 만났어요?", "1.0", False),
        ("2. What is next?", "2.0", True),
    ]


def long_interview(count: int) -> Interview:
    turns = tuple(Turn(n, f"Question no. {n}?", ()) for n in range(1, count + 1))
    return replace(INTERVIEW, transcript=Transcript("", turns, ""))


def test_the_menu_of_a_long_interview_comes_in_pages_of_25(text: Text) -> None:
    at_30 = reader_page(stored(long_interview(60)), Position(30), text)
    (menu,) = selects(at_30)
    assert [found["value"] for found in menu["options"]] == [f"{n}.0" for n in range(26, 51)]
    turners = {found["label"]: found["custom_id"] for found in buttons(at_30)[:2]}
    assert turners["‹ 1–25"] == "kc:menu:417:30.0:0"
    assert turners["51–60 ›"] == "kc:menu:417:30.0:2"
    third = reader_page(stored(long_interview(60)), Position(30), text, View(menu_page=2))
    assert len(selects(third)[0]["options"]) == 10
    assert "Question 30 of 60" in shown(third)


def walk_through(interview: Interview, text: Text, *, side: str) -> list[Position]:
    """The pages that one meets by pressing one button until it is disabled."""
    position = COVER if side == "n" else Position(OUTRO, LAST_PART)
    visited: list[Position] = []
    for _ in range(2000):
        at = page_at(interview, position, text).position
        visited.append(at)
        layout = reader_page(stored(interview), position, text)
        within_limits(layout)
        actions = [
            (parse_custom_id(found["custom_id"]), found.get("disabled"))
            for found in buttons(layout)
            if "custom_id" in found
        ]
        pressed = next(
            (found, disabled)
            for found, disabled in actions
            if isinstance(found, TurnPage) and found.side == side
        )
        if pressed[1]:
            return visited
        position = pressed[0].position
    raise AssertionError("there is no end")


def test_next_leads_through_every_page_and_back_the_same_way(text: Text) -> None:
    answer = Answer("Ovi", "We sang all night. " * 400)
    long = replace(
        INTERVIEW,
        transcript=Transcript("Intro. " * 900, (Turn(1, "Why?", (answer,)), *long_turns()), "Bye."),
    )
    forth = walk_through(long, text, side="n")
    assert forth[0] == COVER
    assert forth[-1] == Position(OUTRO)
    assert {at.section for at in forth} == {0, 1, 2, 3, OUTRO}
    assert forth == sorted(set(forth))
    assert walk_through(long, text, side="b") == forth[::-1]


def long_turns() -> tuple[Turn, ...]:
    return (Turn(2, "And?", (Answer(None, "Word " * 1200),)), Turn(3, "So?", ()))


@patient
@given(
    interview=interviews(),
    section=st.one_of(st.integers(0, 201), st.sampled_from([OUTRO, 999_998])),
    part=st.one_of(st.integers(0, 3), st.just(LAST_PART)),
    menu_page=st.one_of(st.none(), st.integers(0, 9)),
)
def test_any_page_of_any_interview_is_within_discords_limits(
    interview: Interview, section: int, part: int, menu_page: int | None, text: Text
) -> None:
    layout = reader_page(
        stored(interview), Position(section, part), text, View(menu_page=menu_page)
    )
    within_limits(layout)


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", words).replace("\u200b", "")


@patient
@given(answer=st.one_of(TEXT, HANGUL, EMOJI, MARKS))
def test_an_answers_parts_together_are_the_answer(answer: str, text: Text) -> None:
    parts = split_answers((Answer(None, answer),), text)
    assert squeezed("".join(map(literal, parts))) == squeezed(clean(answer))
    assert all(units(part) <= BODY_LIMIT for part in parts)


SENTENCES = [f"Sentence number {n} ends, said Mr. Kim, here." for n in range(2500)]


def test_an_answer_of_30000_words_is_cut_between_sentences(text: Text) -> None:
    answer = " ".join(SENTENCES)
    assert len(answer.split()) >= 20_000
    started = time.process_time()
    parts = split_answers((Answer(None, answer),), text)
    assert time.process_time() - started < 1
    assert all(part.startswith("Sentence number") for part in parts)
    assert all(part.endswith("here.") for part in parts)
    assert (
        len(parts) == -(-len(answer) // BODY_LIMIT) or len(parts) <= 1.1 * len(answer) / BODY_LIMIT
    )


def test_the_last_part_is_no_mere_line(text: Text) -> None:
    answer = " ".join(SENTENCES[: BODY_LIMIT // 45 + 2])
    parts = split_answers((Answer(None, answer),), text)
    assert len(parts) == 2
    assert min(map(len, parts)) > 700


def test_korean_and_japanese_sentences_are_ends_too(text: Text) -> None:
    korean = "저는 한국에서 온 가수입니다. " * 200
    japanese = "日本で歌っています。" * 400
    for answer, ending in ((korean, "입니다."), (japanese, "ます。")):
        parts = split_answers((Answer(None, answer),), text)
        assert len(parts) > 1
        assert all(part.endswith(ending) for part in parts)


def test_a_speaker_is_named_again_where_a_part_begins_in_their_words(text: Text) -> None:
    long = "We rehearse every day. " * 120
    parts = split_answers((Answer("Ovi", long), Answer("Vee", "Me too.")), text)
    assert parts[0].startswith("**Ovi**\nWe rehearse")
    assert parts[1].startswith("**Ovi** (continued)\nWe rehearse")
    assert parts[-1].endswith("**Vee**\nMe too.")


def test_a_question_too_long_for_a_heading_goes_on_below_it(text: Text) -> None:
    question = " ".join(f"This is the long question's part {n}." for n in range(40))
    interview = replace(
        INTERVIEW, transcript=Transcript("", (Turn(1, question, (Answer("O", "Yes."),)),), "")
    )
    head, body = page(Position(1), text, interview)
    heading = head.split("### ")[1]
    assert units(heading) <= 400
    assert squeezed(literal(heading) + literal(body.split("\n\n**O**")[0])) == squeezed(question)


def test_a_turn_without_a_question_has_its_number_for_a_heading(text: Text) -> None:
    interview = replace(
        INTERVIEW, transcript=Transcript("", (Turn(1, " ", (Answer(None, "Yes."),)),), "")
    )
    assert "### Question 1" in page(Position(1), text, interview)[0]


def test_prose_without_questions_is_read_in_pages(text: Text) -> None:
    prose = replace(INTERVIEW, transcript=Transcript("It was loud. " * 400, (), ""))
    first = reader_page(stored(prose), COVER, text)
    assert selects(first) == []
    assert [found["label"] for found in buttons(first)][1] == "Next"
    second = page(Position(0, 1), text, prose)
    assert second[0].startswith("-# Page 2 of 3 · [Interview with O.V]")
    assert not [part for part in second if "questions" in part]


def test_a_place_that_an_edit_took_away_leads_to_the_nearest(text: Text) -> None:
    assert "Question 2 of 2" in page(Position(9), text)[0]
    assert page(Position(1, 7), text) == page(Position(1, 0), text)
    without = replace(INTERVIEW, transcript=replace(INTERVIEW.transcript, outro=""))
    assert "Question 2 of 2" in page(Position(OUTRO), text, without)[0]


def test_pictures_come_once_and_with_the_last_words_of_their_question(text: Text) -> None:
    turn = Turn(1, "Q?", (Answer(None, "Word. " * 600),), (Image("https://k.example/1.jpg"),))
    interview = replace(
        INTERVIEW,
        transcript=Transcript(
            "Hi.",
            (turn,),
            "",
            images=(Image("https://kcrush.example/hero.jpg"), Image("https://k.example/2.jpg")),
        ),
    )
    found = [
        pictures(reader_page(stored(interview), at, text))
        for at in (COVER, Position(1, 0), Position(1, 1))
    ]
    assert found == [
        ["https://kcrush.example/hero.jpg", "https://k.example/2.jpg"],
        [],
        ["https://k.example/1.jpg"],
    ]


@pytest.mark.parametrize(
    ("words", "minutes"),
    [("", 1), ("word " * 238, 1), ("word " * 1190, 5), ("가" * 1500, 3)],
)
def test_minutes_to_read(words: str, minutes: int) -> None:
    assert minutes_to_read(replace(INTERVIEW, transcript=Transcript(words, (), ""))) == minutes


@settings(patient, max_examples=20)
@given(interview=interviews())
def test_every_word_of_an_interview_is_on_some_page(interview: Interview, text: Text) -> None:
    small = replace(
        interview, transcript=replace(interview.transcript, turns=interview.transcript.turns[:3])
    )
    read = ""
    for at in walk_through(small, text, side="n"):
        found = page_at(small, at, text)
        if at.part == 0:
            read += found.heading
        read += found.body
    for turn in small.transcript.turns:
        for answer in turn.answers:
            if is_visible(answer.text) and len(answer.text) < 100:
                assert squeezed(clean(answer.text)) in squeezed(literal_lines(read))


def literal_lines(markdown: str) -> str:
    unescaped = re.sub(r"\\([^0-9A-Za-z\s])", r"\1", markdown)
    return re.sub(r"<(https?://[^\s<>]+)>", r"\1", unescaped)
