"""Brings the database in line with the guilds: of those that left, data is kept for a while;
subscriptions of channels that are gone end, lost roles are noted, and channels that were mended are
probed.

Done at the gateway's events, and for all guilds of a shard whenever it is ready, for guilds and
roles may have changed while the bot was away. A channel that was deleted meanwhile is found out by
sending. Guilds of other shards may be another process's, and nothing is concluded from their
absence.

A parked channel's next probe is made due at once where a role, an overwrite, a thread or the bot
itself changed, and the bot's permissions, as far as its cache holds them, suffice now. Where they
don't, nothing is asked of Discord; the rare probes of the outbox go on.
"""

from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable
from datetime import timedelta
from typing import Any

import discord
import structlog

from bot.client.channels import TARGET_KINDS, language_of, own_permissions
from bot.client.client import KcrushClient
from bot.client.welcome import greet
from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.core.shards import shard_of
from bot.core.supervisor import supervise
from bot.core.targets import Target, needed_permissions
from bot.store import Store
from bot.ui.welcome import back_page, welcome_page

logger = structlog.get_logger(__name__)

GRACE = timedelta(days=30)
"""How long the settings of a guild that removed the bot are stored."""

PURGE_EVERY = 24 * 3600.0
"""Seconds between two looks for guilds that left more than ``GRACE`` ago."""

WELCOME_PAUSE = timedelta(days=1)
"""Between two times that the bot says something of its coming to one server."""

CHANNEL_GONE = "unknown-channel"
"""``delivery.reason.unknown-channel``: the same reason as for one found out by sending."""

PROBED_AFTER = (
    "guild_join",
    "guild_available",
    "guild_channel_create",
    "guild_channel_update",
    "guild_role_update",
    "guild_role_delete",
    "member_update",
    "thread_join",
    "raw_thread_update",
    "shard_ready",
)
"""Events of the guilds intent (Discord docs, Gateway, List of Intents) after which the bot may be
able to post again. Of members it covers the bot itself alone."""


