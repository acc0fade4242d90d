from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.delivery.stage import Stage, stage
from tests.openapi import Checker


@pytest.fixture
async def on_stage(
    folder: Path, monkeypatch: pytest.MonkeyPatch, strict_checker: Checker
) -> AsyncIterator[Stage]:
    async with stage(folder, monkeypatch, strict_checker) as made:
        yield made
