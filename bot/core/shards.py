"""Shards of the gateway: which guilds are whose, and which process serves which. Pure."""

import re
from collections.abc import Collection, Set
from dataclasses import dataclass

MOST_SHARDS = 65_535
"""More than any bot has: Discord recommends one for about 1,000 guilds."""

_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?/(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ShardRange:
    """The shards from ``first`` to ``last`` of ``total``; they are numbered from 0."""

    first: int
    last: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last < self.total <= MOST_SHARDS:
            raise ValueError(f"there are no shards {self}")

    def __str__(self) -> str:
        return f"{self.first}-{self.last}/{self.total}"


def read_shard_range(text: str) -> ShardRange | None:
    """What ``FIRST-LAST/TOTAL`` or ``NUMBER/TOTAL`` names; ``None`` where it is neither.

    Raises:
        ValueError: there are no such shards.
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    first, last, total = found.groups()
    return ShardRange(int(first), int(last or first), int(total))


def shard_of(guild_id: int, total: int) -> int:
    """The shard that a guild belongs to (Discord docs, Gateway, Sharding)."""
    return (guild_id >> 22) % total


def share_of(process: int | None, processes: Collection[int | None], total: int) -> int:
    """How many of `total` shards are `process`'s where `processes`, it among them, share them: as
    many as everybody's, or one more. Who came first has the one more, so that nobody's share gets
    smaller when another ends."""
    each, left = divmod(total, len(processes))
    before = sum(1 for other in processes if other != process and (other or 0) < (process or 0))
    return each + (before < left)


def shards_to_take(held: Set[int], taken: Set[int], share: int, total: int) -> list[int]:
    """The shards that a process takes which has the `held` ones: of those that nobody has, as many
    as its share lets it."""
    free = [shard for shard in range(total) if shard not in taken and shard not in held]
    return free[: max(0, share - len(held))]


def shards_to_give(held: Set[int], connected: Set[int], share: int, concurrency: int) -> list[int]:
    """The shards that a process gives up which has the `held` ones, more than its share: of those
    that are `connected`, one of each of the `concurrency` buckets that may identify at a time, so
    that whoever takes them connects all of them at once."""
    chosen: dict[int, int] = {}
    for shard in sorted(held & connected, reverse=True):
        chosen.setdefault(shard % concurrency, shard)
    return list(chosen.values())[: max(0, len(held) - share)]
