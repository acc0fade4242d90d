"""An interview as the passages that search finds. Pure.

Each turn is one passage, or several where it is long; so is the frame (title, intro and outro).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.model import Answer, StoredInterview
from bot.search.folding import fold, joined_names, squashed, units, word_texts

PASSAGE = 1_500
"""Characters of a passage. Longer answers become several, so that a hit is near its words."""

_LAST_BREAK = re.compile(r".*[.!?…。][\"')”’]*\s|.*\s", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Passage:
    """What one document of the index holds to be shown; ``turn_number`` 0 is the frame."""

    interview_id: int
    turn_number: int
    title: str
    names: tuple[str, ...]
    published_at: datetime | None
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one document is found by: units parted by spaces.

    ``title`` is filled on an interview's first passage only, so that it leads the others;
    ``words`` are all words unstemmed, for beginnings and misspellings.
    """

    title: str
    head: str
    question: str
    answer: str
    words: str


def passages(stored: StoredInterview) -> Iterator[tuple[Passage, Tokens]]:
    """The passages of an interview, the frame (title, intro and outro) first."""
    interview = stored.interview
    transcript = interview.transcript
    names = tuple(subject.name for subject in interview.subjects)
    head = _Head.of(stored)
    frame = "\n\n".join(part for part in (transcript.intro, transcript.outro) if part)
    spoken = [(0, "", frame or interview.excerpt)]
    spoken += [(turn.number, turn.question, _spoken(turn.answers)) for turn in transcript.turns]
    first = True
    for number, question, text in spoken:
        for piece in pieces(text):
            passage = Passage(
                stored.id, number, interview.title, names, interview.published_at, question, piece
            )
            yield passage, _tokens(head, question, piece, first=first)
            first = False


def pieces(text: str) -> list[str]:
    """`text` cut behind sentences, else between words, into passages; at least one."""
    cut: list[str] = []
    while len(text) > PASSAGE:
        match = _LAST_BREAK.match(text[:PASSAGE])
        end = match.end() if match is not None else PASSAGE
        cut.append(text[:end])
        text = text[end:]
    return [*cut, text] if text.strip() or not cut else cut


def _spoken(answers: tuple[Answer, ...]) -> str:
    return "\n\n".join(
        f"{answer.speaker}: {answer.text}" if answer.speaker else answer.text for answer in answers
    )


@dataclass(frozen=True, slots=True)
class _Head:
    stream: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, stored: StoredInterview) -> "_Head":
        interview = stored.interview
        names = [
            name for subject in interview.subjects for name in (subject.name, *subject.aliases)
        ]
        roles = [subject.role for subject in interview.subjects if subject.role]
        folded = fold(" | ".join([interview.title, *names, *roles]))
        words = [*word_texts(folded), *squashed(folded), *joined_names(names)]
        return cls(_stream(words), tuple(words))


def _tokens(head: _Head, question: str, text: str, *, first: bool) -> Tokens:
    asked = _all_words(question)
    answered = _all_words(text)
    distinct = dict.fromkeys([*head.words, *asked, *answered])
    return Tokens(
        title=head.stream if first else "",
        head=head.stream,
        question=_stream(asked),
        answer=_stream(answered),
        words=_stream(distinct),
    )


def _all_words(text: str) -> list[str]:
    folded = fold(text)
    return [*word_texts(folded), *squashed(folded)]


def _stream(words: "list[str] | dict[str, None]") -> str:
    return " ".join([unit for word in words for unit in units(word)])
