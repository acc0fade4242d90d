"""One running bot for what only one may use, such as a database file."""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from bot.core.errors import UserError
from bot.core.folders import make_private_folder


def locks_of_file(database: Path, token: str) -> dict[str, Path]:
    """What one bot alone may use where the database is a file: that file, and the token."""
    mark = hashlib.sha256(token.encode()).hexdigest()[:16]
    return {"database": database, "token": Path(tempfile.gettempdir()) / f"kcrush-bot-{mark}"}


class AlreadyRunningError(UserError):
    """Another process of this machine runs the bot; ``args_by_name["holder"]`` says which."""


@contextmanager
def only_instance(locks: Mapping[str, Path]) -> Iterator[None]:
    """Hold lock files until the block ends, each named by what it locks. The operating system
    releases them when the process ends, however it ends.

    Raises:
        AlreadyRunningError: another process holds one of them.
    """
    with ExitStack() as stack:
        for what, path in locks.items():
            stack.enter_context(_held(what, path))
        yield


def other_instance(locks: Mapping[str, Path]) -> str | None:
    """Which process of this machine holds one of the locks, and since when. Nothing is created."""
    for path in locks.values():
        lock, holder = _files(path)
        if holder.exists() and Path(lock.lock_file).exists():
            try:
                with lock:
                    pass
            except Timeout:
                return _read(holder)
    return None


def _files(path: Path) -> tuple[BaseFileLock, Path]:
    # The lock's own file is emptied by whoever tries to take it, so the holder is named beside it.
    lock = FileLock(path.with_name(f"{path.name}.lock"), timeout=0, mode=0o600)
    return lock, path.with_name(f"{path.name}.pid")


@contextmanager
def _held(what: str, path: Path) -> Iterator[None]:
    lock, holder = _files(path)
    # Another user's file, or a folder that can't be written: what needs the folder will say so.
    with suppress(OSError):
        make_private_folder(path.absolute().parent)
        try:
            lock.acquire()
        except Timeout:
            raise AlreadyRunningError(f"error.running.{what}", holder=_read(holder)) from None
        holder.write_text(f"{os.getpid()} {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    try:
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _read(holder: Path) -> str:
    try:
        number, _, since = holder.read_text()[:100].partition(" ")
    except (OSError, ValueError):
        return "?"
    return f"{number}, since {since}" if number.isdigit() and since.isprintable() else "?"
