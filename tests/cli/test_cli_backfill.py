"""``python -m bot backfill`` from outside: exit codes, what it says, what it leaves behind."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.site import SampleSite
from tests.archive.olden import old_posts
from tests.process import Ended, run_verb
from tests.store.rows import asked


@pytest.fixture
async def site() -> AsyncIterator[SampleSite]:
    async with SampleSite() as site:
        old_posts(site, 25)
        old_posts(site, 3, categories=("News",), name="News about")
        yield site


def interviews(site: SampleSite) -> int:
    return sum("Interviews" in post.categories for post in site.posts)


async def rows(folder: Path) -> dict[str, int]:
    counts = {
        table: await asked(folder / "data", f"SELECT count(*) FROM {table}")  # noqa: S608
        for table in ("interviews", "deliveries", "archive_posts")
    }
    return {table: int(number) for table, ((number,),) in counts.items()}


async def backfill(folder: Path, site: SampleSite, *arguments: str) -> Ended:
    return await run_verb(
        folder,
        "backfill",
        "--rate",
        "0",
        *arguments,
        env={"FEED_URL": site.feed_url, "LOG_LEVEL": "warning"},
    )


async def test_wrong_usage_is_exit_code_2(tmp_path: Path) -> None:
    wrong = (
        ["--since", "last year"],
        ["--limit", "0"],
        ["--rate", "-1"],
        ["--rate", "0"],
    )
    feed = "https://magazine.example/category/interviews/feed/"
    ended = await asyncio.gather(
        *(run_verb(tmp_path, "backfill", *arguments, env={"FEED_URL": feed}) for arguments in wrong)
    )
    assert [one.code for one in ended] == [2, 2, 2, 2]
    assert all(f"'{args[0]}'" in one.err for args, one in zip(wrong[:3], ended, strict=False))
    assert ended[3].err == (
        f"0 is for sites on this machine only, and {feed} is another's: give a rate above 0, such "
        "as 1.\n"
    )


async def test_a_dry_run_then_all_of_it_and_nothing_the_second_time(
    tmp_path: Path, site: SampleSite
) -> None:
    total = interviews(site)
    dry = await backfill(tmp_path, site, "--dry-run")
    assert (dry.code, dry.out) == (0, f"{site.feed_url}: {total} posts by WordPress REST\n")
    assert set((await rows(tmp_path)).values()) == {0}

    first = await backfill(tmp_path, site)
    assert first.code == 0
    # The feed's own poll stored the ten that it shows.
    assert first.out.startswith(
        f"{site.feed_url}: complete by WordPress REST; {total - 10} stored, 0 updated, 0 withdrawn"
    )
    lines = [line for line in first.err.splitlines() if line.startswith("Archive: ")]
    assert re.fullmatch(rf"Archive: {total} of {total}, [\d.]+ a second, 0:00 left", lines[-1]), (
        first.err
    )
    found = await rows(tmp_path)
    assert found == {"interviews": total, "deliveries": 0, "archive_posts": total}

    second = await backfill(tmp_path, site)
    assert second.code == 0
    assert "0 stored, 0 updated, 0 withdrawn" in second.out
    assert await rows(tmp_path) == found


async def test_limit_and_since_end_early_and_say_so(tmp_path: Path, site: SampleSite) -> None:
    some = await backfill(tmp_path, site, "--limit", "14")
    assert some.code == 0
    assert "as far as asked for by WordPress REST" in some.out
    before = (await rows(tmp_path))["interviews"]
    assert 14 <= before < interviews(site)
    since = await backfill(tmp_path, site, "--since", "2015-01-11")
    assert since.code == 0
    # The first ten of the old posts are older than that.
    assert (await rows(tmp_path))["interviews"] == interviews(site) - 10


async def test_a_site_without_any_way_is_exit_code_1(tmp_path: Path, site: SampleSite) -> None:
    site.fail(404, match="^/(?!robots)")
    ended = await backfill(tmp_path, site)
    assert ended.code == 1
    assert ended.err.startswith(f"{site.feed_url}: The site offers no way to the archive of ")
    assert "Traceback" not in ended.err
