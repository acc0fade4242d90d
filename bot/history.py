"""Whether an announcement stands in a channel already: its mark among our own messages there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.announcer import HistoryUnreadableError, Posted
from bot.client import KcrushClient
from bot.posting import bears_mark
from bot.store import Leased

PAGE = 100
"""Messages that one request gives at most (Discord docs, Get Channel Messages)."""

PAGES = 20
"""Requests at most: two thousand messages, a busy channel's day."""

SLACK = timedelta(minutes=2)
"""By how much Discord's clock, which message ids are made by, may lag behind ours."""


async def find_message(client: KcrushClient, leased: Leased, since: datetime) -> Posted | None:
    """The announcement among what was written in its channel after `since`, oldest first.

    Raises:
        HistoryUnreadableError: the channel's history is closed to us, too long, or can't be told
            from one that is closed.
        discord.HTTPException, aiohttp.ClientError, OSError: Discord could not be asked.
    """
    channel_id = leased.subscription.channel_id
    wanted = leased.digest or (leased.interview,)
    own = str(client.user.id) if client.user else ""
    after = discord.utils.time_snowflake(since - SLACK)
    seen = 0
    for _ in range(PAGES):
        page: Sequence[Any] = await client.http.logs_from(channel_id, PAGE, after=after)
        seen += len(page)
        for message in page:
            if message["author"]["id"] == own and any(bears_mark(message, one) for one in wanted):
                return Posted(int(message["id"]))
        if len(page) < PAGE:
            if not seen:
                await _must_be_readable(client, channel_id)
            return None
        after = max(int(message["id"]) for message in page)
    raise HistoryUnreadableError(f"more than {PAGES * PAGE} messages since then")


async def _must_be_readable(client: KcrushClient, channel_id: int) -> None:
    """Discord answers with no messages, and no error, where Read Message History is missing
    (Discord docs, Get Channel Messages); a channel that has any message shows whether it is."""
    channel = client.get_channel(channel_id)
    guild = getattr(channel, "guild", None)
    if channel is not None and guild is not None and guild.me is not None:
        if getattr(channel, "permissions_for", None) is None:
            raise HistoryUnreadableError("no channel of a guild")
        if not channel.permissions_for(guild.me).read_message_history:  # type: ignore[union-attr]
            raise HistoryUnreadableError("Read Message History is missing")
        return
    whole: Sequence[Any] = await client.http.logs_from(channel_id, 1)
    if not whole:
        raise HistoryUnreadableError("the channel is empty, or its history is closed")
