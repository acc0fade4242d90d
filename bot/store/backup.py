"""Copies of a database that is in use, and putting one in its place.

A copy is made by ``VACUUM INTO``, which reads one state of the database while others write
(https://www.sqlite.org/lang_vacuum.html), is checked, and only then gets its name: a file with
that name is always a whole one.
"""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog

from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.core.folders import make_private_folder
from bot.core.supervisor import supervise
from bot.store.connections import SQLITE, database_address, name_of
from bot.store.errors import translated
from bot.store.inspection import connect_to
from bot.store.migrate import is_known, read_version
from bot.store.tables import HEAD

logger = structlog.get_logger(__name__)

FIRST_BACKUP = 600.0
"""Seconds after the start, and after midnight, until the day's copy is made: the start is busy."""

BACKUP_RETRY = 3600.0
"""Seconds until a copy that failed is tried again."""

COPIES = "kcrush-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].db"

REPLACED = ".replaced"
"""Ending of the database that a restored one took the place of."""


def back_up(url: str, target: Path) -> int:
    """Copy the database of `url` to the file `target`, for its owner alone; an older file of that
    name is replaced. The copy's size in bytes.

    Raises:
        StoreError: there is no such database, it is damaged, or `target` can't be written.
    """
    source = database_file(url)
    if not source.is_file():
        raise StoreError("store.missing", path=source)
    part = target.with_name(f"{target.name}.part")
    try:
        make_private_folder(target.absolute().parent)
        _remove(part)
        part.touch(0o600)
        with translated(str(source)), closing(connect_to(source, "mode=rw")) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        check(part)
        _sync(part)
        part.replace(target)
        return target.stat().st_size
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        _remove(part)


def restore(url: str, copy: Path, *, replace: bool) -> Path | None:
    """Put `copy` in the place of the database of `url`, which nobody may have open. The former
    database stays beside it; where it is now, or ``None`` where there was none.

    Raises:
        StoreError: `copy` is no whole database of this program, or of a newer one; there is a
            database and `replace` is false; or the folder can't be written. Nothing was changed.
    """
    if not copy.is_file():
        raise StoreError("store.missing", path=copy)
    target = database_file(url).absolute()
    part, former = target.with_name(f"{target.name}.part"), None
    try:
        make_private_folder(target.parent)
        _take_in(copy, part)
        check(part, name=copy)
        if target.exists():
            if not replace:
                raise StoreError("store.would-replace", path=target)
            former = _set_aside(target)
        _give_to_owner_of(target if former else target.parent, part)
        _sync(part)
        for ending in ("-wal", "-shm"):
            # They belong to the former database; SQLite would apply them to this one.
            with suppress(FileNotFoundError):
                log = target.with_name(target.name + ending)
                log.replace(target.with_name(target.name + REPLACED + ending))
        part.replace(target)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        _remove(part)
    return former


def check(path: Path, *, name: Path | None = None) -> None:
    """Read a database file to its end. An error calls it `name`.

    Raises:
        StoreError: it is damaged, none of this program, or of a newer one.
    """
    name = name or path
    engine = sa.create_engine(
        "sqlite://",
        # Without "immutable", a read-only folder would not do for a file in WAL mode.
        creator=lambda: connect_to(path, "mode=ro&immutable=1"),
        poolclass=sa.NullPool,
    )
    with translated(str(name)), closing(engine.connect()) as connection:
        try:
            current = read_version(connection)
        except sa.exc.DatabaseError as error:
            raise StoreError("store.not-ours", path=name) from error
        if current is None:
            raise StoreError("store.not-ours", path=name)
        # Alembic takes 9 MiB, and what a running bot copies needs none of it.
        if current != HEAD and not is_known(current):
            raise StoreError("store.newer", current=current, head=HEAD)
        problem = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
        if problem != "ok":
            raise StoreError("store.damaged", path=name, problem=problem)


class DailyBackups:
    """A copy of the database a day in a folder: ``kcrush-2026-11-26.db``, by the day in UTC."""

    def __init__(self, url: str, folder: Path, clock: Clock, *, count: int) -> None:
        """The newest `count` copies are kept."""
        self._url = url
        self._folder = folder
        self._clock = clock
        self._count = count

    async def run(self) -> None:
        """Make copies until cancelled."""
        await self._clock.sleep(FIRST_BACKUP)
        await supervise("backup", self._make, self._clock, pause=BACKUP_RETRY)

    async def _make(self) -> float:
        """Make the copy of today unless it is there; seconds until tomorrow."""
        now = self._clock.now()
        target = self._folder / f"kcrush-{now:%Y-%m-%d}.db"
        if not target.exists():
            await asyncio.to_thread(back_up, self._url, target)
            logger.info("backup.made", file=str(target))
        for old in sorted(self._folder.glob(COPIES))[: -self._count]:
            old.unlink()
        tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (tomorrow - now).total_seconds() + FIRST_BACKUP


def _take_in(copy: Path, part: Path) -> None:
    """Copy a database file with what stands in the log beside it, which a plain copy of a database
    in use has, and one that was set aside."""
    _remove(part)
    for ending in ("", "-wal"):
        source, taken = (path.with_name(path.name + ending) for path in (copy, part))
        if source.is_file():
            taken.touch(0o600)
            shutil.copyfile(source, taken)
    if part.with_name(f"{part.name}-wal").exists():
        with translated(str(copy)), closing(connect_to(part, "mode=rw")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _give_to_owner_of(path: Path, part: Path) -> None:
    """What root restores must be readable to the bot, which runs as a user of its own."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        owner = path.stat()
        os.chown(part, owner.st_uid, owner.st_gid)


def _remove(part: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        with suppress(OSError):
            part.with_name(part.name + ending).unlink(missing_ok=True)


def _set_aside(target: Path) -> Path:
    """A second name for the database's file, so that there is one in its place at any instant. What
    stands in its log is written into it first, as far as it is readable."""
    with suppress(sqlite3.Error), closing(connect_to(target, "mode=rw")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    former = target.with_name(target.name + REPLACED)
    former.unlink(missing_ok=True)
    try:
        former.hardlink_to(target)
    except OSError:
        shutil.copy2(target, former)
    return former


def database_file(url: str) -> Path:
    """The file of the database of `url`.

    Raises:
        StoreError: `url` names no SQLite file.
    """
    address = database_address(url)
    if address.drivername != SQLITE:
        raise StoreError("store.copy-of-server", url=name_of(address))
    return Path(str(address.database))


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError("store.copy", path=path, problem=error.strerror or str(error))
