"""The titles and names in memory: what keeps them in step, and what it costs."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from bot.core.model import InterviewSummary, StoredInterview, Topic, Transcript
from bot.search.catalogue import Catalogue
from tests.search.archive import NOON, interview


@dataclass
class Change:
    revision: int
    id: int
    interview: StoredInterview | None


class Site:
    """A store of so many interviews, which may change between two pages."""

    identity = "site"

    def __init__(self, count):
        self.ids = list(range(count, 0, -1))
        self.changes = []
        self.between = lambda: None

    async def revision(self):
        return len(self.changes)

    async def changed_since(self, revision, limit=500):
        return self.changes[revision:][:limit]

    async def latest(self, limit=25, offset=0):
        page = [summary(number) for number in self.ids[offset:][:limit]]
        self.between()
        return page

    def withdraw(self, number):
        self.ids.remove(number)
        self.changes.append(Change(len(self.changes) + 1, number, None))

    def put(self, number, one):
        self.changes.append(
            Change(len(self.changes) + 1, number, StoredInterview(number, one, NOON))
        )


def summary(number):
    return InterviewSummary(number, f"Title {number}", "u", (f"Name {number}",), NOON, 3)


async def at_once(work):
    return work()


async def test_nobody_is_hidden_by_who_is_withdrawn_while_pages_are_read():
    site = Site(1200)
    withdrawals = iter((1199, 1000, 700))
    site.between = lambda: site.withdraw(next(withdrawals, site.ids[-1]))
    catalogue = Catalogue()
    await catalogue.keep_up(site, at_once)
    assert [one.id for one in catalogue.now.of_kind(None)] == site.ids


async def test_an_interview_whose_text_alone_has_changed_leaves_all_as_it_is():
    site, one = Site(0), interview("one", "Kim Ye-hyun", ("Why?", "Because."))
    catalogue = Catalogue()
    await catalogue.keep_up(site, at_once)
    site.put(1, one)
    await catalogue.keep_up(site, at_once)
    before = catalogue.now
    site.put(1, replace(one, transcript=Transcript("other", one.transcript.turns, "")))
    await catalogue.keep_up(site, at_once)
    assert catalogue.now is before
    site.put(1, replace(one, title="Another title"))
    await catalogue.keep_up(site, at_once)
    assert [one.title for one in catalogue.now.of_kind(None)] == ["Another title"]


@pytest.mark.parametrize("broken", [1, 2])
async def test_what_was_broken_off_is_made_up_for(broken):
    site, steps = Site(3), 0
    catalogue = Catalogue()

    async def breaking(work):
        nonlocal steps
        steps += 1
        if steps == broken:
            raise asyncio.CancelledError
        return work()

    with pytest.raises(asyncio.CancelledError):
        await catalogue.keep_up(site, breaking)
    await catalogue.keep_up(site, breaking)
    assert [one.id for one in catalogue.now.of_kind(None)] == [3, 2, 1]


async def test_all_work_that_grows_with_the_archive_is_the_threads():
    site, works = Site(600), []

    async def in_thread(work):
        works.append(work)
        return work()

    catalogue = Catalogue()
    await catalogue.keep_up(site, in_thread)
    site.put(601, interview("new", "Somebody"))
    await catalogue.keep_up(site, in_thread)
    # Four pages and a snapshot; a change and another snapshot.
    assert len(works) == 7
    assert len(catalogue.now.of_kind(Topic.OTHER)) == 601
