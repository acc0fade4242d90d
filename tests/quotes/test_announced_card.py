"""The pictures that stand for an interview: in a media channel where the article's can't be had,
and on a card where there is none."""

import io
import random
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.core.errors import FetchError
from bot.core.model import Answer, Interview, StoredInterview, Subject, Transcript, Turn
from bot.quotes.renderer import open_renderer
from bot.quotes.service import Quotes
from tests.clock import START, FakeClock

ANSWER = "I learned to sing from the rain on the roof, and I have never found a better teacher."


async def missing(_url: str) -> bytes:
    raise FetchError("fetch.missing", status=404)


@pytest.mark.parametrize(
    ("title", "answer", "is_drawn"),
    [
        ("A title", ANSWER, True),
        ("A title without any answer", "", True),
        ("𝼀𝼁𝼂", "", False),
        ("", "", False),
    ],
)
async def test_a_quote_or_the_title_is_drawn(
    tmp_path: Path, title: str, answer: str, *, is_drawn: bool
) -> None:
    turns = (Turn(1, "Who taught you to sing?", (Answer("Seoyun", answer),)),) if answer else ()
    interview = Interview(
        "g", "https://kcrush.example/", title, transcript=Transcript("", turns, "")
    )
    nothing: Any = None
    async with open_renderer(tmp_path, missing, FakeClock()) as renderer:
        quotes = Quotes(nothing, nothing, renderer, random.Random(1), source="KCrush")
        data = await quotes.card(StoredInterview(1, interview, START))
    assert (data is not None) == is_drawn
    if data is not None:
        assert Image.open(io.BytesIO(data)).size == (1080, 1080)


@pytest.mark.parametrize(
    ("title", "names", "is_drawn"),
    [
        ("A title", ("Han Seoyun",), True),
        ("A title", ("한서윤", "Kim Doyun", "Sim Yu-on", "Rain"), True),
        ("A title", (), True),
        ("A title", ("ฝน",), False),
        ("", (), False),
    ],
)
async def test_a_banner_has_the_names_or_the_title(
    tmp_path: Path, title: str, names: tuple[str, ...], *, is_drawn: bool
) -> None:
    subjects = tuple(Subject(name, "Singer", ("서윤", "Seoyun")) for name in names)
    interview = Interview("g", "https://kcrush.example/", title, subjects=subjects)
    nothing: Any = None
    async with open_renderer(tmp_path, missing, FakeClock()) as renderer:
        quotes = Quotes(nothing, nothing, renderer, random.Random(1), source="KCrush")
        data = await quotes.banner(StoredInterview(1, interview, START))
    assert (data is not None) == is_drawn
    if data is not None:
        assert Image.open(io.BytesIO(data)).size == (1200, 600)


async def test_without_the_typeface_nothing_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.quotes.card.FONT_PACKAGE", "no_such_fonts")
    interview = Interview(
        "g", "https://kcrush.example/", "A title", transcript=Transcript("", (), "")
    )
    nothing: Any = None
    async with open_renderer(tmp_path, missing, FakeClock()) as renderer:
        quotes = Quotes(nothing, nothing, renderer, random.Random(1), source="KCrush")
        assert await quotes.card(StoredInterview(1, interview, START)) is None
        assert await quotes.banner(StoredInterview(1, interview, START)) is None
