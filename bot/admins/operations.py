"""What the bot's owners look at and set going from within Discord."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.core.bot_state import BotState
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.model import InterviewSummary
from bot.feed.watcher import Watcher
from bot.feed.writing import PollReport
from bot.store import ArchiveState, ParkedChannel, Store

Polled = tuple[str, PollReport | UserError]
"""A feed's address, and what a poll of it brought or why it failed."""


class OperatorService:
    """`read_archives` has all archives read on at once; ``None`` where the settings leave them
    alone. `wake` is called when something is to be sent."""

    def __init__(
        self,
        store: Store,
        watcher: Watcher,
        clock: Clock,
        *,
        feeds: Sequence[str],
        state: Callable[[], Awaitable[BotState]],
        read_archives: Callable[[], None] | None,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._watcher = watcher
        self._clock = clock
        self._feeds = feeds
        self._read_archives = read_archives
        self._wake = wake
        self.state = state

    async def poll(self) -> list[Polled]:
        """Poll every feed now, one after the other."""
        return [(url, await self._poll(url)) for url in self._feeds]

    async def _poll(self, url: str) -> PollReport | UserError:
        try:
            return await self._watcher.poll(url)
        except UserError as error:
            return error

    async def backfill(self) -> list[ArchiveState]:
        """Have the archives read on, or brought up to date, from now on; how far each is.

        Raises:
            UserError: the settings leave the archives alone.
        """
        if self._read_archives is None:
            raise UserError("error.no-backfill")
        self._read_archives()
        return [await self._store.archives.state(url) for url in self._feeds]

    async def channel_counts(self) -> Mapping[int, int]:
        """How many channels of each guild get announcements, by the guild's id."""
        return await self._store.subscriptions.counts_by_guild()

    async def failing(self) -> list[ParkedChannel]:
        """The channels that wait because they can't be reached, longest first."""
        return await self._store.subscriptions.parked_channels()

    async def withheld(self) -> list[InterviewSummary]:
        """The interviews that were stored and not announced, the newest first."""
        ids = await self._store.backlog.withheld(self._clock.now())
        return sorted(await self._store.interviews.summaries(ids), key=lambda one: -one.id)

    async def announce(self, ids: Sequence[int]) -> int:
        """Announce interviews that were withheld; how many.

        Raises:
            UserError: none of them is withheld.
        """
        announced = await self._store.backlog.announce(ids, self._clock.now())
        if not announced:
            raise UserError("error.not-withheld")
        self._wake()
        return len(announced)
