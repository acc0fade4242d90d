"""Probes parked channels at once when something in Discord suggests that they were mended.

A role, an overwrite, a thread or the bot itself changed: where the bot's permissions, as far as its
cache holds them, suffice now, the channel's next probe is made due. Where they don't, nothing is
asked of Discord; the rare probes of the outbox go on.
"""

from collections.abc import Callable, Collection

import discord
import structlog

from bot.client.channels import TARGET_KINDS, own_permissions
from bot.client.client import KcrushClient
from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.core.targets import Target, needed_permissions
from bot.store import Store

logger = structlog.get_logger(__name__)

EVENTS = (
    "guild_join",
    "guild_available",
    "guild_channel_create",
    "guild_channel_update",
    "guild_role_update",
    "guild_role_delete",
    "member_update",
    "thread_join",
    "raw_thread_update",
    "ready",
)
"""Events of the guilds intent (Discord docs, Gateway, List of Intents) after which the bot may be
able to post again. Of members it covers the bot itself alone."""


class ProbeTrigger:
    """Makes probes of parked channels due; calls `wake` when there are any."""

    def __init__(
        self, client: KcrushClient, store: Store, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._wake = wake
        self._guilds: set[int | None] = set()
        self._is_checking = False

    def listen(self) -> None:
        """Listen to the client's events from now on."""
        for event in EVENTS:
            self._client.add_listener(self._on_event, f"on_{event}")

    async def _on_event(self, *subjects: object) -> None:
        """Check the guild that an event is about. What comes in meanwhile is checked next, all in
        one: a start brings events of thousands of guilds at once."""
        self._guilds.add(next((id_ for one in reversed(subjects) if (id_ := _guild_id(one))), None))
        if self._is_checking:
            return
        self._is_checking = True
        try:
            while self._guilds:
                guilds, self._guilds = self._guilds, set()
                await self.check(guilds)
        except StoreError as error:
            logger.warning("probes.failed", cause=str(error))
        finally:
            self._is_checking = False

    async def check(self, guilds: Collection[int | None] = (None,)) -> int:
        """Make probes due of those parked channels of these guilds (``None``: of all) that the bot
        may post in now, as far as it knows; how many.

        Raises:
            StoreError: the store can't be read or written.
        """
        only = next(iter(guilds)) if len(guilds) == 1 else None
        postable = [
            id_
            for id_, guild, channel in await self._store.subscriptions.parked(only)
            if (None in guilds or guild in guilds) and self._is_postable(guild, channel)
        ]
        if not postable:
            return 0
        probed = await self._store.subscriptions.probe_soon(postable, self._clock.now())
        if probed:
            logger.info("probes.due", subscriptions=probed)
            self._wake()
        return probed

    def _is_postable(self, guild_id: int, channel_id: int) -> bool:
        guild = self._client.get_guild(guild_id)
        channel = guild.get_channel_or_thread(channel_id) if guild is not None else None
        if guild is None or guild.unavailable or channel is None:
            return False
        kind, permissions = TARGET_KINDS.get(channel.type), own_permissions(channel)
        if kind is None or permissions is None:
            return False
        return all(getattr(permissions, name) for name in needed_permissions(Target(kind)))


def _guild_id(subject: object) -> int | None:
    if isinstance(subject, discord.Guild):
        return subject.id
    guild_id = getattr(subject, "guild_id", None)
    guild_id = guild_id or getattr(getattr(subject, "guild", None), "id", None)
    return guild_id if isinstance(guild_id, int) else None
