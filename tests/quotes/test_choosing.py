"""Which words are chosen: whole sentences that stand alone, within bounds, the same each time."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import Answer, Interview, Subject, Transcript, Turn
from bot.core.sentences import paragraphs
from bot.quotes.choosing import LONGEST, SHORTEST, choose, columns

STRIKING = (
    "I was afraid of the sea until my grandmother taught me to float on my back and count gulls."
)
KOREAN = "저는 노래를 부를 때마다 어릴 때 살던 집의 불 켜진 창문이 마음속에 떠올라서 외롭지 않아요."


def interview(*answers: str | Answer, subjects: tuple[Subject, ...] = ()) -> Interview:
    turns = tuple(
        Turn(
            number,
            f"Question {number}?",
            (answer if isinstance(answer, Answer) else Answer(None, answer),),
        )
        for number, answer in enumerate(answers, 1)
    )
    return Interview(
        "guid",
        "https://kcrush.example/one/",
        "One",
        subjects or (Subject("Han Seoyun", "Singer", ("한서윤",)),),
        transcript=Transcript("An intro.", turns, ""),
    )


def chosen(*answers: str) -> str | None:
    quote = choose(interview(*answers))
    return quote.text if quote else None


@pytest.mark.parametrize("text", [STRIKING, KOREAN])
def test_a_sentence_that_stands_alone_is_chosen(text: str) -> None:
    quote = choose(interview("We met in Busan.", text))
    assert quote is not None
    assert quote.text == text
    assert (quote.speaker, quote.role, quote.section) == ("Han Seoyun", "Singer", 2)
    assert quote.question == "Question 2?"


@pytest.mark.parametrize(
    "leaning",
    [
        "Yes, I was afraid of the sea until my grandmother taught me to float and count the gulls.",
        "It was the sea that I was afraid of, until my grandmother taught me to float on my back.",
        "That’s why I was afraid of the sea until my grandmother taught me to float and to dream.",
        "She taught me to float on my back, and I was never afraid of the dark sea again after it.",
        "I love it because it taught my heart to float on its back and never be afraid of the sea.",
        "So I was afraid of the sea until my grandmother taught me to float on my back and count.",
        "and I was afraid of the sea until my grandmother taught me to float on my back and count.",
        "I was afraid of the sea. Were you never afraid that your mother would leave you alone?",
        "Thank you for the love that you have given my heart, I was always afraid to be forgotten.",
        "Follow me at @seoyun, where I dream and cry and love and am afraid of the sea all night.",
        "I was afraid of the sea, so I wrote all of my dreams down at https://seoyun.example/sea.",
        "I love Busan, Daegu, Incheon, Jeju, Gwangju, Ulsan, Suwon, and my mother and my father.",
        "I was afraid of the sea until my grandmother taught me to float on my back (laughs).",
        "I would like to thank my mother, who taught my heart to float and never to be afraid.",
        "I was afraid of the sea until my grandmother taught me to float on my back and...",
        "1. I was afraid of the sea until my grandmother taught me to float on my back and count.",
        "I was afraid of the sea until my grandmother taught me to float on my back and to count",
        "He said, “I was afraid of the sea until my grandmother taught me to float. And I cried.",
        "네, 저는 노래를 부를 때마다 어릴 때 살던 집의 불 켜진 창문이 떠올라서 외롭지 않아요.",
        "그래서 저는 노래를 부를 때마다 어릴 때 살던 집의 불 켜진 창문이 떠올라 외롭지 않아요.",
        "안녕하세요, 저는 노래를 부를 때마다 어릴 때 살던 집의 창문이 떠올라서 외롭지 않아요.",
        "저는 노래를 부를 때마다 어릴 때 살던 집의 불 켜진 창문이 떠올라서 외롭지 않을까요?",
    ],
)
def test_what_leans_asks_greets_or_points_elsewhere_is_not(leaning: str) -> None:
    assert SHORTEST <= columns(leaning) <= LONGEST
    assert chosen(leaning) is None


def test_a_strong_sentence_is_chosen_over_a_dull_one() -> None:
    dull = "The second season was scheduled by the company, and various content was released then."
    assert chosen(dull, STRIKING) == STRIKING
    assert chosen(f"{dull} {STRIKING} {dull}") == STRIKING


def test_words_that_strike_nobody_are_not_chosen() -> None:
    assert chosen("Teach at a school with a small sand pit. And with a large refrigerator.") is None
    assert chosen("MCND is a boy group formed in 2020 by the agency and company TOP Media.") is None


def test_too_short_and_too_long_is_not_chosen() -> None:
    assert chosen("I was afraid of the sea.") is None
    assert chosen("I was afraid of the sea, " * 15 + "and of my mother.") is None


def test_abbreviations_and_initials_end_no_sentence() -> None:
    text = (
        "I believed Dr. Kim when he told my mother at 9 a.m. that J. R. Cho would never sing again."
    )
    assert [part.text for part in next(paragraphs(text))] == [text]


def test_sentences_end_before_closing_quotation_marks_are_left_behind() -> None:
    line = "My mother said, “Take the blanket.” I cried … and laughed! 저는 울었어요.그리고 웃었다."
    assert [part.text for part in next(paragraphs(line))] == [
        "My mother said, “Take the blanket.”",
        "I cried … and laughed!",
        "저는 울었어요.",
        "그리고 웃었다.",
    ]


def test_no_quote_goes_across_paragraphs() -> None:
    first = "I was afraid of the sea and of the night."
    second = "I learned to float on my back."
    assert chosen(f"{first}\n\n{second}") is None
    assert chosen(f"{first} {second}") == f"{first} {second}"


def test_a_section_is_asked_alone() -> None:
    made = interview(STRIKING, KOREAN, "No.")
    assert [quote and quote.text for quote in (choose(made, number) for number in range(1, 5))] == [
        STRIKING,
        KOREAN,
        None,
        None,
    ]
    assert choose(Interview("guid", "https://kcrush.example/none/", "None")) is None


def test_only_the_first_questions_are_quoted_where_only_they_can_be_read() -> None:
    made = interview("No.", KOREAN, STRIKING)
    whole, beginning = choose(made), choose(made, limit=2)
    assert whole is not None
    assert beginning is not None
    assert (whole.text, beginning.text) == (STRIKING, KOREAN)
    assert choose(made, 3, limit=2) is None
    assert choose(made, limit=1) is None


@pytest.mark.parametrize(
    ("label", "subjects", "speaker", "role"),
    [
        ("Seoyun", (Subject("Han Seoyun", "Singer"),), "Han Seoyun", "Singer"),
        ("HS", (Subject("Han Seoyun", "Singer"),), "Han Seoyun", "Singer"),
        ("한서윤", (Subject("Han Seoyun", None, ("한서윤",)),), "Han Seoyun", None),
        ("Roi", (Subject("K!TE", "Girl Group"),), "Roi", "K!TE"),
        ("Han", (Subject("Han Seoyun"), Subject("Jo A-in", "Actor")), "Han Seoyun", None),
        (None, (Subject("Han Seoyun"), Subject("Jo A-in")), "Han Seoyun, Jo A-in", None),
        (None, (Subject("A", "Duo"), Subject("B", "Duo")), "A, B", "Duo"),
        (None, (), "", None),
    ],
)
def test_who_speaks_is_named_in_full(
    label: str | None, subjects: tuple[Subject, ...], speaker: str, role: str | None
) -> None:
    made = interview(Answer(label, STRIKING), Answer("Another one", "Yes."))
    quote = choose(replace(made, subjects=subjects))
    assert quote is not None
    assert (quote.speaker, quote.role) == (speaker, role)


PIECES = """I my mother love afraid never sea song 저는 사랑 노래를 좋아해요 했어요. was. it! Yes,
“so ” (a b) dream? Dr. http://x.y @me … 3 다. 。 sea.그리고 É ñandú 愛"""
WORDS = st.sampled_from([*PIECES.split(), "\n\n"])
TEXTS = st.one_of(
    st.text(max_size=400), st.lists(WORDS, max_size=80).map(" ".join), st.just(STRIKING)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, max_size=4), st.integers(0, 5))
def test_whatever_was_answered_a_quote_is_whole_sentences_of_it(
    texts: list[str], section: int
) -> None:
    made = interview(*texts)
    quote = choose(made, section)
    assert quote == choose(made, section)
    if quote is None:
        return
    assert section in {0, quote.section}
    assert SHORTEST <= columns(quote.text) <= LONGEST
    answer = " ".join(texts[quote.section - 1].split())
    assert quote.text in answer
    begins = answer.index(quote.text)
    before, after = answer[:begins].rstrip(), answer[begins + len(quote.text) :]
    ends = ".!?…。！？\"'”’»)]」』）"
    line_starts = {line.strip()[:1] for line in texts[quote.section - 1].splitlines()}
    assert not before or before[-1] in ends or quote.text[0] in line_starts
    assert quote.text[-1] in ends or quote.text[-1] in "다요죠네까지니라자군걸"
    assert not after or not after[0].isalnum() or "\uac00" <= after[0] <= "\ud7a3"
    assert "?" not in quote.text
