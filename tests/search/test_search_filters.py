"""What a search leaves out: by artist, by kind, by year; and what is like an interview."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.artists import artist_id
from bot.core.model import Interview, Topic
from bot.search import Filters, SearchIndex, UnknownFilter
from bot.store import Store
from tests.search.archive import FOOD, STAGE, interview


def dated(year: int, *arguments: Any, **options: Any) -> Interview:
    when = datetime(year, 6, 1, 12, tzinfo=UTC)
    return replace(interview(*arguments, **options), published_at=when)


ARCHIVE = {
    "mira": dated(
        2019,
        "mira",
        "Do Mira",
        (FOOD, "Noodles, always noodles."),
        role="Singer",
        aliases=("도미라",),
    ),
    "mira again": dated(
        2022, "mira2", "Do Mi-ra", (STAGE, "I eat noodles before."), role="Singer-songwriter"
    ),
    "jun": dated(2022, "jun", "Ban Jun", (FOOD, "Noodles."), role="Fencer"),
    "haru": dated(2021, "haru", "HARU", (FOOD, "Rice and noodles."), role="Actor"),
}


@pytest.fixture
async def told(store: Store, index: SearchIndex) -> Callable[..., Awaitable[list[str]]]:
    """``ask(query, filters)`` gives the keys of what is found."""
    async with store.transaction() as tx:
        keys = {await tx.interviews.insert(one, "d"): key for key, one in ARCHIVE.items()}
    await index.sync(store)

    async def ask(query: str, **filters: Any) -> list[str]:
        results = await index.search(query, filters=Filters(**filters), limit=100)
        return [keys[hit.interview_id] for hit in results.hits]

    return ask


@pytest.fixture
def told_by(told: Callable[..., Awaitable[list[str]]], index: SearchIndex) -> SearchIndex:
    """The index that ``told`` asks."""
    return index


async def test_filters_leave_what_fits_them_all(told: Callable[..., Awaitable[list[str]]]) -> None:
    assert set(await told("noodles")) == set(ARCHIVE)
    assert await told("noodles", kind=Topic.SPORT) == ["jun"]
    assert set(await told("noodles", kind=Topic.MUSIC)) == {"mira", "mira again"}
    assert await told("noodles", kind=Topic.MUSIC, year=2022) == ["mira again"]
    assert await told("noodles", year=2020) == []
    spelling = frozenset({artist_id("Do Mira")})
    assert set(await told("noodles", artist=spelling)) == {"mira", "mira again"}
    korean = frozenset({artist_id("도미라")})
    assert await told("noodles", artist=korean) == ["mira"]
    assert set(await told("noodles", artist=spelling | {artist_id("HARU")})) == {
        *("mira", "mira again", "haru"),
    }
    assert await told("noodles", artist=frozenset()) == []


async def test_filters_alone_list_what_they_leave_newest_first(
    told: Callable[..., Awaitable[list[str]]],
) -> None:
    assert await told("", kind=Topic.MUSIC) == ["mira again", "mira"]
    assert set((await told("", year=2022))[:2]) == {"mira again", "jun"}
    assert await told("  ?!", artist=frozenset({artist_id("haru")})) == ["haru"]
    assert await told("") == []


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("artist:mira noodles", ["mira", "mira again"]),
        ("ARTIST:Mira noodles", ["mira", "mira again"]),
        ('artist:"Do Mi-ra" noodles', ["mira", "mira again"]),
        ("noodles artist:도미라", ["mira", "mira again"]),
        ("noodles artist: mira", ["mira", "mira again"]),
        ("artist：mira noodles", ["mira", "mira again"]),
        ("artist:mir noodles", ["mira", "mira again"]),
        ("artist:mira artist:haru noodles", ["mira", "mira again", "haru"]),
        ("noodles -artist:mira", ["jun", "haru"]),
        ("noodles kind:music", ["mira", "mira again"]),
        ("noodles kind:MUS", ["mira", "mira again"]),
        ("noodles kind:singer", ["mira", "mira again"]),
        ("noodles kind:sports", ["jun"]),
        ("noodles kind:sport kind:acting", ["jun", "haru"]),
        ("noodles -kind:music", ["jun", "haru"]),
        ("noodles year:2022", ["mira again", "jun"]),
        ("noodles year:2019-2021", ["mira", "haru"]),
        ("noodles year:2022..2019", list(ARCHIVE)),
        ("noodles year:-2020", ["mira"]),
        ("noodles year:2021-", ["mira again", "jun", "haru"]),
        ("noodles -year:2022", ["mira", "haru"]),
        ("noodles year:1815", []),
        ('noodles -"always noodles" kind:music', ["mira again"]),
        ("noodles artist:mira year:2022 kind:music", ["mira again"]),
        ("noodles artist:mira kind:sport", []),
    ],
)
async def test_a_query_narrows_itself(
    told: Callable[..., Awaitable[list[str]]], query: str, keys: list[str]
) -> None:
    assert sorted(set(await told(query))) == sorted(keys)


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("kind:music", ["mira again", "mira"]),
        ("artist:mira", ["mira again", "mira"]),
        ("year:2021", ["haru"]),
        ("-kind:music -year:2021", ["jun"]),
        ("kind:music -songwriter", ["mira"]),
    ],
)
async def test_a_query_of_only_filters_lists_the_newest_first(
    told: Callable[..., Awaitable[list[str]]], query: str, keys: list[str]
) -> None:
    assert await told(query) == keys


async def test_typed_and_chosen_filters_hold_together(
    told: Callable[..., Awaitable[list[str]]],
) -> None:
    assert await told("noodles kind:music", year=2022) == ["mira again"]
    assert await told("kind:music", year=2019) == ["mira"]
    assert await told("-mira", kind=Topic.MUSIC) == []


@pytest.mark.parametrize(
    "query",
    ["year:", "artist:", "foo:bar", 'kind:"?"', "year:-"],
)
async def test_what_is_no_filter_is_taken_literally(
    store: Store, index: SearchIndex, query: str
) -> None:
    async with store.transaction() as tx:
        literal = interview("l", "Lita", ("What?", f"They wrote {query} on the wall."))
        other = interview("o", "Otto", ("What?", "They wrote nothing on the wall."))
        ids = [await tx.interviews.insert(one, "d") for one in (literal, other)]
    await index.sync(store)
    results = await index.search(query)
    assert results.exact
    assert [hit.interview_id for hit in results.hits] == ids[:1]


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("noodles artist:nosuchone", ("artist", "nosuchone", "noodles")),
        ('artist:"no such one" noodles', ("artist", "no such one", "noodles")),
        ("artist:twice", ("artist", "twice", "")),
        ("kind:xyz noodles -rice", ("kind", "xyz", "noodles -rice")),
        ("year:soon noodles", ("year", "soon", "noodles")),
        ("noodles YEAR：20", ("year", "20", "noodles")),
    ],
)
async def test_a_filter_that_nothing_meets_says_so(
    told_by: SearchIndex, query: str, unknown: tuple[str, str, str]
) -> None:
    results = await told_by.search(query)
    assert results.unknown == (UnknownFilter(*unknown),)
    assert (results.hits, results.total, results.exact) == ((), 0, False)


async def test_of_several_values_one_known_is_enough(
    told_by: SearchIndex, told: Callable[..., Awaitable[list[str]]]
) -> None:
    assert await told("artist:nosuchone artist:haru") == ["haru"]
    assert await told("kind:xyz kind:acting") == ["haru"]
    results = await told_by.search("artist:nosuchone kind:xyz kind:zyx noodles")
    assert [one.name for one in results.unknown] == ["artist", "kind", "kind"]
    assert set(await told("noodles -artist:nosuchone -kind:xyz")) == set(ARCHIVE)


@pytest.mark.parametrize("query", ["!!!", "", "  ?! -", "-", '""', "artist:", "★"])
async def test_a_query_without_letters_and_digits_is_empty(
    told_by: SearchIndex, query: str
) -> None:
    asked = query != "artist:"
    assert (await told_by.search(query)).is_empty_query == asked
    assert not (await told_by.search(query, filters=Filters(year=2021))).is_empty_query


async def test_a_listing_has_pages_and_a_true_total(store: Store, index: SearchIndex) -> None:
    async with store.transaction() as tx:
        ids = [
            await tx.interviews.insert(interview(f"p{n}", "Pia", (FOOD, "Pie."), age=n), "d")
            for n in range(30)
        ]
    await index.sync(store)
    filters = Filters(artist=frozenset({artist_id("pia")}))
    listed = []
    for offset in range(0, 30, 7):
        page = await index.search("", filters=filters, limit=7, offset=offset)
        assert page.total == 30
        listed += [hit.interview_id for hit in page.hits]
        assert all(hit.turn_number is None for hit in page.hits)
    assert listed == ids
    for offset, limit in ((30, 10), (10**30, 10), (0, 0)):
        page = await index.search("", filters=filters, offset=offset, limit=limit)
        assert (page.hits, page.total) == ((), 30)


async def test_similar_interviews_share_the_words_that_few_have(
    store: Store, index: SearchIndex
) -> None:
    archive = {
        "drums": interview("d", "Dara", ("Which sticks?", "Hickory drumsticks for the snare.")),
        "snare": interview("s", "Sana", ("Why drums?", "The snare, and hickory drumsticks.")),
        "piano": interview("p", "Pia", ("Why piano?", "The pedals and the keys.")),
        "bread": interview("b", "Bora", ("Why bread?", "The smell of flour and yeast.")),
    }
    async with store.transaction() as tx:
        ids = {key: await tx.interviews.insert(one, "d") for key, one in archive.items()}
    await index.sync(store)
    assert index.similar(ids["drums"])[0] == ids["snare"]
    assert index.similar(ids["snare"], limit=1) == [ids["drums"]]
    assert ids["drums"] not in index.similar(ids["drums"])
    assert index.similar(ids["drums"], limit=0) == []
    assert index.similar(10**9) == []


async def test_similar_interviews_are_with_the_same_artist_or_about_the_same(
    store: Store, index: SearchIndex
) -> None:
    archive = {
        "one": interview("1", "Nari", ("Why?", "Because."), tags=("Ballad",)),
        "two": interview("2", "Nari", ("How?", "Somehow."), tags=("Travel",)),
        "ballad": interview("3", "Gaon", ("When?", "Soon."), tags=("Ballad",)),
        "other": interview("4", "Dorim", ("Where?", "Here."), tags=("Chess",)),
    }
    async with store.transaction() as tx:
        ids = {key: await tx.interviews.insert(one, "d") for key, one in archive.items()}
    await index.sync(store)
    assert index.similar(ids["one"], 2) == [ids["two"], ids["ballad"]]


async def test_a_withdrawn_interview_is_similar_to_none(store: Store, index: SearchIndex) -> None:
    async with store.transaction() as tx:
        ids = [
            await tx.interviews.insert(interview(k, "Nari", (FOOD, "Figs.")), "d") for k in "abc"
        ]
        await tx.interviews.withdraw(ids[1], datetime(2026, 3, 2, tzinfo=UTC))
    await index.sync(store)
    assert index.similar(ids[0]) == [ids[2]]
    assert index.similar(ids[1]) == []


async def test_a_phrase_of_frequent_words_is_found_in_old_answers_too(
    store: Store, index: SearchIndex
) -> None:
    async with store.transaction() as tx:
        ids = [
            await tx.interviews.insert(
                dated(2000 + n, f"y{n}", f"Name{n}", (FOOD, "We were there.")), "d"
            )
            for n in range(20)
        ]
        other = dated(2030, "other", "Other", (FOOD, "There we were."))
        await tx.interviews.insert(other, "d")
    await index.sync(store)
    results = await index.search('"we were there"', limit=30)
    assert {hit.interview_id for hit in results.hits} == set(ids)
