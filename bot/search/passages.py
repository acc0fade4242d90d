"""An interview as the passages that search finds. Pure.

Each turn is one passage, or several where it is long; so is the frame (title, intro and outro).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.artists import artist_ids
from bot.core.model import Answer, Interview, StoredInterview, Topic
from bot.core.topics import topic_of
from bot.search.folding import fold, joined_names, squashed, units, word_texts

PASSAGE = 1_500
"""Characters of a passage. Longer answers become several, so that a hit is near its words."""

_TAGS = 30
"""Categories and tags that count."""

_LAST_BREAK = re.compile(r".*[.!?…。][\"')”’]*\s|.*\s", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Passage:
    """What one document of the index holds to be shown; ``turn_number`` 0 is the frame.

    ``facts`` stand with an interview's first passage only.
    """

    interview_id: int
    turn_number: int
    title: str
    names: tuple[str, ...]
    published_at: datetime | None
    question: str
    text: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one document is found by: units parted by spaces.

    ``title`` is filled on an interview's first passage only, so that it leads the others; the
    tags are words of that passage, too. ``words`` are all words unstemmed, for beginnings and
    misspellings, ``names`` those of names and aliases. ``facts`` are what filters ask for, and
    ``listed_at`` is the second by which the newest are listed first.
    """

    title: str
    head: str
    question: str
    answer: str
    words: str
    names: str
    facts: tuple[str, ...]
    listed_at: int


OPENING = "opening"
"""The fact that marks an interview's first passage, so that one stands for each."""


def artist_fact(artist_id: str) -> str:
    return f"artist:{artist_id}"


def topic_fact(kind: Topic) -> str:
    return f"kind:{kind}"


def tag_fact(tag: str) -> str:
    return f"tag:{' '.join(fold(tag).split())}"


def year_fact(year: int | str) -> str:
    return f"year:{year}"


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
                *(stored.id, number, interview.title, names, interview.published_at),
                *(question, piece, head.facts if first else ()),
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


def alike_texts(some: Sequence[Passage]) -> dict[str, str]:
    """Passages as the fields by whose words interviews are alike."""
    return {
        "question": " ".join(_stream(word_texts(fold(one.question))) for one in some),
        "answer": " ".join(_stream(word_texts(fold(one.text))) for one in some),
    }


def _spoken(answers: tuple[Answer, ...]) -> str:
    return "\n\n".join(
        f"{answer.speaker}: {answer.text}" if answer.speaker else answer.text for answer in answers
    )


@dataclass(frozen=True, slots=True)
class _Head:
    stream: str
    words: tuple[str, ...]
    tags: tuple[str, ...]
    names: str
    facts: tuple[str, ...]
    listed_at: int

    @classmethod
    def of(cls, stored: StoredInterview) -> "_Head":
        interview = stored.interview
        names = [
            name for subject in interview.subjects for name in (subject.name, *subject.aliases)
        ]
        roles = [subject.role for subject in interview.subjects if subject.role]
        folded = fold(" | ".join([interview.title, *names, *roles]))
        words = [*word_texts(folded), *squashed(folded), *joined_names(names)]
        return cls(
            _stream(words),
            tuple(words),
            tuple(_all_words(" | ".join(interview.tags[:_TAGS]))),
            _stream(_names(names)),
            _facts(interview),
            _listed_at(stored),
        )


def _names(names: Sequence[str]) -> list[str]:
    folded = fold(" | ".join(names))
    return list(dict.fromkeys([*word_texts(folded), *squashed(folded), *joined_names(names)]))


def _facts(interview: Interview) -> tuple[str, ...]:
    facts = [artist_fact(one) for one in sorted(artist_ids(interview.subjects))]
    facts.append(topic_fact(topic_of(interview.subjects, interview.tags)))
    facts += dict.fromkeys(tag_fact(tag) for tag in interview.tags[:_TAGS])
    if interview.published_at is not None:
        facts.append(year_fact(interview.published_at.astimezone(UTC).year))
    return tuple(facts)


def _listed_at(stored: StoredInterview) -> int:
    """As the store lists: by the day of publication, which no interview has before it is seen."""
    seen = stored.first_seen_at
    return int(min(stored.interview.published_at or seen, seen).timestamp())


def _tokens(head: _Head, question: str, text: str, *, first: bool) -> Tokens:
    asked = _all_words(question)
    answered = [*_all_words(text), *(head.tags if first else ())]
    distinct = dict.fromkeys([*head.words, *asked, *answered])
    return Tokens(
        title=head.stream if first else "",
        head=head.stream,
        question=_stream(asked),
        answer=_stream(answered),
        words=_stream(distinct),
        names=head.names,
        facts=(OPENING, *head.facts) if first else head.facts,
        listed_at=head.listed_at,
    )


def _all_words(text: str) -> list[str]:
    folded = fold(text)
    return [*word_texts(folded), *squashed(folded)]


def _stream(words: "list[str] | dict[str, None]") -> str:
    return " ".join([unit for word in words for unit in units(word)])
