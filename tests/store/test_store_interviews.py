import asyncio
import random
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import StoreError
from bot.core.feed_state import FeedState, Validators
from bot.core.model import Interview, InterviewSummary, Topic, Transcript, Turn
from bot.store import KnownInterview, Store, open_store
from tests.clock import START, FakeClock
from tests.store.rows import stored_interview
from tests.store.samples import NOON, copy_database, database_url, interview, interviews


async def insert(store: Store, *those: Interview) -> list[int]:
    async with store.transaction() as tx:
        return [await tx.interviews.insert(one, f"digest of {one.guid}") for one in those]


async def test_an_interview_comes_back_as_it_went_in(store: Store) -> None:
    (id_,) = await insert(store, interview())
    stored = await stored_interview(store, id_)
    assert stored.interview == interview()
    assert (stored.id, stored.first_seen_at, stored.withdrawn_at) == (id_, START, None)


async def test_an_interview_without_anything_comes_back_too(store: Store) -> None:
    bare = Interview(guid="g", url="u", title="")
    (id_,) = await insert(store, bare)
    assert (await stored_interview(store, id_)).interview == bare


@settings(max_examples=25, deadline=None)
@given(those=st.lists(interviews(), min_size=1, max_size=6, unique_by=lambda one: one.guid))
def test_any_interviews_come_back_as_they_went_in(template: Path, those: list[Interview]) -> None:
    async def round_trip() -> None:
        with tempfile.TemporaryDirectory() as folder:
            copy_database(template, Path(folder))
            async with open_store(database_url(Path(folder)), FakeClock()) as store:
                several = [(one, one.guid) for one in those[1:]]
                ids = await insert(store, those[0])
                ids += await store.interviews.insert_many(several)
                assert [one.interview for one in await store.interviews.get_many(ids)] == those
                changes = await store.interviews.changed_since(0)
                assert [
                    change.interview and change.interview.interview for change in changes
                ] == those

    asyncio.run(round_trip())


@pytest.mark.parametrize(
    "words",
    ["'; DROP TABLE interviews; --", "x' OR '1'='1", '") UNION SELECT identity FROM database --'],
)
async def test_words_of_sql_are_words(store: Store, words: str) -> None:
    """In every place where words from outside come to the database."""
    evil = replace(interview(), guid=words, url=words, title=words, excerpt=words)
    (id_,) = await insert(store, evil)
    await store.feeds.save(FeedState(words, Validators(words, words)))
    await store.long_queries.save(words, words, START)
    assert (await stored_interview(store, id_)).interview == evil
    assert [one.id for one in await store.interviews.known([words], [words])] == [id_]
    assert await store.interviews.known(["1"], [f"{words}'"]) == []
    assert (await store.feeds.state(words)).validators == Validators(words, words)
    assert await store.long_queries.get(words) == words
    assert await store.interviews.count() == 1


async def test_what_no_database_takes_is_replaced(store: Store) -> None:
    broken = Interview(
        guid="g\0",
        url="u",
        title="half \ud83d an emoji",
        transcript=Transcript("nul\0\udfff", (Turn(1, "q\0?", ()),), ""),
    )
    (id_,) = await insert(store, broken)
    stored = (await stored_interview(store, id_)).interview
    assert stored.guid == "g"
    assert stored.title == "half \N{REPLACEMENT CHARACTER} an emoji"
    assert stored.transcript.intro == "nul\N{REPLACEMENT CHARACTER}"
    assert stored.transcript.turns[0].question == "q?"
    async with store.transaction() as tx:
        assert [known.id for known in await tx.interviews.known(["g\0"], [])] == [id_]


async def test_turns_are_numbered_by_their_order(store: Store) -> None:
    unsure = Transcript("", (Turn(7, "first", ()), Turn(7, "second", ())), "")
    (id_,) = await insert(store, interview(transcript=unsure))
    turns = (await stored_interview(store, id_)).interview.transcript.turns
    assert [(turn.number, turn.question) for turn in turns] == [(1, "first"), (2, "second")]


