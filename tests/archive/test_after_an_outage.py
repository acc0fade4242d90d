"""What scrolled out of the feed while nobody polled it: fetched, and announced once."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.archive.older import OlderPosts
from bot.archive.service import Backfill
from bot.core.clock import SystemClock
from bot.core.errors import FetchError
from bot.core.model import DeliveryState
from bot.feed.fetch import Fetcher
from bot.feed.watcher import Watcher
from bot.store import Store
from sandbox.site import SampleSite
from tests.archive.olden import BODY, PAGED, REST, close
from tests.store.rows import deliveries_of

POLLED_BEFORE = timedelta(days=60)


@pytest.fixture
def watcher(site: SampleSite, store: Store, fetcher: Fetcher) -> Watcher:
    clock = SystemClock()
    older = OlderPosts(fetcher, store, clock, agent="kcrush-bot/test", rate=0).pages
    return Watcher(
        fetcher, store, clock, random.Random(1), feeds=[site.feed_url], interval=300, older=older
    )


async def outage(site: SampleSite, store: Store, watcher: Watcher, number: int) -> list[str]:
    """A poll of two months ago, and `number` interviews since, one a day."""
    await watcher.poll(site.feed_url)
    state = await store.feeds.state(site.feed_url)
    assert state.polled_at is not None
    since = state.polled_at - POLLED_BEFORE
    await store.feeds.save(replace(state, polled_at=since))
    return [
        site.publish_new(
            title=f"Interview with Newcomer {count}",
            body=BODY.format(f"Newcomer{count}"),
            date=since + timedelta(days=1 + count),
        ).title
        for count in range(number)
    ]


async def queued(store: Store) -> list[str]:
    """The titles that wait to be sent, in the order in which they are sent."""
    rows = await store.outbox.counts()
    assert rows[DeliveryState.PENDING] == sum(rows.values())
    found = []
    for one in await store.interviews.latest(100):
        found += [(row.id, one.title) for row in await deliveries_of(store, one.id)]
    return [title for _, title in sorted(found)]


@pytest.mark.parametrize(
    "closed", [(), (PAGED,), (REST,)], ids=["all open", "no paged feed", "no REST API"]
)
async def test_what_scrolled_out_is_announced_in_order(
    site: SampleSite, store: Store, watcher: Watcher, closed: tuple[str, ...]
) -> None:
    titles = await outage(site, store, watcher, 13)
    close(site, *closed)
    report = await watcher.poll(site.feed_url)
    assert (len(report.new_ids), report.enqueued) == (13, 13)
    assert await queued(store) == titles
    assert not (await watcher.poll(site.feed_url)).changed


async def test_a_site_with_neither_announces_what_it_still_shows(
    site: SampleSite, store: Store, watcher: Watcher
) -> None:
    titles = await outage(site, store, watcher, 13)
    close(site, PAGED, REST)
    assert (await watcher.poll(site.feed_url)).enqueued == 10
    assert await queued(store) == titles[-10:]


async def test_further_pages_are_not_asked_for_where_robots_may_not(
    site: SampleSite, store: Store, watcher: Watcher
) -> None:
    await outage(site, store, watcher, 13)
    rules = b"User-agent: *\nDisallow: /category/\nDisallow: /wp-json/"
    site.fail(200, match=r"/robots\.txt", body=rules)
    assert (await watcher.poll(site.feed_url)).enqueued == 10
    assert not [seen for seen in site.log if "paged=" in seen.path or "/wp-json" in seen.path]


async def test_a_site_that_fails_amid_its_pages_costs_nothing_but_time(
    site: SampleSite, store: Store, watcher: Watcher
) -> None:
    titles = await outage(site, store, watcher, 13)
    site.fail(503, match=PAGED, times=2)
    for _ in range(2):
        with pytest.raises(FetchError):
            await watcher.poll(site.feed_url)
    assert (await watcher.poll(site.feed_url)).enqueued == 13
    assert await queued(store) == titles


async def test_the_archive_does_not_come_before_the_watcher(
    site: SampleSite, store: Store, watcher: Watcher, make_backfill: Callable[..., Backfill]
) -> None:
    """Its hourly look at changes stores what is older than two days, and announces nothing."""
    backfill = make_backfill(poll=watcher.poll)
    await backfill.fill(site.feed_url)
    titles = await outage(site, store, watcher, 13)
    await backfill._update(site.feed_url)
    assert await queued(store) == titles
    await backfill.refresh(site.feed_url)
    assert await queued(store) == titles


async def test_a_feed_that_fails_after_an_outage_keeps_the_archive_waiting(
    site: SampleSite, store: Store, watcher: Watcher, make_backfill: Callable[..., Backfill]
) -> None:
    backfill = make_backfill(poll=watcher.poll)
    await backfill.fill(site.feed_url)
    titles = await outage(site, store, watcher, 13)
    site.fail(503, match=r"/feed/", times=1)
    with pytest.raises(FetchError):
        await backfill._update(site.feed_url)
    assert await queued(store) == []
    await backfill._update(site.feed_url)
    assert await queued(store) == titles
