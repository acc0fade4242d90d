"""What the announcer needs of Discord, as a protocol, and what can be told beside an exception."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.errors import KcrushError
from bot.store import LeasedDelivery, SentCard


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that stands at Discord's.

    ``channel_id`` is where, when that is not the subscription's channel (a post of a forum, a
    direct message).
    """

    message_id: int
    channel_id: int | None = None


class HistoryUnreadableError(KcrushError):
    """Whether the message is in the channel can't be found out: its history is closed to us, or
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
    """What has to be asked of Discord before a message failed, so that none was sent."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Sender(Protocol):
    """Sends, finds and changes announcements. Raises as discord.py does, and what is above."""

    def remembered(self, leased: LeasedDelivery) -> bool:
        """Whether Discord knows the delivery's nonce again where this one goes. (It does for
        messages; a post of a forum has none.)"""
        ...

    async def send(self, leased: LeasedDelivery, *, plain: bool = False) -> Posted:
        """Send the interview to the subscription's channel, with the delivery's own nonce and
        ``enforce_nonce``; `plain` as words and a link alone.
        """
        ...

    async def find(self, leased: LeasedDelivery, since: datetime) -> Posted | None:
        """The announcement, if it stands in the channel; it was sent after `since` or never.

        Raises:
            HistoryUnreadableError: that can't be found out.
        """
        ...

    async def edit(self, card: SentCard) -> None:
        """Bring a sent announcement up to what its interview says now, without a ping."""
        ...
