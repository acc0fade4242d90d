"""The watcher against a real WordPress, where ``WORDPRESS_URL`` names one.

Its scripts stand beside the project; ``WP_DIR`` is theirs, and their access log is read where it is
known.
"""

import asyncio
import os
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.core.clock import SystemClock
from bot.core.model import DeliveryState
from bot.feed.caching import SETTLED
from bot.feed.fetch import open_fetcher
from bot.feed.watcher import Watcher
from bot.store import Store, open_store
from tests.store.rows import add_subscription
from tests.store.samples import database_url
from tests.wordpress import FEED, needs_scripts, needs_wordpress, script

pytestmark = needs_wordpress


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(database_url(tmp_path), SystemClock()) as store:
        for channel in (10, 11):
            await add_subscription(store, 1, channel, None, 1)
        yield store


MakeWatcher = Callable[..., Awaitable[Watcher]]


@pytest.fixture
async def make_watcher(store: Store) -> AsyncIterator[MakeWatcher]:
    """Watchers whose requests bear the agent's name."""
    async with AsyncExitStack() as stack:

        async def make(agent: str, **options: Any) -> Watcher:
            clock, rng = SystemClock(), random.Random(1)
            opening = open_fetcher(clock, user_agent=agent, **options)
            fetcher = await stack.enter_async_context(opening)
            return Watcher(fetcher, store, clock, rng, feeds=[FEED], interval=300)

        yield make


@pytest.fixture
async def post() -> AsyncIterator[Callable[[str], Awaitable[int]]]:
    """Publishes interviews, and trashes them at the end."""
    published: list[int] = []

    async def publish(title: str) -> int:
        published.append((await script("post.sh", title))["id"])
        return published[-1]

    yield publish
    for id_ in published:
        await script("trash.sh", str(id_), "--delete")


async def logged_statuses(agent: str, number: int) -> list[int] | None:
    """What the site's own access log says of an agent's requests; None where it is not known.

    Apache writes a line after the answer is out.
    """
    log = Path(os.environ.get("WP_DIR", "")) / "log" / "access.log"
    if not os.environ.get("WP_DIR") or not log.exists():
        return None
    statuses: list[int] = []
    async with asyncio.timeout(5):
        while len(statuses) < number:
            await asyncio.sleep(0.02)
            lines = [line for line in log.read_text().splitlines() if f'"{agent}"' in line]
            statuses = [
                int(found[1]) for line in lines if (found := re.search(r'" (\d{3}) ', line))
            ]
    return statuses


@pytest.mark.parametrize("coding", ["gzip, deflate", "identity"])
async def test_polls_of_the_unchanged_feed_get_304(
    make_watcher: MakeWatcher, store: Store, coding: str
) -> None:
    agent = f"kcrush-bot-test/{random.randrange(10**9)}"
    watcher = await make_watcher(agent, accept_encoding=coding)
    reports = [await watcher.poll(FEED) for _ in range(4)]
    assert [report.status for report in reports] == [200, 304, 304, 304]
    etag = (await store.feeds.state(FEED)).validators.etag
    assert etag is not None
    assert ("-gzip" in etag) is (coding != "identity")
    assert await logged_statuses(agent, 4) in (None, [200, 304, 304, 304])


@needs_scripts
async def test_posts_are_announced_once_and_edits_never(
    make_watcher: MakeWatcher, store: Store, post: Callable[[str], Awaitable[int]]
) -> None:
    watcher = await make_watcher("kcrush-bot-test")
    first = await watcher.poll(FEED)
    assert (first.seeded_now, len(first.new_ids), first.enqueued) == (True, 10, 0)
    assert await store.interviews.count() == 10

    id_ = await post("Interview with Test Subject (Rising Star)")
    published = await watcher.poll(FEED)
    assert (published.status, len(published.new_ids), published.enqueued) == (200, 1, 2)
    (stored,) = await store.interviews.get_many(published.new_ids)
    assert stored.interview.title == "Interview with Test Subject (Rising Star)"
    assert stored.interview.transcript.turns

    await script("edit.sh", str(id_), "--title", "Interview with Another Name")
    edited = await watcher.poll(FEED)
    assert (edited.new_ids, edited.updated_ids, edited.enqueued) == ((), published.new_ids, 0)
    await script("edit.sh", str(id_), "--slug", f"a-new-slug-{id_}")
    moved = await watcher.poll(FEED)
    assert (moved.new_ids, moved.updated_ids) == ((), published.new_ids)
    (stored,) = await store.interviews.get_many(published.new_ids)
    assert f"a-new-slug-{id_}" in stored.interview.url

    # The site dates its changes in whole seconds, by its own clock.
    await asyncio.sleep(SETTLED)
    assert not (await watcher.poll(FEED)).changed
    assert (await watcher.poll(FEED)).status == 304
    assert (await store.outbox.counts())[DeliveryState.PENDING] == 2
