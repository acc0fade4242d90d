"""Notices to admins: to the person who set something up, or to their guild's system channel."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

import discord

from bot.client.channels import language_of, own_permissions
from bot.client.client import KcrushClient
from bot.delivery.discord.guilds import Guilds
from bot.store import DueNotice
from bot.ui.subscriptions import stopped_notice

T = TypeVar("T")


class NoticesToAdmins:
    """Sends them over REST; what they mention notifies nobody."""

    def __init__(self, client: KcrushClient, guilds: Guilds) -> None:
        self._client = client
        self._guilds = guilds

    async def send(self, notices: Sequence[DueNotice], nonce: str) -> bool:
        """Send notices to the person who set these up; where they take no messages of the bot, to
        the guild's system channel; false where that is closed as well."""
        first = notices[0]
        own_id = self._client.user.id if self._client.user else 0
        if first.created_by != own_id:
            opened = await _accepted(self._client.http.start_private_message(first.created_by))
            if opened and await self._send(int(opened["id"]), notices, nonce):
                return True
        system = await self._system_channel(first.guild_id)
        return system is not None and await self._send(system, notices, f"{nonce}s")

    async def _system_channel(self, guild_id: int) -> int | None:
        """Where Discord itself greets members, if the bot may write there, as far as it knows."""
        guild = await self._guilds.guild(guild_id)
        channel = guild.system_channel if guild is not None else None
        may = own_permissions(channel) if channel is not None else None
        if channel is None or may is None:
            return None
        return channel.id if may.view_channel and may.send_messages else None

    async def _send(self, channel_id: int, notices: Sequence[DueNotice], nonce: str) -> bool:
        guild_id = notices[0].guild_id
        guild = await self._guilds.guild(guild_id)
        view = stopped_notice(
            notices, self._client.messages.text(language_of(guild)), guild.name if guild else None
        )
        channel = self._client.get_partial_messageable(channel_id)
        sent = channel.send(view=view, nonce=nonce, allowed_mentions=discord.AllowedMentions.none())
        return await _accepted(sent) is not None


async def _accepted(request: Awaitable[T]) -> T | None:
    """The answer to a request; ``None`` where it is refused for good: closed direct messages
    (50007), no common guild, no such person."""
    try:
        return await request
    except discord.HTTPException as error:
        if error.status not in (400, 403, 404) or not error.code:
            raise
        return None
