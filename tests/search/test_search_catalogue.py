"""The titles and names in memory: what keeps them in step, and what it costs."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Self, TypeVar

import pytest

from bot.core.model import InterviewSummary, Topic
from bot.search.catalogue import Catalogue
from bot.store import InterviewChange
from tests.search.archive import NOON

Result = TypeVar("Result")


class Site:
    """A store of so many interviews, which may change between two pages."""

    identity = "site"

    def __init__(self, count: int) -> None:
        self.rows = {number: summary(number) for number in range(count, 0, -1)}
        self.changes = 0
        self.between: Callable[[], object] = lambda: None

    @property
    def interviews(self) -> Self:
        return self

    @property
    def ids(self) -> list[int]:
        return [*self.rows]

    async def revision(self) -> int:
        return self.changes

    async def count_changed_since(self, revision: int) -> int:
        raise NotImplementedError

    async def changed_since(self, revision: int, limit: int = 500) -> list[InterviewChange]:
        raise NotImplementedError

    async def latest(self, limit: int = 25, offset: int = 0) -> list[InterviewSummary]:
        page = [*self.rows.values()][offset:][:limit]
        self.between()
        return page

    def withdraw(self, number: int) -> None:
        del self.rows[number]
        self.changes += 1

    def put(self, one: InterviewSummary) -> None:
        self.rows = {one.id: one, **self.rows, one.id: one}
        self.changes += 1


def summary(number: int) -> InterviewSummary:
    return InterviewSummary(number, f"Title {number}", "u", (f"Name {number}",), NOON, 3)


async def at_once(work: Callable[[], Result]) -> Result:
    return work()


async def test_nobody_is_hidden_by_who_is_withdrawn_while_pages_are_read() -> None:
    site = Site(1200)
    withdrawals = iter((1199, 1000, 700))

    def withdraw() -> None:
        number = next(withdrawals, None)
        if number is not None:
            site.withdraw(number)

    site.between = withdraw
    catalogue = Catalogue()
    await catalogue.keep_up(site, at_once)
    assert set(site.ids) <= {one.id for one in catalogue.now.interviews}
    await catalogue.keep_up(site, at_once)
    assert [one.id for one in catalogue.now.of_topic(None)] == site.ids


async def test_an_interview_whose_text_alone_has_changed_leaves_all_as_it_is() -> None:
    site = Site(0)
    catalogue = Catalogue()
    await catalogue.keep_up(site, at_once)
    site.put(summary(1))
    await catalogue.keep_up(site, at_once)
    before = catalogue.now
    site.put(summary(1))
    await catalogue.keep_up(site, at_once)
    assert catalogue.now is before
    site.put(replace(summary(1), title="Another title"))
    await catalogue.keep_up(site, at_once)
    assert [one.title for one in catalogue.now.of_topic(None)] == ["Another title"]


async def test_what_was_broken_off_while_building_is_made_up_for() -> None:
    site, catalogue = Site(3), Catalogue()

    async def broken(_: Callable[[], Result]) -> Result:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await catalogue.keep_up(site, broken)
    await catalogue.keep_up(site, at_once)
    assert [one.id for one in catalogue.now.of_topic(None)] == [3, 2, 1]


async def test_what_was_broken_off_while_reading_is_made_up_for() -> None:
    site, catalogue = Site(300), Catalogue()

    def broken() -> None:
        raise asyncio.CancelledError

    site.between = broken
    with pytest.raises(asyncio.CancelledError):
        await catalogue.keep_up(site, at_once)
    site.between = lambda: None
    await catalogue.keep_up(site, at_once)
    assert [one.id for one in catalogue.now.of_topic(None)] == site.ids


async def test_the_snapshot_is_built_in_the_thread_and_only_when_something_changed() -> None:
    site = Site(600)
    works: list[Callable[[], object]] = []

    async def in_thread(work: Callable[[], Result]) -> Result:
        works.append(work)
        return work()

    catalogue = Catalogue()
    await catalogue.keep_up(site, in_thread)
    await catalogue.keep_up(site, in_thread)
    assert len(works) == 1
    site.put(summary(601))
    await catalogue.keep_up(site, in_thread)
    assert len(works) == 2
    assert len(catalogue.now.of_topic(Topic.OTHER)) == 601
