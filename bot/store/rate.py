"""How processes with one token part its requests a second: each leases so many of them."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import greenlet_spawn

from bot.store.connections import database_address, name_of
from bot.store.errors import is_conflict, translated
from bot.store.postgres import make_postgres_engine
from bot.store.session import shielded

RATE_LEASE = 3.0
"""Seconds for which a lease holds."""

_ANSWER = 2.0
"""Seconds for an answer of the server. A later one is of no use."""

# A process that is frozen amid a transaction holds up nobody for longer.
_SESSION = {"idle_in_transaction_session_timeout": "1000"}

_TRIES = 10


def share(limit: int, own: int, others: Mapping[int, int], held: int) -> tuple[int, int]:
    """How many of `limit` slots the process `own` may use, and how many it leases.

    `others` are the slots that other processes lease, by their ids, `held` those that this one has
    under a lease that holds. Each is to have the same, the first by id one more where that does not
    come out even; none has what another still leases. What it has too many of it leases until it
    has them no more.
    """
    each, rest = divmod(limit, len(others) + 1)
    rank = sum(other < own for other in others)
    free = limit - sum(others.values())
    usable = max(0, min(each + (rank < rest), free))
    return usable, max(usable, held)


class RateLease:
    """The share of `limit` slots that the process `own` leases in the database of `url`, a
    PostgreSQL with a row for each process (``Membership``). Needs a connection of its own."""

    def __init__(self, url: str, own: int, limit: int) -> None:
        address = database_address(url)
        self._name = name_of(address)
        self._own = own
        self._limit = limit
        self._engine = make_postgres_engine(
            address, 1, _ANSWER, session=_SESSION, isolation_level="SERIALIZABLE"
        )

    async def renew(self, held: int) -> int:
        """Lease a share for ``RATE_LEASE`` seconds from now on; how many slots may be used. `held`
        is how many there are at the moment.

        Raises:
            StoreError: the database can't be reached. The lease may have been renewed, or not.
        """
        with translated(self._name):
            for left in reversed(range(_TRIES)):
                try:
                    return await shielded(greenlet_spawn(self._renew, held))
                except DBAPIError as error:
                    # PostgreSQL lets one of several pass that decide by what the others change.
                    if not is_conflict(error) or not left:
                        raise
        raise AssertionError

    async def close(self) -> None:
        await shielded(greenlet_spawn(self._engine.dispose))

    def _renew(self, held: int) -> int:
        with self._engine.begin() as connection:
            leases: dict[int, int] = {row.id: row.slots for row in connection.execute(_LEASES)}
            if leases.pop(self._own, None) is None:
                held = 0
            usable, leased = share(self._limit, self._own, leases, held)
            values = {"own": self._own, "slots": leased, "seconds": RATE_LEASE}
            connection.execute(_LEASE, values)
        return usable


_LEASES = sa.text("SELECT id, slots FROM processes WHERE slots_until > clock_timestamp()")
_LEASE = sa.text("""
    UPDATE processes
    SET slots = :slots, slots_until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE id = :own
""")