class GuildSync:
    """Does it; `wake` is called after a change that may make a delivery due."""

    def __init__(
        self, client: KcrushClient, store: Store, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._wake = wake
        self._to_probe: set[int | None] = set()
        self._is_probing = False

    def listen(self) -> None:
        """Listen to the client's events from now on."""
        subscriptions = self._store.subscriptions
        changes: dict[str, Callable[..., Awaitable[object]]] = {
            "on_shard_ready": self.compare,
            "on_guild_update": lambda _, guild: self._note_languages([guild]),
            "on_guild_join": self._join,
            "on_guild_remove": lambda guild: self._leave(guild.id),
            "on_guild_channel_delete": lambda channel: self._end(channel.id),
            "on_raw_thread_delete": lambda thread: self._end(thread.thread_id),
            "on_guild_role_delete": lambda role: subscriptions.lose_roles(role.guild.id, [role.id]),
        }
        for event, change in changes.items():
            self._client.add_listener(_log_store_error(change), event)
        for name in PROBED_AFTER:
            self._client.add_listener(self._on_change, f"on_{name}")

    async def run(self) -> None:
        """Purge once a day, until cancelled; no failure ends it."""

        async def purge() -> float:
            await self.purge()
            return PURGE_EVERY

        await supervise("keeping", purge, self._clock, pause=PURGE_EVERY)

    async def purge(self) -> int:
        """Delete everything of guilds that removed the bot more than ``GRACE`` ago; how many.

        Raises:
            StoreError: the store can't be written.
        """
        purged = await self._store.guilds.purge(self._clock.now() - GRACE)
        if purged:
            logger.info("keeping.purged", guilds=purged)
        return purged

    async def compare(self, shard: int) -> None:
        """Compare what is stored with the guilds and roles of a shard that the client's cache has,
        and update it. Nothing is done where the shard is not this process's any more.

        Raises:
            StoreError: the store can't be read or written.
        """
        known = await self._store.guilds.known()
        total = self._client.shard_count
        if shard not in self._client.sharding.listed or total is None:
            return
        guilds = [guild for guild in self._client.guilds if guild.shard_id == shard]
        present = {guild.id for guild in guilds}
        for guild_id, removed_at in known.items():
            if shard_of(guild_id, total) != shard:
                continue
            if guild_id not in present and removed_at is None:
                await self._leave(guild_id)
            elif guild_id in present and removed_at is not None:
                await self._come_back(guild_id)
        await self._note_languages(guilds)
        for guild_id, role_ids in (await self._store.subscriptions.roles()).items():
            guild = self._client.get_guild(guild_id)
            if guild is None or guild.unavailable:
                continue
            lost = role_ids - {role.id for role in guild.roles}
            if lost:
                await self._store.subscriptions.lose_roles(guild_id, lost)

    async def _note_languages(self, guilds: Iterable[discord.Guild]) -> None:
        """Let other processes, which may send to the guilds, know their languages."""
        if self._client.sharding.is_shared:
            there = (guild for guild in guilds if not guild.unavailable)
            await self._store.guilds.note_languages({one.id: language_of(one) for one in there})

    async def _leave(self, guild_id: int) -> None:
        parked = await self._store.guilds.leave(guild_id)
        logger.info("keeping.guild-left", guild=guild_id, subscriptions=parked)

    async def _join(self, guild: discord.Guild) -> None:
        """Say hello to a server that is new, and to one that comes back with announcements that go
        on that they do; at most once a day, whatever events come."""
        await self._note_languages([guild])
        revived = await self._come_back(guild.id)
        before = await self._store.guilds.welcome(guild.id)
        text = self._client.messages.text(language_of(guild))
        if before is None and not revived:
            await greet(self._client, guild, welcome_page(text), new=True)
        elif revived and (before is None or self._clock.now() - before >= WELCOME_PAUSE):
            await greet(self._client, guild, back_page(revived, text), new=False)

    async def _come_back(self, guild_id: int) -> int:
        revived = await self._store.guilds.come_back(guild_id)
        if revived:
            logger.info("keeping.guild-back", guild=guild_id, subscriptions=revived)
            self._wake()
        return revived

    async def _end(self, channel_id: int) -> None:
        if await self._store.subscriptions.end_channel(channel_id, CHANNEL_GONE):
            logger.info("keeping.channel-gone", channel=channel_id)
            self._wake()

    # ---------------------------------------------------------------- probes

    async def _on_change(self, *subjects: object) -> None:
        """Check the guild that an event is about. What comes in meanwhile is checked next, all in
        one: a start brings events of thousands of guilds at once."""
        found = (id_ for one in reversed(subjects) if (id_ := _guild_id(one)))
        self._to_probe.add(next(found, None))
        if self._is_probing:
            return
        self._is_probing = True
        try:
            while self._to_probe:
                guilds, self._to_probe = self._to_probe, set()
                await self._probe_mended(guilds)
        except StoreError as error:
            logger.warning("probes.failed", cause=str(error))
        finally:
            self._is_probing = False

    async def _probe_mended(self, guilds: Collection[int | None]) -> None:
        """Make probes due of those parked channels of these guilds (``None``: of all) that the bot
        may post in now, as far as it knows."""
        only = next(iter(guilds)) if len(guilds) == 1 else None
        postable = [
            id_
            for id_, guild, channel in await self._store.subscriptions.parked(only)
            if (None in guilds or guild in guilds) and self._is_postable(guild, channel)
        ]
        if postable and (
            probed := await self._store.subscriptions.probe_soon(postable, self._clock.now())
        ):
            logger.info("probes.due", subscriptions=probed)
            self._wake()

    def _is_postable(self, guild_id: int, channel_id: int) -> bool:
        guild = self._client.get_guild(guild_id)
        channel = guild.get_channel_or_thread(channel_id) if guild is not None else None
        if guild is None or guild.unavailable or channel is None:
            return False
        kind, permissions = TARGET_KINDS.get(channel.type), own_permissions(channel)
        if kind is None or permissions is None:
            return False
        return all(getattr(permissions, name) for name in needed_permissions(Target(kind)))


def _log_store_error(
    change: Callable[..., Awaitable[object]],
) -> Callable[..., Coroutine[Any, Any, None]]:
    """A listener that makes the change. What the store refuses is found out again when the client
    is ready the next time, or by sending."""

    async def listen(*subjects: object) -> None:
        try:
            await change(*subjects)
        except StoreError as error:
            logger.warning("keeping.store-failing", cause=str(error))

    return listen


def _guild_id(subject: object) -> int | None:
    if isinstance(subject, discord.Guild):
        return subject.id
    guild_id = getattr(subject, "guild_id", None)
    guild_id = guild_id or getattr(getattr(subject, "guild", None), "id", None)
    return guild_id if isinstance(guild_id, int) else None
