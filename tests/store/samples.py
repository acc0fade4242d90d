"""Interviews to store, and how to open a store for them."""

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st

from bot.core.model import Answer, Image, Interview, Subject, Transcript, Turn
from bot.store import open_store
from tests.clock import FakeClock
from tests.postgres.server import ADDRESS, database_of

Value = TypeVar("Value")

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def database_url(tmp_path: Path, name: str = "kcrush.db") -> str:
    path = tmp_path / name
    return database_of(path) if ADDRESS else f"sqlite+aiosqlite:///{path}"


def copy_database(template: Path, folder: Path) -> None:
    """A copy of the database `template` in `folder`."""
    if ADDRESS:
        database_of(folder / template.name, template=template)
    else:
        shutil.copy(template, folder)


def migrated(folder: Path) -> Path:
    """A database at the newest version, to be copied: that is quicker than migrating each."""

    async def migrate() -> None:
        async with open_store(database_url(folder), FakeClock()):
            pass

    asyncio.run(migrate())
    return folder / "kcrush.db"


def interview(number: int = 1, **changes: Any) -> Interview:
    """A whole interview, published `number` days before ``NOON``; `changes` are fields of it."""
    whole = Interview(
        guid=f"https://kcrush.example/?p={number}",
        url=f"https://kcrush.example/interview-{number}/",
        title=f"Interview {number} with Park Sori (박소리)",
        subjects=(Subject("Park Sori", "Singer", ("박소리", "SORI")), Subject("V1NO")),
        tags=("Music", "K-Pop"),
        author="Jane Doe",
        published_at=NOON - timedelta(days=number),
        updated_at=NOON - timedelta(hours=number),
        excerpt="She sings.",
        image_url="https://kcrush.example/hero.jpg",
        transcript=Transcript(
            intro="Hello.\n\nThis is the intro.",
            turns=(
                Turn(
                    1,
                    "Please introduce yourself.",
                    (Answer("SORI", "I am Sori."), Answer(None, "안녕하세요!")),
                    (Image("https://kcrush.example/1.jpg", "alt", "caption"),),
                ),
                Turn(2, "What is next?", (Answer("SORI", "A tour."),)),
            ),
            outro="Thank you.",
            images=(Image("https://kcrush.example/2.jpg"),),
            videos=("https://video.example/1",),
            links=("https://link.example/",),
            warnings=("a table was left out",),
        ),
    )
    return replace(whole, **changes)


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
moments = st.datetimes(timezones=st.just(UTC))
images = st.builds(Image, text, text, text)


def several(
    values: st.SearchStrategy[Value], most: int = 3
) -> st.SearchStrategy[tuple[Value, ...]]:
    return st.lists(values, max_size=most).map(tuple)


@st.composite
def interviews(draw: st.DrawFn) -> Interview:
    """Any interview that the parser may hand over."""
    turns = draw(several(st.tuples(text, several(st.builds(Answer, st.none() | text, text)))))
    return Interview(
        guid=draw(text),
        url=draw(text),
        title=draw(text),
        subjects=draw(several(st.builds(Subject, text, st.none() | text, several(text)))),
        tags=draw(several(text)),
        author=draw(st.none() | text),
        published_at=draw(st.none() | moments),
        updated_at=draw(st.none() | moments),
        excerpt=draw(text),
        image_url=draw(st.none() | text),
        transcript=Transcript(
            intro=draw(text),
            turns=tuple(
                Turn(number, question, answers, draw(several(images, 2)))
                for number, (question, answers) in enumerate(turns, 1)
            ),
            outro=draw(text),
            images=draw(several(images, 2)),
            videos=draw(several(text)),
            links=draw(several(text)),
            warnings=draw(several(text)),
        ),
    )
