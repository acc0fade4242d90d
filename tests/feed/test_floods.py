"""What looks new and is not: a relaunch, a changed FEED_URL; and what an outage kept back."""

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.errors import FetchError
from bot.core.model import Conclusion, DeliveryState, Interview
from bot.feed.likeness import candidates
from bot.feed.watcher import Watcher
from bot.store import Store, open_store
from tests.clock import START, FakeClock
from tests.feeds import FakeSite, Item
from tests.store.rows import add_subscription, deliveries_of
from tests.store.samples import database_url

FEED = "https://kc.example/feed/"
DAY = timedelta(days=1)
SENT = Conclusion(DeliveryState.SENT, message_id=1, channel_id=10)
BODY = "<p><strong>How did interview {0} begin?</strong></p><p>With {0} cups of tea.</p>"


def item(number: int, **fields: Any) -> Item:
    """The interview of a day; that of day 100 came out at the clock's start."""
    usual = Item(number, date=START + (number - 100) * DAY, body=BODY.format(number))
    return replace(usual, **fields)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(folder: Path, clock: FakeClock) -> AsyncIterator[Store]:
    async with open_store(database_url(folder), clock) as store:
        await add_subscription(store, 1, 10, None, 1)
        yield store


@pytest.fixture
def site() -> FakeSite:
    return FakeSite([item(number) for number in range(100, 90, -1)])


@pytest.fixture
def watch(site: FakeSite, store: Store, clock: FakeClock) -> Callable[..., Watcher]:
    def make(*feeds: str, **options: Any) -> Watcher:
        rng = random.Random(3)
        return Watcher(site, store, clock, rng, feeds=feeds or (FEED,), interval=300, **options)

    return make


@pytest.fixture
def watcher(watch: Callable[..., Watcher]) -> Watcher:
    return watch()


def relaunched(one: Item, **changes: Any) -> Item:
    """The interview after a relaunch: another GUID, another address."""
    moved = replace(one, guid=f"new-{one.number}", url=f"https://kc.example/talks/{one.number}")
    return replace(moved, **changes)


async def announced(store: Store) -> list[str]:
    """The titles that are to be sent, in that order; they count as sent then."""
    later = START + 900 * DAY
    titles = []
    while rows := await store.outbox.lease_due(later, later + DAY, 100):
        titles += [row.interview.interview.title for row in rows]
        for row in rows:
            await store.outbox.settle(row.delivery, SENT, later)
    return titles


# ---------------------------------------------------------------- a relaunch


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"date": START + DAY},
        {"title": "interview  “{0}”"},
        {"body": "<p>Shortened.</p>"},
    ],
    ids=["new GUID and link", "dated anew", "titles set anew", "excerpts only"],
)
async def test_a_relaunch_announces_nothing_and_keeps_links_right(
    store: Store,
    site: FakeSite,
    watcher: Watcher,
    clock: FakeClock,
    change: dict[str, datetime | str],
) -> None:
    site.items = [item(number, title=f'Interview "{number}"') for number in range(100, 90, -1)]
    await watcher.poll(FEED)
    await clock.advance(86_400)
    fields = {name: value for name, value in change.items() if name != "title"}
    site.items = [relaunched(one, **fields) for one in site.items]
    if "title" in change:
        site.items = [
            replace(one, title=str(change["title"]).format(one.number)) for one in site.items
        ]
    report = await watcher.poll(FEED)
    assert (report.new_ids, len(report.updated_ids), report.enqueued) == ((), 10, 0)
    assert await store.interviews.count() == 10
    latest = await store.interviews.latest(10)
    assert {one.url for one in latest} == {f"https://kc.example/talks/{-n}" for n in range(10)} | {
        "https://kc.example/talks/0"
    } or all("/talks/" in one.url for one in latest)
    assert not (await watcher.poll(FEED)).changed


