"""Posts in forum and media channels: made once, and found again.

Discord takes no nonce when a post is made (Discord docs, Start Thread in Forum or Media Channel).
So the request is never sent twice by itself, as discord.py would do, and after an attempt that may
have arrived the post is looked for before the next.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

import aiohttp
import discord
from discord.http import MultipartParameters, Route

from bot.client.channels import usable_tags
from bot.client.client import KcrushClient
from bot.core.forum_tags import Tag, choose_tags
from bot.core.model import StoredInterview, Subscription
from bot.delivery.discord.guilds import Guilds
from bot.delivery.discord.message_search import bears_mark, is_loading, marks_of
from bot.delivery.discord.single_request import (
    Bucket,
    created_id,
    listed,
    payload_of,
    request_once,
)
from bot.delivery.outcomes import Sent
from bot.delivery.port import HistoryUnreadableError, nothing_sent_yet
from bot.store import NewestMessage

ARCHIVE_PAGES = 5
ARCHIVE_PAGE = 100
"""Archived posts looked through at most, and those that one request gives (Discord docs, List
Public Archived Threads)."""

CANDIDATES = 40
"""The bot's posts, of those that no other delivery has, whose first message is read at most."""


class ForumPosts:
    """Makes and finds posts over REST; needs a logged-in client, but no gateway."""

    def __init__(self, client: KcrushClient, guilds: Guilds) -> None:
        self._client = client
        self._guilds = guilds
        self._buckets: defaultdict[int, Bucket] = defaultdict(Bucket)

    async def create(
        self,
        subscription: Subscription,
        name: str,
        names: Sequence[str],
        message: MultipartParameters,
    ) -> Sent:
        """Make a post with `message` and its files as its first, and the tags that are named like
        one of `names`. One request.

        Raises:
            EffectUnknownError: 5xx, or no answer of Discord's; the post may be there.
            NothingSentError: the forum's tags can't be read.
            discord.RateLimited: this forum's bucket is known to be empty; nothing was asked.
            discord.HTTPException, aiohttp.ClientError, OSError: as discord.py raises them.
        """
        bucket = self._buckets[subscription.channel_id]
        bucket.check()
        with nothing_sent_yet():
            tags = await self.tags(subscription, names)
        body = {
            "name": name,
            "applied_tags": [str(tag.id) for tag in tags],
            "message": payload_of(message),
        }
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=subscription.channel_id)
        answer = await request_once(self._client, route, _with_files(body, message), bucket)
        post_id = created_id(answer)
        return Sent(post_id, post_id, loading=is_loading(answer.get("message") or {}))

    async def tags(self, subscription: Subscription, names: Sequence[str]) -> tuple[Tag, ...]:
        """The tags of a post about `names`, by what the forum offers now."""
        channel_id = subscription.channel_id
        forum: object = await self._guilds.channel(subscription.guild_id, channel_id)
        if forum is None:
            forum = await self._client.fetch_channel(channel_id)
        if not isinstance(forum, discord.ForumChannel):
            raise TypeError(f"channel {channel_id} is no forum any more")
        return choose_tags(
            names,
            usable_tags(forum),
            required=forum.flags.require_tag,
            configured=subscription.tag_id,
        )

    async def find(
        self,
        subscription: Subscription,
        stored: StoredInterview,
        name: str,
        after: int,
        known: Set[int],
    ) -> Sent | None:
        """The interview's post, of an id above `after` that is not `known` to be another
        delivery's; those of its name are looked at first.

        Raises:
            HistoryUnreadableError: the posts can't be read, or there are too many.
        """
        try:
            posts = await self._own_posts(subscription, after)
            posts = [post for post in posts if int(post["id"]) not in known]
            posts.sort(key=lambda post: (post["name"] != name, -int(post["id"])))
            for post in posts[:CANDIDATES]:
                if bears_mark(await self._first_message(int(post["id"])), stored):
                    return Sent(int(post["id"]), channel_id=int(post["id"]), found=True)
        except discord.Forbidden as error:
            raise HistoryUnreadableError from error
        if len(posts) > CANDIDATES:
            raise HistoryUnreadableError
        return None

    async def announced_after(self, newest: NewestMessage) -> list[int]:
        """The ids of the interviews whose marks the bot's active posts bear that were made after
        the newest known one."""
        active = await self._client.http.get_active_threads(newest.subscription.guild_id)
        posts = self._ours(active, newest.subscription, newest.message_id + 1)
        return [
            id_
            for post in list(posts)[:CANDIDATES]
            for id_ in marks_of(await self._first_message(int(post["id"])))
        ]

    def _ours(
        self, answer: Any, subscription: Subscription, oldest: int
    ) -> Iterator[dict[str, Any]]:
        """The bot's own posts of the forum in an answer that lists threads.

        Raises:
            EffectUnknownError: this is no such answer.
        """
        threads = listed(answer.get("threads") if isinstance(answer, dict) else None)
        own = self._client.user.id if self._client.user else 0
        for thread in threads:
            is_own = int(thread["owner_id"]) == own
            is_here = int(thread["parent_id"]) == subscription.channel_id
            if is_own and is_here and int(thread["id"]) >= oldest:
                yield dict(thread)

    async def _own_posts(self, subscription: Subscription, after: int) -> list[dict[str, Any]]:
        http = self._client.http
        since = discord.utils.snowflake_time(after)
        active = await http.get_active_threads(subscription.guild_id)
        found = list(self._ours(active, subscription, after))
        before: str | None = None
        for _ in range(ARCHIVE_PAGES):
            page = await http.get_public_archived_threads(
                subscription.channel_id, before, ARCHIVE_PAGE
            )
            found += self._ours(page, subscription, after)
            threads = page["threads"]
            before = threads[-1]["thread_metadata"]["archive_timestamp"] if threads else None
            # A thread is archived after it was made, so pages before `since` hold nothing of it.
            if not page.get("has_more") or before is None or datetime.fromisoformat(before) < since:
                return found
        raise HistoryUnreadableError

    async def _first_message(self, post_id: int) -> Mapping[str, Any]:
        """A post's first message, as Discord's JSON; empty where it was deleted."""
        try:
            message: Any = await self._client.http.get_message(post_id, post_id)
        except discord.NotFound:
            return {}
        created_id(message)
        return dict(message)


def _with_files(body: Mapping[str, Any], message: MultipartParameters) -> Any:
    """The body of a request: JSON, or a form with the message's files beside it (Discord docs,
    Reference, Uploading Files)."""
    if not message.files:
        return body
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(body))
    for part in message.multipart or ():
        if part["name"] != "payload_json":
            form.add_field(**part)
    return form
