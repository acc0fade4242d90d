import pytest

from bot.store import open_store
from tests.clock import FakeClock
from tests.store.samples import database_url


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
async def store(folder, clock):
    async with open_store(database_url(folder), clock) as opened:
        yield opened
