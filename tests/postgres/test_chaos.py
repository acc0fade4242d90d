"""A few kills of the hundreds that ``python -m tests.postgres.chaos`` does."""

import pytest

from tests.chaos import Plan
from tests.postgres.chaos import run
from tests.postgres.server import folder_for_server

pytestmark = pytest.mark.postgres


async def test_two_processes_and_a_restarted_server_announce_everything_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = Plan(3, 12, 3, 0.0, seed=3, patience=5.0, forked=True)
    with folder_for_server() as folder:
        outcome = await run(plan, folder, restarts=1)
    with capsys.disabled():
        print(f"\n{outcome.told()}")  # noqa: T201
    assert outcome.kills == plan.kills
    assert (outcome.missing, outcome.doubled, outcome.not_sent) == (0, 0, {})
