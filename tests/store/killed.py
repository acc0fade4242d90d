"""Upgrades a database and kills itself at one instant of it.

Arguments: the database's URL, the folder of the revisions, the version to upgrade to, and the
instant: the number of SQLite's virtual instructions before it, of all connections together. With 0
it lives, and prints how many there were.
"""

import asyncio
import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from bot.core.clock import SystemClock
from bot.store.engine import open_database
from bot.store.migrate import migrate

count = 0
connect = sqlite3.connect


def connected(*args: Any, **options: Any) -> sqlite3.Connection:
    connection: sqlite3.Connection = connect(*args, **options)
    connection.set_progress_handler(step, 1)
    return connection


def step() -> int:
    global count
    count += 1
    if count == instant:
        os.kill(os.getpid(), signal.SIGKILL)
    return 0


async def main(url: str, scripts: str, head: str) -> None:
    async with open_database(url, SystemClock()) as database:
        await migrate(database, scripts=Path(scripts), head=head)
        print(count, flush=True)  # noqa: T201


instant = int(sys.argv[4])
sqlite3.connect = connected  # type: ignore[assignment]
asyncio.run(main(*sys.argv[1:4]))
