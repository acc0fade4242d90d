"""Databases of other versions, as operators meet them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.store.tables import HEAD
from tests.process import run_verb
from tests.store.released import released, rows_of

pytestmark = pytest.mark.sqlite

TOKEN = {"DISCORD_TOKEN": "never.used"}


async def test_an_upgrade_from_the_first_release_keeps_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    path = released(tmp_path / "data", "0001")
    before = rows_of(path)

    ended = await run_verb(tmp_path, "migrate")

    assert (ended.code, ended.out, ended.err) == (
        0,
        f"The database is at schema {HEAD}, the newest.\n",
        "",
    )
    assert rows_of(path)["interviews"] == before["interviews"]


@pytest.mark.parametrize(
    "arguments", [["run"], ["poll"], ["migrate"], ["backup", "copy.db"], ["announce", "1"]]
)
async def test_a_newer_database_is_refused_with_the_mend_and_not_touched(
    tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    path = released(tmp_path / "data", HEAD)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = rows_of(path)

    ended = await run_verb(tmp_path, *arguments, env=TOKEN)

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines()[-1] == (
        "The database is of version 9999, made by a newer version of this program, which knows "
        f"{HEAD}. Install the newer version, or put back the copy of the database from before the "
        "update."
    )
    assert rows_of(path) == before
    assert not (tmp_path / "copy.db").exists()
