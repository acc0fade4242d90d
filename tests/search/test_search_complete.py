import asyncio
from datetime import timedelta

import pytest

from bot.model import InterviewSummary
from bot.search.complete import Completions, Entry
from tests.search.archive import ARCHIVE, NOON, interview


def completions(*titles):
    """Entries as (title, name), the first the newest."""
    return Completions(
        Entry.of(InterviewSummary(number, title, "u", names, None, 3), title, names)
        for number, (title, name) in enumerate(titles)
        for names in [(name,) if name else ()]
    )


def ids(completed):
    return [one.id for one in completed]


PEOPLE = completions(
    ("Interview with Kim Ye-hyun, Fencer", "Kim Ye-hyun"),
    ("Interview with Vicke Blanka", "Vicke Blanka"),
    ("(G)I-DLE come back", "(G)I-DLE"),
    ("방탄소년단과의 만남", "방탄소년단"),
    ("Another interview with Choi Sisters", "Choi Sisters"),
    ("Kimchi and other dishes", None),
    ("An Interview with Josh Johnson (Lead Designer of KPOP: Becoming an Idol)", "Josh Johnson"),
)


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("v", 1),
        ("vic", 1),
        ("VICKE BL", 1),
        ("blanka", 1),
        ("blanka vicke", 1),
        ("yehyun", 0),
        ("ye hy", 0),
        ("ye-hyun", 0),
        ("hyun kim", 0),
        ("gidle", 2),
        ("(G)I", 2),
        ("g i-d", 2),
        ("방탄", 3),
        ("소년단", 3),
        ("becoming idol", 6),
        ("kpop", 6),
    ],
)
def test_what_is_typed_is_completed(typed, best):
    assert ids(PEOPLE.complete(typed, 25))[:1] == [best]


@pytest.mark.parametrize(
    ("typed", "best"),
    [("vikce", 1), ("vicek blanka", 1), ("blnaka", 1), ("yehyum", 0), ("josj john", 6), ("coi", 4)],
)
def test_wrong_letters_are_forgiven(typed, best):
    assert best in ids(PEOPLE.complete(typed, 25))[:2]


def test_nothing_typed_gives_the_newest():
    assert ids(PEOPLE.complete("", 3)) == [0, 1, 2]
    assert ids(PEOPLE.complete("  ?!", 3)) == [0, 1, 2]


def test_names_come_before_titles_and_whole_words_before_beginnings():
    assert ids(PEOPLE.complete("kim", 25)) == [0, 5]
    assert ids(PEOPLE.complete("choi interview", 25))[0] == 4


def test_words_that_never_stand_together_give_what_has_most_of_them():
    assert ids(PEOPLE.complete("vicke blanka zeppelin", 25)) == [1]
    assert PEOPLE.complete("zeppelin", 25) == []


def test_twenty_five_at_most_and_none_twice():
    many = completions(*[(f"Interview {n} with Kim Kim", "Kim Kim") for n in range(300)])
    assert ids(many.complete("kim", 25)) == list(range(25))
    assert ids(many.complete("interview kim", 25)) == list(range(25))
    assert len(many.complete("kimkim", 400)) <= 300
    assert many.complete("kim", 0) == []


async def test_completion_follows_the_store(archive):
    assert [one.id for one in await archive.index.complete("")][:2] == [
        archive.ids["gidle"],
        archive.ids["ace"],
    ]
    async with archive.store.write() as write:
        newest = await write.insert(interview("newest", "Zed"), "d")
        oldest = await write.insert(interview("oldest", "Old", age=4000), "d")
        undated = interview("undated", "Undated", age=-30_000)
        first_seen_now = await write.insert(undated, "d")
    await archive.index.sync(archive.store)
    everything = [one.id for one in await archive.index.complete("", 100)]
    assert set(everything[:2]) == {newest, first_seen_now}
    assert everything[-1] == oldest
    assert everything == [one.id for one in await archive.store.latest(100)]
    (summary,) = await archive.index.complete("zed")
    assert summary == (await archive.store.summaries([newest]))[0]


async def test_a_fresh_process_completes_in_the_same_order(archive, open_index):
    async with archive.store.write() as write:
        for key, age in (("undated", None), ("future", -9)):
            one = interview(key, key.title(), age=age or 0)
            changed = {"published_at": NOON - timedelta(days=age) if age else None}
            await write.insert(type(one)(**{**_fields(one), **changed}), "d")
    await archive.index.sync(archive.store)
    fresh = open_index()
    await fresh.sync(archive.store)
    orders = await asyncio.gather(fresh.complete("", 100), archive.index.complete("", 100))
    listed = [one.id for one in await archive.store.latest(100)]
    assert [[one.id for one in order] for order in orders] == [listed, listed]
    assert len(listed) == len(ARCHIVE) + 2


def _fields(one):
    return {name: getattr(one, name) for name in one.__dataclass_fields__}
