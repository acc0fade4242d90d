"""Regular posts as rows: one for a day, through the outbox, and never a day late."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.core.model import (
    DeliveryState,
    Mode,
    QuietHours,
    StoredInterview,
    Subscription,
    SubscriptionState,
    Timetable,
)
from bot.core.regular_posts import (
    RegularCandidate,
    RegularContent,
    RegularPost,
    RegularSort,
    RegularTimes,
)
from bot.store import Store, open_store
from tests.clock import START, FakeClock
from tests.store.rows import deliveries_of, park_delivery, settle_delivery
from tests.store.samples import database_url, interview
from tests.store.test_store_outbox import lease, publish, subscribe

QUOTE, ARCHIVE = RegularSort.QUOTE, RegularSort.ARCHIVE
TODAY = date(2026, 3, 1)
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
GUILD, CHANNEL, ADMIN = 1, 10, 77
EVENING = RegularTimes(18)


async def put(
    store: Store,
    sort: RegularSort = QUOTE,
    channel: int = CHANNEL,
    times: RegularTimes = EVENING,
    since: datetime = START,
) -> RegularPost:
    new = Subscription(0, GUILD, channel, None, ADMIN, since)
    id_ = await store.regular_posts.put(RegularPost(new, sort, times, since))
    return next(one for one in await posts(store) if one.subscription.id == id_)


async def posts(store: Store) -> list[RegularPost]:
    return [one.post for one in await store.regular_posts.of_guild(GUILD)]


async def insert(store: Store, *numbers: int) -> list[int]:
    async with store.transaction() as tx:
        return [await tx.interviews.insert(interview(number), "d") for number in numbers]


async def states(store: Store, id_: int) -> list[tuple[DeliveryState, str | None]]:
    return [(row.state, row.reason) for row in await deliveries_of(store, id_)]


async def test_a_channel_has_one_of_each_sort_apart_from_its_announcements(store: Store) -> None:
    (announced,) = await subscribe(store, GUILD, CHANNEL)
    first = await put(store)
    archive = await put(store, ARCHIVE, times=RegularTimes(9, 6))
    again = await put(store, times=RegularTimes(8), since=START + HOUR)
    assert again.subscription.id == first.subscription.id
    assert [(one.sort, one.times) for one in await posts(store)] == [
        (QUOTE, RegularTimes(8)),
        (ARCHIVE, RegularTimes(9, 6)),
    ]
    assert again.since == START + HOUR
    assert archive.subscription.mode is Mode.REGULAR
    assert await store.subscriptions.in_channel(GUILD, CHANNEL) == [announced]
    assert [one.subscription for one in await store.subscriptions.overview(GUILD)] == [announced]
    assert await store.regular_posts.of_guild(2) == []


async def test_new_interviews_are_no_concern_of_theirs(store: Store) -> None:
    await put(store)
    (id_,) = await publish(store, 1)
    assert await deliveries_of(store, id_) == []


async def test_a_day_has_one_post_and_it_goes_through_the_outbox(
    store: Store, clock: FakeClock
) -> None:
    post, (id_, other) = await put(store), await insert(store, 1, 2)
    assert await store.regular_posts.enqueue(post, TODAY, id_, 2)
    assert not await store.regular_posts.enqueue(post, TODAY, other, 1)
    (planned,) = await store.regular_posts.waking()
    assert planned.done == {TODAY}
    (leased,) = await lease(store)
    assert (leased.interview.id, leased.subscription) == (id_, post.subscription)
    assert isinstance(leased.regular, RegularContent)
    assert (leased.regular.sort, leased.regular.section) == (QUOTE, 2)
    assert (leased.regular.day, leased.regular.until) == (TODAY, datetime(2026, 3, 2, tzinfo=UTC))
    assert await store.outbox.obsolete_reason(leased) is None


async def test_two_that_come_at_once_are_one(folder: Path, clock: FakeClock) -> None:
    async with (
        open_store(database_url(folder), clock) as one,
        open_store(database_url(folder), clock) as two,
    ):
        post, (id_, other) = await put(one), await insert(one, 1, 2)
        done = await asyncio.gather(
            *(
                store.regular_posts.enqueue(post, TODAY, chosen)
                for store in (one, two)
                for chosen in (id_, other)
            )
        )
        assert sorted(done) == [False, False, False, True]
        assert len(await lease(one)) == 1


async def test_a_day_without_anything_is_done_as_well(store: Store) -> None:
    post = await put(store)
    assert await store.regular_posts.enqueue(post, TODAY, None)
    assert not await store.regular_posts.enqueue(post, TODAY, None)
    (planned,) = await store.regular_posts.waking()
    assert planned.done == {TODAY}
    assert await lease(store) == []


async def test_what_could_not_be_sent_that_day_is_not_sent_on_the_next(
    store: Store, clock: FakeClock
) -> None:
    """A day in the guild's zone: in Seoul it ends at 15:00 UTC."""
    await store.guilds.edit(GUILD, lambda one: replace(one, time_zone="Asia/Seoul"))
    post, (id_, other) = await put(store), await insert(store, 1, 2)
    await store.regular_posts.enqueue(post, TODAY, id_)
    (leased,) = await lease(store)
    await clock.advance(3 * 3600 - 1)
    assert await store.outbox.obsolete_reason(leased) is None
    await clock.advance(1)
    assert await store.outbox.obsolete_reason(leased) == "missed"
    # And one that waits is gone as soon as the next is made.
    await settle_delivery(
        store,
        leased.delivery.id,
        expected_attempts=1,
        state=DeliveryState.PENDING,
        now=clock.now(),
        next_attempt_at=clock.now() + DAY,
    )
    await store.regular_posts.enqueue(post, TODAY + DAY, other)
    assert await states(store, id_) == [(DeliveryState.SUPERSEDED, "missed")]
    assert await states(store, other) == [(DeliveryState.PENDING, None)]


