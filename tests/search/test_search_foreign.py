"""Whoever is not in the magazine is never taken for somebody who is."""

from types import SimpleNamespace

import pytest

from bot.search import SearchIndex
from bot.store import Store
from tests.search.foreign import FOREIGN
from tests.search.sample import sample_interviews

OFFERED_AT_MOST = 0.05


@pytest.fixture
async def sample(store: Store, index: SearchIndex) -> SimpleNamespace:
    async with store.transaction() as tx:
        for one in reversed(sample_interviews().values()):
            await tx.interviews.insert(one, "d")
    await index.sync(store)
    return SimpleNamespace(store=store, index=index)


def test_two_hundred_names_none_of_which_is_in_the_sample_magazine() -> None:
    assert len(set(FOREIGN)) == 200
    written = {
        name.casefold()
        for one in sample_interviews().values()
        for subject in one.subjects
        for name in (subject.name, *subject.aliases)
    }
    assert not written & {name.casefold() for name in FOREIGN}


async def test_nobody_is_taken_for_somebody_else_and_few_are_offered(
    sample: SimpleNamespace,
) -> None:
    index = sample.index
    taken, offered = [], []
    for name in FOREIGN:
        artist, interview = index.find_artist(name), index.find_interview(name)
        if artist.match or artist.exact or interview.match or interview.exact:
            taken.append(name)
        completed = [*index.complete_artists(name), *await index.complete(name)]
        if artist.offers or interview.offers or completed:
            offered.append(name)
    assert taken == []
    assert len(offered) <= len(FOREIGN) * OFFERED_AT_MOST, offered


async def test_a_filter_in_a_query_is_nobody_elses(sample: SimpleNamespace) -> None:
    taken = [
        (name, found.corrected)
        for name in FOREIGN
        if (found := await sample.index.search(f'artist:"{name}"', limit=1)).total
    ]
    assert taken == []


@pytest.mark.parametrize("role", ["rapper", "voice actor", "singer", "girl group", "director"])
async def test_a_role_is_nobodys_name(sample: SimpleNamespace, role: str) -> None:
    assert sample.index.find_artist(role).match is None
    assert sample.index.find_artist(role).offers == ()
    assert list(sample.index.complete_artists(role)) == []
    assert sample.index.find_interview(role).match is None


async def test_what_is_not_published_yet_is_not_asked_about(sample: SimpleNamespace) -> None:
    index, store = sample.index, sample.store
    (kite,) = [one for one in index.listed() if "K!TE" in one.title]
    assert index.find_interview("K!TE").match == kite
    async with store.transaction() as tx:
        await tx.interviews.withdraw(kite.id, kite.published_at)
    await index.sync(store)
    for name in ("K!TE", "k!te", "kite"):
        assert index.find_interview(name).offers == ()
        assert index.find_artist(name).offers == ()
        assert (await index.search(name)).total == 0
