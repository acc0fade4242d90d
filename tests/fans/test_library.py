"""Places written down afterwards, going on, saving, similar interviews, telling and forgetting."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.artists import artist_id
from bot.core.errors import StoreError, UserError
from bot.core.model import COVER, END, Position
from bot.core.readers import FollowRequest, Place
from bot.fans import library as module
from bot.fans.library import FLUSH_AFTER, FLUSH_RETRY, Library
from bot.search import SearchIndex
from bot.store import Store, open_store
from bot.store.engine import Database
from tests.clock import START, FakeClock
from tests.store.samples import database_url, interview

MINA, ALEX = 80351110224678912, 80351110224678913


@dataclass
class Rounds:
    """What the store was asked, and what it wrote."""

    reads: int = 0
    writes: int = 0


@dataclass
class Shelves:
    store: Store
    library: Library
    clock: FakeClock
    index: SearchIndex
    written: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    """How many places each transaction wrote."""

    async def publish(self, *numbers: int) -> list[int]:
        async with self.store.transaction() as tx:
            ids = [await tx.interviews.insert(interview(number), f"{number}") for number in numbers]
        await self.index.sync(self.store)
        return ids

    async def withdraw(self, interview_id: int) -> None:
        async with self.store.transaction() as tx:
            await tx.interviews.withdraw(interview_id, START)

    async def places(self, person: int = MINA) -> list[tuple[int, Position]]:
        """Those that are written down."""
        found = await self.store.readers.started(person)
        return [(one.summary.id, one.place.position) for one in found]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.library.run())
        await asyncio.sleep(0)
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def shelves(folder: Path) -> AsyncIterator[Shelves]:
    clock = FakeClock()
    async with open_store(database_url(folder), clock) as store:
        index = SearchIndex.open(folder / "index")
        made = Shelves(store, Library(store, index, clock), clock, index)
        keep = store.readers.save_places

        async def kept(found: Collection[tuple[int, Place]]) -> None:
            await keep(found)
            made.written.put_nowait(len(found))

        store.readers.save_places = kept  # type: ignore[method-assign]
        yield made
        index.close()


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> Rounds:
    counted = Rounds()
    fetch: Callable[..., Awaitable[Any]] = Database.read
    write: Callable[..., Any] = Database.transaction

    async def counting(*args: Any, **kwargs: Any) -> Any:
        counted.reads += 1
        return await fetch(*args, **kwargs)

    def writing(*args: Any, **kwargs: Any) -> Any:
        counted.writes += 1
        return write(*args, **kwargs)

    monkeypatch.setattr(Database, "read", counting)
    monkeypatch.setattr(Database, "transaction", writing)
    return counted


# ---------------------------------------------------------------- places


async def test_a_page_costs_one_round_to_the_store_and_no_write(
    shelves: Shelves, rounds: Rounds
) -> None:
    (one,) = await shelves.publish(1)
    await shelves.library.open(ALEX, one)
    rounds.reads = rounds.writes = 0
    for part in range(5):
        await shelves.library.open(MINA, one)
        shelves.library.note(MINA, one, Position(1, part))
    assert (rounds.reads, rounds.writes) == (5, 0)


async def test_all_peoples_places_are_written_together_soon_after(
    shelves: Shelves, rounds: Rounds
) -> None:
    one, two = await shelves.publish(1, 2)
    async with shelves.running():
        shelves.library.note(MINA, one, Position(1))
        await shelves.clock.asleep_for(FLUSH_AFTER)
        shelves.library.note(MINA, one, Position(2))
        shelves.library.note(MINA, two, Position(1))
        shelves.library.note(ALEX, one, END)
        rounds.writes = 0
        await shelves.clock.advance(FLUSH_AFTER)
        assert await shelves.written.get() == 3
        assert rounds.writes == 1
        assert await shelves.places() == [(two, Position(1)), (one, Position(2))]
        assert await shelves.places(ALEX) == [(one, END)]
        shelves.library.note(MINA, one, Position(1))
        await shelves.clock.asleep_for(FLUSH_AFTER)


async def test_what_is_left_at_the_end_is_written(shelves: Shelves) -> None:
    (one,) = await shelves.publish(1)
    async with shelves.running():
        shelves.library.note(MINA, one, Position(2))
    assert await shelves.places() == [(one, Position(2))]


async def test_a_place_is_known_before_it_is_written(shelves: Shelves) -> None:
    (one,) = await shelves.publish(1)
    shelves.library.note(MINA, one, Position(2, 1))
    opened = await shelves.library.open(MINA, one)
    assert opened.place == Place(one, Position(2, 1), START)
    assert (await shelves.library.open(ALEX, one)).place is None
    assert await shelves.places() == []


async def test_the_cover_moves_nobodys_place(shelves: Shelves) -> None:
    (one,) = await shelves.publish(1)
    shelves.library.note(MINA, one, Position(2))
    shelves.library.note(MINA, one, COVER)
    await shelves.library.flush()
    shelves.library.note(MINA, one, COVER)
    opened = await shelves.library.open(MINA, one)
    assert opened.place is not None
    assert opened.place.position.section == 2
    await shelves.library.flush()
    assert await shelves.places() == [(one, Position(2))]


async def test_a_database_that_takes_nothing_is_asked_again_and_newer_places_stay(
    shelves: Shelves,
) -> None:
    one, two = await shelves.publish(1, 2)
    keep, failed = shelves.store.readers.save_places, asyncio.Event()

    async def full(found: Collection[tuple[int, Place]]) -> None:
        shelves.library.note(MINA, one, Position(2))
        failed.set()
        raise StoreError("store.full", path="kcrush.db")

    shelves.store.readers.save_places = full  # type: ignore[method-assign]
    async with shelves.running():
        shelves.library.note(MINA, one, Position(1))
        shelves.library.note(MINA, two, Position(1))
        await shelves.clock.asleep_for(FLUSH_AFTER)
        await shelves.clock.advance(FLUSH_AFTER)
        await failed.wait()
        shelves.store.readers.save_places = keep  # type: ignore[method-assign]
        await shelves.clock.asleep_for(FLUSH_RETRY)
        await shelves.clock.advance(FLUSH_RETRY)
        await shelves.clock.asleep_for(FLUSH_AFTER)
        await shelves.clock.advance(FLUSH_AFTER)
        assert await shelves.written.get() == 2
    assert dict(await shelves.places()) == {one: Position(2), two: Position(1)}


async def test_places_in_memory_are_bounded(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await shelves.publish(1, 2, 3)
    monkeypatch.setattr(module, "PENDING_LIMIT", 2)
    for id_ in ids:
        shelves.library.note(MINA, id_, Position(1))
    await shelves.library.flush()
    assert sorted(await shelves.places()) == [(ids[1], Position(1)), (ids[2], Position(1))]


# ---------------------------------------------------------------- opening and going on


@pytest.mark.parametrize("remembered", [0, 1_000_000], ids=["not remembered", "remembered"])
async def test_an_edit_is_seen_on_the_next_page(
    shelves: Shelves, remembered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READ_AGAIN", remembered)
    (one,) = await shelves.publish(1)
    assert (await shelves.library.open(MINA, one)).stored.interview == interview(1)
    edited = replace(interview(1), title="Edited")
    async with shelves.store.transaction() as tx:
        await tx.interviews.update(one, edited, "edited")
    assert (await shelves.library.open(MINA, one)).stored.interview == edited
    await shelves.withdraw(one)
    with pytest.raises(UserError, check=lambda error: error.key == "error.interview-withdrawn"):
        await shelves.library.open(MINA, one)


async def test_what_is_gone_or_withdrawn_does_not_open(shelves: Shelves) -> None:
    (one,) = await shelves.publish(1)
    await shelves.withdraw(one)
    with pytest.raises(UserError, check=lambda error: error.key == "error.interview-withdrawn"):
        await shelves.library.open(MINA, one)
    with pytest.raises(UserError, check=lambda error: error.key == "error.interview-gone"):
        await shelves.library.open(MINA, one + 1)
    with pytest.raises(UserError, check=lambda error: error.key == "error.interview-gone"):
        await shelves.library.open(MINA, 10**18 - 1)


async def test_one_goes_on_with_what_was_read_last_and_with_covers_last_of_all(
    shelves: Shelves,
) -> None:
    one, two, three, four = await shelves.publish(1, 2, 3, 4)
    for id_, position in ((one, Position(1)), (two, Position(2)), (three, END), (four, COVER)):
        shelves.library.note(MINA, id_, position)
        await shelves.clock.advance(60)
    reads = await shelves.library.history(MINA)
    assert [begun.summary.id for begun in reads.begun] == [two, one, four]
    assert [finished.summary.id for finished in reads.finished] == [three]
    assert reads.unread == ()


async def test_who_finished_everything_is_offered_the_newest_unread(shelves: Shelves) -> None:
    one, two, three = await shelves.publish(1, 2, 3)
    shelves.library.note(MINA, one, END)
    reads = await shelves.library.history(MINA)
    assert reads.begun == ()
    assert reads.finished[0].summary.id == one
    assert [summary.id for summary in reads.unread] == [two, three]
    nothing = await shelves.library.history(ALEX)
    assert (nothing.begun, nothing.finished) == ((), ())
    assert [summary.id for summary in nothing.unread] == [one, two, three]


# ---------------------------------------------------------------- saving


async def test_saving_has_a_limit_that_is_told(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = await shelves.publish(1, 2)
    monkeypatch.setattr(module, "SAVED_LIMIT", 1)
    await shelves.library.save(MINA, one, 0)
    await shelves.library.save(MINA, one, 0)
    with pytest.raises(UserError, check=lambda error: error.key == "error.saved-full") as told:
        await shelves.library.save(MINA, two, 0)
    assert told.value.args_by_name == {"limit": 1}


async def test_the_saved_list_has_pages_and_beyond_the_last_is_the_last(shelves: Shelves) -> None:
    ids = await shelves.publish(*range(1, 13))
    for id_ in ids:
        await shelves.library.save(MINA, id_, 0)
        await shelves.clock.advance(1)
    first = await shelves.library.saved(MINA, 0)
    assert [item.saved.interview_id for item in first.items] == ids[:7:-1]
    assert (first.page, first.more, first.total) == (0, True, 12)
    last = await shelves.library.saved(MINA, 999_999)
    assert [item.saved.interview_id for item in last.items] == ids[3::-1]
    assert last.page == 2
    assert (await shelves.library.saved(ALEX, 3)).items == ()


# ---------------------------------------------------------------- what is like it


async def test_similar_interviews_are_others_and_there(shelves: Shelves, rounds: Rounds) -> None:
    ids = await shelves.publish(1, 2, 3, 4)
    await shelves.withdraw(ids[1])
    rounds.reads = 0
    alike = await shelves.library.similar(ids[0])
    assert rounds.reads == 1
    assert alike.to.id == ids[0]
    assert {summary.id for summary in alike.found} == {ids[2], ids[3]}
    with pytest.raises(UserError, check=lambda error: error.key == "error.interview-withdrawn"):
        await shelves.library.similar(ids[1])
    with pytest.raises(UserError, check=lambda error: error.key == "error.interview-gone"):
        await shelves.library.similar(4711)


# ---------------------------------------------------------------- telling and forgetting


def wanted() -> FollowRequest:
    spelling = artist_id("Park Sori")
    return FollowRequest(spelling, "Park Sori", frozenset({spelling}))


async def test_all_that_is_kept_of_a_person_is_told(shelves: Shelves) -> None:
    one, two = await shelves.publish(1, 2)
    shelves.library.note(MINA, one, Position(1))
    await shelves.library.save(MINA, two, 1)
    await shelves.store.follows.add(MINA, wanted())
    kept = await shelves.library.personal_data(MINA)
    assert (kept.places.number, kept.places.newest) == (1, START)
    assert (kept.saved.number, kept.saved.oldest) == (1, START)
    assert [follow.name for follow in kept.follows] == ["Park Sori"]
    nobody = await shelves.library.personal_data(ALEX)
    assert (nobody.places.number, nobody.saved.number, nobody.follows) == (0, 0, ())


async def test_a_person_is_forgotten_with_what_is_only_in_memory(shelves: Shelves) -> None:
    one, two = await shelves.publish(1, 2)
    for person in (MINA, ALEX):
        shelves.library.note(person, one, Position(1))
        await shelves.library.flush()
        shelves.library.note(person, two, Position(1))
        await shelves.library.save(person, two, 0)
        await shelves.store.follows.add(person, wanted())
    await shelves.library.forget(MINA)
    gone, kept = (
        await shelves.library.personal_data(MINA),
        await shelves.library.personal_data(ALEX),
    )
    assert (gone.places.number, gone.saved.number, gone.follows) == (0, 0, ())
    assert (kept.places.number, kept.saved.number, len(kept.follows)) == (2, 1, 1)


async def test_forgetting_waits_for_places_that_are_being_written(shelves: Shelves) -> None:
    (one,) = await shelves.publish(1)
    shelves.library.note(MINA, one, Position(1))
    await asyncio.gather(shelves.library.flush(), shelves.library.forget(MINA))
    await shelves.library.flush()
    assert await shelves.places() == []
