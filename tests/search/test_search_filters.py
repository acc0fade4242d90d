"""What a search leaves out: by artist, by kind, by year; and what is like an interview."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.artists import artist_id
from bot.model import Kind
from bot.search import Filters
from tests.search.archive import FOOD, STAGE, interview


def dated(year, *arguments, **options):
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
async def told(store, index):
    """``ask(query, filters)`` gives the keys of what is found."""
    async with store.write() as write:
        keys = {await write.insert(one, "d"): key for key, one in ARCHIVE.items()}
    await index.sync(store)

    async def ask(query, **filters):
        results = await index.search(query, filters=Filters(**filters), limit=100)
        return [keys[hit.interview_id] for hit in results.hits]

    return ask


async def test_filters_leave_what_fits_them_all(told):
    assert set(await told("noodles")) == set(ARCHIVE)
    assert await told("noodles", kind=Kind.SPORT) == ["jun"]
    assert set(await told("noodles", kind=Kind.MUSIC)) == {"mira", "mira again"}
    assert await told("noodles", kind=Kind.MUSIC, year=2022) == ["mira again"]
    assert await told("noodles", year=2020) == []
    spelling = frozenset({artist_id("Do Mira")})
    assert set(await told("noodles", artist=spelling)) == {"mira", "mira again"}
    korean = frozenset({artist_id("도미라")})
    assert await told("noodles", artist=korean) == ["mira"]
    assert set(await told("noodles", artist=spelling | {artist_id("HARU")})) == {
        *("mira", "mira again", "haru"),
    }
    assert await told("noodles", artist=frozenset()) == []


async def test_filters_alone_list_what_they_leave_newest_first(told):
    assert await told("", kind=Kind.MUSIC) == ["mira again", "mira"]
    assert set((await told("", year=2022))[:2]) == {"mira again", "jun"}
    assert await told("  ?!", artist=frozenset({artist_id("haru")})) == ["haru"]
    assert await told("") == []


async def test_a_listing_has_pages_and_a_true_total(store, index):
    async with store.write() as write:
        ids = [
            await write.insert(interview(f"p{n}", "Pia", (FOOD, "Pie."), age=n), "d")
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
    for odd in ({"offset": 30}, {"offset": 10**30}, {"limit": 0}):
        page = await index.search("", filters=filters, **odd)
        assert (page.hits, page.total) == ((), 30)


async def test_similar_interviews_share_the_words_that_few_have(store, index):
    archive = {
        "drums": interview("d", "Dara", ("Which sticks?", "Hickory drumsticks for the snare.")),
        "snare": interview("s", "Sana", ("Why drums?", "The snare, and hickory drumsticks.")),
        "piano": interview("p", "Pia", ("Why piano?", "The pedals and the keys.")),
        "bread": interview("b", "Bora", ("Why bread?", "The smell of flour and yeast.")),
    }
    async with store.write() as write:
        ids = {key: await write.insert(one, "d") for key, one in archive.items()}
    await index.sync(store)
    assert index.similar(ids["drums"])[0] == ids["snare"]
    assert index.similar(ids["snare"], limit=1) == [ids["drums"]]
    assert ids["drums"] not in index.similar(ids["drums"])
    assert index.similar(ids["drums"], limit=0) == []
    assert index.similar(10**9) == []
