"""What delivery needs of Discord, as a protocol, and the errors that it adds to discord.py's."""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from bot.core.errors import KcrushError
from bot.core.model import StoredInterview
from bot.delivery.outcomes import Sent
from bot.store import DueNotice, Extra, LeasedDelivery, NewestMessage, SentCard


class HistoryUnreadableError(KcrushError):
    """Whether a message is in the channel can't be found out: its history is closed to the bot, or
    too much was written since."""


class EffectUnknownError(KcrushError):
    """A request that creates something was answered with a 5xx, or with a 2xx that is not Discord's
    answer to it. It may have been created nevertheless.

    ``retry_after`` is Discord's wish in seconds, where it gave one.
    """

    def __init__(self, status: int, retry_after: float | None = None) -> None:
        super().__init__(f"Discord answered {status}")
        self.status = status
        self.retry_after = retry_after


class NothingSentError(KcrushError):
    """Something that precedes the message's own request failed, so that no message was sent."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


@contextmanager
def nothing_sent_yet() -> Iterator[None]:
    """Raise every exception of the block as ``NothingSentError``."""
    try:
        yield
    except Exception as error:
        raise NothingSentError(error) from error


class DiscordPort(Protocol):
    """All that delivery asks of Discord.

    Raises (every method): discord.HTTPException, aiohttp.ClientError and OSError as discord.py
    does, ``EffectUnknownError`` for an answer that leaves open whether a message was created, and
    ``NothingSentError`` for any failure before the request that creates it.
    """

    def now(self) -> datetime | None:
        """Discord's time; ``None`` where it is not known yet."""
        ...

    async def announced_after(self, newest: NewestMessage) -> list[int]:
        """The ids of the interviews that were announced in a channel after the message, by the
        marks of our own messages there; empty where they can't be read."""
        ...

    async def send(self, leased: LeasedDelivery, *, plain: bool = False) -> Sent:
        """Send what the delivery announces, under its own nonce where Discord takes one; with
        `plain` as words and a link alone."""
        ...

    async def is_loading(self, channel_id: int, message_id: int) -> bool:
        """Whether Discord has not loaded yet the pictures that a message shows."""
        ...

    async def find(
        self, leased: LeasedDelivery, since: datetime, known: Set[int] = frozenset()
    ) -> Sent | None:
        """The announcement, if it stands in the channel; it was sent after `since` or never, and is
        none of the `known` messages.

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
