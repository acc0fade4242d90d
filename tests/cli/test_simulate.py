"""``simulate``: a table for reading, and the same for programs."""

import json
from pathlib import Path

import pytest

from bot.cli.simulate import SIZES, report
from bot.core.capacity import capacity
from bot.core.i18n import load_messages
from tests.process import run_verb

ROOT = Path(__file__).parents[2]


async def test_the_table_has_round_numbers_and_the_one_asked_for(tmp_path: Path) -> None:
    done = await run_verb(tmp_path, "simulate", "--guilds", "5000")
    assert done.code == 0
    rows = [line.split("|")[1].strip() for line in done.out.splitlines() if line.startswith("|")]
    assert rows[2:10] == ["1", "100", "1,000", "2,500", "5,000", "10,000", "100,000", "1,000,000"]
    assert "Above 30,000 channels, following is the only sane choice" in done.out
    assert not any(tmp_path.iterdir()), "it creates nothing"


async def test_programs_get_the_model_and_the_points(tmp_path: Path) -> None:
    done = await run_verb(tmp_path, "simulate", "--guilds", "1000000", "--json")
    assert done.code == 0
    found = json.loads(done.out)
    assert found["guilds"] == 1_000_000
    assert found["model"]["shards"] == capacity(1_000_000).shards
    assert {point["guilds"] for point in found["measured"]} == {100, 1_000, 10_000}


@pytest.mark.parametrize("guilds", ["0", "-1", "many", "99999999999"])
async def test_a_number_that_can_not_be_is_wrong_usage(tmp_path: Path, guilds: str) -> None:
    done = await run_verb(tmp_path, "simulate", "--guilds", guilds)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_the_documentation_has_what_it_prints() -> None:
    text = load_messages().text()
    page = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    shown = page.partition("<!-- simulate -->")[2].partition("<!-- /simulate -->")[0]
    assert shown.strip() == "\n\n".join(report(SIZES, text))
