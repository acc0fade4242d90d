"""Shards: what SHARDS names, and that processes share them out evenly whatever comes and goes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.shards import (
    MOST_SHARDS,
    ShardRange,
    read_shard_range,
    shard_of,
    shards_to_give,
    shards_to_take,
    share_of,
)


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("0123456789-/"), max_size=24))
@example("0/1")
@example("3/2")
@example("5-3/9")
@example("٣/٩")
@example("999999999-999999999/999999999")
def test_any_text_names_shards_that_there_are_or_none(text: str) -> None:
    try:
        found = read_shard_range(text)
    except ValueError:
        assert "/" in text
        return
    if found is not None:
        assert 0 <= found.first <= found.last < found.total <= MOST_SHARDS
        assert read_shard_range(str(found)) == found


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 40))
def test_a_range_is_read_as_it_is_written(first: int, last: int, total: int) -> None:
    if first <= last < total:
        assert read_shard_range(f"{first}-{last}/{total}") == ShardRange(first, last, total)
        assert read_shard_range(f"{last}/{total}") == ShardRange(last, last, total)
    else:
        with pytest.raises(ValueError, match="no shards"):
            read_shard_range(f"{first}-{last}/{total}")


def test_a_guild_belongs_to_the_shard_that_discord_computes() -> None:
    """Discord docs, Gateway, Sharding: (guild_id >> 22) % num_shards."""
    assert shard_of(197038439483310086, 16) == (197038439483310086 >> 22) % 16
    assert shard_of(197038439483310086, 1) == 0


@given(st.sets(st.integers(1, 99), min_size=1), st.integers(1, 200))
def test_shares_are_even_and_make_up_the_whole(processes: set[int], total: int) -> None:
    shares = {one: share_of(one, processes, total) for one in processes}
    assert sum(shares.values()) == total
    assert max(shares.values()) - min(shares.values()) <= 1
    for gone in processes:
        rest = processes - {gone}
        assert all(share_of(one, rest, total) >= shares[one] for one in rest)


@given(
    st.integers(1, 40),
    st.integers(1, 16),
    st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=12),
)
def test_whatever_comes_and_goes_all_shards_are_served_once_and_evenly(
    total: int, concurrency: int, events: list[tuple[bool, int]]
) -> None:
    held: dict[int, set[int]] = {1: set()}

    def settle() -> int:
        """Let everybody look until nothing changes; how many shards were given up."""
        given_up = 0
        for _ in range(2 * total + 2):
            before = {one: set(theirs) for one, theirs in held.items()}
            for process, mine in held.items():
                share = share_of(process, held, total)
                taken = set().union(*held.values()) - mine
                mine |= set(shards_to_take(mine, taken, share, total))
                gone = shards_to_give(mine, mine, share, concurrency)
                assert len({shard % concurrency for shard in gone}) == len(gone)
                given_up += len(gone)
                mine -= set(gone)
            if held == before:
                return given_up
        raise AssertionError("it never settles")

    for joins, number in events:
        if joins:
            held[max(held) + 1] = set()
        elif len(held) > 1:
            del held[sorted(held)[number % len(held)]]
        moved = settle()
        assert sorted(shard for mine in held.values() for shard in mine) == list(range(total))
        sizes = [len(mine) for mine in held.values()]
        assert max(sizes) - min(sizes) <= 1
        if joins:
            assert moved <= sizes[-1]
        else:
            assert moved == 0
