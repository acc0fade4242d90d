"""How often a person's answer asks PostgreSQL: at most once, and not at all where the search index
knows it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.ui import ids
from sandbox.entities import Message
from tests.cogs.stage import Stage, interview, labels, stage
from tests.openapi import Checker
from tests.postgres.network import Cable
from tests.postgres.server import ADDRESS
from tests.store.samples import database_url
from tests.ui.samples import BACK, NEXT

pytestmark = pytest.mark.postgres


@pytest.fixture
async def cable() -> AsyncIterator[Cable]:
    async with Cable(ADDRESS) as cable:
        yield cable


@pytest.fixture
async def on_stage(
    folder: Path, cable: Cable, monkeypatch: pytest.MonkeyPatch, strict_checker: Checker
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(
        "tests.cogs.stage.database_url",
        lambda folder: database_url(folder).replace(ADDRESS, cable.address),
    )
    async with stage(folder, monkeypatch, strict_checker) as made:
        await made.publish(*(interview(number) for number in range(1, 13)))
        yield made


async def rounds(cable: Cable, act: Callable[[], Awaitable[Any]]) -> int:
    """How often the server answers while something is done once more: what is asked for the first
    time is prepared."""
    await act()
    before = cable.rounds
    await act()
    return cable.rounds - before


async def test_what_the_index_knows_asks_nothing(on_stage: Stage, cable: Cable) -> None:
    async def complete(command: str, focused: str, words: str) -> None:
        options = {"query": "busan"} if command.endswith("search") else {}
        found = await on_stage.sandbox.autocomplete(
            on_stage.fan,
            on_stage.channel,
            command,
            focused=focused,
            **{**options, focused: words},
        )
        assert found

    async def search(words: str) -> None:
        assert "Busan" in str((await on_stage.ask("interviews search", query=words)).components)

    async def search_again() -> None:
        found = await on_stage.ask("interviews search", query="singer")
        await on_stage.press(found, "Next")

    asked = {
        "search": await rounds(cable, lambda: search("busan")),
        "filtered": await rounds(cable, lambda: search("busan artist:seoyun year:2026")),
        "the next results": await rounds(cable, search_again),
        "a title": await rounds(cable, lambda: complete("interviews read", "interview", "inter")),
        "the newest": await rounds(cable, lambda: complete("interviews read", "interview", "")),
        "an artist": await rounds(cable, lambda: complete("interviews artist", "name", "seo")),
        "a year": await rounds(cable, lambda: complete("interviews search", "year", "20")),
        "latest": await rounds(cable, lambda: on_stage.ask("interviews latest")),
        "today": await rounds(cable, lambda: on_stage.ask("interviews today")),
    }
    assert asked == dict.fromkeys(asked, 0)


async def test_a_page_of_an_interview_asks_once(on_stage: Stage, cable: Cable) -> None:
    # Read for the first time, an interview takes a second question.
    for number in range(1, 13):
        await on_stage.ask("interviews read", interview=ids.interview_value(number))
    cover = await on_stage.ask("interviews read", interview=ids.interview_value(1))
    page = await on_stage.press(cover, "Start reading")
    found = await on_stage.ask("interviews search", query="busan")

    async def turn(page: Message) -> None:
        await on_stage.press(page, NEXT if NEXT in labels(page) else BACK)

    asked = {
        "by its id": await rounds(
            cable, lambda: on_stage.ask("interviews read", interview=ids.interview_value(2))
        ),
        "by its title": await rounds(
            cable, lambda: on_stage.ask("interviews read", interview=interview(3).title)
        ),
        "at random": await rounds(cable, lambda: on_stage.ask("interviews random")),
        "a page turned": await rounds(cable, lambda: turn(page)),
        "a passage that was found": await rounds(cable, lambda: on_stage.open_row(found)),
        "the address of an article": await rounds(
            cable,
            lambda: on_stage.sandbox.autocomplete(
                on_stage.fan,
                on_stage.channel,
                "interviews read",
                focused="interview",
                interview=interview(2).url,
            ),
        ),
        "an artist": await rounds(cable, lambda: on_stage.ask("interviews artist", name="Seoyun")),
    }
    assert asked == {**dict.fromkeys(asked, 1), "an artist": 0}
