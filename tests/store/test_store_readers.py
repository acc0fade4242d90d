"""Places, saved interviews and questions, and forgetting a person."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.base import Connection

from bot.core.model import Position
from bot.core.readers import Place, Saved
from bot.store import Store, open_store
from bot.store.readers import LISTED, OPENED, PLACES_KEPT, SAVED, STARTED
from tests.clock import FakeClock
from tests.store.samples import NOON, database_url, interview

MINA, ALEX = 80351110224678912, 80351110224678913


async def publish(store: Store, *numbers: int) -> list[int]:
    async with store.transaction() as tx:
        return [
            await tx.interviews.insert(interview(number), f"digest {number}") for number in numbers
        ]


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


async def test_an_interview_opens_with_what_the_person_kept(store: Store) -> None:
    (one,) = await publish(store, 1)
    await store.readers.save(MINA, Saved(one, 2, NOON), 500)
    await store.readers.save(MINA, Saved(one, 0, NOON), 500)
    await store.readers.save(ALEX, Saved(one, 1, NOON), 500)
    await store.readers.save_places([(MINA, Place(one, Position(2, 1), at(3)))])
    opened = await store.readers.open(MINA, one)
    assert opened is not None
    assert opened.stored == await store.interviews.get(one)
    assert opened.saved == {0, 2}
    assert opened.place == Place(one, Position(2, 1), at(3))
    other = await store.readers.open(ALEX, one)
    assert other is not None
    assert other.saved == {1}
    assert other.place is None
    assert await store.readers.open(MINA, one + 1) is None


async def test_an_interview_without_questions_opens_too(store: Store) -> None:
    prose = replace(interview(1), transcript=replace(interview(1).transcript, turns=()))
    async with store.transaction() as tx:
        one = await tx.interviews.insert(prose, "digest")
    await store.readers.save(MINA, Saved(one, 0, NOON), 500)
    await store.readers.save_places([(MINA, Place(one, Position(0, 2), NOON))])
    opened = await store.readers.open(MINA, one)
    assert opened is not None
    assert opened.saved == {0}
    assert opened.place == Place(one, Position(0, 2), NOON)
    assert opened.stored.interview == prose


async def test_the_newest_place_counts_in_whatever_order_they_come(store: Store) -> None:
    one, two = await publish(store, 1, 2)
    await store.readers.save_places(
        [(MINA, Place(one, Position(1, 0), at(1))), (MINA, Place(two, Position(2, 1), at(2)))]
    )
    await store.readers.save_places(
        [(MINA, Place(one, Position(2, 0), at(5))), (MINA, Place(two, Position(1, 0), at(1)))]
    )
    started = await store.readers.started(MINA)
    assert [found.place for found in started] == [
        Place(one, Position(2, 0), at(5)),
        Place(two, Position(2, 1), at(2)),
    ]
    assert started[0].summary.title == interview(1).title
    assert await store.readers.started(ALEX) == []


async def test_the_cover_is_a_place_only_where_there_is_no_other(store: Store) -> None:
    one, two = await publish(store, 1, 2)
    await store.readers.save_places([(MINA, Place(one, Position(2, 0), at(1)))])
    await store.readers.save_places(
        [(MINA, Place(one, Position(0, 0), at(2))), (MINA, Place(two, Position(0, 0), at(2)))]
    )
    started = await store.readers.started(MINA)
    assert [found.place for found in started] == [
        Place(two, Position(0, 0), at(2)),
        Place(one, Position(2, 0), at(1)),
    ]


async def test_a_place_in_what_was_deleted_is_no_place(store: Store) -> None:
    (one,) = await publish(store, 1)
    await store.readers.save_places(
        [(MINA, Place(one + 7, Position(1, 0), NOON)), (MINA, Place(one, Position(1, 0), NOON))]
    )
    assert [found.place.interview_id for found in await store.readers.started(MINA)] == [one]


async def test_withdrawn_interviews_are_not_gone_on_with(store: Store) -> None:
    one, two = await publish(store, 1, 2)
    await store.readers.save_places(
        [(MINA, Place(one, Position(1, 0), NOON)), (MINA, Place(two, Position(1, 0), NOON))]
    )
    async with store.transaction() as tx:
        await tx.interviews.withdraw(one, NOON)
    assert [found.place.interview_id for found in await store.readers.started(MINA)] == [two]


async def test_of_each_person_the_newest_places_are_kept(store: Store) -> None:
    ids = await publish(store, *range(1, PLACES_KEPT + 4))
    await store.readers.save_places(
        [(MINA, Place(id_, Position(1, 0), at(id_))) for id_ in ids[: PLACES_KEPT - 1]]
    )
    await store.readers.save_places(
        [(MINA, Place(id_, Position(1, 0), at(id_))) for id_ in ids[PLACES_KEPT - 1 :]]
        + [(ALEX, Place(ids[0], Position(1, 0), at(0)))]
    )
    started = await store.readers.started(MINA)
    assert [found.place.interview_id for found in started] == ids[:2:-1]
    assert len(started) == PLACES_KEPT
    assert (await store.readers.count_places(MINA)).number == PLACES_KEPT
    assert len(await store.readers.started(ALEX)) == 1


async def test_saving_twice_is_saving_once(store: Store) -> None:
    (one,) = await publish(store, 1)
    assert await store.readers.save(MINA, Saved(one, 2, at(1)), 500)
    assert await store.readers.save(MINA, Saved(one, 2, at(9)), 500)
    (item,) = await store.readers.saved(MINA, 10)
    assert item.saved == Saved(one, 2, at(1))
    assert item.question == "What is next?"
    assert not item.interview.withdrawn
    assert await store.readers.unsave(MINA, one, 2)
    assert not await store.readers.unsave(MINA, one, 2)
    assert await store.readers.saved(MINA, 10) == []


async def test_there_is_a_limit_to_what_one_saves_but_not_to_saving_it_again(store: Store) -> None:
    one, two = await publish(store, 1, 2)
    assert await store.readers.save(MINA, Saved(one, 1, NOON), 2)
    assert await store.readers.save(MINA, Saved(one, 2, NOON), 2)
    assert not await store.readers.save(MINA, Saved(two, 1, NOON), 2)
    assert await store.readers.save(MINA, Saved(one, 2, NOON), 2)
    assert await store.readers.save(ALEX, Saved(two, 1, NOON), 2)
    assert (await store.readers.count_saved(MINA)).number == 2


async def test_saving_at_once_keeps_the_limit(store: Store) -> None:
    ids = await publish(store, *range(1, 9))
    kept = await asyncio.gather(*(store.readers.save(MINA, Saved(id_, 0, NOON), 3) for id_ in ids))
    assert sum(kept) == 3
    assert (await store.readers.count_saved(MINA)).number == 3


async def test_what_is_saved_comes_newest_first_in_pages_with_the_withdrawn_marked(
    store: Store,
) -> None:
    one, two, three = await publish(store, 1, 2, 3)
    for minute, (id_, section) in enumerate([(one, 0), (two, 1), (three, 2)]):
        await store.readers.save(MINA, Saved(id_, section, at(minute)), 500)
    async with store.transaction() as tx:
        await tx.interviews.withdraw(two, NOON)
    first = await store.readers.saved(MINA, 2)
    assert [(item.saved.interview_id, item.interview.withdrawn) for item in first] == [
        (three, False),
        (two, True),
    ]
    (last,) = await store.readers.saved(MINA, 2, 2)
    assert (last.saved, last.question) == (Saved(one, 0, at(0)), "")
    assert last.interview.summary.title == interview(1).title


async def test_saving_what_was_deleted_keeps_nothing(store: Store) -> None:
    assert await store.readers.save(MINA, Saved(4711, 0, NOON), 500)
    assert await store.readers.saved(MINA, 10) == []


async def test_forgetting_one_person_leaves_the_others(store: Store) -> None:
    (one,) = await publish(store, 1)
    for person in (MINA, ALEX):
        await store.readers.save(person, Saved(one, 0, at(4)), 500)
        await store.readers.save_places([(person, Place(one, Position(1, 0), at(2)))])
    kept = await store.readers.count_places(MINA)
    assert (kept.number, kept.oldest, kept.newest) == (1, at(2), at(2))
    await store.readers.forget(MINA)
    assert (await store.readers.count_places(MINA)).number == 0
    assert (await store.readers.count_saved(MINA)).number == 0
    assert (await store.readers.count_places(ALEX)).number == 1
    assert (await store.readers.count_saved(ALEX)).oldest == at(4)


async def test_listed_interviews_tell_what_was_withdrawn(store: Store) -> None:
    one, two = await publish(store, 1, 2)
    async with store.transaction() as tx:
        await tx.interviews.withdraw(two, NOON)
    found = await store.readers.listed([two, one, 4711])
    assert {id_: listed.withdrawn for id_, listed in found.items()} == {one: False, two: True}


async def test_what_was_kept_is_there_after_a_restart(
    store: Store, tmp_path: Path, clock: FakeClock
) -> None:
    (one,) = await publish(store, 1)
    await store.readers.save_places([(MINA, Place(one, Position(1, 0), at(2)))])
    async with open_store(database_url(tmp_path), clock) as again:
        (started,) = await again.readers.started(MINA)
    assert started.place == Place(one, Position(1, 0), at(2))


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (OPENED, "sqlite_autoindex_saved_1"),
        (LISTED, "INTEGER PRIMARY KEY"),
        (STARTED, "places_newest"),
        (SAVED, "saved_newest"),
    ],
)
@pytest.mark.sqlite
async def test_a_persons_questions_use_their_index(
    store: Store, statement: sa.Select[Any], index: str
) -> None:
    asked = {"user_id": MINA, "id": 1, "ids": [1, 2], "limit": 10, "offset": 0}
    steps = await plan(store, statement, asked)
    assert any(index in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN")], steps


async def plan(store: Store, statement: sa.Select[Any], asked: Mapping[str, object]) -> list[str]:
    names = statement.compile().params
    bound = statement.params({name: value for name, value in asked.items() if name in names})

    def explain(connection: Connection) -> list[str]:
        sql = bound.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]

    return await store.database.inspect(explain)
