"""An interview as the passages that search finds. Pure.

Each turn is one passage, or several if it is long; so are intro and outro together.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from bot.core.artists import artist_ids
from bot.core.folding import fold, joined_names, spaced_units, squashed, unit_text
from bot.core.model import Answer, Interview, StoredInterview, Topic
from bot.core.topics import topic_of

PASSAGE = 1_500
"""Characters of a passage. Longer answers become several, so that a hit is near its words."""

_TAGS = 30
"""Categories and tags that count."""

_LAST_BREAK = re.compile(r".*[.!?…。][\"')”’]*\s|.*\s", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Passage:
    """What a document of the index stores for display; ``turn_number`` 0 is title, intro and outro.

    ``facts`` are stored with an interview's first passage only.
    """

    interview_id: int
    turn_number: int
    title: str
    names: tuple[str, ...]
    published_at: datetime | None
    question: str
    text: str
    facts: tuple[str, ...] = ()

    @classmethod
    def loads(cls, stored: bytes) -> "Passage":
        """The passage that a document stores as JSON."""
        values = orjson.loads(stored)
        if values["published_at"]:
            values["published_at"] = datetime.fromisoformat(values["published_at"])
        return cls(**values | {"names": tuple(values["names"]), "facts": tuple(values["facts"])})


OPENING = "opening"
"""The fact that marks an interview's first passage, so that one stands for each."""


def artist_fact(artist_id: str) -> str:
    return f"artist:{artist_id}"


def topic_fact(topic: Topic) -> str:
    return f"kind:{topic}"


def tag_fact(tag: str) -> str:
    return f"tag:{' '.join(fold(tag).split())}"


def year_fact(year: int | str) -> str:
    return f"year:{year}"


def documents(stored: StoredInterview) -> Iterator[dict[str, Any]]:
    """The documents of an interview, one a passage, by the fields of ``bot.search.fields``.

    The first is of title, intro and outro. Texts are units separated by spaces. ``title`` is set
    on the first passage only, so that it ranks before the others; the tags are words of that
    passage, too. ``words`` are all words unstemmed, for prefixes and misspellings, ``names`` those
    of names and aliases. ``facts`` are what filters look for, and ``listed_at`` is the second by
    which the newest are listed first.
    """
    interview = stored.interview
    subjects = interview.subjects
    names = tuple(subject.name for subject in subjects)
    spellings = [name for subject in subjects for name in (subject.name, *subject.aliases)]
    roles = [subject.role for subject in subjects if subject.role]
    head = _unit_text([interview.title, *spellings, *roles], spellings)
    facts = _facts(interview)
    common = {
        "interview": stored.id,
        "head": head,
        "names": _unit_text(spellings, spellings),
        "listed_at": _listed_at(stored),
    }
    cut = (
        (number, question, piece)
        for number, question, text in spoken(interview)
        for piece in pieces(text)
    )
    for place, (number, question, text) in enumerate(cut):
        first = place == 0
        asked = _unit_text([question])
        tags = _unit_text(interview.tags[:_TAGS]) if first else ""
        answered = f"{_unit_text([text])} {tags}"
        passage = Passage(
            stored.id,
            number,
            interview.title,
            names,
            interview.published_at,
            question,
            text,
            facts if first else (),
        )
        yield common | {
            "turn": number,
            "title": head if first else "",
            "question": asked,
            "answer": answered,
            "words": f"{head} {asked} {answered}",
            "facts": [OPENING, *facts] if first else list(facts),
            "passage": orjson.dumps(passage),
        }


def spoken(interview: Interview) -> Iterator[tuple[int, str, str]]:
    """Number, question and answers of each turn, after what stands around them as number 0."""
    transcript = interview.transcript
    frame = "\n\n".join(part for part in (transcript.intro, transcript.outro) if part)
    yield 0, "", frame or interview.excerpt
    for turn in transcript.turns:
        yield turn.number, turn.question, _spoken(turn.answers)


def pieces(text: str) -> list[str]:
    """`text` cut after sentences, else between words, into passages; at least one."""
    cut: list[str] = []
    while len(text) > PASSAGE:
        match = _LAST_BREAK.match(text[:PASSAGE])
        end = match.end() if match is not None else PASSAGE
        cut.append(text[:end])
        text = text[end:]
    return [*cut, text] if text.strip() or not cut else cut


def alike_texts(some: Sequence[Passage]) -> dict[str, str]:
    """The words of passages, by the fields in which interviews are compared."""
    return {
        "question": " ".join(spaced_units(fold(one.question)) for one in some),
        "answer": " ".join(spaced_units(fold(one.text)) for one in some),
    }


def _spoken(answers: tuple[Answer, ...]) -> str:
    return "\n\n".join(
        f"{answer.speaker}: {answer.text}" if answer.speaker else answer.text for answer in answers
    )


def _facts(interview: Interview) -> tuple[str, ...]:
    facts = [artist_fact(one) for one in sorted(artist_ids(interview.subjects))]
    facts.append(topic_fact(topic_of(interview.subjects, interview.tags)))
    facts += dict.fromkeys(tag_fact(tag) for tag in interview.tags[:_TAGS])
    if interview.published_at is not None:
        facts.append(year_fact(interview.published_at.astimezone(UTC).year))
    return tuple(facts)


def _listed_at(stored: StoredInterview) -> int:
    """By the day of publication, as the store lists; a later one counts as seen."""
    seen = stored.first_seen_at
    return int(min(stored.interview.published_at or seen, seen).timestamp())


def _unit_text(texts: Sequence[str], names: Sequence[str] = ()) -> str:
    """The units of texts, with the other spellings of compounds, and of `names` as one word."""
    folded = fold(" | ".join(texts))
    others = [*squashed(folded), *joined_names(names)]
    return f"{spaced_units(folded)} {unit_text(others)}" if others else spaced_units(folded)
