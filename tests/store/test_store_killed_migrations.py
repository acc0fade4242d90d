"""A migration that is killed, at whatever instant, leaves the database as it was or as it will be:
never a change without its version, a table of Alembic's half built, or a row lost."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.store import open_store
from bot.store.engine import open_database
from bot.store.migrate import migrate
from bot.store.tables import HEAD
from tests.clock import FakeClock
from tests.forked import piped
from tests.store.released import (
    Rows,
    released,
    revisions,
    rows_of,
    schema_of,
    scripts_of_tomorrow,
)
from tests.store.samples import database_url

pytestmark = pytest.mark.sqlite

LAST = """
    with op.batch_alter_table('interviews') as batch:
        batch.alter_column('excerpt', nullable=True)
    with op.batch_alter_table('deliveries') as batch:
        batch.add_column(sa.Column('tries', sa.Integer, nullable=False, server_default='0'))
"""
"""What a revision may do at worst: tables that others refer to are built anew."""

KILLS = 12
"""Instants spread evenly over the upgrade; ``python -m tests.store.test_store_killed_migrations``
tries five hundred."""

FRAME, LOG_HEADER = 4096 + 24, 32
"""Bytes of a page in SQLite's log, and before the first (https://www.sqlite.org/fileformat2.html)."""

State = tuple[str | None, str, Rows]


def state_of(path: Path) -> State:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return version and version[0], schema_of(path), rows_of(path)


class Upgrade:
    """The upgrade from the first version to tomorrow's, and the whole states on its way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scripts = scripts_of_tomorrow(folder, LAST)
        self.first = released(folder, revisions()[0])
        self.states: list[State] = [state_of(self.first)]
        self.instants = 0

    async def prepare(self) -> None:
        whole = self.copy("whole")
        for head in (*revisions()[1:], "next"):
            async with open_database(database_url(whole), FakeClock()) as database:
                await migrate(database, scripts=self.scripts, head=head)
            self.states.append(state_of(whole / "kcrush.db"))
        self.instants = int(await self.run(self.copy("counted"), 0))

    def copy(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        shutil.copy(self.first, folder / "kcrush.db")
        return folder

    async def run(self, folder: Path, instant: int) -> bytes:
        arguments = (database_url(folder), str(self.scripts), "next", str(instant))
        async with piped("tests.store.killed", *arguments) as child:
            said = await child.rest()
            assert child.process.returncode == (-9 if instant else 0), said
        return said

    async def finish(self, folder: Path) -> State:
        async with open_database(database_url(folder), FakeClock()) as database:
            await migrate(database, scripts=self.scripts, head="next")
        return state_of(folder / "kcrush.db")


@pytest.fixture(scope="module")
def upgrade(tmp_path_factory: pytest.TempPathFactory) -> Upgrade:
    one = Upgrade(tmp_path_factory.mktemp("upgrade"))
    asyncio.run(one.prepare())
    return one


async def killed_evenly(upgrade: Upgrade, kills: int) -> list[int]:
    """Kill at so many instants; which state each left, by its place on the way."""
    left = []
    for number in range(kills):
        instant = 1 + number * (upgrade.instants - 1) // (kills - 1)
        folder = upgrade.copy(f"killed-{instant}")
        await upgrade.run(folder, instant)
        state = state_of(folder / "kcrush.db")
        assert state in upgrade.states, f"killed at instant {instant}: half of a version"
        left.append(upgrade.states.index(state))
        assert await upgrade.finish(folder) == upgrade.states[-1]
        shutil.rmtree(folder)
    return left


async def test_an_upgrade_killed_at_any_instant_leaves_a_whole_version(upgrade: Upgrade) -> None:
    left = await killed_evenly(upgrade, KILLS)

    assert left == sorted(left)
    # A short revision may lie between two kills.
    assert {0, len(upgrade.states) - 1} < set(left)


async def test_a_log_that_was_written_in_part_is_a_whole_version(upgrade: Upgrade) -> None:
    """A commit that is cut off by a power failure, at each page of it."""
    folder = upgrade.copy("cut off")
    await upgrade.run(folder, upgrade.instants)
    path, log = folder / "kcrush.db", folder / "kcrush.db-wal"
    body, written = path.read_bytes(), log.read_bytes()
    frames = (len(written) - LOG_HEADER) // FRAME
    seen = set()
    for number in range(frames + 1):
        for cut in (LOG_HEADER + number * FRAME, LOG_HEADER + number * FRAME + FRAME // 2):
            (folder / "kcrush.db-shm").unlink(missing_ok=True)
            path.write_bytes(body)
            log.write_bytes(written[:cut])
            state = state_of(path)
            assert state in upgrade.states, f"cut off in page {number} of {frames}"
            seen.add(upgrade.states.index(state))
    assert seen == set(range(len(upgrade.states)))


async def test_the_program_opens_what_a_killed_one_left(upgrade: Upgrade, tmp_path: Path) -> None:
    shutil.copy(upgrade.first, tmp_path / "kcrush.db")
    arguments = (database_url(tmp_path), str(upgrade.scripts), HEAD, str(upgrade.instants // 3))
    async with piped("tests.store.killed", *arguments) as child:
        await child.rest()
    async with open_store(database_url(tmp_path), FakeClock()) as store:
        assert (await store.schema()).up_to_date
    assert state_of(tmp_path / "kcrush.db") == upgrade.states[-2]


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    async def main() -> None:
        with TemporaryDirectory() as folder:
            upgrade = Upgrade(Path(folder))
            await upgrade.prepare()
            left = await killed_evenly(upgrade, 500)
            counts = [left.count(place) for place in range(len(upgrade.states))]
            print(f"{upgrade.instants} instants, 500 kills, whole versions left: {counts}")  # noqa: T201

    asyncio.run(main())
