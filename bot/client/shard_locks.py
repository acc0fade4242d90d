"""Which shards this process may connect: all of them, those of the setting, or its share.

Several processes that work on one database share the shards out by advisory locks: who holds a
shard's lock, connects it, and nobody else. The locks of a process that ends are free at that
instant. A process that comes gets its share from the others, who give one up after the other.
"""

import asyncio
from collections.abc import Set

import structlog

from bot.core.clock import Clock
from bot.core.discord_limits import IDENTIFY_INTERVAL
from bot.core.shards import ShardRange, shards_to_give, shards_to_take, share_of
from bot.store import LockKind, Membership, Signal, Store

logger = structlog.get_logger(__name__)

SETTLED = 10.0
"""Seconds that a process has to live before others give shards up for it: one that crashes again
and again is given none, for each costs an IDENTIFY of a day's thousand."""


class ShardLocks:
    """The locks; without a `store` this process is the only one.

    ``held`` are the shards that it may connect, of ``total`` in all.
    """

    def __init__(
        self,
        clock: Clock,
        membership: Membership | None = None,
        store: Store | None = None,
        chosen: ShardRange | None = None,
    ) -> None:
        self._clock = clock
        self._membership = membership or Membership()
        self._store = store
        self._chosen = chosen
        self.total = 1
        self.held: set[int] = set()
        self._has_warned = False
        self._seen: dict[int, float] = {}
        self._alone_identified: dict[int, float] = {}
        self._membership.on_lost = self._note_lost
        self.changed = asyncio.Event()
        """Set when another look is worthwhile."""

        for signal in (Signal.SHARDS, Signal.PROCESSES):
            self._membership.subscribe(signal, self.changed.set)

    @property
    def is_shared(self) -> bool:
        """Whether other processes may share in the shards."""
        return self._membership.id is not None

    @property
    def others(self) -> int:
        """How many other processes shared in the shards at the last look."""
        return len(self._seen.keys() - {self._membership.id})

    # ---------------------------------------------------------------- how many there are

    async def agree(self, recommended: int, *, outgrown: bool = False) -> int:
        """How many shards there are in all: as many as the setting says; or else as many as Discord
        recommends where no process holds any, or where they are `outgrown`, which Discord says by
        the close code 4011; otherwise as many as the other processes go by.

        Raises:
            StoreError: the database can't be reached.
        """
        self.total = await self._agree(recommended, outgrown=outgrown)
        return self.total

    async def _agree(self, recommended: int, *, outgrown: bool) -> int:
        if self._chosen is not None:
            return self._chosen.total
        if self._store is None or self._membership.id is None:
            return recommended
        await self._membership.lock(LockKind.GATEWAY, self._membership.id)
        anew = not await self._membership.locked(LockKind.SHARD)
        total = await self._store.gateway.agree_shard_count(recommended, raised=outgrown, anew=anew)
        if total != self.total:
            self._membership.notify(Signal.SHARDS)
        if total < recommended:
            logger.warning("shards.more-recommended", shards=total, recommended=recommended)
        return total

    async def agreed(self) -> int:
        """How many shards there are in all, as the processes go by now.

        Raises:
            StoreError: the database can't be reached.
        """
        if self._chosen is not None or self._store is None or not self.is_shared:
            return self.total
        return await self._store.gateway.shard_count() or self.total

    # ---------------------------------------------------------------- taking and giving

    async def take(self) -> bool:
        """Take what this process is to have and nobody holds; whether anything is known of what
        others hold.

        Raises:
            StoreError: the database can't be reached.
        """
        if not self.is_shared:
            self.held = set(self._wanted())
            return True
        if self._membership.living is None:
            return False
        taken = await self._membership.locked(LockKind.SHARD)
        if self._chosen is not None:
            chosen = sorted(set(self._wanted()) - self.held)
        else:
            await self._look_at_processes()
            share = share_of(self._membership.id, self._seen, self.total)
            chosen = shards_to_take(self.held, taken, share, self.total)
        won = [one for one in chosen if await self._membership.lock(LockKind.SHARD, one)]
        self.held.update(won)
        if self._chosen is not None and len(won) < len(chosen) and not self._has_warned:
            self._has_warned = True
            waiting = sorted(set(chosen) - set(won))
            logger.warning("shards.held-by-another", shards=waiting, total=self.total)
        if won:
            logger.info("shards.taken", shards=won, held=len(self.held), total=self.total)
        return True

    def _wanted(self) -> range:
        chosen = self._chosen
        return range(self.total) if chosen is None else range(chosen.first, chosen.last + 1)

    async def _look_at_processes(self) -> None:
        """Note who shares in the shards, and since when. Who was there before this process, was
        there for long; who lost its session a moment ago is about to have another."""
        now, own = self._clock.monotonic(), self._membership.id
        there = await self._membership.locked(LockKind.GATEWAY) | {own}
        if missing := (self._membership.living or frozenset()) & self._seen.keys() - there:
            there |= missing - await self._membership.locked(LockKind.PROCESS)
        since = now if own in self._seen else now - SETTLED
        self._seen = {one: self._seen.get(one, since) for one in there if one is not None}

    def to_give(self, connected: Set[int], concurrency: int) -> list[int]:
        """The shards that are to be disconnected and given up now, of those that are `connected`.
        Another one of the same bucket may be ``IDENTIFY_INTERVAL`` later."""
        if self._chosen is not None or not self.is_shared or self._membership.living is None:
            return []
        now = self._clock.monotonic()
        settled = {one for one, since in self._seen.items() if now - since >= SETTLED}
        share = share_of(self._membership.id, settled | {self._membership.id}, self.total)
        return shards_to_give(self.held, connected, share, concurrency)

    async def give(self, shard: int) -> None:
        """Give a shard up that is not connected any more.

        Raises:
            StoreError: the database can't be reached.
        """
        self.held.discard(shard)
        await self._membership.unlock(LockKind.SHARD, shard)
        self._membership.notify(Signal.SHARDS)

    async def leave(self) -> None:
        """Give up all shards, which are not connected any more, and share in them no longer.

        Raises:
            StoreError: the database can't be reached.
        """
        for shard in sorted(self.held):
            await self._membership.unlock(LockKind.SHARD, shard)
        self.held.clear()
        if self._membership.id is not None:
            await self._membership.unlock(LockKind.GATEWAY, self._membership.id)
        self._membership.notify(Signal.SHARDS)

    def _note_lost(self, kind: LockKind, number: int) -> None:
        if kind is LockKind.SHARD:
            self.held.discard(number)
            self.changed.set()

    # ---------------------------------------------------------------- identifying

    async def time_to_identify(self, bucket: int) -> float:
        """Seconds until a shard of the bucket may identify.

        Raises:
            StoreError: the database can't be reached.
        """
        if self._store is None or not self.is_shared:
            last = self._alone_identified.get(bucket, float("-inf"))
            return max(0.0, last + IDENTIFY_INTERVAL - self._clock.monotonic())
        return await self._store.gateway.time_to_identify(bucket, IDENTIFY_INTERVAL)

    async def begin_to_identify(self, bucket: int) -> bool:
        """Whether a shard of the bucket may identify now, which keeps all others of it from
        identifying for ``IDENTIFY_INTERVAL`` seconds, those of other processes, too.

        Raises:
            StoreError: the database can't be reached.
        """
        if self._store is None or not self.is_shared:
            if await self.time_to_identify(bucket) > 0:
                return False
            self._alone_identified[bucket] = self._clock.monotonic()
            return True
        return await self._store.gateway.begin_to_identify(bucket, IDENTIFY_INTERVAL)
