"""The titles and names in memory: what keeps them in step, and what it costs."""

import asyncio
from dataclasses import replace

import pytest

from bot.core.model import InterviewSummary, Topic
from bot.search.catalogue import Catalogue
from tests.search.archive import NOON


class Site:
    """A store of so many interviews, which may change between two pages."""

    identity = "site"

    def __init__(self, count):
        self.rows = {number: summary(number) for number in range(count, 0, -1)}
        self.changes = 0
        self.between = lambda: None

    @property
    def interviews(self):
        return self

    @property
    def ids(self):
        return [*self.rows]

    async def revision(self):
        return self.changes

    async def latest(self, limit=25, offset=0):
        page = [*self.rows.values()][offset:][:limit]
        self.between()
        return page

    def withdraw(self, number):
        del self.rows[number]
        self.changes += 1

    def put(self, one):
        self.rows = {one.id: one, **self.rows, one.id: one}
        self.changes += 1


def summary(number):
    return InterviewSummary(number, f"Title {number}", "u", (f"Name {number}",), NOON, 3)


async def at_once(work):
    return work()


async def test_nobody_is_hidden_by_who_is_withdrawn_while_pages_are_read():
    site = Site(1200)
    withdrawals = iter((1199, 1000, 700))

    def withdraw():
        number = next(withdrawals, None)
        if number is not None:
            site.withdraw(number)

    site.between = withdraw
    catalogue = Catalogue()
    await catalogue.keep_up(site, at_once)
    assert set(site.ids) <= {one.id for one in catalogue.now.interviews}
    await catalogue.keep_up(site, at_once)
    assert [one.id for one in catalogue.now.of_topic(None)] == site.ids


async def test_an_interview_whose_text_alone_has_changed_leaves_all_as_it_is():
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


async def test_what_was_broken_off_while_building_is_made_up_for():
    site, catalogue = Site(3), Catalogue()

    async def broken(_):
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await catalogue.keep_up(site, broken)
    await catalogue.keep_up(site, at_once)
    assert [one.id for one in catalogue.now.of_topic(None)] == [3, 2, 1]


async def test_what_was_broken_off_while_reading_is_made_up_for():
    site, catalogue = Site(300), Catalogue()

    def broken():
        raise asyncio.CancelledError

    site.between = broken
    with pytest.raises(asyncio.CancelledError):
        await catalogue.keep_up(site, at_once)
    site.between = lambda: None
    await catalogue.keep_up(site, at_once)
    assert [one.id for one in catalogue.now.of_topic(None)] == site.ids


async def test_the_snapshot_is_built_in_the_thread_and_only_when_something_changed():
    site, works = Site(600), []

    async def in_thread(work):
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
