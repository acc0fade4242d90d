"""Whom people follow, without Discord: a direct message at the next interview with an artist.

What is sent, and when, is the announcer's affair (docs/delivery.md). Here is what a person asks
for, and who still has to be told that their direct messages are closed: that is kept in memory, so
that it costs no command a moment.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

from bot.core.artists import artist_ids, artist_key
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.model import Artist, Follow, Reached, Subject
from bot.core.supervisor import supervise
from bot.search import SearchIndex
from bot.store import FOLLOWS_LIMIT, DirectMessageStatus, FollowOutcome, FollowRequest, Store

logger = structlog.get_logger(__name__)

REFRESH = 600.0
"""Seconds between two looks at what other processes and newer interviews changed."""

TRY_FOR = 8.0
"""Seconds that a person waits to hear whether their messages are open again."""

TRY_PAUSE = 15.0
"""Seconds between two tries of one person: each refusal counts towards Discord's limit of invalid
requests."""

CHOICES = 25
"""Discord docs, Application Commands, autocomplete: the most choices that are shown."""


@dataclass(frozen=True, slots=True)
class FollowResult:
    """An artist whom a person follows from now on, or did ``already``; ``closed`` says that their
    direct messages were refused last time."""

    artist: Artist
    already: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class FollowList:
    """Whom a person follows, the newest first; ``closed`` as in ``Followed``."""

    follows: tuple[Follow, ...]
    closed: bool


class MessageTest(StrEnum):
    """What came of trying a person's direct messages again."""

    ARRIVED = "arrived"
    CLOSED = "closed"
    OPEN = "open"
    """Nothing waited to try them with; the next message will tell."""

    WAITING = "waiting"
    """No word from Discord yet."""

    NOBODY = "nobody"
    """Nothing is followed."""


