"""What a database complains of, as an error that tells a person the mend."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.core.errors import StoreError

# Primary result codes of SQLite (https://www.sqlite.org/rescode.html) and the sentence for each.
_RESULT_KEYS = {
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

# SQLSTATEs of PostgreSQL, or their classes (PostgreSQL docs, Appendix A).
_STATE_KEYS = {
    "28": "store.login-refused",
    "3D000": "store.no-database",
    "42501": "store.not-allowed",
    "25006": "store.server-read-only",
    "40001": "store.server-busy",
    "40P01": "store.server-busy",
    "55P03": "store.server-busy",
    "53300": "store.server-busy",
    "53": "store.server-full",
    "58": "store.server-full",
    "08": "store.unreachable",
    "57": "store.unreachable",
    "25P03": "store.unreachable",
    "XX001": "store.server-damaged",
    "XX002": "store.server-damaged",
}

_LOST = ("08", "57P", "25006", "25P03")
"""States after which only another connection helps: it, or its server, is going away. A server that
takes no changes may have been the primary until a fail-over."""

_STALE_PLAN = "InvalidCachedStatementError"
"""SQLAlchemy's name for a statement that was prepared before its tables were changed, and that is
prepared anew the next time; it has no state."""


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn the driver's errors into a ``StoreError`` that calls the database `name`; every other
    error passes through."""
    try:
        yield
    except DBAPIError as error:
        raise _store_error(error.orig, name, lost=error.connection_invalidated) from error
    except sqlite3.Error as error:
        raise _store_error(error, name) from error
    except PoolTimeoutError as error:
        raise StoreError("store.busy") from error


def is_busy(error: BaseException | None) -> bool:
    """Whether another connection's lock is the only obstacle, by the driver's error."""
    locked = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return _result_code(error) in locked or _state(error) == "55P03"


def is_conflict(error: DBAPIError) -> bool:
    """Whether a serializable transaction failed for the sake of another, and is to be tried
    again."""
    return _state(error.orig) == "40001"


def is_passing(error: DBAPIError) -> bool:
    """Whether the connection was at fault, and what changed nothing may be tried on another."""
    return error.connection_invalidated or (
        error.orig is not None
        and (is_lost_connection(error.orig) or type(error.orig).__name__ == _STALE_PLAN)
    )


def is_lost_connection(error: BaseException) -> bool:
    """Whether PostgreSQL said so."""
    return _state(error).startswith(_LOST)


def _result_code(error: BaseException | None) -> int:
    # The low byte of an extended result code is the primary one.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _state(error: BaseException | None) -> str:
    return str(getattr(error, "sqlstate", None) or "")


def _store_error(error: BaseException | None, name: str, *, lost: bool = False) -> StoreError:
    state = _state(error)
    found = (_RESULT_KEYS.get(_result_code(error)), _STATE_KEYS.get(state))
    unknown = "store.unreachable" if lost and not state else "store.failed"
    key = next(filter(None, (*found, _STATE_KEYS.get(state[:2]))), unknown)
    return StoreError(key, path=name, problem=str(error) or type(error).__name__)
