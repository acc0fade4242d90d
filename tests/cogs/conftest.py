from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.cogs.stage import Stage, stage
from tests.openapi import Checker, observing


@pytest.fixture
def checker() -> Iterator[Checker]:
    """Holds all that the bot and the sandbox say against Discord's OpenAPI document."""
    made = observing()
    yield made
    made.assert_clean()


@pytest.fixture
async def on_stage(
    folder: Path, monkeypatch: pytest.MonkeyPatch, checker: Checker
) -> AsyncIterator[Stage]:
    async with stage(folder, monkeypatch, checker) as made:
        yield made
