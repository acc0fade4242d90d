"""The command line on a database of PostgreSQL."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import build_cli
from bot.core.i18n import load_messages
from bot.store.tables import HEAD
from tests.postgres.server import execute
from tests.store.released import released
from tests.store.samples import database_url

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database, which the settings name."""
    url = database_url(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    return url


def command(*arguments: str) -> Result:
    return CliRunner().invoke(build_cli(load_messages()), arguments)


def test_the_tables_are_made_and_looked_at(url: str) -> None:
    assert "0" in command("migrate").output
    assert execute("SELECT count(*) FROM database", url.rpartition("/")[2]) == "1"
    found = command("search", "sori")
    assert "sori" in found.output
    assert found.exit_code == 0


def test_copies_are_left_to_postgresql(url: str, tmp_path: Path) -> None:
    (tmp_path / "copy.db").touch()
    for arguments in (("backup", "new.db"), ("restore", "copy.db")):
        refused = command(*arguments)
        assert refused.exit_code == 1
        address = url.replace("+asyncpg", "").replace("bot@", "")
        assert f"The database {address} is PostgreSQL's. Copy it with `pg_dump`" in refused.output
    assert [path.name for path in tmp_path.iterdir()] == ["copy.db"]


def test_a_move_says_what_is_to_be_done_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{released(tmp_path, HEAD)}")
    there = database_url(tmp_path, "there.db")
    moved = command("move", "--to", there)
    assert moved.exit_code == 0
    assert "each compared with what it was. Set DATABASE_URL to the new address" in moved.output
    again = command("move", "--to", there)
    assert again.exit_code == 1
    assert "is in use already. Nothing was changed" in again.output
