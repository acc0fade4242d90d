"""The announcer's hand in Discord: one delivery becomes one message."""

from datetime import datetime
from typing import Any

import discord

from bot.announcer import Posted
from bot.client import KcrushClient
from bot.history import find_message
from bot.store import Leased, SentCard
from bot.ui.cards import announcement_card, plain_announcement


class DiscordSender:
    """Sends announcement cards over REST; needs a logged-in client, but no gateway.

    Raises (every method): discord.HTTPException, aiohttp.ClientError and OSError as discord.py
    does, and ``EffectUnknownError`` for a 5xx to what makes a message.
    """

    def __init__(self, client: KcrushClient) -> None:
        self._client = client

    def remembered(self, leased: Leased) -> bool:
        """Whether Discord knows the delivery again by its nonce: messages have one."""
        del leased
        return True

    async def send(self, leased: Leased, *, plain: bool = False) -> Posted:
        """Send the interview's card; where it stands.

        The row's own nonce goes with ``enforce_nonce`` (which discord.py always sets): within the
        few minutes that Discord remembers nonces, sending again gives the first message back
        (Discord docs, Create Message). Nobody is pinged but the configured role.
        """
        subscription = leased.subscription
        channel = self._client.get_partial_messageable(
            subscription.channel_id, guild_id=subscription.guild_id
        )
        role = discord.Object(subscription.role_id) if subscription.role_id else None
        text = self._client.messages.text()
        content: dict[str, Any] = (
            {"content": plain_announcement(leased.interview, text, role_id=subscription.role_id)}
            if plain
            else {
                "view": announcement_card(
                    leased.interview,
                    text,
                    role_id=subscription.role_id,
                    missed=leased.delivery.missed,
                )
            }
        )
        message = await channel.send(
            **content, nonce=leased.delivery.nonce, allowed_mentions=_only(role)
        )
        return Posted(message.id)

    async def find(self, leased: Leased, since: datetime) -> Posted | None:
        """The announcement, if it stands in the channel already.

        Raises:
            HistoryUnreadableError: that can't be found out.
        """
        return await find_message(self._client, leased, since)

    async def edit(self, card: SentCard) -> None:
        """Bring a sent announcement up to its interview; an edit pings nobody."""
        edit, text = card.edit, self._client.messages.text()
        message = self._client.get_partial_messageable(
            edit.channel_id, guild_id=edit.guild_id
        ).get_partial_message(edit.message_id)
        if edit.plain:
            words = plain_announcement(card.interview, text, role_id=edit.role_id)
            await message.edit(content=words, allowed_mentions=discord.AllowedMentions.none())
            return
        view = announcement_card(card.interview, text, role_id=edit.role_id, missed=edit.missed)
        await message.edit(view=view, allowed_mentions=discord.AllowedMentions.none())


def _only(role: discord.Object | None) -> discord.AllowedMentions:
    roles: Any = [role] if role else False
    return discord.AllowedMentions(everyone=False, users=False, replied_user=False, roles=roles)
