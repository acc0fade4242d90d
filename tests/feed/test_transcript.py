"""Transcripts: every fixture and every markup to the word, and hostile HTML to the second."""

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.feed.transcript import examine, transcribe
from bot.model import Transcript
from tests.feed.cases import (
    FIXTURES,
    Case,
    fixture_cases,
    judge,
    markup_cases,
    read_fixture,
    speakers_of,
    told_words,
    words_lost,
)

BASE = "https://magazine.example/interview/"


def named(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", list(fixture_cases()), ids=named)
def test_fixture_is_read_as_a_person_reads_it(case: Case) -> None:
    transcript = judge(case).transcript
    lost, added = words_lost(case.words, told_words(transcript), case.marks)
    speakers = {word for name in case.speakers for word in re.findall(r"\w+", name)}
    assert len(transcript.turns) == case.turn_count
    assert speakers_of(transcript) == case.speakers
    assert not lost
    assert set(added) <= speakers
    assert [turn.number for turn in transcript.turns] == list(range(1, case.turn_count + 1))


@pytest.mark.parametrize("case", list(fixture_cases()), ids=named)
def test_fixture_facts(case: Case) -> None:
    transcript = transcribe(case.html, base_url=case.base_url, title=case.title)
    for key, values in ((key, values) for key, values in case.facts.items() if values):
        value = values[0].replace("\\n", "\n")
        name, _, number = key.partition(" ")
        if name == "question":
            assert transcript.turns[int(number) - 1].question == value
        elif name == "answer":
            answers = transcript.turns[int(number) - 1].answers
            assert "|".join(answer.text for answer in answers) == value
        elif key in ("intro", "outro"):
            assert getattr(transcript, key) == value
        elif name == "image":
            assert [
                image.url.rpartition("/")[2] for image in transcript.turns[int(number) - 1].images
            ] == [value]
        elif key == "images":
            assert len(images_of(transcript)) == int(value)
        elif key == "videos":
            assert len(transcript.videos) == int(value)
        elif key == "kept":
            assert value in text_of(transcript)


def images_of(transcript: Transcript) -> list[str]:
    found = [*transcript.images, *(image for turn in transcript.turns for image in turn.images)]
    return [image.url for image in found]


def text_of(transcript: Transcript) -> str:
    answers = [answer.text for turn in transcript.turns for answer in turn.answers]
    questions = [turn.question for turn in transcript.turns]
    return "\n".join([transcript.intro, *questions, *answers, transcript.outro])


@pytest.mark.parametrize("case", list(markup_cases()), ids=named)
def test_every_markup_gives_the_conversation_back(case: Case) -> None:
    verdict = judge(case)
    asked = tuple(turn.question for turn in verdict.transcript.turns)
    assert asked == case.questions
    assert verdict.words == 1
    assert speakers_of(verdict.transcript) == case.speakers
