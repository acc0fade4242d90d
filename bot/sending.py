"""The announcer's hand in Discord: one delivery becomes one message."""

from typing import Any

import discord

from bot.client import KcrushClient
from bot.store import Leased
from bot.ui.cards import announcement_card


class DiscordSender:
    """Sends announcement cards over REST; needs a logged-in client, but no gateway."""

    def __init__(self, client: KcrushClient) -> None:
        self._client = client

    async def send(self, leased: Leased) -> int:
        """Send the interview's card and give the message's id.

        The row's own nonce goes with ``enforce_nonce`` (which discord.py always sets): within the
        few minutes that Discord remembers nonces, sending again gives the first message back
        (Discord docs, Create Message). Nobody is pinged but the configured role.

        Raises:
            discord.HTTPException, aiohttp.ClientError, OSError: as discord.py raises them.
        """
        subscription = leased.subscription
        channel = self._client.get_partial_messageable(
            subscription.channel_id, guild_id=subscription.guild_id
        )
        role = discord.Object(subscription.role_id) if subscription.role_id else None
        view = announcement_card(
            leased.interview, self._client.messages.text(), role_id=subscription.role_id
        )
        message = await channel.send(
            view=view,
            nonce=leased.delivery.nonce,
            allowed_mentions=_only(role),
        )
        return message.id


def _only(role: discord.Object | None) -> discord.AllowedMentions:
    roles: Any = [role] if role else False
    return discord.AllowedMentions(everyone=False, users=False, replied_user=False, roles=roles)
