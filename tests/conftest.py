"""What many tests share: a sandbox that is held against Discord's own description of its API."""

import gc
import sys
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from bot.feed.reading import SITE_READER
from sandbox import Sandbox
from sandbox.gateway import GatewaySettings
from sandbox.site import SampleSite
from tests import logged
from tests.compiled import share
from tests.forked import fork_worker
from tests.openapi import Checker, observing
from tests.postgres import server
from tests.store.samples import copy_database, migrated

# How long an example takes is for the benchmarks to say: machines are busy.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

share()

# Thousands of tests and their modules are there to the end: looking for garbage among them took a
# twentieth of the time.
gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    about_sqlite = pytest.mark.skip(reason="about SQLite alone")
    needs_server = pytest.mark.skip(reason=server.WHY_NOT)
    for item in items:
        if server.ADDRESS and item.get_closest_marker("sqlite"):
            item.add_marker(about_sqlite)
        if not server.ADDRESS and item.get_closest_marker("postgres"):
            item.add_marker(needs_server)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


if sys.platform == "linux":
    # A process that reads what a site sends starts in hundredths of a second.
    SITE_READER._start = partial(fork_worker, SITE_READER)  # type: ignore[method-assign, assignment]


@pytest.fixture(autouse=True)
def no_secret_is_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing that any test has logged looks like a secret, though nothing blots it out here."""
    logged.begin()
    yield
    if request.node.get_closest_marker("logs_secrets") is None:
        assert logged.secrets() == []


@pytest.fixture
def strict_checker() -> Iterator[Checker]:
    """Whatever the bot asks and the sandbox answers must fit Discord's OpenAPI document."""
    checker = observing()
    yield checker
    checker.assert_clean()


@pytest.fixture
async def discord_here(strict_checker: Checker) -> AsyncIterator[Sandbox]:
    """A Discord for a bot under test, with its page left out and no pause between identifies."""
    gateway = GatewaySettings(identify_interval=0.0)
    async with Sandbox(page=False, observer=strict_checker, gateway=gateway) as sandbox:
        yield sandbox


@pytest.fixture
async def sample_site() -> AsyncIterator[SampleSite]:
    async with SampleSite() as site:
        yield site


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database at the newest schema: a copy of it opens ten times as fast as a new one."""
    path: Path = migrated(tmp_path_factory.mktemp("template"))
    return path


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    """``tmp_path`` with such a copy in it, ``kcrush.db``."""
    copy_database(template, tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def databases_go(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test made on PostgreSQL goes with it."""
    folder = None
    if server.ADDRESS and "tmp_path" in request.fixturenames:
        folder = request.getfixturevalue("tmp_path")
    yield
    if folder is not None:
        server.drop_databases(folder)
