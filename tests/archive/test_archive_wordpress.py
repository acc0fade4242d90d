"""The archive of a real WordPress, where ``WORDPRESS_URL`` names one."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.archive.service import Backfill
from bot.core.clock import SystemClock
from bot.core.errors import FetchError
from bot.core.feed_state import Validators
from bot.core.model import DeliveryState
from bot.feed.fetch import NO_VALIDATORS, Fetched, Fetcher
from bot.feed.watcher import Watcher
from bot.search import SearchIndex
from bot.store import Store
from tests.archive.seeded import HEADING, letters, needs_database, seeded, slug_of, tally
from tests.store.rows import stored_interview
from tests.wordpress import FEED, needs_scripts, needs_wordpress, script

pytestmark = needs_wordpress

SEEDED, OTHERS = 74, 13
"""Interviews, and posts that are none or not public: ten of news, three hidden."""

EXACT = 73
"""Interviews at least whose turns must be exactly those that were written."""

OLD = "2016-05-01 12:00:00"
CLOSED = {
    "rest": (),
    "paged": ("/wp-json",),
    "listing": ("/wp-json", "/feed/"),
}


class Closing:
    """A fetcher to which addresses with these parts are not there."""

    def __init__(self, fetcher: Fetcher, parts: Sequence[str]) -> None:
        self._fetcher = fetcher
        self._parts = parts

    async def get(
        self, url: str, validators: Validators = NO_VALIDATORS, *, trusted: bool = True
    ) -> Fetched:
        if any(part in url for part in self._parts):
            raise FetchError("fetch.missing", status=404)
        return await self._fetcher.get(url, validators, trusted=trusted)


@pytest.fixture
def make(store: Store, fetcher: Fetcher) -> Callable[[str], Backfill]:
    def make(way: str) -> Backfill:
        closing = Closing(fetcher, CLOSED[way])
        rng, clock = random.Random(1), SystemClock()
        watcher = Watcher(closing, store, clock, rng, feeds=[FEED], interval=300)
        return Backfill(
            closing,
            store,
            clock,
            rng,
            feeds=[FEED],
            agent="kcrush-bot",
            rate=0,
            poll=watcher.poll,
        )

    return make


@needs_database
@pytest.mark.parametrize("way", CLOSED)
async def test_every_seeded_interview_as_written_and_no_other_post(
    way: str,
    make: Callable[[str], Backfill],
    store: Store,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wanted, others = seeded()
    assert (len(wanted), len(others)) == (SEEDED, OTHERS)
    report = await make(way).fill(FEED)
    assert (report.strategy, report.finished) == (way, True)
    assert (await store.outbox.counts())[DeliveryState.PENDING] == 0

    rows = await store.interviews.get_many([one.id for one in await store.interviews.latest(1000)])
    stored = [row.interview for row in rows]
    assert not {slug_of(one) for one in stored} & {post.slug for post in others}
    assert not {letters(one.title) for one in stored} & {letters(post.title) for post in others}

    # Other tests may publish and delete beside this one.
    ours = [one for one in stored if slug_of(one) in wanted]
    assert {slug_of(one) for one in ours} == set(wanted)
    assert len(ours) == SEEDED
    told = tally(way, ours, wanted)
    with capsys.disabled():
        print("", HEADING, told.row(), *told.wrong, sep="\n")  # noqa: T201
    assert told.turns >= EXACT
    assert (told.speakers, told.kept) == (told.labelled, SEEDED)
    assert told.labelled > 0
    # Nor is a speaker told where nobody is labelled.
    assert len(told.wrong) <= SEEDED - EXACT


@needs_scripts
@pytest.mark.parametrize("way", ["rest", "listing"])
async def test_what_happens_to_a_post_shows_in_store_and_search(
    way: str, make: Callable[[str], Backfill], store: Store, tmp_path: Path
) -> None:
    post = await script("post.sh", "Interview with Quillfeather", "--date", OLD)
    number = str(post["id"])
    index = SearchIndex.open(tmp_path / "index")
    backfill = make(way)
    try:
        await backfill.fill(FEED)
        (one,) = [s for s in await store.interviews.latest(1000) if "Quillfeather" in s.title]
        await script("edit.sh", number, "--title", "Interview with Brindlewing")
        assert (await backfill.refresh(FEED)).updated == 1
        assert (await stored_interview(store, one.id)).interview.title.endswith("Brindlewing")
        await script("edit.sh", number, "--slug", f"brindlewing-{number}")
        await backfill.refresh(FEED)
        assert f"brindlewing-{number}" in (await stored_interview(store, one.id)).interview.url
        await index.sync(store)
        hits = (await index.search("Brindlewing")).hits
        assert one.id in {hit.interview_id for hit in hits}
        await script("trash.sh", number)
        assert (await backfill.refresh(FEED)).withdrawn == 1
        await index.sync(store)
        found = (await index.search("Brindlewing Quillfeather", limit=100)).hits
        assert one.id not in {hit.interview_id for hit in found}
        await script("trash.sh", number, "--restore")
        await backfill.refresh(FEED)
        assert (await stored_interview(store, one.id)).withdrawn_at is None
    finally:
        await script("trash.sh", number, "--delete")
        index.close()
    await backfill.refresh(FEED)
    assert (await stored_interview(store, one.id)).withdrawn_at is not None
