"""Values as rows and back. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from bot.core.model import (
    Answer,
    Frequency,
    Image,
    Interview,
    InterviewSummary,
    QuietHours,
    StoredInterview,
    Subject,
    Timetable,
    Transcript,
    Turn,
)
from bot.core.topics import topic_of

# What no database takes as text: NUL (PostgreSQL refuses it) and lone surrogates (no UTF-8).
_UNSTORABLE = {0: None} | dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")


CHUNK = 500
"""Values in one statement; SQLite takes 32,766 (https://www.sqlite.org/limits.html, 9)."""


TEXT_LIMIT = 100_000
"""Characters that are stored of one answer, an intro or an outro: seventeen thousand words."""


def storable(text: str) -> str:
    """`text` without NULs, lone surrogates replaced; nearly always `text` itself."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.translate(_UNSTORABLE)
    return text.replace("\0", "") if "\0" in text else text


def storable_or_none(text: str | None) -> str | None:
    return None if text is None else storable(text)


def columns_of(values: type, table: sa.Table, *, without: str = "") -> tuple[sa.Column[Any], ...]:
    """The columns of a table that are named as the fields of a dataclass, but for those that
    `without` names, parted by spaces."""
    names = (field.name for field in fields(values))
    return tuple(table.c[name] for name in names if name not in without.split())


def interview_values(interview: Interview) -> dict[str, Any]:
    """The columns of ``interviews`` that hold the interview itself."""
    transcript = interview.transcript
    return {
        "guid": storable(interview.guid),
        "url": storable(interview.url),
        "path": path_of(interview.url),
        "title": storable(interview.title),
        "author": storable_or_none(interview.author),
        "published_at": interview.published_at,
        "updated_at": interview.updated_at,
        "excerpt": storable(interview.excerpt),
        "image_url": storable_or_none(interview.image_url),
        "subjects": [
            [storable(subject.name), storable_or_none(subject.role), _texts(subject.aliases)]
            for subject in interview.subjects
        ],
        "tags": _texts(interview.tags),
        "frame": {
            "intro": storable(transcript.intro[:TEXT_LIMIT]),
            "outro": storable(transcript.outro[:TEXT_LIMIT]),
            "images": _images(transcript.images),
            "videos": _texts(transcript.videos),
            "links": _texts(transcript.links),
            "warnings": _texts(transcript.warnings),
            "headings": _texts(transcript.headings),
        },
        "turn_count": len(transcript.turns),
    }


def path_of(url: str) -> str:
    """An address without scheme, host and trailing slash; "" for one that can't be read."""
    try:
        parts = urlsplit(storable(url))
    except ValueError:
        return ""
    return parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")


def turn_values(interview_id: int, turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """The rows of ``turns``. Their order is what counts: they are numbered by it, from 1."""
    return [
        {
            "interview_id": interview_id,
            "number": number,
            "question": storable(turn.question[:TEXT_LIMIT]),
            "answers": [
                [storable_or_none(answer.speaker), storable(answer.text[:TEXT_LIMIT])]
                for answer in turn.answers
            ],
            "images": _images(turn.images),
        }
        for number, turn in enumerate(turns, 1)
    ]


def stored_interviews(rows: Iterable[Any]) -> dict[int, StoredInterview]:
    """The interviews of rows that join each with its turns, by id, in the rows' order.

    The rows of one interview follow each other; only its first need hold more than the turn.
    """
    firsts: dict[int, Any] = {}
    turns: dict[int, list[Turn]] = {}
    for row in rows:
        if row.id not in firsts:
            firsts[row.id] = row
            turns[row.id] = []
        if row.number is not None:
            turns[row.id].append(_turn(row))
    return {id_: _stored(row, tuple(turns[id_])) for id_, row in firsts.items()}


def summary(row: Any) -> InterviewSummary:
    subjects = subjects_of(row)
    return InterviewSummary(
        id=row.id,
        title=row.title,
        url=row.url,
        names=tuple(subject.name for subject in subjects),
        published_at=row.published_at,
        turn_count=row.turn_count,
        subjects=subjects,
        kind=topic_of(subjects, row.tags),
        image_url=row.image_url,
    )


def _stored(row: Any, turns: tuple[Turn, ...]) -> StoredInterview:
    frame = row.frame
    interview = Interview(
        guid=row.guid,
        url=row.url,
        title=row.title,
        subjects=subjects_of(row),
        tags=tuple(row.tags),
        author=row.author,
        published_at=row.published_at,
        updated_at=row.updated_at,
        excerpt=row.excerpt,
        image_url=row.image_url,
        transcript=Transcript(
            intro=frame["intro"],
            turns=turns,
            outro=frame["outro"],
            images=tuple(Image(*image) for image in frame["images"]),
            videos=tuple(frame["videos"]),
            links=tuple(frame["links"]),
            warnings=tuple(frame["warnings"]),
            headings=tuple(frame.get("headings", ())),
        ),
    )
    return StoredInterview(row.id, interview, row.first_seen_at, row.withdrawn_at, row.revision)


def subjects_of(row: Any) -> tuple[Subject, ...]:
    """Whom an interview is with, by its row's ``subjects``."""
    return tuple(Subject(name, role, tuple(aliases)) for name, role, aliases in row.subjects)


def timetable(
    frequency: str, weekday: int, hour: int, quiet_from: int | None, quiet_until: int | None
) -> Timetable:
    """A subscription's timetable, by its columns."""
    quiet = (
        QuietHours(quiet_from, quiet_until)
        if quiet_from is not None and quiet_until is not None
        else None
    )
    return Timetable(Frequency(frequency), weekday, hour, quiet)


def _turn(row: Any) -> Turn:
    return Turn(
        number=row.number,
        question=row.question,
        answers=tuple(Answer(speaker, text) for speaker, text in row.answers),
        images=tuple(Image(*image) for image in row.images or ()),
    )


def _images(images: Sequence[Image]) -> list[list[str]]:
    return [[storable(image.url), storable(image.alt), storable(image.caption)] for image in images]


def _texts(texts: Iterable[str]) -> list[str]:
    return [storable(text) for text in texts]