async def test_a_closed_channel_is_probed_with_the_newest_post_alone(
    store: Store, clock: FakeClock
) -> None:
    post, ids = await put(store), await insert(store, 1, 2, 3)
    await store.regular_posts.enqueue(post, TODAY, ids[0])
    (leased,) = await lease(store)
    await park_delivery(
        store, leased.delivery.id, expected_attempts=1, now=START, reason="missing-access"
    )
    for days in (1, 2):
        await clock.advance(24 * 3600)
        assert await store.regular_posts.enqueue(post, TODAY + days * DAY, ids[days])
    assert [one[0][0] for one in [await states(store, id_) for id_ in ids]] == [
        DeliveryState.SUPERSEDED,
        DeliveryState.SUPERSEDED,
        DeliveryState.PARKED,
    ]
    (probe,) = await lease(store, clock.now())
    assert (probe.interview.id, probe.delivery.missed) == (ids[2], 0)
    await settle_delivery(
        store,
        probe.delivery.id,
        expected_attempts=1,
        state=DeliveryState.SENT,
        now=clock.now(),
        message_id=1,
    )
    (healed,) = await posts(store)
    assert healed.subscription.state is SubscriptionState.ACTIVE


async def test_what_a_channel_was_shown_is_remembered(store: Store, clock: FakeClock) -> None:
    post, ids = await put(store), await insert(store, 1, 2, 3, 4)
    await subscribe(store, GUILD, 11)
    async with store.transaction() as tx:
        await tx.outbox.enqueue(ids[3], START)
    elsewhere = await put(store, channel=12)
    await store.regular_posts.enqueue(elsewhere, TODAY, ids[2], 1)
    for number, day in enumerate((TODAY, TODAY + DAY)):
        await store.regular_posts.enqueue(post, day, ids[number], number + 1)
    for leased in await lease(store):
        await settle_delivery(
            store,
            leased.delivery.id,
            expected_attempts=1,
            state=DeliveryState.SENT,
            now=START,
            message_id=leased.delivery.id,
        )
    memory = await store.regular_posts.memory(post, TODAY + DAY)
    assert memory.posted == {ids[0]: TODAY, ids[1]: TODAY + DAY}
    assert memory.quoted == {ids[0]: {1}, ids[1]: {2}}
    assert (memory.busy, memory.lately) == (set(), {ids[1]})
    assert memory.seen == {ids[1], ids[2], ids[3]}
    await clock.advance(8 * 24 * 3600)
    assert (await store.regular_posts.memory(post, TODAY)).lately == set()
    await clock.advance(366 * 24 * 3600)
    later = await store.regular_posts.memory(post, TODAY + 367 * DAY)
    assert (later.quoted, later.seen) == ({}, set())
    assert later.posted == memory.posted
    # And forgotten, when it matters to nothing.
    for days, known in ((732, {ids[0], ids[1]}), (733, {ids[1]}), (734, set())):
        await store.regular_posts.enqueue(post, TODAY + days * DAY, None)
        later = await store.regular_posts.memory(post, TODAY)
        assert set(later.posted) == known


