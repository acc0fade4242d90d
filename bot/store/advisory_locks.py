"""Advisory locks of PostgreSQL: what only one session may have, until it ends (PostgreSQL docs,
"Explicit Locking").

Those that a transaction holds for itself have one key (``bot.store.postgres``); these have two.
"""

from dataclasses import dataclass
from enum import IntEnum

import sqlalchemy as sa


class LockKind(IntEnum):
    """The first key of an advisory lock; the second is a number of that kind."""

    PROCESS = 0x6B637201
    """A process, by its number."""

    LEAD = 0x6B637202
    """Polling, backfilling, editing and whatever else one process does for all; the number is 0."""

    SHARD = 0x6B637203
    """A shard of the gateway, by its id."""

    GATEWAY = 0x6B637204
    """A process that shares in the shards, by its number."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the locks said at one moment: which processes are alive, whether one leads, and whether
    the server has run for long enough for that to be believed."""

    processes: frozenset[int]
    led: bool
    settled: bool


def try_lock(connection: sa.Connection, kind: LockKind, number: int) -> bool:
    """Take a lock for the connection's session; whether nobody else has it. PostgreSQL counts how
    often a session took a lock, so take none twice."""
    return bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(*_keys(kind, number)))))


def unlock(connection: sa.Connection, kind: LockKind, number: int) -> None:
    """Give a lock of the connection's session back."""
    connection.execute(sa.select(sa.func.pg_advisory_unlock(*_keys(kind, number))))


def numbers(connection: sa.Connection, kind: LockKind) -> frozenset[int]:
    """The numbers of the locks of a kind that any session holds."""
    return frozenset(connection.scalars(_NUMBERS, {"kind": int(kind)}))


def _keys(kind: LockKind, number: int) -> tuple[sa.ColumnElement[int], sa.ColumnElement[int]]:
    return sa.cast(int(kind), sa.Integer), sa.cast(number, sa.Integer)


def look(connection: sa.Connection, settled_after: float) -> Seen:
    """Look at the locks of all processes; a server is settled that has run for so many seconds."""
    keys = {"process": int(LockKind.PROCESS), "lead": int(LockKind.LEAD)}
    ids, led, settled = connection.execute(_LOOK, {**keys, "precedence": settled_after}).one()
    return Seen(frozenset(ids or ()), bool(led), bool(settled))


# A lock with two keys has its first as class and its second as object (PostgreSQL docs, pg_locks).
_NUMBERS = sa.text("""
    SELECT objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = :kind
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
_LOOK = sa.text("""
    SELECT array_agg(objid::bigint) FILTER (WHERE classid = :process),
        bool_or(classid = :lead),
        pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => :precedence)
    FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid IN (:process, :lead)
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
