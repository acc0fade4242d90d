import shutil

import pytest

from bot.store import open_store
from tests.clock import FakeClock
from tests.store.samples import database_url, migrated


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    return migrated(tmp_path_factory.mktemp("template"))


@pytest.fixture
async def store(template, tmp_path, clock):
    shutil.copy(template, tmp_path)
    async with open_store(database_url(tmp_path), clock) as opened:
        yield opened
