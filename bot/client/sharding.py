"""Connects the shards of this process, and disconnects those that it gives up.

discord.py resumes a session by itself. Whatever needs an IDENTIFY is done here: a shard waits for
the turn of its bucket, which the processes share, before it has a connection, and one shard that
waits holds up no other, as it would in discord.py's own queue.
"""

import asyncio
from collections import defaultdict
from contextlib import suppress
from math import inf
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket

from bot.client.identify_budget import IdentifyBudget, SessionLimitError
from bot.client.shard_locks import ShardLocks
from bot.core.clock import Clock
from bot.core.discord_limits import IDENTIFY_INTERVAL
from bot.core.errors import StoreError
from bot.core.retry import backoff
from bot.core.supervisor import supervise

logger = structlog.get_logger(__name__)

LOOK = 1.0
"""Seconds between two looks at what other processes hold."""

ANSWER_GOOD_FOR = 60.0
"""Seconds until Discord is asked again how many sessions may be started. It counts those of all
processes."""

GIVE_EVERY = IDENTIFY_INTERVAL + 1.0
"""Seconds between two shards of a bucket that are given up: whoever takes the first has to
identify before the second."""

UNREACHED = 60.0
"""Seconds without an answer of the database after which a process that others share the shards
with disconnects its own: after 120 s (``bot.store.membership``) they may have its locks."""

CLOSING = 5.0
"""Seconds for a connection's closing handshake."""


