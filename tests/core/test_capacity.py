"""What so many guilds cost: Discord's documented limits, and points that were measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.capacity import MEASURED, capacity

TOLERANCE = 0.15

GUILDS = st.integers(1, 5_000_000)


@pytest.mark.parametrize("point", MEASURED, ids=lambda point: f"{point.guilds} guilds")
def test_the_model_is_near_what_was_measured(point: object) -> None:
    model = capacity(point.guilds)  # type: ignore[attr-defined]
    for name in ("start", "memory", "announcing", "stored", "transactions"):
        if not getattr(point, name):
            continue
        ratio = getattr(point, name) / getattr(model, name)
        assert ratio == pytest.approx(1.0, abs=TOLERANCE), name


@pytest.mark.parametrize(
    ("guilds", "shards", "waits"),
    [(1, 1, 0), (1_000, 1, 0), (1_001, 2, 5), (10_000, 10, 45), (150_000, 150, 745)],
)
def test_shards_identify_one_after_another(guilds: int, shards: int, waits: int) -> None:
    found, one = capacity(guilds), capacity(1)
    assert found.shards == shards
    assert waits <= found.start <= waits + one.start + 3.0


def test_a_large_bot_has_sixteen_shards_or_a_multiple_that_identify_at_once() -> None:
    small, large = capacity(150_000), capacity(150_001)
    assert large.shards == 160
    assert large.start < small.start / 10


@given(GUILDS)
def test_no_shard_and_no_process_has_more_than_it_can_take(guilds: int) -> None:
    found = capacity(guilds)
    assert guilds / found.shards <= 2_500
    assert found.shards / found.processes <= 16
    assert found.memory < 1024
    assert found.shards <= found.starts_a_day


@given(GUILDS, GUILDS)
def test_more_guilds_never_cost_less(one: int, other: int) -> None:
    few, many = sorted((one, other))
    for name in ("shards", "processes", "announcing", "stored", "transactions"):
        assert getattr(capacity(few), name) <= getattr(capacity(many), name)


def test_channel_by_channel_is_said_to_take_too_long_above_ten_minutes() -> None:
    assert not capacity(30_000).must_follow
    assert capacity(30_001).must_follow
    assert capacity(1_000_000).announcing > 5 * 3600
    assert capacity(1_000_000).following < 1


def test_no_guilds_cost_nothing() -> None:
    with pytest.raises(ValueError, match="without guilds"):
        capacity(0)
