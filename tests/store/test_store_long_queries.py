"""Searches that are too long for a custom_id."""

from datetime import timedelta

import pytest

from bot.store import Store, long_queries
from tests.store.samples import NOON


async def test_a_query_is_found_by_its_key(store: Store) -> None:
    await store.long_queries.save("0" * 16, "방탄 " * 40, NOON)
    await store.long_queries.save("0" * 16, "방탄 " * 40, NOON)
    assert await store.long_queries.get("0" * 16) == "방탄 " * 40
    assert await store.long_queries.get("1" * 16) is None


async def test_the_longest_unasked_are_dropped(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_queries, "_OLD", long_queries._OLD.offset(3))
    for number in range(5):
        asked = NOON + timedelta(minutes=number)
        await store.long_queries.save(f"{number:016x}", f"query {number}", asked)
        await store.long_queries.save(f"{0:016x}", "query 0", asked)
    found = [await store.long_queries.get(f"{number:016x}") for number in range(5)]
    assert found == ["query 0", None, None, "query 3", "query 4"]
