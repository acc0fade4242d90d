"""What fans ask for, be it any text at all: answered, and within what Discord takes."""

import asyncio
import random
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.artists import artist_key
from bot.core.errors import UserError
from bot.core.folding import fold, word_texts
from bot.core.i18n import load_messages
from bot.core.model import Topic
from bot.fans.links import addresses
from bot.fans.reading import Reading
from bot.fans.results import SearchRequest
from bot.search import SearchIndex, UnknownFilter
from bot.store import open_store
from bot.ui.artist import artists_page, nobody_page
from bot.ui.ids import ArtistPage, parse_custom_id, short_query
from bot.ui.search_results import search_page
from tests.clock import FakeClock
from tests.cogs.stage import interview
from tests.store.samples import database_url
from tests.ui.limits import buttons, within_limits
from tests.ui.strategies import TEXT

T = TypeVar("T")

patient = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
TEXT_OF_OURS = load_messages().text()


@dataclass
class Room:
    """The service over a small archive, and the loop in which it lives."""

    runner: asyncio.Runner
    reading: Reading

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder: Path = tmp_path_factory.mktemp("reading")
    clock = FakeClock()
    with asyncio.Runner() as runner:
        opened = open_store(database_url(folder), clock)
        store = runner.run(opened.__aenter__())
        index = SearchIndex.open(folder / "index")

        async def fill() -> None:
            async with store.transaction() as tx:
                for number in range(1, 9):
                    await tx.interviews.insert(interview(number), f"digest {number}")
            await index.sync(store)

        runner.run(fill())
        yield Room(runner, Reading(store, index, random.Random(1), clock))
        index.close()
        runner.run(opened.__aexit__(None, None, None))


@patient
@given(
    query=TEXT | st.text(max_size=40),
    page=st.integers(0, 3),
    kind=st.none() | st.sampled_from(Topic),
    year=st.none() | st.integers(1990, 2100),
)
def test_any_search_is_answered_and_shown(
    query: str, page: int, kind: Topic | None, year: int | None, room: Room
) -> None:
    asked = SearchRequest(short_query(query) or "x", None, kind, year)
    if kind is None and year is None and not word_texts(fold(asked.query)):
        with pytest.raises(UserError, match="nothing to search for"):
            room.run(room.reading.search(asked, page))
        return
    found = room.run(room.reading.search(asked, page))
    assert (found.total == 0) >= (not found.groups and page == 0)
    layout = search_page(found, TEXT_OF_OURS)
    within_limits(layout)
    for one in buttons(layout):
        parse_custom_id(one["custom_id"])


def test_a_filter_for_nobody_says_so_and_offers_who_is_nearly_called_so(room: Room) -> None:
    found = room.run(room.reading.search(SearchRequest("artist:seoyum rain"), 0))
    assert found.unknown == (UnknownFilter("artist", "seoyum", "rain"),)
    assert [artist.name for artist in found.offers] == ["Han Seoyun"]
    assert (found.total, found.groups) == (0, ())
    for query in ("artist:nosuchone", "kind:xyz"):
        found = room.run(room.reading.search(SearchRequest(query), 0))
        assert len(found.unknown) == 1
        assert found.offers == ()


@pytest.mark.parametrize("query", ["!!!", "-", "★"])
def test_a_search_for_nothing_says_what_it_needs(query: str, room: Room) -> None:
    with pytest.raises(UserError) as refused:
        room.run(room.reading.search(SearchRequest(query), 0))
    assert refused.value.key == "error.nothing-searched"


@patient
@given(words=TEXT | st.text(max_size=20))
def test_any_name_means_somebody_or_nobody(words: str, room: Room) -> None:
    if not artist_key(words):
        with pytest.raises(UserError):
            room.reading.find_artist(words)
        return
    meant = room.reading.find_artist(words)
    if meant.match is not None:
        assert meant.match.name == "Han Seoyun"
        assert not meant.offers
    elif meant.offers:
        within_limits(
            artists_page(
                words,
                meant.offers,
                TEXT_OF_OURS,
                exact=meant.exact,
                choose=lambda artist: ArtistPage(artist.id),
            )
        )
    else:
        within_limits(nobody_page(words, TEXT_OF_OURS))
    assert len(room.reading.complete_artists(words)) <= 1
    assert len(room.run(room.reading.complete(words))) <= 8
    if addresses(words):
        with pytest.raises(UserError):
            room.reading.find_interview(words)
    else:
        assert len(room.reading.find_interview(words).offers) <= 8