class FollowService:
    """Raises (every method that asks the store): StoreError. `wake` rouses the announcer, whose
    ``on_direct`` is to be ``heard``."""

    def __init__(
        self, store: Store, index: SearchIndex, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._index = index
        self._clock = clock
        self._wake = wake
        self._notice_due: set[int] = set()
        self._trying: dict[int, asyncio.Future[Reached]] = {}
        self._tried_at: dict[int, float] = {}

    async def run(self) -> None:
        """Keep up with what is changed elsewhere, until cancelled; no failure ends it."""

        async def refresh() -> float:
            await self.refresh()
            return REFRESH

        await supervise("following", refresh, self._clock, pause=REFRESH)

    async def refresh(self) -> None:
        """Read who is still to be told, and follow artists by the spellings that they have now."""
        self._notice_due = await self._store.follows.to_notify()
        for artist_id, spellings in (await self._store.follows.spellings()).items():
            artist = self._index.artist(artist_id)
            if artist is None:
                continue
            now = spellings_of(artist) | {artist_id}
            if now != spellings:
                await self._store.follows.respell(artist_id, now)

    # ---------------------------------------------------------------- following

    async def follow(self, user_id: int, artist: Artist) -> FollowResult:
        """Follow an artist; what closed messages hold back is tried again.

        Raises:
            UserError: the person follows as many as one may.
        """
        wanted = FollowRequest(artist.id, artist.name, spellings_of(artist))
        became = await self._store.follows.add(user_id, wanted)
        if became is FollowOutcome.FULL:
            raise UserError("error.follows-full", limit=FOLLOWS_LIMIT)
        closed = await self._is_closed(user_id)
        if closed:
            self._wake()
        return FollowResult(artist, became is FollowOutcome.ALREADY, closed)

    async def unfollow(self, user_id: int, artist_id: str) -> Follow | None:
        """Follow an artist, by any spelling's id, no more; ``None`` where nobody was followed."""
        return await self._store.follows.remove(user_id, artist_id)

    async def unfollow_named(self, user_id: int, name: str) -> Follow:
        """Follow no more whoever is called so.

        Raises:
            UserError: there is nobody to take from the list.
        """
        follows = await self._store.follows.followed(user_id)
        if not follows:
            raise UserError("error.follows-nobody")
        by_name = {artist_key(follow.name): follow.artist_id for follow in follows}
        found = by_name.get(artist_key(name))
        meant = [found] if found else [artist.id for artist in self._index.artists_named(name)[:1]]
        for artist_id in meant:
            gone = await self._store.follows.remove(user_id, artist_id)
            if gone is not None:
                return gone
        raise UserError("error.not-followed", name=name)

    async def followed(self, user_id: int) -> FollowList:
        follows = await self._store.follows.followed(user_id)
        closed = bool(follows) and await self._is_closed(user_id)
        return FollowList(tuple(follows), closed)

    async def _is_closed(self, user_id: int) -> bool:
        """Whether the person's messages are closed; who asks this is told."""
        closed = await self._store.follows.message_status(user_id) is DirectMessageStatus.CLOSED
        if closed and user_id in self._notice_due:
            await self.take_notice(user_id)
        return closed

    async def complete(self, user_id: int, typed: str) -> list[Follow]:
        """Those of the followed whose name holds what was typed, the newest followed first."""
        wanted = artist_key(typed)
        follows = await self._store.follows.followed(user_id)
        return [one for one in follows if wanted in artist_key(one.name)][:CHOICES]

    # ---------------------------------------------------------------- direct messages

    def on_direct_message(self, user_id: int, what: Reached) -> None:
        """The announcer's word about a person's direct messages."""
        if what is Reached.REFUSED:
            self._notice_due.add(user_id)
        elif what is Reached.ARRIVED:
            self._notice_due.discard(user_id)
        trying = self._trying.get(user_id)
        if trying is not None and not trying.done():
            trying.set_result(what)

    def is_notice_due(self, user_id: int) -> bool:
        """Whether this person may have to be told that their messages are closed: at once, and
        without the store."""
        return user_id in self._notice_due

    async def take_notice(self, user_id: int) -> bool:
        """Whether they are to be told now; from now on they count as told."""
        if user_id not in self._notice_due:
            return False
        self._notice_due.discard(user_id)
        if await self._store.follows.message_status(user_id) is not DirectMessageStatus.CLOSED:
            return False
        await self._store.follows.mark_notified(user_id)
        return True

    async def try_again(self, user_id: int) -> MessageTest:
        """Try a person's direct messages now, and wait a little for what comes of it."""
        trying = self._trying.setdefault(user_id, asyncio.get_running_loop().create_future())
        try:
            return await self._try(user_id, trying)
        finally:
            self._trying.pop(user_id, None)

    async def _try(self, user_id: int, trying: "asyncio.Future[Reached]") -> MessageTest:
        before = await self._store.follows.message_status(user_id)
        if before is DirectMessageStatus.NONE:
            return MessageTest.NOBODY
        if before is DirectMessageStatus.OPEN:
            return MessageTest.OPEN
        await self.take_notice(user_id)
        if not self._may_try(user_id):
            return MessageTest.WAITING
        if await self._store.follows.try_again(user_id) is not DirectMessageStatus.CLOSED:
            return MessageTest.OPEN
        self._wake()
        await asyncio.wait([trying], timeout=TRY_FOR)
        if not trying.done():
            return MessageTest.WAITING
        return MessageTest.ARRIVED if trying.result() is Reached.ARRIVED else MessageTest.CLOSED

    def _may_try(self, user_id: int) -> bool:
        now = self._clock.monotonic()
        recent = {one: at for one, at in self._tried_at.items() if now - at < TRY_PAUSE}
        allowed = user_id not in recent
        self._tried_at = recent if not allowed else recent | {user_id: now}
        return allowed


def spellings_of(artist: Artist) -> frozenset[str]:
    """The ids by which an interview with this artist is known."""
    return artist_ids([Subject(artist.name, aliases=artist.aliases)])
