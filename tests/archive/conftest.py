import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.archive.service import Backfill
from bot.core.clock import Clock, SystemClock
from bot.feed.fetch import Fetcher, open_fetcher
from bot.feed.watcher import Watcher
from bot.store import Store, open_store
from sandbox.site import SAMPLE, SampleSite
from tests.archive.olden import old_posts
from tests.store.rows import add_subscription
from tests.store.samples import database_url


@pytest.fixture(scope="session")
def site_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site's folder with its last nine posts, which is enough for paging."""
    folder = tmp_path_factory.mktemp("site")
    for name in ("theme", "uploads"):
        (folder / name).symlink_to(SAMPLE / name)
    (folder / "posts").mkdir()
    for post in sorted((SAMPLE / "posts").iterdir())[-9:]:
        (folder / "posts" / post.name).symlink_to(post)
    return folder


@pytest.fixture
async def site(site_data: Path) -> AsyncIterator[SampleSite]:
    async with SampleSite(data=site_data) as site:
        old_posts(site, 12, name="Veteran")
        old_posts(site, 5, categories=("News",), name="News about")
        yield site


@pytest.fixture
def wanted(site: SampleSite) -> Callable[[], set[str]]:
    """The titles of the site's interviews as it is now."""

    def titles() -> set[str]:
        return {post.title for post in site.posts if "Interviews" in post.categories}

    return titles


@pytest.fixture
async def store(folder: Path) -> AsyncIterator[Store]:
    async with open_store(database_url(folder), SystemClock()) as store:
        await add_subscription(store, 1, 10, None, 1)
        yield store


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with open_fetcher(SystemClock(), user_agent="kcrush-bot/test") as fetcher:
        yield fetcher


@pytest.fixture
def watcher(site: SampleSite, store: Store, fetcher: Fetcher) -> Watcher:
    rng = random.Random(1)
    return Watcher(fetcher, store, SystemClock(), rng, feeds=[site.feed_url], interval=300)


@pytest.fixture
def make_backfill(
    site: SampleSite, store: Store, fetcher: Fetcher, watcher: Watcher
) -> Callable[..., Backfill]:
    def make(clock: Clock | None = None, **options: Any) -> Backfill:
        return Backfill(
            fetcher,
            store,
            clock or SystemClock(),
            random.Random(1),
            feeds=[site.feed_url],
            agent="kcrush-bot/test",
            **{"rate": 0, "poll": watcher.poll, **options},
        )

    return make


@pytest.fixture
def backfill(make_backfill: Callable[..., Backfill]) -> Backfill:
    return make_backfill()


@pytest.fixture
def titles(store: Store) -> Callable[[], Awaitable[set[str]]]:
    async def stored() -> set[str]:
        return {one.title for one in await store.interviews.latest(10_000)}

    return stored
