"""Rows are made for what a filter lets through, in the transaction that stores the interview."""

from dataclasses import replace

from bot.core.model import Interview, Subject, Subscription
from bot.store import Store
from tests.clock import START
from tests.store.rows import deliveries_of
from tests.store.samples import interview


async def subscribe(store: Store, channel_id: int, text: str) -> Subscription:
    return (
        await store.subscriptions.subscribe(1, channel_id, 1, lambda one: replace(one, filter=text))
    )[0]


async def come_out(store: Store, *interviews: Interview) -> list[list[int]]:
    """The subscriptions that get each."""
    ids = []
    async with store.transaction() as tx:
        for one in interviews:
            ids.append(await tx.interviews.insert(one, "d"))
            await tx.outbox.enqueue(ids[-1], START)
    return [[row.subscription_id for row in await deliveries_of(store, id_)] for id_ in ids]


async def test_a_row_is_made_for_what_the_filter_lets_through(store: Store) -> None:
    everything = await subscribe(store, 1, "")
    sori = await subscribe(store, 2, "artist:sori")
    await subscribe(store, 3, "kind:sport")
    await subscribe(store, 4, "-tour")
    (got,) = await come_out(store, interview(1))
    assert got == [everything.id, sori.id]


async def test_a_filter_that_another_version_wrote_lets_everything_through(store: Store) -> None:
    one = await subscribe(store, 1, "mood:happy")
    assert await come_out(store, interview(1)) == [[one.id]]


async def test_a_spelling_that_only_the_archive_knows_is_the_artists(store: Store) -> None:
    one = await subscribe(store, 1, "artist:박소리")
    latin = replace(interview(2), title="Sori again", subjects=(Subject("Park Sori", "Singer"),))
    assert await come_out(store, latin) == [[]]
    assert await come_out(store, interview(1)) == [[one.id]]
    assert await come_out(store, replace(latin, guid="3", url="https://kcrush.example/3/")) == [
        [one.id]
    ]
    assert await store.subscriptions.overview(1)


async def test_what_was_withheld_is_announced_through_the_filter(store: Store) -> None:
    await subscribe(store, 1, "kind:sport")
    music = await subscribe(store, 2, "kind:music")
    async with store.transaction() as tx:
        id_ = await tx.interviews.insert(interview(1), "d")
        await tx.backlog.withhold(id_, START)
    assert [row.subscription_id for row in await deliveries_of(store, id_)] == [music.id]
    await store.backlog.announce([id_], START)
    assert [row.subscription_id for row in await deliveries_of(store, id_)] == [music.id]
