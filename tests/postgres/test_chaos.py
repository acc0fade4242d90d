"""A few kills of the hundreds that ``python -m tests.postgres.chaos`` does."""

import pytest

from tests.chaos import Plan
from tests.postgres.chaos import run
from tests.postgres.server import folder_for_server

pytestmark = pytest.mark.postgres


async def test_three_processes_and_a_restarted_server_announce_everything_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = Plan(3, 12, 3, 0.0, seed=3, patience=5.0, forked=True)
    with folder_for_server() as folder:
        # Longer than the lease of the rate.
        outcome = await run(plan, folder, restarts=1, freezes=1, frozen_for=5.0)
    with capsys.disabled():
        print(f"\n{outcome.told()}")  # noqa: T201
    assert (outcome.kills, outcome.freezes) == (plan.kills, 1)
    assert (outcome.missing, outcome.doubled, outcome.not_sent) == (0, 0, {})
