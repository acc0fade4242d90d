"""The notifier's hand in Discord: a direct message, or else the guild's system channel."""

from collections.abc import Sequence

import discord

from bot.client.client import KcrushClient
from bot.store import DueNotice
from bot.ui.subscriptions import stopped_notice


class DiscordTeller:
    """Tells admins over REST; needs a logged-in client, but no gateway."""

    def __init__(self, client: KcrushClient) -> None:
        self._client = client

    async def tell(self, notices: Sequence[DueNotice], nonce: str) -> bool:
        """Tell the person who set these up; where they take no messages of ours, the guild's
        system channel; false where that is closed as well.

        Raises:
            discord.HTTPException, aiohttp.ClientError, OSError: Discord could not be asked.
        """
        first = notices[0]
        own_id = self._client.user.id if self._client.user else 0
        if first.created_by != own_id and await self._tell_person(first.created_by, notices, nonce):
            return True
        channel_id = await self._system_channel(first.guild_id)
        if channel_id is None:
            return False
        return await self._send(channel_id, notices, f"{nonce}s")

    async def _tell_person(self, user_id: int, notices: Sequence[DueNotice], nonce: str) -> bool:
        try:
            opened = await self._client.http.start_private_message(user_id)
        except discord.HTTPException as error:
            if not _is_final(error):
                raise
            return False
        return await self._send(int(opened["id"]), notices, nonce)

    async def _send(self, channel_id: int, notices: Sequence[DueNotice], nonce: str) -> bool:
        guild = self._client.get_guild(notices[0].guild_id)
        view = stopped_notice(notices, self._client.messages.text(), guild.name if guild else None)
        try:
            await self._client.get_partial_messageable(channel_id).send(
                view=view, nonce=nonce, allowed_mentions=discord.AllowedMentions.none()
            )
        except discord.HTTPException as error:
            if not _is_final(error):
                raise
            return False
        return True

    async def _system_channel(self, guild_id: int) -> int | None:
        """Where Discord itself greets members, if the bot may write there, as far as it knows."""
        guild = self._client.get_guild(guild_id)
        if guild is None:
            return None
        channel = guild.system_channel
        me: discord.Member | None = guild.me
        if channel is None or me is None:
            return None
        may = channel.permissions_for(me)
        return channel.id if may.view_channel and may.send_messages else None


def _is_final(error: discord.HTTPException) -> bool:
    """Refused for good: closed direct messages (50007), no common guild, no such person."""
    return error.status in (400, 403, 404) and bool(error.code)
