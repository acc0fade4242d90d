"""The archive kept in step: edits, new slugs, removals, and what comes back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.archive.service import Backfill
from bot.core.feed_state import Validators
from bot.core.model import StoredInterview
from bot.feed.fetch import NO_VALIDATORS, Fetched, HttpGetter
from bot.feed.identity import digest
from bot.feed.watcher import Watcher
from bot.store import Store
from sandbox.site import SampleSite
from tests.archive.olden import REST, close
from tests.store.rows import stored_interview

WAYS = {"rest": (), "paged": (REST,)}
LISTING = (REST, "/feed/")
SLUG = "interview-with-veteran-3"


async def of_title(store: Store, title: str) -> StoredInterview:
    for summary in await store.interviews.latest(1000):
        if summary.title == title:
            return await stored_interview(store, summary.id)
    raise LookupError(title)


@pytest.mark.parametrize("way", WAYS)
async def test_an_edit_and_a_new_slug_reach_the_store(
    way: str, site: SampleSite, backfill: Backfill, store: Store
) -> None:
    close(site, *WAYS[way])
    await backfill.fill(site.feed_url)
    before = await of_title(store, "Interview with Veteran 3")
    site.edit(SLUG, title="Interview with Veteran Three", new_slug="veteran-three")
    report = await backfill.refresh(site.feed_url)
    assert (report.stored, report.updated, report.withdrawn) == (0, 1, 0)
    after = await stored_interview(store, before.id)
    assert after.interview.title == "Interview with Veteran Three"
    assert after.interview.url.endswith("/veteran-three/")


@pytest.mark.parametrize("way", [*WAYS, "listing"])
@pytest.mark.parametrize("removal", ["trash", "delete"])
async def test_what_the_site_takes_down_is_withdrawn(
    way: str, removal: str, site: SampleSite, backfill: Backfill, store: Store
) -> None:
    close(site, *WAYS.get(way, LISTING))
    await backfill.fill(site.feed_url)
    count = await store.interviews.count()
    before = await of_title(store, "Interview with Veteran 3")
    getattr(site, removal)(SLUG)
    report = await backfill.refresh(site.feed_url)
    assert (report.stored, report.updated, report.withdrawn) == (0, 0, 1)
    assert await store.interviews.count() == count - 1
    assert (await stored_interview(store, before.id)).withdrawn_at is not None


async def test_what_comes_back_is_there_again(
    site: SampleSite, backfill: Backfill, store: Store
) -> None:
    await backfill.fill(site.feed_url)
    before = await of_title(store, "Interview with Veteran 3")
    site.trash(SLUG)
    await backfill.refresh(site.feed_url)
    site.restore(SLUG)
    report = await backfill.refresh(site.feed_url)
    assert (report.stored, report.updated) == (0, 1)
    assert (await stored_interview(store, before.id)).withdrawn_at is None


async def test_an_api_that_was_closed_withdraws_nothing(
    site: SampleSite, backfill: Backfill, store: Store
) -> None:
    await backfill.fill(site.feed_url)
    count = await store.interviews.count()
    site.trash(SLUG)
    site.fail(
        401,
        body='{"code": "rest_login_required", "message": "no", "data": {"status": 401}}',
        content_type="application/json",
        match=r"/posts/\d+",
    )
    report = await backfill.refresh(site.feed_url)
    assert report.withdrawn == 0
    assert await store.interviews.count() == count


async def test_the_hourly_look_finds_edits_and_removals(
    site: SampleSite, backfill: Backfill, store: Store
) -> None:
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
    site: SampleSite, backfill: Backfill, store: Store
) -> None:
    await backfill.fill(site.feed_url)
    site.edit(SLUG, categories=("News",))
    assert (await backfill.refresh(site.feed_url)).withdrawn == 1


class Later:
    """A clock that says what a test wants, and on which nobody waits."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"waited {seconds} s")


async def test_a_week_later_all_is_looked_through(
    site: SampleSite, make_backfill: Callable[..., Backfill], store: Store
) -> None:
    clock = Later()
    backfill = make_backfill(clock)
    await backfill.fill(site.feed_url)
    clock.ahead = timedelta(days=7, minutes=1)
    site.log.clear()
    await backfill.keep_in_step(site.feed_url)
    assert [seen for seen in site.log if "modified_gmt" in seen.path]


async def test_an_edit_that_only_its_own_page_shows_is_found_within_a_week(
    site: SampleSite, make_backfill: Callable[..., Backfill], store: Store
) -> None:
    close(site, *LISTING)
    clock = Later()
    backfill = make_backfill(clock)
    await backfill.fill(site.feed_url)
    before = await of_title(store, "Interview with Veteran 3")
    site.edit(SLUG, title="Interview with Veteran Three")
    clock.ahead = timedelta(days=6)
    assert not (await backfill.keep_in_step(site.feed_url)).changed
    clock.ahead = timedelta(days=7, minutes=1)
    report = await backfill.keep_in_step(site.feed_url)
    assert (report.strategy, report.stored, report.updated, report.withdrawn) == (
        "listing",
        0,
        1,
        0,
    )
    after = await stored_interview(store, before.id)
    assert after.interview.title == "Interview with Veteran Three"
    revision = await store.interviews.revision()
    clock.ahead = timedelta(days=15)
    assert not (await backfill.keep_in_step(site.feed_url)).changed
    assert await store.interviews.revision() == revision


