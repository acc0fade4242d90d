"""How often shards identify: a day of the worst that Discord may do, on a virtual clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.client.identify_budget import DAY, FREE, LONGEST_WAIT, IdentifyBudget, SessionLimitError
from tests.clock import FakeClock


class At(FakeClock):
    """A clock that is set."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def identified(shards: int, days: float, *, pause: float = 5.0) -> list[float]:
    """When shards identify that are refused each time, and try again after `pause` seconds."""
    clock = At()
    budget = IdentifyBudget(clock)
    due = [(0.0, shard) for shard in range(shards)]
    found = []
    while due:
        due.sort()
        clock.seconds, shard = due.pop(0)
        if clock.seconds >= days * DAY:
            break
        at = clock.seconds + budget.wait(shard)
        found.append(at)
        due.append((at + pause, shard))
    return sorted(found)


@pytest.mark.parametrize("shards", [1, 2, 16, 64])
def test_a_day_of_refusals_takes_half_of_what_discord_allows_at_most(shards: int) -> None:
    found = identified(shards, 2)
    for start in found:
        assert sum(start <= at < start + DAY for at in found) <= 500
    assert len(identified(1, 1)) < 50


def test_a_shard_that_was_refused_does_not_hold_up_another() -> None:
    clock = At()
    budget = IdentifyBudget(clock)
    for _ in range(20):
        clock.seconds += budget.wait(0)
    assert budget.wait(1) == 0.0


def test_the_first_ones_and_those_of_another_day_wait_for_nothing() -> None:
    clock = At()
    budget = IdentifyBudget(clock)
    assert [budget.wait(0) for _ in range(FREE)] == [0.0] * FREE
    assert 0 < budget.wait(0) <= LONGEST_WAIT
    clock.seconds += 2 * DAY
    assert budget.wait(0) == 0.0


@given(st.integers(0, 2000), st.integers(-5, 3000), st.floats(0, 86_400))
def test_the_rest_of_a_day_is_for_restarts(total: int, remaining: int, reset: float) -> None:
    budget = IdentifyBudget(At())
    if remaining <= max(1, total) // 2:
        with pytest.raises(SessionLimitError) as refused:
            budget.check(total=total, remaining=remaining, reset_after=reset)
        assert refused.value.retry_after >= reset
    else:
        budget.check(total=total, remaining=remaining, reset_after=reset)
