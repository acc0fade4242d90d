"""What delivery needs of Discord, as a protocol, and the errors that it adds to discord.py's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.core.errors import KcrushError
from bot.core.model import StoredInterview
from bot.delivery.outcomes import Sent
from bot.store import DueNotice, Extra, LeasedDelivery, SentCard


class HistoryUnreadableError(KcrushError):
    """Whether a message is in the channel can't be found out: its history is closed to the bot, or
    too much was written since."""


class EffectUnknownError(KcrushError):
    """A 5xx to a request that makes something; it may have been made nevertheless.

    ``retry_after`` is Discord's wish in seconds, where it gave one.
    """

    def __init__(self, status: int, retry_after: float | None = None) -> None:
        super().__init__(f"Discord answered {status}")
        self.status = status
        self.retry_after = retry_after


class NothingSentError(KcrushError):
    """A request that has to precede the message failed, so that no message was sent."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class DiscordPort(Protocol):
    """All that delivery asks of Discord.

    Raises (every method): discord.HTTPException, aiohttp.ClientError and OSError as discord.py
    does, ``EffectUnknownError`` for a 5xx to what makes a message, and ``NothingSentError`` where a
    person's direct messages can't be opened.
    """

    async def send(self, leased: LeasedDelivery, *, plain: bool = False) -> Sent:
        """Send what the delivery announces, under its own nonce where Discord takes one; with
        `plain` as words and a link alone."""
        ...

    async def find(self, leased: LeasedDelivery, since: datetime) -> Sent | None:
        """The announcement, if it stands in the channel; it was sent after `since` or never.

        Raises:
            HistoryUnreadableError: that can't be found out.
        """
        ...

    async def edit(self, card: SentCard) -> None:
        """Bring a sent announcement up to what its interview says now, without a ping."""
        ...

    async def crosspost(self, extra: Extra) -> None:
        """Publish a message to the followers of its announcement channel. Twice is as once."""
        ...

    async def open_discussion(self, extra: Extra, stored: StoredInterview) -> int:
        """Open a message's thread with a first question; the thread's id. Twice is as once."""
        ...

    async def notify_admin(self, notices: Sequence[DueNotice], nonce: str) -> bool:
        """Send notices that share guild, person and cause to the person who set these up, or to
        their guild's system channel; false where neither takes any."""
        ...
