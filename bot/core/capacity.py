"""What so many guilds cost: shards, processes, memory, time and rows. Pure.

A model of few numbers, each with its source; ``MEASURED`` are points of a real run
(``python -m benchmarks capacity``) beside which it is shown.
"""

import math
from dataclasses import dataclass

from bot.core.discord_limits import GLOBAL_LIMIT, IDENTIFY_INTERVAL, SESSION_STARTS

GUILDS_A_SHARD = 1_000
"""For so many guilds Discord recommends a shard, and 2,500 is the most that one takes (Discord
docs, Gateway, Sharding; discord-api-docs 387)."""

LARGE = 150_000
"""Guilds from which Discord moves a bot to "large bot sharding" (Discord docs, Sharding for Large
Bots): the number of shards is a multiple of 16, and 16 may identify at once."""

LARGE_CONCURRENCY = 16

SHARDS_A_PROCESS = 16
"""Some 16,000 guilds: half a GiB, and the events of one core."""

INTERVIEWS_A_YEAR = 150
"""Three a week, as the magazine publishes."""

TOO_LONG = 600.0
"""Seconds: an announcement that takes longer than ten minutes to reach the last channel is late
there, and holds up whatever else is sent."""

MOST_CHANNELS = math.floor(TOO_LONG * GLOBAL_LIMIT)
"""Channels above which following is the only sane choice."""

FOLLOWED_REQUESTS = 2
"""One message, and its publication; Discord carries it to the channels that follow."""

# Measured by ``benchmarks.capacity``.
_START = 2.1
"""Seconds of a start beside the waits to identify."""

_READY_GUILD = 0.0007
"""Seconds in which a guild of 30 channels and 20 roles is received."""

_MEMORY = 113.0
_MEMORY_GUILD = 0.021
"""MiB of a process, and of one of its guilds."""

_SENDING = 1.02
"""Of the time at Discord's limit."""

_ROW = 0.00025
"""MiB of a delivery, with its share of the indexes."""

_IDLE = 2.0
_MESSAGE = 5.8
"""Transactions of PostgreSQL: a second for each process at rest, and for each message. Most are
questions of one statement."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What ``guilds`` cost, each with one channel that is announced in.

    ``start`` and ``announcing`` are seconds: until all shards are ready, and from the first to the
    last channel, one by one. ``memory`` is MiB of a process, and ``stored`` MiB of rows for an
    interview, of which there are as many as channels. ``transactions`` are the database's a second
    while it is announced.
    """

    guilds: int
    shards: int
    processes: int
    memory: float
    start: float
    starts_a_day: int
    announcing: float
    following: float
    stored: float
    transactions: float

    @property
    def too_many_processes(self) -> bool:
        """Whether some of them get no share of Discord's requests a second: each needs one."""
        return self.processes > GLOBAL_LIMIT

    @property
    def must_follow(self) -> bool:
        """Whether announcing channel by channel takes too long."""
        return self.guilds > MOST_CHANNELS


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured with so many guilds; units as in ``Capacity``."""

    guilds: int
    start: float
    memory: float
    announcing: float
    stored: float
    transactions: float = 0.0


MEASURED = (
    Point(guilds=100, start=2.17, memory=115.0, announcing=1.90, stored=0.027),
    Point(
        guilds=1_000, start=2.81, memory=135.0, announcing=20.20, stored=0.25, transactions=292.1
    ),
    Point(guilds=10_000, start=47.49, memory=325.0, announcing=207.61, stored=2.48),
)
"""On two cores, in one run of ``python -m benchmarks capacity``. ``transactions`` are those of
PostgreSQL, the rest is of SQLite."""


def capacity(guilds: int) -> Capacity:
    """What so many guilds cost.

    Raises:
        ValueError: there are none.
    """
    if guilds < 1:
        raise ValueError("a bot without guilds costs nothing")
    shards, at_once = math.ceil(guilds / GUILDS_A_SHARD), 1
    if guilds > LARGE:
        at_once = LARGE_CONCURRENCY
        shards = at_once * math.ceil(shards / at_once)
    processes = math.ceil(shards / SHARDS_A_PROCESS)
    waits = (math.ceil(shards / at_once) - 1) * IDENTIFY_INTERVAL
    of_one = guilds / processes
    return Capacity(
        guilds=guilds,
        shards=shards,
        processes=processes,
        memory=_MEMORY + of_one * _MEMORY_GUILD,
        start=_START + waits + min(of_one, GUILDS_A_SHARD) * _READY_GUILD,
        starts_a_day=SESSION_STARTS if guilds <= LARGE else max(2_000, guilds // 200),
        announcing=guilds / GLOBAL_LIMIT * _SENDING,
        following=FOLLOWED_REQUESTS / GLOBAL_LIMIT,
        stored=guilds * _ROW,
        transactions=processes * _IDLE + min(guilds, GLOBAL_LIMIT) * _MESSAGE,
    )