async def test_an_interview_is_shown_again_in_a_later_year(store: Store, clock: FakeClock) -> None:
    post, (id_,) = await put(store), await insert(store, 1)
    for year in range(2):
        await store.regular_posts.enqueue(post, TODAY + year * 366 * DAY, id_, year + 1)
        (leased,) = await lease(store, clock.now())
        assert leased.regular is not None
        assert leased.regular.section == year + 1
        await settle_delivery(
            store,
            leased.delivery.id,
            expected_attempts=1,
            state=DeliveryState.SENT,
            now=clock.now(),
            message_id=year + 1,
        )
        await clock.advance(366 * 24 * 3600)
    assert [row.message_id for row in await deliveries_of(store, id_)] == [2]


async def test_candidates_are_what_was_not_withdrawn(store: Store) -> None:
    ids = await insert(store, 1, 2)
    await store.interviews.withdraw(ids[0], START)
    stored = await store.interviews.get(ids[1])
    assert isinstance(stored, StoredInterview)
    published = stored.interview.published_at
    assert await store.regular_posts.candidates() == [RegularCandidate(ids[1], published, 2)]


async def test_it_rests_goes_on_and_ends(store: Store, clock: FakeClock) -> None:
    post, (id_, other) = await put(store), await insert(store, 1, 2)
    this = post.subscription.id
    await store.regular_posts.enqueue(post, TODAY, id_)
    paused = SubscriptionState.PAUSED
    before = await store.regular_posts.change_state(GUILD, this, paused, "paused")
    assert before == post
    assert await store.regular_posts.waking() == []
    assert await lease(store) == []
    assert not await store.regular_posts.enqueue(post, TODAY + DAY, other)
    changed = await put(store, times=RegularTimes(7))
    assert (changed.subscription.id, changed.subscription.state) == (this, paused)
    await clock.advance(3600)
    await store.regular_posts.change_state(GUILD, this, SubscriptionState.ACTIVE, None)
    (planned,) = await store.regular_posts.waking()
    assert planned.post.since == START + HOUR
    await store.regular_posts.change_state(GUILD, this, SubscriptionState.ENDED, "removed")
    assert await posts(store) == []
    assert await states(store, id_) == [(DeliveryState.ABANDONED, "removed")]
    assert await store.regular_posts.change_state(GUILD, this, paused, None) is None
    # Another one in its place begins anew.
    assert (await put(store)).subscription.id != this


async def test_the_channels_quiet_hours_hold_for_it(store: Store) -> None:
    quiet = QuietHours(22 * 60, 8 * 60)
    await store.subscriptions.subscribe(
        GUILD, CHANNEL, ADMIN, lambda one: replace(one, timetable=Timetable(quiet=quiet))
    )
    await put(store)
    await put(store, channel=11)
    assert [one.quiet for one in await store.regular_posts.waking()] == [quiet, None]


async def test_a_guild_that_removed_the_bot_gets_none_and_is_forgotten(
    store: Store, clock: FakeClock
) -> None:
    post, (id_,) = await put(store), await insert(store, 1)
    await store.regular_posts.enqueue(post, TODAY, id_)
    await store.guilds.leave(GUILD)
    assert await store.regular_posts.waking() == []
    await store.guilds.come_back(GUILD)
    assert len(await store.regular_posts.waking()) == 1
    await store.guilds.leave(GUILD)
    assert await store.guilds.purge(clock.now()) == 1
    assert await posts(store) == []
    assert (await store.regular_posts.memory(post, TODAY)).posted == {}


async def test_a_deleted_channel_ends_them(store: Store) -> None:
    await put(store)
    assert await store.subscriptions.end_channel(CHANNEL, "unknown-channel")
    assert await posts(store) == []


async def test_after_a_restored_backup_nobody_knows_what_was_posted_that_day(
    store: Store, clock: FakeClock
) -> None:
    post, (id_, other) = await put(store), await insert(store, 1, 2)
    await store.repairs.mark_restored(clock.now(), 500)
    await store.regular_posts.enqueue(post, TODAY, id_)
    (doubtful,) = await deliveries_of(store, id_)
    assert (doubtful.maybe_sent_at is None, doubtful.after_id) == (False, 500)
    await clock.advance(24 * 3600)
    await store.regular_posts.enqueue(post, TODAY + DAY, other)
    (sure,) = await deliveries_of(store, other)
    assert (sure.maybe_sent_at, sure.after_id) == (None, None)
