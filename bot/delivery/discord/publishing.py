"""The hand that publishes sent announcements and opens their discussions."""

from collections.abc import Sequence
from typing import Any, Final

import discord
from discord.http import Route

from bot.admins.targets import first_question, post_title
from bot.client.client import KcrushClient
from bot.core.model import StoredInterview
from bot.delivery.discord.single_request import ask_once
from bot.store import Extra
from bot.ui.discussion import discussion_opener

THREAD_EXISTS = 160004
"""Discord docs, JSON error codes: a thread has already been created for this message."""

ARCHIVE_AFTER: Final = 10080
"""Minutes of silence after which a discussion is archived: a week, the longest there is."""

LOOKED_THROUGH = 50
"""Messages of a discussion among which its first question is looked for."""


class DiscordExtras:
    """Does over REST what ``bot.delivery.extras`` decides; needs a login, but no gateway."""

    def __init__(self, client: KcrushClient) -> None:
        self._client = client

    async def publish(self, extra: Extra) -> None:
        route = Route(
            "POST",
            "/channels/{channel_id}/messages/{message_id}/crosspost",
            channel_id=extra.channel_id,
            message_id=extra.message_id,
        )
        await ask_once(self._client, route)

    async def discuss(self, extra: Extra, stored: StoredInterview) -> int:
        """A message has one thread at most, and its id is the message's (Discord docs, Start
        Thread from Message): that there is one already is as good as having made it. The first
        question has a nonce of its own, and is looked for before a second try.
        """
        text = self._client.messages.text()
        thread_id = extra.message_id
        try:
            await self._client.http.start_thread_with_message(
                extra.channel_id,
                extra.message_id,
                name=post_title(stored.interview, text("card.untitled")),
                auto_archive_duration=ARCHIVE_AFTER,
            )
        except discord.HTTPException as error:
            if error.code != THREAD_EXISTS:
                raise
        if extra.attempts and await self._has_begun(thread_id):
            return thread_id
        thread = self._client.get_partial_messageable(thread_id, guild_id=extra.guild_id)
        await thread.send(
            view=discussion_opener(stored, first_question(stored.interview), text),
            nonce=f"{extra.nonce}d",
            allowed_mentions=discord.AllowedMentions.none(),
        )
        return thread_id

    async def _has_begun(self, thread_id: int) -> bool:
        """Whether we have spoken in the thread; what Discord writes in our name doesn't count."""
        found: Sequence[Any] = await self._client.http.logs_from(
            thread_id, LOOKED_THROUGH, after=thread_id
        )
        own = str(self._client.user.id) if self._client.user else ""
        return any(
            message["author"]["id"] == own and message.get("type", 0) == 0 for message in found
        )
