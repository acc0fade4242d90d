"""Whether an announcement stands in a channel already: its mark among our own messages there."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.client.client import KcrushClient
from bot.delivery import HistoryUnreadableError, Posted
from bot.delivery.discord.posting import bears_mark
from bot.store import LeasedDelivery

PAGE = 100
"""Messages that one request gives at most (Discord docs, Get Channel Messages)."""

PAGES = 20
"""Requests at most: two thousand messages, a busy channel's day."""

SLACK = timedelta(minutes=2)
"""By how much Discord's clock, which message ids are made by, may lag behind ours."""


async def find_message(
    client: KcrushClient, leased: LeasedDelivery, since: datetime, direct: int | None = None
) -> Posted | None:
    """The announcement among what was written in its channel after `since`, oldest first; in the
    direct messages `direct`, whose history is always open, if that is where it goes.

    Raises:
        HistoryUnreadableError: the channel's history is closed to us, too long, or can't be told
            from one that is closed.
        discord.HTTPException, aiohttp.ClientError, OSError: Discord could not be asked.
    """
    channel_id = direct or leased.subscription.channel_id
    wanted = leased.digest or (leased.interview,)
    own = str(client.user.id) if client.user else ""
    after = discord.utils.time_snowflake(since - SLACK)
    seen = 0
    for _ in range(PAGES):
        page: Sequence[Any] = await client.http.logs_from(channel_id, PAGE, after=after)
        seen += len(page)
        for message in page:
            if _announces(message, own) and any(bears_mark(message, one) for one in wanted):
                return Posted(int(message["id"]), direct)
        if len(page) < PAGE:
            if not seen and direct is None:
                await _must_be_readable(client, leased)
            return None
        after = max(int(message["id"]) for message in page)
    raise HistoryUnreadableError(f"more than {PAGES * PAGE} messages since then")


def _announces(message: Mapping[str, Any], own: str) -> bool:
    """Ours, and no answer to a command or a button, which may bear an interview's mark too."""
    return message["author"]["id"] == own and not message.get("interaction_metadata")


async def _must_be_readable(client: KcrushClient, leased: LeasedDelivery) -> None:
    """Discord answers with no messages, and no error, where Read Message History is missing
    (Discord docs, Get Channel Messages). So an empty answer needs the bot's permissions, or any
    message of the channel, to be believed."""
    may_read = _known_to_be_readable(client, leased)
    if may_read is None:
        channel_id = leased.subscription.channel_id
        any_message: Sequence[Any] = await client.http.logs_from(channel_id, 1)
        may_read = bool(any_message) or await _asked_to_be_readable(client, leased)
    if not may_read:
        raise HistoryUnreadableError("Read Message History is missing")


def _known_to_be_readable(client: KcrushClient, leased: LeasedDelivery) -> bool | None:
    """By what the gateway told; ``None`` where it told nothing yet."""
    guild = client.get_guild(leased.subscription.guild_id)
    channel = guild.get_channel_or_thread(leased.subscription.channel_id) if guild else None
    me: discord.Member | None = guild.me if guild else None
    if channel is None or me is None:
        return None
    return channel.permissions_for(me).read_message_history


async def _asked_to_be_readable(client: KcrushClient, leased: LeasedDelivery) -> bool:
    """By what REST tells, for an empty channel of a guild that the gateway has not told of. (An
    empty thread is not asked about: there is none without its first message.)"""
    if client.user is None:
        return False
    guild = await client.fetch_guild(leased.subscription.guild_id, with_counts=False)
    channels = {channel.id: channel for channel in await guild.fetch_channels()}
    channel = channels.get(leased.subscription.channel_id)
    if channel is None:
        return False
    me = await guild.fetch_member(client.user.id)
    return channel.permissions_for(me).read_message_history
