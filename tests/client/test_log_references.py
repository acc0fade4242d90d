"""Each line that an interaction or a delivery causes bears its number."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from bot.fans.library import Library
from bot.fans.reading import Reading
from sandbox.outcome import InteractionFailed
from tests.cogs.stage import Stage, interview, read, stage
from tests.openapi import Checker

logger = structlog.get_logger(__name__)
Lines = list[MutableMapping[str, Any]]


@pytest.fixture
async def on_stage(
    folder: Path, monkeypatch: pytest.MonkeyPatch, strict_checker: Checker
) -> AsyncIterator[Stage]:
    async with stage(folder, monkeypatch, strict_checker) as made:
        numbers = itertools.count(1)
        made.client.handling.new_reference = lambda: f"N{next(numbers)}"
        yield made


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What is logged from the first interaction on, as it is written down."""
    with capture_logs(processors=[merge_contextvars]) as logs:
        yield logs


async def test_the_number_that_is_shown_stands_in_every_line(
    on_stage: Stage, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        logger.info("before")
        await asyncio.create_task(note())
        raise RuntimeError("no such luck")

    async def note() -> None:
        logger.info("beside")

    monkeypatch.setattr(Reading, "search", fail)
    lines.clear()
    shown = await on_stage.ask("interviews search", query="rain")
    assert "N1" in read(shown)
    assert [(line["event"], line["reference"]) for line in lines] == [
        ("before", "N1"),
        ("beside", "N1"),
        ("error.unexpected", "N1"),
    ]
    assert structlog.contextvars.get_contextvars() == {}


async def test_interactions_at_once_keep_their_numbers(
    on_stage: Stage, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of commands and buttons alike."""
    await on_stage.publish(interview(1), interview(2))
    barrier = asyncio.Barrier(3)
    original = Library.open

    async def open_together(self: Library, *which: int) -> Any:
        await barrier.wait()
        logger.info("opened")
        return await original(self, *which)

    latest = await on_stage.ask("interviews latest")
    monkeypatch.setattr(Library, "open", open_together)
    lines.clear()
    await asyncio.gather(
        *(on_stage.sandbox.press(on_stage.fan, latest, f"kc:read:{n}") for n in (1, 2)),
        on_stage.ask("interviews read", interview="kc:1"),
    )
    found = [line["reference"] for line in lines if line["event"] == "opened"]
    assert sorted(found) == ["N2", "N3", "N4"]


async def test_a_completion_that_fails_is_numbered_too(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """discord.py logs it by itself, in the standard library's log."""

    def fail(*_: object) -> None:
        raise RuntimeError("no such luck")

    seen: list[object] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(merge_contextvars(None, "", {}).get("reference"))

    handler = Handler()
    logging.getLogger("discord.app_commands.tree").addHandler(handler)
    monkeypatch.setattr(Reading, "complete_artists", fail)
    with pytest.raises(InteractionFailed):
        await on_stage.sandbox.autocomplete(
            on_stage.fan, on_stage.channel, "interviews artist", name="x", focused="name"
        )
    logging.getLogger("discord.app_commands.tree").removeHandler(handler)
    assert seen == ["N1"]
