"""The announcer's hand in Discord: one delivery becomes one message, or one post of a forum."""

from datetime import datetime
from typing import Any

import discord
from discord.http import handle_message_parameters

from bot.admins.targets import POSTS, post_title, target_of
from bot.client.client import KcrushClient
from bot.core.model import TargetKind
from bot.delivery import Posted
from bot.delivery.discord.direct import DirectChannels
from bot.delivery.discord.history import find_message
from bot.delivery.discord.posting import Posts
from bot.store import LeasedDelivery, SentCard
from bot.ui.announcing import Announcement, Rendering, announcement
from bot.ui.following import direct_message

THREAD_ARCHIVED = 50083
"""Discord docs, JSON error codes. Writing opens a thread again by itself; editing does not."""

UNKNOWN_CHANNEL = 10003
"""Discord docs, JSON error codes."""


class DiscordSender:
    """Sends announcements over REST; needs a logged-in client, but no gateway.

    Raises (every method): discord.HTTPException, aiohttp.ClientError and OSError as discord.py
    does, ``EffectUnknownError`` for a 5xx to what makes a message, and ``NothingSentError`` where a
    person's direct messages can't be opened.
    """

    def __init__(self, client: KcrushClient) -> None:
        self._client = client
        self._posts = Posts(client)
        self._direct = DirectChannels(client)

    def remembered(self, leased: LeasedDelivery) -> bool:
        """Whether Discord knows the delivery again by its nonce: messages have one, posts none."""
        return leased.subscription.kind not in POSTS

    async def send(self, leased: LeasedDelivery, *, plain: bool = False) -> Posted:
        """Send what the delivery announces, as its channel takes it; where it stands.

        The row's own nonce goes with ``enforce_nonce`` (which discord.py always sets): within the
        few minutes that Discord remembers nonces, sending again gives the first message back
        (Discord docs, Create Message). Nobody is pinged but the configured role.
        """
        if leased.subscription.kind is TargetKind.DIRECT:
            return await self._send_direct(leased, plain=plain)
        subscription = leased.subscription
        rendering = Rendering.PLAIN if plain else _rendering(leased)
        content = announcement(
            _told(leased), self._client.messages.text(), rendering, role_id=subscription.role_id
        )
        allowed = _only(subscription.role_id)
        if subscription.kind in POSTS:
            with handle_message_parameters(**content, allowed_mentions=allowed) as made:
                return await self._posts.create(
                    subscription, self._name(leased), _kinds(leased), made.payload or {}
                )
        channel = self._client.get_partial_messageable(
            subscription.channel_id, guild_id=subscription.guild_id
        )
        message = await channel.send(
            **content, nonce=leased.delivery.nonce, allowed_mentions=allowed
        )
        return Posted(message.id)

    async def find(self, leased: LeasedDelivery, since: datetime) -> Posted | None:
        """The announcement, if it stands in the channel already.

        Raises:
            HistoryUnreadableError: that can't be found out.
        """
        if leased.subscription.kind is TargetKind.DIRECT:
            user_id = leased.subscription.channel_id
            channel_id = await self._direct.channel_of(user_id, leased.addressee)
            return await find_message(self._client, leased, since, channel_id)
        if leased.subscription.kind in POSTS:
            newest = (leased.digest or (leased.interview,))[0]
            return await self._posts.find(leased.subscription, newest, self._name(leased), since)
        return await find_message(self._client, leased, since)

    async def edit(self, card: SentCard) -> None:
        """Bring a sent announcement up to its interview; an edit pings nobody."""
        edit = card.edit
        content = self._direct_edited(card) if edit.direct else self._edited(card)
        # A person's direct messages belong to no guild.
        guild_id = None if edit.direct else edit.guild_id
        message = self._client.get_partial_messageable(
            edit.channel_id, guild_id=guild_id
        ).get_partial_message(edit.message_id)
        try:
            await message.edit(**content, allowed_mentions=discord.AllowedMentions.none())
        except discord.HTTPException as error:
            if error.code != THREAD_ARCHIVED:
                raise
            await self._client.http.edit_channel(edit.channel_id, archived=False)
            await message.edit(**content, allowed_mentions=discord.AllowedMentions.none())

    def _edited(self, card: SentCard) -> dict[str, Any]:
        edit = card.edit
        rendering = Rendering.PUBLISHED if edit.published else Rendering.CARD
        return announcement(
            Announcement(card.interview, missed=edit.missed),
            self._client.messages.text(),
            Rendering.PLAIN if edit.plain else rendering,
            role_id=edit.role_id,
        )

    def _direct_edited(self, card: SentCard) -> dict[str, Any]:
        follows = card.addressee.follows if card.addressee is not None else ()
        return direct_message(
            Announcement(card.interview, missed=card.edit.missed),
            follows,
            self._client.messages.text(),
            plain=card.edit.plain,
        )

    async def _send_direct(self, leased: LeasedDelivery, *, plain: bool) -> Posted:
        """Send to a person; where the channel of their messages is not what it was, to the one
        that Discord names now."""
        user_id, addressee = leased.subscription.channel_id, leased.addressee
        channel_id = await self._direct.channel_of(user_id, addressee)
        follows = addressee.follows if addressee is not None else ()
        content = direct_message(_told(leased), follows, self._client.messages.text(), plain=plain)
        try:
            return await self._write(channel_id, content, leased.delivery.nonce)
        except discord.NotFound as error:
            if error.code != UNKNOWN_CHANNEL:
                raise
        return await self._write(await self._direct.open(user_id), content, leased.delivery.nonce)

    async def _write(self, channel_id: int, content: dict[str, Any], nonce: str) -> Posted:
        message = await self._client.get_partial_messageable(channel_id).send(
            **content, nonce=nonce, allowed_mentions=discord.AllowedMentions.none()
        )
        return Posted(message.id, channel_id)

    def _name(self, leased: LeasedDelivery) -> str:
        text = self._client.messages.text()
        if leased.digest:
            return text.plural("digest.title", len(leased.digest) + leased.more)
        return post_title(leased.interview.interview, text("card.untitled"))


def _told(leased: LeasedDelivery) -> Announcement:
    return Announcement(leased.interview, leased.digest, leased.more, leased.delivery.missed)


def _rendering(leased: LeasedDelivery) -> Rendering:
    crosspost = target_of(leased.subscription).crosspost
    return Rendering.PUBLISHED if crosspost else Rendering.CARD


def _kinds(leased: LeasedDelivery) -> list[str]:
    """The site's categories and tags of all that is announced."""
    listed = leased.digest or (leased.interview,)
    return [kind for stored in listed for kind in stored.interview.tags]


def _only(role_id: int | None) -> discord.AllowedMentions:
    roles: Any = [discord.Object(role_id)] if role_id else False
    return discord.AllowedMentions(everyone=False, users=False, replied_user=False, roles=roles)
