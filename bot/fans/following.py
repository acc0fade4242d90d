"""Following artists, kinds, words or everything: a direct message to the person at the next
interview that is met.

The delivery sends the messages (docs/delivery.md). This service changes what a person follows, and
knows who still has to read that their direct messages are closed: that is kept in memory, so that
asking for it delays no command.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cachetools import TTLCache

from bot.core.artists import artist_id, artist_ids, artist_key
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.filters import parse_filter
from bot.core.model import Artist, Subject, Topic
from bot.core.readers import Follow, FollowRequest, FollowSort, Reached, follow_id, name_ids
from bot.core.supervisor import supervise
from bot.core.text import one_line
from bot.fans.results import CHOICES
from bot.search import Lookup, SearchIndex
from bot.store import FOLLOWS_LIMIT, DirectMessageStatus, FollowOutcome, Store

REFRESH = 600.0
"""Seconds between two refreshes of what other processes and newer interviews changed."""

TRY_FOR = 8.0
"""Seconds to wait for the outcome of a message test; the person waits for the answer."""

TRY_LOOKS = 8
"""How often within that time the store is looked at, for another process may have sent it."""

TRY_PAUSE = 15.0
"""Seconds between two message tests of one person: each refusal counts towards Discord's limit of
invalid requests."""

_TESTED_LIMIT = 10_000
"""Persons whose last test is remembered."""


@dataclass(frozen=True, slots=True)
class FollowResult:
    """What a person follows now, or did ``already``; ``closed`` where Discord refused the last
    direct message to them, and not ``known`` where no interview is with this artist yet."""

    followed: FollowRequest
    already: bool
    closed: bool
    known: bool = True


@dataclass(frozen=True, slots=True)
class FollowList:
    """What a person follows, newest first; ``closed`` as in ``FollowResult``."""

    follows: tuple[Follow, ...]
    closed: bool


class MessageTest(StrEnum):
    """The outcome of a test whether direct messages reach a person."""

    ARRIVED = "arrived"
    CLOSED = "closed"
    OPEN = "open"
    """There was no message to test them with; the next one will show it."""

    WAITING = "waiting"
    """Discord has not answered yet."""

    NOBODY = "nobody"
    """The person follows nothing."""


class FollowService:
    """The service over the store and the search index.

    `wake` starts the delivery's next round; the delivery reports each direct message to
    ``on_direct_message``. Every method that asks the store raises ``StoreError``.
    """

    def __init__(
        self, store: Store, index: SearchIndex, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._index = index
        self._clock = clock
        self._wake = wake
        self._notice_due: set[int] = set()
        self._languages: dict[int, str | None] = {}
        self._tests: dict[int, asyncio.Future[Reached]] = {}
        self._tested: TTLCache[int, bool] = TTLCache(_TESTED_LIMIT, TRY_PAUSE, clock.monotonic)

    async def run(self) -> None:
        """Call ``refresh`` regularly, until cancelled; no failure ends it."""

        async def refresh() -> float:
            await self.refresh()
            return REFRESH

        await supervise("following", refresh, self._clock, pause=REFRESH)

    async def refresh(self) -> None:
        """Read who is due a notice and who reads which language, and follow artists by the
        spellings that they have now."""
        self._notice_due = await self._store.follows.to_notify()
        self._languages = await self._store.follows.languages()
        for id_, spellings in (await self._store.follows.spellings()).items():
            artist = self._index.artist(id_)
            if artist is None:
                continue
            now = spellings_of(artist) | {id_}
            if now != spellings:
                await self._store.follows.respell(id_, now)

    # ---------------------------------------------------------------- following

    async def follow(
        self, user_id: int, artist: Artist, language: str | None = None
    ) -> FollowResult:
        """Follow an artist, to hear of them in a language of Discord's; where the person's messages
        are closed, they are tried again.

        Raises:
            UserError: the person follows as much as one may.
        """
        request = FollowRequest(artist.id, artist.name, spellings_of(artist), language)
        return await self._follow(user_id, request)

    async def follow_named(
        self, user_id: int, sort: FollowSort, name: str, language: str | None = None
    ) -> FollowResult:
        """Follow an artist of whom nothing need be known, a kind by its ``Topic``, words as a
        filter in its text form, or with "" everything; else as ``follow``.

        Raises:
            UserError: also where the name has no letter or digit, there is no such kind, or the
                words are no filter.
        """
        if sort is FollowSort.ARTIST:
            _require_name(name)
            artist = self._index.artist(artist_id(name))
            if artist is not None:
                return await self.follow(user_id, artist, language)
        elif sort is FollowSort.KIND:
            if name not in set(Topic):
                raise UserError("error.stale-button")
        elif sort is FollowSort.WORDS:
            filter_ = parse_filter(name)
            if not filter_:
                raise UserError("error.nothing-searched")
            name = str(filter_)
        name = one_line(name)
        spelled = name_ids(name) if sort is FollowSort.ARTIST else frozenset()
        request = FollowRequest(follow_id(sort, name), name, spelled, language, sort)
        return await self._follow(user_id, request)

    async def _follow(self, user_id: int, request: FollowRequest) -> FollowResult:
        outcome = await self._store.follows.add(user_id, request)
        self._languages[user_id] = request.language
        if outcome is FollowOutcome.FULL:
            raise UserError("error.follows-full", limit=FOLLOWS_LIMIT)
        closed = await self._is_closed(user_id)
        if closed:
            self._wake()
        already = outcome is FollowOutcome.ALREADY
        known = request.sort is not FollowSort.ARTIST or self._index.artist(request.id) is not None
        return FollowResult(request, already, closed, known)

    def find_artist(self, name: str) -> Lookup[Artist]:
        """Whom a typed name means; nobody and no offers where none is called anything like it.

        Raises:
            UserError: no letter or digit is in it.
        """
        _require_name(name)
        return self._index.find_artist(name)

    async def unfollow(self, user_id: int, follow_id: str) -> Follow | None:
        """Unfollow something by its id, an artist by that of any spelling; ``None`` where it was
        not followed."""
        return await self._store.follows.remove(user_id, follow_id)

    async def unfollow_named(self, user_id: int, name: str) -> Follow:
        """Unfollow the artist, or else the kind or words, called `name`.

        Raises:
            UserError: the person follows nothing, or nothing of that name.
        """
        follows = await self._store.follows.followed(user_id)
        if not follows:
            raise UserError("error.follows-nobody")
        in_order = sorted(follows, key=lambda one: one.sort is FollowSort.ARTIST)
        by_name = {artist_key(follow.name): follow.id for follow in in_order}
        named = self._index.find_artist(name).match
        id_ = by_name.get(artist_key(name)) or (named.id if named else None)
        removed = await self._store.follows.remove(user_id, id_) if id_ else None
        if removed is not None:
            return removed
        raise UserError("error.not-followed", name=name)

    async def followed(self, user_id: int) -> FollowList:
        follows = await self._store.follows.followed(user_id)
        closed = bool(follows) and await self._is_closed(user_id)
        return FollowList(tuple(follows), closed)

    async def _is_closed(self, user_id: int) -> bool:
        """Whether the person's messages are closed; the caller shows that instead of a notice."""
        closed = await self._store.follows.message_status(user_id) is DirectMessageStatus.CLOSED
        if closed and user_id in self._notice_due:
            await self.take_notice(user_id)
        return closed

    async def complete(
        self, user_id: int, typed: str, label: Callable[[Follow], str]
    ) -> list[Follow]:
        """What is followed under a label that contains what was typed, newest first."""
        key = artist_key(typed)
        follows = await self._store.follows.followed(user_id)
        return [one for one in follows if key in artist_key(label(one))][:CHOICES]

    async def note_language(self, user_id: int, language: str) -> None:
        """A person uses the bot in this language; whoever follows something hears of it in that.
        Asks the store only where it is another one than before."""
        if self._languages.get(user_id, language) == language:
            return
        self._languages[user_id] = language
        await self._store.follows.change_language(user_id, language)

    # ---------------------------------------------------------------- direct messages

    def on_direct_message(self, user_id: int, outcome: Reached) -> None:
        """The delivery calls this after each direct message to a person."""
        if outcome is Reached.REFUSED:
            self._notice_due.add(user_id)
        elif outcome is Reached.ARRIVED:
            self._notice_due.discard(user_id)
        test = self._tests.get(user_id)
        if test is not None and not test.done():
            test.set_result(outcome)

    def is_notice_due(self, user_id: int) -> bool:
        """Whether this person may be due the notice that their messages are closed; answers without
        asking the store."""
        return user_id in self._notice_due

    async def take_notice(self, user_id: int) -> bool:
        """Whether the person is due the notice now; the caller shows it, so it is due no more."""
        if user_id not in self._notice_due:
            return False
        self._notice_due.discard(user_id)
        if await self._store.follows.message_status(user_id) is not DirectMessageStatus.CLOSED:
            return False
        await self._store.follows.mark_notified(user_id)
        return True

    async def try_again(self, user_id: int) -> MessageTest:
        """Send a person what waits for them, and wait at most ``TRY_FOR`` s for the outcome."""
        test = self._tests.setdefault(user_id, asyncio.get_running_loop().create_future())
        try:
            return await self._test(user_id, test)
        finally:
            self._tests.pop(user_id, None)

    async def _test(self, user_id: int, test: "asyncio.Future[Reached]") -> MessageTest:
        before = await self._store.follows.message_status(user_id)
        if before is DirectMessageStatus.NONE:
            return MessageTest.NOBODY
        if before is DirectMessageStatus.OPEN:
            return MessageTest.OPEN
        await self.take_notice(user_id)
        if user_id in self._tested:
            return MessageTest.WAITING
        self._tested[user_id] = True
        if await self._store.follows.try_again(user_id) is not DirectMessageStatus.CLOSED:
            return MessageTest.OPEN
        self._wake()
        for _ in range(TRY_LOOKS):
            await asyncio.wait([test], timeout=TRY_FOR / TRY_LOOKS)
            if test.done():
                arrived = test.result() is Reached.ARRIVED
                return MessageTest.ARRIVED if arrived else MessageTest.CLOSED
            # Another process may have sent it.
            if await self._store.follows.message_status(user_id) is DirectMessageStatus.OPEN:
                return MessageTest.ARRIVED
        return MessageTest.WAITING


def spellings_of(artist: Artist) -> frozenset[str]:
    """The ids by which an interview with this artist is known."""
    return artist_ids([Subject(artist.name, aliases=artist.aliases)])


def _require_name(name: str) -> None:
    if not artist_key(name):
        raise UserError("error.nobody-named")
