"""A network that is cut for some seconds; ``python -m tests.postgres.cut`` does it for a minute."""

from pathlib import Path

import pytest

from tests.postgres.cut import NO_ANSWER, How, cut
from tests.store.samples import database_url

pytestmark = pytest.mark.postgres

FROM_THE_INDEX = {"complete a title", "search", "the newest interviews"}


@pytest.mark.parametrize("how", list(How))
async def test_people_are_answered_and_nothing_is_lost_or_doubled(tmp_path: Path, how: How) -> None:
    outcome = await cut(tmp_path, database_url(tmp_path), how, seconds=8)
    assert NO_ANSWER not in {one.said for one in outcome.seen}
    assert all(one.usual for one in outcome.seen if one.what in FROM_THE_INDEX)
    told = {one.what for one in outcome.seen if not one.usual}
    assert {"turn a page", "save a question", "an admin lists announcements"} <= told
    assert set(outcome.announced.values()) == {1}
    assert len(outcome.announced) == 3
    assert any(one.usual for one in outcome.afterwards if one.what == "turn a page")
    assert all(one.usual for one in outcome.afterwards[-5:])
    assert "Traceback" not in outcome.log
    assert "our-bug" not in outcome.log
