"""Three kills and two of the hundreds that ``python -m tests.chaos`` does."""

from pathlib import Path

import pytest

from tests.chaos import Plan, run

CHANNELS = 12
PERSONS = 3


@pytest.mark.parametrize(
    "nonce_window", [300.0, 0.0], ids=["nonces-remembered", "no-nonces-remembered"]
)
async def test_killed_at_random_instants_each_channel_has_each_interview_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], nonce_window: float
) -> None:
    kills = 3 if nonce_window else 2
    plan = Plan(kills, CHANNELS, PERSONS, nonce_window, seed=3, patience=5.0, forked=True)
    outcome = await run(plan, tmp_path)
    with capsys.disabled():
        print(f"\nnonce window          {nonce_window:g} s\n{outcome.told()}")  # noqa: T201
    assert outcome.kills == kills
    assert outcome.kills_amid_sending >= 1
    assert (outcome.missing, outcome.doubled, outcome.not_sent) == (0, 0, {})
