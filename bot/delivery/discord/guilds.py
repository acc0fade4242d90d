"""The guilds that the bot sends to, also those of other processes' shards."""

import discord
from cachetools import TTLCache

from bot.client.channels import language_of
from bot.client.client import KcrushClient
from bot.store import Store

ASKED_AGAIN = 300.0
"""Seconds for which REST's answer about a guild is used."""

REMEMBERED = 200
"""Guilds of other processes; each is some 33 KiB."""


class Guilds:
    """The guilds of the client's shards are its cache's. Where other processes have other shards,
    REST tells of theirs: roles, channels and the bot's own member, in three requests; the languages
    are in the `store`."""

    def __init__(self, client: KcrushClient, store: Store | None = None) -> None:
        self._client = client
        self._store = store
        self._asked: TTLCache[int, discord.Guild] = TTLCache(REMEMBERED, ASKED_AGAIN)

    async def guild(self, guild_id: int) -> discord.Guild | None:
        """A guild with its channels; ``None`` where the bot is not in it, or does not know yet.

        Raises:
            discord.HTTPException, aiohttp.ClientError, OSError: Discord could not be asked.
        """
        known = self._client.get_guild(guild_id) or self._asked.get(guild_id)
        if known is None and self._client.sharding.is_shared:
            known = await self._ask(guild_id)
            if known is not None:
                self._asked[guild_id] = known
        return known

    async def channel(
        self, guild_id: int, channel_id: int
    ) -> discord.abc.GuildChannel | discord.Thread | None:
        """A channel or thread of a guild; ``None`` where the bot does not see it.

        Raises:
            discord.HTTPException, aiohttp.ClientError, OSError: Discord could not be asked.
        """
        guild = await self.guild(guild_id)
        if guild is None:
            return None
        channel = guild.get_channel_or_thread(channel_id)
        if channel is None and guild_id in self._asked:
            await self._ask_for_thread(guild, channel_id)
            channel = guild.get_channel_or_thread(channel_id)
        return channel

    async def language(self, guild_id: int) -> str | None:
        """Discord's name of the language that a guild chose; ``None`` where it chose none.

        Raises:
            StoreError: the database can't be read.
        """
        guild = self._client.get_guild(guild_id)
        if guild is not None or self._store is None or not self._client.sharding.is_shared:
            return language_of(guild)
        return await self._store.guilds.language(guild_id)

    async def _ask(self, guild_id: int) -> discord.Guild | None:
        if self._client.user is None:
            return None
        try:
            guild = await self._client.fetch_guild(guild_id, with_counts=False)
            channels = await guild.fetch_channels()
            me = await guild.fetch_member(self._client.user.id)
        except (discord.NotFound, discord.Forbidden, discord.InvalidData):
            return None
        for channel in channels:
            guild._add_channel(channel)
        guild._add_member(me)
        return guild

    async def _ask_for_thread(self, guild: discord.Guild, channel_id: int) -> None:
        try:
            thread = await self._client.fetch_channel(channel_id)
        except (discord.NotFound, discord.Forbidden, discord.InvalidData):
            return
        if isinstance(thread, discord.Thread) and thread.guild.id == guild.id:
            thread.guild = guild
            guild._add_thread(thread)
