"""A few kills of the hundreds that ``python -m tests.chaos`` does."""

from pathlib import Path

import pytest

from tests.chaos import Plan, run

PLANS = {
    "nonces-remembered": Plan(2, 12, 3, 300.0, seed=3, patience=5.0, forked=True),
    "no-nonces-remembered": Plan(2, 12, 3, 0.0, seed=3, patience=5.0, forked=True),
    "garbled-answers": Plan(1, 10, 1, seed=4, patience=5.0, forked=True, garbled=0.1, wrong_by=0.0),
}


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
async def test_killed_at_random_instants_each_channel_has_each_interview_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], plan: Plan
) -> None:
    outcome = await run(plan, tmp_path)
    with capsys.disabled():
        print(f"\nnonce window          {plan.nonce_window:g} s\n{outcome.told()}")  # noqa: T201
    assert outcome.kills == plan.kills
    assert outcome.kills_amid_sending >= 1
    assert (outcome.missing, outcome.doubled, outcome.not_sent) == (0, 0, {})
