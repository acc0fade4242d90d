"""The whole archive by each strategy that a site can offer; nothing else, and nothing twice."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.archive.service import Backfill
from bot.core.clock import SystemClock
from bot.core.errors import FetchError
from bot.core.model import DeliveryState
from bot.feed.watcher import Watcher
from bot.store import Store
from sandbox.site import SampleSite
from tests.archive.olden import CLOSED, OLD, close, old_posts


@pytest.mark.parametrize("way", CLOSED)
async def test_all_interviews_come_in_and_nothing_else(
    way: str,
    site: SampleSite,
    backfill: Backfill,
    store: Store,
    titles: Callable[[], Awaitable[set[str]]],
    wanted: Callable[[], set[str]],
) -> None:
    close(site, *CLOSED[way])
    report = await backfill.fill(site.feed_url)
    assert (report.strategy, report.finished) == (way, True)
    assert await titles() == wanted()
    assert (await store.outbox.counts())[DeliveryState.PENDING] == 0
    asked = Counter(seen.path for seen in site.log if seen.status == 200)
    # The feed is polled too.
    assert {path: n for path, n in asked.items() if n > 1 and "/feed/" not in path} == {}


@pytest.mark.parametrize("way", CLOSED)
async def test_read_a_second_time_it_changes_nothing(
    way: str, site: SampleSite, backfill: Backfill, store: Store
) -> None:
    close(site, *CLOSED[way])
    await backfill.fill(site.feed_url)
    revision = await store.interviews.revision()
    report = await backfill.fill(site.feed_url)
    assert not report.changed
    assert await store.interviews.revision() == revision


async def test_what_the_archive_brought_is_not_announced_by_the_feed(
    site: SampleSite,
    backfill: Backfill,
    watcher: Watcher,
    store: Store,
    titles: Callable[[], Awaitable[set[str]]],
) -> None:
    await backfill.fill(site.feed_url)
    # Fewer in front: the feed now shows what it did not show before.
    for post in [post for post in site.posts if "Interviews" in post.categories][:8]:
        site.trash(post.slug)
    report = await watcher.poll(site.feed_url)
    assert (report.status, report.new_ids, report.enqueued) == (200, (), 0)
    assert (await store.outbox.counts())[DeliveryState.PENDING] == 0


async def test_what_is_new_is_left_to_the_feed_to_announce(
    site: SampleSite,
    backfill: Backfill,
    watcher: Watcher,
    store: Store,
    titles: Callable[[], Awaitable[set[str]]],
) -> None:
    await watcher.poll(site.feed_url)
    post = site.publish()
    await backfill.fill(site.feed_url)
    assert post.title not in await titles()
    report = await watcher.poll(site.feed_url)
    assert (len(report.new_ids), report.enqueued) == (1, 1)


async def test_limit_and_since_stop_early_and_the_rest_follows(
    site: SampleSite, backfill: Backfill, store: Store, wanted: Callable[[], set[str]]
) -> None:
    await backfill.fill(site.feed_url, limit=10)
    assert (await store.archives.state(site.feed_url)).finished_at is None
    some = await store.interviews.count()
    assert 10 <= some < len(wanted())
    report = await backfill.fill(site.feed_url, since=OLD + timedelta(days=6))
    assert not report.finished
    assert await store.interviews.count() == len(wanted()) - 6
    report = await backfill.fill(site.feed_url)
    assert report.finished
    assert await store.interviews.count() == len(wanted())


async def test_a_survey_stores_nothing(
    site: SampleSite, backfill: Backfill, store: Store, wanted: Callable[[], set[str]]
) -> None:
    report = await backfill.survey(site.feed_url)
    assert (report.strategy, report.total) == ("rest", len(wanted()))
    assert await store.interviews.count() == 0


async def test_robots_txt_closes_the_ways_that_it_names(
    site: SampleSite,
    backfill: Backfill,
    titles: Callable[[], Awaitable[set[str]]],
    wanted: Callable[[], set[str]],
) -> None:
    site.serve(
        "User-agent: kcrush-bot\nDisallow: /wp-json/\n",
        match="/robots.txt",
        content_type="text/plain",
    )
    report = await backfill.fill(site.feed_url)
    assert report.strategy == "paged"
    assert await titles() == wanted()
    assert not [seen for seen in site.log if "wp-json" in seen.path]


async def test_a_site_without_any_way_says_so(site: SampleSite, backfill: Backfill) -> None:
    close(site, "^/(?!robots)")
    with pytest.raises(FetchError) as error:
        await backfill.fill(site.feed_url)
    assert error.value.key == "archive.no-way"


async def test_posts_that_the_site_cant_make_at_once_are_asked_for_in_pieces(
    site: SampleSite,
    make_backfill: Callable[..., Backfill],
    titles: Callable[[], Awaitable[set[str]]],
    wanted: Callable[[], set[str]],
) -> None:
    old_posts(site, 25, name="Regular")
    # The post of this id is too much with others, and not by itself.
    (poison,) = (post for post in site.posts if post.title == "Interview with Regular 7")
    site.fail(500, match=rf"per_page=(?:[1-9][0-9]|[2-9])&include=(?:\d+(?:,|%2C))*{poison.id}\b")
    report = await make_backfill().fill(site.feed_url)
    assert report.finished
    assert await titles() == wanted()
    assert [seen for seen in site.log if seen.status == 500]


async def test_a_post_that_the_site_cant_make_at_all_is_left_to_the_next_sweep(
    site: SampleSite,
    make_backfill: Callable[..., Backfill],
    titles: Callable[[], Awaitable[set[str]]],
    wanted: Callable[[], set[str]],
) -> None:
    (poison,) = (post for post in site.posts if post.title == "Interview with Veteran 7")
    site.fail(500, match=rf"include=(?:\d+(?:,|%2C))*{poison.id}\b")
    assert (await make_backfill().fill(site.feed_url)).finished
    assert await titles() == wanted() - {poison.title}
    site.heal()
    assert (await make_backfill().refresh(site.feed_url)).stored == 1
    assert await titles() == wanted()


async def test_a_sweep_asks_for_too_many_changed_posts_in_pieces(
    site: SampleSite,
    make_backfill: Callable[..., Backfill],
    titles: Callable[[], Awaitable[set[str]]],
    wanted: Callable[[], set[str]],
) -> None:
    await make_backfill().fill(site.feed_url)
    new = old_posts(site, 20, name="Regular")
    site.fail(500, match=rf"per_page=(?:[1-9][0-9]|[2-9])&include=(?:\d+(?:,|%2C))*{new[7].id}\b")
    assert (await make_backfill().refresh(site.feed_url)).stored == 20
    assert await titles() == wanted()
    assert [seen for seen in site.log if seen.status == 500]


async def test_two_posts_that_are_one_interview_are_read_once(
    site: SampleSite,
    make_backfill: Callable[..., Backfill],
    store: Store,
    wanted: Callable[[], set[str]],
) -> None:
    """A REST API that tells one post under two ids, as translations that share their address."""
    post = next(post for post in site.posts if post.title == "Interview with Veteran 7")
    body = json.dumps([{"id": post.id, "modified_gmt": ""}, {"id": 9999, "modified_gmt": ""}])
    told = {"title": {"rendered": "One"}, "content": {"rendered": "Words"}, "link": "/one/"}
    both = json.dumps([{"id": one, **told} for one in (post.id, 9999)])
    site.serve(body, match="_fields=id%2Cmodified_gmt", content_type="application/json")
    site.serve(both, match="include=", content_type="application/json")
    report = await make_backfill().fill(site.feed_url)
    assert (report.finished, report.stored) == (True, 1)


async def test_retry_after_is_waited_for(
    site: SampleSite,
    make_backfill: Callable[..., Backfill],
    titles: Callable[[], Awaitable[set[str]]],
    wanted: Callable[[], set[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits = []

    class Patient(SystemClock):
        async def sleep(self, seconds: float) -> None:
            waits.append(seconds)

    site.fail(429, retry_after=17, match="include=", times=2)
    await make_backfill(Patient()).fill(site.feed_url)
    assert waits == [17, 17]
    assert await titles() == wanted()


async def test_posts_of_another_category_stay_out(
    site: SampleSite, backfill: Backfill, titles: Callable[[], Awaitable[set[str]]]
) -> None:
    old_posts(site, 2, categories=("Reviews",), name="Critic")
    await backfill.fill(site.feed_url)
    assert not [title for title in await titles() if "Critic" in title]
