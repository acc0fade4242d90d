import shutil
from types import SimpleNamespace

import pytest

from bot.search import SearchIndex
from bot.store import open_store
from tests.clock import FakeClock
from tests.search.archive import ARCHIVE
from tests.store.samples import database_url, migrated


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    return migrated(tmp_path_factory.mktemp("template"))


@pytest.fixture
async def store(template, tmp_path):
    shutil.copy(template, tmp_path)
    async with open_store(database_url(tmp_path), FakeClock()) as opened:
        yield opened


@pytest.fixture
def open_index(tmp_path):
    opened = []

    def open_(path=tmp_path / "index"):
        opened.append(SearchIndex.open(path))
        return opened[-1]

    yield open_
    for index in opened:
        index.close()


@pytest.fixture
def index(open_index):
    return open_index()


@pytest.fixture
async def archive(store, index):
    """A synced index of ``ARCHIVE``; ``ids`` are by its keys."""
    async with store.write() as write:
        ids = {key: await write.insert(one, "d") for key, one in ARCHIVE.items()}
    await index.sync(store)
    return SimpleNamespace(store=store, index=index, ids=ids, keys={n: k for k, n in ids.items()})
