import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.search import SearchIndex
from bot.store import Store, open_store
from tests.clock import FakeClock
from tests.search.archive import ARCHIVE
from tests.store.samples import copy_database, database_url


@pytest.fixture(scope="session")
def synced(template: Path, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A folder with a database of ``ARCHIVE`` and its index, to be copied; the ids by its keys."""
    folder = tmp_path_factory.mktemp("synced")
    copy_database(template, folder)

    async def fill() -> dict[str, int]:
        index = SearchIndex.open(folder / "index")
        async with open_store(database_url(folder), FakeClock()) as store:
            async with store.transaction() as tx:
                ids = {key: await tx.interviews.insert(one, "d") for key, one in ARCHIVE.items()}
            await index.sync(store)
        index.close()
        return ids

    return SimpleNamespace(folder=folder, ids=asyncio.run(fill()))


@pytest.fixture
async def store(folder: Path) -> AsyncIterator[Store]:
    async with open_store(database_url(folder), FakeClock()) as opened:
        yield opened


@pytest.fixture
def open_index(tmp_path: Path) -> Iterator[Callable[..., SearchIndex]]:
    opened = []

    def open_(path: Path = tmp_path / "index") -> SearchIndex:
        opened.append(SearchIndex.open(path))
        return opened[-1]

    yield open_
    for index in opened:
        index.close()


@pytest.fixture
def index(open_index: Callable[..., SearchIndex]) -> SearchIndex:
    return open_index()


@pytest.fixture
async def archive(
    synced: SimpleNamespace, template: Path, tmp_path: Path
) -> AsyncIterator[SimpleNamespace]:
    """``ARCHIVE`` in a store and, synced, in an index of its own; ``ids`` are by its keys."""
    shutil.copytree(synced.folder / "index", tmp_path / "index")
    copy_database(synced.folder / template.name, tmp_path)
    index = SearchIndex.open(tmp_path / "index")
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        await index.sync(store)
        ids = dict(synced.ids)
        keys = {number: key for key, number in ids.items()}
        yield SimpleNamespace(store=store, index=index, ids=ids, keys=keys)
    index.close()
