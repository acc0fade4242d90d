"""A site that was built anew: other ids, GUIDs and links, and the same articles."""

from collections.abc import Awaitable, Callable

import pytest

from bot.archive.service import Backfill
from bot.core.model import DeliveryState
from bot.feed.watcher import Watcher
from bot.store import Store
from sandbox.site import SampleSite
from tests.archive.olden import REST, close


def relaunch(site: SampleSite) -> None:
    """Each post again under another id, GUID and slug, and the old one gone."""
    for post in [post for post in site.posts if "Interviews" in post.categories]:
        site.library.delete(post.slug)
        site.publish_new(
            title=post.title,
            body=post.body,
            date=post.date,
            slug=f"talk-{post.id}",
            guid=f"https://new.example/{post.id}",
            categories=post.categories,
            image=post.image,
        )


@pytest.mark.parametrize("closed", [(), (REST,)], ids=["REST", "pages of the feed"])
async def test_an_archive_that_was_relaunched_has_each_interview_once(
    site: SampleSite,
    backfill: Backfill,
    watcher: Watcher,
    store: Store,
    wanted: Callable[[], set[str]],
    titles: Callable[[], Awaitable[set[str]]],
    closed: tuple[str, ...],
) -> None:
    close(site, *closed)
    await backfill.fill(site.feed_url)
    count = await store.interviews.count()
    assert await titles() == wanted()
    relaunch(site)
    await watcher.poll(site.feed_url)
    report = await backfill.refresh(site.feed_url)
    assert (report.stored, report.withdrawn) == (0, 0)
    assert await store.interviews.count() == count
    latest = await store.interviews.latest(1000)
    assert all("/talk-" in one.url for one in latest)
    assert (await store.outbox.counts())[DeliveryState.PENDING] == 0
    again = await backfill.refresh(site.feed_url)
    assert (again.stored, again.updated, again.withdrawn) == (0, 0, 0)
