"""What SQLite complains of, as an error that tells a person the mend."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.core.errors import StoreError

# Primary result codes (https://www.sqlite.org/rescode.html) and the sentence for each.
_KEYS = {
    sqlite3.SQLITE_BUSY: "store.locked",
    sqlite3.SQLITE_LOCKED: "store.locked",
    sqlite3.SQLITE_FULL: "store.full",
    sqlite3.SQLITE_READONLY: "store.read-only",
    sqlite3.SQLITE_PERM: "store.read-only",
    sqlite3.SQLITE_CANTOPEN: "store.cannot-open",
    sqlite3.SQLITE_NOTADB: "store.not-a-database",
    sqlite3.SQLITE_CORRUPT: "store.damaged",
    sqlite3.SQLITE_IOERR: "store.disk",
}


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Turn the driver's errors into a ``StoreError``; every other error passes through."""
    try:
        yield
    except DBAPIError as error:
        raise _store_error(error.orig, path) from error
    except sqlite3.Error as error:
        raise _store_error(error, path) from error
    except PoolTimeoutError as error:
        raise StoreError("store.busy") from error


def is_busy(error: DBAPIError) -> bool:
    """Whether another connection's lock is the only obstacle."""
    return _code(error.orig) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: BaseException | None) -> int:
    # The low byte of an extended result code is the primary one.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _store_error(error: BaseException | None, path: str) -> StoreError:
    key = _KEYS.get(_code(error), "store.failed")
    return StoreError(key, path=path, problem=str(error))
