import random
from collections.abc import AsyncIterator, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from structlog.testing import capture_logs

from bot.core.clock import Clock
from bot.store import open_store
from tests.clock import FakeClock
from tests.delivery.fakes import FakePort, Outbox
from tests.delivery.stage import Stage, stage
from tests.openapi import Checker
from tests.store.samples import database_url

PO = Path(__file__).parents[2] / "bot" / "locales" / "en" / "LC_MESSAGES" / "kcrush.po"


@pytest.fixture(scope="session")
def catalogue_keys() -> set[str]:
    with PO.open("rb") as file:
        return {message.id for message in read_po(file) if isinstance(message.id, str)}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def outbox(folder: Path, clock: Clock) -> AsyncIterator[Outbox]:
    async with open_store(database_url(folder), clock) as store:
        yield Outbox(store, clock)


@pytest.fixture
def port() -> FakePort:
    return FakePort()


@pytest.fixture
def rng() -> random.Random:
    return random.Random(7)


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged, as dicts; nothing is printed, for rendering a traceback takes long."""
    with capture_logs() as logs:
        yield logs


@pytest.fixture
async def on_stage(
    folder: Path, monkeypatch: pytest.MonkeyPatch, strict_checker: Checker
) -> AsyncIterator[Stage]:
    async with stage(folder, monkeypatch, strict_checker) as made:
        yield made