async def test_what_the_feed_told_is_not_worded_anew_by_its_page(
    site: SampleSite, make_backfill: Callable[..., Backfill], store: Store
) -> None:
    """Feed and page may differ a little for ever; only what changes on the page is news."""
    close(site, REST, "paged=")
    await make_backfill().fill(site.feed_url)
    first = (await store.interviews.latest(1))[0]
    stored = await stored_interview(store, first.id)
    told = replace(stored.interview, excerpt="As the feed words it.")
    async with store.transaction() as tx:
        await tx.interviews.update(first.id, told, digest(told))
    assert not (await make_backfill().refresh(site.feed_url)).changed
    assert (await stored_interview(store, first.id)).interview.excerpt == "As the feed words it."


async def test_a_sweep_that_was_interrupted_reads_no_page_again(
    site: SampleSite, make_backfill: Callable[..., Backfill], store: Store
) -> None:
    close(site, *LISTING)
    await make_backfill().fill(site.feed_url)
    site.edit(SLUG, title="Interview with Veteran Three")
    site.edit("interview-with-veteran-9", title="Interview with Veteran Nine")
    site.trash("interview-with-veteran-5")
    count = await store.interviews.count()
    site.log.clear()

    class Ended(Exception):
        pass

    class Ending:
        """A fetcher that is the end of who asks for the ninth article."""

        def __init__(self, fetcher: HttpGetter) -> None:
            self.fetcher = fetcher
            self.articles: list[str] = []

        async def get(
            self, url: str, validators: Validators = NO_VALIDATORS, *, trusted: bool = True
        ) -> Fetched:
            if "/interview-with-" in url:
                self.articles.append(url)
                if len(self.articles) == 9:
                    raise Ended
            return await self.fetcher.get(url, validators, trusted=trusted)

    backfill = make_backfill()
    backfill._fetcher = ending = Ending(backfill._fetcher)
    with pytest.raises(Ended):
        await backfill.refresh(site.feed_url)
    backfill = make_backfill()
    backfill._fetcher = rest = Ending(backfill._fetcher)
    rest.articles = [""] * 9
    await backfill.refresh(site.feed_url)
    read = rest.articles[9:]
    assert not set(read) & set(ending.articles[:8])
    assert ending.articles[8] in read
    assert await of_title(store, "Interview with Veteran Three") is not None
    assert await of_title(store, "Interview with Veteran Nine") is not None
    assert await store.interviews.count() == count - 1
    # The next one begins anew.
    site.edit(SLUG, title="Interview with Veteran III")
    assert (await make_backfill().refresh(site.feed_url)).updated == 1


async def test_two_edits_within_one_second_are_both_seen(
    site: SampleSite, make_backfill: Callable[..., Backfill], store: Store
) -> None:
    clock = Later()
    backfill = make_backfill(clock)
    await backfill.fill(site.feed_url)
    first = site.edit(SLUG, title="Interview with Veteran Three")
    clock.ahead = first.modified - datetime.now(UTC)
    assert (await backfill.refresh(site.feed_url)).updated == 1
    second = site.edit(SLUG, title="Interview with Veteran III")
    site.library._save(replace(second, modified=first.modified))
    assert (await backfill.refresh(site.feed_url)).updated == 1
    assert await of_title(store, "Interview with Veteran III") is not None


async def test_a_page_that_could_not_be_had_is_asked_for_by_the_next_sweep(
    site: SampleSite,
    backfill: Backfill,
    titles: Callable[[], Awaitable[set[str]]],
    wanted: Callable[[], set[str]],
) -> None:
    close(site, *LISTING)
    site.fail(403, match=f"/{SLUG}/")
    await backfill.fill(site.feed_url)
    assert await titles() == wanted() - {"Interview with Veteran 3"}
    site.heal()
    close(site, *LISTING)
    assert (await backfill.refresh(site.feed_url)).stored == 1
    assert await titles() == wanted()
    site.fail(403, match=f"/{SLUG}/")
    assert not (await backfill.refresh(site.feed_url)).changed
    assert await titles() == wanted()


async def test_what_was_taken_down_before_the_archive_saw_it_is_withdrawn(
    site: SampleSite, backfill: Backfill, watcher: Watcher, store: Store
) -> None:
    await backfill.fill(site.feed_url)
    post = site.publish()
    (number,) = (await watcher.poll(site.feed_url)).new_ids
    site.trash(post.slug)
    assert (await backfill.keep_in_step(site.feed_url)).withdrawn == 1
    assert (await stored_interview(store, number)).withdrawn_at is not None
    assert not (await backfill.keep_in_step(site.feed_url)).changed
