"""The real bot, whose feed is hostile while fans are at work: some of what
``python -m tests.hostile.whole_bot`` goes through."""

import sys
from pathlib import Path

import pytest

from tests.hostile.whole_bot import ANSWERED_WITHIN, ENDED_WITHIN, SHORT, HostileRun


@pytest.mark.skipif(sys.platform == "win32", reason="the worker's limits are POSIX's")
async def test_commands_are_answered_while_the_feed_is_hostile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = await HostileRun(SHORT, tmp_path).run()
    with capsys.disabled():
        print(f"\n{outcome.told()}")  # noqa: T201
    assert outcome.inputs == len(SHORT)
    assert outcome.unanswered == 0
    assert max(outcome.answers) < ANSWERED_WITHIN
    assert (outcome.exit_code, outcome.ended_after < ENDED_WITHIN) == (0, True)
