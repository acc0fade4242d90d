"""What fans look for in the sample magazine comes first."""

from collections.abc import Awaitable, Callable

import pytest

from bot.search import SearchIndex
from bot.store import Store
from tests.search.labelled import LABELLED, SLUGS, among_first, interviews_among_first
from tests.search.sample import sample_interviews


@pytest.fixture
async def ask(store: Store, index: SearchIndex) -> Callable[..., Awaitable[list[tuple[str, int]]]]:
    """``ask(query)`` gives the passages found: keys of interviews and turns."""
    keys_of = {slug: key for key, slug in SLUGS.items()}
    keys = {}
    async with store.transaction() as tx:
        for slug, one in reversed(sample_interviews().items()):
            keys[await tx.interviews.insert(one, "d")] = keys_of[slug]
    await index.sync(store)

    async def ask(query: str) -> list[tuple[str, int]]:
        results = await index.search(query, limit=20)
        return [(keys[hit.interview_id], hit.turn_number or 0) for hit in results.hits]

    return ask


def test_the_labels_are_of_the_sample_magazine() -> None:
    assert len(LABELLED) == len({labelled.query for labelled in LABELLED}) == 60
    counts = {key: len(sample_interviews()[slug].transcript.turns) for key, slug in SLUGS.items()}
    for labelled in LABELLED:
        for key, turns in labelled.wanted.items():
            assert max(turns, default=0) <= counts[key], labelled.query


async def test_what_is_wanted_is_among_the_first_five(
    ask: Callable[..., Awaitable[list[tuple[str, int]]]],
) -> None:
    answers = [await ask(labelled.query) for labelled in LABELLED]
    missed = [
        labelled.query
        for labelled, answer in zip(LABELLED, answers, strict=True)
        if not any(labelled.is_met_by(*passage) for passage in answer[:5])
    ]
    assert among_first(answers, 5) >= 0.95, missed
    assert among_first(answers, 1) >= 0.9, missed
    assert interviews_among_first(answers, 5) >= 0.95, missed


def test_a_rate_counts_what_is_met() -> None:
    nothing: list[list[tuple[str, int]]] = [[] for _ in LABELLED]
    assert among_first(nothing, 5) == interviews_among_first(nothing, 5) == 0
    right = [
        [("nobody", 1), (key, max(turns, default=3))]
        for key, turns in (next(iter(labelled.wanted.items())) for labelled in LABELLED)
    ]
    assert (among_first(right, 1), among_first(right, 2)) == (0, 1)
    wrong = [[(key, 99)] for key in (next(iter(labelled.wanted)) for labelled in LABELLED)]
    assert among_first(wrong, 1) < interviews_among_first(wrong, 1) == 1
