"""Posts in forum and media channels: made once, and found again.

Discord takes no nonce when a post is made (Discord docs, Start Thread in Forum or Media Channel).
So nothing may send that request twice by itself, which discord.py's own retries would do, and
whoever tries again after a try that may have arrived looks for the post first.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import discord
from discord.http import Route

from bot.admins.targets import Tag, Tagging, choose_tags
from bot.client.client import KcrushClient
from bot.core.model import StoredInterview, Subscription
from bot.delivery.discord.single_request import ask_once, seconds
from bot.delivery.sender import HistoryUnreadableError, Posted
from bot.ui import ids

CLOCK_SLACK = timedelta(minutes=2)
"""By how much Discord's clock, which ids are made by, may lag behind ours."""

ARCHIVE_PAGES = 5
ARCHIVE_PAGE = 100
"""Archived posts looked through at most, and those that one request gives (Discord docs, List
Public Archived Threads)."""

CANDIDATES = 40
"""Posts of ours whose first message is read at most."""


class Posts:
    """Makes and finds posts over REST; needs a logged-in client, but no gateway."""

    def __init__(self, client: KcrushClient) -> None:
        self._client = client
        self._full_until: dict[int, float] = {}

    async def create(
        self,
        subscription: Subscription,
        name: str,
        kinds: Sequence[str],
        message: Mapping[str, Any],
    ) -> Posted:
        """Make a post with `message`, the JSON of a message, as its first. One request.

        Raises:
            EffectUnknownError: 5xx; the post may be there.
            discord.RateLimited: this forum's bucket is known to be empty; nothing was asked.
            discord.HTTPException, aiohttp.ClientError, OSError: as discord.py raises them.
        """
        self._respect_bucket(subscription.channel_id)
        tagging = await self.tagging(subscription, kinds)
        body = {
            "name": name,
            "applied_tags": [str(tag.id) for tag in tagging.tags],
            "message": dict(message),
        }
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=subscription.channel_id)
        made, headers = await ask_once(self._client, route, body)
        self._note_bucket(headers, subscription.channel_id)
        return Posted(int(made["id"]), channel_id=int(made["id"]))

    async def tagging(self, subscription: Subscription, kinds: Sequence[str]) -> Tagging:
        """Which tags a post of these kinds gets, by what the forum offers now."""
        forum = await self._forum(subscription.channel_id)
        me: discord.Member | None = forum.guild.me
        moderator = me is not None and forum.permissions_for(me).manage_threads
        return choose_tags(
            kinds,
            tags_of(forum),
            required=forum.flags.require_tag,
            configured=subscription.tag_id,
            moderator=moderator,
        )

    async def find(
        self, subscription: Subscription, stored: StoredInterview, name: str, since: datetime
    ) -> Posted | None:
        """The interview's post, made after `since`; those of its name are looked at first.

        Raises:
            HistoryUnreadableError: the posts can't be read, or there are too many.
        """
        try:
            posts = await self._own_posts(subscription, since - CLOCK_SLACK)
            posts.sort(key=lambda post: (post["name"] != name, -int(post["id"])))
            for post in posts[:CANDIDATES]:
                if await self._is_about(int(post["id"]), stored):
                    return Posted(int(post["id"]), channel_id=int(post["id"]))
        except discord.Forbidden as error:
            raise HistoryUnreadableError from error
        if len(posts) > CANDIDATES:
            raise HistoryUnreadableError
        return None

    # ---------------------------------------------------------------- making

    async def _forum(self, channel_id: int) -> discord.ForumChannel:
        channel = self._client.get_channel(channel_id)
        if channel is None:
            channel = await self._client.fetch_channel(channel_id)
        if not isinstance(channel, discord.ForumChannel):
            raise TypeError(f"channel {channel_id} is no forum any more")
        return channel

    def _respect_bucket(self, channel_id: int) -> None:
        now = asyncio.get_running_loop().time()
        self._full_until = {key: end for key, end in self._full_until.items() if end > now}
        if channel_id in self._full_until:
            raise discord.RateLimited(self._full_until[channel_id] - now)

    def _note_bucket(self, headers: Mapping[str, str], channel_id: int) -> None:
        after = seconds(headers.get("X-RateLimit-Reset-After"))
        if headers.get("X-RateLimit-Remaining") == "0" and after is not None:
            self._full_until[channel_id] = asyncio.get_running_loop().time() + after

    # ---------------------------------------------------------------- finding

    async def _own_posts(self, subscription: Subscription, since: datetime) -> list[dict[str, Any]]:
        http = self._client.http
        own = self._client.user.id if self._client.user else 0
        oldest = discord.utils.time_snowflake(since)

        def ours(threads: Sequence[Any]) -> Iterator[dict[str, Any]]:
            for thread in threads:
                mine = int(thread["owner_id"]) == own
                here = int(thread["parent_id"]) == subscription.channel_id
                if mine and here and int(thread["id"]) >= oldest:
                    yield dict(thread)

        active = await http.get_active_threads(subscription.guild_id)
        found = list(ours(active["threads"]))
        before: str | None = None
        for _ in range(ARCHIVE_PAGES):
            page = await http.get_public_archived_threads(
                subscription.channel_id, before, ARCHIVE_PAGE
            )
            threads = page["threads"]
            found += ours(threads)
            # A thread is archived after it is made: one archived earlier is none of those wanted.
            before = threads[-1]["thread_metadata"]["archive_timestamp"] if threads else None
            if not page.get("has_more") or before is None:
                return found
            if datetime.fromisoformat(before) < since:
                return found
        raise HistoryUnreadableError

    async def _is_about(self, post_id: int, stored: StoredInterview) -> bool:
        try:
            message = await self._client.http.get_message(post_id, post_id)
        except discord.NotFound:
            return False
        return bears_mark(message, stored)


def tags_of(forum: discord.ForumChannel) -> list[Tag]:
    return [Tag(tag.id, tag.name, tag.moderated) for tag in forum.available_tags]


def bears_mark(message: Mapping[str, Any], stored: StoredInterview) -> bool:
    """Whether a message, as Discord's JSON, is the interview's announcement: by its id in a
    button's custom_id, or by its link where the rendering was a plain one."""
    mark = ids.OpenReader(stored.id).custom_id
    if any(part.get("custom_id") == mark for part in _parts(message.get("components", []))):
        return True
    url = stored.interview.url
    return bool(url) and url in message.get("content", "")


def _parts(components: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    for part in components:
        yield part
        yield from _parts(part.get("components", []))
        if "accessory" in part:
            yield part["accessory"]
