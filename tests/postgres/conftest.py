from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.store import Store, open_store
from tests.clock import FakeClock
from tests.postgres.server import Server, folder_for_server, running
from tests.store.samples import database_url


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(folder: Path, clock: FakeClock) -> AsyncIterator[Store]:
    async with open_store(database_url(folder), clock) as opened:
        yield opened


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that the test may stop."""
    with folder_for_server() as folder, running(folder / "server") as server:
        yield server