class Sharding:
    """The connections of a client's shards.

    ``listed`` are the shards of which Discord said what guilds they have, ``ready`` those whose
    guilds the client has in full.
    """

    def __init__(
        self,
        client: discord.AutoShardedClient,
        locks: ShardLocks,
        budget: IdentifyBudget,
        clock: Clock,
        gateway_url: str | None = None,
    ) -> None:
        self._client = client
        self._locks = locks
        self._budget = budget
        self._clock = clock
        self._gateway_url = gateway_url
        self._concurrency = 1
        self._asked_at = -inf
        self._asking = asyncio.Lock()
        self._gave_at = -inf
        self._reached_at = clock.monotonic()
        self._wake = locks.changed
        self._task: asyncio.Task[None] | None = None
        self._launches: dict[int, asyncio.Task[None]] = {}
        self._buckets: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._sockets: dict[int, DiscordWebSocket] = {}
        self._identifying: set[int] = set()
        self._launched: set[int] = set()
        self.listed: set[int] = set()
        self.ready: set[int] = set()
        self.looked = False
        """Whether it is known which shards are this process's."""

        self.outgrown = False
        """Whether Discord closed a shard because there are too few of them (4011)."""

    @property
    def held(self) -> frozenset[int]:
        """The shards that this process is to connect."""
        return frozenset(self._locks.held)

    @property
    def is_shared(self) -> bool:
        """Whether other processes may have other shards."""
        return self._locks.is_shared

    # ---------------------------------------------------------------- beginning and ending

    async def begin(self) -> None:
        """Ask Discord for shards and gateway, and connect this process's shards from now on.

        Raises:
            SessionLimitError: too few sessions may still be started today.
            StoreError: the database can't be reached.
            discord.DiscordException, aiohttp.ClientError, OSError: Discord could not be asked.
        """
        recommended = await self._ask()
        self._use(await self._locks.agree(recommended, outgrown=self.outgrown))
        self.outgrown = False
        self._reached_at = self._clock.monotonic()
        self._task = asyncio.create_task(self._run(), name="shards")

    async def stop(self) -> None:
        """Connect nothing any more; the client closes what is connected."""
        tasks = [*([self._task] if self._task else ()), *self._launches.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._task = None
        self._launches.clear()
        self._identifying.clear()
        self._launched.clear()
        self.listed.clear()
        self.ready.clear()

    async def leave(self) -> None:
        """Let others have the shards at once: this process is about to end.

        Raises:
            StoreError: the database can't be reached.
        """
        await self._locks.leave()

    async def _ask(self) -> int:
        recommended, url, limit = await self._client.http.get_bot_gateway()
        self._asked_at = self._clock.monotonic()
        self._concurrency = max(1, limit["max_concurrency"])
        self._budget.check(
            total=limit["total"],
            remaining=limit["remaining"],
            reset_after=limit["reset_after"] / 1000,
        )
        # Reconnecting without a session goes to the class's DEFAULT_GATEWAY.
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._gateway_url or url)
        return recommended

    def _use(self, total: int) -> None:
        self._client.shard_count = self._client._connection.shard_count = total
        # discord.py compares its length with the number of shards that are ready.
        self._client._connection.shard_ids = range(total)

    # ---------------------------------------------------------------- which shards

    async def _run(self) -> None:
        async def look() -> float:
            try:
                await self._look()
            except StoreError:
                unreached = self._clock.monotonic() - self._reached_at
                if self._locks.others and unreached > UNREACHED:
                    await self._disconnect(*self._launched)
                raise
            self._reached_at = self._clock.monotonic()
            return LOOK if self._locks.is_shared else inf

        await supervise(
            "shards",
            look,
            self._clock,
            pause=lambda failures: backoff(failures, LOOK, 10 * LOOK, 1.0),
            wake=self._wake,
        )

    async def _look(self) -> None:
        """Bring the connections in line with the locks."""
        total = await self._locks.agreed()
        if total != self._client.shard_count:
            logger.warning("shards.total-changed", before=self._client.shard_count, total=total)
            await self._disconnect(*self._launched)
            for shard in self.held:
                await self._locks.give(shard)
            self._locks.total = total
            self._use(total)
        await self._disconnect(*(self._open() | self._launched) - self.held)
        self.looked |= await self._locks.take()
        await self._give()
        for shard in sorted(self.held - self._launched - self._launches.keys()):
            task = asyncio.create_task(self._launch(shard), name=f"shard {shard}")
            self._launches[shard] = task
        self._note_ready()

    async def _give(self) -> None:
        now = self._clock.monotonic()
        if now - self._gave_at < GIVE_EVERY:
            return
        for shard in self._locks.to_give(self._open() & self.ready, self._concurrency):
            self._gave_at = now
            logger.info("shards.given", shard=shard)
            await self._disconnect(shard)
            await self._locks.give(shard)

    def _open(self) -> set[int]:
        return {id_ for id_, shard in self._client.shards.items() if not shard.is_closed()}

    async def _disconnect(self, *shards: int) -> None:
        """Close the connections of shards, whose sessions end by it, and forget their guilds."""
        if not shards:
            return
        for shard in shards:
            self._forget(shard)
            info = self._client.get_shard(shard)
            if info is not None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(CLOSING):
                        await info.disconnect()
        for guild in self._client.guilds:
            if guild.shard_id in shards:
                self._client._connection._remove_guild(guild)

    def _forget(self, shard: int) -> None:
        for known in (self._launched, self.listed, self.ready):
            known.discard(shard)

    # ---------------------------------------------------------------- connecting

    async def _launch(self, shard: int) -> None:
        bucket, begun = shard % self._concurrency, False
        try:
            await self._clock.sleep(self._budget.wait(shard))
            async with self._buckets[bucket]:
                await self._ask_again()
                while (left := await self._locks.time_to_identify(bucket)) > 0:
                    await self._clock.sleep(left)
                if shard not in self.held:
                    return
                self._identifying.add(shard)
                begun = True
                await self._client.launch_shard(DiscordWebSocket.DEFAULT_GATEWAY, shard)
                self._launched.add(shard)
        except SessionLimitError as error:
            logger.warning("discord.no-session-left", shard=shard, cause=str(error))
            await self._clock.sleep(min(error.retry_after, ANSWER_GOOD_FOR))
        except (StoreError, discord.DiscordException, aiohttp.ClientError, OSError) as error:
            logger.warning("shard.failed", shard=shard, cause=str(error) or type(error).__name__)
            await self._clock.sleep(LOOK)
        finally:
            if not begun or shard in self._identifying:
                self._budget.cancel(shard)
            self._identifying.discard(shard)
            self._launches.pop(shard, None)
            self._wake.set()

    async def _ask_again(self) -> None:
        async with self._asking:
            if self._clock.monotonic() - self._asked_at > ANSWER_GOOD_FOR:
                await self._ask()

    def note_socket(self, socket: DiscordWebSocket) -> None:
        """Note a new connection, which discord.py itself forgets where it does not identify."""
        self._sockets[socket.shard_id or 0] = socket

    async def before_identify(self, shard: int) -> None:
        """Wait for the turn of a shard that is being connected. Where discord.py would identify by
        itself, for a session was lost, its attempt ends, and the shard is connected anew."""
        socket = self._sockets.pop(shard, None)
        try:
            await self._take_turn(shard)
        except BaseException:
            if socket is not None:
                await socket.close()
            raise

    async def _take_turn(self, shard: int) -> None:
        if shard not in self._identifying:
            self._forget(shard)
            self._wake.set()
            raise asyncio.CancelledError
        bucket = shard % self._concurrency
        while not await self._locks.begin_to_identify(bucket):
            await self._clock.sleep(await self._locks.time_to_identify(bucket))
        self._identifying.discard(shard)

    def note_event(self, name: str, *args: Any) -> None:
        """Take notice of an event of the client's, before its listeners do."""
        if name == "shard_connect":
            self.listed.add(args[0])
        elif name == "shard_ready":
            self.ready.add(args[0])
            self._wake.set()

    def _note_ready(self) -> None:
        """discord.py says that the client is ready when all shards are that there are."""
        if self.looked and not self._client.is_ready() and self.held <= self.ready:
            self._client._connection.call_handlers("ready")
            self._client.dispatch("ready")
