import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.i18n import Text
from bot.core.model import (
    COVER,
    END,
    LAST_PART,
    OUTRO,
    Answer,
    Image,
    Interview,
    Position,
    StoredInterview,
    Subject,
    Transcript,
    Turn,
)
from bot.core.readers import Place
from bot.core.text import clean, measure
from bot.store import OpenedInterview
from bot.ui.ids import TurnPage, parse_custom_id, parse_position_value
from bot.ui.layout import Layout
from bot.ui.pages import minutes_to_read, page_at
from bot.ui.parts import BODY_LIMIT, split_answers
from bot.ui.reader import ReaderPage, ReaderView, saved_section
from tests.ui.discord_markdown import literal
from tests.ui.limits import (
    buttons,
    components_of,
    label_of,
    pictures,
    selects,
    shown,
    texts,
    units,
    walk,
    within_limits,
)
from tests.ui.samples import BACK, MORE, NEXT, QUESTIONS, SAVE
from tests.ui.strategies import EMOJI, HANGUL, MARKS, NOW, TEXT, TEXTS, interviews, stored

MOST = 10**18 - 1
"""The longest id that a custom_id carries."""

FULL, EXCERPT = ReaderView(), ReaderView(limit=2)


def reader_page(
    found: StoredInterview, position: Position, text: Text, view: ReaderView = FULL
) -> Layout:
    """The page as somebody sees it who never opened the interview."""
    return ReaderPage(OpenedInterview(found), position, text, view).layout


patient = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))

INTERVIEW = Interview(
    guid="https://kcrush.example/?p=9",
    url="https://kcrush.example/interview/",
    title="Interview with O.V",
    subjects=(Subject("O.V", "R&B Duo"),),
    tags=("R&B",),
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
    assert rows(layout) == [["Start reading", SAVE, MORE], ["Jump to a question"]]
    assert not [found for found in buttons(layout) if found.get("disabled")]


def test_a_question_with_its_speakers_and_picture(text: Text) -> None:
    layout = reader_page(stored(INTERVIEW), Position(1), text)
    assert texts(layout) == [
        f"-# Question 1 of 2 · [Interview with O.V]({INTERVIEW.url})\n{QUESTION}",
        "**Ovi**\nAt school.\n\n**Vee**\nHe sang \\*loud\\*.",
        "-# The school",
    ]
    assert pictures(layout) == ["https://kcrush.example/school.jpg"]


def test_the_closing_words(text: Text) -> None:
    assert page(Position(OUTRO), text)[0].startswith("-# Closing · ")
    assert page(Position(OUTRO), text)[1] == "Thank you, O.V!"


def test_the_menu_jumps_to_every_question_and_marks_the_one_shown(text: Text) -> None:
    (menu,) = selects(reader_page(stored(INTERVIEW), Position(2), text))
    assert menu["custom_id"] == "kc:jump:417"
    assert [(found["label"], found["value"], found["default"]) for found in menu["options"]] == [
        ("1. How did you meet? 어떻게 만났어요?", "1.0", False),
        ("2. What is next?", "2.0", True),
    ]


def rows(layout: Layout) -> list[list[str]]:
    """What stands on the controls, row by row."""
    return [
        [one.get("placeholder") or label_of(one) for one in part["components"]]
        for part in walk(components_of(layout))
        if part["type"] == 1
    ]


def choices(layout: Layout) -> dict[str, str]:
    """What the menu offers, by its words."""
    (menu,) = selects(layout)
    return {found["label"]: found["value"] for found in menu["options"]}


def long_interview(many: int) -> Interview:
    turns = tuple(Turn(n, f"Question no. {n}?", ()) for n in range(1, many + 1))
    return replace(INTERVIEW, transcript=Transcript("", turns, ""))


def test_the_menu_of_a_long_interview_leads_to_its_other_questions(text: Text) -> None:
    at_30 = reader_page(stored(long_interview(60)), Position(30), text)
    assert choices(at_30) == {
        "Questions 1–23": "kc:menu:417:30.0:0",
        **{f"{n}. Question no. {n}?": f"{n}.0" for n in range(24, 47)},
        "Questions 47–60": "kc:menu:417:30.0:2",
    }
    (menu,) = selects(at_30)
    assert [found["value"] for found in menu["options"] if found["default"]] == ["30.0"]
    third = reader_page(stored(long_interview(60)), Position(30), text, ReaderView(menu_page=2))
    assert [*choices(third)][:2] == ["Questions 24–46", "47. Question no. 47?"]
    assert "### Question no. 30?" in shown(third)
    of_25 = reader_page(stored(long_interview(25)), Position(3), text)
    assert [*choices(of_25).values()] == [f"{n}.0" for n in range(1, 26)]


def walk_through(
    interview: Interview, text: Text, *, side: str, view: ReaderView = FULL
) -> list[Position]:
    """The pages that one meets by pressing one button until it is disabled or gone."""
    position = COVER if side == "n" else Position(OUTRO, LAST_PART)
    visited: list[Position] = []
    for _ in range(2000):
        at = page_at(interview, position, text, limit=view.limit).position
        visited.append(at)
        layout = reader_page(stored(interview), position, text, view)
        within_limits(layout)
        actions = [
            (parse_custom_id(found["custom_id"]), found.get("disabled"))
            for found in buttons(layout)
            if "custom_id" in found
        ]
        leading = [
            found.position
            for found, disabled in actions
            if isinstance(found, TurnPage) and found.side == side and not disabled
        ]
        if not leading:
            return visited
        (position,) = leading
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
    view=st.builds(
        ReaderView, st.none() | st.integers(0, 9), st.booleans(), st.sampled_from([None, 2])
    ),
    kept=st.frozensets(st.integers(0, 3)),
    at=st.none() | st.builds(Position, st.integers(0, 3), st.integers(0, 2)),
    text=TEXTS,
)
def test_any_page_of_any_interview_is_within_discords_limits(
    interview: Interview,
    section: int,
    part: int,
    view: ReaderView,
    kept: frozenset[int],
    at: Position | None,
    text: Text,
) -> None:
    place = Place(417, at, NOW) if at else None
    opened = OpenedInterview(stored(interview), kept, place)
    layout = ReaderPage(opened, Position(section, part), text, view).layout
    within_limits(layout)
    assert len(rows(layout)) <= 2
    assert max(map(len, rows(layout))) <= 4


