"""The channels of people's direct messages: opened when there is something to send.

Discord wants few of them opened ("DMs should generally be initiated by a user action. If you open
a significant amount of DMs too quickly, your bot may be rate limited or blocked from opening new
ones", Discord docs, Create DM) and states no number. A person's channel never changes, so each is
opened once: a message that was sent there names it, also after a restart.
"""

from aiolimiter import AsyncLimiter
from cachetools import LRUCache
from discord.http import Route

from bot.client.client import KcrushClient
from bot.delivery.discord.single_request import Bucket, created_id, request_once
from bot.delivery.port import nothing_sent_yet
from bot.store import Addressee

OPENED_AT_ONCE = 5
OPENED_PER_SECOND = 1.0
"""Far below what Discord was ever seen to take (its bucket of this route held 10 in 10 s), for a
bot that opens many at once is taken for one that sends unwanted ones."""

REMEMBERED = 1_000
"""Channels remembered beside those in the store: of people whom no message has reached yet."""


class DirectChannels:
    """Finds and opens them over REST; needs a logged-in client, but no gateway."""

    def __init__(self, client: KcrushClient) -> None:
        self._client = client
        self._opened: LRUCache[int, int] = LRUCache(REMEMBERED)
        self._limiter = AsyncLimiter(OPENED_AT_ONCE, OPENED_AT_ONCE / OPENED_PER_SECOND)
        self._bucket = Bucket()

    async def channel_of(self, user_id: int, addressee: Addressee) -> int:
        """The channel of a person's direct messages. That it can be opened says nothing about
        whether they take any.

        Raises:
            NothingSentError: Discord would not open it, or could not be asked.
        """
        return addressee.channel_id or self._opened.get(user_id) or await self.open(user_id)

    async def open(self, user_id: int) -> int:
        """Ask Discord for the channel, even if one is known.

        Raises:
            NothingSentError: Discord would not open it, or could not be asked.
        """
        route = Route("POST", "/users/@me/channels")
        with nothing_sent_yet():
            self._bucket.check()
            await self._limiter.acquire()
            body = {"recipient_id": str(user_id)}
            self._opened[user_id] = created_id(
                await request_once(self._client, route, body, self._bucket)
            )
        return self._opened[user_id]
