"""Hand-written stand-ins: a Discord that remembers nonces, a pace that a test doles out."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence, Set
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Self, TypeVar

import discord

from bot.core.artists import artist_id
from bot.core.clock import Clock
from bot.core.discord_limits import GLOBAL_LIMIT
from bot.core.errors import StoreError
from bot.core.model import (
    Conclusion,
    Delivery,
    DeliveryState,
    Interview,
    StoredInterview,
    Subject,
    Subscription,
)
from bot.core.readers import FollowRequest
from bot.delivery.announcer import Announcer, Tuning
from bot.delivery.outcomes import Sent
from bot.delivery.port import HistoryUnreadableError
from bot.store import (
    DueNotice,
    Extra,
    LeasedDelivery,
    NewestMessage,
    SentCard,
    Store,
)
from tests.store.rows import add_subscription, deliveries_of

Result = TypeVar("Result")

VINO = FollowRequest(artist_id("V1NO"), "V1NO", frozenset([artist_id("V1NO")]))


def refusal(
    status: int,
    code: int | None = None,
    headers: dict[str, str] | None = None,
    *,
    via: str | None = "1.1 google",
) -> discord.HTTPException:
    """An answer of Discord's as discord.py raises it."""
    all_headers = ({"Via": via} if via else {}) | (headers or {})
    response: Any = SimpleNamespace(status=status, reason="Reason", headers=all_headers)
    body = "<html>" if code is None else {"code": code, "message": "words"}
    return discord.HTTPException(response, body)


class UnusedPort:
    """A ``DiscordPort`` of which a test asks nothing; what it asks, a subclass answers."""

    def now(self) -> datetime | None:
        return None

    async def announced_after(self, newest: NewestMessage) -> list[int]:
        return []

    async def send(self, leased: LeasedDelivery, *, plain: bool = False) -> Sent:
        raise NotImplementedError

    async def is_loading(self, channel_id: int, message_id: int) -> bool:
        raise NotImplementedError

    async def find(
        self, leased: LeasedDelivery, since: datetime, known: Set[int] = frozenset()
    ) -> Sent | None:
        raise NotImplementedError

    async def edit(self, card: SentCard) -> None:
        raise NotImplementedError

    async def crosspost(self, extra: Extra) -> None:
        raise NotImplementedError

    async def open_discussion(self, extra: Extra, stored: StoredInterview) -> int:
        raise NotImplementedError

    async def notify_admin(self, notices: Sequence[DueNotice], nonce: str) -> bool:
        raise NotImplementedError


class FakePort(UnusedPort):
    """A Discord of channels: ``messages`` are what a person sees, ``tries`` what was asked for.

    ``plan[channel]`` lists what becomes of the channel's next sends: an exception is raised before
    any effect, ``After(exception)`` after it, an ``asyncio.Event`` is waited for first.
    ``searches`` are the channels that were searched; those in ``closed`` can't be.
    """

    def __init__(self) -> None:
        self.tries: list[tuple[int, int, str]] = []
        self.messages: defaultdict[int, list[int]] = defaultdict(list)
        self.plan: defaultdict[int, list[Exception | After | asyncio.Event | None]] = defaultdict(
            list
        )
        self.busy: defaultdict[int, int] = defaultdict(int)
        self.most_at_once = 0
        self.most_in_one_channel = 0
        self.searches: list[tuple[int, datetime]] = []
        self.closed: set[int] = set()
        self.edits: list[tuple[int, StoredInterview]] = []
        self.refused_edits: dict[int, Exception] = {}
        self.forgets_nonces = False
        self.plain: list[int] = []
        self._standing: dict[tuple[int, int], int] = {}
        self._by_nonce: dict[str, int] = {}
        self._changed = asyncio.Condition()

    async def find(
        self, leased: LeasedDelivery, since: datetime, known: Set[int] = frozenset()
    ) -> Sent | None:
        channel = leased.subscription.channel_id
        self.searches.append((channel, since))
        if channel in self.closed:
            raise HistoryUnreadableError("closed")
        found = self._standing.get((channel, leased.interview.id))
        return Sent(found, found=True) if found else None

    async def edit(self, card: SentCard) -> None:
        error = self.refused_edits.get(card.edit.message_id)
        if error is not None:
            raise error
        self.edits.append((card.edit.message_id, card.interview))

    async def send(self, leased: LeasedDelivery, *, plain: bool = False) -> Sent:
        if plain:
            self.plain.append(leased.delivery.id)
        channel = leased.subscription.channel_id
        self.busy[channel] += 1
        self.most_in_one_channel = max(self.most_in_one_channel, self.busy[channel])
        self.most_at_once = max(self.most_at_once, sum(self.busy.values()))
        self.tries.append((channel, leased.interview.id, leased.delivery.nonce))
        async with self._changed:
            self._changed.notify_all()
        try:
            return await self._answer(leased, channel, plain)
        finally:
            self.busy[channel] -= 1

    async def _answer(self, leased: LeasedDelivery, channel: int, plain: bool) -> Sent:
        step = self.plan[channel].pop(0) if self.plan[channel] else None
        if isinstance(step, asyncio.Event):
            await step.wait()
        elif isinstance(step, Exception):
            raise step
        message_id = self._take(leased, channel)
        if isinstance(step, After):
            raise step.error
        return Sent(message_id, plain=plain)

    def _take(self, leased: LeasedDelivery, channel: int) -> int:
        nonce = leased.delivery.nonce
        if nonce not in self._by_nonce or self.forgets_nonces:
            self._by_nonce[nonce] = 9000 + sum(map(len, self.messages.values()))
            self._standing[channel, leased.interview.id] = self._by_nonce[nonce]
            self.messages[channel].append(leased.interview.id)
        return self._by_nonce[nonce]

    async def tried(self, number: int, within: int = 30) -> None:
        """Wait until so many sends were begun."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: len(self.tries) >= number)


class After:
    """The message is taken, and then the answer is lost."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class FreePace:
    rate = GLOBAL_LIMIT

    async def turn(self) -> None:
        pass


