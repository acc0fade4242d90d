from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.store import Store, open_store
from tests.clock import FakeClock
from tests.postgres.server import Server, running
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
    # PostgreSQL's user may not enter pytest's own folders.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with running(Path(folder) / "server") as server:
            yield server