def read_on(layout: Layout) -> list[int]:
    """The questions whose words a page may lead to, by its menu."""
    return [
        parse_position_value(option["value"]).section
        for menu in selects(layout)
        for option in menu["options"]
        if option["label"] != "Continue at KCrush"
    ]


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


@pytest.mark.parametrize(
    "piece", ["*", ". ", "!", "가. ", "I am here. ", ".'", "1.\n", "@1", ":", "\u200d"]
)
def test_an_endless_answer_is_turned_as_quickly_as_a_page_of_it(piece: str, text: Text) -> None:
    endless = replace_answer(piece * (2**20 // len(piece)))
    started = time.process_time()
    page = page_at(endless, Position(1, 3), text)
    assert time.process_time() - started < 1
    assert measure(page.body) <= BODY_LIMIT


def replace_answer(answer: str) -> Interview:
    transcript = Transcript("", (Turn(1, "Why?", (Answer(None, answer),)),), "")
    return Interview("guid", "https://kcrush.example/", "Title", transcript=transcript)


def test_headings_of_the_article_stay_headings_and_credits_are_small(text: Text) -> None:
    answer = "I sing.\n\nOn *rain*\n\nIt falls.\nPhoto by Kim Doyun\n\nPhotographs move me."
    transcript = Transcript(
        "", (Turn(1, "Why?", (Answer(None, answer),)),), "", headings=("On *rain*",)
    )
    one = Interview("guid", "https://kcrush.example/", "Title", transcript=transcript)
    assert page_at(one, Position(1), text).body == (
        "I sing.\n\n### On \\*rain\\*\n\nIt falls.\n-# Photo by Kim Doyun\n\nPhotographs move me."
    )


def test_a_picture_is_described_by_its_own_words_else_by_who_is_seen() -> None:
    own = Image("https://kcrush.example/a.jpg", alt="A red door", caption="The studio")
    bare = Image("https://kcrush.example/b.jpg")
    one = Interview(
        "guid",
        "https://kcrush.example/",
        "Title",
        subjects=(Subject("Han Seoyun"), Subject("Kim Doyun")),
        image_url=own.url,
        transcript=Transcript("", (Turn(1, "Why?", (), images=(own, bare)),), ""),
    )
    assert one.lead_image == own
    assert replace(one, image_url=bare.url).lead_image == replace(bare, alt="Han Seoyun, Kim Doyun")
    captioned = Image("https://kcrush.example/c.jpg", caption="The studio")
    assert one.described(captioned).alt == "The studio"
    assert replace(one, subjects=()).described(bare).alt == "Title"


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
    assert rows(first) == [[NEXT, SAVE, MORE]]
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
@given(interview=interviews(), limit=st.sampled_from([None, 2]), text=TEXTS)
def test_any_interview_is_read_forth_and_back_over_the_same_pages(
    interview: Interview, limit: int | None, text: Text
) -> None:
    small = replace(
        interview, transcript=replace(interview.transcript, turns=interview.transcript.turns[:9])
    )
    view = ReaderView(limit=limit)
    forth = walk_through(small, text, side="n", view=view)
    assert forth == sorted(set(forth))
    assert walk_through(small, text, side="b", view=view) == forth[::-1]


@st.composite
def numbered(draw: st.DrawFn) -> Interview:
    """An interview whose words are numbers, each another, in the order in which they are read."""
    counter = count(1)

    def words(most: int) -> str:
        many = draw(st.integers(0, 3) | st.integers(0, most))
        return " ".join(f"n{next(counter)}" for _ in range(many))

    intro = words(600)
    turns = [
        Turn(
            number,
            words(120),
            tuple(
                Answer(draw(st.sampled_from([None, "Ovi", "Vee"])), words(900))
                for _ in range(draw(st.integers(0, 2)))
            ),
            draw(st.sampled_from([(), (), (Image("https://k.example/1.jpg"),)])),
        )
        for number in range(1, draw(st.integers(0, 12)) + 1)
    ]
    transcript = Transcript(intro, tuple(turns), words(100))
    return Interview("guid", "https://kcrush.example/", "Title", transcript=transcript)


@patient
@given(interview=numbered(), text=TEXTS)
def test_every_word_is_shown_once_from_the_cover_to_the_end(
    interview: Interview, text: Text
) -> None:
    read, asked = [], []
    for at in walk_through(interview, text, side="n"):
        found = page_at(interview, at, text)
        read += re.findall(r"n\d+", found.heading if at.part == 0 else "")
        read += re.findall(r"n\d+", found.body)
        asked += [*found.sections] if at.part == 0 else []
    transcript = interview.transcript
    texts = [transcript.intro, transcript.outro]
    for turn in transcript.turns:
        texts += [turn.question, *(answer.text for answer in turn.answers)]
    assert read == [f"n{number}" for number in range(1, sum(len(t.split()) for t in texts) + 1)]
    closing = [OUTRO] if transcript.outro else []
    assert asked == [*range(len(transcript.turns) + 1), *closing]


# ---------------------------------------------------------------- short questions


def chat(*answers: str, **changes: Any) -> Interview:
    """An interview of such answers, each to a question of ten characters."""
    turns = tuple(Turn(n, f"Word {n:03}?", (Answer(None, a),)) for n, a in enumerate(answers, 1))
    return replace(INTERVIEW, transcript=Transcript("Hi.", turns, "Bye."), **changes)


def test_short_questions_that_follow_each_other_share_a_page(text: Text) -> None:
    pair = chat("Yes.", "No.", "x" * 900, "Why not?")
    assert page(Position(1), text, pair) == [
        f"-# Questions 1 and 2 of 4 · [Interview with O.V]({INTERVIEW.url})\n### Word 001?",
        "Yes.",
        "### Word 002?\nNo.",
    ]
    assert page(Position(4), text, pair)[0].startswith("-# Question 4 of 4 · ")
    assert walk_through(pair, text, side="n") == [
        COVER,
        Position(1),
        Position(3),
        Position(4),
        Position(OUTRO),
    ]
    three = chat(*["Yes."] * 3)
    assert page(Position(2), text, three)[0].startswith("-# Questions 1–3 of 3 · ")


@pytest.mark.parametrize(
    ("answers", "pages"),
    [
        (("x" * 400, "x" * 400), 1),
        (("x" * 450, "x" * 450), 2),
        (("바다" * 100, "바다" * 100), 1),
        (("바다" * 112, "바다" * 112), 2),
        (("Yes.",) * 8, 1),
        (("Yes.",) * 9, 2),
    ],
)
def test_a_shared_page_is_a_phone_screen_at_most(
    answers: tuple[str, ...], pages: int, text: Text
) -> None:
    assert len(walk_through(chat(*answers), text, side="n")) == pages + 2


def test_a_question_with_pictures_is_alone(text: Text) -> None:
    before, pictured, after = chat("Yes.", "No.", "Both.").transcript.turns
    pictured = replace(pictured, images=(Image("https://k.example/1.jpg"),))
    interview = replace(
        INTERVIEW, transcript=Transcript("", (before, pictured, after), ""), image_url=None
    )
    forth = walk_through(interview, text, side="n")
    assert forth == [COVER, Position(1), Position(2), Position(3)]
    assert [pictures(reader_page(stored(interview), at, text)) for at in forth] == [
        [],
        [],
        ["https://k.example/1.jpg"],
        [],
    ]


def test_a_place_at_a_question_shows_its_page_and_is_about_that_question(text: Text) -> None:
    """Of the page of the first two, at the second."""
    at_two = ReaderPage(opened(2, interview=chat("Yes.", "No.", "x" * 900)), Position(2), text)
    assert at_two.page.position == Position(1)
    assert at_two.place == Position(2)
    assert pressed(at_two.layout, "✓") == "kc:drop:417:2.0"
    assert pressed(at_two.layout, BACK) == f"kc:go:417:0.{LAST_PART}:b"
    assert pressed(at_two.layout, NEXT) == "kc:go:417:3.0:n"
    assert pressed(at_two.layout, MORE) == "kc:more:417:2.0"
    (menu,) = selects(at_two.layout)
    assert [found["value"] for found in menu["options"] if found["default"]] == ["2.0"]
    turned = ReaderPage(opened(2, interview=at_two.opened.stored.interview), Position(1), text)
    assert pressed(turned.layout, SAVE) == "kc:save:417:1.0"
    assert turned.page.body == at_two.page.body


def test_an_excerpt_counts_questions_and_not_pages(text: Text) -> None:
    interview = chat(*(["Yes."] * 2), SECRET, "Yes.")
    forth = walk_through(interview, text, side="n", view=EXCERPT)
    assert forth == [COVER, Position(1), Position(3)]
    first = reader_page(stored(interview), Position(1), text, EXCERPT)
    assert "Questions 1 and 2 of 4" in shown(first)
    assert SECRET not in shown(first)
    assert "2 more questions" in shown(reader_page(stored(interview), forth[-1], text, EXCERPT))


# ---------------------------------------------------------------- the hardest cases


def worst() -> Interview:
    """All that is shown on a page at once, each as long as it may be."""
    word = "*" * 600
    url = "https://kcrush.example/" + "a" * 480
    turn = Turn(1, word * 3, (Answer(word, word * 60),), tuple(Image(url) for _ in range(45)))
    return replace(
        INTERVIEW,
        title=word,
        url=url,
        subjects=tuple(Subject(word, word) for _ in range(9)),
        tags=tuple(f"{n}{word}" for n in range(5)),
        transcript=Transcript(word * 60, (turn,) * 200, word * 60, images=turn.images),
    )


@pytest.mark.parametrize("at", [COVER, Position(0, 1), Position(1), Position(30), Position(OUTRO)])
def test_the_longest_of_everything_at_once_fits(at: Position, text: Text) -> None:
    opened = OpenedInterview(
        stored(worst(), MOST), frozenset({0, 1}), Place(MOST, Position(150, 1), NOW)
    )
    view = ReaderView(menu_page=3, note=text("saved.done"))
    within_limits(ReaderPage(opened, at, text, view).layout)


EXTREMES = {
    "200 questions": Transcript(
        "", tuple(Turn(n, f"Q{n}?", (Answer("O", "Yes."),)) for n in range(1, 201)), ""
    ),
    "only Hangul": Transcript(
        "노래" * 900, (Turn(1, "왜" * 500, (Answer("김소연", "바다" * 3000),)),), "끝" * 50
    ),
    "only emoji": Transcript(
        "👩‍👩‍👧‍👦" * 400, (Turn(1, "❤️" * 300, (Answer("🇰🇷", "👍🏽" * 2000),)),), "😀"
    ),
}


@pytest.mark.parametrize(
    ("kind", "title"),
    [("200 questions", "Interview with O.V"), ("only Hangul", ""), ("only emoji", "")],
)
def test_extremes_are_read_from_end_to_end(kind: str, title: str, text: Text) -> None:
    interview = replace(INTERVIEW, title=title, transcript=EXTREMES[kind])
    forth = walk_through(interview, text, side="n")
    assert forth == sorted(set(forth))
    shown_sections = {one for at in forth for one in page_at(interview, at, text).sections}
    assert shown_sections >= set(range(len(interview.transcript.turns) + 1))
    assert walk_through(interview, text, side="b") == forth[::-1]


def test_30000_words_are_a_hundred_pages_that_lead_to_each_other(text: Text) -> None:
    sentence = "We sang all night long and nobody went home before the morning. "
    turn = Turn(1, "Why?", (Answer("Ovi", sentence * 2500),))
    interview = replace(INTERVIEW, transcript=Transcript("", (turn,), ""))
    parts = page_at(interview, Position(1), text).parts
    assert 75 < parts < 110
    for part in (0, 1, parts // 2, parts - 1):
        layout = reader_page(stored(interview), Position(1, part), text)
        within_limits(layout)
        assert f"part {part + 1} of {parts}" in shown(layout)
        led = {parse_custom_id(one["custom_id"]) for one in buttons(layout) if "custom_id" in one}
        assert (TurnPage(417, Position(1, part + 1), "n") in led) is (part + 1 < parts)
        if part:
            assert TurnPage(417, Position(1, part - 1), "b") in led


def test_a_page_of_hangul_is_half_as_long(text: Text) -> None:
    parts = split_answers((Answer(None, "저는 부산에서 온 가수입니다. " * 200),), text)
    assert max(map(units, parts)) <= BODY_LIMIT // 2
    assert all(part.endswith("가수입니다.") for part in parts)


# ---------------------------------------------------------------- one person's page


def pressed(layout: Layout, label: str) -> str:
    return next(str(found["custom_id"]) for found in buttons(layout) if label_of(found) == label)


def opened(
    *kept: int, place: Position | None = None, interview: Interview = INTERVIEW
) -> OpenedInterview:
    at = Place(417, place, NOW) if place else None
    return OpenedInterview(stored(interview), frozenset(kept), at)


def test_what_is_saved_is_marked_and_can_be_let_go(text: Text) -> None:
    first = ReaderPage(opened(1), Position(1), text).layout
    second = ReaderPage(opened(1), Position(2), text).layout
    (kept,) = [one for one in buttons(first) if one.get("emoji")]
    assert (kept["label"], kept["emoji"]["name"]) == ("✓", SAVE)
    assert kept["custom_id"] == "kc:drop:417:1.0"
    assert pressed(second, SAVE) == "kc:save:417:2.0"
    assert pressed(ReaderPage(opened(0), COVER, text).layout, "✓") == "kc:drop:417:0.0"
    closing = ReaderPage(opened(0), Position(OUTRO), text).layout
    assert pressed(closing, "✓") == f"kc:drop:417:{OUTRO}.0"


OPENED_MORE = ReaderView(more=True)


def test_more_is_about_the_question_and_leads_back_to_the_questions(text: Text) -> None:
    assert rows(reader_page(stored(INTERVIEW), Position(2), text)) == [
        [BACK, NEXT, SAVE, MORE],
        ["Jump to a question"],
    ]
    more = reader_page(stored(INTERVIEW), Position(2), text, OPENED_MORE)
    assert rows(more) == [[QUESTIONS, "Open on KCrush"], ["Share, quote and more"]]
    assert pressed(more, QUESTIONS) == "kc:go:417:2.0:q"
    assert choices(more) == {
        "Share this answer here": "kc:share:417:2",
        "Make this answer a picture": "kc:quote:417:2",
        "Find similar interviews": "kc:like:417",
        "Back to the questions": "kc:go:417:2.0:q",
    }


@pytest.mark.parametrize("at", [COVER, Position(OUTRO)])
def test_more_is_about_the_interview_where_there_is_no_question(at: Position, text: Text) -> None:
    assert choices(reader_page(stored(INTERVIEW), at, text, OPENED_MORE)) == {
        "Share this interview here": "kc:share:417:0",
        "Make a quote a picture": "kc:quote:417:0",
        "Find similar interviews": "kc:like:417",
        "Back to the questions": f"kc:go:417:{at}:q",
    }


def test_more_offers_each_question_of_a_shared_page(text: Text) -> None:
    more = reader_page(stored(chat("Yes.", "No.")), Position(1), text, OPENED_MORE)
    (menu,) = selects(more)
    assert [(one["value"], one.get("description")) for one in menu["options"]][:4] == [
        ("kc:share:417:1", "1. Word 001?"),
        ("kc:share:417:2", "2. Word 002?"),
        ("kc:quote:417:1", "1. Word 001?"),
        ("kc:quote:417:2", "2. Word 002?"),
    ]


def test_an_article_without_questions_offers_no_quote_and_no_questions(text: Text) -> None:
    prose = replace(INTERVIEW, transcript=Transcript("It was loud.", (), ""))
    assert rows(ReaderPage(opened(interview=prose), COVER, text).layout) == [[SAVE, MORE]]
    more = ReaderPage(opened(interview=prose), COVER, text, OPENED_MORE).layout
    assert choices(more) == {
        "Share this interview here": "kc:share:417:0",
        "Find similar interviews": "kc:like:417",
    }


def test_the_cover_of_what_was_begun_leads_to_where_one_stopped(text: Text) -> None:
    begun = opened(place=Position(2))
    cover = ReaderPage(begun, COVER, text).layout
    assert "-# You left off at question 2 of 2." in texts(cover)
    assert rows(cover)[0] == ["Continue", SAVE, MORE]
    assert pressed(cover, "Continue") == "kc:go:417:2.0:c"
    more = choices(ReaderPage(begun, COVER, text, OPENED_MORE).layout)
    assert more["Start over"] == "kc:go:417:1.0:n"


@pytest.mark.parametrize("place", [COVER, END])
def test_the_cover_of_what_was_not_begun_or_finished_begins(place: Position, text: Text) -> None:
    cover = ReaderPage(opened(place=place), COVER, text).layout
    assert rows(cover)[0] == ["Start reading", SAVE, MORE]


def test_the_place_to_remember_is_the_pages_own_and_the_end_at_the_last(text: Text) -> None:
    places = [
        ReaderPage(opened(), at, text).place
        for at in (COVER, Position(1), Position(2, 7), Position(OUTRO))
    ]
    assert places == [COVER, Position(1), Position(2, 0), END]


def test_an_article_of_one_page_is_read_to_its_end_at_once(text: Text) -> None:
    prose = replace(INTERVIEW, transcript=Transcript("It was loud.", (), ""))
    assert ReaderPage(opened(interview=prose), COVER, text).place == END


# ---------------------------------------------------------------- excerpts only


SECRET = "the seventh secret"


def guarded() -> Interview:
    turns = tuple(
        Turn(n, f"Question no. {n}?", (Answer(None, SECRET if n > 2 else f"Answer {n}."),))
        for n in range(1, 15)
    )
    return replace(INTERVIEW, transcript=Transcript("Hello.", turns, SECRET))


def test_an_excerpt_is_the_cover_two_questions_and_the_way_to_the_rest(text: Text) -> None:
    interview = guarded()
    forth = walk_through(interview, text, side="n", view=EXCERPT)
    assert forth == [COVER, Position(1), Position(3)]
    assert walk_through(interview, text, side="b", view=EXCERPT) == forth[::-1]
    last = reader_page(stored(interview), Position(3), text, EXCERPT)
    assert texts(last) == [
        "-# [Interview with O.V](https://kcrush.example/interview/)\n### Continue at KCrush",
        "You can read the beginning of this interview here. 12 more questions are waiting at the "
        "magazine: press **Open on KCrush**.",
    ]
    (link,) = [found for found in buttons(last) if found.get("url")]
    assert link["url"] == interview.url
    assert rows(last) == [[BACK, NEXT, SAVE, MORE], ["Open on KCrush"]]


@pytest.mark.parametrize(
    "at", [Position(3), Position(9), Position(14, 3), Position(500), Position(OUTRO), END]
)
def test_no_way_leads_past_an_excerpt(at: Position, text: Text) -> None:
    page = ReaderPage(OpenedInterview(stored(guarded())), at, text, EXCERPT)
    assert SECRET not in shown(page.layout)
    assert "12 more questions" in shown(page.layout)
    assert page.place == END
    assert saved_section(guarded(), at, 2) == 0


def test_the_menu_of_an_excerpt_offers_what_there_is(text: Text) -> None:
    (menu,) = selects(reader_page(stored(guarded()), Position(2), text, EXCERPT))
    assert [(found["label"], found["value"]) for found in menu["options"]] == [
        ("1. Question no. 1?", "1.0"),
        ("2. Question no. 2?", "2.0"),
        ("Continue at KCrush", "3.0"),
    ]


def test_an_excerpt_of_prose_is_its_first_page(text: Text) -> None:
    prose = replace(INTERVIEW, transcript=Transcript("It was loud. " * 400, (), "Bye."))
    forth = walk_through(prose, text, side="n", view=EXCERPT)
    assert forth == [COVER, Position(0, 1)]
    last = reader_page(stored(prose), Position(0, 1), text, EXCERPT)
    assert "It was loud" not in shown(last)
    assert "You can read the beginning of this text" in shown(last)


def test_an_excerpt_of_two_questions_withholds_the_closing_words(text: Text) -> None:
    forth = walk_through(INTERVIEW, text, side="n", view=EXCERPT)
    assert forth == [COVER, Position(1), Position(2), Position(OUTRO)]
    last = reader_page(stored(INTERVIEW), Position(OUTRO), text, EXCERPT)
    assert "Thank you, O.V!" not in shown(last)


def test_a_short_interview_is_its_own_excerpt(text: Text) -> None:
    short = replace(INTERVIEW, transcript=replace(INTERVIEW.transcript, outro=""))
    forth = walk_through(short, text, side="n", view=EXCERPT)
    assert forth == [COVER, Position(1), Position(2)]


@patient
@given(interview=interviews(), section=st.integers(3, 300), part=st.integers(0, 9))
def test_no_place_in_any_excerpt_shows_what_lies_beyond(
    interview: Interview, section: int, part: int, text: Text
) -> None:
    page = page_at(interview, Position(section, part), text, limit=2)
    beyond = len(interview.transcript.turns) > 2
    assert page.withheld or not beyond
    assert page.position.section <= 3 or page.position.section == OUTRO
