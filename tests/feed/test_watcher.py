"""The watcher over a real store and real feed bytes; the clock is moved by hand."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from bot.core.errors import FetchError, ParseError, StoreError
from bot.core.feed_state import FeedState, Validators
from bot.core.model import DeliveryState
from bot.feed.fetch import NO_VALIDATORS, Fetched, HttpGetter
from bot.feed.reading import SITE_READER
from bot.feed.watcher import Watcher
from bot.feed.writing import PollReport
from bot.store import Store, open_store
from bot.store.feeds import FeedRepository
from tests.clock import FakeClock
from tests.feeds import FakeSite, Item, rss
from tests.store.rows import add_subscription, deliveries_of
from tests.store.samples import database_url

FEED = "https://kc.example/feed/"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(folder: Path, clock: FakeClock) -> AsyncIterator[Store]:
    async with open_store(database_url(folder), clock) as store:
        yield store


@pytest.fixture
def site() -> FakeSite:
    return FakeSite([Item(number) for number in range(10, 0, -1)])


@pytest.fixture
def watcher(site: FakeSite, store: Store, clock: FakeClock) -> Watcher:
    return make_watcher(site, store, clock)


def make_watcher(
    site: HttpGetter, store: Store, clock: FakeClock, *feeds: str, **options: Any
) -> Watcher:
    return Watcher(
        site, store, clock, random.Random(3), feeds=feeds or (FEED,), interval=300, **options
    )


@asynccontextmanager
async def watching(watcher: Watcher) -> AsyncIterator[None]:
    task = asyncio.create_task(watcher.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def pending(store: Store) -> int:
    return (await store.outbox.counts())[DeliveryState.PENDING]


@pytest.fixture
def changes(store: Store) -> list[str]:
    """The statements that changed rows."""
    changes: list[str] = []

    def note(_: object, cursor: Any, statement: str, *rest: object) -> None:
        del rest
        if cursor.rowcount > 0 and not statement.startswith("SELECT"):
            changes.append(statement)

    sa.event.listen(store.database._writer.engine, "after_cursor_execute", note)
    return changes


# ---------------------------------------------------------------- one poll


async def test_the_first_poll_stores_all_and_announces_nothing(
    store: Store, watcher: Watcher
) -> None:
    await add_subscription(store, 1, 10, None, 1)
    report = await watcher.poll(FEED)
    assert (report.status, report.seeded_now, len(report.new_ids)) == (200, True, 10)
    assert await store.interviews.count() == 10
    assert sum((await store.outbox.counts()).values()) == 0
    assert (await store.feeds.state(FEED)).seeded


@pytest.mark.parametrize("conditional", [True, False])
async def test_an_empty_feed_seeds_too(
    store: Store, site: FakeSite, watcher: Watcher, conditional: bool
) -> None:
    await add_subscription(store, 1, 10, None, 1)
    site.conditional = conditional
    site.items.clear()
    assert (await watcher.poll(FEED)).seeded_now
    site.publish(Item(1))
    assert (await watcher.poll(FEED)).enqueued == 1


async def test_what_comes_later_is_enqueued_once_for_each_channel(
    store: Store, site: FakeSite, watcher: Watcher
) -> None:
    for channel in (10, 11, 12):
        await add_subscription(store, 1, channel, None, 1)
    await watcher.poll(FEED)
    site.publish(Item(11))
    site.publish(Item(12))
    report = await watcher.poll(FEED)
    assert (len(report.new_ids), report.enqueued, report.seeded_now) == (2, 6, False)
    older, newer = await store.interviews.get_many(report.new_ids)
    assert (older.interview.title, newer.interview.title) == ("Interview 11", "Interview 12")
    assert [row.state for row in await deliveries_of(store, older.id)] == [
        DeliveryState.PENDING
    ] * 3
    assert not (await watcher.poll(FEED)).changed
    assert await pending(store) == 6


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Another title"},
        {"body": "<p><b>Who?</b></p><p>Me.</p>"},
        {"url": "https://kc.example/a-new-slug/"},
        {"guid": "https://kc.example/?p=5"},
    ],
    ids=["title", "text", "slug", "guid"],
)
async def test_an_edit_is_stored_and_not_announced(
    store: Store, site: FakeSite, watcher: Watcher, changes: dict[str, str]
) -> None:
    await add_subscription(store, 1, 10, None, 1)
    await watcher.poll(FEED)
    site.edit(5, **changes)
    report = await watcher.poll(FEED)
    assert (report.new_ids, len(report.updated_ids), report.enqueued) == ((), 1, 0)
    (stored,) = await store.interviews.get_many(report.updated_ids)
    for name in changes.keys() & {"title", "url", "guid"}:
        assert getattr(stored.interview, name) == changes[name]
    assert await store.interviews.count() == 10
    assert await pending(store) == 0


async def test_shuffled_repeated_and_backdated_entries(
    store: Store, site: FakeSite, watcher: Watcher
) -> None:
    await add_subscription(store, 1, 10, None, 1)
    await watcher.poll(FEED)
    random.Random(5).shuffle(site.items)
    site.items.insert(4, site.items[0])
    assert not (await watcher.poll(FEED)).changed
    site.items.append(Item(99))
    assert (await watcher.poll(FEED)).enqueued == 1


async def test_a_304_writes_nothing(site: FakeSite, watcher: Watcher, changes: list[str]) -> None:
    await watcher.poll(FEED)
    before = len(changes)
    report = await watcher.poll(FEED)
    assert (report.status, report.written) == (304, False)
    assert len(changes) == before
    site.publish(Item(11))
    await watcher.poll(FEED)
    assert len(changes) > before


async def test_the_same_content_again_writes_nothing(
    site: FakeSite, watcher: Watcher, changes: list[str]
) -> None:
    site.conditional = False
    await watcher.poll(FEED)
    before = len(changes)
    report = await watcher.poll(FEED)
    assert (report.status, report.written, report.changed) == (200, False, False)
    assert len(changes) == before


async def test_new_validators_of_old_content_are_kept(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    await watcher.poll(FEED)
    changed_at = (await store.feeds.state(FEED)).changed_at
    site.ttl = 1
    await clock.advance(60)
    report = await watcher.poll(FEED)
    assert (report.status, report.written, report.changed) == (200, True, False)
    assert (await store.feeds.state(FEED)).changed_at == changed_at
    assert (await watcher.poll(FEED)).status == 304


async def test_validators_outlive_a_restart(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    await watcher.poll(FEED)
    assert (await make_watcher(site, store, clock).poll(FEED)).status == 304


async def test_a_poll_is_written_whole_or_not_at_all(
    store: Store, site: FakeSite, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_subscription(store, 1, 10, None, 1)
    await watcher.poll(FEED)
    before = await store.feeds.state(FEED)
    site.publish(Item(11))

    async def full(self: object, state: FeedState) -> None:
        raise StoreError("store.full", path="kcrush.db")

    with monkeypatch.context() as patch:
        patch.setattr(FeedRepository, "save", full)
        patch.setattr(type(store.feeds), "save", full)
        with pytest.raises(StoreError):
            await watcher.poll(FEED)
    assert (await store.interviews.count(), await pending(store)) == (10, 0)
    assert await store.feeds.state(FEED) == before
    assert (await watcher.poll(FEED)).enqueued == 1


async def test_a_database_that_failed_for_long_makes_the_feed_wait_no_longer_than_usual(
    store: Store,
    site: FakeSite,
    watcher: Watcher,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away(self: object, url: str) -> FeedState:
        raise StoreError("store.unreachable", path="kcrush", problem="away")

    with monkeypatch.context() as patch:
        patch.setattr(FeedRepository, "state", away)
        async with watching(watcher):
            for _ in range(8):
                (delay,) = await clock.asleep()
                assert delay <= 300
                await clock.advance(delay)
            patch.undo()
            (delay,) = await clock.asleep()
            await clock.advance(delay)
            await clock.asleep_for(300)
    assert await store.interviews.count() == 10


@pytest.mark.parametrize("body", [b"", b"<!doctype html><title>Down</title>", b"\0\xff" * 99])
async def test_what_is_no_feed_changes_nothing(
    store: Store, site: FakeSite, watcher: Watcher, body: bytes
) -> None:
    await watcher.poll(FEED)
    before = await store.feeds.state(FEED)
    site.plan = [body]
    with pytest.raises(ParseError):
        await watcher.poll(FEED)
    assert await store.feeds.state(FEED) == before
    assert (await watcher.poll(FEED)).status == 304


async def test_a_failed_first_poll_does_not_seed(
    store: Store, site: FakeSite, watcher: Watcher
) -> None:
    site.plan = [b"<!doctype html><title>Down</title>"]
    with pytest.raises(ParseError):
        await watcher.poll(FEED)
    assert await store.feeds.state(FEED) == FeedState(FEED)
    assert (await watcher.poll(FEED)).seeded_now


async def test_two_processes_that_poll_at_once_announce_once(
    store: Store, site: FakeSite, clock: FakeClock, folder: Path
) -> None:
    await add_subscription(store, 1, 10, None, 1)
    await make_watcher(site, store, clock).poll(FEED)
    site.publish(Item(11))
    async with open_store(database_url(folder), clock) as other:
        reports = await asyncio.gather(
            make_watcher(site, store, clock).poll(FEED), make_watcher(site, other, clock).poll(FEED)
        )
    assert sorted(report.enqueued for report in reports) == [0, 1]
    assert await pending(store) == 1


async def test_an_interview_in_two_feeds_is_announced_once(
    store: Store, site: FakeSite, clock: FakeClock
) -> None:
    await add_subscription(store, 1, 10, None, 1)
    other = "https://kc.example/tag/interview/feed/"
    watcher = make_watcher(site, store, clock, FEED, other)
    await watcher.poll(FEED)
    report = await watcher.poll(other)
    assert (report.seeded_now, report.new_ids) == (True, ())
    site.publish(Item(11))
    assert [(await watcher.poll(url)).enqueued for url in (FEED, other)] == [1, 0]


async def test_who_listens_hears_of_changes_alone_and_may_fail(
    store: Store, site: FakeSite, watcher: Watcher
) -> None:
    heard: list[PollReport] = []
    watcher.on_commit = heard.append
    first = await watcher.poll(FEED)
    await watcher.poll(FEED)
    site.publish(Item(11))

    def fail(report: PollReport) -> None:
        heard.append(report)
        raise RuntimeError("deaf")

    watcher.on_commit = fail
    with capture_logs() as logs:
        second = await watcher.poll(FEED)
    assert heard == [first, second]
    assert [log["event"] for log in logs] == ["feed.listener-failed"]


async def test_each_poll_has_a_result(site: FakeSite, store: Store, clock: FakeClock) -> None:
    results: list[str] = []
    watcher = make_watcher(site, store, clock)
    watcher.on_result = results.append
    await watcher.poll(FEED)
    await watcher.poll(FEED)
    site.conditional = False
    await watcher.poll(FEED)
    site.edit(10, title="Another title")
    await watcher.poll(FEED)
    site.plan.append(FetchError("fetch.unreachable", problem="x"))
    with pytest.raises(FetchError):
        await watcher.poll(FEED)
    assert results == ["new", "not_modified", "unchanged", "changed", "failed"]


# ---------------------------------------------------------------- for ever


async def next_delay(clock: FakeClock, sleepers: int = 1) -> float:
    return (await clock.asleep(sleepers))[0]


async def test_it_polls_at_once_and_then_at_the_interval(
    site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    async with watching(watcher):
        assert await next_delay(clock) == 300
        assert len(site.polls) == 1
        await clock.advance(300)
        assert await next_delay(clock) == 300
        assert len(site.polls) == 2
    (health,) = watcher.health()
    assert (health.failures, health.last_error) == (0, None)
    assert health.succeeded_at == clock.now()
    assert health.next_poll_at == clock.now() + timedelta(seconds=300)


@pytest.mark.parametrize(
    ("extras", "ttl", "delay"),
    [
        ({"max_age": 900.0}, None, 900),
        ({"max_age": 1e6}, None, 3600),
        ({"retry_after": 7000.0}, None, 7000),
        ({}, 30, 1800),
        ({}, 9999, 3600),
    ],
)
async def test_it_leaves_the_site_alone_for_as_long_as_it_asks(
    site: FakeSite,
    watcher: Watcher,
    clock: FakeClock,
    extras: dict[str, float],
    ttl: int | None,
    delay: int,
) -> None:
    site.extras, site.ttl = extras, ttl
    async with watching(watcher):
        assert await next_delay(clock) == delay
        await clock.advance(delay)
        assert await next_delay(clock) == delay
    assert len(site.polls) == 2


async def test_it_backs_off_from_failures_and_recovers_for_ever(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    await add_subscription(store, 1, 10, None, 1)
    await watcher.poll(FEED)
    site.plan = [FetchError("fetch.failing", status=500) for _ in range(200)]
    delays = []
    with capture_logs() as logs:
        async with watching(watcher):
            for _ in range(200):
                delays.append(await next_delay(clock))
                (health,) = watcher.health()
                assert health.failures == len(delays)
                await clock.advance(delays[-1])
            site.publish(Item(11))
            assert await next_delay(clock) == 300
            await clock.advance(300)
            await clock.asleep()
    assert delays[0] <= 60
    assert min(delays[10:]) >= 1800
    assert max(delays) <= 3600
    assert len(set(delays)) == 200
    assert await pending(store) == 1
    assert watcher.health()[0].failures == 0
    assert [log["event"] for log in logs].count("feed.failed") == 200


async def test_a_failure_honours_retry_after(
    site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    site.plan = [FetchError("fetch.busy", retry_after=600, status=503)]
    async with watching(watcher):
        assert await next_delay(clock) == 600
        await clock.advance(600)
        assert await next_delay(clock) == 300


async def test_an_unexpected_exception_is_logged_with_its_traceback_and_survived(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    site.plan = [ZeroDivisionError("a bug")]
    with capture_logs() as logs:
        async with watching(watcher):
            delay = await next_delay(clock)
            assert delay <= 60
            await clock.advance(delay)
            await next_delay(clock)
    (log,) = [log for log in logs if log["event"] == "feed.crashed"]
    assert log["exc_info"] is True
    assert await store.interviews.count() == 10


async def test_a_feed_that_fails_does_not_hold_up_another(
    store: Store, site: FakeSite, clock: FakeClock
) -> None:
    class TwoSites:
        async def get(
            self, url: str, validators: Validators = NO_VALIDATORS, *, trusted: bool = True
        ) -> Fetched:
            if url != FEED:
                raise FetchError("fetch.no-host", host="gone.example")
            return await site.get(url, validators)

    watcher = make_watcher(TwoSites(), store, clock, "https://gone.example/feed/", FEED)
    async with watching(watcher):
        delays = await clock.asleep(2)
        assert delays[0] <= 60
        assert delays[1] == 300
    gone, there = watcher.health()
    assert isinstance(gone.last_error, FetchError)
    assert (gone.failures, gone.last_error.key) == (1, "fetch.no-host")
    assert (there.failures, await store.interviews.count()) == (0, 10)


async def test_a_hint_leads_to_a_poll_at_once_but_not_to_a_storm(
    site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    async with watching(watcher):
        await next_delay(clock)
        watcher.look_now()
        await site.polled(2)
        await clock.asleep_for(60)
        for polls in range(3, 6):
            for _ in range(50):
                watcher.look_now()
            await clock.asleep_for(10)
            assert len(site.polls) == polls - 1
            await clock.advance(10)
            await clock.asleep_for(60)
            assert len(site.polls) == polls


async def test_a_hint_after_a_while_is_followed_at_once(
    site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    async with watching(watcher):
        await next_delay(clock)
        await clock.advance(100)
        watcher.look_now(FEED)
        await site.polled(2)


async def test_a_hint_for_another_feed_is_not_ours(
    site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    async with watching(watcher):
        await next_delay(clock)
        watcher.look_now("https://elsewhere.example/feed/")
        await clock.advance(299)
        assert len(site.polls) == 1


async def test_a_hint_during_a_poll_leads_to_another(
    store: Store, site: FakeSite, clock: FakeClock
) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    class Slow:
        async def get(
            self, url: str, validators: Validators = NO_VALIDATORS, *, trusted: bool = True
        ) -> Fetched:
            began.set()
            await go_on.wait()
            return await site.get(url, validators)

    watcher = make_watcher(Slow(), store, clock)
    async with watching(watcher):
        async with asyncio.timeout(5):
            await began.wait()
        watcher.look_now()
        go_on.set()
        await site.polled(2)
        await clock.asleep_for(60)
    assert len(site.polls) == 2


async def test_a_hint_does_not_overrule_the_site_that_asked_to_be_left_alone(
    site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    site.plan.append(FetchError("fetch.busy", retry_after=120, status=429))
    async with watching(watcher):
        await next_delay(clock)
        watcher.look_now()
        await clock.asleep_for(120)
        await clock.advance(119)
        assert len(site.polls) == 1
        await clock.advance(1)
        await site.polled(2)


@pytest.mark.parametrize(("ttl", "minutes"), [(None, 15), (30, 90)])
async def test_a_feed_counts_as_read_for_three_intervals_of_its_own(
    site: FakeSite, watcher: Watcher, clock: FakeClock, ttl: int | None, minutes: int
) -> None:
    """A site that asks to be left alone for longer is no failure, and a failure keeps nothing
    fresh."""
    site.ttl, interval = ttl, 300 if ttl is None else 1800
    async with watching(watcher):
        await clock.asleep_for(interval)
        until = clock.now() + timedelta(minutes=minutes)
        assert watcher.health()[0].fresh_until == until
        site.plan.append(FetchError("fetch.unreachable", problem="x"))
        await clock.advance(interval)
        await clock.asleep()
    assert len(site.polls) == 2
    assert watcher.health()[0].failures == 1
    assert watcher.health()[0].fresh_until == until


# ---------------------------------------------------------------- a second look after a hint


async def test_what_a_cache_did_not_show_at_the_ping_is_found_a_minute_later(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    await add_subscription(store, 1, 10, None, 1)
    async with watching(watcher):
        await next_delay(clock)
        watcher.look_now()
        await site.polled(2)
        await clock.asleep_for(60)
        assert watcher.health()[0].next_poll_at == clock.now() + timedelta(seconds=60)
        site.publish(Item(11))
        await clock.advance(59)
        assert (len(site.polls), await pending(store)) == (2, 0)
        await clock.advance(1)
        await clock.asleep_for(300)
        assert (len(site.polls), await pending(store)) == (3, 1)


async def test_a_second_look_is_not_followed_by_a_third(
    site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    async with watching(watcher):
        await next_delay(clock)
        watcher.look_now()
        await clock.asleep_for(60)
        await clock.advance(60)
        await clock.asleep_for(300)
    assert len(site.polls) == 3


async def test_a_hint_that_brought_something_needs_no_second_look(
    site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    async with watching(watcher):
        await next_delay(clock)
        await clock.advance(1)
        site.publish(Item(11))
        watcher.look_now()
        await site.polled(2)
        await clock.asleep_for(300)


async def test_an_edit_is_not_what_a_hint_was_for(
    site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    async with watching(watcher):
        await next_delay(clock)
        site.edit(5, title="Another title")
        watcher.look_now()
        await clock.asleep_for(60)


async def test_the_timetable_may_come_before_the_second_look_and_is_it(
    site: FakeSite, store: Store, clock: FakeClock
) -> None:
    watcher = Watcher(site, store, clock, random.Random(3), feeds=[FEED], interval=30)
    async with watching(watcher):
        await clock.asleep_for(30)
        watcher.look_now()
        await site.polled(2)
        for polls in range(3, 6):
            await clock.asleep_for(30)
            await clock.advance(30)
            await site.polled(polls)
    assert len(site.polls) == 5


async def test_a_hint_soon_after_a_second_look_waits_its_turn(
    site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    async with watching(watcher):
        await next_delay(clock)
        watcher.look_now()
        await clock.asleep_for(60)
        await clock.advance(60)
        await clock.asleep_for(300)
        await clock.advance(3)
        watcher.look_now()
        await clock.asleep_for(7)
        assert len(site.polls) == 3
        await clock.advance(7)
        await clock.asleep_for(60)
        # What was "not modified" after the hint was asked again without conditions.
        assert [validators for _, validators in site.polls[3:]][1:] == [Validators()]


@pytest.mark.parametrize(("asked_for", "delay"), [(None, 60), (5, 60), (1000, 1000)])
async def test_a_second_look_leaves_the_site_alone_for_as_long_as_it_asks(
    site: FakeSite, watcher: Watcher, clock: FakeClock, asked_for: int | None, delay: int
) -> None:
    site.extras = {"max_age": 3000.0}
    async with watching(watcher):
        await clock.asleep_for(3000)
        if asked_for is None:
            watcher.look_now()
        else:
            site.extras = {"retry_after": float(asked_for)}
            watcher.look_now()
        await site.polled(2)
        await clock.asleep_for(delay)


async def test_a_failed_look_after_a_hint_is_repeated_no_later_than_a_minute_on(
    site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    site.plan = [FetchError("fetch.failing", status=500) for _ in range(12)]
    async with watching(watcher):
        for _ in range(10):
            delay = await next_delay(clock)
            await clock.advance(delay)
        assert await next_delay(clock) > 600
        watcher.look_now()
        await site.polled(12)
        await clock.asleep_for(60)


async def test_parsing_happens_in_a_process_of_its_own(watcher: Watcher) -> None:
    SITE_READER.close()
    assert SITE_READER.pid is None
    await watcher.poll(FEED)
    assert SITE_READER.pid not in (None, os.getpid())


class Stubborn(FakeSite):
    """A site whose validators never change, and that answers "not modified" to them for ever."""

    async def get(
        self, url: str, validators: Validators = NO_VALIDATORS, *, trusted: bool = True
    ) -> Fetched:
        self.polls.append((url, validators))
        tag = Validators('"same"', None)
        if validators == tag:
            return Fetched(304, url, b"", None, tag)
        return Fetched(200, url, rss(self.items), "application/rss+xml", tag)


async def test_a_site_that_says_not_modified_for_ever_is_read_once_a_day(
    store: Store, clock: FakeClock
) -> None:
    site = Stubborn([Item(1)])
    watcher = make_watcher(site, store, clock)
    await watcher.poll(FEED)
    site.publish(Item(2))
    await clock.advance(23 * 3600)
    assert (await watcher.poll(FEED)).status == 304
    await clock.advance(2 * 3600)
    assert len((await watcher.poll(FEED)).new_ids) == 1
    assert (await watcher.poll(FEED)).status == 304


async def test_a_site_that_says_not_modified_for_ever_is_read_after_a_ping(
    store: Store, clock: FakeClock
) -> None:
    site = Stubborn([Item(1)])
    watcher = make_watcher(site, store, clock)
    async with watching(watcher):
        await clock.asleep_for(300)
        await clock.advance(100)
        site.publish(Item(2))
        watcher.look_now()
        await clock.asleep_for(300)
        assert await store.interviews.count() == 2


class Moving(FakeSite):
    """A site that moves to another address, and closes the old one later."""

    new = "https://new.kc.example/feed/"
    state = "old"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.trust: list[tuple[str, bool]] = []

    async def get(
        self, url: str, validators: Validators = NO_VALIDATORS, *, trusted: bool = True
    ) -> Fetched:
        self.trust.append((url, trusted))
        if (url == FEED and self.state == "closed") or (url == self.new and self.state == "back"):
            raise FetchError("fetch.missing", status=410)
        moved_to = self.new if url == FEED and self.state == "redirects" else None
        return Fetched(200, self.new if moved_to else url, rss(self.items), None, Validators(),
                       moved_to=moved_to)  # fmt: skip


async def test_an_address_to_which_a_feed_moved_is_remembered(
    store: Store, clock: FakeClock
) -> None:
    site = Moving([Item(1)])
    site.state = "redirects"
    with capture_logs() as logs:
        await make_watcher(site, store, clock).poll(FEED)
    assert [line["to"] for line in logs if line["event"] == "feed.moved"] == [site.new]
    site.state = "closed"
    site.publish(Item(2))
    # Also after a restart; what the site chose is not trusted as what the operator chose.
    report = await make_watcher(site, store, clock).poll(FEED)
    assert len(report.new_ids) == 1
    assert site.trust[-1] == (site.new, False)
    site.state = "back"
    site.publish(Item(3))
    assert len((await make_watcher(site, store, clock).poll(FEED)).new_ids) == 1
    assert site.trust[-1] == (FEED, True)


async def test_a_redirect_to_what_is_no_feed_is_not_remembered(
    store: Store, clock: FakeClock
) -> None:
    site = Moving([Item(1)])
    await make_watcher(site, store, clock).poll(FEED)

    class Portal(Moving):
        async def get(
            self, url: str, validators: Validators = NO_VALIDATORS, *, trusted: bool = True
        ) -> Fetched:
            body = b"<!doctype html><title>Log in</title>"
            portal = "https://portal.example/"
            return Fetched(200, portal, body, "text/html", Validators(), moved_to=portal)

    with pytest.raises(ParseError):
        await make_watcher(Portal(), store, clock).poll(FEED)
    assert (await store.feeds.state(FEED)).moved_to is None