async def test_several_are_given_in_the_order_asked_and_missing_ones_left_out(store: Store) -> None:
    one, two, three = await insert(store, interview(1), interview(2), interview(3))
    asked = [three, 999, one, two, -1, 0, 1 << 80]
    assert [stored.id for stored in await store.interviews.get_many(asked)] == [three, one, two]
    assert [found.id for found in await store.interviews.summaries(asked)] == [three, one, two]
    assert await store.interviews.get_many([]) == []


@pytest.mark.parametrize("id_", [0, -1, 12, 1 << 63, -(1 << 63) - 1, 10**30])
async def test_an_id_that_nothing_has_finds_nothing(store: Store, id_: int) -> None:
    assert await store.interviews.get(id_) is None
    assert await store.interviews.get_many([id_]) == []
    assert await store.interviews.summaries([id_]) == []


async def test_a_summary_tells_what_a_list_needs(store: Store) -> None:
    (id_,) = await insert(store, interview())
    assert await store.interviews.summaries([id_]) == [
        InterviewSummary(
            id=id_,
            title="Interview 1 with Park Sori (박소리)",
            url="https://kcrush.example/interview-1/",
            names=("Park Sori", "V1NO"),
            published_at=NOON - timedelta(days=1),
            turn_count=2,
            subjects=interview().subjects,
            kind=Topic.MUSIC,
            image_url="https://kcrush.example/hero.jpg",
        )
    ]


async def test_latest_goes_by_publishing_and_trusts_no_date_in_the_future(
    store: Store, clock: FakeClock
) -> None:
    old, dateless, new, future = await insert(
        store,
        interview(300),
        interview(2, published_at=None),
        interview(1),
        interview(3, published_at=clock.now() + timedelta(days=30_000)),
    )
    assert [one.id for one in await store.interviews.latest(10)] == [future, dateless, new, old]
    assert [one.id for one in await store.interviews.latest(2, 1)] == [dateless, new]
    assert await store.interviews.latest(0) == []
    assert await store.interviews.latest(5, 99) == []


async def test_known_finds_by_guid_and_by_url(store: Store) -> None:
    one, two, three = await insert(store, interview(1), interview(2), interview(3))
    async with store.transaction() as tx:
        await tx.interviews.withdraw(three, NOON)
        found = await tx.interviews.known(
            ["https://kcrush.example/?p=1", "nothing"],
            ["https://kcrush.example/interview-1/", "https://kcrush.example/interview-3/"],
        )
    assert found == [
        KnownInterview(
            one,
            "https://kcrush.example/?p=1",
            "https://kcrush.example/interview-1/",
            "digest of https://kcrush.example/?p=1",
            withdrawn=False,
        ),
        KnownInterview(
            three,
            "https://kcrush.example/?p=3",
            "https://kcrush.example/interview-3/",
            "digest of https://kcrush.example/?p=3",
            withdrawn=True,
        ),
    ]
    assert two not in {known.id for known in found}


async def test_known_takes_more_than_a_statement_holds(store: Store) -> None:
    ids = await insert(store, *(interview(number) for number in range(5)))
    guids = [f"https://kcrush.example/?p={number}" for number in range(40_000)]
    async with store.transaction() as tx:
        assert [known.id for known in await tx.interviews.known(guids, guids)] == ids


async def test_the_same_guid_is_not_stored_twice(store: Store) -> None:
    await insert(store, interview())
    with pytest.raises(StoreError) as refused:
        await insert(store, interview(url="https://elsewhere.example/"))
    assert refused.value.key == "store.failed"
    assert await store.interviews.count() == 1