async def test_an_interview_that_comes_with_a_relaunch_is_announced(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    await watcher.poll(FEED)
    await clock.advance(86_400)
    site.items = [relaunched(one) for one in [item(101), *site.items]]
    report = await watcher.poll(FEED)
    assert (len(report.new_ids), len(report.updated_ids), report.enqueued) == (1, 10, 1)
    assert await announced(store) == ["Interview 101"]


async def test_a_title_and_link_that_were_edited_together_are_not_another_interview(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    """As where the GUID is made from a link that is made from the title."""
    long = "<p><b>What is new?</b></p><p>" + "All of this and that, at length. " * 20 + "</p>"
    site.publish(item(101, body=long))
    await watcher.poll(FEED)
    site.edit(101, title="A better title", guid="a-better-title", url="https://kc.example/better/")
    report = await watcher.poll(FEED)
    assert (report.new_ids, len(report.updated_ids), report.enqueued) == ((), 1, 0)


async def test_two_interviews_under_one_title_are_two(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    site.publish(item(101, title="Interview of the week"))
    await watcher.poll(FEED)
    await clock.advance(86_400)
    site.publish(item(102, title="Interview of the week"))
    report = await watcher.poll(FEED)
    assert (len(report.new_ids), report.enqueued) == (1, 1)


async def test_more_at_once_than_ever_in_a_day_is_stored_and_the_operator_told(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    await watcher.poll(FEED)
    await clock.advance(86_400)
    site.items = [
        relaunched(
            one, title=f"{one.number}: a talk", body="<p>Read it.</p>", date=one.date - DAY / 2
        )
        for one in site.items
    ]
    with capture_logs() as logs:
        report = await watcher.poll(FEED)
    assert (len(report.new_ids), report.enqueued) == (10, 0)
    assert await announced(store) == []
    (told,) = [log for log in logs if log["event"] == "feed.withheld"]
    assert told["log_level"] == "warning"
    ids = " ".join(map(str, sorted(report.new_ids)))
    assert told["mend"].endswith(f"python -m bot announce {ids}")
    assert not (await watcher.poll(FEED)).changed


async def test_what_was_withheld_is_announced_once_when_the_operator_says_so(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    await watcher.poll(FEED)
    await clock.advance(86_400)
    site.items = [item(number, date=START - 400 * DAY) for number in range(230, 220, -1)]
    report = await watcher.poll(FEED)
    assert (len(report.new_ids), report.enqueued) == (10, 0)
    assert await store.backlog.withheld(clock.now()) == sorted(report.new_ids)
    assert await store.backlog.announce(report.new_ids[:2], clock.now()) == [11, 12]
    assert await store.backlog.announce(report.new_ids[:2], clock.now()) == []
    assert len(await announced(store)) == 2
    assert await store.backlog.announce(report.new_ids[:2], clock.now()) == []
    assert await announced(store) == []
    assert await store.backlog.withheld(clock.now()) == sorted(report.new_ids[2:])
    (row,) = await deliveries_of(store, report.new_ids[5])
    assert (row.state, row.reason) == (DeliveryState.SUPERSEDED, "withheld")


async def test_a_second_entry_of_what_is_in_the_feed_is_withheld(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    await watcher.poll(FEED)
    site.publish(relaunched(site.items[3], date=START + DAY))
    report = await watcher.poll(FEED)
    assert (len(report.new_ids), report.enqueued) == (1, 0)
    assert await store.backlog.withheld(clock.now()) == list(report.withheld_ids)
    assert not (await watcher.poll(FEED)).changed


async def test_only_what_was_withheld_can_be_announced_after_all(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    first = await watcher.poll(FEED)
    assert await store.backlog.announce(first.new_ids, clock.now()) == []
    assert await announced(store) == []


async def test_so_many_between_two_polls_are_withheld_however_new_they_look(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    await watcher.poll(FEED)
    await clock.advance(86_400)
    await watcher.poll(FEED)
    site.items = [item(number, date=START + DAY) for number in range(110, 100, -1)]
    report = await watcher.poll(FEED)
    assert (len(report.new_ids), report.enqueued) == (10, 0)


async def test_what_gathered_in_a_cache_for_a_week_is_announced(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    await watcher.poll(FEED)
    await clock.advance(8 * 86_400)
    assert not (await watcher.poll(FEED)).changed
    site.items = [item(number) for number in range(107, 97, -1)]
    assert (await watcher.poll(FEED)).enqueued == 7


# ---------------------------------------------------------------- an outage


@pytest.mark.parametrize("how", ["a restart", "the site"])
async def test_all_that_was_published_on_the_last_day_of_an_outage_is_announced(
    store: Store, site: FakeSite, watch: Callable[..., Watcher], clock: FakeClock, how: str
) -> None:
    watcher = watch()
    await watcher.poll(FEED)
    await clock.advance(8 * 86_400)
    if how == "the site":
        site.plan = [FetchError("fetch.failing", status=500)]
        with pytest.raises(FetchError):
            await watcher.poll(FEED)
    else:
        watcher = watch()
    site.items = [item(number, date=START + 7 * DAY) for number in range(108, 98, -1)]
    report = await watcher.poll(FEED)
    assert report.enqueued == 8


async def test_a_relaunch_during_an_outage_is_known_by_its_titles(
    store: Store, site: FakeSite, watch: Callable[..., Watcher], clock: FakeClock
) -> None:
    await watch().poll(FEED)
    await clock.advance(8 * 86_400)
    site.items = [
        relaunched(one, body=f"Talk {one.number}, told anew.", date=START + 7 * DAY)
        for one in site.items
    ]
    report = await watch().poll(FEED)
    assert (len(report.new_ids), report.enqueued) == (10, 0)


async def test_a_week_of_interviews_after_an_outage_is_announced(
    store: Store, site: FakeSite, watcher: Watcher, clock: FakeClock
) -> None:
    await watcher.poll(FEED)
    await clock.advance(8 * 86_400)
    site.items = [item(number) for number in range(107, 97, -1)]
    report = await watcher.poll(FEED)
    assert (len(report.new_ids), report.enqueued) == (7, 7)
    assert await announced(store) == [f"Interview {number}" for number in range(101, 108)]


def paged(
    items: list[Item], asked: list[tuple[str, datetime]]
) -> Callable[[str, datetime], AsyncIterator[list[Interview]]]:
    """Further pages of a feed of ten an entry."""

    async def pages(url: str, since: datetime) -> AsyncIterator[list[Interview]]:
        asked.append((url, since))
        for start in range(10, len(items), 10):
            yield [one.interview() for one in items[start : start + 10]]

    return pages


async def test_what_scrolled_out_during_an_outage_is_fetched_and_announced(
    store: Store, site: FakeSite, watch: Callable[..., Watcher], clock: FakeClock
) -> None:
    everything = [item(number) for number in range(112, 90, -1)]
    asked: list[tuple[str, datetime]] = []
    watcher = watch(older=paged(everything, asked))
    await watcher.poll(FEED)
    assert asked == []
    await clock.advance(13 * 86_400)
    site.items = everything[:10]
    report = await watcher.poll(FEED)
    assert len(asked) == 1
    assert (len(report.new_ids), report.enqueued) == (12, 12)
    assert await announced(store) == [f"Interview {number}" for number in range(101, 113)]
    assert not (await watcher.poll(FEED)).changed
    assert len(asked) == 1


async def test_of_much_that_scrolled_out_the_newest_are_announced(
    store: Store, site: FakeSite, watch: Callable[..., Watcher], clock: FakeClock
) -> None:
    everything = [item(number) for number in range(130, 90, -1)]
    watcher = watch(older=paged(everything, []))
    await watcher.poll(FEED)
    await clock.advance(31 * 86_400)
    site.items = everything[:10]
    report = await watcher.poll(FEED)
    assert len(report.new_ids) == 30
    assert await announced(store) == [f"Interview {number}" for number in range(118, 131)]
    (oldest,) = await deliveries_of(store, report.new_ids[17])
    assert oldest.missed == 17
    assert {(await deliveries_of(store, id_))[0].reason for id_ in report.new_ids[:17]} == {
        "caught-up"
    }


async def test_a_site_that_fails_amid_its_pages_is_asked_again_and_then_let_be(
    store: Store, site: FakeSite, watch: Callable[..., Watcher], clock: FakeClock
) -> None:
    failures = []

    async def pages(url: str, since: datetime) -> AsyncIterator[list[Interview]]:
        failures.append(url)
        if failures:
            raise FetchError("fetch.failing", status=500)
        yield []

    watcher = watch(older=pages)
    await watcher.poll(FEED)
    await clock.advance(13 * 86_400)
    site.items = [item(number) for number in range(112, 102, -1)]
    for _ in range(3):
        with pytest.raises(FetchError):
            await watcher.poll(FEED)
    assert await announced(store) == []
    report = await watcher.poll(FEED)
    assert len(failures) == 4
    assert report.enqueued == 10


# ---------------------------------------------------------------- another FEED_URL

OTHER = "https://kc.example/category/interviews/feed/"


async def test_a_changed_address_announces_what_was_published_meanwhile(
    store: Store, site: FakeSite, watch: Callable[..., Watcher], clock: FakeClock
) -> None:
    await watch().poll(FEED)
    await clock.advance(86_400)
    site.publish(item(101))
    report = await watch(OTHER).poll(OTHER)
    assert (report.seeded_now, len(report.new_ids), report.enqueued) == (True, 1, 1)
    assert await announced(store) == ["Interview 101"]


async def test_of_two_new_addresses_each_announces_what_was_published_meanwhile(
    store: Store, site: FakeSite, watch: Callable[..., Watcher], clock: FakeClock
) -> None:
    await watch().poll(FEED)
    await clock.advance(86_400)
    watcher = watch(OTHER, FEED + "2/")
    site.publish(item(101))
    assert (await watcher.poll(OTHER)).enqueued == 1
    site.publish(item(101, guid="x", url="https://kc.example/x/", title="Another one"))
    assert (await watcher.poll(FEED + "2/")).enqueued == 1


async def test_a_changed_address_with_other_guids_and_links_is_known_by_its_words(
    store: Store, site: FakeSite, watch: Callable[..., Watcher], clock: FakeClock
) -> None:
    await watch().poll(FEED)
    await clock.advance(86_400)
    site.items = [relaunched(one) for one in [item(101), *site.items]]
    report = await watch(OTHER).poll(OTHER)
    assert (len(report.new_ids), len(report.updated_ids), report.enqueued) == (1, 10, 1)


async def test_a_feed_of_which_nothing_is_known_announces_nothing(
    store: Store, site: FakeSite, watch: Callable[..., Watcher], clock: FakeClock
) -> None:
    await watch().poll(FEED)
    await clock.advance(40 * 86_400)
    site.items = [item(number, guid=f"b-{number}") for number in range(139, 129, -1)]
    report = await watch(OTHER).poll(OTHER)
    assert (report.seeded_now, len(report.new_ids), report.enqueued) == (True, 10, 0)


async def test_what_another_feed_has_of_the_past_is_not_announced(
    store: Store, site: FakeSite, watch: Callable[..., Watcher], clock: FakeClock
) -> None:
    await watch().poll(FEED)
    await clock.advance(86_400)
    site.items[5:5] = [
        item(number, guid=f"b-{number}", title=f"News {number}", body="", url=f"{FEED}{number}/")
        for number in range(95, 90, -1)
    ]
    report = await watch(OTHER).poll(OTHER)
    assert (len(report.new_ids), report.enqueued) == (5, 0)


# ---------------------------------------------------------------- reported of other feed readers


def https(one: Item) -> Item:
    return replace(
        one, guid=one.guid.replace("http:", "https:"), url=one.url.replace("http:", "https:")
    )


REPORTED = {
    "feedbin 206: http becomes https in GUIDs and links": https,
    "FreshRSS 5151: http or https in GUIDs by turns": lambda one: replace(
        one, guid=one.guid.replace("http:", "https:") if one.number % 2 else one.guid
    ),
    "LeaVerou/blog 18: another generator, GUIDs made of new links": lambda one: replace(
        one,
        guid=f"https://kc.example/blog/2026/{one.number}/",
        url=f"https://kc.example/blog/2026/{one.number}/",
    ),
    "liferea 1195: another structure of paths, in GUIDs too": lambda one: replace(
        one,
        guid=f"https://kc.example/talks/?id={one.number}",
        url=f"https://kc.example/t/{one.number}",
    ),
    "newrelic/docs-website 1271: GUIDs made anew with each build": lambda one: replace(
        one, guid=f"{one.number}-0123456789abcdef"
    ),
    "go-neb 84: the date is edited after publication": lambda one: replace(
        one, date=one.date + timedelta(hours=3)
    ),
    "foundation.mozilla.org 8067: new dates and links of another language": lambda one: replace(
        one,
        url=one.url.replace("/interview", "/es/interview"),
        guid=one.guid.replace("/?", "/es/?"),
        date=START + DAY / 2,
    ),
    "haven 72: all GUIDs and links, with dates of the past": lambda one: replace(
        relaunched(one), date=one.date - 300 * DAY
    ),
}


@pytest.mark.parametrize("change", REPORTED.values(), ids=REPORTED)
async def test_what_flooded_other_readers_announces_nothing(
    store: Store,
    site: FakeSite,
    watcher: Watcher,
    clock: FakeClock,
    change: Callable[[Item], Item],
) -> None:
    site.items = [
        replace(
            one,
            guid=f"http://kc.example/?p={one.number}",
            url=f"http://kc.example/interview-{one.number}/",
        )
        for one in site.items
    ]
    await watcher.poll(FEED)
    await clock.advance(86_400)
    site.items = [change(one) for one in site.items]
    report = await watcher.poll(FEED)
    assert (report.new_ids, report.enqueued) == ((), 0)
    assert await store.interviews.count() == 10


def test_no_more_than_the_newest_are_compared() -> None:
    same = item(100, title="Interview of the week").interview()
    outlines = [(id_, same.title, None) for id_ in range(1, 2_000)]
    assert candidates([same], outlines) == list(range(1_700, 2_000))
