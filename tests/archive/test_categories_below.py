"""A feed tells of the posts of the categories below its own; so must every way to its archive."""

import json
from collections.abc import Awaitable, Callable

import pytest

from bot.archive.service import Backfill
from sandbox.site import SampleSite
from tests.archive.olden import old_posts

BELOW = "Features"


def serve_terms(site: SampleSite, number: int, *, parent: int = 2) -> None:
    """Have REST tell that the category `number` stands below Interviews."""
    term = {"id": number, "slug": "features", "parent": parent}
    body = json.dumps([term])
    site.serve(body, match=r"categories\?parent=2\b", content_type="application/json")
    site.serve("[]", match=rf"categories\?parent={number}\b", content_type="application/json")


def number_of(site: SampleSite) -> int:
    return site.library.term("category", BELOW).id


@pytest.fixture
def wanted(wanted: Callable[[], set[str]]) -> Callable[[int], set[str]]:
    """The titles of what the feed tells, with those that are only in the category below."""
    return lambda extra: wanted() | {f"Interview with Feature {number}" for number in range(extra)}


async def test_rest_asks_for_the_categories_below(
    site: SampleSite,
    backfill: Backfill,
    titles: Callable[[], Awaitable[set[str]]],
    wanted: Callable[[int], set[str]],
) -> None:
    old_posts(site, 3, categories=(BELOW,), name="Feature")
    serve_terms(site, number_of(site))
    report = await backfill.fill(site.feed_url)
    assert (report.strategy, report.finished) == ("rest", True)
    assert await titles() == wanted(3)


async def test_a_sweep_knows_a_category_that_came_below(
    site: SampleSite,
    backfill: Backfill,
    titles: Callable[[], Awaitable[set[str]]],
    wanted: Callable[[int], set[str]],
) -> None:
    old_posts(site, 3, name="Feature")
    await backfill.fill(site.feed_url)
    site.edit("interview-with-feature-0", categories=(BELOW,))
    serve_terms(site, number_of(site))
    assert (await backfill.keep_in_step(site.feed_url)).withdrawn == 0
    assert await titles() == wanted(3)


async def test_categories_half_told_make_no_post_anothers(
    site: SampleSite,
    backfill: Backfill,
    titles: Callable[[], Awaitable[set[str]]],
    wanted: Callable[[int], set[str]],
) -> None:
    old_posts(site, 3, categories=(BELOW,), name="Feature")
    serve_terms(site, number_of(site))
    await backfill.fill(site.feed_url)
    site.fail(403, match=r"categories\?parent=")
    site.trash("interview-with-feature-2")
    assert (await backfill.refresh(site.feed_url)).withdrawn == 1
    assert await titles() == wanted(2)