async def test_an_update_replaces_everything_but_the_id_and_the_first_sight(
    store: Store, clock: FakeClock
) -> None:
    (id_,) = await insert(store, interview())
    await clock.advance(3600)
    edited = interview(9, title="Edited", transcript=Transcript("new", (), ""))
    async with store.transaction() as tx:
        await tx.interviews.update(id_, edited, "new digest")
    stored = await stored_interview(store, id_)
    assert stored.interview == edited
    assert stored.first_seen_at == START
    assert (await store.interviews.summaries([id_]))[0].turn_count == 0
    async with store.transaction() as tx:
        assert [known.digest for known in await tx.interviews.known([edited.guid], [])] == [
            "new digest"
        ]


async def test_an_update_of_nothing_is_an_error(store: Store) -> None:
    with pytest.raises(LookupError):
        async with store.transaction() as tx:
            await tx.interviews.update(5, interview(), "d")


async def test_a_withdrawn_interview_leaves_lists_until_it_is_back(store: Store) -> None:
    gone, there = await insert(store, interview(1), interview(2))
    async with store.transaction() as tx:
        await tx.interviews.withdraw(gone, NOON)
    assert [one.id for one in await store.interviews.latest()] == [there]
    assert await store.interviews.count() == 1
    drawn = await store.interviews.random(random.Random(1))
    assert drawn is not None
    assert drawn.id == there
    assert (await stored_interview(store, gone)).withdrawn_at == NOON
    assert await store.interviews.summaries([gone]) == []

    async with store.transaction() as tx:
        await tx.interviews.update(gone, interview(1), "d")
    assert [one.id for one in await store.interviews.latest()] == [gone, there]
    assert (await stored_interview(store, gone)).withdrawn_at is None


async def test_random_gives_each_the_same_chance(store: Store) -> None:
    assert await store.interviews.random(random.Random(1)) is None
    ids = await insert(store, *(interview(number) for number in range(4)))
    rng = random.Random(20)
    draws = [await store.interviews.random(rng) for _ in range(200)]
    drawn = Counter(one.id for one in draws if one)
    assert drawn.total() == 200
    assert sorted(drawn) == ids
    assert min(drawn.values()) > 30


async def test_changes_are_told_in_order_each_interview_once(store: Store) -> None:
    one, two, three = await insert(store, interview(1), interview(2), interview(3))
    first = await store.interviews.changed_since(0)
    assert [change.id for change in first] == [one, two, three]
    assert [change.interview and change.interview.interview for change in first] == [
        interview(1),
        interview(2),
        interview(3),
    ]
    assert [change.id for change in await store.interviews.changed_since(0, limit=2)] == [one, two]

    newest = first[-1].revision
    assert await store.interviews.changed_since(newest) == []
    async with store.transaction() as tx:
        await tx.interviews.update(two, interview(2, title="Edited"), "d")
        await tx.interviews.withdraw(one, NOON)
    later = await store.interviews.changed_since(newest)
    assert [(change.id, change.interview is None) for change in later] == [
        (two, False),
        (one, True),
    ]
    assert newest < later[0].revision < later[1].revision


async def test_a_revision_is_never_used_twice_even_when_its_transaction_fails(store: Store) -> None:
    await insert(store, interview(1))

    async def write_and_fail() -> None:
        async with store.transaction() as tx:
            await tx.interviews.insert(interview(2), "d")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and_fail()
    assert await store.interviews.count() == 1
    await insert(store, interview(3))
    revisions = [change.revision for change in await store.interviews.changed_since(0)]
    assert len(set(revisions)) == 2


async def test_feed_state_is_remembered(store: Store) -> None:
    url = "https://kcrush.example/feed/"
    assert await store.feeds.state(url) == FeedState(url)
    validators = Validators('W/"x"', "Sun, 01 Mar 2026 12:00:00 GMT")
    state = FeedState(url, validators, seeded=True, polled_at=NOON)
    async with store.transaction() as tx:
        await tx.feeds.save(state)
    assert await store.feeds.state(url) == state
    failed = replace(state, polled_at=NOON + timedelta(minutes=5), changed_at=NOON)
    async with store.transaction() as tx:
        await tx.feeds.save(failed)
    assert await store.feeds.state(url) == failed
    assert await store.feeds.state("https://other.example/") == FeedState("https://other.example/")
