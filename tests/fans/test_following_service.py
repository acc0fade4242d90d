"""The service of those who follow, over a real store and an index that a test fills."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.core.artists import artist_id
from bot.core.errors import StoreError, UserError
from bot.core.model import Artist
from bot.core.readers import Follow, FollowSort, Reached
from bot.fans.following import (
    REFRESH,
    TRY_PAUSE,
    FollowService,
    MessageTest,
    spellings_of,
)
from bot.search import Lookup, SearchIndex
from bot.store import LeasedDelivery, Store, open_store
from tests.clock import FakeClock
from tests.cogs.stage import interview
from tests.store.rows import park_delivery
from tests.store.samples import database_url

MINA = 7001
HAN = Artist(artist_id("Han Seoyun"), "Han Seoyun", ("한서윤",))
VINO = Artist(artist_id("V1NO"), "V1NO")


@dataclass
class Index:
    """Knows these artists by all their spellings."""

    artists: list[Artist] = field(default_factory=lambda: [HAN, VINO])

    def artist(self, artist_id: str) -> Artist | None:
        return next((one for one in self.artists if artist_id in spellings_of(one)), None)

    def find_artist(self, words: str) -> Lookup[Artist]:
        return Lookup(self.artist(artist_id(words)))


@dataclass
class Woken:
    """How often the announcer was roused."""

    times: int = 0
    again: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        self.times += 1
        self.again.set()

    async def once_more(self) -> None:
        async with asyncio.timeout(5):
            await self.again.wait()
        self.again.clear()


@dataclass
class Scene:
    store: Store
    index: Index
    clock: FakeClock
    following: FollowService
    woken: Woken

    async def publish(self, number: int) -> None:
        async with self.store.transaction() as tx:
            id_ = await tx.interviews.insert(interview(number), f"digest {number}")
            await tx.outbox.enqueue(id_, self.clock.now())

    async def lease(self) -> LeasedDelivery:
        now = self.clock.now()
        (leased,) = await self.store.outbox.lease_due(now, now + timedelta(minutes=3), 5)
        return leased

    async def refuse(self) -> None:
        """What is due is refused by Discord, as the announcer tells it."""
        leased = await self.lease()
        await park_delivery(
            self.store,
            leased.delivery.id,
            expected_attempts=leased.delivery.attempts,
            now=self.clock.now(),
            reason="messages-closed",
        )
        again = Reached.REFUSED if leased.probes is None else Reached.REFUSED_AGAIN
        self.following.on_direct_message(MINA, again)

    async def close(self) -> None:
        await self.following.follow(MINA, HAN)
        await self.publish(1)
        await self.refuse()


@pytest.fixture
async def scene(folder: Path) -> AsyncIterator[Scene]:
    clock, index, woken = FakeClock(), Index(), Woken()
    async with open_store(database_url(folder), clock) as store:
        following = FollowService(store, cast("SearchIndex", index), clock, woken.wake)
        yield Scene(store, index, clock, following, woken)


async def test_followed_unfollowed_and_listed(scene: Scene) -> None:
    following = scene.following
    assert not (await following.follow(MINA, HAN)).already
    assert (await following.follow(MINA, HAN)).already
    await following.follow(MINA, VINO)
    listed = await following.followed(MINA)
    assert {one.name for one in listed.follows} == {"Han Seoyun", "V1NO"}
    assert not listed.closed
    assert [one.name for one in await following.complete(MINA, "seo yun", named)] == ["Han Seoyun"]
    assert len(await following.complete(MINA, "", named)) == 2
    assert (await following.unfollow_named(MINA, "han seo-yun")).name == "Han Seoyun"
    with pytest.raises(UserError, check=lambda error: error.key == "error.not-followed"):
        await following.unfollow_named(MINA, "Han Seoyun")
    assert await following.unfollow(MINA, VINO.id) is not None
    with pytest.raises(UserError, check=lambda error: error.key == "error.follows-nobody"):
        await following.unfollow_named(MINA, "V1NO")


def named(follow: Follow) -> str:
    return follow.name


async def test_what_nobody_was_interviewed_of_is_followed_once_by_any_spelling(
    scene: Scene,
) -> None:
    first = await scene.following.follow_named(MINA, FollowSort.ARTIST, "aespa")
    assert (first.already, first.known) == (False, False)
    again = await scene.following.follow_named(MINA, FollowSort.ARTIST, "AESPA!")
    assert (again.already, again.known) == (True, False)
    assert not (await scene.following.follow_named(MINA, FollowSort.ARTIST, "K!TE")).already
    assert (await scene.following.follow_named(MINA, FollowSort.ARTIST, "kite")).already
    known = await scene.following.follow_named(MINA, FollowSort.ARTIST, "한서윤")
    assert (known.followed.name, known.known) == ("Han Seoyun", True)
    # Interviewed at last, they are followed by all that they are called.
    scene.index.artists.append(Artist(artist_id("aespa"), "aespa", ("에스파",)))
    await scene.following.refresh()
    assert artist_id("에스파") in (await scene.store.follows.spellings())[artist_id("aespa")]


@pytest.mark.parametrize(
    ("sort", "name", "same"),
    [
        (FollowSort.KIND, "film", "film"),
        (FollowSort.WORDS, '"Rainy  Day"', "“rainy day”"),
        (FollowSort.ALL, "", ""),
    ],
)
async def test_a_kind_words_and_everything_are_followed_once(
    scene: Scene, sort: FollowSort, name: str, same: str
) -> None:
    assert not (await scene.following.follow_named(MINA, sort, name)).already
    again = await scene.following.follow_named(MINA, sort, same)
    assert again.already
    (listed,) = (await scene.following.followed(MINA)).follows
    assert (listed.sort, listed.id) == (sort, again.followed.id)
    assert await scene.following.unfollow(MINA, listed.id) == listed


@pytest.mark.parametrize(
    ("sort", "name", "key"),
    [
        (FollowSort.ARTIST, "?!", "error.nobody-named"),
        (FollowSort.WORDS, '"rainy', "error.filter.quote"),
        (FollowSort.WORDS, "year:2020", "error.filter.year"),
        (FollowSort.WORDS, "!", "error.filter.nothing"),
        (FollowSort.WORDS, " ", "error.nothing-searched"),
    ],
)
async def test_what_can_not_be_followed_says_why(
    scene: Scene, sort: FollowSort, name: str, key: str
) -> None:
    with pytest.raises(UserError, check=lambda error: error.key == key):
        await scene.following.follow_named(MINA, sort, name)
    assert (await scene.following.followed(MINA)).follows == ()


async def test_unfollowed_by_what_it_is_called(scene: Scene) -> None:
    await scene.following.follow_named(MINA, FollowSort.WORDS, "film")
    await scene.following.follow_named(MINA, FollowSort.ARTIST, "Film")
    assert (await scene.following.unfollow_named(MINA, "film")).sort is FollowSort.ARTIST
    assert (await scene.following.unfollow_named(MINA, "film")).sort is FollowSort.WORDS


async def test_unfollowed_by_a_spelling_that_only_the_index_knows(scene: Scene) -> None:
    await scene.following.follow(MINA, HAN)
    assert (await scene.following.unfollow_named(MINA, "한서윤")).name == "Han Seoyun"


async def test_an_artist_who_is_written_otherwise_now_is_followed_so(scene: Scene) -> None:
    await scene.following.follow(MINA, HAN)
    newer = Artist(artist_id("Han Seo-yoon"), "Han Seo-yoon", ("Han Seoyun", "SEOYUN"))
    scene.index.artists = [newer]
    await scene.following.refresh()
    spelled = await scene.store.follows.spellings()
    assert spelled == {HAN.id: spellings_of(newer)}
    scene.index.artists = []
    await scene.following.refresh()
    assert await scene.store.follows.spellings() == spelled


async def test_it_goes_on_keeping_up_whatever_fails(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [StoreError("store.locked", path="x"), ValueError("a bug")]
    untold = scene.store.follows.to_notify

    async def failing() -> set[int]:
        if failures:
            raise failures.pop()
        return await untold()

    monkeypatch.setattr(scene.store.follows, "to_notify", failing)
    await scene.close()
    await scene.following.take_notice(MINA)
    running = asyncio.create_task(scene.following.run())
    for _ in range(3):
        await scene.clock.asleep_for(REFRESH)
        await scene.clock.advance(REFRESH)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert failures == []
    assert not scene.following.is_notice_due(MINA)


# ---------------------------------------------------------------- closed messages


async def test_told_once(scene: Scene) -> None:
    await scene.close()
    assert scene.following.is_notice_due(MINA)
    told = await asyncio.gather(*(scene.following.take_notice(MINA) for _ in range(3)))
    assert sorted(told) == [False, False, True]
    assert await scene.store.follows.to_notify() == set()


async def test_whoever_is_open_again_meanwhile_is_not_told(scene: Scene) -> None:
    await scene.close()
    scene.following.on_direct_message(MINA, Reached.ARRIVED)
    assert not scene.following.is_notice_due(MINA)


async def test_a_new_follow_says_that_messages_are_closed_and_tries_them(scene: Scene) -> None:
    await scene.close()
    assert scene.woken.times == 0
    assert (await scene.following.follow(MINA, VINO)).closed
    assert scene.woken.times == 1
    assert (await scene.lease()).probes == 0
    # Told with that answer.
    assert not scene.following.is_notice_due(MINA)


async def test_a_try_waits_for_its_outcome(scene: Scene) -> None:
    await scene.close()
    trying = asyncio.create_task(scene.following.try_again(MINA))
    await scene.woken.once_more()
    await scene.refuse()
    assert await trying is MessageTest.CLOSED
    assert not scene.following.is_notice_due(MINA)
    # A second press at once costs Discord no second refusal.
    assert await scene.following.try_again(MINA) is MessageTest.WAITING
    assert scene.woken.times == 1
    await scene.clock.advance(TRY_PAUSE + 1)
    trying = asyncio.create_task(scene.following.try_again(MINA))
    await scene.woken.once_more()
    scene.following.on_direct_message(MINA, Reached.ARRIVED)
    assert await trying is MessageTest.ARRIVED


async def test_a_try_that_hears_nothing_says_so(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.fans.following.TRY_FOR", 0.01)
    await scene.close()
    assert await scene.following.try_again(MINA) is MessageTest.WAITING


async def test_a_try_without_anything_closed(scene: Scene) -> None:
    assert await scene.following.try_again(MINA) is MessageTest.NOBODY
    await scene.following.follow(MINA, HAN)
    assert await scene.following.try_again(MINA) is MessageTest.OPEN
    assert scene.woken.times == 0


def test_spellings_are_all_names_of_an_artist() -> None:
    assert spellings_of(HAN) == {artist_id("HAN SEO-YUN"), artist_id("한서윤")}
    nameless: Any = Artist("0000000000", "!?")
    assert spellings_of(nameless) == frozenset()


async def test_the_language_last_used_is_stored_once(scene: Scene) -> None:
    await scene.following.follow(MINA, HAN, "ko")
    assert await scene.store.follows.languages() == {MINA: "ko"}
    for person in (MINA, 7999):
        await scene.following.note_language(person, "th")
    assert await scene.store.follows.languages() == {MINA: "th"}