class HandPace:
    """Turns are had when a test gives them."""

    rate = GLOBAL_LIMIT

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(0)
        self.waiting = 0
        self._changed = asyncio.Condition()

    async def turn(self) -> None:
        self.waiting += 1
        async with self._changed:
            self._changed.notify_all()
        try:
            await self._turns.acquire()
        finally:
            self.waiting -= 1

    def give(self, number: int) -> None:
        for _ in range(number):
            self._turns.release()

    async def queued(self, number: int, within: int = 30) -> None:
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: self.waiting >= number)


class Ledger:
    """A store that can be told to fail, and that tells when something was written down."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failing: set[str] = set()
        self.written = 0
        self.failures = 0
        self._changed = asyncio.Condition()

    @property
    def outbox(self) -> Self:
        return self

    def __getattr__(self, name: str) -> Any:
        source = self._store if hasattr(self._store, name) else self._store.outbox
        return getattr(source, name)

    async def _through(self, name: str, work: Callable[[], Awaitable[Result]]) -> Result:
        try:
            if name in self.failing:
                self.failures += 1
                raise StoreError("store.full", path="kcrush.db")
            result = await work()
            self.written += name == "settle"
            return result
        finally:
            async with self._changed:
                self._changed.notify_all()

    async def lease_due(
        self, now: datetime, lease_until: datetime, limit: int, **options: int | None
    ) -> list[LeasedDelivery]:
        outbox = self._store.outbox
        return await self._through(
            "lease_due", lambda: outbox.lease_due(now, lease_until, limit, **options)
        )

    async def obsolete_reason(self, leased: LeasedDelivery) -> str | None:
        outbox = self._store.outbox
        return await self._through("obsolete_reason", lambda: outbox.obsolete_reason(leased))

    async def settle(self, delivery: Delivery, conclusion: Conclusion, now: datetime) -> bool:
        outbox = self._store.outbox
        return await self._through("settle", lambda: outbox.settle(delivery, conclusion, now))

    async def reached(self, *, written: int = 0, failures: int = 0, within: int = 30) -> None:
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(
                lambda: self.written >= written and self.failures >= failures
            )


class Outbox:
    """A store with channels and interviews, and what a test asks of it."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self._interviews = 0

    async def subscribe(self, *channels: int, guild: int | None = None) -> list[Subscription]:
        return [
            (await add_subscription(self.store, guild or channel, channel, None, 1))[0]
            for channel in channels
        ]

    async def follow(self, *persons: int) -> None:
        """Let these persons follow V1NO."""
        for person in persons:
            await self.store.follows.add(person, VINO)

    async def publish(self, number: int = 1, *subjects: Subject) -> list[int]:
        """Publish interviews as one poll does; their ids."""
        ids = []
        async with self.store.transaction() as tx:
            for _ in range(number):
                self._interviews += 1
                name = f"interview-{self._interviews}"
                interview = Interview(name, f"https://kc.example/{name}/", name, subjects)
                ids.append(await tx.interviews.insert(interview, "digest"))
                await tx.outbox.enqueue(ids[-1], self.clock.now())
        return ids

    async def rows(self, interview_id: int) -> list[Delivery]:
        return await deliveries_of(self.store, interview_id)

    async def states(self, interview_id: int) -> list[DeliveryState]:
        return [row.state for row in await self.rows(interview_id)]

    async def counts(self) -> dict[DeliveryState, int]:
        found = await self.store.outbox.counts()
        return {state: number for state, number in found.items() if number}

    async def all_sent(self) -> bool:
        return set(await self.counts()) <= {DeliveryState.SENT}


def make_announcer(
    outbox: Outbox,
    port: UnusedPort,
    rng: random.Random,
    pace: HandPace | None = None,
    store: Ledger | None = None,
    **tuning: Any,
) -> Announcer:
    """An announcer with fields of ``Tuning``; a `ledger` stands for the outbox's own store."""
    used: Any = store or outbox.store
    return Announcer(used, port, outbox.clock, rng, pace or FreePace(), Tuning(**tuning))
