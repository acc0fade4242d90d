"""Hears what may have mended a parked channel, and has it tried at once.

A role, an overwrite, a thread or the bot itself changed: where the bot's permissions, as far as
its cache tells them, suffice now, the channel's next probe is made due. Where they don't, nothing
is asked of Discord; the rare probes of the outbox go on.
"""

from collections.abc import Callable, Collection, Iterable

import discord
import structlog

from bot.client.client import KcrushClient
from bot.core.clock import Clock
from bot.core.errors import StoreError
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
"""What the guilds intent tells (Discord docs, Gateway, List of Intents) and may heal. Of members it
tells of the bot itself alone."""


class Healing:
    """Has parked channels probed; `wake` rouses the announcer."""

    def __init__(
        self, client: KcrushClient, store: Store, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._wake = wake
        self._heard_of: set[int | None] = set()
        self._looking = False

    def listen(self) -> None:
        """Hear the client's events from now on."""
        for event in EVENTS:
            self._client.add_listener(self._heard, f"on_{event}")

    async def _heard(self, *what: object) -> None:
        """Look at the guild that an event is about. What is heard while looking is looked at next,
        all in one: a start tells of thousands of guilds at once."""
        self._heard_of.add(
            next((found for one in reversed(what) if (found := _guild_id(one))), None)
        )
        if self._looking:
            return
        self._looking = True
        try:
            while self._heard_of:
                guilds, self._heard_of = self._heard_of, set()
                await self.look(guilds)
        except StoreError as error:
            logger.warning("healing.store-failing", cause=str(error))
        finally:
            self._looking = False

    async def look(self, guilds: Collection[int | None] = (None,)) -> int:
        """Have the parked channels of these guilds (``None``: of all) probed that the bot may write
        to now, as far as it knows; how many.

        Raises:
            StoreError: the store can't be read or written.
        """
        only = next(iter(guilds)) if len(guilds) == 1 else None
        fit = [
            id_
            for id_, guild, channel in await self._store.subscriptions.parked(only)
            if (None in guilds or guild in guilds) and self._may_write(guild, channel)
        ]
        if not fit:
            return 0
        probed = await self._store.subscriptions.probe_soon(fit, self._clock.now())
        if probed:
            logger.info("healing.probed", subscriptions=probed)
            self._wake()
        return probed

    def _may_write(self, guild_id: int, channel_id: int) -> bool:
        guild = self._client.get_guild(guild_id)
        if guild is None or guild.unavailable:
            return False
        me: discord.Member | None = guild.me
        channel = guild.get_channel_or_thread(channel_id)
        if me is None or channel is None:
            return False
        return all(getattr(channel.permissions_for(me), name) for name in _needed(channel))


def _needed(channel: object) -> Iterable[str]:
    thread = isinstance(channel, discord.Thread)
    send = "send_messages_in_threads" if thread else "send_messages"
    return ("view_channel", send, "embed_links")


def _guild_id(what: object) -> int | None:
    if isinstance(what, discord.Guild):
        return what.id
    found = getattr(what, "guild_id", None) or getattr(getattr(what, "guild", None), "id", None)
    return found if isinstance(found, int) else None
