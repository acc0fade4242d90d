"""The inputs of ``../shared/failures/transcripts``, each with the truth of its EXPECTED.md.

The project does not depend on them: without the folder beside it these tests are skipped. Every
kind of theirs is in ``fixtures`` and ``test_transcript_kinds`` in words of our own.
"""

from pathlib import Path

import pytest

from bot.core.model import Interview
from bot.feed.parse import parse_feed

FOLDER = Path(__file__).parents[3] / "shared" / "failures" / "transcripts"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the shared failures are not beside the project"
)


def expected() -> list[tuple[str, int]]:
    """Files of the transcript and how many turns each has; E is about feeds."""
    rows = []
    if FOLDER.is_dir():
        for line in (FOLDER / "EXPECTED.md").read_text(encoding="utf-8").splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if len(cells) > 2 and cells[0].endswith(".xml") and cells[1].isdigit():
                rows.append((cells[0], int(cells[1])))
    return rows


def interview(name: str) -> Interview:
    (path,) = FOLDER.glob(f"{name}*.xml")
    body = path.read_bytes()
    return parse_feed(body, url="https://mag.example/feed/").interviews[0]


def asked(name: str) -> list[str]:
    return [turn.question for turn in interview(name).transcript.turns]


def spoken(name: str) -> list[list[str]]:
    turns = interview(name).transcript.turns
    return [[answer.speaker for answer in turn.answers if answer.speaker] for turn in turns]


@pytest.mark.parametrize(("file", "turns"), expected())
def test_every_failure_has_its_turns(file: str, turns: int) -> None:
    assert len(interview(file.removesuffix(".xml")).transcript.turns) == turns


@pytest.mark.parametrize(
    ("name", "speakers"),
    [
        ("B1-", [["Jun"]] * 6),
        ("B2-", [["Brush"]] * 4),
        ("B3-", [["MOON TAEWOOK"], ["MT"], ["MT"], ["MT"]]),
        ("B5-", [[], [], []]),
        ("B6-", [[], []]),
        ("B7-", [[], [], []]),
        ("B8-", [["Shin"]] * 3),
        ("B10-", [["ANN", "BEA"], ["ANN", "BEA"], ["BEA", "ANN"]]),
        ("B11-", [["Jun", "Ho"], ["Jun", "Yu"], ["Ho"]]),
        ("B12-", [["Ann", "Bea"], ["Ann"], ["Bea"]]),
        ("B14-", [["ソラ"], ["ハナ", "ソラ"], ["ハナ"]]),
        ("B15-", [["Bin"], ["Tao", "Bin"], ["Lou"]]),
        ("B16-", [["EPOXA", "Volta"], ["EPOXA"], ["EPOXA"]]),
        ("B17-", [[], [], []]),
        ("C11-", [["Friede"]] * 3),
    ],
)
def test_speakers(name: str, speakers: list[list[str]]) -> None:
    assert spoken(name) == speakers


@pytest.mark.parametrize(
    ("name", "number", "question"),
    [
        ("A1-", 3, "That sounds exhausting."),
        ("A7-", 7, "Final message"),
        ("A9-", 4, "Sure."),
        ("B9-", 1, "What is your work about?"),
        (
            "B13-",
            2,
            "That is such an inspiration!\n\nGoals and scope\n\nWhat are the goals of the group?",
        ),
        (
            "B15-",
            1,
            "What are you looking forward to most?\n\n(NVRT debuted when shows had no audience.)",
        ),
        ("C5-", 2, "What do you use every day?"),
        ("C7-", 3, "What are you looking forward to?"),
        ("C11-", 2, "Which tools do you use?"),
    ],
)
def test_questions(name: str, number: int, question: str) -> None:
    assert asked(name)[number - 1] == question


def test_intro_and_outro() -> None:
    assert interview("A5-").transcript.intro.count("\n\n") == 1
    assert interview("B7-").transcript.intro.count("\n\n") == 2
    assert interview("C8-").transcript.outro.startswith("Interested in")
    assert interview("C9-").transcript.outro.startswith("Like it?")


def test_words_in_brackets_are_kept() -> None:
    text = interview("F1-").transcript.turns[0].answers[0].text
    assert "[video call] and then [audio cuts out] you could hear me" in text


@pytest.mark.parametrize(
    ("name", "subjects"),
    [
        ("C2-", ["Lucía Marco"]),
        ("D1-", ["Dana Nassar"]),
        ("D2-", ["I Wayan Sunia"]),
        ("D3-", ["Petra Gallo", "Mona Jacobs"]),
        ("D4-", ["Pak Sun Yeong"]),
        ("D5-", ["THE POET AND THE GUN"]),
        ("D6-", ["Johi", "Hani Oh"]),
        ("D7-", ["UPTOWN9"]),
        ("D8-", ["OLD’WEST"]),
        ("D9-", ["Jimmy Li"]),
        ("D10-", ["DJ Brush"]),
        ("D11-", ["2NB"]),
        ("D12-", ["Chatterhat"]),
        ("D13-", ["Ricke Verda"]),
    ],
)
def test_subjects(name: str, subjects: list[str]) -> None:
    assert [subject.name for subject in interview(name).subjects] == subjects
