"""The archive kept in step: edits, new slugs, removals, and what comes back."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.archive.olden import REST, SITEMAP, close

WAYS = {"rest": (), "paged": (REST,), "sitemap": (REST, "/feed/")}
SLUG = "interview-with-veteran-3"


async def of_title(store, title):
    for summary in await store.latest(1000):
        if summary.title == title:
            return await store.interview(summary.id)
    return None


@pytest.mark.parametrize("way", WAYS)
async def test_an_edit_and_a_new_slug_reach_the_store(way, site, backfill, store):
    close(site, *WAYS[way])
    await backfill.fill(site.feed_url)
    before = await of_title(store, "Interview with Veteran 3")
    site.edit(SLUG, title="Interview with Veteran Three", new_slug="veteran-three")
    report = await backfill.refresh(site.feed_url)
    assert (report.stored, report.updated, report.withdrawn) == (0, 1, 0)
    after = await store.interview(before.id)
    assert after.interview.title == "Interview with Veteran Three"
    assert after.interview.url.endswith("/veteran-three/")


@pytest.mark.parametrize("way", [*WAYS, "listing"])
@pytest.mark.parametrize("removal", ["trash", "delete"])
async def test_what_the_site_takes_down_is_withdrawn(way, removal, site, backfill, store):
    close(site, *WAYS.get(way, (REST, "/feed/", SITEMAP)))
    await backfill.fill(site.feed_url)
    count = await store.count()
    before = await of_title(store, "Interview with Veteran 3")
    getattr(site, removal)(SLUG)
    report = await backfill.refresh(site.feed_url)
    assert (report.stored, report.updated, report.withdrawn) == (0, 0, 1)
    assert await store.count() == count - 1
    assert (await store.interview(before.id)).withdrawn_at is not None


async def test_what_comes_back_is_there_again(site, backfill, store):
    await backfill.fill(site.feed_url)
    before = await of_title(store, "Interview with Veteran 3")
    site.trash(SLUG)
    await backfill.refresh(site.feed_url)
    site.restore(SLUG)
    report = await backfill.refresh(site.feed_url)
    assert (report.stored, report.updated) == (0, 1)
    assert (await store.interview(before.id)).withdrawn_at is None


async def test_an_api_that_was_closed_withdraws_nothing(site, backfill, store):
    await backfill.fill(site.feed_url)
    count = await store.count()
    site.trash(SLUG)
    site.fail(
        401,
        body='{"code": "rest_login_required", "message": "no", "data": {"status": 401}}',
        content_type="application/json",
        match=r"/posts/\d+",
    )
    report = await backfill.refresh(site.feed_url)
    assert report.withdrawn == 0
    assert await store.count() == count


async def test_the_hourly_look_finds_edits_and_removals(site, backfill, store):
    await backfill.fill(site.feed_url)
    site.edit(SLUG, title="Interview with Veteran Three")
    report = await backfill.keep_in_step(site.feed_url)
    assert report.updated == 1
    before = len(site.log)
    assert not (await backfill.keep_in_step(site.feed_url)).changed
    assert len(site.log) - before == 2
    site.trash(SLUG)
    assert (await backfill.keep_in_step(site.feed_url)).withdrawn == 1


async def test_a_post_that_moves_to_another_category_is_no_interview_any_more(
    site, backfill, store
):
    await backfill.fill(site.feed_url)
    site.edit(SLUG, categories=("News",))
    assert (await backfill.refresh(site.feed_url)).withdrawn == 1


async def test_a_week_later_all_is_looked_through(site, make_backfill, store):
    class Later:
        ahead = timedelta(0)

        def now(self):
            return datetime.now(UTC) + self.ahead

        def monotonic(self):
            return 0.0

        async def sleep(self, seconds):
            raise AssertionError(f"waited {seconds} s")

    clock = Later()
    backfill = make_backfill(clock)
    await backfill.fill(site.feed_url)
    clock.ahead = timedelta(days=7, minutes=1)
    site.log.clear()
    await backfill.keep_in_step(site.feed_url)
    assert [seen for seen in site.log if "modified_gmt" in seen.path]


async def test_what_was_taken_down_before_the_archive_saw_it_is_withdrawn(
    site, backfill, watcher, store
):
    await backfill.fill(site.feed_url)
    post = site.publish()
    (number,) = (await watcher.poll(site.feed_url)).new_ids
    site.trash(post.slug)
    assert (await backfill.keep_in_step(site.feed_url)).withdrawn == 1
    assert (await store.interview(number)).withdrawn_at is not None
    assert not (await backfill.keep_in_step(site.feed_url)).changed
