"""Whether an announcement stands in a channel already: its mark among the bot's own messages."""

import re
from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.client.channels import own_permissions
from bot.client.client import KcrushClient
from bot.core.model import StoredInterview
from bot.delivery.discord.single_request import listed
from bot.delivery.outcomes import Sent
from bot.delivery.port import HistoryUnreadableError
from bot.store import LeasedDelivery, NewestMessage
from bot.ui import ids
from bot.ui.test_mark import all_components, is_test

PAGE = 100
"""Messages that one request gives at most (Discord docs, Get Channel Messages)."""

PAGES = 20
"""Requests at most: two thousand messages, a busy channel's day."""

CLOCK_SLACK = timedelta(minutes=2)
"""By how much the clock that ids are made by may lag behind the one that dated the doubt."""

_MARK = re.compile(r"kc:read:([0-9]{1,18})")


def search_start(leased: LeasedDelivery, since: datetime) -> int:
    """The id after which the announcement stands, if it does: by Discord's clock where that was
    known when the doubt began, else by ours."""
    after = leased.delivery.after_id
    moment = since if after is None else discord.utils.snowflake_time(after)
    return discord.utils.time_snowflake(moment - CLOCK_SLACK)


async def find_message(
    client: KcrushClient,
    leased: LeasedDelivery,
    after: int,
    known: Set[int],
    direct: int | None = None,
) -> Sent | None:
    """The announcement among what was written in its channel after an id, oldest first, and is not
    `known` to be another delivery's; in the direct messages `direct`, whose history is always open,
    if that is where it goes.

    Raises:
        HistoryUnreadableError: the channel's history is closed to the bot, too long, or can't be
            distinguished from one that is closed.
        discord.HTTPException, aiohttp.ClientError, OSError: Discord could not be asked.
    """
    channel_id = direct or leased.subscription.channel_id
    seen = 0
    for _ in range(PAGES):
        page = listed(await client.http.logs_from(channel_id, PAGE, after=after))
        seen += len(page)
        for message in page:
            is_marked = any(bears_mark(message, stored) for stored in leased.interviews)
            if is_marked and _is_own(client, message) and int(message["id"]) not in known:
                return Sent(int(message["id"]), direct, found=True)
        if len(page) < PAGE:
            if not seen and direct is None:
                await _require_readable(client, leased)
            return None
        after = max(int(message["id"]) for message in page)
    raise HistoryUnreadableError(f"more than {PAGES * PAGE} messages since then")


async def announced_after(client: KcrushClient, newest: NewestMessage) -> list[int]:
    """The ids of the interviews whose marks our own messages bear that are the next ``PAGE`` after
    a channel's newest known one."""
    page = listed(await client.http.logs_from(newest.channel_id, PAGE, after=newest.message_id))
    return [id_ for message in page if _is_own(client, message) for id_ in marks_of(message)]


def _is_own(client: KcrushClient, message: Mapping[str, Any]) -> bool:
    """Whether the bot wrote it unasked: an answer to a command may bear a mark too."""
    own = str(client.user.id) if client.user else ""
    is_ours: bool = message["author"]["id"] == own and not message.get("interaction_metadata")
    return is_ours


def marks_of(message: Mapping[str, Any]) -> list[int]:
    """The ids of the interviews that a message, as Discord's JSON, opens."""
    if is_test(message):
        return []
    ids_ = [part.get("custom_id") or "" for part in all_components(message.get("components", []))]
    return [int(found[1]) for id_ in ids_ if (found := _MARK.fullmatch(id_))]


def bears_mark(message: Mapping[str, Any], stored: StoredInterview) -> bool:
    """Whether a message, as Discord's JSON, is the interview's announcement: by its id in a
    button's custom_id, or by its link in a button or, where the rendering was a plain one, the
    text. (A restored database may number the interview differently.) A test is none."""
    if is_test(message):
        return False
    mark, url = ids.OpenReader(stored.id).custom_id, stored.interview.url
    for part in all_components(message.get("components", [])):
        if part.get("custom_id") == mark or (url and part.get("url") == url):
            return True
    return bool(url) and url in (message.get("content") or "")


def is_loading(message: Mapping[str, Any]) -> bool:
    """Whether Discord has not loaded yet one of the message's pictures (the answer's
    ``loading_state``, which discord.py names ``MediaItemLoadingState``)."""
    loading = discord.MediaItemLoadingState.loading.value
    return any(
        item.get("media", {}).get("loading_state") == loading
        for part in all_components(message.get("components", []))
        for item in (part, *part.get("items", []))
    )


async def _require_readable(client: KcrushClient, leased: LeasedDelivery) -> None:
    """Discord answers with no messages, and no error, where Read Message History is missing
    (Discord docs, Get Channel Messages). So an empty answer is believed only with the bot's
    permissions, or any message of the channel, to support it."""
    guild_id, channel_id = leased.subscription.guild_id, leased.subscription.channel_id
    guild = client.get_guild(guild_id)
    channel = guild.get_channel_or_thread(channel_id) if guild else None
    known = own_permissions(channel) if channel is not None else None
    if known is not None:
        is_readable = known.read_message_history
    else:
        any_message = listed(await client.http.logs_from(channel_id, 1))
        is_readable = bool(any_message) or await _is_readable(client, guild_id, channel_id)
    if not is_readable:
        raise HistoryUnreadableError("Read Message History is missing")


async def _is_readable(client: KcrushClient, guild_id: int, channel_id: int) -> bool:
    """By what REST says, for an empty channel of a guild that the gateway has not named. (An empty
    thread is not asked about: none is without its first message.)"""
    if client.user is None:
        return False
    guild = await client.fetch_guild(guild_id, with_counts=False)
    channels = {channel.id: channel for channel in await guild.fetch_channels()}
    channel = channels.get(channel_id)
    if channel is None:
        return False
    me = await guild.fetch_member(client.user.id)
    return channel.permissions_for(me).read_message_history
