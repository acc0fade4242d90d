"""One running bot for one database and one token."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from bot.core.errors import UserError
from bot.core.folders import make_private_folder


class AlreadyRunningError(UserError):
    """Another process of this machine runs the bot; ``args_by_name["holder"]`` says which."""


@contextmanager
def only_instance(database: Path | None, token: str) -> Iterator[None]:
    """Hold the locks of the database file (``None`` for a server's database) and of the token until
    the block ends. The operating system releases them when the process ends, however it ends.

    Raises:
        AlreadyRunningError: another process holds one of them.
    """
    with ExitStack() as stack:
        for what, path in _locked(database, token).items():
            stack.enter_context(_held(what, path))
        yield


def other_instance(database: Path | None, token: str) -> str | None:
    """Which process of this machine runs a bot on the database or with the token, and since when.
    Nothing is created."""
    for path in _locked(database, token).values():
        lock, holder = _files(path)
        if holder.exists() and Path(lock.lock_file).exists():
            try:
                with lock:
                    pass
            except Timeout:
                return _read(holder)
    return None


def _locked(database: Path | None, token: str) -> dict[str, Path]:
    mark = hashlib.sha256(token.encode()).hexdigest()[:16]
    locked = {} if database is None else {"database": database}
    return {**locked, "token": Path(tempfile.gettempdir()) / f"kcrush-bot-{mark}"}


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
