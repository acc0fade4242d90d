"""Where a person's direct messages are: opened when there is something to send, and not before.

Discord wants few of them opened ("DMs should generally be initiated by a user action. If you open
a significant amount of DMs too quickly, your bot may be rate limited or blocked from opening new
ones", Discord docs, Create DM) and tells no number. A person's channel stays the same for good, so
each is opened once: what was sent there before tells it, also after a restart.
"""

import asyncio
from collections.abc import Mapping

import aiohttp
import discord
from aiolimiter import AsyncLimiter
from cachetools import LRUCache
from discord.http import Route

from bot.client.client import KcrushClient
from bot.delivery.discord.single_request import ask_once, seconds
from bot.delivery.sender import EffectUnknownError, NothingSentError
from bot.store import Addressee

OPENED_AT_ONCE = 5
OPENED_PER_SECOND = 1.0
"""Far below what Discord was ever seen to take (its bucket of this route held 10 in 10 s), for a
bot that opens many at once is taken for one that sends unwanted ones."""

REMEMBERED = 1_000
"""Channels kept in mind beside those that the store knows: of persons whom nothing reached yet."""


class DirectChannels:
    """Finds and opens them over REST; needs a logged-in client, but no gateway."""

    def __init__(self, client: KcrushClient) -> None:
        self._client = client
        self._opened: LRUCache[int, int] = LRUCache(REMEMBERED)
        self._limiter = AsyncLimiter(OPENED_AT_ONCE, OPENED_AT_ONCE / OPENED_PER_SECOND)
        self._full_until = 0.0

    async def channel_of(self, user_id: int, addressee: Addressee | None) -> int:
        """The channel of a person's direct messages; opening it tells nothing of whether they take
        any.

        Raises:
            NothingSentError: Discord would not open it, or could not be asked.
        """
        known = addressee.channel_id if addressee is not None else None
        return known or self._opened.get(user_id) or await self.open(user_id)

    async def open(self, user_id: int) -> int:
        """Ask Discord for it, whatever is known.

        Raises:
            NothingSentError: Discord would not open it, or could not be asked.
        """
        try:
            self._respect_bucket()
            await self._limiter.acquire()
            channel_id, headers = await self._ask(user_id)
        except (
            discord.DiscordException,
            EffectUnknownError,
            aiohttp.ClientError,
            OSError,
        ) as error:
            raise NothingSentError(error) from error
        self._note_bucket(headers)
        self._opened[user_id] = channel_id
        return channel_id

    async def _ask(self, user_id: int) -> tuple[int, Mapping[str, str]]:
        route = Route("POST", "/users/@me/channels")
        try:
            opened, headers = await ask_once(self._client, route, {"recipient_id": str(user_id)})
        except discord.HTTPException as error:
            if error.status == 429:
                self._rest(seconds(error.response.headers.get("Retry-After")))
            raise
        return int(opened["id"]), headers

    def _respect_bucket(self) -> None:
        left = self._full_until - asyncio.get_running_loop().time()
        if left > 0:
            raise discord.RateLimited(left)

    def _note_bucket(self, headers: Mapping[str, str]) -> None:
        if headers.get("X-RateLimit-Remaining") == "0":
            self._rest(seconds(headers.get("X-RateLimit-Reset-After")))

    def _rest(self, for_seconds: float | None) -> None:
        if for_seconds is not None:
            self._full_until = asyncio.get_running_loop().time() + for_seconds
